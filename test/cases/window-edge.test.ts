/** Runs across a window's edge: each finished run is counted in exactly one window, that in which it ended. */
import { describe, expect, test } from "bun:test";
import {
  alarms,
  ask,
  at,
  cron,
  DAY,
  ENGINES,
  HOUR,
  judge,
  later,
  makeWarehouse,
  MINUTE,
  repeat,
  ruleOf,
  SECOND,
} from "../making/cases.ts";
import { run } from "../making/warehouses.ts";

describe.each(ENGINES)("%s", (engine) => {
  test("run-across-window-edge: a nightly run of nine hours that fails six nights in a row is told at both slots", async () => {
    const nightly = repeat(
      { rule: "fullsync", from: "06-15 20:00", to: "07-10 20:00", every: DAY, takes: 9 * HOUR },
      (start) => {
        if (start === at("07-10 20:00")) return { status: "running", end: null };
        return start < at("07-04 20:00") ? {} : { status: "failed", error: "HTTP 401 Unauthorized" };
      },
    );
    const hourly = repeat({ from: "06-25 00:00", to: "07-10 20:00", every: HOUR });
    await using warehouse = await makeWarehouse(engine, {
      runs: [...nightly, ...hourly],
      schedules: [cron("0 20 * * *", "fullsync"), cron("0 * * * *", "contacts")],
    });
    const looks = [
      { as: "07-08 21:00", inARow: 4 },
      { as: "07-09 04:00", inARow: 4 },
      { as: "07-09 21:00", inARow: 5 },
      { as: "07-10 04:00", inARow: 5 },
      { as: "07-10 21:00", inARow: 6 },
    ];
    for (const { as, inARow } of looks) {
      const { report } = await ask(warehouse, { as });
      expect(report.performance_metrics).toMatchObject({ total_actions: 25, failed_actions: 1 });
      expect(report.error_groups).toMatchObject([{ count: 1, example: "HTTP 401 Unauthorized" }]);
      expect(ruleOf(report, "fullsync")).toMatchObject({
        condition: "failing",
        severity: "critical",
        since: "2026-07-05T05:00:00Z",
      });
      expect(ruleOf(report, "fullsync").message).toContain(`its newest ${inARow} runs failed`);
      expect(alarms(report).map(({ rule_name }) => rule_name)).toEqual(["fullsync"]);
    }
  });

  test("daily-at-report-minute: a millisecond early, two seconds early, on time and two seconds late are the same run", async () => {
    const shifts = { early: -2 * SECOND, ms: -1, exact: 0, late: 2 * SECOND };
    const runs = Object.entries(shifts).flatMap(([rule, shift]) =>
      repeat({ rule, from: "07-01 21:00", to: "07-10 21:00", every: DAY }, (start) => ({
        start: later(start, shift),
        end: later(start, MINUTE),
      })),
    );
    const schedules = Object.keys(shifts).map((rule) => cron("0 21 * * *", rule));
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    for (const as of ["07-10 21:00:00", "07-10 21:00:01", "07-10 21:00:03", "07-10 21:02:00"]) {
      const { report } = await ask(warehouse, { as });
      expect(report.findings).toEqual([]);
      expect(report.performance_metrics.total_actions).toBe(4);
    }
  });

  test("a run that ends at the window's end belongs to the next one", async () => {
    const runs = [run({ start: at("07-10 20:00"), end: at("07-10 21:00"), status: "failed", error: "boom" })];
    await using warehouse = await makeWarehouse(engine, { runs });
    const [before, after] = [await ask(warehouse), await ask(warehouse, { as: "07-11 21:00" })];
    expect(before.report.performance_metrics).toMatchObject({ total_actions: 0, failed_actions: 0 });
    expect(after.report.performance_metrics).toMatchObject({ total_actions: 1, failed_actions: 1 });
  });

  test("over adjoining windows, hourly runs of 90 minutes are counted once each", async () => {
    const runs = repeat({ from: "07-08 00:00", to: "07-09 23:00", every: HOUR, takes: 90 * MINUTE }, (_, index) => ({
      status: index % 4 === 0 ? "failed" : "success",
    }));
    await using warehouse = await makeWarehouse(engine, { runs });
    let [total, failed] = [0, 0];
    // The first run ends at 01:30 on the 8th, the last at 00:30 on the 10th.
    for (const as of ["07-08 13:00", "07-09 01:00", "07-09 13:00", "07-10 01:00"]) {
      const { report } = await ask(warehouse, { as, flags: ["--time-window", "12"] });
      expect(report.performance_metrics.total_actions).toBe(12);
      total += report.performance_metrics.total_actions;
      failed += report.performance_metrics.failed_actions;
    }
    expect({ total, failed }).toEqual({ total: 48, failed: 12 });
  });

  test("a run that began before both windows and failed in this one is this one's failure", async () => {
    const runs = repeat({ from: "07-09 00:00", to: "07-10 20:00", every: HOUR });
    runs.push(
      run({ rule: "full", start: at("07-08 20:30"), end: at("07-10 12:00"), status: "failed", error: "disk full" }),
    );
    const report = await judge(engine, { runs });
    expect(report.performance_metrics.failed_actions).toBe(1);
    expect(ruleOf(report, "full")).toMatchObject({ condition: "failing", failed: 1, since: "2026-07-10T12:00:00Z" });
    expect(report.error_groups).toMatchObject([{ count: 1, example: "disk full" }]);
  });
});
