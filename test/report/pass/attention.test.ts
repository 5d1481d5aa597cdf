/** Which CRMs need the operator first, and whether a cause of the pass tells what is found in one. */
import { describe, expect, test } from "bun:test";
import type { FailureRow } from "../../../src/report/activity.ts";
import { chooseFinding, orderRules, rankRows, type Standing } from "../../../src/report/pass/attention.ts";
import { emptyCounts } from "../../../src/report/counts.ts";
import type { Finding, Report } from "../../../src/report/document/schema.ts";
import { activity, declared, report, rule } from "../../making/activities.ts";
import { every } from "../../making/findings.ts";
import { WINDOW } from "../../making/reports.ts";
import { ruleOf } from "../../making/rules.ts";

const failing = (name: string) => ruleOf(name, { runs: "fffff", everyMinutes: 60 });
const doubtful = (name: string) => rule(name, { success: 40, failed: 10 });
const made = (source: string, facts: Parameters<typeof activity>[0]): Report => report(activity({ source, ...facts }));

test("most urgent first: unread, no table, silent, then by verdict, by critical findings, by warnings", () => {
  const reports = [
    made("one-warning", { rules: [doubtful("a"), rule("b", { success: 90 })] }),
    made("well", { rules: [ruleOf("a", { runs: "s".repeat(9), everyMinutes: 60 })] }),
    made("little-known", { rules: [rule("a", { success: 1 })] }),
    made("two-warnings", { rules: [doubtful("a")] }),
    made("one-critical", { rules: [failing("a")] }),
    made("silent", { declaredRules: [declared("a", every("every 1 hours"))] }),
    made("two-critical", { rules: [failing("a"), failing("b")] }),
    report({
      kind: "missing",
      preset: null,
      lookedFor: ["sync_history"],
      elsewhere: [],
      where: "database d",
      source: "without-table",
      window: WINDOW,
      querySeconds: 0,
    }),
  ];
  const rows = [
    ...reports.map((each) => ({ source: each.metadata.source, report: each, reason: null })),
    { source: "unread", report: null, reason: "away" },
  ];
  const ranked = rankRows(rows, []);
  expect(ranked.map(({ source, standing, critical, warnings }) => [source, standing, critical, warnings])).toEqual([
    ["unread", "unread", 0, 0],
    ["without-table", "no-table", 1, 0],
    ["silent", "silent", 1, 0],
    ["two-critical", "critical", 2, 1],
    ["one-critical", "critical", 1, 1],
    ["two-warnings", "warning", 0, 2],
    ["one-warning", "warning", 0, 1],
    ["little-known", "unknown", 0, 0],
    ["well", "ok", 0, 0],
  ]);
  expect(ranked.map(({ report: its, reason }) => [its?.metadata.source ?? null, reason]).at(0)).toEqual([null, "away"]);
});

test("rules stand in the order of what is found of them, and those that are well after them", () => {
  const rules = [
    ruleOf("a-well", { runs: "s".repeat(24), everyMinutes: 60 }),
    ruleOf("b-overdue", { runs: "s".repeat(20), everyMinutes: 60, startedMinutesAgo: 300 }),
    ruleOf("c-failing", { runs: "sssssfffff", everyMinutes: 60 }),
    ruleOf("d-well", { runs: "s".repeat(24), everyMinutes: 60 }),
  ];
  const declaredRules = rules.map(({ rule: name }) => declared(name, every("every 1 hours")));
  const report = made("hubspot", { rules, declaredRules });
  expect(report.findings[0]).toMatchObject({ rule_name: "c-failing", severity: "critical" });
  expect(orderRules(report).map(({ rule_name: name }) => name)).toEqual(["c-failing", "b-overdue", "a-well", "d-well"]);
});

test("CRMs of one standing and as many findings keep their order", () => {
  const rows = ["c", "a", "b"].map((source) => ({ source, report: null, reason: "away" }));
  expect(rankRows(rows, []).map(({ source }) => source)).toEqual(["c", "a", "b"]);
});

