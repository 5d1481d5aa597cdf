/** Expected against actual: what one rule's schedules should have started in a window, and what was seen. */
import { compareInterval, countExpected, MAX_LISTED, type Compared } from "./interval.ts";
import { mergeOccurrences } from "../../time/occurrences.ts";
import { type IntervalRecurrence, isCalendar, isInterval, type Schedule } from "../../time/recurrence.ts";
import { isWithin, type Window } from "../../time/window.ts";
import { MINUTE_MS } from "../../time/units.ts";

export type Runs = {
  /** The rule's enabled schedules. */
  schedules: Schedule[];
  /** The starts in the window, ascending; null where they are too many to list. */
  startsMs: number[] | null;
  /** The number of starts in the window. */
  seen: number;
  /** Runs are known up to its end. */
  window: Window;
  /** A start more than this after its occurrence is late. */
  lateAfterMs: number;
};

export type Comparison = Compared | { kind: "inexpressible"; reasons: string[] };

/** How long before its occurrence a start still belongs to it, as the clocks of two machines differ. */
const EARLY_MS = MINUTE_MS;

/**
 * The occurrences of calendar schedules are merged, and each start belongs to the last occurrence before it, or to one less
 * than a minute after it. An interval is compared by the gaps between starts. Several intervals, both kinds on one
 * rule, and starts that are not listed are compared by number alone: nothing says which schedule started which run.
 */
export function compareRuns(runs: Runs): Comparison {
  const { schedules, window, lateAfterMs } = runs;
  if (schedules.length === 0) return { kind: "inexpressible", reasons: ["no schedule"] };
  const calendars = schedules.filter(isCalendar);
  const intervals = schedules.filter(isInterval);
  // Runs of an occurrence just outside the window may start inside it.
  const around = { startMs: window.startMs - lateAfterMs, endMs: window.endMs + EARLY_MS };
  const { occurrencesMs, reasons } = mergeOccurrences(calendars, around);
  if (reasons.length > 0) return { kind: "inexpressible", reasons };
  const [interval] = intervals;
  if (runs.startsMs === null || intervals.length > 1 || (interval !== undefined && calendars.length > 0)) {
    return compareCounts(occurrencesMs, intervals, runs);
  }
  return interval === undefined
    ? compareOccurrences(occurrencesMs, runs.startsMs, runs)
    : compareInterval(interval, runs.startsMs, runs);
}

/** More than three times the runs expected and at least ten more: a mistake in a schedule, not a few runs by hand. */
export function isTooOften({ expected, seen }: { expected: number; seen: number }): boolean {
  return seen > 3 * expected && seen >= expected + 10;
}

function compareOccurrences(
  occurrencesMs: number[],
  startsMs: number[],
  { window, lateAfterMs, seen }: Runs,
): Compared {
  const matches = matchStarts(occurrencesMs, startsMs);
  const due = matches.filter(({ atMs }) => isWithin(atMs, window));
  const onTime = ({ atMs, startMs }: Match) => startMs !== null && startMs - atMs <= lateAfterMs;
  const without = due.filter(({ startMs }) => startMs === null).map(({ atMs }) => atMs);
  const missedMs = without.filter((atMs) => !mayStillStart(atMs, window, lateAfterMs));
  const outside = matches.filter((match) => !isWithin(match.atMs, window) && onTime(match)).length;
  return {
    kind: "compared",
    expected: due.length,
    seen,
    missed: missedMs.length,
    late: due.filter((match) => match.startMs !== null && !onTime(match)).length,
    extra: startsMs.length - (due.length - without.length) - outside,
    missedAtMs: missedMs.slice(-MAX_LISTED).toReversed(),
    pending: without.length - missedMs.length,
  };
}

type Match = { atMs: number; startMs: number | null };

/** Each occurrence with the first start that belongs to it; where occurrences are close, starts are less early. */
function matchStarts(occurrencesMs: number[], startsMs: number[]): Match[] {
  let next = startsMs.findIndex((startMs) => startMs >= (occurrencesMs[0] ?? Infinity) - EARLY_MS);
  if (next === -1) next = startsMs.length;
  return occurrencesMs.map((atMs, index) => {
    const followingMs = occurrencesMs[index + 1] ?? Infinity;
    const untilMs = followingMs - Math.min(EARLY_MS, (followingMs - atMs) / 4);
    const first = startsMs[next] ?? Infinity;
    while ((startsMs[next] ?? Infinity) < untilMs) next += 1;
    return { atMs, startMs: first < untilMs ? first : null };
  });
}

function compareCounts(occurrencesMs: number[], intervals: Schedule<IntervalRecurrence>[], runs: Runs): Compared {
  const { window, lateAfterMs, seen } = runs;
  const due = occurrencesMs.filter((atMs) => isWithin(atMs, window));
  const counts = intervals.map((interval) => countExpected(interval, window));
  const expected = counts.reduce((sum, count) => sum + count, due.length);
  const mayStart =
    due.filter((atMs) => mayStillStart(atMs, window, lateAfterMs)).length + counts.filter((count) => count > 0).length;
  const absent = Math.max(0, expected - seen);
  const pending = Math.min(absent, mayStart);
  return {
    kind: "compared",
    expected,
    seen,
    missed: absent - pending,
    late: null,
    extra: Math.max(0, seen - expected),
    missedAtMs: [],
    pending,
  };
}

/** A start at the window's very end would be on time, and is not seen: the window is half-open. */
function mayStillStart(atMs: number, window: Window, lateAfterMs: number): boolean {
  return atMs + lateAfterMs >= window.endMs;
}
