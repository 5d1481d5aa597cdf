/** What `--detailed` adds: every rule's own figures and the newest actions. */
import type { FailureRow, ReadActivity } from "./activity.ts";
import { hasFailed, isOpen } from "./rules/attempts.ts";
import type { RunRow } from "./rules/run-row.ts";
import { maskErrorMessage } from "./errors/redact.ts";
import { formatInstant } from "../text/figures.ts";
import { measureByLevel, measureByStrategy } from "./rules/groups.ts";
import type { RuleSet } from "./rules/rules.ts";
import type { Report } from "./document/schema.ts";
import { compareNames } from "./words.ts";
import { WEEK_MS } from "../time/units.ts";
import { moveBack, type Window } from "../time/window.ts";

type Details = NonNullable<Report["detailed_metrics"]>;
type RuleRun = NonNullable<Details["rule_runs"][string]>["runs"][number];

/** Of each rule, the newest. */
export const SHOWN_RUNS = 20;
const SHOWN_KINDS = 20;

export function buildDetails(activity: ReadActivity & { window: Window }, rules: RuleSet): Details {
  // Where the table begins only then, that nothing ran a week before is not known: it was deleted, or there was no table yet.
  const isWeekTold = (activity.tableSinceMs ?? -Infinity) < moveBack(activity.window, WEEK_MS).endMs;
  const failuresOf = Map.groupBy(activity.failures, ({ rule }) => rule);
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
        {
          runs: nameErrors(runs, failuresOf.get(rule) ?? [])
            .slice(0, SHOWN_RUNS)
            .map(describeRun),
          errors: describeErrors(failuresOf.get(rule) ?? []),
          week_before: isWeekTold ? weekBefore : null,
        },
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

/** A run has its message where it is among the newest; else the newest failure of its kind may be this very run. */
function nameErrors(runs: RunRow[], failures: FailureRow[]): RunRow[] {
  const endOf = ({ endedMs, startedMs }: RunRow) => endedMs ?? startedMs;
  const endings = Map.groupBy(runs.filter(hasFailed), endOf);
  const kinds = Map.groupBy(failures, ({ lastMs }) => lastMs);
  return runs.map((run) => {
    const [kind, other] = kinds.get(endOf(run)) ?? [];
    const isThis = hasFailed(run) && other === undefined && endings.get(endOf(run))?.length === 1;
    return run.error === null && isThis && kind !== undefined ? { ...run, error: kind.message } : run;
  });
}

function describeErrors(failures: FailureRow[]): NonNullable<Details["rule_runs"][string]["errors"]> {
  return failures
    .toSorted((a, b) => b.lastMs - a.lastMs || compareNames(a.message ?? "", b.message ?? ""))
    .slice(0, SHOWN_KINDS)
    .map(({ message, lastMs, n }) => ({ at: formatInstant(lastMs), message: maskErrorMessage(message), runs: n }));
}

function describeRun(run: RunRow): RuleRun {
  const { id, status, startedMs, endedMs, records, error } = run;
  return {
    id,
    status,
    started_at: formatInstant(startedMs),
    ended_at: endedMs === null ? null : formatInstant(endedMs),
    // An end that stands beside a run that goes on is none.
    duration_seconds: endedMs === null || isOpen(run) ? null : (endedMs - startedMs) / 1000,
    records,
    error: maskErrorMessage(error),
  };
}
