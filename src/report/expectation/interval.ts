/**
 * Runs of an interval: Celery starts the next one so long after the last, so they drift and have no times of their own. What
 * can be judged is the gap between two starts: rounded to whole intervals, all but the last one in it were missed. Before
 * the first start and after the last one the same holds, half an interval being the tolerance everywhere.
 */
import type { IntervalRecurrence, Schedule } from "../../time/recurrence.ts";
import type { Window } from "../../time/window.ts";

export type Compared = {
  kind: "compared";
  expected: number;
  seen: number;
  /** Seen runs, and those of the last minutes before the window: an interval's drift across its edge. */
  around: number;
  missed: number;
  /** Null where single runs cannot be told to be late or early: intervals, several intervals, starts that are not listed. */
  late: number | null;
  /** Started before its time by more than half a minute. */
  early: number | null;
  /** The greatest share of its own runs that any one schedule of the rule missed, 0–1. */
  missedShare: number;
  /** What is due at times of its own beside an interval; null where no calendar schedule stands beside one. */
  atTimes: { expected: number; missed: number; pending: number } | null;
  /** Starts that no schedule explains: by hand, twice, or by one that is not known. Null: some were before the schedules that are known, and how many is not. */
  extra: number | null;
  /** When the newest ten missed runs were due, newest first; empty where that cannot be told. */
  missedAtMs: number[];
  /** Where all of them were missed in one go: when. Null: at several times, or that cannot be told. */
  pause: MissedPause | null;
  /** Due so shortly before the end that they may still start: neither seen nor missed. */
  pending: number;
};

export const MAX_LISTED = 10;

/** Runs that were missed one after the other. */
export type MissedPause = {
  /** When the first was due, perhaps before the window; null: that is not known. */
  sinceMs: number | null;
  /** When the rule first started again; null: it has not. */
  backMs: number | null;
  /** How many of the runs due after it started. */
  startedSince: number;
};

type Known = {
  window: Window;
  seen: number;
  around: number;
  beforeMs: number | null;
  /** As `Runs`. */
  unseenMs: number;
  unknownUntilMs: number | null;
};

/** How many whole intervals fit into the part of the window in which the schedule is in force: one more may have run. */
export function countExpected(schedule: Schedule<IntervalRecurrence>, window: Window): number {
  const { startMs, endMs } = clip(schedule, window);
  return Math.floor((endMs - startMs) / schedule.recurrence.everyMs);
}

/**
 * Compares the starts, ascending, with one interval. A missed run was due whole intervals after the start before it.
 * `beforeMs`: the newest start before the window; where it is not known, the times of the first runs are not either. Extra are the starts above the most that the interval allows.
 */
export function compareInterval(
  schedule: Schedule<IntervalRecurrence>,
  startsMs: number[],
  { window, seen, around, beforeMs, unseenMs, unknownUntilMs }: Known,
): Compared {
  const { everyMs } = schedule.recurrence;
  const { startMs, endMs } = clip(schedule, window);
  const inForce = startsMs.filter((atMs) => atMs >= startMs && atMs < endMs);
  const outside = startsMs.filter((atMs) => (atMs < startMs || atMs >= endMs) && atMs >= (unknownUntilMs ?? -Infinity));
  // A schedule that began within the window waits from then on.
  const anchorMs = beforeMs !== null && beforeMs < startMs && startMs === window.startMs ? beforeMs : null;
  const edges = [anchorMs ?? startMs, ...inForce, endMs];
  const gaps = edges.slice(1).map((toMs, index) => {
    const fromMs = edges[index] ?? toMs;
    // What was due before the window is missing there, not here.
    const before = Math.max(0, Math.ceil((startMs - fromMs) / everyMs) - 1);
    const last = countMissed(toMs - fromMs - (toMs === window.endMs ? unseenMs : 0), everyMs);
    return { fromMs, last, missed: Math.max(0, last - before), afterStart: index > 0 || anchorMs !== null };
  });
  const missed = gaps.reduce((sum, gap) => sum + gap.missed, 0);
  const lastGapMs = endMs - (inForce.at(-1) ?? anchorMs ?? startMs);
  const dueInLastGap = endMs === window.endMs ? Math.floor(lastGapMs / everyMs) : 0;
  const mostAllowed = Math.ceil((endMs - startMs) / everyMs);
  const tooMany = Math.max(0, inForce.length + missed - mostAllowed);
  const explained = inForce.length - tooMany;
  const mayStart = Math.max(0, dueInLastGap - countMissed(lastGapMs - unseenMs, everyMs));
  // Where no run fits into the window as a whole, one is due in it all the same.
  const sinceAnchor = (ms: number) => (ms - (anchorMs ?? ms)) / everyMs;
  const dueHere = Math.floor(sinceAnchor(endMs)) - Math.max(0, Math.ceil(sinceAnchor(startMs)) - 1);
  const most = Math.max(countExpected(schedule, window), Math.min(1, dueHere));
  const pending = Math.min(mayStart, Math.max(0, most - explained - missed));
  const expected = explained + missed + pending;
  return {
    kind: "compared",
    expected,
    seen,
    around,
    missed,
    late: null,
    early: null,
    missedShare: missed / Math.max(1, expected),
    atTimes: null,
    extra: outside.length + tooMany,
    missedAtMs: gaps
      .filter((gap) => gap.afterStart)
      .reduceRight<number[]>((listed, gap) => {
        for (let n = 0; n < gap.missed && listed.length < MAX_LISTED; n += 1)
          listed.push(gap.fromMs + (gap.last - n) * everyMs);
        return listed;
      }, []),
    pause: findPause(gaps, inForce, everyMs),
    pending,
  };
}

type Gap = { fromMs: number; last: number; missed: number; afterStart: boolean };

/** The one gap in which runs were missed. */
function findPause(gaps: Gap[], startsMs: number[], everyMs: number): MissedPause | null {
  const [only, ...others] = gaps.filter(({ missed }) => missed > 0);
  if (only === undefined || others.length > 0) return null;
  const since = startsMs.filter((atMs) => atMs > only.fromMs);
  return {
    sinceMs: only.afterStart ? only.fromMs + everyMs : null,
    backMs: since[0] ?? null,
    startedSince: since.length,
  };
}

/** How many runs of an interval are missing in a gap between two starts, or since the last one. */
export function countMissed(gapMs: number, everyMs: number): number {
  return Math.max(0, Math.floor(gapMs / everyMs - 0.5));
}

function clip(schedule: Schedule, window: Window): Window {
  const startMs = Math.max(window.startMs, schedule.startAtMs ?? -Infinity);
  return { startMs, endMs: Math.max(startMs, Math.min(window.endMs, schedule.endAtMs ?? Infinity)) };
}
