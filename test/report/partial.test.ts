/** A run that succeeded in part is a finished run that did not succeed, wherever a report counts. */
import { expect, test } from "bun:test";
import { activity, report, rule } from "../making/activities.ts";

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
