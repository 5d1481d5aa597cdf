/** A rule's newest runs, read as attempts: a failed run that is soon started again is not yet an outcome. */
import type { RunRow } from "./run-row.ts";

/** One run and its repeats, until one of them ended well or no other was started. Newest first. */
export type Attempts = { runs: [RunRow, ...RunRow[]] };

/** When a run counts: at its end, or at its start where its row has no end. */
export function settledAt({ startedMs, endedMs }: RunRow): number {
  return endedMs ?? startedMs;
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

/** Finished runs, newest first, put together where a failed one was started again within `retryWithinMs`. */
export function foldAttempts(finished: RunRow[], retryWithinMs: number): Attempts[] {
  const folded: Attempts[] = [];
  for (const run of finished) {
    const newer = folded.at(-1);
    const first = newer?.runs.at(-1);
    const isRetried = first !== undefined && hasFailed(run) && first.startedMs - settledAt(run) <= retryWithinMs;
    if (newer !== undefined && isRetried) newer.runs.push(run);
    else folded.push({ runs: [run] });
  }
  return folded;
}

/** The outcome of attempts is that of the last one. */
export function endedBadly({ runs }: Attempts): boolean {
  return hasFailed(runs[0]);
}