test("a CRM in which all rules stopped is silent, though some ran in the window", () => {
  const stopped = (name: string) => ruleOf(name, { runs: "s".repeat(40), everyMinutes: 30, startedMinutesAgo: 900 });
  const silent = made("silent", {
    rules: [stopped("a"), stopped("b"), stopped("c")],
    declaredRules: ["a", "b", "c"].map((name) => declared(name, every("every 30 minutes"))),
  });
  expect(silent.performance_metrics.total_actions).toBeGreaterThan(0);
  expect(rankRows([{ source: "silent", report: silent, reason: null }], [])[0]?.standing).toBe("silent");
});

test("a CRM in which most rules stopped, and others go on, is no silent one", () => {
  const runs = "s".repeat(60);
  const names = ["a", "b", "c", "d"];
  const half = made("half", {
    rules: names.map((name) => ruleOf(name, { runs, everyMinutes: 30, ...(name < "d" && { startedMinutesAgo: 900 }) })),
    declaredRules: names.map((name) => declared(name, every("every 30 minutes"))),
  });
  expect(half.findings[0]).toMatchObject({ id: "rules-stopped", evidence: { due: 4 } });
  expect(rankRows([{ source: "half", report: half, reason: null }], [])[0]?.standing).toBe("critical");
});

describe("silent is a CRM of which silence is found, not one of which nothing was due in a short window", () => {
  const window = { startMs: WINDOW.endMs - 60_000, endMs: WINDOW.endMs };
  const hourly = every("every 1 hours");
  const cases: { name: string; facts: Parameters<typeof activity>[0]; standing: Standing }[] = [
    {
      name: "its rule fails, and was not due",
      facts: { rules: [ruleOf("deals", { runs: "ssssssffff", everyMinutes: 60, startedMinutesAgo: 10 })] },
      standing: "critical",
    },
    {
      name: "one of its rules has stopped, another was not due",
      facts: {
        rules: [
          ruleOf("deals", { runs: "s".repeat(20), everyMinutes: 60, startedMinutesAgo: 900 }),
          ruleOf("users", { runs: "s".repeat(20), everyMinutes: 60, startedMinutesAgo: 10 }),
        ],
        declaredRules: [declared("deals", hourly), declared("users", hourly)],
      },
      standing: "critical",
    },
    {
      name: "its only rule has stopped",
      facts: {
        rules: [ruleOf("deals", { runs: "s".repeat(20), everyMinutes: 60, startedMinutesAgo: 900 })],
        declaredRules: [declared("deals", hourly)],
      },
      standing: "silent",
    },
  ];
  test.each(cases)("$name", ({ facts = {}, standing }) => {
    const one = made("a", {
      window,
      ...facts,
      rules: (facts.rules ?? []).map((each) => ({ ...each, current: emptyCounts(), startsMs: [] })),
    });
    expect(one.metadata.status).toBe("no_data");
    expect(rankRows([{ source: "a", report: one, reason: null }], [])[0]?.standing).toBe(standing);
  });
});

describe("a cause tells a rule's finding", () => {
  const ERROR = "Connection refused";
  const at = (time: string) => Date.parse(`2026-07-10T${time}:00Z`);
  const cause = (evidence: object = {}): Finding => ({
    id: "failures-shared",
    severity: "critical",
    rule_name: null,
    message: "One cause",
    evidence: {
      sources: ["hubspot", "genius"],
      from: "2026-07-10T03:00:00Z",
      to: "2026-07-10T04:00:00Z",
      example: ERROR,
      ...evidence,
    },
  });
  const failure = (override: Partial<FailureRow> = {}): FailureRow => ({
    rule: "deals",
    message: ERROR,
    n: 4,
    firstMs: at("03:00"),
    lastMs: at("03:59"),
    current: true,
    minutes: [],
    ...override,
  });
  const others = (n: number) =>
    Array.from({ length: n }, (_, index) => failure({ rule: "jobs", message: `${"abcdefghij"[index]} is wrong` }));
  const cases: { name: string; failures: FailureRow[]; causes?: Finding[]; told: boolean }[] = [
    { name: "of all of the rule's failures", failures: [failure()], told: true },
    { name: "not without a cause", failures: [failure()], causes: [], told: false },
    { name: "not before the cause's time", failures: [failure({ firstMs: at("02:59") })], told: false },
    { name: "not at the end of the cause's time", failures: [failure({ lastMs: at("04:00") })], told: false },
    { name: "not of other words", failures: [failure({ message: "HTTP 500" })], told: false },
    {
      name: "not in a CRM that does not share it",
      failures: [failure()],
      causes: [cause({ sources: ["genius", "arrivy"] })],
      told: false,
    },
    {
      name: "not where the rule fails otherwise too",
      failures: [failure(), failure({ message: "x", n: 1 })],
      told: false,
    },
    { name: "where nine causes of errors are known", failures: [failure(), ...others(8)], told: true },
    { name: "not where ten are, of which there may be more", failures: [failure(), ...others(9)], told: false },
  ];
  test.each(cases)("$name", ({ failures, causes = [cause()], told }) => {
    const deals = rule("deals", { failed: 4 }, { newestError: ERROR, startsMs: null });
    const chosen = chooseFinding(report(activity({ rules: [deals], failures })), causes);
    expect(chosen?.rule_name ?? null).toBe(told ? null : "deals");
  });
});

