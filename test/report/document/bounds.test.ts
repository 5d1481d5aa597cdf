/** A report of a flood lists so much and no more: every kind of finding is among it, and what is left out is counted. */
import { describe, expect, test } from "bun:test";
import { createStyle } from "../../../src/render/terminal/style.ts";
import { renderDetails } from "../../../src/render/terminal/details.ts";
import { compareReports } from "../../../src/report/diff.ts";
import { renderDiff } from "../../../src/render/terminal/diff.ts";
import { renderFindings } from "../../../src/render/findings.ts";
import { renderMetrics } from "../../../src/render/metrics.ts";
import { renderPass } from "../../../src/render/terminal/pass.ts";
import { countNames, listSomeNames } from "../../../src/report/document/left-out.ts";
import { describeBriefly } from "../../../src/render/terminal/brief.ts";
import { rankRows } from "../../../src/report/pass/attention.ts";
import { digestReport } from "../../../src/report/document/digest.ts";
import { publishRules } from "../../../src/server/api/documents/rules.ts";
import { activity, declared, report, rule } from "../../making/activities.ts";
import { every } from "../../making/findings.ts";
import { madeOutcome, passDocument } from "../../making/passes.ts";
import { ruleOf } from "../../making/rules.ts";
import { WINDOW } from "../../making/reports.ts";
import { viewOf } from "../../making/views.ts";

const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const failing = (index: number) =>
  ruleOf(`bad_${String(index).padStart(4, "0")}`, { runs: "sssssfffff", everyMinutes: 60 });
const well = (index: number) => ruleOf(`well_${index}`, { runs: "s".repeat(24), everyMinutes: 60 });
const LAST_SUCCESS_MS = WINDOW.endMs - 5 * 60_000;

/** 1,500 rules of which each is critical, 700 that are well, and one word that nobody knows. */
const flood = activity({
  rules: [...times(1500, failing), ...times(700, well), rule("odd", { unknown: 3 }, { unknownWords: ["zzz"] })],
  unknownStatuses: [{ word: "zzz", n: 3 }],
});
const made = report(flood, { detailed: true });
const all = report(flood, { isWhole: true });
const pass = passDocument({ outcomes: [madeOutcome(made)], verdict: "critical" });
const counted = (severity: string) => all.findings.filter((finding) => finding.severity === severity).length;

test("all of it where one asks for it by name: nothing is left out", () => {
  expect([all.rules.length, all.omitted?.["rules"], all.omitted?.["findings"], all.totals]).toEqual([
    2201,
    undefined,
    undefined,
    undefined,
  ]);
  expect([counted("critical") >= 1500, counted("warning") >= 1]).toEqual([true, true]);
});

test("else 1,000 rules and 1,000 findings, of each kind some, in the same order, and what all of them count", () => {
  expect([made.rules.length, made.findings.length]).toEqual([1000, 1000]);
  expect(made.omitted).toMatchObject({ rules: 1201, findings: all.findings.length - 1000 });
  const kinds = ({ findings }: typeof made) => [...new Set(findings.map(({ id, severity }) => `${severity} ${id}`))];
  expect(kinds(made)).toEqual(kinds(all));
  expect(kinds(made)).toContain("warning unknown-status");
  const places = made.findings.map(({ id, rule_name: name }) =>
    all.findings.findIndex((one) => one.id === id && one.rule_name === name),
  );
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  const names = new Set(made.rules.map(({ rule_name: name }) => name));
  expect(made.findings.filter(({ rule_name: name }) => name !== null && !names.has(name))).toEqual([]);
  expect(made.totals).toMatchObject({
    rules: 2201,
    findings: { critical: counted("critical"), warning: counted("warning"), info: counted("info") },
    conditions: { failing: 1500, ok: 700 },
    last_success_at: new Date(LAST_SUCCESS_MS).toISOString().replace(".000", ""),
  });
});

describe("whoever counts counts all of it", () => {
  test("the digest, which the API and the gauges of a server are made of", () => {
    expect(digestReport(made)).toEqual({ ...digestReport(all), errors: digestReport(made).errors });
  });

  test("the gauges of a pass", async () => {
    const text = await renderMetrics(pass, [made], false);
    expect(text).toContain(`automation_reports_findings{crm="hubspot",severity="critical"} ${counted("critical")}\n`);
    expect(text).toContain(
      `automation_reports_last_success_timestamp_seconds{crm="hubspot"} ${LAST_SUCCESS_MS / 1000}`,
    );
  });

  test("the order of CRMs", () => {
    const [row] = rankRows([{ source: "hubspot", report: made, reason: null }], []);
    expect([row?.critical, row?.warnings]).toEqual([counted("critical"), counted("warning")]);
  });

  test("the rules of the API", () => {
    expect(publishRules("id", made, {})).toMatchObject({ total: 1000, omitted: 1201 });
    expect(publishRules("id", all, {})).toMatchObject({ total: 2201, omitted: 0 });
  });
});

