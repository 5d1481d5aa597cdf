/** A time of day, or a schedule, whose runs fail each time, beside others of the same rule that succeed and hide them. */
import { mergeCertain } from "../../time/occurrences.ts";
import { isCalendar, isInterval, type Schedule } from "../../time/recurrence.ts";
import { hasFailed, settledAt } from "../rules/attempts.ts";
import { DAY_MS, HOUR_MS, HOURS_A_DAY } from "../../time/units.ts";
import { expectedShare, PRIOR_RUNS } from "../chance.ts";
import type { RuleExpectation } from "./expectations.ts";
import { HOURS_A_WEEK } from "../memory/calendar.ts";
import { countRuns, increase, indexOf, within, type HourColumns } from "../memory/columns.ts";
import type { RuleHistory } from "../memory/history.ts";
import { PAST_DAYS } from "../memory/known.ts";
import { EARLY_MS } from "./due.ts";
import { SHORTEST_GAP_MS } from "./own-schedule.ts";
import { listOwnTimes, type OwnTimes } from "./own-times.ts";
import type { RunRow } from "../rules/run-row.ts";

export type FailingTime = {
  /** As `OwnTimes`; null: no schedule of its own is known, and its runs of one hour of the day fail. */
  text: string | null;
  /** The rule runs at that hour of each day, or once in so many days, and hardly ever beside it. Null: it runs in most hours, or has a text. */
  everyDays: 1 | 7 | null;
  /** When the oldest of the failed runs was due, and the hour (UTC, since the epoch) in which the newest of them ended. */
  sinceMs: number;
  newestHour: number;
  /** Nothing of the rule has failed since. */
  isNewest: boolean;
  n: number;
  /** Of the earlier runs at these times that are known. */
  before: { failed: number; total: number };
};

/** So many hours after its time a run of it may fail. */
const LONGEST_RUN_HOURS = 6;
/** Hours before and after, which tell how many successes of the others an hour has. */
const HOURS_AROUND = 3;
const FEWEST_AROUND = 4;
/** A run of its own is one more than usual, less what the hours around differ by. */
const OWN_RUN = 0.6;
/** Failures by chance fall on the same times less often than this. */
const UNLIKELY = 5e-4;
const FEWEST_FAILED = 2;
/** Days in a row, and well ones before them, that tell of an hour of the day: what always fails is how it is meant. */
const FEWEST_DAYS_FAILED = 3;
const FEWEST_DAYS_WELL = 3;
const NONE_ENDED = { ended: 0, failed: 0 };
/** The newest run of a time that is habit alone is no older than these: on a Monday it may be that of Friday. */
const NEWEST_DAYS = { hour: 2, 1: 4, 7: 8 };

/** The longest streak; null: there is none, or nothing hides it. `runs`: the newest ones, which tell whose a failure is. */
export function findFailingTime(
  expectation: RuleExpectation | null,
  history: RuleHistory,
  runs: RunRow[],
): FailingTime | null {
  const outcomes = readOutcomes(history);
  if (outcomes.failedHours.length < 2) return null;
  const listed = expectation === null ? [] : listOwnTimes(expectation, history.nowMs);
  const own = listed.flatMap((times) => findOwnStreak(times, outcomes) ?? []);
  if (own.length > 0) return chooseStreak(own, runs);
  const undeclared = [BY_HOUR, ...BY_HABIT].flatMap((sought) =>
    listHours(outcomes, sought.everyDays).flatMap((occurrences) => findStreak(occurrences, outcomes, sought) ?? []),
  );
  return undeclared.toSorted((a, b) => b.n - a.n)[0]?.found ?? null;
}

/** The longest one; of those, and of two that may be the same failures, the one that was due last before the newest of them. */
function chooseStreak(streaks: Streak[], runs: RunRow[]): FailingTime | null {
  const isTheirs = ({ newestMs, found: { newestHour } }: Streak) => {
    const failed = runs.filter((run) => hasFailed(run) && Math.floor(settledAt(run) / HOUR_MS) === newestHour);
    return failed.length === 0 || failed.some(({ startedMs }) => startedMs >= newestMs - EARLY_MS);
  };
  const own = streaks.filter(isTheirs);
  return (
    (own.length > 0 ? own : streaks).toSorted((a, b) => b.n - a.n || b.newestMs - a.newestMs || a.looks - b.looks)[0]
      ?.found ?? null
  );
}

