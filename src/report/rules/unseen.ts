/** Tables whose rows are written when a run ends: of one that goes on there is no row yet, and it has started all the same. */
import { isOpen } from "./attempts.ts";
import type { ReadActivity, RuleActivity } from "../activity.ts";
import { MINUTE_MS } from "../../time/units.ts";

/** Of the durations known, so many are no longer than what is allowed for. */
const SHARE = 0.9;

/** Two rows that are written at one moment may be in either order. */
const APART_MS = MINUTE_MS;

/**
 * The same activity with how long a run of each rule may go on without a row: where none is open, and the ids of the rows follow the ends
 * of runs and not their starts. For shorter runs `lateAfterMs` allows enough.
 */
export function allowForUnseen<T extends ReadActivity>(activity: T, lateAfterMs: number): T {
  if (activity.rules.some(hasOpen) || !areWrittenAtEnds(activity.rules)) return activity;
  const rules = activity.rules.map((rule) => {
    const usualMs = findUsual(rule);
    return usualMs > lateAfterMs ? { ...rule, unseenMs: usualMs } : rule;
  });
  return { ...activity, rules };
}

type Written = { id: number; startedMs: number; endedMs: number };

/** As runs tell of which one lies within another: the one that began first has the greater id, and nowhere the smaller one. */
function areWrittenAtEnds(rules: RuleActivity[]): boolean {
  const written = rules
    .flatMap(({ runs }) => runs)
    .flatMap(({ id, startedMs, endedMs }): Written[] =>
      id !== null && /^\d{1,15}$/.test(id) && endedMs !== null ? [{ id: Number(id), startedMs, endedMs }] : [],
    )
    .toSorted((a, b) => a.id - b.id);
  const liesIn = (inner: Written, outer: Written) =>
    inner.startedMs - outer.startedMs > APART_MS && outer.endedMs - inner.endedMs > APART_MS;
  const areIn = (isIt: (before: Written, after: Written) => boolean) =>
    written.some((after, index) => {
      const before = written[index - 1];
      return before !== undefined && isIt(before, after);
    });
  return areIn((before, after) => liesIn(before, after)) && !areIn((before, after) => liesIn(after, before));
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
