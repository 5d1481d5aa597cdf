/** What the page of a rule says, and its line in a CRM's table. */
import { describe, expect, test } from "bun:test";
import { linksBelow } from "../../src/dashboard/links.ts";
import { viewRulePage } from "../../src/dashboard/views/rule.ts";
import { viewRule } from "../../src/dashboard/views/rule-row.ts";
import { activity, report, rule } from "../making/activities.ts";
import { ruleOf } from "../making/rules.ts";
import type { Report } from "../../src/report/document/schema.ts";

type Usual = Report["rules"][number]["usual"];

const NOW = Date.parse("2026-07-10T21:04:00Z");
const MADE = report(activity({ rules: [rule("deals", { success: 20 })] }));
const [DEALS] = MADE.rules;
if (DEALS === undefined) throw new Error("no rule");
const SHOWN = { report: MADE, reportId: null, lateAfterMs: 900_000, nowMs: NOW, links: linksBelow("") };

test.each([
  {
    name: "one of those that never ran may still start",
    figures: { expected: 4, missed: 3, pending_runs: 1 },
    due: "0 of 3, 1 pending",
  },
  { name: "all started", figures: { expected: 24, missed: 0, pending_runs: 0 }, due: "24 of 24" },
  { name: "some were missed", figures: { expected: 24, missed: 2, pending_runs: 0 }, due: "22 of 24" },
  { name: "the first may still start", figures: { expected: 1, missed: 0, pending_runs: 1 }, due: "1 pending" },
  {
    name: "runs are not counted against times",
    figures: { expected: null, missed: null, pending_runs: null },
    due: null,
  },
])("$name: $due", ({ due, figures }) => {
  expect(viewRule({ ...DEALS, ...figures }, SHOWN).due).toBe(due);
});

describe("the page", () => {
  const detailed = report(
    activity({ rules: [ruleOf("deals", { runs: "ssssssssssfffffffff", everyMinutes: 60, error: "HTTP 500" })] }),
    { detailed: true },
  );
  const place = {
    report: detailed,
    id: "hubspot-1",
    isLatest: true,
    kept: [],
    notices: [],
    outdated: null,
    isConfigured: true,
  };
  const facts = {
    place,
    rule: "deals",
    others: [],
    origins: () => null,
    lateAfterMs: 900_000,
    nowMs: NOW,
    earlier: [],
  };
  const page = (usual: NonNullable<Usual> | null) => {
    const rules = detailed.rules.map((one) => ({ ...one, usual }));
    const made = viewRulePage({ ...facts, place: { ...place, report: { ...detailed, rules } } }, linksBelow(""));
    if (made === null) throw new Error("no page");
    return made;
  };
  const PAST: NonNullable<Usual> = {
    known_days: 28,
    judged_by: "past",
    interval: { seconds: 3600, days: 28 },
    duration: null,
    records: { records: 15, days: 28 },
    failures: { failed: 1, total: 232, days: 28 },
  };

  test("what is usual stands among the figures", () => {
    expect(page(PAST).facts.find(({ label }) => label === "Usual")?.text).toBe(
      "a run every 1h on average (4 weeks); 15 records a run at these hours (4 weeks); 1 of 232 runs failed (4 weeks)",
    );
    expect(page(null).facts.map(({ label }) => label)).not.toContain("Usual");
  });

  test("a week ago that was not read is said to be so, with what reads it", () => {
    expect(page(null).facts.find(({ label }) => label === "Week ago")?.text).toBe(
      "not read for this report: automation-reports explain hubspot deals does",
    );
  });

  test.each([
    {
      name: "a failure among the older ones has none",
      untold: 6,
      note: "1 failed run of the list shown without a message: messages are read of its newest 5 failures and of the newest failure of each kind",
    },
    { name: "all of those shown are read", untold: null, note: null },
  ])("whose messages are read is said once: $name", ({ untold, note }) => {
    const details = detailed.detailed_metrics;
    if (details === null) throw new Error("no details");
    const runs = (details.rule_runs["deals"]?.runs ?? []).map((run, index) => ({
      ...run,
      error: index === untold ? null : "HTTP 500",
    }));
    const changed = {
      ...detailed,
      detailed_metrics: { ...details, rule_runs: { deals: { runs, week_before: null } } },
    };
    const made = viewRulePage({ ...facts, place: { ...place, report: changed } }, linksBelow(""));
    expect(made?.errorsNote ?? null).toBe(note);
  });
});
