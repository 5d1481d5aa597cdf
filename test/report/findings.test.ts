/** Each kind of finding just inside and just outside its limit, and the advice it gives. */
import { describe, expect, test } from "bun:test";
import type { FailureRow } from "../../src/report/activity.ts";
import type { Report } from "../../src/report/document/schema.ts";
import type { FindingId } from "../../src/report/words.ts";
import { activity, declared, report, rule, schedule } from "../making/activities.ts";
import { ruleOf } from "../making/rules.ts";
import { assertPublishable, WINDOW } from "../making/reports.ts";

const figures = (p95: number, n = 10) => ({ n, mean: 1, p50: 1, p95, p99: p95, max: p95 });

function failure(name: string, message: string, n: number): FailureRow {
  return { rule: name, message, n, firstMs: WINDOW.startMs, lastMs: WINDOW.startMs, current: true, minutes: [] };
}

type Case = {
  name: string;
  id: FindingId;
  facts: Parameters<typeof activity>[0];
  found: Partial<Report["findings"][number]>[];
};

const cases: Case[] = [
  {
    name: "19 of 20 is not below 0.95",
    id: "success-rate-low",
    facts: { rules: [rule("a", { success: 19, failed: 1 })] },
    found: [],
  },
  {
    name: "nor are 18 of 19: chance explains one failure",
    id: "success-rate-low",
    facts: { rules: [rule("a", { success: 18, failed: 1 })] },
    found: [],
  },
  {
    name: "94 of 106 are",
    id: "success-rate-low",
    facts: { rules: [rule("a", { success: 94, failed: 12 })] },
    found: [{ severity: "warning", message: "Success rate 88.7 % (94 of 106 runs), below 95.0 %" }],
  },
  {
    name: "eleven failures of 1,152 are neither many nor a low rate",
    id: "failures-many",
    facts: { rules: [rule("a", { success: 1141, failed: 11 })] },
    found: [],
  },
  {
    name: "ten failures in 24 h are not many",
    id: "failures-many",
    facts: { rules: [rule("a", { failed: 10 })] },
    found: [],
  },
  {
    name: "eleven are",
    id: "failures-many",
    facts: { rules: [rule("a", { success: 4, failed: 6, partial: 5 })] },
    found: [{ severity: "critical", message: "11 of 15 runs failed in 24 h" }],
  },
  {
    name: "what most of them have in common is said",
    id: "failures-many",
    facts: {
      rules: [rule("a", { success: 4, failed: 11 })],
      failures: [
        failure("a", "HTTP 401 Unauthorized: token expired", 6),
        failure("b", "HTTP 401 Unauthorized: token expired", 2),
        failure("a", "Read timed out", 3),
      ],
    },
    found: [
      {
        severity: "critical",
        message: '11 of 15 runs failed in 24 h, 8 of them with "HTTP 401 Unauthorized: token expired"',
        evidence: {
          failed: 11,
          total: 15,
          limit: 10,
          newest_error: "HTTP 401 Unauthorized: token expired",
          causes: 2,
          most_frequent: "HTTP 401 Unauthorized: token expired",
          most_frequent_failed: 8,
          most_frequent_rules: ["a", "b"],
        },
      },
    ],
  },
  {
    name: "what differs in a number is alike, and not the same",
    id: "failures-many",
    facts: {
      rules: [rule("a", { success: 4, failed: 11 })],
      failures: [failure("a", "Contact 4711 is gone", 6), failure("b", "Contact 4712 is gone", 5)],
    },
    found: [{ severity: "critical", message: '11 of 15 runs failed in 24 h, all of them like "Contact 4711 is gone"' }],
  },
  {
    name: "what differs in a column is not alike",
    id: "failures-many",
    facts: {
      rules: [rule("a", { success: 4, failed: 11 })],
      failures: [failure("a", "Unknown column 'stage'", 5), failure("b", "Unknown column 'owner'", 6)],
    },
    found: [
      { severity: "critical", message: "11 of 15 runs failed in 24 h, 6 of them with \"Unknown column 'owner'\"" },
    ],
  },
  {
    name: "a window of an hour allows as many failures as a day",
    id: "failures-many",
    facts: {
      window: { startMs: WINDOW.endMs - 3_600_000, endMs: WINDOW.endMs },
      rules: [rule("a", { failed: 10 })],
    },
    found: [],
  },
  {
    name: "nothing ran, and nothing says when it should",
    id: "no-data",
    facts: {
      rules: [
        ruleOf("gone", { runs: "ss", everyMinutes: 60, startedMinutesAgo: 30 * 60 }, { previous: { success: 2 } }),
      ],
    },
    found: [
      {
        severity: "warning",
        message: "Nothing ran in 24 h; the last success 1d 05h ago; nothing says when the next run is due",
        evidence: { running: 0, total_before: 2 },
      },
    ],
  },
  {
    name: "nothing finished, but something runs",
    id: "no-data",
    facts: { rules: [ruleOf("slow", { runs: "ssssr", everyMinutes: 1600, tookMinutes: 100 })] },
    found: [{ severity: "info", message: "Nothing finished in 24 h; 1 still running; the last success 1d 01h ago" }],
  },
  {
    name: "rows left open while their rules go on name these",
    id: "stale-actions",
    facts: {
      rules: [
        ruleOf("a", { runs: `${"s".repeat(20)}r${"s".repeat(9)}`, everyMinutes: 30 }),
        ruleOf("b", { runs: `${"s".repeat(20)}r${"s".repeat(5)}`, everyMinutes: 30 }),
        ruleOf("c", { runs: `${"s".repeat(20)}r`, everyMinutes: 30 }),
      ],
    },
    found: [
      {
        severity: "info",
        message: "2 runs never ended: a, b, the oldest since 16:20",
        evidence: { stale: 2, older: 0, rules: ["a", "b"], row_ids: ["21", "21"] },
      },
    ],
  },
  {
    name: "half as long again is not yet slower",
    id: "duration-rising",
    facts: { duration: figures(15, 100), previousDuration: { n: 100, p95: 10 } },
    found: [],
  },
  {
    name: "more than that is",
    id: "duration-rising",
    facts: { duration: figures(151, 100), previousDuration: { n: 100, p95: 100 } },
    found: [{ message: "Slower: 95 % of the runs ended within 2m 31s, within 1m 40s in the window before" }],
  },
  {
    name: "99 runs are too few to call it slower: the slowest four decide",
    id: "duration-rising",
    facts: { duration: figures(151, 99), previousDuration: { n: 100, p95: 100 } },
    found: [],
  },
  {
    name: "unknown words are counted and named",
    id: "unknown-status",
    facts: {
      rules: [rule("a", { unknown: 3 })],
      unknownStatuses: [
        { word: "weird", n: 2 },
        { word: "odd", n: 1 },
      ],
    },
    found: [
      {
        message: '3 runs with an unknown status, counted in no rate: "weird", "odd"',
        evidence: { statuses: { weird: 2, odd: 1 } },
      },
    ],
  },
  {
    name: "half of the rules is not low",
    id: "utilization-low",
    facts: { rules: [rule("a", { success: 3 })], declaredRules: [declared("a"), declared("b")] },
    found: [],
  },
  {
    name: "a third is",
    id: "utilization-low",
    facts: { rules: [rule("a", { success: 3 })], declaredRules: [declared("a"), declared("b"), declared("c")] },
    found: [{ severity: "info", message: "1 of 3 enabled rules finished a run in 24 h (33.3 %)" }],
  },
  {
    name: "a manual share above 0.3",
    id: "manual-share-high",
    facts: {
      declaredRules: ["manual", "manual", "semi_automatic"].map((level, index) =>
        declared(`r${index}`, { automationLevel: level as "manual" }),
      ),
    },
    found: [{ severity: "info", message: "66.7 % of the enabled rules are manual" }],
  },
  {
    name: "five rules are named, and how many more there are",
    id: "rule-undeclared",
    facts: {
      rules: ["b", "c", "d", "e", "f", "g"].map((name) => rule(name, { success: 3 })),
      declaredRules: [declared("a")],
    },
    found: [{ message: "Ran without being declared: b, c, d, e, f and 1 more" }],
  },
  {
    name: "a rule that nobody declared",
    id: "rule-undeclared",
    facts: { rules: [rule("a", { success: 3 }), rule("x", { success: 3 })], declaredRules: [declared("a")] },
    found: [{ severity: "info", message: "Ran without being declared: x" }],
  },
];

