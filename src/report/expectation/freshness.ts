/** How old a rule's last success may be: as configured, else from its schedules, else from how often it usually runs. */
import { mergeOccurrences } from "./occurrences.ts";
import { type CalendarRecurrence, isCalendar, isInForce, isInterval, type Schedule } from "./recurrence.ts";

/** An age above a limit is judged so; null is no limit. */
export type FreshnessLimits = { warnAfterMs: number | null; errorAfterMs: number | null };

export type Freshness = FreshnessLimits & { basis: "config" | "schedule" | "usual-interval" | "unknown" };

export type FreshnessFacts = {
  /** One limit alone is taken alone. */
  configured: FreshnessLimits;
  /** The rule's enabled schedules. */
  schedules: Schedule[];
  windowEndMs: number;
  habit: Habit | null;
};

/** How a rule usually runs. */
export type Habit = {
  /** Longest time between starts in the last 30 days, and how many such times there were. */
  intervalMs: number;
  n: number;
  /**
   * The ages of its newest starts at the same time a week before, ascending; empty where it has been silent for longer, null
   * where nobody knows.
   */
  weekAgesMs: number[] | null;
  /** The age of its newest start at the same time a day before; null where it has been silent for longer, or nobody knows. */
  dayAgeMs: number | null;
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A month shows the longest gap of nearly every schedule; a monthly one shows its gaps in a year. */
const LOOKBACKS_MS = [30 * DAY_MS, 366 * DAY_MS];
const MIN_INTERVALS = 3;
const UNKNOWN: Freshness = { warnAfterMs: null, errorAfterMs: null, basis: "unknown" };

/**
 * From a schedule: a warning after one and a half of its longest gap, and at least 10 minutes more than the gap; an error
 * after three, and at least 30 minutes more. Where no schedule is in force at the window's end any more, or yet, no run is
 * due and no limit is known.
 */
export function deriveFreshness({ configured, schedules, windowEndMs, habit }: FreshnessFacts): Freshness {
  if (configured.warnAfterMs !== null || configured.errorAfterMs !== null) return { ...configured, basis: "config" };
  const inForce = schedules.filter((schedule) => isInForce(schedule, windowEndMs));
  if (schedules.length > 0 && inForce.length === 0) return UNKNOWN;
  const gapMs = findLongestGap(inForce, windowEndMs);
  if (gapMs !== null) {
    return {
      warnAfterMs: Math.max(gapMs * 1.5, gapMs + 10 * MINUTE_MS),
      errorAfterMs: Math.max(gapMs * 3, gapMs + 30 * MINUTE_MS),
      basis: "schedule",
    };
  }
  return habit === null || habit.n < MIN_INTERVALS ? UNKNOWN : deriveFromHabit(habit);
}

/**
 * A guess: three and six usual intervals, at least 30 and 60 minutes, and so much more than the rest the rule had at the same
 * time a week before, or the day before. Who is known for less than a week may rest at weekends: that is no error.
 */
function deriveFromHabit({ intervalMs, weekAgesMs, dayAgeMs }: Habit): Freshness {
  const [warnMs, errorMs] = [Math.max(intervalMs * 3, 30 * MINUTE_MS), Math.max(intervalMs * 6, 60 * MINUTE_MS)];
  const basis = "usual-interval";
  if (weekAgesMs === null) return { warnAfterMs: allowRest(warnMs, dayAgeMs), errorAfterMs: null, basis };
  // A rest ends when a run is as late as the limit allows, not when it is due.
  const extend = (limitMs: number) => allowRest(limitMs, findRest(weekAgesMs, limitMs - 2 * intervalMs));
  return { warnAfterMs: extend(warnMs), errorAfterMs: extend(errorMs), basis };
}

/** The age of the last start but one that was at least so old: a run by hand ends no rest. */
function findRest(agesMs: number[], leastMs: number): number | null {
  const [first = null, second = first] = agesMs.filter((ageMs) => ageMs >= leastMs);
  return second;
}

function allowRest(limitMs: number, restMs: number | null): number {
  return restMs !== null && restMs > limitMs ? restMs + limitMs : limitMs;
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

/** A schedule that began yesterday has the gaps it would have had before. */
function findCalendarGap(calendars: Schedule<CalendarRecurrence>[], endMs: number): number | null {
  const always = calendars.map((schedule) => ({ ...schedule, startAtMs: null, endAtMs: null }));
  for (const lookbackMs of LOOKBACKS_MS) {
    const { occurrencesMs } = mergeOccurrences(always, { startMs: endMs - lookbackMs, endMs });
    const gaps = occurrencesMs.slice(1).map((atMs, index) => atMs - (occurrencesMs[index] ?? atMs));
    if (gaps.length > 0) return gaps.reduce((longest, gap) => Math.max(longest, gap));
  }
  return null;
}
