/** What changed between two reports: figures by hand, findings by what they are about. */
import { expect, test } from "bun:test";
import { compareReports } from "../../src/report/diff.ts";
import { renderDiff } from "../../src/render/terminal/diff.ts";
import { ruleOf } from "../making/rules.ts";
import { activity, report, rule } from "../making/activities.ts";
import { viewOf } from "../making/views.ts";

const view = viewOf();
const calm = report(activity({ rules: [rule("contacts", { success: 20 })] }));
const broken = report(
  activity({ rules: [rule("contacts", { success: 10, failed: 10 }), rule("deals", { success: 4 })] }),
);

test("nothing changed", () => {
  const diff = compareReports(calm, calm);
  expect([diff.sections, diff.findings]).toEqual([[], { new: [], gone: [], changed: [] }]);
  expect(renderDiff(diff, view)).toEndWith("\n\nNothing changed\n");
});

test("figures by section, unknown where a report has none", () => {
  const { sections, findings } = compareReports(calm, broken);
  const changesOf = (name: string) => sections.find(({ section }) => section === name)?.changes;
  expect(changesOf("performance_metrics")?.slice(0, 4)).toEqual([
    { path: ["total_actions"], before: 20, after: 24 },
    { path: ["successful_actions"], before: 20, after: 14 },
    { path: ["failed_actions"], before: 0, after: 10 },
    { path: ["overall_success_rate"], before: 1, after: 14 / 24 },
  ]);
  expect(changesOf("quality_metrics")).toEqual([
    { path: ["rule_reliability", "contacts"], before: 1, after: 0.5 },
    { path: ["rule_reliability", "deals"], before: null, after: 1 },
  ]);
  expect(findings.gone).toEqual([]);
  expect(findings.new.map(({ id }) => id)).toContain("success-rate-low");
  expect(compareReports(broken, calm).findings.gone).toEqual(findings.new);
});

test("the same finding in other words has changed", () => {
  const worse = report(
    activity({ rules: [rule("contacts", { success: 8, failed: 12 }), rule("deals", { success: 4 })] }),
  );
  const changed = compareReports(broken, worse).findings.changed.map(({ before, after }) => [
    before.rule_name,
    after.message,
  ]);
  expect(changed).toContainEqual(["contacts", "contacts: 8 of 20 runs succeeded (40.0 %)"]);
});

test("a cause of errors is known by its fingerprint, and named by its newest example", () => {
  const failing = (example: string, count: number) => ({
    ...calm,
    error_groups: [
      {
        fingerprint: "049bb3bd4c73",
        family: "connection" as const,
        example,
        count,
        rules: ["contacts"],
        first_seen: "2026-07-10T01:00:00Z",
        last_seen: "2026-07-10T02:00:00Z",
        is_new: true,
      },
    ],
  });
  const diff = compareReports(failing("lost after 3 s", 2), failing("lost after 9 s", 5));
  expect(diff.sections).toEqual([
    { section: "error_groups", changes: [{ path: ["lost after 9 s", "count"], before: 2, after: 5 }] },
  ]);
});

test("for a terminal: what was there and what is, hostile names made harmless", () => {
  const odd = report(activity({ rules: [rule("evil\u001b[2J", { success: 3, failed: 1 })] }));
  const text = renderDiff(compareReports(calm, odd), view);
  expect(text).toContain("\n  overall_success_rate  100.0 %  75.0 %\n");
  expect(text).toContain("evil\\u{1b}[2J");
  expect(text).not.toContain("\u001b");
});

test("for a terminal: findings of every severity stand in one column", () => {
  const odd = report(
    activity({
      rules: [
        ruleOf("a", { runs: "sffff", everyMinutes: 30 }),
        ruleOf("b", { runs: `${"s".repeat(20)}f`, everyMinutes: 30 }),
      ],
    }),
  );
  const text = renderDiff(compareReports(calm, odd), view);
  expect(text).toContain("\n  critical  a: its newest 4 runs failed, since 19:25; ");
  expect(text).toContain("\n  info      b: its newest run failed at 20:55; ");
});