describe.each(cases)("$id: $name", ({ id, facts, found }) => {
  const made = report(activity(facts));

  test("is found, or is not", () => {
    expect(made.findings.filter((finding) => finding.id === id)).toMatchObject(found);
  });

  test("is publishable, and every finding has its advice", () => {
    assertPublishable(made);
    // A low rate needs none of its own where most failures have one cause.
    const haveOneCause = made.findings.some(
      ({ id: found, evidence }) => found === "failures-many" && evidence["newest_error"],
    );
    const advised = made.findings.filter(({ id: found }) => !haveOneCause || found !== "success-rate-low");
    expect(made.recommendations).toHaveLength(advised.length);
  });
});

test("a declining trend is found", () => {
  const hour = (time: string, successful: number) => ({
    hourMs: Date.parse(`2026-07-10T${time}:00:00Z`),
    total: 10,
    successful,
  });
  const made = report(
    activity({ rules: [rule("a", { success: 15, failed: 5 })], hours: [hour("01", 10), hour("20", 5)] }),
  );
  expect(made.findings.find(({ id }) => id === "trend-declining")?.message).toBe(
    "Success rate fell by 50.0 points from the first half of the window to the second",
  );
});

test.each([
  { runs: "sffff", severity: "critical", priority: "high" },
  { runs: `${"s".repeat(20)}ff`, severity: "warning", priority: "medium" },
  { runs: `${"s".repeat(20)}f`, severity: "info", priority: "low" },
] as const)("a rule that fails, $severity, is reviewed with priority $priority", ({ runs, severity, priority }) => {
  const made = report(
    activity({ rules: [ruleOf("deals", { runs, everyMinutes: 30, error: "HTTP 429 Too Many Requests" })] }),
  );
  const at = made.findings.findIndex(({ id }) => id === "rule-failing");
  expect(made.findings[at]?.severity).toBe(severity);
  expect(made.recommendations.find(({ id }) => id === "review-rule")).toEqual({
    id: "review-rule",
    finding: at,
    priority,
    category: "reliability",
    rule_name: "deals",
    issue: made.findings[at]?.message ?? "",
    recommendation:
      "See the newest error of deals first: HTTP 429 Too Many Requests; lower its request rate or spread its schedule",
  });
});