test("what one report leaves out neither came nor went from one to another", () => {
  const other = report(
    activity({ rules: [...times(1500, (index) => failing(index + 300)), ...times(700, well), well(9000)] }),
  );
  const { rules, findings, not_compared: left } = compareReports(made, other);
  const [old, young] = [made, other].map((one) => new Map(one.rules.map((rule) => [rule.rule_name, rule])));
  expect(rules.filter(({ rule_name: name }) => !old?.has(name) || !young?.has(name))).toEqual([]);
  expect(findings.new.filter(({ rule_name: name }) => name !== null)).toEqual([]);
  expect(findings.gone.map(({ id }) => id)).toContain("unknown-status");
  expect(left).toEqual({ rules: expect.any(Number), findings: expect.any(Number) });
  expect(left.rules > 300 && left.findings > 300).toBe(true);
  const text = renderDiff(compareReports(made, other), viewOf({ width: 100 }));
  expect(text).toMatch(/Not compared: [\d,]+ rules and [\d,]+ findings that one of the reports may leave out/);
  expect(compareReports(all, all).not_compared).toEqual({ rules: 0, findings: 0 });
});

test("rules that stopped together are all counted, although the finding names a hundred", () => {
  const stopped = times(150, (index) =>
    ruleOf(`r${index}`, { runs: "s".repeat(40), everyMinutes: 30, startedMinutesAgo: 900 }),
  );
  const silent = report(
    activity({
      rules: stopped,
      declaredRules: stopped.map(({ rule: name }) => declared(name, every("every 30 minutes"))),
    }),
  );
  const together = silent.findings.find(({ id }) => id === "rules-stopped");
  expect(together?.evidence).toMatchObject({ rules_omitted: 50 });
  expect(together === undefined ? "" : describeBriefly(together, silent)).toBe(
    "nothing since 06:00: 150 rules stopped",
  );
});

test.each([
  { count: 7, listed: "n0, n1, n2, n3, n4 and 2 more", counted: "7 rules" },
  { count: 100, listed: "n0, n1, n2, n3, n4 and at least 95 more", counted: "at least 100 rules" },
])("a list of $count names that may have been cut", ({ count, listed, counted: said }) => {
  const names = times(count, (index) => `n${index}`);
  expect([listSomeNames(names), countNames(names, "rule")]).toEqual([listed, said]);
});

describe("whoever lists says how many more there are", () => {
  const left = all.findings.length - 1000;

  test("as lines: one of each severity of which some are left out", () => {
    const lines = renderFindings(pass, [made]).trimEnd().split("\n");
    expect(lines).toHaveLength(1001);
    expect(lines.filter((line) => line.split("\t")[3] === "left-out")).toEqual([
      `critical\thubspot\t-\tleft-out\t-\t${left} more critical findings left out of the report: automation-reports explain hubspot RULE tells what is found of a rule`,
    ]);
    expect(lines.some((line) => line.startsWith("warning\thubspot\t"))).toBe(true);
    expect(renderFindings(pass, [all])).not.toContain("left-out");
  });

  test("on the screen of a pass", () => {
    const shown = renderPass(pass, [made], viewOf({ width: 100, rows: 24, sections: false }));
    const [, more = ""] = /and ([\d,]+) more with --detailed/.exec(shown) ?? [];
    const told = shown.split("\n").filter((line) => /bad_\d{4}/.test(line) && !line.includes("Next:")).length;
    const info = counted("info");
    // Two findings of the CRM as a whole may share their words.
    expect(Number(more.replace(",", ""))).toBeGreaterThan(all.findings.length - info - told - 5);
  });

  test("in the section of a CRM: what JSON has, and what no report has", () => {
    const lines = (detailed: boolean) =>
      renderDetails(made, viewOf({ width: 120, detailed }), createStyle(false)).map((line) => line.trim());
    expect(lines(false)).toContain(
      `and 975 more with --detailed or with --format json, and ${left} more that the report leaves out`,
    );
    expect(lines(true)).toContain(`and 900 more with --format json, and ${left} more that the report leaves out`);
    expect(lines(true)).toContain("and 900 more with --format json, and 1,201 more that the report leaves out");
  });
});
