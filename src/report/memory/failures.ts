/** Whether more runs fail than usual: today against the five weeks before, this week against the four before it and the months before. */
import { HOURS_A_DAY } from "../../time/units.ts";
import { expectedShare, PRIOR_FAILED, PRIOR_RUNS } from "../chance.ts";
import { indexOf, within, type HourColumns } from "./columns.ts";
import type { RuleHistory } from "./history.ts";
import { LONGEST_PAST_DAYS, PAST_DAYS, WEEK_DAYS } from "./known.ts";

/** `failed` of `total` in the last `days`; before it `failedBefore` of `totalBefore` within so many days that are known. */
export type FailureShift = {
  failed: number;
  total: number;
  /** How many of the last days were counted; null: all since `sinceHour`, because nothing is known of before. */
  days: number | null;
  failedBefore: number;
  totalBefore: number;
  /** First hour of the time in which they fail more often. */
  sinceHour: number;
  /** The days that it is held against, counted back from now. */
  againstDays: [newest: number, oldest: number];
  /** It fails as usual again, and has for too long to be chance. */
  isOver: boolean;
};

type Span = { fromHour: number; toHour: number };
type Counts = { failed: number; total: number };
type Test = {
  days: number;
  fewestFailed: number;
  fewestRuns: number;
  againstDays: [newest: number, oldest: number];
  chance?: number;
  /** Over weeks. What is over is told by the tests of the newest days alone. */
  isLasting?: boolean;
};

const UNLIKELY = 1e-3;
/** What is months old may be another habit: only a difference that leaves no doubt tells. */
const NO_DOUBT = 1e-6;
/** What is looked for in several ways is found by chance sooner. */
const HARDLY = 1e-5;
/** Over weeks a share drifts: what lasts is told from so many times the usual one on. */
const LASTING_FACTOR = 3;
/** No past counts for more: real failures come in groups. */
const MOST_RUNS = 400;
/** So many days without groups are part of every past. */
const CALM_DAYS = 10;
const NOTABLE_DISPERSION = 1.3;
const FEWEST_RUNS_BEFORE = 5;
/** An outage may rest for as many hours, and is not over. */
const REST_HOURS = 3;
/** What is known of a share before any run of it: nothing (Jeffreys' prior). */
const HALF_A_RUN = 0.5;

/** Newest first: the time that is judged, in days, the fewest runs and failures, and the days before that it is held against. */
const TESTS: Test[] = [
  { days: 1, fewestFailed: 2, fewestRuns: 3, againstDays: [1, PAST_DAYS] },
  { days: WEEK_DAYS, fewestFailed: 3, fewestRuns: 5, againstDays: [WEEK_DAYS, PAST_DAYS] },
  // What began some days ago is part of the days before: without them it stays told.
  { days: 1, fewestFailed: 2, fewestRuns: 3, againstDays: [WEEK_DAYS + 1, PAST_DAYS] },
  // And what has been so for weeks is not how it always was.
  { days: WEEK_DAYS, fewestFailed: 3, fewestRuns: 5, againstDays: [PAST_DAYS, LONGEST_PAST_DAYS], chance: NO_DOUBT },
  // A week of a rule that runs a few times a day holds too few failures to tell beside those of the weeks before.
  ...[2, 3, 4, 5].map((weeks) => ({
    days: weeks * WEEK_DAYS,
    fewestFailed: 3,
    fewestRuns: 5,
    againstDays: [weeks * WEEK_DAYS, weeks * WEEK_DAYS + PAST_DAYS] as [number, number],
    chance: HARDLY,
    isLasting: true,
  })),
];

/** Of the first test that holds; what is over gives way to what is not. Null: they fail as usual. */
export function findFailureShift(history: Pick<RuleHistory, "finished" | "endHour">): FailureShift | null {
  let over: FailureShift | null = null;
  for (const test of TESTS) {
    const shift = tryTest(test, history);
    if (shift?.isOver === false) return shift;
    if (test.isLasting !== true) over ??= shift;
  }
  return over;
}

