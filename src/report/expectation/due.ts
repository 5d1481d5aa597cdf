/** Since when a rule's schedules have been waiting for a run. */
import { DAY_MS, MINUTE_MS } from "../../time/units.ts";
import { mergeOccurrences } from "../../time/occurrences.ts";
import { type CalendarRecurrence, isCalendar, isInterval, type Schedule } from "../../time/recurrence.ts";

export type Due = {
  /** When the first run was due that has not started; later than the window's end: nothing is waited for. */
  atMs: number;
  /** The time until the run after it is due. */
  gapMs: number;
};

/** The longest time before its occurrence at which a run may start, as the clocks of two machines differ. */
export const EARLY_MS = 5 * MINUTE_MS;
/** How far ahead a next occurrence is looked for, step by step. */
const HORIZONS_MS = [2 * DAY_MS, 40 * DAY_MS, 366 * DAY_MS];

/** The earliest of the schedules' due runs after `lastStartMs`. Null: no schedule will start one. */
export function findDue(schedules: Schedule[], lastStartMs: number): Due | null {
  const intervals = schedules.filter(isInterval).map(({ recurrence: { everyMs } }): Due => ({
    atMs: lastStartMs + everyMs,
    gapMs: everyMs,
  }));
  const calendar = findNextOccurrence(schedules.filter(isCalendar), lastStartMs);
  const all = calendar === null ? intervals : [...intervals, calendar];
  return all.toSorted((a, b) => a.atMs - b.atMs)[0] ?? null;
}

function findNextOccurrence(calendars: Schedule<CalendarRecurrence>[], lastStartMs: number): Due | null {
  if (calendars.length === 0) return null;
  for (const horizonMs of HORIZONS_MS) {
    const ahead = { startMs: lastStartMs + 1, endMs: lastStartMs + horizonMs };
    const { occurrencesMs } = mergeOccurrences(calendars, ahead);
    const [first, second, third] = occurrencesMs;
    if (first === undefined || second === undefined) continue;
    // The run may have started a little before the occurrence that it was for.
    const isServed = first - lastStartMs <= earlyBefore(second - first);
    if (!isServed) return { atMs: first, gapMs: second - first };
    if (third !== undefined) return { atMs: second, gapMs: third - second };
  }
  const { occurrencesMs } = mergeOccurrences(calendars, {
    startMs: lastStartMs + 1,
    endMs: lastStartMs + 2 * (HORIZONS_MS.at(-1) ?? 0),
  });
  const [only] = occurrencesMs;
  return only === undefined ? null : { atMs: only, gapMs: HORIZONS_MS.at(-1) ?? 0 };
}

/** How long before its occurrence a run may start where the one before that is `gapMs` earlier. */
export function earlyBefore(gapMs: number): number {
  return Math.min(EARLY_MS, gapMs / 4);
}