test("a well CRM that a cause names stands as the cause does", () => {
  const well = (source: string) => ({
    source,
    report: made(source, { rules: [ruleOf("a", { runs: "s".repeat(9), everyMinutes: 60 })] }),
    reason: null,
  });
  const cause = (severity: Finding["severity"]): Finding => ({
    id: "failures-shared",
    severity,
    rule_name: null,
    message: "One cause",
    evidence: { sources: ["a", "b"] },
  });
  const standings = (causes: Finding[]) =>
    rankRows([well("a"), well("c")], causes).map(({ source, standing }) => [source, standing]);
  expect(standings([cause("warning")])).toEqual([
    ["a", "warning"],
    ["c", "ok"],
  ]);
  expect(standings([cause("warning"), cause("critical")])[0]).toEqual(["a", "critical"]);
});

describe("a cause tells what is found of all failures of a CRM", () => {
  const ERROR = "Connection refused";
  const at = (time: string) => Date.parse(`2026-07-10T${time}:00Z`);
  const cause = (severity: Finding["severity"]): Finding => ({
    id: "failures-shared",
    severity,
    rule_name: null,
    message: "One cause",
    evidence: {
      sources: ["hubspot", "genius"],
      from: "2026-07-10T03:00:00Z",
      to: "2026-07-10T04:00:00Z",
      example: ERROR,
    },
  });
  const failure = (n: number, message = ERROR, hour = "03"): FailureRow => ({
    rule: "deals",
    message,
    n,
    firstMs: at(`${hour}:00`),
    lastMs: at(`${hour}:59`),
    current: true,
    minutes: [],
  });
  const low = (failures: FailureRow[]): Report => {
    const made = report(activity({ rules: [rule("deals", { success: 90, failed: 5 })], failures }));
    const found = made.findings.filter(({ id }) => id === "trend-declining");
    const finding: Finding = {
      id: "trend-declining",
      severity: "warning",
      rule_name: null,
      message: "fell",
      evidence: {},
    };
    return { ...made, findings: found.length > 0 ? found : [finding] };
  };
  test.each<{ name: string; failures: FailureRow[]; severity: Finding["severity"]; told: boolean }>([
    { name: "where it is all of them", failures: [failure(5)], severity: "warning", told: true },
    { name: "not where the cause is less urgent", failures: [failure(5)], severity: "info", told: false },
    {
      name: "not where some failed otherwise",
      failures: [failure(4), failure(1, "HTTP 500")],
      severity: "critical",
      told: false,
    },
    {
      name: "not where some failed at another time",
      failures: [failure(5, ERROR, "05")],
      severity: "critical",
      told: false,
    },
    { name: "not where the causes of some are not known", failures: [failure(4)], severity: "critical", told: false },
  ])("$name", ({ failures, severity, told }) => {
    expect(chooseFinding(low(failures), [cause(severity)])?.id ?? null).toBe(told ? null : "trend-declining");
  });
});
