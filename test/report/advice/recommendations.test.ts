/** Which advice a finding gives, how urgent it is, and what several have in common. */
import { describe, expect, test } from "bun:test";
import type { ReadActivity } from "../../../src/report/activity.ts";
import { activity, declared, report, rule } from "../../making/activities.ts";
import { ago, alive, every } from "../../making/findings.ts";
import { ruleOf } from "../../making/rules.ts";

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
  expect(findings.find(({ id }) => id === "failures-many")?.message).toBe(
    `12 of 36 runs failed in 24 h, all of them with "${error}"`,
  );
  expect(recommendations.map(({ recommendation }) => recommendation)).toEqual([
    `Renew its credentials: all 12 failures are "${error}" (a, b)`,
  ]);
});

test("failures that are alike, and not the same, are told so in the advice", () => {
  const failing = rule("a", { failed: 12 }, { startsMs: null });
  const failures = [4711, 4712].map((id) => ({
    rule: "a",
    message: `Invalid value in contact ${id}`,
    n: 6,
    firstMs: ago(9),
    lastMs: ago(1),
    current: true,
    minutes: [],
  }));
  const { recommendations } = report(activity({ rules: [alive, failing], failures }));
  expect(recommendations.map(({ recommendation }) => recommendation)).toContain(
    'Correct the records that the rules could not store: all 12 failures are like "Invalid value in contact 4711" (a)',
  );
});

test("failures of several causes: how many causes, and the most frequent one to start with", () => {
  const failing = rule("a", { failed: 12 }, { startsMs: null });
  const failures = [
    ["deals", "duplicate key value violates unique constraint", 5],
    ["contacts", "connection refused", 4],
    ["owners", "HTTP 400 Bad Request", 3],
  ].map(([name, message, n]) => ({
    rule: String(name),
    message: String(message),
    n: Number(n),
    firstMs: ago(9),
    lastMs: ago(1),
    current: true,
    minutes: [],
  }));
  const { recommendations } = report(activity({ rules: [alive, failing], failures }));
  expect(recommendations.map(({ recommendation }) => recommendation)).toContain(
    'Start with the most frequent of 3 causes: "duplicate key value violates unique constraint" (5 ×: deals)',
  );
});

test("failures of one cause without a message: that, and no share of them", () => {
  const failing = rule("a", { failed: 12 }, { startsMs: null });
  const failures = [{ rule: "a", message: null, n: 12, firstMs: ago(9), lastMs: ago(1), current: true, minutes: [] }];
  const { recommendations } = report(activity({ rules: [alive, failing], failures }));
  const advice = recommendations.map(({ recommendation }) => recommendation);
  expect(advice.filter((text) => text.startsWith("Start with"))).toEqual([
    "Start with a: all failures are without a message",
  ]);
});

test("an overdue rule whose newest run failed: its error comes before a restart", () => {
  const strip = { everyMinutes: 60, startedMinutesAgo: 600 };
  const rules = [
    ruleOf("a", { ...strip, runs: "sssf", error: "HTTP 429 Too Many Requests" }),
    ruleOf("b", { ...strip, runs: "ssss" }),
  ];
  const healthy = ["c", "d", "e"].map((name) => ruleOf(name, { runs: "ssssssss", everyMinutes: 60 }));
  const declaredRules = ["a", "b", "c", "d", "e"].map((name) => declared(name, every("every 1 hours")));
  const { recommendations } = report(activity({ rules: [...rules, ...healthy], declaredRules }));
  const advice = recommendations.filter(({ id }) => id === "restart-rule").map(({ recommendation }) => recommendation);
  expect(advice).toEqual([
    "See why the newest run of a failed first: HTTP 429 Too Many Requests; lower its request rate or spread its schedule",
    "Restart b, or its scheduler and worker",
  ]);
});

test("at most ten recommendations, most urgent first, and rules that fail alike are advised on once", () => {
  const strip = (name: string, error: string) => ruleOf(name, { runs: "fffff", everyMinutes: 120, error });
  const failing = Array.from({ length: 6 }, (_, index) =>
    strip(`r${index}`, `HTTP 429 Too Many Requests: retry in ${index} s`),
  );
  const others = Array.from({ length: 12 }, (_, index) => strip(`s${index}`, `${"abcdefghijkl"[index]} is broken`));
  const { recommendations, findings } = report(activity({ rules: [...failing, ...others] }));
  expect(findings.length).toBeGreaterThan(18);
  expect(recommendations).toHaveLength(10);
  const reviews = recommendations.filter(({ id }) => id === "review-rule");
  expect(reviews.map(({ rule_name, recommendation }) => [rule_name, recommendation])).toContainEqual([
    "r0",
    "See the newest error of r0 first: HTTP 429 Too Many Requests: retry in 0 s; lower its request rate or spread its schedule. The same of r1, r2, r3, r4, r5",
  ]);
});

describe("how urgent it is", () => {
  const fourHourly = [declared("deals", every("every 4 hours"))];
  const stopped = (hours: number) => [
    alive,
    ruleOf("deals", { runs: "ssss", everyMinutes: 240, startedMinutesAgo: hours * 60 }),
  ];
  const cases: { name: string; facts: Partial<ReadActivity>; id: string; priority: string }[] = [
    {
      name: "a rule that is overdue by its warning's limit",
      facts: { rules: stopped(7), declaredRules: fourHourly },
      id: "restart-rule",
      priority: "medium",
    },
    {
      name: "a rule that is overdue by its error's limit",
      facts: { rules: stopped(13), declaredRules: fourHourly },
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
  ];
  test.each(cases)("$name: $priority", ({ facts, id, priority }) => {
    const { recommendations } = report(activity(facts));
    expect(recommendations.filter((advice) => advice.id === id)).toMatchObject([{ priority }]);
  });
});

describe("what it says", () => {
  const scheduled = [declared("deals", every("every 4 hours"))];
  test.each([
    { name: "a rule that is overdue", runs: "ssss..", says: "Restart deals, or its scheduler and worker" },
    {
      name: "a rule that is overdue because a run does not end",
      runs: "ssssr..",
      says: "Check whether the run of deals that began 2026-07-10T12:50:00Z still works; if not, mark its row failed",
    },
  ])("$name", ({ runs, says }) => {
    const rules = [alive, ruleOf("deals", { runs, everyMinutes: 240 })];
    const { recommendations } = report(activity({ rules, declaredRules: scheduled }));
    expect(recommendations.filter(({ id }) => id === "restart-rule")).toMatchObject([{ recommendation: says }]);
  });

  test("a low success rate names the three rules that fail most, and their part of the failures", () => {
    const rules = [1, 4, 2, 3].map((failed, index) => rule(`r${index}`, { success: 5, failed }));
    expect(report(activity({ rules })).recommendations.find(({ id }) => id === "raise-success-rate")).toMatchObject({
      recommendation: "Start with r1, r3, r2: 9 of the 10 failures are theirs",
    });
  });

  test("a low success rate of one rule alone counts no share", () => {
    const { recommendations } = report(activity({ rules: [rule("a", { success: 4, failed: 4 })] }));
    expect(recommendations.find(({ id }) => id === "raise-success-rate")).toMatchObject({
      recommendation: "Start with a: all failures are theirs",
    });
  });
});
