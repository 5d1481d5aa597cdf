/** A rule that should have run, or succeeded, and did not. An outage is never milder because it has lasted longer. */
import { sayWhenDue } from "../expectation/schedule-words.ts";
import { formatDuration, formatHours, formatInstant, formatNear, formatPlural, listNames } from "../../text/figures.ts";
import { HOUR_MS } from "../../time/units.ts";
import { mergeCertain } from "../../time/occurrences.ts";
import { isCalendar, readRecurrence } from "../../time/recurrence.ts";
import { hoursOf } from "../../time/window.ts";
import { hasFailed, settledAt } from "../rules/attempts.ts";
import { maskErrorMessage } from "../errors/redact.ts";
import type { Due } from "../expectation/due.ts";
import { clampLateness } from "../expectation/limits.ts";
import { findLastSuccessHour } from "../memory/onset.ts";
import { isCertain } from "../memory/silence.ts";
import { isUsualPause } from "./awaited.ts";
import { sayDays } from "../memory/words.ts";
import { rankSeverity } from "../words.ts";
import type { Judgement, RuleFacts } from "./facts.ts";
import { sayFruitless } from "./fruitless.ts";
import { formatMissed, judgeSilentSchedule, mayGoOn, sayAbsent } from "./missed.ts";
import { countDryRuns, sayDueDryRuns, sayDryRuns, sayStarted } from "./dry-runs.ts";

const BASES = {
  config: "the configuration",
  schedule: "its schedule",
  "usual-interval": "its usual interval",
  unknown: "",
};
/** As the limits of a regular rule that seldom runs, in its longest usual times between two starts. */
const SERIES_WARNS = 1.5;
const SERIES_FAILS = 2;
/** A schedule that started nothing this many times is no accident. */
const MANY_MISSED = 3;

/** Nothing succeeded within the limit; that nothing failed since is known already. */
export function judgeOverdue(facts: RuleFacts): Judgement | null {
  const { enabled, lastStartMs, limits } = facts;
  if (enabled === false || lastStartMs === null) return null;
  if (limits.basis === "config") return judgeAge(facts, 0);
  if (facts.endedMs !== null) return null;
  return judgeStoppedSchedule(facts) ?? judgeFruitless(facts) ?? judgeStarts(facts);
}

/** The schedule of most of its runs has stopped, since before the newest run of the others: what these do ends no silence of it. */
function judgeStoppedSchedule(facts: RuleFacts): Judgement | null {
  const { rule, stoppedSchedule, timezone, window, lateAfterMs } = facts;
  if (stoppedSchedule === null) return null;
  const { text, due, n, isNever } = stoppedSchedule;
  const limitMs = due.gapMs + clampLateness(due.gapMs, lateAfterMs).errorMs;
  const missedSince = { n, isMinimum: isNever };
  const judgement = describe({ ...facts, fruitless: null, missedSince }, "critical", due.atMs, limitMs);
  const since = `${isNever ? "at least since" : "since"} ${formatNear(due.atMs, window.endMs)}`;
  return {
    ...judgement,
    message: `${rule}: its schedule ${sayWhenDue([text], timezone)} has started nothing ${since} (${formatMissed(missedSince)}), while its others go on; ${sayLast(facts)}${sayWhatElse(facts)}`,
    evidence: { ...judgement.evidence, schedule: text },
  };
}

/** Of one older than the runs that are read the hour alone is known. */
function sayLast({ lastSuccessMs, history, window }: RuleFacts): string {
  if (lastSuccessMs !== null) return `last success ${formatDuration((window.endMs - lastSuccessMs) / 1000)} ago`;
  const hour = history === null ? null : findLastSuccessHour(history.finished);
  return hour === null
    ? "no success known"
    : `last success in the hour after ${formatNear(hour * HOUR_MS, window.endMs)}`;
}

/** By what came of its starts: where runs hang, `stuck` tells what is no outage yet. */
function judgeFruitless(facts: RuleFacts): Judgement | null {
  const { fruitless, lateAfterMs } = facts;
  if (fruitless === null || fruitless.isUsual) return null;
  const { silence, n, firstMs, due: awaited } = fruitless;
  // One run alone began when it did, however late; but one that hangs ends no outage.
  const isLate =
    n === 1 &&
    awaited !== null &&
    firstMs > awaited.atMs &&
    firstMs - awaited.secondMs <= clampLateness(awaited.gapMs, lateAfterMs).errorMs;
  const due = isLate ? { ...awaited, atMs: firstMs, secondMs: firstMs } : awaited;
  const since = { ...facts, due, silence, missedSince: { n: 0, isMinimum: false } };
  const judgement = due === null ? asSevere(judgeSilence(since), judgeAge(since, 0)) : judgeDue(since);
  return judgement?.severity === "critical" || fruitless.kind === "skipped" ? judgement : null;
}