/** Null: it fires too often to be told apart. */
function findOwnStreak({ text, schedule, others, times }: OwnTimes, outcomes: Outcomes): Streak | null {
  const { firstHour, nowMs } = outcomes.history;
  const span = { startMs: firstHour * HOUR_MS, endMs: nowMs };
  const timesMs = mergeCertain([schedule], span).occurrencesMs;
  const [first = 0, second = 0] = timesMs;
  if (second - first < SHORTEST_GAP_MS) return null;
  const lag = findLag(timesMs, outcomes);
  const hours = timesMs.map(
    (atMs) => [Math.max(hourOf(atMs), hourOf(atMs) + lag - 1), hourOf(atMs) + lag + 1] as const,
  );
  const occurrences = timesMs.map((atMs, index): Occurrence => {
    const [fromHour, toHour] = hours[index] ?? [0, 0];
    const afterHour = (hours[index - 1]?.[1] ?? Math.max(firstHour, fromHour - HOURS_A_WEEK) - 1) + 1;
    const beforeHour = hours[index + 1]?.[0] ?? fromHour + HOURS_A_WEEK;
    return { atMs, fromHour, toHour, betweenHours: [afterHour, beforeHour] };
  });
  let counted: CountDue | null = null;
  // Of those that fire all the time it is not asked.
  const countDue: CountDue = (fromHour, toHour) =>
    (counted ??= countOthers(others, outcomes.history))(fromHour, toHour);
  const fewest = times === 1 ? FEWEST_FAILED : FEWEST_DAYS_FAILED;
  return findStreak(occurrences, outcomes, { text, everyDays: null, looks: times, fewest, fewestWell: 0, countDue });
}

type CountDue = (fromHour: number, toHour: number) => number;

/** How many runs of the others are due from the one hour to the other (UTC, since the epoch, both included), on average of an interval. */
function countOthers(others: Schedule[], { firstHour, endHour, nowMs }: RuleHistory): CountDue {
  const perHour = others.filter(isInterval).reduce((sum, { recurrence }) => sum + HOUR_MS / recurrence.everyMs, 0);
  const dueBefore = new Float64Array(endHour - firstHour + 1);
  for (const other of others.filter(isCalendar)) {
    const { occurrencesMs } = mergeCertain([other], { startMs: firstHour * HOUR_MS, endMs: nowMs });
    for (const atMs of occurrencesMs) increase(dueBefore, Math.floor(atMs / HOUR_MS) - firstHour + 1, 1);
  }
  for (let index = 1; index < dueBefore.length; index += 1) increase(dueBefore, index, dueBefore[index - 1] ?? 0);
  const before = (hour: number) => dueBefore[Math.min(dueBefore.length - 1, Math.max(0, hour - firstHour))] ?? 0;
  return (fromHour, toHour) => before(toHour + 1) - before(fromHour) + perHour * (toHour - fromHour + 1);
}

/** One time at which a run was due, and the hours (UTC, since the epoch) in one of which it ends if it fails. */
type Occurrence = {
  atMs: number;
  fromHour: number;
  toHour: number;
  /** From the hour after those of the one before to the first of the next: in them the others run. */
  betweenHours: readonly [number, number];
};

/** Ascending. Few of them are looked at: most streaks are too short. */
type Occurrences = { length: number; at: (index: number) => Occurrence | undefined };

type Sought = {
  text: string | null;
  /** As `FailingTime`. */
  everyDays: FailingTime["everyDays"];
  /** So many streaks are looked for: by chance, one of them is found as much sooner. */
  looks: number;
  fewest: number;
  fewestWell: number;
  /** Null: nothing tells when the others are due, and they must run in most hours. */
  countDue: CountDue | null;
};

type Streak = { found: FailingTime; n: number; newestMs: number; looks: number };

const BY_HOUR: Sought = {
  text: null,
  everyDays: null,
  looks: HOURS_A_DAY,
  fewest: FEWEST_DAYS_FAILED,
  fewestWell: FEWEST_DAYS_WELL,
  countDue: null,
};

/** Times at which the rule runs by habit: each day, or on one day of the week. */
const BY_HABIT: Sought[] = ([1, 7] as const).map((everyDays) => ({
  ...BY_HOUR,
  everyDays,
  looks: everyDays * HOURS_A_DAY,
}));

type Outcomes = {
  history: RuleHistory;
  /** Ascending; of the hours in which a run failed. */
  failedHours: number[];
  /** How many runs ended in that hour, and how many of them failed. */
  at: (hour: number) => { ended: number; failed: number };
};

