/** Tables whose rows are written when a run ends: of one that goes on there is no row yet, and it has started all the same. */
import { isOpen } from "./attempts.ts";
import type { ReadActivity, RuleActivity } from "../activity.ts";

/** Of the durations known, so many are no longer than what is allowed for. */
const SHARE = 0.9;

/**
 * The same activity with how long a run of each rule may go on without a row: where none is open, none may ever be. For shorter runs
 * `lateAfterMs` allows enough.
 */
export function allowForUnseen<T extends ReadActivity>(activity: T, lateAfterMs: number): T {
  if (activity.rules.some(hasOpen)) return activity;
  const rules = activity.rules.map((rule) => {
    const usualMs = findUsual(rule);
    return usualMs > lateAfterMs ? { ...rule, unseenMs: usualMs } : rule;
  });
  return { ...activity, rules };
}

function hasOpen({ current, running, runningBefore, runs, lookback }: RuleActivity): boolean {
  const counted = current.running + current.stale + current.pending + running.length + runningBefore.length;
  return counted + (lookback?.stuck ?? 0) > 0 || runs.some(isOpen);
}

/** All but the longest tenth of its newest successes, of which one may have hung; 0 where no end of one is known. */
function findUsual({ runs }: RuleActivity): number {
  const took = runs
    .flatMap(({ status, startedMs, endedMs }) => (status === "success" && endedMs !== null ? endedMs - startedMs : []))
    .toSorted((a, b) => a - b);
  return took[Math.floor(SHARE * (took.length - 1))] ?? 0;
}
