/** What changed between two reports: figures by hand, findings by what they are about. */
import { expect, test } from "bun:test";
import { compareReports } from "../../src/report/diff.ts";
import { renderDiff } from "../../src/render/terminal/diff.ts";
import { ruleOf } from "../making/rules.ts";
import { activity, report, rule } from "../making/activities.ts";
import { WINDOW } from "../making/reports.ts";
import { viewOf } from "../making/views.ts";

const view = viewOf();
const calm = report(activity({ rules: [rule("contacts", { success: 20 })] }));
const broken = report(
  activity({ rules: [rule("contacts", { success: 10, failed: 10 }), rule("deals", { success: 4 })] }),
);

test("nothing changed", () => {
  const diff = compareReports(calm, calm);
  expect([diff.sections, diff.findings]).toEqual([[], { new: [], gone: [], changed: [] }]);
  expect(diff.rules).toEqual([]);
  expect(renderDiff(diff, view)).toEndWith(
    "\n\nNo rule changed its condition, and no finding came or went\n\n" +
      "Success rates\n  all rules: 100.0 % of 20, now 100.0 % of 20, no significant change\n",
  );
});

test("where no rate is known, none is made of the runs that were counted", () => {
  const half = report(activity({ rules: [rule("contacts", { success: 10, failed: 5, unknown: 20 })] }));
  const diff = compareReports(calm, half);
  expect(diff.rates).toEqual([
    { rule_name: null, before: { successful: 20, total: 20 }, after: null, significant: false },
  ]);
  expect(renderDiff(diff, view)).toContain("all rules: 100.0 % of 20, now no rate is known");
});

test("where the table is gone, no rule is better, and no finding has gone", () => {
  const gone = report({
    kind: "missing",
    preset: null,
    lookedFor: ["sync_history"],
    elsewhere: [],
    where: "database d",
    source: "hubspot",
    window: WINDOW,
    querySeconds: 0,
  });
  const diff = compareReports(broken, gone);
  expect([diff.rules, diff.findings.gone, diff.findings.new.map(({ id }) => id)]).toEqual([[], [], ["tables-missing"]]);
  const shown = renderDiff(diff, view);
  expect(shown).toContain(
    `Not compared: ${broken.rules.length} rules and ${broken.findings.length} findings: one of the reports had no table to read`,
  );
  expect(shown).toContain("all rules: 58.3 % of 24, now no rate is known");
  // Read again, it has what it has.
  expect(compareReports(gone, broken).findings.gone.map(({ id }) => id)).toEqual(["tables-missing"]);
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
  const text = renderDiff(compareReports(calm, odd), { ...view, detailed: true });
  expect(text).toContain("\n  all rules: 100.0 % of 20, now 75.0 % of 4, no significant change\n");
  expect(text).toMatch(/\n {2}total_actions +20 +4\n/);
  expect(text).not.toContain("overall_success_rate");
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
  expect(text).toContain("\n  critical  a: failing since 19:25 (new): its newest 4 runs failed, since 19:25; ");
  expect(text).toContain("\n  info      b: failing since 20:55 (new): its newest run failed at 20:55; ");
});

test("conditions first: what got worse, the worst of it first, then what got better", () => {
  const before = report(
    activity({
      rules: [
        ruleOf("a", { runs: "sssss", everyMinutes: 30 }),
        ruleOf("b", { runs: `${"s".repeat(20)}f`, everyMinutes: 30 }),
        ruleOf("c", { runs: "sffff", everyMinutes: 30 }),
        ruleOf("d", { runs: "sssss", everyMinutes: 30 }),
      ],
    }),
  );
  const after = report(
    activity({
      rules: [
        ruleOf("a", { runs: `${"s".repeat(20)}f`, everyMinutes: 30 }),
        ruleOf("b", { runs: "sffff", everyMinutes: 30 }),
        ruleOf("c", { runs: "sssss", everyMinutes: 30 }),
        ruleOf("d", { runs: "sssss", everyMinutes: 30 }),
      ],
    }),
  );
  const diff = compareReports(before, after);
  expect(
    diff.rules.map(({ rule_name: rule, change, before: was, after: is }) => [
      rule,
      change,
      was?.severity,
      is?.severity,
    ]),
  ).toEqual([
    ["b", "worse", "info", "critical"],
    ["a", "worse", null, "info"],
    ["c", "better", "critical", null],
  ]);
  const text = renderDiff(diff, view);
  expect(text.indexOf("Worse: 2 rules")).toBeLessThan(text.indexOf("Better: 1 rule"));
  expect(text).toContain("(was failing, info)");
  expect(text.slice(0, text.indexOf("Success rates")).match(/\bb: /g)?.length).toBe(1);
});

test.each<{ name: string; was: number[]; is: number[]; listed: (string | null)[] }>([
  { name: "1 of 20 more failed", was: [20, 0], is: [19, 1], listed: [null] },
  { name: "half of 20 failed", was: [20, 0], is: [10, 10], listed: [null, "x"] },
  { name: "half of 2 failed", was: [2, 0], is: [1, 1], listed: [null] },
  { name: "10 of 1,000 more failed", was: [990, 10], is: [980, 20], listed: [null] },
  { name: "30 of 1,000 more failed", was: [990, 10], is: [960, 40], listed: [null, "x"] },
])("$name: a rate is listed where chance does not explain it", ({ was, is, listed }) => {
  const make = ([success = 0, failed = 0]: number[]) => report(activity({ rules: [rule("x", { success, failed })] }));
  const [before, after] = [make(was), make(is)];
  const { rates, sections } = compareReports(before, after);
  expect(rates.map(({ rule_name: name }) => name)).toEqual(listed);
  expect(rates[0]?.significant).toBe(listed.length > 1);
  const paths = sections.flatMap(({ changes }) => changes.map(({ path }) => path.join(".")));
  expect(paths.includes("rule_reliability.x")).toBe(listed.length > 1);
  expect(paths.includes("overall_success_rate")).toBe(listed.length > 1);
});
