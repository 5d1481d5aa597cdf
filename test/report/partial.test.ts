/** A run that succeeded in part is a finished run that did not succeed, wherever a report counts. */
import { describe, expect, test } from "bun:test";
import { activity, report, rule } from "../making/activities.ts";
import { ago, alive } from "../making/findings.ts";

const MIXED = { success: 1, partial: 2, failed: 1 };

test("in this window's figures, and in those of the window before", () => {
  const made = report(
    activity({ rules: [rule("a", MIXED, { startsMs: null, previous: { success: 1, partial: 4 } })] }),
  );
  expect(made.performance_metrics).toMatchObject({
    total_actions: 4,
    successful_actions: 1,
    failed_actions: 3,
    partial_actions: 2,
    overall_success_rate: 0.25,
  });
  expect(made.comparison).toMatchObject({
    total_actions: 5,
    overall_success_rate: 0.2,
    total_actions_change_ratio: -0.2,
  });
});

describe("in what is said of the window before", () => {
  test.each([
    {
      name: "a rule that is silent since",
      found: { id: "rule-silent", message: "deals: no run in 24 h, 4 runs in the 24 h before" },
      deals: rule("deals", {}, { previous: MIXED }),
    },
    {
      name: "a rule that is silent since runs that all succeeded in part",
      found: { id: "rule-silent", message: "deals: no run in 24 h, 3 runs in the 24 h before" },
      deals: rule("deals", {}, { previous: { partial: 3 } }),
    },
    {
      name: "a rule that runs more often now",
      found: { id: "runs-too-often", message: "deals: 41 runs in 24 h, 4 in the window before" },
      deals: rule("deals", { success: 41 }, { startsMs: null, previous: MIXED }),
    },
  ])("$name", ({ found, deals }) => {
    const { findings } = report(activity({ rules: [alive, deals] }));
    expect(findings.filter(({ rule_name: name }) => name === "deals")).toMatchObject([found]);
  });
});

describe("in how often a rule usually runs: 4 in 24 h, late after three times 6 h", () => {
  test.each([
    { name: "in the window before", deals: rule("deals", {}, { lastSuccessMs: ago(1), previous: MIXED }) },
    {
      name: "in this window, where its starts are too many to list",
      deals: rule("deals", MIXED, { lastSuccessMs: ago(1), startsMs: null }),
    },
  ])("$name", ({ deals }) => {
    const { freshness } = report(activity({ rules: [deals] }));
    expect(freshness?.rules).toMatchObject([{ basis: "usual-interval", warn_after_seconds: 64_800 }]);
  });
});
