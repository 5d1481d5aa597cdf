/** Expected against actual: what one rule's schedules should have started in a window, and what was seen. */
import { compareInterval, countExpected, MAX_LISTED, type Compared, type MissedPause } from "./interval.ts";
import { findSecond, mergeCertain } from "../../time/occurrences.ts";
import { type IntervalRecurrence, isCalendar, isInterval, type Schedule } from "../../time/recurrence.ts";
import { isWithin, type Window } from "../../time/window.ts";
import { MINUTE_MS } from "../../time/units.ts";
import { EARLY_MS, earlyBefore, findDue } from "./due.ts";

export type Runs = {
  /** The rule's enabled schedules. */
  schedules: Schedule[];
  /** The zone of times without one: a start in an hour that its clocks show twice may be told an hour late. */
  timezone: string;
  /** The starts in the window and the last `EARLY_MS` before it, ascending; null where they are too many to list. */
  startsMs: number[] | null;
  /** The newest start before the window; null: none is known. */
  beforeMs: number | null;
  /** The number of starts in the window. */
  seen: number;
  /** And of those in the last `EARLY_MS` before it. */
  around: number;
  /** Runs are known up to its end. */
  window: Window;
  /** A start more than this after its occurrence is late. */
  lateAfterMs: number;
  /** A run may go on for so long without being seen: what was due since then is not yet missed. */
  unseenMs: number;
  /** Before that the rule may have had other schedules, which explain its starts; null: not that is known. */
  unknownUntilMs: number | null;
};

export type Comparison = Compared | { kind: "inexpressible"; reasons: string[] };

/** A start before its time by more than this is early. */
const NOTABLE_EARLY_MS = MINUTE_MS / 2;
/** Up to this many runs of calendar schedules are looked for among those of an interval. */
const MOST_SOUGHT = 100;

/**
 * The occurrences of calendar schedules are merged, and each start belongs to the last occurrence before it, or to one a
 * little after it. An interval is compared by the gaps between starts. Several intervals, and starts that are not listed,
 * are compared by number alone: nothing says which schedule started which run.
 */
export function compareRuns(runs: Runs): Comparison {
  const { schedules, window, lateAfterMs } = runs;
  if (schedules.length === 0) return { kind: "inexpressible", reasons: ["no schedule"] };
  const calendars = schedules.filter(isCalendar);
  const intervals = schedules.filter(isInterval);
  // Runs of an occurrence just outside the window may start inside it.
  const around = { startMs: window.startMs - lateAfterMs, endMs: window.endMs + EARLY_MS };
  const { occurrencesMs, reasons } = mergeCertain(calendars, around);
  if (reasons.length > 0) return { kind: "inexpressible", reasons };
  const [interval] = intervals;
  if (runs.startsMs === null || intervals.length > 1) return compareCounts(occurrencesMs, intervals, runs);
  if (interval === undefined) return compareOccurrences(occurrencesMs, runs.startsMs, runs);
  const inWindow = runs.startsMs.filter((atMs) => isWithin(atMs, window));
  if (calendars.length === 0) return compareInterval(interval, inWindow, runs);
  return occurrencesMs.length > MOST_SOUGHT
    ? compareCounts(occurrencesMs, intervals, runs)
    : compareBoth(interval, occurrencesMs, inWindow, runs);
}

/** More than three times the runs expected and at least ten more: a mistake in a schedule, not a few runs by hand. */
export function isTooOften({ expected, seen }: { expected: number; seen: number }): boolean {
  return seen > 3 * expected && seen >= expected + 10;
}

const [DOUBLED_SHARE, FEWEST_DOUBLED] = [0.5, 6];

/** Half as many again as expected, and a handful at least: a second scheduler, not a few runs by hand. */
export function isDoubled({ expected, extra }: { expected: number; extra: number }): boolean {
  return extra >= DOUBLED_SHARE * expected && extra >= FEWEST_DOUBLED;
}

function compareOccurrences(
  occurrencesMs: number[],
  startsMs: number[],
  { schedules, timezone, beforeMs, window, lateAfterMs, unseenMs, seen, around, unknownUntilMs }: Runs,
): Compared {
  const matches = matchStarts(occurrencesMs, startsMs);
  const due = matches.filter(({ atMs }) => isWithin(atMs, window));
  const again = (atMs: number) => findSecond(atMs, timezone);
  const onTime = ({ atMs, startMs }: Match) =>
    startMs !== null &&
    (startMs - atMs <= lateAfterMs || Math.abs(startMs - again(atMs)) <= Math.max(lateAfterMs, EARLY_MS));
  const without = due.filter(({ startMs }) => startMs === null).map(({ atMs }) => atMs);
  const missedMs = without.filter((atMs) => !mayStillStart(again(atMs), window, lateAfterMs + unseenMs));
  const judged = startsMs.filter((atMs) => atMs >= (unknownUntilMs ?? -Infinity)).length;
  const outside = matches.filter((match) => !isWithin(match.atMs, window) && onTime(match)).length;
  return {
    kind: "compared",
    expected: due.length,
    seen,
    around,
    missed: missedMs.length,
    late: due.filter((match) => match.startMs !== null && !onTime(match)).length,
    early: due.filter(({ atMs, startMs }) => startMs !== null && atMs - startMs > NOTABLE_EARLY_MS).length,
    missedShare: missedMs.length / Math.max(1, due.length),
    atTimes: null,
    extra: Math.max(0, judged - (due.length - without.length) - outside),
    missedAtMs: missedMs.slice(-MAX_LISTED).toReversed(),
    pause: findPause(due, missedMs, () => (beforeMs === null ? null : (findDue(schedules, beforeMs)?.atMs ?? null))),
    pending: without.length - missedMs.length,
  };
}

