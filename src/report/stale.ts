/** Runs that go on for longer than they can: a crashed worker leaves `running` for ever. */
import type { ReadActivity, RuleActivity, Run } from "./activity.ts";
import { settingsOfRule, type ReportSettings } from "./settings.ts";
import type { Window } from "../time/window.ts";
import { HOUR_MS, MINUTE_MS } from "../time/units.ts";

/** `runs` are the window's, `before` the window before's. */
export type StaleRuns = { rule: string; runs: Run[]; before: Run[]; limitMs: number };

const P99_FACTOR = 3;
const SHORTEST_MS = 10 * MINUTE_MS;
/** For a rule of which no duration is known. */
const UNKNOWN_RULE_MS = 2 * HOUR_MS;
const FEWEST_DURATIONS = 3;

/** The same activity with those runs counted as stale and not as running, and the runs themselves. */
export function markStale<T extends ReadActivity & { window: Window }>(
  activity: T,
  settings: ReportSettings,
): { activity: T; stale: StaleRuns[] } {
  const stale = activity.rules.flatMap((rule) => {
    const limitMs = settingsOfRule(settings, rule.rule).staleAfterMs ?? deriveLimit(rule);
    const isTooLong = ({ startedMs }: Run) => startedMs < activity.window.endMs - limitMs;
    const [runs, before] = [rule.running.filter(isTooLong), rule.runningBefore.filter(isTooLong)];
    return runs.length + before.length === 0 ? [] : [{ rule: rule.rule, runs, before, limitMs }];
  });
  const staleOf = new Map(stale.map(({ rule, runs }) => [rule, runs]));
  const isStale = (rule: string, startedMs: number) =>
    staleOf.get(rule)?.some((run) => run.startedMs === startedMs) === true;
  return {
    stale,
    activity: {
      ...activity,
      rules: activity.rules.map((rule) => {
        const n = staleOf.get(rule.rule)?.length ?? 0;
        const { running, stale: before } = rule.current;
        return { ...rule, current: { ...rule.current, running: running - n, stale: before + n } };
      }),
      recent: activity.recent.map((action) =>
        action.status === "running" && isStale(action.rule, action.startedMs)
          ? { ...action, status: "stale" as const }
          : action,
      ),
    },
  };
}

function deriveLimit({ duration }: RuleActivity): number {
  if (duration === null || duration.n < FEWEST_DURATIONS) return UNKNOWN_RULE_MS;
  return Math.max(SHORTEST_MS, P99_FACTOR * duration.p99 * 1000);
}
