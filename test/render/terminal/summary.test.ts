/** The table of all CRMs: what stands in its cells, above it and below it. */
import { describe, expect, test } from "bun:test";
import type { Activity } from "../../../src/report/activity.ts";
import type { Finding, Report } from "../../../src/report/schema.ts";
import { renderTable } from "../../../src/render/terminal/table.ts";
import { activity, declared, report, rule } from "../../making/activities.ts";
import { WINDOW } from "../../making/reports.ts";

const HOUR_MS = 3_600_000;
const well = (source: string) => report(activity({ source, rules: [rule("a", { success: 50 })] }));

function render(
  reports: Report[],
  { findings = [] as Finding[], detailed = false, failed = [] as string[], width = 160 } = {},
): string[] {
  const [first] = reports;
  const pass = {
    schema_version: 1 as const,
    pass_id: "0197f5c2-9d40-7a3e-8f51-2b9a1c7d4e60",
    started_at: "2026-07-10T21:00:00Z",
    window: { start: first?.metadata.window_start ?? "", end: first?.metadata.window_end ?? "" },
    outcomes: [
      ...reports.map(({ metadata }) => ({ source: metadata.source, status: "made" as const, reason: null })),
      ...failed.map((source) => ({ source, status: "failed" as const, reason: "away" })),
    ],
    findings,
  };
  const view = { color: false, width, detailed, single: false, elapsedSeconds: 0.09 };
  return renderTable(pass, reports, view).split("\n");
}

describe("a row", () => {
  const fresh = rule("a", { success: 90, failed: 10 }, { previous: { success: 50, failed: 50 } });
  const cases: { name: string; facts: Activity; row: string }[] = [
    {
      name: "a rate that rose by more than chance explains",
      facts: activity({ rules: [fresh] }),
      row: "hubspot  ● good  90.0 %  ▲ 40.0 pt",
    },
    {
      name: "a rate that changed by chance is not said to have changed",
      facts: activity({ rules: [rule("a", { success: 50 }, { previous: { success: 49, failed: 1 } })] }),
      row: "hubspot  ● excellent  100.0 %       2.1       0    –    1/1  ························",
    },
    {
      name: "less than one in twenty hours",
      facts: activity({
        window: { startMs: WINDOW.endMs - 168 * HOUR_MS, endMs: WINDOW.endMs },
        rules: [rule("a", { success: 5 })],
      }),
      row: "hubspot  ● fair  100.0 %      <0.1       0    –    1/1  ························",
    },
    {
      name: "too few runs to judge",
      facts: activity({ rules: [rule("a", { success: 2 })] }),
      row: "hubspot  ○ unknown  100.0 %       0.1       0    –    1/1  ························",
    },
    {
      name: "no tables",
      facts: {
        kind: "missing",
        preset: null,
        lookedFor: ["x"],
        where: "database d",
        source: "hubspot",
        window: WINDOW,
        querySeconds: 0,
      },
      row: "hubspot  ○ no tables  –               0       0    –    0/0  ························",
    },
    {
      name: "a week ago",
      facts: activity({ rules: [rule("a", { success: 50 })], baseline: { total: 4, successful: 3 } }),
      row: "hubspot  ● excellent  100.0 %    75.0 %       2.1       0    –    1/1  ························",
    },
    {
      name: "a name of more than 24 characters",
      facts: activity({ source: "a-crm-with-a-very-long-name", rules: [rule("a", { success: 2 })] }),
      row: "a-crm-with-a-very-long-…  ○ unknown  100.0 %       0.1       0    –    1/1  ························",
    },
  ];
  test.each(cases)("$name", ({ facts, row }) => {
    expect(render([report(facts)]).find((line) => /[●○]/.test(line))).toStartWith(row);
  });
});

describe("above the table", () => {
  test("one CRM alone is not said to need anybody", () => {
    const made = report(activity({ rules: [rule("a", { failed: 5 })] }));
    expect(render([made]).slice(1, 3)).toEqual(["", expect.stringMatching(/^CRM /)]);
  });

  test("what several CRMs have in common", () => {
    const cause = { id: "failures-shared", severity: "critical", rule_name: null, message: "One cause", evidence: {} };
    expect(render([well("a"), well("b")], { findings: [cause as Finding] }).slice(2, 4)).toEqual([
      "None of 2 CRMs needs you",
      "! One cause",
    ]);
  });

  test("eight are named, and how many more there are", () => {
    const failed = Array.from({ length: 10 }, (_, index) => `crm${index}`);
    const text = render([well("a")], { failed }).join(" ");
    expect(text).toContain("10 of 11 CRMs need you: crm0 (not read)");
    expect(text).toContain("crm7 (not read) and 2 more");
    expect(text).not.toContain("crm8 (not read)");
  });

  test("one of two needs the operator", () => {
    expect(render([well("a")], { failed: ["b"] })[2]).toBe("1 of 2 CRMs needs you: b (not read)");
  });
});

describe("the title of the last column", () => {
  test.each([
    { hours: 24, title: "Hour by hour" },
    { hours: 25, title: "Over time" },
  ])("$hours hours: $title", ({ hours, title }) => {
    const window = { startMs: WINDOW.endMs - hours * HOUR_MS, endMs: WINDOW.endMs };
    const [, , titles] = render([report(activity({ window, rules: [rule("a", { success: 50 })] }))]);
    expect(titles).toContain(`  ${title}`);
  });
});

describe("below the table", () => {
  const headlines = (lines: string[]) => lines.filter((line) => / · health /.test(line)).length;

  test.each([
    { crms: 3, detailed: false, shown: 3 },
    { crms: 4, detailed: false, shown: 0 },
    { crms: 4, detailed: true, shown: 4 },
  ])("$crms CRMs, detailed $detailed: $shown have a section of their own", ({ crms, detailed, shown }) => {
    const reports = Array.from({ length: crms }, (_, index) => well(`crm${index}`));
    expect(headlines(render(reports, { detailed }))).toBe(shown);
  });

  const worst = report(activity({ source: "worst", rules: [rule("a", { failed: 5 })] }));
  const doubtful = report(activity({ source: "doubtful", rules: [rule("a", { unknown: 1, success: 50 })] }));
  const noteworthy = report(
    activity({
      source: "noteworthy",
      rules: [rule("x", { success: 50 })],
      declaredRules: [declared("x", { enabled: false })],
    }),
  );
  test.each([
    {
      name: "the CRM that needs the operator most",
      reports: [well("a"), doubtful, worst],
      detailed: false,
      hint: "worst",
    },
    {
      name: "the CRM of which something is told",
      reports: [well("a"), noteworthy],
      detailed: false,
      hint: "noteworthy",
    },
    { name: "none where all is well", reports: [well("a"), well("b")], detailed: false, hint: null },
    { name: "none with --detailed", reports: [well("a"), worst], detailed: true, hint: null },
  ])("the hint names $name", ({ reports, detailed, hint }) => {
    const closing = render([...reports], { detailed }).at(-2) ?? "";
    expect(/add --crm (\S+) --detailed for more/.exec(closing)?.[1] ?? null).toBe(hint);
  });
});
