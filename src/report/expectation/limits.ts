/** How old a rule's last success may be: as configured, else from its schedules, else from how often it usually runs. */
import { mergeOccurrences, nameSchedule } from "../../time/occurrences.ts";
import { type CalendarRecurrence, isCalendar, isInForce, isInterval, type Schedule } from "../../time/recurrence.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../time/units.ts";

/** An age above a limit is judged so; null is no limit. */
export type FreshnessLimits = { warnAfterMs: number | null; errorAfterMs: number | null };

export type Freshness = FreshnessLimits & { basis: "config" | "schedule" | "usual-interval" | "unknown" };

export type FreshnessFacts = {
  /** One limit alone is taken alone. */
  configured: FreshnessLimits;
  /** The rule's enabled schedules. */
  schedules: Schedule[];
  windowEndMs: number;
  lateAfterMs: number;
  habit: Habit | null;
};

/** How a rule usually runs. */
export type Habit = {
  /** The longest and the shortest known time between two starts, and how many such times are known. */
  intervalMs: number;
  shortestMs: number;
  n: number;
  /**
   * How old its newest starts were at the same time a week before, ascending: at least `NEWEST_AGES` where that many are known,
   * and two of an hour or more. Empty: it had been silent for longer. Null: not known.
   */
  weekAgesMs: number[] | null;
  /** The age of its newest start at the same time a day before; null where it had been silent for longer, or that is not known. */
  dayAgeMs: number | null;
};

const WEEKEND_MS = 3 * DAY_MS;
/** A month shows the longest gap of nearly every schedule; a monthly one shows its gaps in a year, and one of 29 February in nine. */
const LOOKBACKS_MS = [30 * DAY_MS, 366 * DAY_MS, 9 * 366 * DAY_MS];
/** Fewer are no habit. */
export const MIN_INTERVALS = 3;
/** A regular rule's times between two starts: from this on, this alike, so many, and over so long a time. From one first Monday of a month to the next there are 28 or 35 days, from the 1st to the 15th and back 13 to 17. */
const REGULAR_MS = 20 * HOUR_MS;
const REGULAR_SHARE = 0.75;
const FEWEST_REGULAR = 5;
const REGULAR_SPAN_MS = 9 * DAY_MS;
/** So many a look-back brings. */
const NEWEST_AGES = 10;
const UNKNOWN: Freshness = { warnAfterMs: null, errorAfterMs: null, basis: "unknown" };

/**
 * From a schedule: the longest gap, and what `clampLateness` allows beyond it. Where no schedule is in force at the window's
 * end any more, or yet, no run is due and no limit is known.
 */
export function deriveFreshness({ configured, schedules, windowEndMs, habit, lateAfterMs }: FreshnessFacts): Freshness {
  if (configured.warnAfterMs !== null || configured.errorAfterMs !== null) return { ...configured, basis: "config" };
  const inForce = schedules.filter((schedule) => isInForce(schedule, windowEndMs));
  if (schedules.length > 0 && inForce.length === 0) return UNKNOWN;
  const gapMs = findLongestGap(inForce, windowEndMs);
  if (gapMs !== null) {
    const { warnMs, errorMs } = clampLateness(gapMs, lateAfterMs);
    return { warnAfterMs: gapMs + warnMs, errorAfterMs: gapMs + errorMs, basis: "schedule" };
  }
  return habit === null || habit.n < MIN_INTERVALS ? UNKNOWN : deriveFromHabit(habit);
}

/**
 * A guess: of a rule that runs regularly but seldom one and a half and two usual intervals, of others three and six, at least 30 and 60 minutes, after the rest that the rule had at the same time a week
 * before. A rule that is known for less than a week may rest as it did the day
 * before, and is no error before a weekend would be over.
 */
function deriveFromHabit(habit: Habit): Freshness {
  const { intervalMs, weekAgesMs, dayAgeMs } = habit;
  if (isRegular(habit)) return { warnAfterMs: intervalMs * 1.5, errorAfterMs: intervalMs * 2, basis: "usual-interval" };
  const [warnMs, errorMs] = [Math.max(intervalMs * 3, 30 * MINUTE_MS), Math.max(intervalMs * 6, 60 * MINUTE_MS)];
  const basis = "usual-interval";
  if (weekAgesMs === null) {
    const restMs = dayAgeMs !== null && dayAgeMs > warnMs ? dayAgeMs : 0;
    return { warnAfterMs: warnMs + restMs, errorAfterMs: Math.max(errorMs + restMs, WEEKEND_MS), basis };
  }
  const afterRest = (limitMs: number) => limitMs + findRest(weekAgesMs, limitMs, intervalMs);
  return { warnAfterMs: afterRest(warnMs), errorAfterMs: Math.max(afterRest(warnMs), afterRest(errorMs)), basis };
}

