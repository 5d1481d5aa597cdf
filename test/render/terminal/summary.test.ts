/** The table of all CRMs: what stands in its cells, above it and below it. */
import { describe, expect, test } from "bun:test";
import type { Finding, Report } from "../../../src/report/schema.ts";
import { renderTable } from "../../../src/render/terminal/table.ts";
import { activity, declared, report, rule } from "../../making/activities.ts";
import { failedOutcome, madeOutcome, passDocument } from "../../making/passes.ts";
import { WINDOW } from "../../making/reports.ts";

const HOUR_MS = 3_600_000;
const well = (source: string) => report(activity({ source, rules: [rule("a", { success: 50 })] }));

function render(
  reports: Report[],
  { findings = [] as Finding[], detailed = false, failed = [] as string[], width = 160 } = {},
): string[] {
  const [first] = reports;
  const document = passDocument({
    window: { start: first?.metadata.window_start ?? "", end: first?.metadata.window_end ?? "" },
    outcomes: [...reports.map(madeOutcome), ...failed.map((source) => failedOutcome(source, "away"))],
    findings,
  });
  const view = { color: false, width, detailed, elapsedSeconds: 0.09 };
  return renderTable(document, reports, view).split("\n");
}

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