function readOutcomes(history: RuleHistory): Outcomes {
  const { hours, counts, values } = history.finished;
  const failedHours: number[] = [];
  for (let index = 0; index < values.length; index += 1) if (values[index] !== 0) failedHours.push(hours[index] ?? 0);
  return {
    history,
    failedHours,
    at: (hour) => {
      const index = indexOf(hours, hour);
      return hours[index] === hour ? { ended: counts[index] ?? 0, failed: values[index] ?? 0 } : NONE_ENDED;
    },
  };
}

/**
 * Each hour of the day of which one of the last days failed, with its days, or of the week, with its weeks: a streak goes on there,
 * or there is none. Of a habit, a run an hour earlier or later is the same one.
 */
function listHours(
  { history: { endHour, firstHour }, failedHours }: Outcomes,
  everyDays: FailingTime["everyDays"],
): Occurrences[] {
  const step = (everyDays ?? 1) * HOURS_A_DAY;
  const beside = everyDays === null ? 0 : 1;
  const known = Math.floor((endHour - firstHour) / step);
  const newest = NEWEST_DAYS[everyDays ?? "hour"] * HOURS_A_DAY;
  const back = failedHours.map((hour) => endHour - 1 - hour).filter((hours) => hours >= 0 && hours < newest);
  return [...new Set(back.map((hours) => hours % step))].map((hours) => ({
    length: known,
    at: (nth) => {
      const hour = endHour - 1 - hours - (known - 1 - nth) * step;
      const betweenHours =
        everyDays === null ? ([hour, hour + 1] as const) : ([hour + 2 - step, hour - 1 + step] as const);
      return { atMs: hour * HOUR_MS, fromHour: hour - beside, toHour: hour + beside, betweenHours };
    },
  }));
}

/** How many hours after its time the newest run failed that may be one of them. */
function findLag(timesMs: number[], { failedHours }: Outcomes): number {
  for (const atMs of timesMs.slice(-2).toReversed()) {
    const hour = hourOf(atMs);
    const failed = failedHours.find((one) => one >= hour && one <= hour + LONGEST_RUN_HOURS);
    if (failed !== undefined) return failed - hour;
  }
  return 0;
}

function findStreak(occurrences: Occurrences, outcomes: Outcomes, sought: Sought): Streak | null {
  const { text, everyDays, looks, fewest, fewestWell } = sought;
  const streak: { atMs: number; failedHour: number }[] = [];
  const before = { failed: 0, total: 0 };
  // From the newest one back: where the streak is too short nothing more is asked.
  for (let index = occurrences.length - 1; index >= 0; index -= 1) {
    const occurrence = occurrences.at(index);
    const find = everyDays === null ? findFailure : findLoneFailure;
    const failedHour = occurrence === undefined ? undefined : find(occurrence, outcomes, sought);
    if (occurrence === undefined || failedHour === undefined) continue;
    if (before.total === 0 && failedHour !== null) {
      // The newest one may go on, and no others may be unknown.
      if (everyDays === null && streak.length === 0 && index < occurrences.length - 2) return null;
      streak.push({ atMs: everyDays === null ? occurrence.atMs : failedHour * HOUR_MS, failedHour });
      continue;
    }
    if (streak.length < fewest) return null;
    before.total += 1;
    if (failedHour !== null) before.failed += 1;
  }
  const [newest, oldest] = [streak[0], streak.at(-1)];
  const n = streak.length;
  if (newest === undefined || oldest === undefined || n < fewest) return null;
  if (before.total - before.failed < fewestWell) return null;
  if (chanceOf(occurrences, { n, sinceHour: oldest.failedHour, looks }, outcomes) >= UNLIKELY) return null;
  const newestHour = newest.failedHour;
  const isNewest = newestHour === outcomes.failedHours.at(-1);
  const found = { text, everyDays, sinceMs: oldest.atMs, newestHour, isNewest, n, before };
  return { found, n, newestMs: newest.atMs, looks };
}

/**
 * The hour in which its run failed; null: it did not, or was started again and succeeded. Undefined: that is not known, or nothing
 * would hide it. A repeat is one success more than the others have there, and the failed run is one more than theirs.
 */
