/** The one condition of a rule at a window's end: the first of the list that holds. Pure. */
import { formatCount, formatDuration, formatInstant, formatNear, formatPlural } from "../../text/figures.ts";
import { HOUR_MS } from "../../time/units.ts";
import { NEWEST_RUNS } from "../activity.ts";
import { settledAt } from "../rules/attempts.ts";
import { describeForms } from "../../text/unreadable-starts.ts";
import { nameOthers } from "./also.ts";
import { judgeDegraded } from "./degraded.ts";
import { judgeEmpty } from "./empty.ts";
import type { Judgement, RuleFacts } from "./facts.ts";
import { chooseMissed } from "./missed.ts";
import { judgeNever, judgeOverdue, judgeSeries } from "./overdue.ts";
import { isRare } from "./rare.ts";
import { judgeFailed } from "./stopped.ts";
import { isNoStatus, rankSeverity } from "../words.ts";

/** So many newest runs with an unknown word hide what the rule does; fewer may be odd ones, unless it seldom runs. */
const MANY_UNKNOWN = 3;
/** So many more missed runs than those since the last start are no part of its silence. */
const FEWEST_MORE_MISSED = 3;

/** In the order in which they are tried. */
const JUDGES = [
  judgeRetired,
  judgeRenamed,
  judgeWords,
  judgeDisabled,
  judgeFailed,
  judgeOverdue,
  judgeSeries,
  judgeStuck,
  judgeEnded,
  judgeNever,
  judgeEmptyAndMore,
  judgeDegraded,
  judgeRunning,
  judgeOk,
  judgeIdle,
];

export function judgeRule(facts: RuleFacts): Judgement {
  const judgement = addWrittenLater(judgeFirst(facts), facts);
  return facts.unreadable === null ? judgement : addUnreadable(judgement, facts.unreadable);
}

function judgeFirst(facts: RuleFacts): Judgement {
  const first = JUDGES.reduce<Judgement | null>((found, judge) => found ?? judge(facts), null);
  if (first === null) return say("unknown", `${facts.rule}: ${describeUnknown(facts)}`);
  if (first.condition === "overdue") return addMissed(first, facts);
  return first.condition === "failing" ? lookBehind(first, facts) : first;
}

/** What a few failures in a row must not hide: a run that hangs, runs that bring nothing, far too many failures, all that are due at one time. */
const BEHIND_FAILURES = [judgeStuck, judgeEmptyAndMore, judgeDegraded];

function lookBehind(failing: Judgement, facts: RuleFacts): Judgement {
  const behind = BEHIND_FAILURES.flatMap((judge) => judge(facts) ?? []);
  const [worst] = behind.toSorted((a, b) => rankSeverity(b.severity) - rankSeverity(a.severity));
  if (worst === undefined) return failing;
  const { failingTime } = facts;
  const isOfTime = failingTime?.isNewest === true && worst.sinceMs === failingTime.sinceMs;
  const isOlder = isOfTime && failingTime.sinceMs < (failing.sinceMs ?? -Infinity);
  const by = rankSeverity(worst.severity) - rankSeverity(failing.severity);
  if (by < 0 || (by === 0 && !isOlder)) return failing;
  return worst.degradation === "failures" ? worst : addFailing(worst, failing, facts);
}

function addFailing(judgement: Judgement, failing: Judgement, { rule }: RuleFacts): Judgement {
  return {
    ...judgement,
    message: `${judgement.message}; ${failing.message.slice(`${rule}: `.length)}`,
    evidence: { ...judgement.evidence, newest_error: failing.evidence["newest_error"] ?? null },
  };
}

/** Runs that bring nothing hide nothing that is as bad, such as that most others fail. */
function judgeEmptyAndMore(facts: RuleFacts): Judgement | null {
  const empty = judgeEmpty(facts);
  const other = empty === null ? null : judgeDegraded(facts, "records");
  if (empty === null || other === null || other.severity === "info") return empty;
  const isWorse = rankSeverity(other.severity) > rankSeverity(empty.severity);
  return isWorse ? nameOthers(facts.rule, other, [empty]) : nameOthers(facts.rule, empty, [other]);
}

/** What has not started since its last run may be the least of what is missing. */
function addMissed(overdue: Judgement, facts: RuleFacts): Judgement {
  const { rule, compared, missedSince, stoppedSchedule } = facts;
  // Of a schedule that has stopped all that is missing is told.
  if (compared === null || stoppedSchedule !== null || compared.missed < missedSince.n + FEWEST_MORE_MISSED)
    return overdue;
  const missed = chooseMissed(facts, true);
  if (missed === null) return overdue;
  const told = { ...missed, evidence: { ...missed.evidence, missed_in_window: compared.missed } };
  const both = nameOthers(rule, overdue, [told]);
  return missed.sinceMs === null ? both : { ...both, sinceMs: Math.min(missed.sinceMs, both.sinceMs ?? Infinity) };
}

