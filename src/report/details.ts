/** What `--detailed` adds: every rule's own figures and the newest actions. */
import type { ReadActivity } from "./activity.ts";
import { maskErrorMessage } from "./errors/redact.ts";
import { formatInstant } from "../text/figures.ts";
import { measureByLevel, measureByStrategy } from "./groups.ts";
import type { RuleSet } from "./rules.ts";
import type { Report } from "./schema.ts";

export function buildDetails(activity: ReadActivity, rules: RuleSet): NonNullable<Report["detailed_metrics"]> {
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
