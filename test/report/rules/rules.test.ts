/** Rules as a report counts them: how often each ran, how well, and by strategy and level. */
import { describe, expect, test } from "bun:test";
import type { RuleActivity } from "../../../src/report/activity.ts";
import type { Report } from "../../../src/report/document/schema.ts";
import { activity, declared, report, rule } from "../../making/activities.ts";

const ran = (name: string, success: number, failed = 0) => rule(name, { success, failed }, { startsMs: null });

describe("how often, against the mean of the rules that ran", () => {
  const cases: { name: string; rules: RuleActivity[]; is: Report["execution_frequency"] }[] = [
    {
      name: "twice the mean is high, half of it is low",
      rules: [ran("a", 4), ran("b", 8), ran("c", 16), ran("d", 4)],
      is: {
        high_frequency_rules: ["c"],
        low_frequency_rules: ["a", "d"],
        most_active_rule: "c",
        least_active_rule: "a",
      },
    },
    {
      name: "one run fewer than twice, and more than half",
      rules: [ran("a", 5), ran("b", 8), ran("c", 15), ran("d", 4)],
      is: { high_frequency_rules: [], low_frequency_rules: ["d"], most_active_rule: "c", least_active_rule: "d" },
    },
    {
      name: "of several that ran equally often the first by name",
      rules: [ran("b", 5), ran("a", 5)],
      is: { high_frequency_rules: [], low_frequency_rules: [], most_active_rule: "a", least_active_rule: "a" },
    },
    {
      name: "one rule alone is not the least active",
      rules: [ran("a", 5)],
      is: { high_frequency_rules: [], low_frequency_rules: [], most_active_rule: "a", least_active_rule: null },
    },
    {
      name: "nothing ran",
      rules: [],
      is: { high_frequency_rules: [], low_frequency_rules: [], most_active_rule: null, least_active_rule: null },
    },
  ];
  test.each(cases)("$name", ({ rules, is }) => {
    expect(report(activity({ rules })).execution_frequency).toEqual(is);
  });
});

test("how well: rules with failures, without any, and the mean of their rates", () => {
  const rules = [ran("a", 1, 3), ran("b", 2), ran("c", 0, 5), ran("d", 9)];
  const made = report(activity({ rules, declaredRules: ["a", "b", "c", "d", "e"].map((name) => declared(name)) }));
  expect(made.rule_metrics_summary).toEqual({
    total_rules_executed: 4,
    rules_with_failures: 2,
    rules_with_100_percent_success: 2,
    average_rule_success_rate: 0.5625,
  });
  // 20 runs of five declared rules.
  expect(made.performance_metrics.avg_actions_per_rule).toBe(4);
});

describe("by strategy and by level", () => {
  const declaredRules = [
    declared("a", { strategy: "bulk", automationLevel: "manual" }),
    declared("b", { strategy: "bulk", automationLevel: "fully_automatic" }),
    declared("c", { strategy: "delta", automationLevel: "fully_automatic" }),
    declared("d", { strategy: "never", automationLevel: "semi_automatic" }),
    declared("off", { automationLevel: "manual", enabled: false }),
    declared("unknown"),
  ];
  const made = report(activity({ rules: [ran("a", 1, 3), ran("b", 4), ran("c", 9, 1)], declaredRules }), {
    detailed: true,
  });

  test("the runs of a group's rules are counted together", () => {
    expect(made.detailed_metrics?.strategy_metrics).toEqual({
      bulk: {
        rules: 2,
        total_executions: 8,
        successful_executions: 5,
        failed_executions: 3,
        success_rate: 0.625,
      },
      delta: {
        rules: 1,
        total_executions: 10,
        successful_executions: 9,
        failed_executions: 1,
        success_rate: 0.9,
      },
    });
  });

  test("the rates are among the quality metrics", () => {
    expect(made.quality_metrics).toMatchObject({
      strategy_effectiveness: { bulk: 0.625, delta: 0.9 },
      automation_level_effectiveness: { manual: 0.25, fully_automatic: 13 / 14 },
    });
  });

  test("the coverage is of the enabled rules whose level is known, whether they ran or not", () => {
    expect(made.system_health.automation_coverage).toEqual({
      manual: 0.25,
      semi_automatic: 0.25,
      fully_automatic: 0.5,
    });
  });
});

test("a disabled rule that ran is not active, and undeclared rules are told only where some are declared", () => {
  const rules = [ran("a", 5), ran("off", 5), ran("x", 5)];
  const declaredRules = [declared("a"), declared("off", { enabled: false })];
  const made = report(activity({ rules, declaredRules }));
  expect(made.system_health).toMatchObject({ active_rules: 1, total_rules: 2, rule_utilization_rate: 0.5 });
  const undeclared = ({ findings }: typeof made) => findings.filter(({ id }) => id === "rule-undeclared");
  expect([undeclared(made).length, undeclared(report(activity({ rules }))).length]).toEqual([1, 0]);
});

test("with --detailed a rule's own figures, and error messages without what belongs to customers", () => {
  const duration = { n: 5, mean: 41, p50: 38, p95: 96, p99: 140, max: 151 };
  const recent = (["success", "partial"] as const).map((status) => ({
    rule: "a",
    status,
    startedMs: Date.parse("2026-07-10T20:00:00Z"),
    durationSeconds: 1,
    error: status === "success" ? null : "no such contact: canary@example.com",
  }));
  const facts = activity({ rules: [rule("a", { success: 5 }, { duration, startsMs: null })], recent });
  expect(report(facts).detailed_metrics).toBeNull();
  expect(report(facts, { detailed: true }).detailed_metrics).toMatchObject({
    rule_metrics: { a: { total_executions: 5, avg_execution_time: 41 } },
    recent_actions: [
      { status: "success", success: true, message: null },
      { status: "partial", success: false, message: "no such contact: ***@***" },
    ],
  });
});