/** `due`: in the window, ascending. `findFirst`: what was due first since the newest start before it. */
function findPause(due: Match[], missedMs: number[], findFirst: () => number | null): MissedPause | null {
  const [firstMs, lastMs] = [missedMs[0], missedMs.at(-1)];
  if (firstMs === undefined || lastMs === undefined) return null;
  if (due.some(({ atMs, startMs }) => startMs !== null && atMs > firstMs && atMs < lastMs)) return null;
  const since = due.filter(({ atMs }) => atMs > lastMs).flatMap(({ startMs }) => startMs ?? []);
  const isWhole = due.some(({ atMs }) => atMs < firstMs);
  return { sinceMs: isWhole ? firstMs : findFirst(), backMs: since[0] ?? null, startedSince: since.length };
}

/** A start near an occurrence is the calendar's where the interval does not need it for a run of its own. */
function compareBoth(
  interval: Schedule<IntervalRecurrence>,
  occurrencesMs: number[],
  startsMs: number[],
  runs: Runs,
): Compared {
  const { window, lateAfterMs, unseenMs, seen } = runs;
  const due = occurrencesMs.filter((atMs) => isWithin(atMs, window));
  let left = startsMs;
  // The start before the window may be the calendar's.
  const own = { ...runs, beforeMs: null };
  let alone = compareInterval(interval, left, own);
  const missedMs: number[] = [];
  let pending = 0;
  for (const atMs of due) {
    const near = left.filter((startMs) => startMs >= atMs - EARLY_MS && startMs <= atMs + lateAfterMs);
    const rest = near
      .map((startMs) => left.filter((other) => other !== startMs))
      .find((others) => compareInterval(interval, others, own).missed <= alone.missed);
    if (rest !== undefined) {
      left = rest;
      alone = compareInterval(interval, left, own);
    } else if (mayStillStart(atMs, window, lateAfterMs + unseenMs)) pending += 1;
    else missedMs.push(atMs);
  }
  return {
    ...alone,
    expected: alone.expected + due.length,
    seen,
    missed: alone.missed + missedMs.length,
    missedShare: Math.max(alone.missedShare, missedMs.length / Math.max(1, due.length)),
    atTimes: { expected: due.length, missed: missedMs.length, pending },
    pause: null,
    missedAtMs: [...missedMs, ...alone.missedAtMs].toSorted((a, b) => b - a).slice(0, MAX_LISTED),
    pending: alone.pending + pending,
  };
}

export type Match = { atMs: number; startMs: number | null };

/** Each occurrence with the first start that belongs to it; both ascending. */
export function matchStarts(occurrencesMs: number[], startsMs: number[]): Match[] {
  const [first = Infinity, second = Infinity] = occurrencesMs;
  let next = startsMs.findIndex((startMs) => startMs >= first - earlyBefore(second - first));
  if (next === -1) next = startsMs.length;
  return occurrencesMs.map((atMs, index) => {
    const followingMs = occurrencesMs[index + 1] ?? Infinity;
    const afterMs = occurrencesMs[index + 2] ?? Infinity;
    const untilMs = followingMs - earlyBefore(followingMs - atMs);
    const startMs = startsMs[next] ?? Infinity;
    const secondMs = startsMs[next + 1] ?? Infinity;
    // Early for the next occurrence, unless that has a start of its own and this one has none.
    if (startMs >= untilMs && startMs < followingMs && secondMs < afterMs - earlyBefore(afterMs - followingMs)) {
      next += 1;
      return { atMs, startMs };
    }
    while ((startsMs[next] ?? Infinity) < untilMs) next += 1;
    return { atMs, startMs: startMs < untilMs ? startMs : null };
  });
}

function compareCounts(occurrencesMs: number[], intervals: Schedule<IntervalRecurrence>[], runs: Runs): Compared {
  const { window, lateAfterMs, unseenMs, seen, around, unknownUntilMs } = runs;
  const due = occurrencesMs.filter((atMs) => isWithin(atMs, window));
  const counts = intervals.map((interval) => countExpected(interval, window));
  const most = counts.reduce((sum, count) => sum + count, due.length);
  // Of intervals that are alike one run may stand for each: so many as started were due.
  const alike = intervals.map(({ recurrence: { everyMs } }, index) => `${everyMs} ${counts[index]}`);
  const again = counts.filter((_, index) => alike.indexOf(alike[index] ?? "") < index);
  const expected = Math.min(most, Math.max(seen, most - again.reduce((sum, count) => sum + count, 0)));
  const mayStart =
    due.filter((atMs) => mayStillStart(atMs, window, lateAfterMs + unseenMs)).length +
    counts.filter((count) => count > 0).length;
  const absent = Math.max(0, expected - seen);
  const pending = Math.min(absent, mayStart);
  return {
    kind: "compared",
    expected,
    seen,
    around,
    missed: absent - pending,
    late: null,
    early: null,
    missedShare: (absent - pending) / Math.max(1, expected),
    atTimes: null,
    extra: (unknownUntilMs ?? -Infinity) > window.startMs ? null : Math.max(0, seen - expected),
    missedAtMs: [],
    pause: null,
    pending,
  };
}

/** A start at the window's very end would be in time, and is not seen: the window is half-open. */
function mayStillStart(atMs: number, window: Window, withinMs: number): boolean {
  return atMs + withinMs >= window.endMs;
}
