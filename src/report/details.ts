/** What `--detailed` adds: every rule's own figures and the newest actions. */
import type { ReadActivity } from "./activity.ts";
import type { RunRow } from "./run-row.ts";
import { maskErrorMessage } from "./errors/redact.ts";
import { formatInstant } from "../text/figures.ts";
import { measureByLevel, measureByStrategy } from "./groups.ts";
import type { RuleSet } from "./rules.ts";
import type { Report } from "./schema.ts";

type Details = NonNullable<Report["detailed_metrics"]>;
type RuleRun = NonNullable<Details["rule_runs"][string]>["runs"][number];

/** Of each rule, the newest. */
export const SHOWN_RUNS = 20;

export function buildDetails(activity: ReadActivity, rules: RuleSet): Details {
  return {
    rule_metrics: Object.fromEntries(
      rules.executed.map(({ rule, outcome, declared, activity: { duration, records, lastSuccessMs } }) => [
        rule,
        {
          total_executions: outcome.total,
          successful_executions: outcome.successful,
          failed_executions: outcome.failed,
          success_rate: outcome.rate,
          avg_execution_time: duration?.mean ?? null,
          automation_level: declared?.automationLevel ?? null,
          strategy: declared?.strategy ?? null,
          priority: declared?.priority ?? null,
          duration_seconds: duration,
          records,
          last_success_at: lastSuccessMs === null ? null : formatInstant(lastSuccessMs),
        },
      ]),
    ),
    strategy_metrics: measureByStrategy(rules.executed),
    automation_level_metrics: measureByLevel(rules.executed),
    rule_runs: Object.fromEntries(
      activity.rules.map(({ rule, runs, weekBefore }) => [
        rule,
        { runs: runs.slice(0, SHOWN_RUNS).map(describeRun), week_before: weekBefore },
      ]),
    ),
    recent_actions: activity.recent.map((action) => ({
      rule_name: action.rule,
      status: action.status,
      success: action.status === "success",
      timestamp: formatInstant(action.startedMs),
      duration_seconds: action.durationSeconds,
      message: maskErrorMessage(action.error),
    })),
  };
}

function describeRun({ id, status, startedMs, endedMs, records, error }: RunRow): RuleRun {
  return {
    id,
    status,
    started_at: formatInstant(startedMs),
    ended_at: endedMs === null ? null : formatInstant(endedMs),
    duration_seconds: endedMs === null ? null : (endedMs - startedMs) / 1000,
    records,
    error: maskErrorMessage(error),
  };
}
