/** A rule that works, but not as it should: failures, retries, and runs too often, missed, late, early or overlapping. */
import {
  formatCount,
  formatDuration,
  formatHours,
  formatInstant,
  formatNear,
  formatPlural,
  formatRatio,
} from "../../text/figures.ts";
import { HOUR_MS, HOURS_A_DAY } from "../../time/units.ts";
import { hoursOf } from "../../time/window.ts";
import { NEWEST_RUNS } from "../activity.ts";
import { aliveUntil, endedBadly, hasFailed, listFailed, settledAt } from "../rules/attempts.ts";
import { isBelowLimit } from "../chance.ts";
import { maskErrorMessage } from "../errors/redact.ts";
import { nameOthers } from "./also.ts";
import { judgeDuration, judgeRecords } from "./collapse.ts";
import { type Burst, findBurst, findCrowd } from "../memory/crowd.ts";
import { findFailureShift, hasEndedWithin, type FailureShift } from "../memory/failures.ts";
import type { RuleHistory } from "../memory/history.ts";
import { isPastKnown } from "../memory/known.ts";
import { sayAgainst, sayDays } from "../memory/words.ts";
import { degraded, type Judgement, type RuleFacts } from "./facts.ts";
import { judgeFailingTime } from "./failing-time.ts";
import { judgeTooSeldom } from "./too-seldom.ts";
import { judgeFewerRecords, judgeSlower } from "./shifted.ts";
import { isRare } from "./rare.ts";
import type { Degradation, Severity } from "../words.ts";
import { chooseMissed, judgeMissedOften, judgeRested, judgeSilentSchedule } from "./missed.ts";

/** Late or early runs are told from this many on, and from this share of those expected. */
const MANY_SHIFTED = 3;
const MANY_LATE_SHARE = 0.2;
const MANY_EARLY_SHARE = 0.5;
/** Overlapping runs are told from this many on, and from this share of the known ones. */
const MANY_OVERLAPPING = 3;
const MANY_OVERLAPPING_SHARE = 0.3;

const SHOWN_IDS = 3;

/** So many newest successes of a rule that seldom runs may end its failures. */
const FEWEST_AGAIN = 3;

/** Runs that need a second start are told urgently from this share of the newest ones on. */
const MANY_RETRIED_SHARE = 0.3;

type Judge = (facts: RuleFacts) => Judgement | null;

/** Most urgent first. */
const JUDGES: Judge[] = [
  judgeFailures,
  judgeTooOften,
  judgeSilentSchedule,
  judgeRested,
  judgeTooSeldom,
  (facts) => chooseMissed(facts, true),
  judgeMissedOften,
  judgeFewerRecords,
  judgeSlower,
  (facts) => chooseMissed(facts, false),
  judgeRecords,
  judgeLate,
  judgeEarly,
  judgeOverlap,
  judgeDuration,
];

/** The most urgent of what is wrong; it names the rest, of which none is told elsewhere. `toldElsewhere`: what is. */
export function judgeDegraded(facts: RuleFacts, toldElsewhere: Degradation | null = null): Judgement | null {
  if (facts.enabled === false) return null;
  const found = JUDGES.flatMap((judge) => judge(facts) ?? []).filter(
    ({ degradation }) => degradation !== toldElsewhere,
  );
  const urgent = found.filter(({ severity }) => severity !== "info");
  const [worst, ...others] = urgent.length > 0 ? urgent : found;
  return worst === undefined ? null : nameOthers(facts.rule, worst, others);
}

/** Where one time of day fails alone, that says more than how many of all runs do. */
function judgeFailures(facts: RuleFacts): Judgement | null {
  const [all, ofTime] = [judgeAllFailures(facts), judgeFailingTime(facts)];
  return all?.severity === "critical" && ofTime?.severity !== "critical" ? all : (ofTime ?? all);
}

/** By its own past, where the configuration sets no limit; else, and where it is bad in any case, by a limit. */
function judgeAllFailures(facts: RuleFacts): Judgement | null {
  const { thresholds, ownThresholds, history } = facts;
  const isByPast = isPastKnown(history) && !ownThresholds.includes("rule_success_rate");
  if (!isByPast) return judgeAgainstLimit(facts, thresholds.rule_success_rate);
  return judgeShift(facts, history) ?? judgeAgainstLimit(facts, thresholds.rule_success_rate_medium);
}

