/** What the page of a rule says, and its line in a CRM's table. */
import { expect, test } from "bun:test";
import { linksBelow } from "../../src/dashboard/links.ts";
import { viewRule } from "../../src/dashboard/views/rule-row.ts";
import { activity, report, rule } from "../making/activities.ts";

const NOW = Date.parse("2026-07-10T21:04:00Z");
const MADE = report(activity({ rules: [rule("deals", { success: 20 })] }));
const [DEALS] = MADE.rules;
if (DEALS === undefined) throw new Error("no rule");
const SHOWN = { report: MADE, reportId: null, lateAfterMs: 900_000, nowMs: NOW, links: linksBelow("") };

test.each([
  {
    name: "one of those that never ran may still start",
    expected: 4,
    missed: 3,
    pending_runs: 1,
    due: "0 of 3, 1 pending",
  },
  { name: "all started", expected: 24, missed: 0, pending_runs: 0, due: "24 of 24" },
  { name: "some were missed", expected: 24, missed: 2, pending_runs: 0, due: "22 of 24" },
  { name: "the first may still start", expected: 1, missed: 0, pending_runs: 1, due: "1 pending" },
  { name: "runs are not counted against times", expected: null, missed: null, pending_runs: null, due: null },
])("$name: $due", ({ due, name: _, ...figures }) => {
  expect(viewRule({ ...DEALS, ...figures }, SHOWN).due).toBe(due);
});