/** The table of schedules says something else today than what it is judged by. */
function addWrittenLater(judgement: Judgement, { enabled, disabledMs, isRewritten }: RuleFacts): Judgement {
  const isDisabled = enabled === true && disabledMs !== null;
  if (!isDisabled && !isRewritten) return judgement;
  const what = isDisabled ? "it was disabled" : "its schedule was changed";
  return { ...judgement, message: `${judgement.message}; ${what} after this window` };
}

/** What is judged is not the newest that it did. */
function addUnreadable(judgement: Judgement, { newer, form }: NonNullable<RuleFacts["unreadable"]>): Judgement {
  return {
    ...judgement,
    message: `${judgement.message}; ${formatPlural(newer, "newer row")} could not be read: ${describeForms([form])}`,
    evidence: { ...judgement.evidence, unreadable_rows: newer, unreadable_form: form },
  };
}

/** It runs on, and nothing says how: its newest runs have status words that no vocabulary knows. */
function judgeWords(facts: RuleFacts): Judgement | null {
  const { rule, unknown, unknownWords, finished, lastSuccessMs, window, enabled } = facts;
  const [newest] = unknown;
  const [unknownWord = null, ...others] = unknownWords;
  if (newest === undefined || enabled === false) return null;
  const isHidden = finished.length === 0 || unknown.length >= MANY_UNKNOWN || isRare(facts) === true;
  if (!isHidden) return null;
  if (judgeOverdue({ ...facts, lastSuccessMs: settledAt(newest) }) !== null) return null;
  // Between the newest ones and those of the look-back there may be more.
  const least = unknown.length >= NEWEST_RUNS ? "at least " : "";
  const runs =
    unknown.length === 1 ? "its newest run has" : `${least}its newest ${formatCount(unknown.length)} runs have`;
  const word =
    unknownWord === null
      ? "a status that is not known"
      : isNoStatus(unknownWord) && others.length === 0
        ? "no status"
        : `${others.length === 0 ? "the unknown status" : "unknown statuses, such as"} ${JSON.stringify(unknownWord)}`;
  const before =
    lastSuccessMs === null
      ? "no success known"
      : `last success ${formatDuration((window.endMs - lastSuccessMs) / 1000)} ago`;
  return {
    ...say("unknown", `${rule}: ${runs} ${word}; ${before}`),
    evidence: { unknown_status: unknownWord, runs: unknown.length },
  };
}

/**
 * Over, as the operator says: nothing of it is told. Where he does not say since when, it is not over yet while it runs: it
 * started in the window, and no run is awaited in vain.
 */
function judgeRetired(facts: RuleFacts): Judgement | null {
  const { rule, retired, lastStartMs, window } = facts;
  if (retired === null) return null;
  const isRecent = lastStartMs !== null && lastStartMs >= window.startMs;
  const stillRuns = retired.sinceMs === null && isRecent && judgeOverdue(facts) === null && judgeStuck(facts) === null;
  return stillRuns ? null : say("idle", `${rule}: retired by the operator`);
}

function judgeRenamed({ rule, renamed, window }: RuleFacts): Judgement | null {
  if (renamed === null) return null;
  const since = renamed.sinceMs === null ? "" : ` since ${formatNear(renamed.sinceMs, window.endMs)}`;
  return say("idle", `${rule}: goes on as ${renamed.to}${since}`);
}

/** Runs that are open beyond their limit, and nothing ended that started after them: what did is past them. */
function judgeStuck({ rule, open, window, stuckAfterMs, finished }: RuleFacts): Judgement | null {
  const goneOnMs = finished.reduce((newestMs, { startedMs }) => Math.max(newestMs, startedMs), -Infinity);
  const stuck = open.filter(({ startedMs }) => startedMs >= goneOnMs && window.endMs - startedMs > stuckAfterMs);
  const [oldest] = stuck;
  if (oldest === undefined) return null;
  const openMs = window.endMs - oldest.startedMs;
  const isWaiting = stuck.every(({ status }) => status === "pending");
  const what = isWaiting ? "waits since" : "started";
  const end = isWaiting ? "was never started, for" : "has not ended for";
  const more = stuck.length > 1 ? `, and ${formatPlural(stuck.length - 1, "more run")} with it` : "";
  return {
    condition: "stuck",
    severity: "warning",
    degradation: null,
    sinceMs: oldest.startedMs,
    message: `${rule}: a run ${what} ${formatNear(oldest.startedMs, window.endMs)} and ${end} ${formatDuration(openMs / 1000)} (limit ${formatDuration(stuckAfterMs / 1000)})${more}`,
    evidence: {
      running_since: formatInstant(oldest.startedMs),
      open_seconds: openMs / 1000,
      limit_seconds: stuckAfterMs / 1000,
      ...(isWaiting ? { fruitless: "waiting", fruitless_runs: stuck.length } : {}),
      row_ids: stuck.flatMap(({ id }) => id ?? []).slice(0, 3),
    },
  };
}