function judgeShift(facts: RuleFacts, history: RuleHistory): Judgement | null {
  const shift = findFailureShift(history);
  if (shift === null) return null;
  const { rule, window, thresholds } = facts;
  const retries = judgeRetries(facts, thresholds.rule_success_rate);
  if (retries !== null) return retries;
  const { failedBefore, totalBefore, sinceHour, againstDays } = shift;
  const isOver = shift.isOver || isRareOver(facts, sinceHour * HOUR_MS);
  const { failed, total, when } = countTold(facts, shift);
  const outright = shareOfOutright(facts);
  const sinceMs = beginWithin(facts, sinceHour);
  const since = formatNear(sinceMs, window.endMs);
  const how = outright === 0 ? "ended only in part" : "failed";
  const what = `${formatCount(failed)} of ${formatPlural(total, "run")} ${how}${when} (${formatRatio(failed / total)})`;
  // Where nothing is known of before, failures of hardly any run are taken for usual.
  const usual =
    totalBefore === 0
      ? `many since ${since}; how many usually fail is not known`
      : `more than usual since ${since}: usually ${formatRatio(failedBefore / totalBefore)} (${sayAgainst(againstDays, history.knownDays)})`;
  const message = `${rule}: ${what}, ${usual}${sayNewest(facts, isOver)}`;
  return {
    ...degraded("failures", weighShift(facts, { ...shift, isOver }, outright), message),
    sinceMs,
    evidence: {
      successful: total - failed,
      total,
      failed_before: failedBefore,
      total_before: totalBefore,
      over: isOver,
      ...describeFailed(facts),
    },
  };
}

/** What is remembered is known by whole hours only; where the window's first failure is of that hour, it is the begin. */
function beginWithin({ firstFailedMs, window }: RuleFacts, hour: number): number {
  const hourMs = hour * HOUR_MS;
  const isOfHour = firstFailedMs !== null && firstFailedMs >= hourMs && firstFailedMs < hourMs + HOUR_MS;
  return isOfHour && hourMs >= window.startMs ? firstFailedMs : hourMs;
}

/**
 * A rule that seldom runs has too few runs to end it beyond chance: it has succeeded several times in a row, more often than ever
 * since it began to fail, and not failed in the window.
 */
function isRareOver(facts: RuleFacts, sinceMs: number): boolean {
  if (isRare(facts) !== true || facts.outcome.failed > 0) return false;
  const since = facts.unbroken.filter(({ runs: [newest] }) => settledAt(newest) >= sinceMs).map(endedBadly);
  const calm = since.indexOf(true);
  return calm >= FEWEST_AGAIN && calm > longestRest(since.slice(calm));
}

/** The most successes in a row. */
function longestRest(isBad: boolean[]): number {
  let longest = 0;
  let rest = 0;
  for (const bad of isBad) {
    rest = bad ? 0 : rest + 1;
    longest = Math.max(longest, rest);
  }
  return longest;
}

/** What is over is no outage, and where the window holds nothing of it, nobody has to act on it. */
function weighShift(
  { outcome, thresholds }: RuleFacts,
  { failed, total, isOver }: FailureShift,
  outright: number,
): Severity {
  if (isOver) return outcome.failed > 0 ? "warning" : "info";
  const isSevere = isBelowLimit({ failed: Math.round(failed * outright), total }, thresholds.rule_success_rate_high);
  return isSevere ? "critical" : "warning";
}

/** The window's own runs, where the last day is the window: what is remembered is known by whole hours only. Else it is said which. */
function countTold(
  { outcome, window }: RuleFacts,
  { failed, total, days }: FailureShift,
): { failed: number; total: number; when: string } {
  if (days === null) return { failed, total, when: "" };
  const hours = days * HOURS_A_DAY;
  if (hoursOf(window) === hours && outcome.failed > 0)
    return { failed: outcome.failed, total: outcome.total, when: "" };
  return { failed, total, when: hoursOf(window) === hours ? "" : ` in ${formatHours(hours)}` };
}

/** Of its failures that are known, how many did not end in part: only these make an outage. */
function shareOfOutright({ counts, finished }: RuleFacts): number {
  const known = counts.failed + counts.partial > 0 ? counts : countOf(finished.filter(hasFailed));
  return known.failed + known.partial === 0 ? 1 : known.failed / (known.failed + known.partial);
}

function countOf(runs: RuleFacts["finished"]): { failed: number; partial: number } {
  const partial = runs.filter(({ status }) => status === "partial").length;
  return { failed: runs.length - partial, partial };
}