function tryTest(
  { days, fewestFailed, fewestRuns, againstDays, chance = UNLIKELY, isLasting = false }: Test,
  { finished, endHour }: Pick<RuleHistory, "finished" | "endHour">,
): FailureShift | null {
  const span = daysBack(endHour, 0, days);
  const now = count(finished, span);
  if (now.failed < fewestFailed || now.total < fewestRuns) return null;
  const before = count(finished, daysBack(endHour, ...againstDays));
  if (isLasting && now.failed < LASTING_FACTOR * expectedShare(before) * now.total) return null;
  if (failureTail(now, before, trustIn(finished, daysBack(endHour, ...againstDays), before, now.total)) >= chance)
    return null;
  const searched = daysBack(endHour, 0, Math.max(WEEK_DAYS, againstDays[0]));
  const worst = findWorst(finished, searched, before);
  const sinceHour = worst?.fromHour ?? span.fromHour;
  const isOver = isOverSince(finished, searched, before, worst);
  // A time that fills all that was searched may have begun before.
  const change = sinceHour < searched.fromHour + HOURS_A_DAY ? findChange(finished, sinceHour) : null;
  if (change !== null) {
    return { ...now, ...change, days, againstDays: sinceDays(endHour, change.sinceHour), isOver };
  }
  const known = { failedBefore: before.failed, totalBefore: before.total, sinceHour, againstDays, isOver };
  return before.total === 0
    ? { ...count(finished, { fromHour: sinceHour, toHour: endHour }), days: null, ...known }
    : { ...now, days, ...known };
}

/** Whether more runs failed than usual from some hour of those days on, and do so no longer. */
export function hasEndedWithin(
  { finished, endHour }: Pick<RuleHistory, "finished" | "endHour">,
  days: number,
): boolean {
  const before = count(finished, daysBack(endHour, days, LONGEST_PAST_DAYS));
  return isOverSince(finished, daysBack(endHour, 0, days), before);
}

/**
 * Whether the worst time of a span is over: what ran after it is no chance under the share that failed in it, has succeeded for
 * longer than it ever did within it, and fails as usual. Where what came after is no better than usual itself, that must be over.
 */
function isOverSince(
  finished: HourColumns,
  span: Span,
  before: Counts,
  worst: Span | null = findWorst(finished, span, before),
): boolean {
  if (worst === null || span.toHour - worst.toHour < REST_HOURS) return false;
  const rest = { fromHour: worst.toHour, toHour: span.toHour };
  const after = count(finished, rest);
  const inIt = count(finished, worst);
  if (after.total - after.failed <= longestCalm(within(finished, worst.fromHour, worst.toHour))) return false;
  const isBetter = betaBinomialTail(swap(after), {
    a: inIt.total - inIt.failed + HALF_A_RUN,
    b: inIt.failed + HALF_A_RUN,
  });
  if (isBetter >= UNLIKELY) return false;
  return failureTail(after, before) >= UNLIKELY || isOverSince(finished, rest, before);
}

/** Successes instead of failures. */
function swap({ failed, total }: Counts): Counts {
  return { failed: total - failed, total };
}

/** The most runs between two hours with failures. */
function longestCalm({ counts, values }: HourColumns): number {
  let longest = 0;
  let calm = 0;
  for (let index = 0; index < counts.length; index += 1) {
    calm = (values[index] ?? 0) > 0 ? 0 : calm + (counts[index] ?? 0);
    longest = Math.max(longest, calm);
  }
  return longest;
}

type Change = Pick<FailureShift, "failedBefore" | "totalBefore" | "sinceHour">;

/**
 * The hour that best parts a time of few failures from one of many that goes on to the end: where the likelihood of two shares
 * is the highest. Null: before that hour it is not this one, or too few runs are known.
 */
function findChange({ hours, counts, values }: HourColumns, latestHour: number): Change | null {
  const all = sumOf(counts, values);
  const before: Counts = { failed: 0, total: 0 };
  let best: (Change & { evidence: number }) | null = null;
  for (let index = 0; index < hours.length && (hours[index] ?? 0) <= latestHour; index += 1) {
    const [hour = 0, failed = 0] = [hours[index], values[index]];
    const after = { failed: all.failed - before.failed, total: all.total - before.total };
    const isMore = after.failed * before.total > before.failed * after.total;
    if (failed > 0 && isMore && before.total >= FEWEST_RUNS_BEFORE) {
      const evidence = logLikelihood(before) + logLikelihood(after);
      if (best === null || evidence > best.evidence)
        best = { evidence, sinceHour: hour, failedBefore: before.failed, totalBefore: before.total };
    }
    before.failed += failed;
    before.total += counts[index] ?? 0;
  }
  if (best === null) return null;
  const { evidence: _, ...change } = best;
  return change;
}

/** Of independent failures at the share that they have. */
function logLikelihood({ failed, total }: Counts): number {
  const part = (n: number) => (n === 0 ? 0 : n * Math.log(n / total));
  return part(failed) + part(total - failed);
}

function sinceDays(endHour: number, sinceHour: number): FailureShift["againstDays"] {
  return [Math.floor((endHour - sinceHour) / HOURS_A_DAY), LONGEST_PAST_DAYS];
}

