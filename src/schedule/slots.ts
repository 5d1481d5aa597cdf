/** The times at which a schedule should report. Pure: the same schedule and window give the same slots. */
import type { ScheduleConfig } from "../config/schema.ts";
import { mergeOccurrences } from "../time/occurrences.ts";
import { DAY_MS } from "../time/units.ts";

type Pattern = Pick<ScheduleConfig, "cron" | "timezone">;

/** How far the next and the latest slot are looked for: a day, a month, a year, and eight years for a leap day. */
const REACHES_MS = [1, 32, 366, 366 * 8].map((days) => days * DAY_MS);

/** Ascending, in `[startMs, endMs)`; where two patterns meet, once. */
export function listSlots({ cron, timezone }: Pattern, startMs: number, endMs: number): number[] {
  if (startMs >= endMs) return [];
  const schedules = cron.map((pattern) => ({
    recurrence: { kind: "cron" as const, pattern },
    timezone,
    startAtMs: null,
    endAtMs: null,
  }));
  return mergeOccurrences(schedules, { startMs, endMs }).occurrencesMs;
}

/** The first slots after a moment. */
export function nextSlots(pattern: Pattern, afterMs: number, count: number): number[] {
  for (const reachMs of REACHES_MS) {
    const slots = listSlots(pattern, afterMs + 1, afterMs + reachMs);
    if (slots.length >= count || reachMs === REACHES_MS.at(-1)) return slots.slice(0, count);
  }
  return [];
}

/** The newest slot at or before a moment; null where there was none in eight years. */
export function latestSlot(pattern: Pattern, atMs: number): number | null {
  for (const reachMs of REACHES_MS) {
    const newest = listSlots(pattern, atMs - reachMs, atMs + 1).at(-1);
    if (newest !== undefined) return newest;
  }
  return null;
}