/** A rule that runs once a day, a week or a month, at weekends too, as far as more than a week tells. */
function isRegular({ intervalMs, shortestMs, n }: Habit): boolean {
  const isKnown = n >= FEWEST_REGULAR && n * intervalMs >= REGULAR_SPAN_MS;
  return isKnown && intervalMs >= REGULAR_MS && shortestMs >= intervalMs * REGULAR_SHARE;
}

/**
 * A rest is over when a run is as late as the limit allows, or by an hour where runs are too many to know; it began with the
 * last run but one before that, for a run by hand ends none. With an hour more, for clocks that were changed.
 */
function findRest(agesMs: number[], limitMs: number, intervalMs: number): number {
  const allowedMs = limitMs - 2 * intervalMs;
  const isUnknown = (agesMs[NEWEST_AGES - 1] ?? Infinity) < allowedMs;
  const lateMs = isUnknown ? Math.max(allowedMs, HOUR_MS) : allowedMs;
  const lastMs = agesMs.find((ageMs) => ageMs >= lateMs) ?? 0;
  const restMs = agesMs.find((ageMs) => ageMs >= lastMs + MINUTE_MS) ?? lastMs;
  return restMs > lateMs + 2 * intervalMs ? restMs + HOUR_MS : 0;
}

/**
 * How late a run may start where the one after it is due `gapMs` later: half the gap before a warning, between 10 minutes and
 * 2 hours; twice the gap before an error, between 30 minutes and 26 hours; neither before `lateAfterMs`.
 */
export function clampLateness(gapMs: number, lateAfterMs: number): { warnMs: number; errorMs: number } {
  return {
    warnMs: Math.max(lateAfterMs, Math.min(Math.max(gapMs / 2, 10 * MINUTE_MS), 2 * HOUR_MS)),
    errorMs: Math.max(2 * lateAfterMs, Math.min(Math.max(gapMs * 2, 30 * MINUTE_MS), 26 * HOUR_MS)),
  };
}

/** An age of null, no success known, is unknown: whether that is bad depends on what was expected. */
export function judgeFreshness(ageMs: number | null, limits: FreshnessLimits): "pass" | "warn" | "error" | "unknown" {
  if (ageMs === null || (limits.warnAfterMs === null && limits.errorAfterMs === null)) return "unknown";
  if (limits.errorAfterMs !== null && ageMs > limits.errorAfterMs) return "error";
  return limits.warnAfterMs !== null && ageMs > limits.warnAfterMs ? "warn" : "pass";
}

/** The longest time that passes between two runs if all is well; schedules that cannot be expressed can only shorten it. */
function findLongestGap(schedules: Schedule[], endMs: number): number | null {
  const intervalsMs = schedules.filter(isInterval).map((schedule) => schedule.recurrence.everyMs);
  const gapMs = Math.min(...intervalsMs, findCalendarGap(schedules.filter(isCalendar), endMs) ?? Infinity);
  return gapMs === Infinity ? null : gapMs;
}

/** A schedule that began yesterday has the gaps it would have had before; a day on which the clocks change has no longer ones. */
function findCalendarGap(calendars: Schedule<CalendarRecurrence>[], endMs: number): number | null {
  const always = calendars.map((schedule) => ({ ...schedule, timezone: "UTC", startAtMs: null, endAtMs: null }));
  const key = [endMs, ...new Set(always.map(nameSchedule))].join("\n\n");
  const before = knownGaps.get(key);
  if (before !== undefined) return before;
  if (knownGaps.size >= MOST_KNOWN) knownGaps.clear();
  const gapMs = measureCalendarGap(always, endMs);
  knownGaps.set(key, gapMs);
  return gapMs;
}

/** The gaps of one pass: thousands of rules have a few hundred schedules. */
const knownGaps = new Map<string, number | null>();
const MOST_KNOWN = 2000;

function measureCalendarGap(always: Schedule<CalendarRecurrence>[], endMs: number): number | null {
  for (const lookbackMs of LOOKBACKS_MS) {
    const { occurrencesMs } = mergeOccurrences(always, { startMs: endMs - lookbackMs, endMs });
    const gaps = occurrencesMs.slice(1).map((atMs, index) => atMs - (occurrencesMs[index] ?? atMs));
    if (gaps.length > 0) return gaps.reduce((longest, gap) => Math.max(longest, gap));
  }
  return null;
}
