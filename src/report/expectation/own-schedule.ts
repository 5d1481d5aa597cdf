/** A schedule that starts nothing, beside others of the same rule that do: what a nightly one misses, a five-minute one hides. */
import { mergeCertain } from "../../time/occurrences.ts";
import { isCalendar, isInForce, type CalendarRecurrence, type Schedule } from "../../time/recurrence.ts";
import { HOUR_MS } from "../../time/units.ts";
import type { RuleExpectation } from "../expectations.ts";
import type { RuleHistory } from "../memory/history.ts";
import { EARLY_MS } from "./due.ts";

export type SilentSchedule = {
  text: string;
  /** The first run that it did not start since the last one that it did. */
  sinceMs: number;
  n: number;
};

/** Hours before and after, which tell how many starts of the others an hour has. */
const HOURS_AROUND = 3;
const FEWEST_AROUND = 4;
/** A schedule that fires more often than this hides behind nothing. */
const SHORTEST_GAP_MS = 6 * HOUR_MS;

/**
 * By the starts of each hour: where the hours around one all have as many, one start more is this schedule's. An hour that
 * can be read so neither way says nothing.
 */
export function findSilentSchedule(
  { schedules, texts, compared }: RuleExpectation,
  history: RuleHistory,
  lateAfterMs: number,
): SilentSchedule | null {
  if (schedules.length < 2 || schedules.length !== texts.length) return null;
  const atTimes = compared?.atTimes ?? null;
  if (atTimes !== null && atTimes.expected > 0 && atTimes.missed === 0) return null;
  const counts = new Map(Array.from(history.starts.hours, (hour, index) => [hour, history.starts.counts[index] ?? 0]));
  const found = schedules.flatMap((schedule, index) => {
    const text = texts[index] ?? "";
    return isCalendar(schedule) && isInForce(schedule, history.nowMs)
      ? (findSilence(schedule, { text, history, counts, lateAfterMs }) ?? [])
      : [];
  });
  return found.toSorted((a, b) => a.sinceMs - b.sinceMs)[0] ?? null;
}

type Known = { text: string; history: RuleHistory; counts: Map<number, number>; lateAfterMs: number };

function findSilence(schedule: Schedule<CalendarRecurrence>, known: Known): SilentSchedule | null {
  const { history, lateAfterMs } = known;
  const untilMs = history.nowMs - lateAfterMs - (HOURS_AROUND + 1) * HOUR_MS;
  const { occurrencesMs } = mergeCertain([schedule], { startMs: history.firstHour * HOUR_MS, endMs: untilMs });
  const [first = 0, second = Infinity] = occurrencesMs;
  if (occurrencesMs.length < 2 || second - first < SHORTEST_GAP_MS) return null;
  const missedMs: number[] = [];
  for (const atMs of occurrencesMs.toReversed()) {
    const ran = didRun(atMs, known);
    if (ran === false) missedMs.push(atMs);
    if (ran !== true) continue;
    const sinceMs = missedMs.at(-1);
    return sinceMs === undefined ? null : { text: known.text, sinceMs, n: missedMs.length };
  }
  // It is not known to have ever started anything: by this measure nothing can be told.
  return null;
}

function didRun(atMs: number, { history, counts, lateAfterMs }: Known): boolean | null {
  const fromHour = Math.floor((atMs - EARLY_MS) / HOUR_MS);
  const toHour = Math.floor((atMs + lateAfterMs) / HOUR_MS);
  const hours = Array.from({ length: toHour - fromHour + 1 }, (_, index) => fromHour + index);
  const around = Array.from({ length: HOURS_AROUND }, (_, index) => [fromHour - 1 - index, toHour + 1 + index])
    .flat()
    .filter((hour) => history.isCovered(hour))
    .map((hour) => counts.get(hour) ?? 0);
  if (around.length < FEWEST_AROUND || !hours.every((hour) => history.isCovered(hour))) return null;
  const [fewest, most] = [Math.min(...around), Math.max(...around)];
  const started = hours.reduce((sum, hour) => sum + (counts.get(hour) ?? 0), 0);
  if (started > most * hours.length) return true;
  return fewest === most && started === most * hours.length ? false : null;
}
