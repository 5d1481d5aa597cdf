/** Rules as the report counts them: declared or observed, active or not, and each one's figures. */
import type { DeclaredRule, ReadActivity, RuleActivity } from "../activity.ts";
import { countOutcome, divide, countRuns, type Outcome } from "../counts.ts";
import type { Report } from "../document/schema.ts";
import { compareNames, type AutomationLevel } from "../words.ts";

export type ExecutedRule = { rule: string; activity: RuleActivity; outcome: Outcome; declared: DeclaredRule | null };

export type RuleSet = {
  basis: "declared" | "observed" | "unknown";
  total: number;
  active: number;
  utilization: number | null;
  /** Rules with at least one finished action, by name. */
  executed: ExecutedRule[];
  /** Rules that ran in the window before, and of which nothing was seen in this one. */
  silent: RuleActivity[];
  unmatched: DeclaredRule[];
  undeclared: string[];
};

/** Names are compared as they are: the warehouse layer has already mapped schedule names to sync types. */
export function resolveRules(activity: ReadActivity): RuleSet {
  const declared = new Map(activity.declaredRules.map((rule) => [rule.name, rule]));
  const seen = activity.rules.filter((rule) => countRuns(rule.current) > 0 || countRuns(rule.previous) > 0);
  const executed = seen
    .map((rule) => ({
      rule: rule.rule,
      activity: rule,
      outcome: countOutcome(rule.current),
      declared: declared.get(rule.rule) ?? null,
    }))
    .filter(({ outcome }) => outcome.total > 0);
  const isDeclared = declared.size > 0;
  const total = isDeclared ? declared.size : seen.length;
  const active = isDeclared ? executed.filter((rule) => rule.declared?.enabled === true).length : executed.length;
  return {
    basis: activity.rulesProblem !== undefined ? "unknown" : isDeclared ? "declared" : "observed",
    total,
    active,
    utilization: isDeclared ? divide(active, total) : null,
    executed,
    silent: seen.filter((rule) => countRuns(rule.current) === 0 && (declared.get(rule.rule)?.enabled ?? true)),
    unmatched: activity.declaredRules.filter((rule) => rule.unmatched),
    undeclared: isDeclared ? executed.filter((rule) => rule.declared === null).map((rule) => rule.rule) : [],
  };
}

/** What its first enabled row says of a rule holds; each of them may start it. */
export function joinRows(name: string, rows: DeclaredRule[]): DeclaredRule {
  const enabled = rows.filter((row) => row.enabled);
  const say = <K extends "automationLevel" | "strategy" | "priority">(key: K): DeclaredRule[K] | null =>
    [...enabled, ...rows].find((row) => row[key] !== null)?.[key] ?? null;
  return {
    name,
    enabled: enabled.length > 0,
    automationLevel: say("automationLevel"),
    strategy: say("strategy"),
    priority: say("priority"),
    schedules: enabled.flatMap((row) => row.schedules),
    disabledMs: findDisabled(rows),
    unmatched: false,
    isRewritten: rows.some((row) => row.isRewritten),
  };
}

/** Null: one of its rows is enabled to this day. */
export function findDisabled(schedules: DeclaredRule[]): number | null {
  if (schedules.some(({ enabled, disabledMs }) => enabled && disabledMs === null)) return null;
  const changes = schedules.flatMap(({ disabledMs }) => disabledMs ?? []);
  return changes.length === 0 ? null : Math.max(...changes);
}

/** Shares of the enabled rules whose level is known; null when none is. */
export function measureCoverage(declared: DeclaredRule[]): Report["system_health"]["automation_coverage"] {
  const levels = declared.filter((rule) => rule.enabled).flatMap((rule) => rule.automationLevel ?? []);
  if (levels.length === 0) return null;
  const share = (level: AutomationLevel) => levels.filter((found) => found === level).length / levels.length;
  return {
    manual: share("manual"),
    semi_automatic: share("semi_automatic"),
    fully_automatic: share("fully_automatic"),
  };
}

export function summarizeRules(executed: ExecutedRule[]): Report["rule_metrics_summary"] {
  const rates = executed.flatMap(({ outcome }) => outcome.rate ?? []);
  return {
    total_rules_executed: executed.length,
    rules_with_failures: executed.filter(({ outcome }) => outcome.failed > 0).length,
    rules_with_100_percent_success: executed.filter(({ outcome }) => outcome.failed === 0).length,
    average_rule_success_rate: divide(
      rates.reduce((sum, rate) => sum + rate, 0),
      rates.length,
    ),
  };
}

/** Against the mean of the rules that ran: at least twice as often is high, at most half is low. */
export function measureFrequency(executed: ExecutedRule[]): Report["execution_frequency"] {
  const busiest = executed.toSorted((a, b) => b.outcome.total - a.outcome.total || compareNames(a.rule, b.rule));
  const quietest = executed.toSorted((a, b) => a.outcome.total - b.outcome.total || compareNames(a.rule, b.rule));
  const mean =
    divide(
      executed.reduce((sum, { outcome }) => sum + outcome.total, 0),
      executed.length,
    ) ?? 0;
  return {
    high_frequency_rules: busiest.filter(({ outcome }) => outcome.total >= 2 * mean).map(({ rule }) => rule),
    low_frequency_rules: quietest.filter(({ outcome }) => outcome.total <= mean / 2).map(({ rule }) => rule),
    most_active_rule: busiest[0]?.rule ?? null,
    least_active_rule: quietest.length > 1 ? (quietest[0]?.rule ?? null) : null,
  };
}
