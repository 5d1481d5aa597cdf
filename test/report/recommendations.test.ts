/** Which advice a finding gives, how urgent it is, and what several have in common. */
import { describe, expect, test } from "bun:test";
import type { ReadActivity } from "../../src/report/activity.ts";
import { activity, declared, goingOn, report, rule } from "../making/activities.ts";
import { ago, alive, every, hourly } from "../making/findings.ts";

test("where most failures have one cause, that is advised on once, and nothing else about the rate", () => {
  const error = "HTTP 401 Unauthorized: token expired";
  const failing = ["a", "b"].map((name) => rule(name, { failed: 6 }, { newestError: error, startsMs: null }));
  const failures = failing.map(({ rule: name }) => ({
    rule: name,
    message: error,
    n: 6,
    firstMs: ago(9),
    lastMs: ago(1),
    current: true,
    minutes: [],
  }));
  const { findings, recommendations } = report(activity({ rules: [alive, ...failing], failures }));
  expect(findings.map(({ id }) => id)).toContain("success-rate-low");
  expect(findings.find(({ id }) => id === "failures-many")?.message).toBe("12 of 36 runs failed in 24 h, all alike");
  expect(recommendations.map(({ recommendation }) => recommendation)).toEqual([
    `Look at what they share: ${error}; renew its credentials`,
  ]);
});

test("at most ten recommendations, most urgent first, and rules that fail alike are advised on once", () => {
  const failing = Array.from({ length: 6 }, (_, index) =>
    rule(
      `r${index}`,
      { failed: 5 },
      { newestError: `HTTP 429 Too Many Requests: retry in ${index} s`, startsMs: null },
    ),
  );
  const silent = Array.from({ length: 12 }, (_, index) => rule(`s${index}`, {}, { previous: { success: 9 } }));
  const { recommendations, findings } = report(activity({ rules: [...failing, ...silent] }));
  expect(findings.length).toBeGreaterThan(18);
  expect(recommendations).toHaveLength(10);
  const reviews = recommendations.filter(({ id }) => id === "review-rule");
  expect(reviews.map(({ rule_name, recommendation }) => [rule_name, recommendation])).toEqual([
    [
      "r0",
      "Look at the newest error of r0: HTTP 429 Too Many Requests: retry in 0 s; lower its request rate or spread its schedule. The same of r1, r2, r3, r4, r5",
    ],
  ]);
});

describe("how urgent it is", () => {
  const hourlyAt = (minute: number) => [declared("deals", every(`${minute} * * * *`))];
  const daily = (hours: number) => ({ lastSuccessMs: ago(hours), startsMs: null });
  const cases: { name: string; facts: Partial<ReadActivity>; id: string; priority: string }[] = [
    {
      name: "few missed runs",
      facts: {
        rules: [rule("deals", { success: 22 }, { startsMs: hourly.slice(2), lastSuccessMs: ago(0.5) })],
        declaredRules: hourlyAt(30),
      },
      id: "find-missed-runs",
      priority: "low",
    },
    {
      name: "many missed runs",
      facts: {
        rules: [rule("deals", { success: 21 }, { startsMs: hourly.slice(3), lastSuccessMs: ago(0.5) })],
        declaredRules: hourlyAt(30),
      },
      id: "find-missed-runs",
      priority: "medium",
    },
    {
      name: "a rule that is overdue by its warning's limit",
      facts: {
        rules: [alive, rule("deals", { success: 4 }, daily(7))],
        declaredRules: [declared("deals", every("every 4 hours"))],
      },
      id: "restart-rule",
      priority: "medium",
    },
    {
      name: "a rule that is overdue by its error's limit",
      facts: {
        rules: [alive, rule("deals", { success: 4 }, daily(13))],
        declaredRules: [declared("deals", every("every 4 hours"))],
      },
      id: "restart-rule",
      priority: "high",
    },
    { name: "nothing ran, and nothing before", facts: {}, id: "check-scheduler", priority: "medium" },
    {
      name: "nothing ran, and much before",
      facts: { rules: [rule("deals", {}, { previous: { success: 9 } })] },
      id: "check-scheduler",
      priority: "high",
    },
    {
      name: "nothing ran and nothing before, although it should have",
      facts: { declaredRules: [declared("deals", every("every 1 hours"))] },
      id: "check-scheduler",
      priority: "high",
    },
    {
      name: "a success rate below 0.7",
      facts: { rules: [rule("deals", { success: 69, failed: 31 })] },
      id: "raise-success-rate",
      priority: "high",
    },
    {
      name: "a success rate of 0.7",
      facts: { rules: [rule("deals", { success: 70, failed: 30 })] },
      id: "raise-success-rate",
      priority: "medium",
    },
    {
      name: "a rule that fails now and then, and whose last success is too old",
      facts: {
        rules: [rule("deals", { success: 9, failed: 1 }, daily(13))],
        declaredRules: [declared("deals", every("every 4 hours"))],
      },
      id: "review-rule",
      priority: "high",
    },
  ];
  test.each(cases)("$name: $priority", ({ facts, id, priority }) => {
    const { recommendations } = report(activity(facts));
    expect(recommendations.filter((advice) => advice.id === id)).toMatchObject([{ priority }]);
  });
});

describe("what it says", () => {
  const overdue = { lastSuccessMs: ago(13), startsMs: null };
  const scheduled = [declared("deals", every("every 4 hours"))];
  test.each([
    {
      name: "a rule that is overdue",
      rules: [alive, rule("deals", { success: 4 }, overdue)],
      says: "Check that deals is still scheduled and that its worker is alive",
    },
    {
      name: "a rule that is overdue because a run does not end",
      rules: [alive, rule("deals", { success: 4, running: 1 }, { ...overdue, running: goingOn(12) })],
      says: "Look whether the worker of deals is alive; if it is not, end the row that it left running",
    },
  ])("$name", ({ rules, says }) => {
    const { recommendations } = report(activity({ rules: [...rules], declaredRules: scheduled }));
    expect(recommendations.filter(({ id }) => id === "restart-rule")).toMatchObject([{ recommendation: says }]);
  });

  test("a low success rate names the three rules that fail most, and their part of the failures", () => {
    const rules = [1, 4, 2, 3].map((failed, index) => rule(`r${index}`, { success: 5, failed }));
    expect(report(activity({ rules })).recommendations.find(({ id }) => id === "raise-success-rate")).toMatchObject({
      recommendation: "Start with r1, r3, r2: 9 of the 10 failures are theirs",
    });
  });
});