/** That it works again, as far as is known. */
function sayNewest({ finished }: RuleFacts, isOver: boolean): string {
  const lastFailed = finished.findIndex(hasFailed);
  const succeeded = (lastFailed === -1 ? finished : finished.slice(0, lastFailed)).length;
  const over = isOver ? "; over" : "";
  if (succeeded === 0) return over;
  const before = isOver ? `${over}:` : ";";
  // There were more, of which nothing is known.
  if (lastFailed === -1) return `${before} at least its newest ${formatPlural(succeeded, "run")} succeeded`;
  return `${before} its newest ${succeeded === 1 ? "run" : `${formatCount(succeeded)} runs`} succeeded`;
}

function describeFailed(facts: RuleFacts): Judgement["evidence"] {
  const failed = listFailed(facts);
  return {
    newest_error: maskErrorMessage(failed[0]?.error ?? facts.newestError),
    row_ids: (facts.failedIds.length > 0 ? facts.failedIds : failed.flatMap(({ id }) => id ?? [])).slice(0, SHOWN_IDS),
  };
}

/** By the window's runs, and by the newest known ones, which tell more of a rule that seldom runs. */
function judgeAgainstLimit(facts: RuleFacts, limit: number): Judgement | null {
  const { rule, outcome, unbroken, thresholds, window } = facts;
  const bad = unbroken.filter(endedBadly).length;
  const isEnough = (total: number) => total >= thresholds.min_actions;
  const inWindow = isEnough(outcome.total) && isBelowLimit(outcome, limit);
  const ofAttempts = isEnough(unbroken.length) && isBelowLimit({ failed: bad, total: unbroken.length }, limit);
  const retries = inWindow || ofAttempts || failsBeforeRepeats(facts, limit) ? judgeRetries(facts, limit) : null;
  if (retries !== null) return retries;
  if (!inWindow && !ofAttempts) return null;
  const newest = facts.finished.find(hasFailed);
  const rate = outcome.rate === null ? "" : ` (${formatRatio(outcome.rate)})`;
  const message = inWindow
    ? `${rule}: ${formatCount(outcome.successful)} of ${formatPlural(outcome.total, "run")} succeeded${rate}`
    : `${rule}: ${formatCount(bad)} of its newest ${formatPlural(unbroken.length, "run")} failed, the last one ${formatNear(newest === undefined ? window.endMs : settledAt(newest), window.endMs)}`;
  const isSevere =
    inWindow &&
    isBelowLimit(
      { failed: Math.round(outcome.failed * shareOfOutright(facts)), total: outcome.total },
      thresholds.rule_success_rate_high,
    ) &&
    !(isPastKnown(facts.history) && hasEndedWithin(facts.history, Math.ceil(hoursOf(window) / HOURS_A_DAY)));
  const evidence = { successful: outcome.successful, total: outcome.total, ...describeFailed(facts) };
  return { ...degraded("failures", isSevere ? "critical" : "warning", message), evidence };
}

/** Of a rule that seldom runs the window holds too few: its newest runs, repeats and all, stand for it. */
function failsBeforeRepeats(facts: RuleFacts, limit: number): boolean {
  const { finished } = facts;
  return (
    isRare(facts) === true && isBelowLimit({ failed: finished.filter(hasFailed).length, total: finished.length }, limit)
  );
}

/** Failures that were started again and then succeeded; null: not enough of them were, or their last attempts fail too often. */
function judgeRetries(facts: RuleFacts, limit: number): Judgement | null {
  const { rule, outcome, unbroken, thresholds, window } = facts;
  const bad = unbroken.filter(endedBadly).length;
  const isEnough = unbroken.length >= thresholds.min_actions;
  if (isEnough && isBelowLimit({ failed: bad, total: unbroken.length }, limit)) return null;
  const again = unbroken.filter(({ runs }) => runs.length > 1).length;
  if (again < thresholds.min_actions && (again === 0 || bad > 0)) return null;
  const isMany = again >= thresholds.min_actions && again >= unbroken.length * MANY_RETRIED_SHARE;
  const message = `${rule}: ${formatCount(again)} of the newest ${formatCount(unbroken.length)} runs succeeded only when they were started again; ${formatPlural(outcome.failed, "failure")} in ${formatHours(hoursOf(window))}`;
  return {
    ...degraded("retries", isMany ? "warning" : "info", message),
    evidence: { successful: outcome.successful, total: outcome.total, ...describeFailed(facts), retried: again },
  };
}