/** How likely a run of the rule fails, by its runs before that hour: a prior of 2 % is part of it. */
export function usualFailureShare({ finished }: Pick<RuleHistory, "finished">, beforeHour: number): number {
  return expectedShare(countUsualFailures({ finished }, beforeHour));
}

/** Failed and finished runs of the five weeks before that hour. */
export function countUsualFailures({ finished }: Pick<RuleHistory, "finished">, beforeHour: number): Counts {
  return count(finished, daysBack(beforeHour, 0, PAST_DAYS));
}

/** P(K ≥ k) of the beta-binomial distribution: how likely so many fail of a rule whose share is known by its past only. */
export function failureTail(now: Counts, before: Counts, mostRuns: number = MOST_RUNS): number {
  const weight = Math.min(1, mostRuns / Math.max(1, before.total));
  const a = PRIOR_FAILED + before.failed * weight;
  const b = PRIOR_RUNS - PRIOR_FAILED + (before.total - before.failed) * weight;
  return betaBinomialTail(now, { a, b });
}

function betaBinomialTail({ failed, total }: Counts, { a, b }: { a: number; b: number }): number {
  // P(K = 0), and each from the one before: p(i+1)/p(i) = (n − i)(a + i) / ((i + 1)(b + n − i − 1)).
  let term = 1;
  for (let i = 0; i < total; i += 1) term *= (b + i) / (a + b + i);
  let below = 0;
  for (let i = 0; i < failed; i += 1) {
    below += term;
    term *= ((total - i) * (a + i)) / ((i + 1) * (b + total - i - 1));
  }
  // A sum from below is not exact enough for what is far rarer, and need not be.
  return Math.max(0, 1 - below);
}

/**
 * For how many runs the past counts: fewer where its failures come in groups, such as repeats and bad days. Their variance from
 * day to day, over that of independent failures, is the variance that the beta-binomial distribution then has.
 */
function trustIn(finished: HourColumns, span: Span, { failed, total }: Counts, runsNow: number): number {
  if (failed === 0 || failed === total) return MOST_RUNS;
  const share = failed / total;
  let excess = CALM_DAYS;
  let days = 0;
  for (let fromHour = span.fromHour; fromHour < span.toHour; fromHour += HOURS_A_DAY) {
    const day = count(finished, { fromHour, toHour: fromHour + HOURS_A_DAY });
    if (day.total === 0) continue;
    days += 1;
    excess += (day.failed - day.total * share) ** 2 / (day.total * share * (1 - share));
  }
  const dispersion = excess / (days + CALM_DAYS);
  if (dispersion < NOTABLE_DISPERSION) return MOST_RUNS;
  return Math.min(MOST_RUNS, Math.max(PRIOR_RUNS, (runsNow - 1) / (dispersion - 1)));
}

/** The time in which the failures are least like the usual ones, from its first hour with any to its last; it may be over. */
function findWorst(finished: HourColumns, { fromHour, toHour }: Span, before: Counts): Span | null {
  const usual = expectedShare(before);
  const { hours, counts, values } = within(finished, fromHour, toHour);
  let best: (Span & { evidence: number }) | null = null;
  for (let first = 0; first < hours.length; first += 1) {
    if ((values[first] ?? 0) === 0) continue;
    const sum: Counts = { failed: 0, total: 0 };
    for (let at = first; at < hours.length; at += 1) {
      sum.failed += values[at] ?? 0;
      sum.total += counts[at] ?? 0;
      const share = sum.failed / sum.total;
      if (share <= usual) continue;
      const evidence = sum.failed * Math.log(share / usual) + restOf(sum, share, usual);
      if (best === null || evidence > best.evidence)
        best = { fromHour: hours[first] ?? 0, toHour: (hours[at] ?? 0) + 1, evidence };
    }
  }
  return best;
}

function restOf({ failed, total }: Counts, share: number, usual: number): number {
  return failed === total ? 0 : (total - failed) * Math.log((1 - share) / (1 - usual));
}

function daysBack(endHour: number, newest: number, oldest: number): Span {
  return { fromHour: endHour - oldest * HOURS_A_DAY, toHour: endHour - newest * HOURS_A_DAY };
}

function count({ hours, counts, values }: HourColumns, { fromHour, toHour }: Span): Counts {
  return sumOf(counts, values, indexOf(hours, fromHour), indexOf(hours, toHour));
}

function sumOf(
  counts: HourColumns["counts"],
  values: HourColumns["values"],
  from = 0,
  to: number = counts.length,
): Counts {
  const sum: Counts = { failed: 0, total: 0 };
  for (let index = from; index < to; index += 1) {
    sum.failed += values[index] ?? 0;
    sum.total += counts[index] ?? 0;
  }
  return sum;
}
