/** A time of day, or a schedule, whose runs fail each time, beside others of the same rule that succeed and hide them. */
import { mergeCertain } from "../../time/occurrences.ts";
import { isCalendar, isInForce } from "../../time/recurrence.ts";
import { DAY_MS, HOUR_MS, HOURS_A_DAY } from "../../time/units.ts";
import { expectedShare } from "../chance.ts";
import type { RuleExpectation } from "../expectations.ts";
import { indexOf } from "../memory/columns.ts";
import type { RuleHistory } from "../memory/history.ts";
import { PAST_DAYS } from "../memory/known.ts";
import { EARLY_MS } from "./due.ts";
import { MOST_SCHEDULES, SHORTEST_GAP_MS } from "./own-schedule.ts";

export type FailingTime = {
  /** As it is written; null: no schedule of its own is known, and its runs of one hour of the day fail. */
  text: string | null;
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
const UNLIKELY = 1e-3;
/** Days in a row, and well ones before them, that tell of an hour of the day: what always fails is how it is meant. */
const FEWEST_DAYS_FAILED = 3;
const FEWEST_DAYS_WELL = 3;
const NONE_ENDED = { ended: 0, failed: 0 };

/** The longest streak; null: there is none, or nothing hides it. */
export function findFailingTime(expectation: RuleExpectation | null, history: RuleHistory): FailingTime | null {
  const outcomes = readOutcomes(history);
  if (outcomes.failedHours.length < 2) return null;
  const own = listOwn(expectation, history).flatMap(({ text, timesMs }) => {
    const lag = findLag(timesMs, outcomes);
    const occurrences = timesMs.map((atMs): Occurrence => {
      const hour = hourOf(atMs);
      return { atMs, fromHour: Math.max(hour, hour + lag - 1), toHour: hour + lag + 1 };
    });
    return findStreak(text, occurrences, outcomes) ?? [];
  });
  const found =
    own.length > 0 ? own : listHours(outcomes).flatMap((occurrences) => findStreak(null, occurrences, outcomes) ?? []);
  return found.toSorted((a, b) => b.n - a.n)[0] ?? null;
}

/** One time at which a run was due, and the hours (UTC, since the epoch) in one of which it ends if it fails. */
type Occurrence = { atMs: number; fromHour: number; toHour: number };

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

/** Its calendar schedules that fire seldom, beside others. */
function listOwn(expectation: RuleExpectation | null, history: RuleHistory): { text: string; timesMs: number[] }[] {
  const { schedules, texts } = expectation ?? { schedules: [], texts: [] };
  if (schedules.length < 2 || schedules.length > MOST_SCHEDULES || schedules.length !== texts.length) return [];
  return schedules.flatMap((schedule, index) => {
    if (!isCalendar(schedule) || !isInForce(schedule, history.nowMs)) return [];
    const span = { startMs: history.firstHour * HOUR_MS, endMs: history.nowMs };
    const { occurrencesMs } = mergeCertain([schedule], span);
    const [first = 0, second = 0] = occurrencesMs;
    return second - first < SHORTEST_GAP_MS ? [] : [{ text: texts[index] ?? "", timesMs: occurrencesMs }];
  });
}

/** Each hour of the day of which one of the last two days failed, with its days: a streak goes on there, or there is none. */
function listHours({ history: { endHour, firstHour }, failedHours }: Outcomes): Occurrence[][] {
  const days = Math.min(PAST_DAYS, Math.floor((endHour - firstHour) / HOURS_A_DAY));
  const back = failedHours.map((hour) => endHour - 1 - hour).filter((hours) => hours >= 0 && hours < 2 * HOURS_A_DAY);
  return [...new Set(back.map((hours) => hours % HOURS_A_DAY))].map((hours) =>
    Array.from({ length: days }, (_, day): Occurrence => {
      const hour = endHour - 1 - hours - (days - 1 - day) * HOURS_A_DAY;
      return { atMs: hour * HOUR_MS, fromHour: hour, toHour: hour };
    }),
  );
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

function findStreak(text: string | null, occurrences: Occurrence[], outcomes: Outcomes): FailingTime | null {
  const streak: { atMs: number; failedHour: number }[] = [];
  const before = { failed: 0, total: 0 };
  const fewest = text === null ? FEWEST_DAYS_FAILED : 2;
  // From the newest one back: most streaks are too short, and then nothing more is asked.
  for (let index = occurrences.length - 1; index >= 0; index -= 1) {
    const occurrence = occurrences[index];
    const failedHour = occurrence === undefined ? undefined : findFailure(occurrence, outcomes, text !== null);
    if (occurrence === undefined || failedHour === undefined) continue;
    if (before.total === 0 && failedHour !== null) {
      // The newest one may go on, and no others may be unknown.
      if (streak.length === 0 && index < occurrences.length - 2) return null;
      streak.push({ atMs: occurrence.atMs, failedHour });
      continue;
    }
    if (streak.length < fewest) return null;
    before.total += 1;
    if (failedHour !== null) before.failed += 1;
  }
  const [newest, oldest] = [streak[0], streak.at(-1)];
  const n = streak.length;
  if (newest === undefined || oldest === undefined || n < fewest) return null;
  if (text === null && before.total - before.failed < FEWEST_DAYS_WELL) return null;
  const streakSince = { n, sinceHour: oldest.failedHour, looks: text === null ? HOURS_A_DAY : 1 };
  if (chanceOf(occurrences, streakSince, outcomes) >= UNLIKELY) return null;
  return {
    text,
    sinceMs: oldest.atMs,
    newestHour: newest.failedHour,
    isNewest: newest.failedHour === outcomes.failedHours.at(-1),
    n,
    before,
  };
}

/**
 * The hour in which its run failed; null: it did not, or was started again and succeeded. Undefined: that is not known, or nothing
 * would hide it. A repeat is one success more than the hours around have; `isOwn`: and the failed run is one more than they have.
 */
function findFailure(
  { fromHour, toHour }: Occurrence,
  { history, at }: Outcomes,
  isOwn: boolean,
): number | null | undefined {
  const successes = (one: number) => at(one).ended - at(one).failed;
  const hours = Array.from({ length: toHour - fromHour + 1 }, (_, index) => fromHour + index);
  const hour = hours.find((one) => at(one).failed > 0);
  if (hour === undefined) return hours.every(history.isCovered) ? null : undefined;
  const around = Array.from({ length: HOURS_AROUND }, (_, index) => [fromHour - 1 - index, toHour + 1 + index])
    .flat()
    .filter(history.isCovered)
    .map(successes);
  const isHidden = around.filter((one) => one > 0).length >= FEWEST_AROUND;
  if (!isHidden) return undefined;
  const ended = hours.reduce((sum, one) => sum + at(one).ended, 0);
  const usual = around.reduce((sum, one) => sum + one, 0) / around.length;
  if (isOwn && ended < usual * hours.length + OWN_RUN) return undefined;
  const since = successes(hour) + successes(hour + 1);
  return since > 2 * Math.max(...around) ? null : hour;
}

/**
 * Of so many failures at these times, by the share of the other hours in which a run failed: of all that are known, or of those
 * since the first of them.
 */
function chanceOf(
  occurrences: Occurrence[],
  { n, sinceHour, looks }: { n: number; sinceHour: number; looks: number },
  { history, failedHours }: Outcomes,
): number {
  const own = new Set(
    occurrences.flatMap(({ fromHour, toHour }) => [fromHour, toHour, Math.floor((fromHour + toHour) / 2)]),
  );
  const fromHour = history.nowMs / HOUR_MS - (PAST_DAYS * DAY_MS) / HOUR_MS;
  const shareSince = (first: number) => {
    const isOther = (hour: number) => hour >= first && !own.has(hour);
    return expectedShare({
      failed: failedHours.filter(isOther).length,
      total: history.finished.hours.filter(isOther).length,
    });
  };
  const share = Math.max(shareSince(fromHour), shareSince(sinceHour));
  const [occurrence] = occurrences;
  const hours = occurrence === undefined ? 1 : occurrence.toHour - occurrence.fromHour + 1;
  return looks * Math.min(1, share * hours) ** n;
}

function hourOf(atMs: number): number {
  return Math.floor((atMs - EARLY_MS) / HOUR_MS);
}
