/** A pass as gauges: every line as OpenMetrics 1.0 has it, hostile names included. */
import { expect, test } from "bun:test";
import type { Finding } from "../../src/report/document/schema.ts";
import { renderMetrics } from "../../src/render/metrics.ts";
import { activity, declared, report } from "../making/activities.ts";
import { every } from "../making/findings.ts";
import { failedOutcome, madeOutcome, passDocument } from "../making/passes.ts";
import { ruleOf } from "../making/rules.ts";

const hostile = 'a"b\\c\n{x="1"} 7';
const made = report(
  activity({
    rules: [
      ruleOf("deals", { runs: "sssssssssfff", everyMinutes: 60 }),
      ruleOf(hostile, { runs: "ssss", everyMinutes: 60, startedMinutesAgo: 300 }),
    ],
    declaredRules: [declared("deals", every("every 1 hours")), declared(hostile, every("every 1 hours"))],
  }),
);
const pass = passDocument({ outcomes: [madeOutcome(made), failedOutcome("genius", "no such host")] });

/** The value of each series, by its name and labels. */
async function series(perRule = false): Promise<Map<string, number>> {
  const text = await renderMetrics(pass, [made], perRule);
  const lines = text.trimEnd().split("\n");
  expect(lines.at(-1)).toBe("# EOF");
  const samples = lines.filter((line) => !line.startsWith("#"));
  for (const line of samples) {
    expect(line).toMatch(
      /^automation_reports_[a-z_]+(\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"(,[a-z]+="(?:[^"\\\n]|\\["\\n])*")*\})? -?[0-9.e+]+$/,
    );
  }
  return new Map(
    samples.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

test("each CRM: read or not, its verdict as a set, its figures", async () => {
  const found = await series();
  const of = (name: string) => found.get(`automation_reports_${name}`);
  expect([of('up{crm="hubspot"}'), of('up{crm="genius"}')]).toEqual([1, 0]);
  expect([of('verdict{crm="hubspot",verdict="critical"}'), of('verdict{crm="hubspot",verdict="ok"}')]).toEqual([1, 0]);
  expect(of('verdict{crm="genius",verdict="unknown"}')).toBe(1);
  expect(of('success_ratio{crm="hubspot"}')).toBe(13 / 16);
  expect([of('actions{crm="hubspot",status="successful"}'), of('actions{crm="hubspot",status="failed"}')]).toEqual([
    13, 3,
  ]);
  expect(of('last_success_timestamp_seconds{crm="hubspot"}')).toBe(Date.parse("2026-07-10T17:55:00Z") / 1000);
  expect(of("pass_timestamp_seconds")).toBe(Date.parse("2026-07-10T21:00:00Z") / 1000);
  expect([...found.keys()].filter((name) => name.includes('crm="genius"') && !/_(?:up|verdict)\{/.test(name))).toEqual(
    [],
  );
});

test("a cause that CRMs share is told of each of them until it is over", async () => {
  const shared = (over: boolean): Finding => ({
    id: "failures-shared",
    severity: over ? "warning" : "critical",
    rule_name: null,
    message: "One cause for 2 CRMs",
    evidence: { sources: ["hubspot", "arrivy"], over },
  });
  const tell = async (findings: Finding[]) =>
    (await renderMetrics({ ...pass, findings }, [made], false))
      .split("\n")
      .filter((line) => line.startsWith("automation_reports_shared_cause"));
  const series = (failures: number) => [
    `automation_reports_shared_cause{crm="hubspot",cause="failures-shared"} ${failures}`,
    'automation_reports_shared_cause{crm="hubspot",cause="silence-shared"} 0',
  ];
  expect(await tell([shared(false)])).toEqual(series(1));
  expect(await tell([shared(true)])).toEqual(series(0));
  expect(await tell([{ ...shared(false), evidence: { sources: ["arrivy"], over: false } }])).toEqual(series(0));
});

test("how the statuses of actions add up is said", async () => {
  expect(await renderMetrics(pass, [made], false)).toContain(
    "# HELP automation_reports_actions Actions of the window, by status; partial is among failed, and successful and failed are the finished ones, the total\n",
  );
});

test("single rules only where they are asked for, their names escaped", async () => {
  expect([...(await series()).keys()].filter((name) => name.includes("rule="))).toEqual([]);
  const found = await series(true);
  expect(found.get('automation_reports_rule_condition{crm="hubspot",rule="deals",condition="failing"}')).toBe(1);
  expect(found.get('automation_reports_rule_condition{crm="hubspot",rule="deals",condition="ok"}')).toBe(0);
  expect(
    found.get(
      `automation_reports_rule_condition{crm="hubspot",rule="a\\"b\\\\c\\\\u{a}{x=\\"1\\"} 7",condition="overdue"}`,
    ),
  ).toBe(1);
});

test("the number of series follows the configuration, not the data", async () => {
  const many = report(
    activity({ rules: Array.from({ length: 200 }, (_, n) => ruleOf(`r${n}`, { runs: "sf", everyMinutes: 60 })) }),
  );
  const text = await renderMetrics(pass, [many], false);
  expect(text.split("\n").length).toBe((await renderMetrics(pass, [made], false)).split("\n").length);
});