/** Of rules that have one run each, or one day, nothing else tells when the next is due. */
export function judgeSeries({ rule, series, enabled, endedMs, lastSuccessMs, window }: RuleFacts): Judgement | null {
  if (series === null || enabled === false || endedMs !== null) return null;
  const { n, lastStartMs, longestGapMs } = series;
  const silentMs = window.endMs - lastStartMs;
  if (silentMs <= longestGapMs * SERIES_WARNS) return null;
  const severity = silentMs > longestGapMs * SERIES_FAILS ? "critical" : "warning";
  return {
    condition: "overdue",
    severity,
    degradation: null,
    sinceMs: lastStartMs + longestGapMs,
    message: `${rule}: of ${formatPlural(n, "rule")} that differ in their dates alone none has begun since ${formatNear(lastStartMs, window.endMs)}; before, one began every ${formatDuration(longestGapMs / 1000)} at least`,
    evidence: {
      last_success_at: lastSuccessMs === null ? null : formatInstant(lastSuccessMs),
      last_start_at: formatInstant(lastStartMs),
      age_seconds: lastSuccessMs === null ? null : (window.endMs - lastSuccessMs) / 1000,
      limit_seconds: (longestGapMs * (severity === "critical" ? SERIES_FAILS : SERIES_WARNS)) / 1000,
      basis: "usual-interval",
      rules: n,
    },
  };
}

function judgeStarts(given: RuleFacts): Judgement | null {
  const facts = { ...given, fruitless: null };
  if (facts.due !== null) return asSevere(judgeRemade(facts), judgeDue(facts));
  // A run that has begun in time ends the silence, unless it is stuck.
  const begun = facts.open.find(({ startedMs }) => facts.window.endMs - startedMs <= facts.stuckAfterMs);
  const isGuess = facts.limits.basis === "usual-interval" && facts.silence?.isIrregular === true;
  const byAge = isGuess ? null : judgeAge(facts, begun === undefined ? 0 : facts.window.endMs - begun.startedMs);
  const bySilence = judgeSilence(facts);
  // Its weeks know of such rests, and its newest runs do not; nor do these know of holidays.
  if (bySilence === null) return facts.silence?.isUsual === true || holdsHoliday(facts) ? null : byAge;
  return asSevere(bySilence, byAge);
}

/** In the words of the first, and no milder than either: the other has perhaps said so for long. */
function asSevere(told: Judgement | null, other: Judgement | null): Judgement | null {
  if (told === null || other === null) return told ?? other;
  return rankSeverity(other.severity) > rankSeverity(told.severity) ? { ...told, severity: other.severity } : told;
}

/** By its past, where its schedule is younger than the outage. */
function judgeRemade(facts: RuleFacts): Judgement | null {
  const silence = facts.madeMs === null ? null : judgeSilence(facts);
  if (silence === null || facts.madeMs === null) return null;
  const made = `its schedule is of ${formatNear(facts.madeMs, facts.window.endMs)}`;
  return { ...silence, message: `${silence.message}; ${made}` };
}

/** Whether a day off is part of the silence, of which its weeks know how many runs would have started: its usual interval does not. */
function holdsHoliday({ history, silence, limits, lastStartMs, window }: RuleFacts): boolean {
  if (history === null || silence === null || lastStartMs === null || limits.basis !== "usual-interval") return false;
  for (let hour = Math.floor(lastStartMs / HOUR_MS); hour * HOUR_MS < window.endMs; hour += 1)
    if (history.calendar.at(hour).isHoliday) return true;
  return false;
}

/** By the runs that it usually starts in such a time. */
function judgeSilence(facts: RuleFacts): Judgement | null {
  const { rule, silence, lastStartMs, window, fruitless } = facts;
  if (silence === null || lastStartMs === null || silence.expected <= silence.limit) return null;
  const expected = Math.floor(silence.expected);
  const usual = `usually ${formatPlural(expected, "run")} would have started since (${sayDays(silence.days)})`;
  const told = describe(facts, isCertain(silence) ? "critical" : "warning", silence.sinceMs ?? window.endMs, null);
  const past = { basis: "past", expected_runs: silence.expected, limit_runs: silence.limit };
  const judgement = { ...told, evidence: { ...told.evidence, ...past } };
  if (fruitless !== null) return judgement;
  const started = sayStarted(facts);
  return {
    ...judgement,
    message: `${rule}: ${sayOpen(facts)}${started.what} has started since ${formatNear(lastStartMs, window.endMs)}, ${usual}; ${sayLast(facts)}${sayWhatElse(facts, started.isCounted)}`,
  };
}

