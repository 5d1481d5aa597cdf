/** Wrappers that fail of their own: their runs are judged like those of a rule, and counted in no rate. */
import { hasFailed } from "./attempts.ts";
import type { ReadActivity, RuleActivity } from "../activity.ts";
import { settledAt } from "./attempts.ts";
import type { RunRow } from "./run-row.ts";

/** A wrapper whose newest run failed, and none of the runs inside that, is among the rules that are judged. */
export function addFailingWrappers<T extends ReadActivity>(activity: T): T {
  const failing = new Map(
    activity.wrapperRuns.filter(({ runs }) => failsOfItsOwn(runs, activity)).map(({ rule, runs }) => [rule, runs]),
  );
  if (failing.size === 0) return activity;
  return {
    ...activity,
    rules: activity.rules.map((rule) => {
      const runs = failing.get(rule.rule);
      return runs === undefined ? rule : describeWrapper(rule, runs);
    }),
  };
}

function failsOfItsOwn([newest]: RunRow[], { wrappers, wrapperRuns, rules }: ReadActivity): boolean {
  if (newest === undefined || !hasFailed(newest)) return false;
  const inside = wrappers.find(({ id }) => id !== null && id === newest.id);
  if (inside !== undefined) return inside.successful === inside.total;
  const isWrapper = new Set(wrapperRuns.map(({ rule }) => rule));
  const isInside = ({ startedMs }: RunRow) => startedMs >= newest.startedMs && startedMs <= settledAt(newest);
  return !rules.some(({ rule, runs }) => !isWrapper.has(rule) && runs.some((run) => isInside(run) && hasFailed(run)));
}

function describeWrapper(rule: RuleActivity, runs: RunRow[]): RuleActivity {
  const well = runs.findIndex((run) => !hasFailed(run));
  const failed = well === -1 ? runs : runs.slice(0, well);
  const newest = runs[well];
  const oldest = failed.at(-1);
  return {
    ...rule,
    runs,
    newestStartMs: Math.max(...runs.map(({ startedMs }) => startedMs)),
    lastSuccessMs: newest === undefined ? null : settledAt(newest),
    newestError: failed.find(({ error }) => error !== null)?.error ?? null,
    failStreak: oldest === undefined ? null : { n: failed.length, sinceMs: settledAt(oldest), whole: well !== -1 },
  };
}
