/** A rule's newest runs, read as attempts: a failed run that is soon started again is not yet an outcome. */
import { isWithin, type Window } from "../../time/window.ts";
import type { RunRow } from "./run-row.ts";
import { isCleanUp } from "../vocabulary.ts";

/** One run and its repeats, until one of them ended well or no other was started. Newest first. */
export type Attempts = { runs: [RunRow, ...RunRow[]] };

/** When a run counts: at its end, or at its start where its row has no end. */
export function settledAt({ startedMs, endedMs }: RunRow): number {
  return endedMs ?? startedMs;
}

/** When it was last known to work: a run that a clean-up ended had long stopped when it was found. */
export function aliveUntil(run: RunRow): number {
  return run.error !== null && isCleanUp(run.error) ? run.startedMs : settledAt(run);
}

/** Until when it kept others waiting; epoch milliseconds, `endMs` where it goes on. */
export function busyUntil(run: RunRow, endMs: number): number {
  return run.endedMs === null && (run.status === "running" || run.status === "stale") ? endMs : aliveUntil(run);
}

export function isFinished({ status }: RunRow): boolean {
  return status === "success" || status === "partial" || status === "failed";
}

/** It waits, goes on, or was left so. */
export function isOpen({ status }: RunRow): boolean {
  return status === "running" || status === "pending" || status === "stale";
}

export function hasFailed({ status }: Pick<RunRow, "status">): boolean {
  return status === "failed" || status === "partial";
}

/**
 * The failed ones of the runs that are known, which may leave out the window's: its own where any failed in it, else those before it.
 */
export function listFailed(known: { finished: RunRow[]; outcome: { failed: number }; window: Window }): RunRow[] {
  const failed = known.finished.filter(hasFailed);
  if (known.outcome.failed === 0) return failed;
  return failed.filter((run) => isWithin(settledAt(run), known.window));
}

/** How a rule is started: a failed run that is soon started again was, unless the next one was due by then. */
export type Rhythm = {
  /** A failed run that is started again within this is one attempt of several. */
  retryWithinMs: number;
  /** From one start to the next, where its newest runs do not tell. Null: not known. */
  intervalMs: number | null;
  /** A schedule starts it, whenever the run before it ended. */
  isScheduled: boolean;
};

/** A start after this share of the usual time between two starts is the next one that was due. */
const NEXT_SHARE = 0.75;
/** So many runs that followed a success tell when the next one starts. */
const FEWEST_FOLLOWED = 3;
/** The rests of a rule that starts again whenever it has ended are alike, up to this share of them or this time. */
const ALIKE_SHARE = 0.25;
const ALIKE_MS = 5000;

/** Finished runs, newest first, put together where a failed one was started again before the next one was due. */
export function foldAttempts(finished: RunRow[], rhythm: Rhythm): Attempts[] {
  const { apartMs, restMs } = measurePace(finished, rhythm);
  const isRetry = (next: RunRow, failed: RunRow) => {
    const restedMs = next.startedMs - settledAt(failed);
    const isDue = next.startedMs - failed.startedMs >= apartMs * NEXT_SHARE;
    return restedMs <= rhythm.retryWithinMs && !isDue && !(restMs !== null && isAlike(restedMs, restMs));
  };
  const folded: Attempts[] = [];
  for (const run of finished) {
    const newer = folded.at(-1);
    const first = newer?.runs.at(-1);
    const isRetried = first !== undefined && hasFailed(run) && isRetry(first, run);
    if (newer !== undefined && isRetried) newer.runs.push(run);
    else folded.push({ runs: [run] });
  }
  return folded;
}

/**
 * By what followed its successes, which nobody repeats: the time from start to start, and the rest of a rule that rests as long
 * each time. Starts in pairs, and long rests by night, are among its shortest and longest times. `restMs`: null, it has no such rest.
 */
function measurePace(
  finished: RunRow[],
  { intervalMs, isScheduled }: Rhythm,
): { apartMs: number; restMs: number | null } {
  const byStart = finished.toSorted((a, b) => a.startedMs - b.startedMs);
  const followed = byStart.slice(1).flatMap((next, index) => {
    const run = byStart[index];
    return run === undefined || hasFailed(run)
      ? []
      : [{ apartMs: next.startedMs - run.startedMs, restMs: next.startedMs - settledAt(run) }];
  });
  if (followed.length < FEWEST_FOLLOWED) return { apartMs: intervalMs ?? Infinity, restMs: null };
  const [shortMs, restMs] = [0.25, 0.75].map((share) => quantile(followed, share, (times) => times.restMs));
  const isLoop = !isScheduled && isAlike(shortMs ?? 0, restMs ?? 0);
  return { apartMs: quantile(followed, 0.75, (times) => times.apartMs), restMs: isLoop ? (restMs ?? null) : null };
}

function isAlike(oneMs: number, otherMs: number): boolean {
  return Math.abs(oneMs - otherMs) <= Math.max(ALIKE_MS, Math.abs(otherMs) * ALIKE_SHARE);
}

function quantile<T>(all: T[], share: number, measure: (one: T) => number): number {
  return all.map(measure).toSorted((a, b) => a - b)[Math.floor(share * (all.length - 1))] ?? 0;
}

/** The outcome of attempts is that of the last one. */
export function endedBadly({ runs }: Attempts): boolean {
  return hasFailed(runs[0]);
}