/** By the age of the last success, less the time for which a run has been going on. */
function judgeAge(facts: RuleFacts, goingOnMs: number): Judgement | null {
  const { lastSuccessMs, window, limits } = facts;
  if (lastSuccessMs === null) return null;
  const ageMs = window.endMs - lastSuccessMs - goingOnMs;
  const isError = limits.errorAfterMs !== null && ageMs > limits.errorAfterMs;
  const limitMs = isError ? limits.errorAfterMs : limits.warnAfterMs;
  if (limitMs === null || ageMs <= limitMs) return null;
  // By its past the limit may end while it rests. It was overdue before that was an error.
  const firstMs = Math.min(limits.warnAfterMs ?? limitMs, limitMs);
  const sinceMs = (limits.basis === "usual-interval" ? facts.silence?.sinceMs : null) ?? lastSuccessMs + firstMs;
  return describe(facts, isError ? "critical" : "warning", sinceMs, limitMs);
}

function judgeDue(facts: RuleFacts): Judgement | null {
  const { due, window, lateAfterMs, unseenMs } = facts;
  if (due === null) return null;
  const lateMs = window.endMs - unseenMs - due.secondMs;
  const { warnMs, errorMs } = clampLateness(due.gapMs, lateAfterMs);
  if (lateMs <= warnMs || isPausing(facts, due)) return null;
  const [severity, limitMs] = lateMs > errorMs ? (["critical", errorMs] as const) : (["warning", warnMs] as const);
  return addSilent(facts, due.atMs, describe(facts, severity, due.atMs, due.gapMs + limitMs));
}

/** Whether an interval waits for its run as long as it often does. */
function isPausing({ finished, window, schedules }: RuleFacts, { sinceMs, gapMs }: Due): boolean {
  const isInterval = schedules.every((text) => readRecurrence(text).kind === "interval");
  return isInterval && isUsualPause(finished, { pauseMs: window.endMs - sinceMs, everyMs: gapMs, others: 2 });
}

/** A time of which nothing starts is late once a day: its silence is as old as the first run missed. */
function addSilent({ rule, ...facts }: RuleFacts, dueMs: number, judgement: Judgement): Judgement {
  const silence = judgeSilentSchedule({ rule, ...facts });
  const own = [facts.silentSchedule?.schedule].filter((schedule) => schedule !== undefined).filter(isCalendar);
  if (silence === null || mergeCertain(own, { startMs: dueMs, endMs: dueMs + 1 }).occurrencesMs.length === 0)
    return judgement;
  return {
    ...judgement,
    sinceMs: silence.sinceMs,
    message: `${judgement.message}; ${silence.message.slice(`${rule}: `.length)}`,
  };
}

function describe(
  facts: RuleFacts,
  severity: "critical" | "warning",
  sinceMs: number,
  limitMs: number | null,
): Judgement {
  const { rule, open, finished, lastStartMs, lastSuccessMs, window, limits, missedSince, schedules, fruitless } = facts;
  const [newest] = finished;
  const failed = newest !== undefined && hasFailed(newest) ? newest : null;
  const begun = open.filter(({ status }) => status !== "pending");
  const runningMs = begun[0]?.startedMs ?? null;
  const expected =
    limits.basis === "schedule"
      ? `due ${sayScheduled(schedules, facts.timezone)}`
      : limitMs === null
        ? "not expected to rest so long by its past"
        : `expected within ${formatDuration(limitMs / 1000)} by ${BASES[limits.basis]}`;
  const missed =
    missedSince.n === 0
      ? ""
      : `, ${sayDueDryRuns(facts) || `${formatMissed(missedSince)} ${sayAbsent(facts)}${sayChanged(facts)}`}`;
  const barren = fruitless === null || fruitless.isUsual ? null : fruitless;
  const what = barren === null ? sayOpen(facts) : `${sayFruitless(barren, window.endMs)}; `;
  return {
    condition: "overdue",
    // What goes on under another name, or begins anew, is no outage, as far as the rows tell.
    severity: facts.successor === null && !facts.isPerhapsResumed ? severity : "warning",
    degradation: null,
    sinceMs,
    message: `${rule}: ${what}${sayLast(facts)}, ${expected}${missed}${sayWhatElse(facts)}`,
    evidence: {
      last_success_at: lastSuccessMs === null ? null : formatInstant(lastSuccessMs),
      last_start_at: lastStartMs === null ? null : formatInstant(lastStartMs),
      age_seconds: lastSuccessMs === null ? null : (window.endMs - lastSuccessMs) / 1000,
      limit_seconds: limitMs === null ? null : limitMs / 1000,
      basis: limits.basis,
      missed: missedSince.n,
      missed_is_minimum: missedSince.isMinimum,
      ...(failed === null ? {} : { newest_error: maskErrorMessage(failed.error ?? facts.newestError) }),
      ...(facts.successor === null ? {} : { likely_successor: facts.successor.rule }),
      ...(barren === null
        ? {}
        : { fruitless: barren.kind, fruitless_runs: barren.n, fruitless_is_minimum: barren.isMinimum }),
      ...(countDryRuns(facts) === 0 ? {} : { dry_runs: countDryRuns(facts) }),
      ...(mayGoOn(facts) ? { may_go_on: true } : {}),
      running_since: runningMs === null ? null : formatInstant(runningMs),
      row_ids: (barren?.kind === "waiting" || barren?.kind === "retrying" ? open : begun)
        .flatMap(({ id }) => id ?? [])
        .slice(0, 3),
    },
  };
}

