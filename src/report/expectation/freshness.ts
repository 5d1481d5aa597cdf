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
  /** Longest time between starts in the last 30 days, and how many such times there were. */
  usual: { intervalMs: number; n: number } | null;
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A month shows the longest gap of nearly every schedule; a monthly one shows its gaps in a year. */
const LOOKBACKS_MS = [30 * DAY_MS, 366 * DAY_MS];
const MIN_INTERVALS = 3;
const UNKNOWN: Freshness = { warnAfterMs: null, errorAfterMs: null, basis: "unknown" };

/**
 * From a schedule: a warning after one and a half of its longest gap, and at least 10 minutes more than the gap; an error
 * after three, and at least 30 minutes more. From the usual interval, which is a guess: three and six of them, at least 30
 * and 60 minutes. Where no schedule is in force at the window's end any more, or yet, no run is due and no limit is known.
 */
export function deriveFreshness({ configured, schedules, windowEndMs, usual }: FreshnessFacts): Freshness {
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
  if (usual === null || usual.n < MIN_INTERVALS) return UNKNOWN;
  return {
    warnAfterMs: Math.max(usual.intervalMs * 3, 30 * MINUTE_MS),
    errorAfterMs: Math.max(usual.intervalMs * 6, 60 * MINUTE_MS),
    basis: "usual-interval",
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
