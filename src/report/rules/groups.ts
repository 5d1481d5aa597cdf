/** The rules' outcomes summed by strategy and by automation level, where the warehouse knows them. */
import { divide } from "../counts.ts";
import { type ExecutedRule } from "./rules.ts";
import { compareNames } from "../words.ts";
import type { Report } from "../document/schema.ts";

export type Groups = NonNullable<Report["detailed_metrics"]>["strategy_metrics"];

/** Null when no executed rule has a strategy. */
export function measureByStrategy(executed: ExecutedRule[]): Groups {
  return measureGroups(executed, (rule) => rule.declared?.strategy ?? null);
}

/** Null when no executed rule has a level. */
export function measureByLevel(executed: ExecutedRule[]): Groups {
  return measureGroups(executed, (rule) => rule.declared?.automationLevel ?? null);
}

/** Success rate per group. */
export function rateByGroup(groups: Groups): Record<string, number> | null {
  if (groups === null) return null;
  return Object.fromEntries(
    Object.entries(groups).map(([name, group]) => [name, group.successful_executions / group.total_executions]),
  );
}

function measureGroups(executed: ExecutedRule[], groupOf: (rule: ExecutedRule) => string | null): Groups {
  const names = [...new Set(executed.flatMap((rule) => groupOf(rule) ?? []))].toSorted(compareNames);
  if (names.length === 0) return null;
  return Object.fromEntries(
    names.map((name) => {
      const members = executed.filter((rule) => groupOf(rule) === name);
      const total = members.reduce((sum, { outcome }) => sum + outcome.total, 0);
      const successful = members.reduce((sum, { outcome }) => sum + outcome.successful, 0);
      return [
        name,
        {
          rules: members.length,
          total_executions: total,
          successful_executions: successful,
          failed_executions: total - successful,
          success_rate: divide(successful, total),
        },
      ];
    }),
  );
}