function judgeRunning({ rule, open, window, stuckAfterMs }: RuleFacts): Judgement | null {
  const oldest = open.find(({ startedMs, status }) => status === "running" && window.endMs - startedMs <= stuckAfterMs);
  if (oldest === undefined) return null;
  return {
    ...say("running", `${rule}: running since ${formatNear(oldest.startedMs, window.endMs)}`),
    sinceMs: oldest.startedMs,
  };
}

/** Nothing is due any more, or not yet. */
function judgeEnded({ rule, enabled, endedMs, window, limits, open }: RuleFacts): Judgement | null {
  if (enabled === false || endedMs === null || limits.basis === "config" || open.length > 0) return null;
  return say("idle", `${rule}: its schedule ended ${formatNear(endedMs, window.endMs)}`);
}

/** A success that is young enough, or whose successor is not awaited. */
function judgeOk(facts: RuleFacts): Judgement | null {
  const { rule, enabled, lastSuccessMs, window, limits, due, finished, silence } = facts;
  if (enabled === false || lastSuccessMs === null) return null;
  const isAwaited = due !== null || limits.warnAfterMs !== null || limits.errorAfterMs !== null || silence !== null;
  const ranInWindow = finished.some(({ endedMs, startedMs }) => (endedMs ?? startedMs) >= window.startMs);
  if (!isAwaited && !ranInWindow) return null;
  if (!ranInWindow && facts.renewedMs !== null && facts.renewedMs === facts.tableSinceMs)
    return say("idle", sayPurged(rule, facts.renewedMs, window));
  if (!ranInWindow && facts.renewedMs !== null) {
    const since = formatNear(facts.renewedMs, window.endMs);
    const why = facts.renewedMs === facts.resumedMs ? `it was disabled until ${since}` : `its schedule is of ${since}`;
    return say("idle", `${rule}: not due yet: ${why}`);
  }
  return say("ok", `${rule}: last success ${formatDuration((window.endMs - lastSuccessMs) / 1000)} ago`);
}

/** Whatever it did before it was disabled is over: no run of it could ever end what is told. */
function judgeDisabled({ rule, enabled, disabledMs, lastStartMs, open, window }: RuleFacts): Judgement | null {
  if (enabled !== false || disabledMs === null || lastStartMs === null || open.length > 0) return null;
  // What was written later does not say how it was then.
  if (disabledMs > window.endMs) return null;
  return lastStartMs < disabledMs ? say("idle", `${rule}: disabled`) : null;
}

function judgeIdle({ rule, enabled, schedules, due, lastStartMs, outcome, ...facts }: RuleFacts): Judgement | null {
  if (enabled === false) {
    const ran = outcome.total === 0 ? "" : `, and yet ${formatPlural(outcome.total, "run")} ended in the window`;
    return { ...say("idle", `${rule}: disabled${ran}`), severity: outcome.total === 0 ? null : "info" };
  }
  if (due === null && facts.notUnderstood.length > 0) return null;
  if (schedules.length > 0 && due === null) return say("idle", `${rule}: no schedule of it is in force`);
  if (schedules.length > 0 && lastStartMs === null) {
    const { tableSinceMs, mayBePurged, window } = facts;
    if (!mayBePurged || tableSinceMs === null) return say("idle", `${rule}: not due yet`);
    return tableSinceMs < window.endMs
      ? say("idle", sayPurged(rule, tableSinceMs, window))
      : say("unknown", `${rule}: the oldest run in the table is of ${formatNear(tableSinceMs, window.endMs)}`);
  }
  return null;
}

function sayPurged(rule: string, tableSinceMs: number, { endMs }: RuleFacts["window"]): string {
  return `${rule}: not due since ${formatNear(tableSinceMs, endMs)}, and no older run is in the table`;
}

function describeUnknown({ lastStartMs, window, unreadable, due, notUnderstood }: RuleFacts): string {
  if (due === null && notUnderstood.length > 0) {
    const last =
      lastStartMs === null ? "no run known" : `last run ${formatDuration((window.endMs - lastStartMs) / 1000)} ago`;
    return `its schedule is not understood (${notUnderstood.join("; ")}), so nothing says when it is due; ${last}`;
  }
  if (lastStartMs === null && unreadable !== null) return "no run known";
  if (lastStartMs === null) return "nothing is known of its runs";
  const hours = (window.endMs - lastStartMs) / HOUR_MS;
  if (due !== null) return `last run ${formatDuration(hours * 3600)} ago, and no success known`;
  return `last run ${formatDuration(hours * 3600)} ago; without a schedule or more runs nothing says when the next is due`;
}

function say(condition: Judgement["condition"], message: string): Judgement {
  return { condition, severity: null, degradation: null, sinceMs: null, message, evidence: {} };
}