test("most urgent first: critical before warning, a rule before the CRM", () => {
  const made = report(
    activity({
      rules: [
        ruleOf("a", { runs: "sfsfsfsfsfss", everyMinutes: 60 }),
        ruleOf("b", { runs: "fffffffff", everyMinutes: 60 }),
      ],
    }),
  );
  expect(made.findings.map(({ id, rule_name, severity }) => [id, rule_name, severity])).toEqual([
    ["rule-failing", "b", "critical"],
    ["failures-many", null, "critical"],
    ["rule-degraded", "a", "warning"],
    ["success-rate-low", null, "warning"],
  ]);
  expect(made.verdict).toBe("critical");
  expect(made.recommendations.map(({ finding, priority }) => [finding, priority])).toEqual([
    [0, "high"],
    [1, "high"],
    [3, "high"],
    [2, "medium"],
  ]);
});

test("several rules that stop together are one finding of the CRM", () => {
  const stopped = ["a", "b", "c"].map((name) =>
    ruleOf(name, { runs: "s".repeat(20), everyMinutes: 60, startedMinutesAgo: 300 }),
  );
  const made = report(
    activity({
      rules: stopped,
      declaredRules: ["a", "b", "c"].map((name) => declared(name, { schedules: [schedule("every 1 hours")] })),
    }),
  );
  expect(made.findings.filter(({ severity }) => severity !== "info")).toMatchObject([
    {
      id: "rules-stopped",
      severity: "critical",
      rule_name: null,
      message: "Nothing has started since 16:00: is the scheduler alive? (a, b, c)",
      evidence: { rules: ["a", "b", "c"], due: 3, missed: 12, last_start_at: "2026-07-10T16:00:00Z" },
    },
  ]);
  expect(made.rules.map(({ condition }) => condition)).toEqual(["overdue", "overdue", "overdue"]);
});

test("two of three that stop are told each for itself", () => {
  const made = report(
    activity({
      rules: [
        ruleOf("a", { runs: "s".repeat(20), everyMinutes: 60, startedMinutesAgo: 300 }),
        ruleOf("b", { runs: "s".repeat(20), everyMinutes: 60, startedMinutesAgo: 300 }),
        ruleOf("c", { runs: "s".repeat(30), everyMinutes: 60 }),
      ],
      declaredRules: ["a", "b", "c"].map((name) => declared(name, { schedules: [schedule("every 1 hours")] })),
    }),
  );
  expect(made.findings.filter(({ id }) => id === "rule-overdue").map(({ rule_name }) => rule_name)).toEqual(["a", "b"]);
});

test("a warehouse without tables counts nothing and claims nothing", () => {
  const made = report({
    kind: "missing",
    preset: null,
    lookedFor: ["orchestration.sync_history", "automation_actions"],
    elsewhere: ["etl.automation_actions"],
    where: "database d",
    source: "hubspot",
    window: activity().window,
    querySeconds: 0.01,
  });
  assertPublishable(made);
  expect(made.metadata).toMatchObject({
    status: "fallback",
    preset: null,
    note: "no table to read: looked for orchestration.sync_history, automation_actions in database d; etl.automation_actions is there: set schema to read it",
  });
  expect(made.performance_metrics).toMatchObject({ total_actions: 0, overall_success_rate: null });
  expect(made.system_health).toMatchObject({ health_score: null, health_status: "unknown" });
  expect(made.findings.map(({ id, severity }) => [id, severity])).toEqual([["tables-missing", "critical"]]);
  expect(made.recommendations.map(({ category }) => category)).toEqual(["setup"]);
});

test("the same input gives the same bytes", () => {
  const facts = activity({ rules: [rule("a", { success: 8, failed: 4 })] });
  expect(JSON.stringify(report(facts))).toBe(JSON.stringify(report(structuredClone(facts))));
});

test("the published example is a report", async () => {
  const example = await Bun.file(new URL("./report-example.json", import.meta.url)).json();
  assertPublishable(example);
});
