/** A pass as lines: one for each finding and each CRM that was not read, in six fields. */
import { expect, test } from "bun:test";
import { renderFindings } from "../../src/render/findings.ts";
import type { Finding } from "../../src/report/document/schema.ts";
import { activity, declared, report } from "../making/activities.ts";
import { every } from "../making/findings.ts";
import { failedOutcome, madeOutcome, passDocument } from "../making/passes.ts";
import { ruleOf } from "../making/rules.ts";

const cause: Finding = {
  id: "failures-shared",
  severity: "warning",
  rule_name: null,
  message: "One cause for 2 CRMs (hubspot, genius): they failed alike",
  evidence: {},
};

test("most urgent first; a CRM that was not read is critical; what concerns several is of all", () => {
  const made = report(
    activity({
      rules: [
        ruleOf("deals", { runs: "sssssssssfff", everyMinutes: 60 }),
        ruleOf("jobs", { runs: `${"s".repeat(30)}f`, everyMinutes: 60 }),
      ],
      declaredRules: [declared("deals", every("every 1 hours")), declared("jobs", every("every 1 hours"))],
    }),
  );
  const pass = passDocument({
    outcomes: [madeOutcome(made), failedOutcome("genius", "no such host")],
    findings: [cause],
  });
  expect(renderFindings(pass, [made]).split("\n")).toEqual([
    "critical\tgenius\t-\tnot-read\t-\tno such host",
    "critical\thubspot\tdeals\tfailing\t2026-07-10T18:55:00Z\tdeals: its newest 3 runs failed, since 18:55; last success 17:55",
    `warning\tall\t-\tfailures-shared\t-\t${cause.message}`,
    "info\thubspot\tjobs\tfailing\t2026-07-10T20:55:00Z\tjobs: its newest run failed at 20:55; last success 19:55",
    "",
  ]);
});

test("what rules have in common tells since when, as a rule does", () => {
  const rules = ["deals", "jobs", "leads"].map((name) =>
    ruleOf(name, { runs: "s".repeat(20), everyMinutes: 60, startedMinutesAgo: 600 }),
  );
  const declaredRules = rules.map(({ rule: name }) => declared(name, every("every 1 hours")));
  const made = report(activity({ rules, declaredRules }));
  const [line = ""] = renderFindings(passDocument({ outcomes: [madeOutcome(made)] }), [made]).split("\n");
  expect(line.split("\t").slice(0, 5)).toEqual(["critical", "hubspot", "-", "rules-stopped", "2026-07-10T12:00:00Z"]);
});

test("of one severity the lines of the most urgent CRM come first", () => {
  const failing = (source: string, runs: string, names: string[]) =>
    report(
      activity({
        source,
        rules: names.map((name) => ruleOf(name, { runs, everyMinutes: 60 })),
        declaredRules: names.map((name) => declared(name, every("every 1 hours"))),
      }),
    );
  const reports = [
    failing("hubspot", "sssssssssfff", ["deals"]),
    failing("genius", "sssssssssfff", ["deals", "jobs"]),
    failing("arrivy", "ssssssffffff", ["deals"]),
  ];
  const lines = renderFindings(passDocument({ outcomes: reports.map(madeOutcome) }), reports)
    .split("\n")
    .filter((line) => line.startsWith("critical"));
  expect(lines.map((line) => line.split("\t")[1] ?? "").filter((crm, n, all) => crm !== all[n - 1])).toEqual([
    "genius",
    "arrivy",
    "hubspot",
  ]);
});

test("nothing was found", () => {
  const well = report(activity({ rules: [ruleOf("deals", { runs: "ssss", everyMinutes: 60 })] }));
  expect(renderFindings(passDocument({ outcomes: [madeOutcome(well)] }), [well])).toBe("");
});

test("hostile names make no line and no field of their own", () => {
  const name = "a\tb\nc\u001b[31m\u202e";
  const made = report(activity({ rules: [ruleOf(name, { runs: "ssssfff", everyMinutes: 60 })] }));
  const lines = renderFindings(passDocument({ outcomes: [madeOutcome(made)] }), [made])
    .trimEnd()
    .split("\n");
  expect(lines.map((line) => line.split("\t").length)).toEqual(lines.map(() => 6));
  expect(lines.join("")).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
});

test("a missing table is told once: as the reason why its CRM was not read", () => {
  const window = { startMs: 0, endMs: 86_400_000 };
  const missing = report({
    kind: "missing",
    preset: null,
    lookedFor: ["automation_actions"],
    elsewhere: [],
    where: "database d",
    source: "genius",
    window,
    querySeconds: 0.1,
  });
  const pass = passDocument({
    outcomes: [{ source: "genius", status: "failed", verdict: "critical", reason: "no table to read", seconds: 0.1 }],
  });
  expect(renderFindings(pass, [missing])).toBe("critical\tgenius\t-\tnot-read\t-\tno table to read\n");
});
