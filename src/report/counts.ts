/** Arithmetic on status counts: what is finished, what failed, which rate that makes. */
import { isWithin, type Window } from "../time/window.ts";
import type { RuleActivity, StatusCounts } from "./activity.ts";
import { ACTION_STATUSES, type ActionStatus } from "./words.ts";

export type Outcome = { total: number; successful: number; failed: number; partial: number; rate: number | null };

export function emptyCounts(): StatusCounts {
  return {
    success: 0,
    partial: 0,
    failed: 0,
    running: 0,
    stale: 0,
    pending: 0,
    skipped: 0,
    dry_run: 0,
    wrapper: 0,
    unknown: 0,
  };
}

export function addCounts(all: StatusCounts[]): StatusCounts {
  const sum = emptyCounts();
  for (const counts of all) for (const status of ACTION_STATUSES) sum[status] += counts[status];
  return sum;
}

/** Where a greater share of the rows has a status that is in no vocabulary, no rate is told. */
const MOST_UNKNOWN = 0.2;

/** total = success + partial + failed; failed = total − successful, so partial counts as failed. */
export function countOutcome(counts: StatusCounts): Outcome {
  const total = counts.success + counts.partial + counts.failed;
  const isMostlyKnown = counts.unknown <= MOST_UNKNOWN * (total + counts.unknown);
  return {
    total,
    successful: counts.success,
    failed: total - counts.success,
    partial: counts.partial,
    rate: isMostlyKnown ? divide(counts.success, total) : null,
  };
}

/** Whatever became of a run; dry runs and wrappers are no runs of the rule's own. */
export function isOwnRun(status: ActionStatus): boolean {
  return status !== "dry_run" && status !== "wrapper";
}

const OWN_STATUSES = ACTION_STATUSES.filter(isOwnRun);

/** The rule's own runs. */
export function countRuns(counts: StatusCounts): number {
  return OWN_STATUSES.reduce((sum, status) => sum + counts[status], 0);
}

/** A rule's own runs that started in the window; those of its count where they are too many to list. */
export function countStarted(
  { startsMs, current }: Pick<RuleActivity, "startsMs" | "current">,
  window: Window,
): number {
  return startsMs === null ? countRuns(current) : startsMs.filter((atMs) => isWithin(atMs, window)).length;
}

export function divide(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : numerator / denominator;
}
