/** Age counts from the last end, not from the last start; a run in progress ends a silence. */
import { describe, expect, test } from "bun:test";
import { ask, at, cron, DAY, ENGINES, HOUR, judge, makeWarehouse, MINUTE, repeat, ruleOf } from "../making/cases.ts";

describe.each(ENGINES)("%s", (engine) => {
  test("long-hourly-is-overdue: an hourly run of 50 minutes is well at every minute", async () => {
    const runs = repeat({ from: "07-05 00:00", to: "07-10 20:00", every: HOUR, takes: 50 * MINUTE });
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("0 * * * *", "contacts")] });
    for (const as of ["07-10 20:01", "07-10 20:15", "07-10 20:30", "07-10 20:45", "07-10 20:50", "07-10 20:51"]) {
      const { report } = await ask(warehouse, { as });
      expect(report.findings).toEqual([]);
    }
  });

  test("last-success-two-days-ago: a nightly run of four hours that is running; the last one ended 23 hours ago", async () => {
    const runs = [
      ...repeat({ rule: "fullsync", from: "06-15 01:00", to: "07-10 01:00", every: DAY, takes: 4 * HOUR }, (start) =>
        start === at("07-10 01:00") ? { status: "running", end: null } : {},
      ),
      ...repeat({ from: "06-25 00:00", to: "07-10 04:00", every: HOUR }),
    ];
    const report = await judge(engine, { runs, schedules: [cron("0 1 * * *", "fullsync")] }, { as: "07-10 04:00" });
    expect(report.findings).toEqual([]);
    expect(ruleOf(report, "fullsync")).toMatchObject({
      condition: "running",
      running: 1,
      stale: 0,
      last_success_at: "2026-07-09T05:00:00Z",
      age_seconds: 82_800,
    });
  });

  test("a rule without a schedule that takes 20 of 24 hours is as old as its last end", async () => {
    const runs = repeat({ from: "06-20 00:00", to: "07-09 00:00", every: DAY, takes: 20 * HOUR });
    const report = await judge(engine, { runs }, { as: "07-10 01:00" });
    expect(ruleOf(report, "contacts").age_seconds).toBe(5 * 3600);
    expect(ruleOf(report, "contacts").severity).toBeNull();
  });

  test("hourly runs go on through the repeated hour of a clock change", async () => {
    const runs = repeat({ from: "10-20 00:00", to: "10-25 04:00", every: HOUR, takes: 40 * MINUTE });
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("0 * * * *", "contacts")] });
    for (const as of ["10-25 00:30", "10-25 01:30", "10-25 02:30", "10-25 03:30"]) {
      const { report } = await ask(warehouse, { as });
      expect(report.findings).toEqual([]);
      expect(ruleOf(report, "contacts").age_seconds).toBe(50 * 60);
    }
  });

  test("a weekly run that always takes 30 hours goes on for 29: in no window is it one that never ended", async () => {
    const weekly = (hours: number, to: string) =>
      repeat({ rule: "weekly", from: "03-05 16:00", to, every: 7 * DAY, takes: hours * HOUR }, (start) =>
        start > at("07-09 00:00") ? { status: "running", end: null } : {},
      );
    const others = repeat({ from: "07-01 00:00", to: "07-10 20:55", every: 5 * MINUTE });
    for (const window of ["1h", "6h", "24h"]) {
      const { findings, rules } = await judge(
        engine,
        { runs: [...weekly(30, "07-09 16:00"), ...others] },
        { flags: ["--time-window", window] },
      );
      expect([window, findings.map(({ message }) => message)]).toEqual([window, []]);
      expect(rules.find(({ rule_name }) => rule_name === "weekly")?.condition).toBe("running");
    }
    // Of one that always takes an hour 29 are too many.
    const { findings } = await judge(
      engine,
      { runs: [...weekly(1, "07-09 16:00"), ...others] },
      { flags: ["--time-window", "1h"] },
    );
    expect(findings.map(({ message }) => message).join()).toContain("weekly");
  });

  test("a run that began in time and never ended is told when it is beyond its limit, with the last end's age", async () => {
    const runs = repeat({ from: "07-05 00:00", to: "07-10 12:00", every: HOUR, takes: 10 * MINUTE }, (start) =>
      start === at("07-10 12:00") ? { status: "running", end: null } : {},
    );
    const report = await judge(engine, { runs, schedules: [cron("0 * * * *", "contacts")] });
    expect(ruleOf(report, "contacts")).toMatchObject({ condition: "overdue", severity: "critical", stale: 1 });
    // 11:10 to 21:00.
    expect(ruleOf(report, "contacts").age_seconds).toBe((9 * 60 + 50) * 60);
    expect(report.findings[0]?.evidence["running_since"]).toBe("2026-07-10T12:00:00Z");
  });
});