/** The run that goes on, or seems to. */
function sayOpen({ open, window, stuckAfterMs }: RuleFacts): string {
  const oldest = open.find(({ status }) => status !== "pending");
  if (oldest === undefined) return "";
  const since = formatNear(oldest.startedMs, window.endMs);
  return window.endMs - oldest.startedMs > stuckAfterMs
    ? `running since ${since} and not ended; `
    : `its run of ${since} has not ended; `;
}

/** In the window, which then counts what was due since the change only: those that did not start were due before it, too. */
function sayChanged({ changedMs, window }: RuleFacts): string {
  if (changedMs === null || changedMs <= window.startMs) return "";
  return `; its schedule was changed at ${formatNear(changedMs, window.endMs)}, and may have been off until then`;
}

/** That its newest run failed, that only dry runs of it start, and which rule is perhaps the same under another name. */
function sayWhatElse(facts: RuleFacts, areDryRunsSaid = false): string {
  const { finished, successor, window } = facts;
  const [newest] = finished;
  const failed =
    newest === undefined || !hasFailed(newest)
      ? ""
      : `; its newest run failed at ${formatNear(settledAt(newest), window.endMs)}`;
  const renamed =
    successor === null
      ? ""
      : `; ${successor.rule} ${successor.sinceMs === null ? "runs" : `began ${formatNear(successor.sinceMs, window.endMs)}`} with the same rhythm, and is probably its new name`;
  return `${failed}${areDryRunsSaid ? "" : sayDryRuns(facts)}${renamed}`;
}

/** Scheduled, enabled, and no run of it is known, although one was due. */
export function judgeNever(facts: RuleFacts): Judgement | null {
  const { rule, enabled, lastStartMs, due, window, knownSinceMs, mayBePurged, schedules, missedSince, unscheduled } =
    facts;
  if (enabled === false || lastStartMs !== null || due === null) return null;
  if (window.endMs - due.atMs <= clampLateness(due.gapMs, facts.lateAfterMs).warnMs) return null;
  const isComplete = knownSinceMs <= 0;
  const reach = isComplete
    ? "in the whole table"
    : `since ${formatNear(knownSinceMs, window.endMs)}, as far back as was read`;
  // Of a rule that has stopped some run would be known, had everything been read.
  const isMisnamed =
    isComplete && facts.counts.dry_run === 0 && (mayBePurged ? facts.lookalikes : unscheduled).length > 0;
  const dryRuns = facts.counts.dry_run;
  const others = unscheduled.length === 0 ? "" : `; without a schedule run ${listNames(unscheduled)}`;
  return {
    condition: "never",
    severity: missedSince.n >= MANY_MISSED && !isMisnamed ? "critical" : "warning",
    degradation: null,
    sinceMs: facts.isFirstDue ? due.atMs : null,
    message: `${rule}: scheduled ${sayScheduled(schedules, facts.timezone)}, ${dryRuns > 0 ? sayOnlyDryRuns(facts, reach) : `no run found ${reach}: it has stopped, or runs under another name${others}`}`,
    evidence: {
      schedules,
      expected: missedSince.n,
      expected_is_minimum: missedSince.isMinimum || !facts.isFirstDue,
      seen: 0,
      looked_back_to: isComplete ? null : formatInstant(knownSinceMs),
      complete: isComplete,
      ...(dryRuns === 0 ? {} : { dry_runs: dryRuns }),
      unscheduled,
      likely: isMisnamed ? (facts.lookalikes.length > 0 ? facts.lookalikes : unscheduled) : [],
    },
  };
}

/** It does run under this name, and stores nothing. */
function sayOnlyDryRuns({ counts, window }: RuleFacts, reach: string): string {
  return `${formatPlural(counts.dry_run, "dry run")} in ${formatHours(hoursOf(window))} and no other found ${reach}`;
}

/** A pattern stands between parentheses. */
function sayScheduled(schedules: string[], timezone: string): string {
  const words = sayWhenDue(schedules, timezone);
  return words === schedules.join("; ") && !words.startsWith("every ") ? `(${words})` : words;
}
