/** Since when a rule's schedules have been waiting for a run. */
import { DAY_MS, MINUTE_MS } from "../../time/units.ts";
import { findSecond, mergeCertain } from "../../time/occurrences.ts";
import { countMissed } from "./interval.ts";
import { type CalendarRecurrence, isCalendar, isInterval, type Schedule } from "../../time/recurrence.ts";

export type Due = {
  /** The last start, or the moment from which runs are awaited. */
  sinceMs: number;
  /** When the first run was due that has not started; later than the window's end: nothing is waited for. */
  atMs: number;
  /** The time until the run after it is due. */
  gapMs: number;
  /** The same time of day once more, where the clocks go back; else `atMs`. */
  secondMs: number;
};

/** How many runs were due; where not all were counted, at least that many. */
export type DueCount = { n: number; isMinimum: boolean };

/** The longest time before its occurrence at which a run may start, as the clocks of two machines differ. */
export const EARLY_MS = 5 * MINUTE_MS;
/** How far ahead a next occurrence is looked for, step by step. */
const HORIZONS_MS = [2 * DAY_MS, 40 * DAY_MS, 366 * DAY_MS];
/** Of a schedule that fires less than twice a year: around 2100 eight years pass between two days of 29 February. */
const LONGEST_HORIZON_MS = 9 * 366 * DAY_MS;

/** Runs of a calendar are counted one by one, over at most this. */
const LONGEST_COUNTED_MS = 31 * DAY_MS;

/** The earliest of the schedules' due runs after `lastStartMs`. Null: no schedule will start one. */
export function findDue(schedules: Schedule[], lastStartMs: number): Due | null {
  const intervals = schedules.filter(isInterval).map(({ recurrence: { everyMs }, startAtMs }): Due => {
    const sinceMs = Math.max(lastStartMs, startAtMs ?? -Infinity);
    return { sinceMs, atMs: sinceMs + everyMs, gapMs: everyMs, secondMs: sinceMs + everyMs };
  });
  const calendar = findNextOccurrence(schedules.filter(isCalendar), lastStartMs);
  const all = calendar === null ? intervals : [...intervals, calendar];
  return all.toSorted((a, b) => a.atMs - b.atMs)[0] ?? null;
}

function findNextOccurrence(calendars: Schedule<CalendarRecurrence>[], lastStartMs: number): Due | null {
  if (calendars.length === 0) return null;
  for (const horizonMs of HORIZONS_MS) {
    const ahead = { startMs: lastStartMs + 1, endMs: lastStartMs + horizonMs };
    const { occurrencesMs } = mergeCertain(calendars, ahead);
    const [first, second, third] = occurrencesMs;
    if (first === undefined || second === undefined) continue;
    // The run may have started a little before the occurrence that it was for.
    const isServed = first - lastStartMs <= earlyBefore(second - first);
    if (!isServed) return describeDue(lastStartMs, first, second - first, calendars);
    if (third !== undefined) return describeDue(lastStartMs, second, third - second, calendars);
  }
  const { occurrencesMs } = mergeCertain(calendars, {
    startMs: lastStartMs + 1,
    endMs: lastStartMs + LONGEST_HORIZON_MS,
  });
  const [only, next = (only ?? 0) + (HORIZONS_MS.at(-1) ?? 0)] = occurrencesMs;
  return only === undefined ? null : describeDue(lastStartMs, only, next - only, calendars);
}

/** A schedule that began later than the last start waits since then. */
function describeDue(lastStartMs: number, atMs: number, gapMs: number, calendars: Schedule[]): Due {
  const beginsMs = Math.min(...calendars.map(({ startAtMs }) => startAtMs ?? -Infinity));
  return {
    sinceMs: Math.max(lastStartMs, beginsMs),
    atMs,
    gapMs,
    secondMs: findSecond(atMs, calendars[0]?.timezone ?? "UTC"),
  };
}

/**
 * The runs of all schedules that were due since `due.atMs`, and can no longer be on time. Those of a calendar are counted over the first 31 days
 * only, so that an old silence costs no more than a month of it.
 */
export function countDue(
  schedules: Schedule[],
  due: Due,
  { endMs, lateAfterMs }: { endMs: number; lateAfterMs: number },
): DueCount {
  const untilMs = endMs - lateAfterMs;
  if (untilMs < due.atMs) return { n: 0, isMinimum: false };
  const byIntervals = schedules.filter(isInterval).reduce((sum, { recurrence: { everyMs }, startAtMs }) => {
    const sinceMs = Math.max(due.sinceMs, startAtMs ?? -Infinity);
    // As where an interval is compared: what has waited for less than half of it may still start.
    return sum + countMissed(endMs - sinceMs, everyMs);
  }, 0);
  const calendars = schedules.filter(isCalendar);
  const countedUntilMs = Math.min(untilMs, due.atMs + LONGEST_COUNTED_MS);
  const { occurrencesMs } = mergeCertain(calendars, { startMs: due.atMs, endMs: countedUntilMs + 1 });
  return { n: byIntervals + occurrencesMs.length, isMinimum: calendars.length > 0 && countedUntilMs < untilMs };
}

/** How long before its occurrence a run may start where the one before that is `gapMs` earlier. */
export function earlyBefore(gapMs: number): number {
  return Math.min(EARLY_MS, gapMs / 4);
}