function findFailure(
  occurrence: Occurrence,
  { history, at }: Outcomes,
  { text, countDue }: Sought,
): number | null | undefined {
  const { fromHour, toHour } = occurrence;
  const { isCovered, nowMs } = history;
  const successes = (one: number) => at(one).ended - at(one).failed;
  const hours = Array.from({ length: toHour - fromHour + 1 }, (_, index) => fromHour + index);
  const hour = hours.find((one) => at(one).failed > 0);
  const isWhole = hours.every(isCovered);
  if (hour === undefined && isWhole) return null;
  const around = Array.from({ length: HOURS_AROUND }, (_, index) => [fromHour - 1 - index, toHour + 1 + index])
    .flat()
    .filter(isCovered)
    .map(successes);
  const isFrequent =
    around.length >= HOURS_AROUND && around.filter((one) => one > 0).length >= Math.min(FEWEST_AROUND, around.length);
  const usual = around.reduce((sum, one) => sum + one, 0) / around.length;
  // The hour that goes on is known so far.
  const known = hours.reduce(
    (sum, one) => sum + (isCovered(one) ? 1 : Math.min(1, Math.max(0, nowMs / HOUR_MS - one))),
    0,
  );
  if (!isFrequent && (countDue === null || !areOthersWell(occurrence, history))) return undefined;
  const theirs = isFrequent || countDue === null ? usual * known : countDue(fromHour, toHour);
  const ended = hours.reduce((sum, one) => sum + at(one).ended, 0);
  const isOwn = ended >= theirs + OWN_RUN;
  // It ended well already.
  if (hour === undefined) return text !== null && isOwn ? null : undefined;
  if (text !== null && !isOwn) return undefined;
  const since = successes(hour) + successes(hour + 1);
  const most = isFrequent || countDue === null ? 2 * Math.max(...around) : countDue(hour - 1, hour + 1);
  return since > most ? null : hour;
}

/**
 * As `findFailure`, of a time at which it runs by habit and hardly ever beside it: a success then, whosever, says that all is well.
 * Undefined: it did not run, or its others fail as well.
 */
function findLoneFailure(occurrence: Occurrence, { history, at }: Outcomes): number | null | undefined {
  const { fromHour, toHour } = occurrence;
  let failedHour: number | undefined;
  for (let hour = fromHour; hour <= toHour; hour += 1) {
    const { ended, failed } = at(hour);
    if (ended > failed) return null;
    if (failed > 0) failedHour ??= hour;
  }
  return failedHour !== undefined && areOthersWell(occurrence, history) ? failedHour : undefined;
}

/** Of the runs that ended after the one before it and before the next, but for those that failed about its time, most succeeded. */
function areOthersWell(
  { fromHour, toHour, betweenHours: [afterHour, beforeHour] }: Occurrence,
  { finished }: RuleHistory,
): boolean {
  const failed = (hours: HourColumns) => hours.values.reduce((sum, one) => sum + one, 0);
  const between = within(finished, afterHour, beforeHour);
  const others = failed(between) - failed(within(finished, fromHour, Math.min(beforeHour, toHour + 1)));
  return countRuns(between) - failed(between) > others;
}

/**
 * Of so many failures at these times, by the share of the other hours in which a run failed: of all that are known, or of those
 * since the first of them.
 */
function chanceOf(
  occurrences: Occurrences,
  { n, sinceHour, looks }: { n: number; sinceHour: number; looks: number },
  { history, failedHours }: Outcomes,
): number {
  const own = new Set<number>();
  for (let index = 0; index < occurrences.length; index += 1) {
    const { fromHour, toHour } = occurrences.at(index) ?? { fromHour: 0, toHour: -1 };
    for (let hour = fromHour; hour <= toHour; hour += 1) own.add(hour);
  }
  const fromHour = history.nowMs / HOUR_MS - (PAST_DAYS * DAY_MS) / HOUR_MS;
  const countOthersSince = (first: number) => {
    const isOther = (hour: number) => hour >= first && !own.has(hour);
    return {
      failed: failedHours.filter(isOther).length,
      total: history.finished.hours.filter(isOther).length,
    };
  };
  const usual = expectedShare(countOthersSince(fromHour));
  const since = countOthersSince(sinceHour);
  // A day or two tell little: what is usual stands for as many runs as nothing known does.
  const share = Math.max(usual, (PRIOR_RUNS * usual + since.failed) / (PRIOR_RUNS + since.total));
  const occurrence = occurrences.at(0);
  const hours = occurrence === undefined ? 1 : occurrence.toHour - occurrence.fromHour + 1;
  return looks * Math.min(1, share * hours) ** n;
}

function hourOf(atMs: number): number {
  return Math.floor((atMs - EARLY_MS) / HOUR_MS);
}