function judgeTooOften({ rule, tooOften, window, history, due }: RuleFacts): Judgement | null {
  const told = tooOften === null ? describeCrowd(history, due) : describeTooOften(tooOften, window);
  if (told === null) return null;
  const burst = history === null ? null : findBurst(history, told.settledDays);
  return {
    ...degraded("too-often", "warning", `${rule}: ${told.what}${sayBurst(burst, window.endMs)}`),
    sinceMs: burst === null ? null : burst.sinceHour * HOUR_MS,
    evidence: {
      ...told.evidence,
      ...(burst?.isOver === true ? { calm_since: formatInstant(burst.toHour * HOUR_MS) } : {}),
    },
  };
}

/** `settledDays`: as `Crowd`. */
type Told = { what: string; settledDays?: number; evidence: Judgement["evidence"] };

function describeTooOften(
  { seen, expected, words }: NonNullable<RuleFacts["tooOften"]>,
  window: RuleFacts["window"],
): Told {
  const what = `${formatPlural(seen, "run")} in ${formatHours(hoursOf(window))}, ${formatCount(expected)} ${words}`;
  return { what, evidence: { seen, expected } };
}

/** As often as its schedule asks for is not too often, however seldom that was before the schedule was changed. */
function describeCrowd(history: RuleFacts["history"], due: RuleFacts["due"]): Told | null {
  const crowd = history === null ? null : findCrowd(history);
  if (crowd === null) return null;
  const { started, hours, busiest, median, days, settledDays } = crowd;
  if (due !== null && started * due.gapMs <= hours * HOUR_MS) return null;
  const what = `${formatPlural(started, "run")} in ${formatHours(hours)}, usually ${formatCount(median)} and never more than ${formatCount(busiest)} (${sayDays(days)})`;
  return { what, settledDays, evidence: { seen: started, expected: median, busiest_day: busiest } };
}

function sayBurst(burst: Burst | null, endMs: number): string {
  if (burst === null) return "";
  const near = (hour: number) => formatNear(hour * HOUR_MS, endMs);
  return burst.isOver ? `; over: as often as usual since ${near(burst.toHour)}` : `; since ${near(burst.sinceHour)}`;
}

function judgeLate(facts: RuleFacts): Judgement | null {
  const { rule, compared, window, lateStreak } = facts;
  const late = compared?.late ?? 0;
  if (compared !== null && compared.expected < MANY_SHIFTED && (lateStreak?.n ?? 0) >= MANY_SHIFTED)
    return judgeLateStreak(facts);
  if (compared === null || late < MANY_SHIFTED || late < compared.expected * MANY_LATE_SHARE) return null;
  const message = `${rule}: ${formatCount(late)} of ${formatPlural(compared.expected, "run")} due in ${formatHours(hoursOf(window))} started late`;
  return { ...degraded("late", "info", message), evidence: { late, expected: compared.expected } };
}

/** Of a rule of which a window holds a run or two. */
function judgeLateStreak({ rule, lateStreak, window }: RuleFacts): Judgement | null {
  if (lateStreak === null) return null;
  const { n, sinceMs, latestMs } = lateStreak;
  const message = `${rule}: its newest ${formatPlural(n, "run")} started late, by up to ${formatDuration(latestMs / 1000)}, since that due ${formatNear(sinceMs, window.endMs)}`;
  return { ...degraded("late", "info", message), sinceMs, evidence: { late: n, expected: n } };
}

function judgeEarly({ rule, compared, window }: RuleFacts): Judgement | null {
  const early = compared?.early ?? 0;
  if (compared === null || early === 0 || early < compared.expected * MANY_EARLY_SHARE) return null;
  const message = `${rule}: ${formatCount(early)} of ${formatPlural(compared.expected, "run")} due in ${formatHours(hoursOf(window))} started before their time: the clock of its worker is ahead`;
  return { ...degraded("early", "info", message), evidence: { early, expected: compared.expected } };
}

function judgeOverlap({ rule, finished, open, window }: RuleFacts): Judgement | null {
  // Between the newest ones and those of the look-back there may be more.
  const runs = [...open, ...finished].toSorted((a, b) => a.startedMs - b.startedMs).slice(-NEWEST_RUNS);
  let busyUntilMs = -Infinity;
  let overlapping = 0;
  for (const run of runs) {
    if (run.startedMs < busyUntilMs) overlapping += 1;
    busyUntilMs = Math.max(busyUntilMs, Math.min(aliveUntil(run), window.endMs));
  }
  if (overlapping < MANY_OVERLAPPING || overlapping < runs.length * MANY_OVERLAPPING_SHARE) return null;
  const message = `${rule}: ${formatCount(overlapping)} of its newest ${formatPlural(runs.length, "run")} started before the one before had ended`;
  return { ...degraded("overlapping", "info", message), evidence: { overlapping, runs: runs.length } };
}
