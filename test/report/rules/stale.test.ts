/** Which runs are stale: how long one may go on, and where a report says that one has for too long. */
import { describe, expect, test } from "bun:test";
import type { RuleActivity } from "../../../src/report/activity.ts";
import type { ActionStatus } from "../../../src/report/words.ts";
import { activity, goingOn, report, rule } from "../../making/activities.ts";
import { ago } from "../../making/findings.ts";

const HOUR_MS = 3_600_000;
const duration = (p99: number, n: number) => ({ n, mean: 1, p50: 1, p95: 1, p99, max: p99 });
const ALIVE = rule("alive", { success: 5 }, { lastSuccessMs: ago(0.1) });

describe("a run may go on for", () => {
  test.each([
    { name: "two hours where no duration is known", rule: { duration: null }, hours: 2, settings: {} },
    { name: "two hours where two durations are known", rule: { duration: duration(10, 2) }, hours: 2, settings: {} },
    {
      name: "three times the 99th percentile of three",
      rule: { duration: duration(3600, 3) },
      hours: 3,
      settings: {},
    },
    { name: "at least ten minutes", rule: { duration: duration(10, 3) }, hours: 1 / 6, settings: {} },
    {
      name: "as long as the configuration says",
      rule: { duration: duration(10, 3) },
      hours: 5,
      settings: { staleAfterMs: 5 * HOUR_MS },
    },
    {
      name: "as long as the configuration says of the rule",
      rule: { duration: null },
      hours: 1,
      settings: {
        staleAfterMs: 5 * HOUR_MS,
        rules: { deals: { expect: null, warnAfterMs: null, errorAfterMs: null, staleAfterMs: HOUR_MS } },
      },
    },
  ] satisfies { name: string; rule: Partial<RuleActivity>; hours: number; settings: object }[])(
    "$name",
    ({ rule: facts, hours, settings }) => {
      const counted = (hoursAgo: number) => {
        const deals = rule("deals", { running: 1 }, { ...facts, running: goingOn(hoursAgo) });
        const { performance_metrics: metrics } = report(activity({ rules: [ALIVE, deals] }), { settings });
        return { running: metrics.running_actions, stale: metrics.stale_actions };
      };
      expect(counted(hours)).toEqual({ running: 1, stale: 0 });
      expect(counted(hours + 0.001)).toEqual({ running: 0, stale: 1 });
    },
  );
});

test("of several runs those that went on for too long are stale, and the others still run", () => {
  const deals = rule("deals", { running: 3, stale: 1 }, { running: goingOn(5, 3, 1) });
  const { performance_metrics: metrics } = report(activity({ rules: [ALIVE, deals] }));
  expect([metrics.running_actions, metrics.stale_actions]).toEqual([1, 3]);
});

describe("in the newest actions", () => {
  const deals = rule("deals", { running: 2 }, { running: goingOn(5, 1) });
  const contacts = rule("contacts", { running: 1 }, { running: goingOn(1.5) });
  const cases: { name: string; rule: string; status: ActionStatus; hoursAgo: number; is: ActionStatus }[] = [
    { name: "a stale run is shown as stale", rule: "deals", status: "running", hoursAgo: 5, is: "stale" },
    { name: "another run of the rule still runs", rule: "deals", status: "running", hoursAgo: 1, is: "running" },
    { name: "a run of another rule still runs", rule: "contacts", status: "running", hoursAgo: 5, is: "running" },
    { name: "what failed when the stale run started", rule: "deals", status: "failed", hoursAgo: 5, is: "failed" },
  ];
  test.each(cases)("$name", ({ rule: name, status, hoursAgo, is }) => {
    const recent = [{ rule: name, status, startedMs: ago(hoursAgo), durationSeconds: null, error: null }];
    const { detailed_metrics: details } = report(activity({ rules: [ALIVE, deals, contacts], recent }), {
      detailed: true,
    });
    expect(details?.recent_actions.map(({ status: shown }) => shown)).toEqual([is]);
  });
});
