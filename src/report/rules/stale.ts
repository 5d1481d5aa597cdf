/** Runs that go on for longer than they can: a crashed worker leaves `running` for ever. */
import type { ReadActivity, RuleActivity, Run } from "../activity.ts";
import { settingsOfRule, type ReportSettings } from "../settings.ts";
import type { Window } from "../../time/window.ts";
import type { RuleHistory } from "../memory/history.ts";
import { isPastKnown } from "../memory/known.ts";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "../../time/units.ts";

/** `runs` are the window's, `before` the window before's. */
export type StaleRuns = { rule: string; runs: Run[]; before: Run[]; limitMs: number };

const USUAL_FACTOR = 3;
const SHORTEST_MS = 10 * MINUTE_MS;
/** Where weeks of durations are known, a short delay is no surprise. */
const SHORTEST_KNOWN_MS = 30 * MINUTE_MS;
/** For a rule of which no duration is known. */
const UNKNOWN_RULE_MS = 2 * HOUR_MS;
const FEWEST_DURATIONS = 3;

/** The same activity with those runs counted as stale and not as running, and the runs themselves. */
export function markStale<T extends ReadActivity & { window: Window }>(
  activity: T,
  settings: ReportSettings,
  histories: ReadonlyMap<string, RuleHistory>,
): { activity: T; stale: StaleRuns[] } {
  const stale = activity.rules.flatMap((rule) => {
    const limitMs = settingsOfRule(settings, rule.rule).staleAfterMs ?? limitOf(rule, histories.get(rule.rule));
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
        return {
          ...rule,
          current: { ...rule.current, running: running - n, stale: before + n },
          runs: rule.runs.map((run) =>
            run.status === "running" && isStale(rule.rule, run.startedMs) ? { ...run, status: "stale" as const } : run,
          ),
        };
      }),
      recent: activity.recent.map((action) =>
        action.status === "running" && isStale(action.rule, action.startedMs)
          ? { ...action, status: "stale" as const }
          : action,
      ),
    },
  };
}

/** Where such a limit comes from. */
export function sayLimitBasis(seconds: number): string {
  const limitMs = seconds * SECOND_MS;
  if (limitMs === UNKNOWN_RULE_MS) return "default: too little is known of how long it takes";
  if (limitMs === SHORTEST_MS || limitMs === SHORTEST_KNOWN_MS)
    return "default: three times its longest usual duration is less";
  return "three times its longest usual duration";
}

/** How long a run of the rule may be open: three times its longest usual duration, as far as durations are known. */
export function limitOf(rule: RuleActivity | null, history: RuleHistory | undefined): number {
  const longest = isPastKnown(history) ? history.longestSeconds : null;
  if (longest !== null) return Math.max(SHORTEST_KNOWN_MS, USUAL_FACTOR * longest * SECOND_MS);
  const known = (rule?.runs ?? []).flatMap(({ startedMs, endedMs, status }) =>
    endedMs !== null && endedMs >= startedMs && status === "success" ? [endedMs - startedMs] : [],
  );
  const windowMs = (rule?.duration?.n ?? 0) < FEWEST_DURATIONS ? 0 : (rule?.duration?.p99 ?? 0) * 1000;
  if (known.length < FEWEST_DURATIONS && windowMs === 0)
    return Math.max(UNKNOWN_RULE_MS, USUAL_FACTOR * Math.max(0, ...known));
  return Math.max(
    SHORTEST_MS,
    USUAL_FACTOR * Math.max(windowMs, known.length < FEWEST_DURATIONS ? 0 : Math.max(...known)),
  );
}
