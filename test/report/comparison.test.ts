/** This window beside the one before it and the one of a week before, and how much its rates can bear. */
import { describe, expect, test } from "bun:test";
import { activity, report, rule } from "../making/activities.ts";

const duration = (p95: number) => ({ n: 10, mean: 1, p50: 1, p95, p99: p95, max: p95 });

describe("the 95th percentile of durations", () => {
  test.each([
    { name: "grew by a quarter", now: duration(50), before: { n: 10, p95: 40 }, change: 0.25 },
    { name: "is not known now", now: null, before: { n: 10, p95: 40 }, change: null },
    { name: "is not known before", now: duration(50), before: null, change: null },
    { name: "was nothing", now: duration(50), before: { n: 10, p95: 0 }, change: null },
  ])("$name", ({ now, before, change }) => {
    const made = report(activity({ rules: [rule("a", { success: 10 })], duration: now, previousDuration: before }));
    expect(made.comparison.duration_p95_change_ratio).toBe(change);
  });
});

describe("the same window a week before", () => {
  const ofWeek = { kind: "week", window_start: "2026-07-02T21:00:00Z", window_end: "2026-07-03T21:00:00Z" };
  test.each([
    { name: "was not asked for", success: 5, baseline: null, is: null },
    {
      name: "was better, and twice as busy",
      success: 50,
      baseline: { total: 200, successful: 200 },
      is: {
        ...ofWeek,
        total_actions: 200,
        overall_success_rate: 1,
        success_rate_change: -0.5,
        success_rate_changed: true,
        total_actions_change_ratio: -0.5,
      },
    },
    {
      name: "held nothing",
      success: 50,
      baseline: { total: 0, successful: 0 },
      is: {
        ...ofWeek,
        total_actions: 0,
        overall_success_rate: null,
        success_rate_change: null,
        success_rate_changed: null,
        total_actions_change_ratio: null,
      },
    },
    {
      name: "held more than nothing, which is what there is now",
      success: 0,
      baseline: { total: 200, successful: 200 },
      is: {
        ...ofWeek,
        total_actions: 200,
        overall_success_rate: 1,
        success_rate_change: null,
        success_rate_changed: null,
        total_actions_change_ratio: -1,
      },
    },
  ])("$name", ({ success, baseline, is }) => {
    const rules = success === 0 ? [] : [rule("a", { success, failed: success }, { startsMs: null })];
    expect(report(activity({ rules, baseline })).baseline).toEqual(is as never);
  });
});

describe("how much the rates can bear", () => {
  test.each([
    { name: "nothing now", now: {}, before: { success: 5 }, interval: false, changed: null },
    { name: "nothing before", now: { success: 5 }, before: {}, interval: true, changed: null },
    { name: "as before", now: { success: 5 }, before: { success: 5 }, interval: true, changed: false },
    { name: "all failed, none before", now: { failed: 9 }, before: { success: 9 }, interval: true, changed: true },
  ])("$name", ({ now, before, interval, changed }) => {
    const made = report(activity({ rules: [rule("a", now, { startsMs: null, previous: before })] }));
    expect(made.confidence?.success_rate_changed).toBe(changed as never);
    expect(made.confidence?.success_rate_interval !== null).toBe(interval);
  });
});
