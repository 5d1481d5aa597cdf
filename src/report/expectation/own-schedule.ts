/** A schedule that starts nothing, beside others of the same rule that do: what a nightly one misses, a five-minute one hides. */
import { mergeCertain } from "../../time/occurrences.ts";
import { isCalendar, type CalendarRecurrence, type Schedule } from "../../time/recurrence.ts";
import { DAY_MS, HOUR_MS, HOURS_A_DAY } from "../../time/units.ts";
import type { Window } from "../../time/window.ts";
import type { RuleExpectation } from "./expectations.ts";
import type { RuleHistory } from "../memory/history.ts";
import { EARLY_MS } from "./due.ts";
import { listOwnTimes } from "./own-times.ts";

export type SilentSchedule = {
  /** As `OwnTimes`. */
  text: string;
  schedule: Schedule;
  /** The first run that it did not start since the last one that it did. */
  sinceMs: number;
  n: number;
  /** It is not known to have ever started any. */
  isNever: boolean;
};

/** Hours before and after, which tell how many starts of the others an hour has. */
const HOURS_AROUND = 3;
const FEWEST_AROUND = 4;
/** A schedule that fires more often than this hides behind nothing. */
export const SHORTEST_GAP_MS = 6 * HOUR_MS;
/** One that is not known to have ever started a run has none that tells how its runs look: so many must be missing. */
const FEWEST_NEVER = 3;

/**
 * By the starts of each hour, less those that are due by its other schedules: where the hours around one all have as many, one
 * start more is this schedule's. An hour that can be read so neither way says nothing.
 */
export function findSilentSchedule(
  expectation: RuleExpectation,
  history: RuleHistory,
  { window, lateAfterMs }: { window: Window; lateAfterMs: number },
): SilentSchedule | null {
  const atTimes = expectation.compared?.atTimes ?? null;
  // All that was due at times of its own in the window has started.
  const isWell = atTimes !== null && atTimes.expected > 0 && atTimes.missed === 0;
  const found = listOwnTimes(expectation, history.nowMs).flatMap(({ text, schedule, others, times }) => {
    if (isWell && mergeCertain([schedule], window).occurrencesMs.length > 0) return [];
    const silence = findSilence(schedule, { text, others: others.filter(isCalendar), history, lateAfterMs });
    // One time alone that never started any may be new in its schedule, and once is no silence.
    const isCertain = silence !== null && (times === 1 || (!silence.isNever && silence.n > 1));
    return isCertain ? silence : [];
  });
  return found.toSorted((a, b) => a.sinceMs - b.sinceMs)[0] ?? null;
}

type Known = {
  text: string;
  others: Schedule<CalendarRecurrence>[];
  history: RuleHistory;
  lateAfterMs: number;
};

function findSilence(schedule: Schedule<CalendarRecurrence>, known: Known): SilentSchedule | null {
  const { history, lateAfterMs } = known;
  const untilMs = history.nowMs - lateAfterMs - (HOURS_AROUND + 1) * HOUR_MS;
  const { occurrencesMs } = mergeCertain([schedule], { startMs: history.firstHour * HOUR_MS, endMs: untilMs });
  const [first = 0, second = Infinity] = occurrencesMs;
  if (occurrencesMs.length < 2 || second - first < SHORTEST_GAP_MS) return null;
  const counts = countUnexplained(known);
  const missedMs: number[] = [];
  for (const atMs of occurrencesMs.toReversed()) {
    const ran = didRun(atMs, counts, known);
    if (ran === false) missedMs.push(atMs);
    if (ran !== true) continue;
    const sinceMs = missedMs.at(-1);
    return sinceMs === undefined ? null : { text: known.text, schedule, sinceMs, n: missedMs.length, isNever: false };
  }
  // Where another is due at the same moment, one run may stand for both.
  const isShared = mergeCertain(known.others, { startMs: first, endMs: first + 1 }).occurrencesMs.length > 0;
  const isCertain = !isShared && missedMs.length >= FEWEST_NEVER && missedMs.length === occurrencesMs.length;
  return isCertain ? { text: known.text, schedule, sinceMs: first, n: missedMs.length, isNever: true } : null;
}

/** Starts of each hour that are not due by the other schedules. One that fires often has as many in each hour, and is left out. */
export function countUnexplained({ others, history }: Pick<Known, "others" | "history">): Map<number, number> {
  const { hours, counts } = history.starts;
  const unexplained = new Map(Array.from(hours, (hour, index) => [hour, counts[index] ?? 0]));
  const span = { startMs: history.firstHour * HOUR_MS, endMs: history.nowMs };
  const newest = { startMs: history.nowMs - DAY_MS, endMs: history.nowMs };
  for (const other of others) {
    if (mergeCertain([other], newest).occurrencesMs.length > HOURS_A_DAY) continue;
    for (const atMs of mergeCertain([other], span).occurrencesMs) {
      const hour = Math.floor(atMs / HOUR_MS);
      unexplained.set(hour, (unexplained.get(hour) ?? 0) - 1);
    }
  }
  return unexplained;
}

function didRun(atMs: number, counts: Map<number, number>, { history, lateAfterMs }: Known): boolean | null {
  const fromHour = Math.floor((atMs - EARLY_MS) / HOUR_MS);
  const toHour = Math.floor((atMs + lateAfterMs) / HOUR_MS);
  const hours = Array.from({ length: toHour - fromHour + 1 }, (_, index) => fromHour + index);
  const around = Array.from({ length: HOURS_AROUND }, (_, index) => [fromHour - 1 - index, toHour + 1 + index])
    .flat()
    .filter((hour) => history.isCovered(hour))
    .map((hour) => counts.get(hour) ?? 0);
  if (around.length < FEWEST_AROUND || !hours.every((hour) => history.isCovered(hour))) return null;
  const [fewest, most] = [Math.min(...around), Math.max(...around)];
  // Another's run came in the hour before or after its own.
  if (fewest < 0) return null;
  const started = hours.reduce((sum, hour) => sum + (counts.get(hour) ?? 0), 0);
  if (started > most * hours.length) return true;
  return fewest === most && started === most * hours.length ? false : null;
}
