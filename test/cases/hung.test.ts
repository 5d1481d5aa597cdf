/** Runs that hang, whose rows are closed hours later or never: they are no sign of life, and no run of the window. */
import { describe, expect, test } from "bun:test";
import {
  ask,
  at,
  cron,
  DAY,
  ENGINES,
  HOUR,
  interval,
  judge,
  later,
  makeWarehouse,
  MINUTE,
  repeat,
  ruleOf,
} from "../making/cases.ts";

const HUNG = { end: null, status: "running" };

describe.each(ENGINES)("%s", (engine) => {
  test("ended-by-a-clean-up: an outage is as bad after it as before, with a schedule and without", async () => {
    const closedAt = (end: string) => ({ status: "failed", end: at(end), error: "Cleaned up: stale running sync" });
    const hourly = (rule: string) => repeat({ rule, from: "06-19 12:00", to: "07-09 23:00", every: HOUR });
    const runs = [
      ...["contacts", "deals"].flatMap((rule) => [
        ...hourly(rule),
        ...repeat({ rule, from: "07-10 00:00", to: "07-10 00:00", every: HOUR }, () => closedAt("07-10 06:00")),
      ]),
      ...repeat({ rule: "nightly", from: "06-19 02:00", to: "07-07 02:00", every: DAY }),
      ...repeat({ rule: "nightly", from: "07-08 02:00", to: "07-08 02:00", every: DAY }, () => closedAt("07-10 01:00")),
    ];
    const schedules = [cron("0 * * * *", "deals"), cron("0 2 * * *", "nightly")];
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    for (const as of ["07-10 06:20", "07-10 09:20", "07-10 12:20"]) {
      const { report } = await ask(warehouse, { as });
      for (const rule of ["contacts", "deals", "nightly"])
        expect([as, rule, ruleOf(report, rule).severity]).toEqual([as, rule, "critical"]);
    }
  });

  test("hangs-after-a-failure: the failure before it hides neither the run that hangs nor the outage", async () => {
    const failed = { status: "failed", error: "HTTP 500" };
    const series = (rule: string, hungSince: string) => [
      ...repeat({ rule, from: "05-25 00:00", to: hungSince, every: HOUR }, (start) =>
        start === at(hungSince) ? HUNG : later(start, HOUR) === at(hungSince) ? failed : {},
      ),
    ];
    const runs = [...series("contacts", "07-10 12:00"), ...series("deals", "07-10 20:00")];
    const { rules } = await judge(engine, { runs });
    expect(rules.map(({ rule_name: rule, condition, severity }) => [rule, condition, severity])).toEqual([
      ["contacts", "overdue", "critical"],
      ["deals", "stuck", "warning"],
    ]);
    expect(rules[1]?.message).toContain("; its newest run failed at 19:01; last success 18:01");
  });

  test("a run that goes on beside an end, which Celery's results always have, is listed without a duration", async () => {
    const runs = repeat({ from: "07-09 00:00", to: "07-10 20:45", every: HOUR }, (start) =>
      start === at("07-10 20:00") ? { end: start, status: "STARTED" } : {},
    );
    const report = await judge(engine, { runs }, { flags: ["--detailed"] });
    const [newest, ended] = report.detailed_metrics?.rule_runs["contacts"]?.runs ?? [];
    expect(newest).toMatchObject({ status: "running", duration_seconds: null });
    expect(ended).toMatchObject({ status: "success", duration_seconds: 60 });
  });

  test("hung-rows-of-yesterday: what has started in the window is seen, and nothing else", async () => {
    const ends = (start: string) => (start <= at("07-08 21:00") || start > at("07-09 21:00") ? {} : HUNG);
    const runs = [
      ...repeat({ rule: "contacts", from: "06-19 21:00", to: "07-10 15:00", every: 6 * HOUR }),
      ...repeat({ rule: "contacts", from: "07-08 21:30", to: "07-09 20:30", every: HOUR }, () => HUNG),
      ...repeat({ rule: "deals", from: "06-19 21:00", to: "07-10 20:00", every: HOUR }, ends).filter(
        ({ start }) => start <= at("07-09 21:00") || new Date(start).getUTCHours() % 4 === 0,
      ),
    ];
    const schedules = [
      cron("0 3,9,15,21 * * *", "contacts"),
      interval(60, "minutes", "deals"),
      interval(1, "days", "deals"),
    ];
    const report = await judge(engine, { runs, schedules });
    expect(ruleOf(report, "contacts")).toMatchObject({ condition: "ok", seen: 4 });
    expect(ruleOf(report, "deals")).toMatchObject({ condition: "degraded", severity: "warning", seen: 7, extra: 0 });
    expect(ruleOf(report, "deals").message).toContain("did not start");
  });

  test("long-runs-over-the-edge: seen, missed and pending are what was expected", async () => {
    const runs = repeat({ from: "06-25 00:00", to: "07-10 20:00", every: HOUR, takes: 150 * MINUTE });
    const report = await judge(
      engine,
      { runs, schedules: [cron("0 * * * *", "contacts")] },
      { flags: ["--time-window", "6h"] },
    );
    expect(ruleOf(report, "contacts")).toMatchObject({ expected: 6, seen: 6, missed: 0, extra: 0 });
  });

  test("an-older-run-hangs: those that started after it are the newest", async () => {
    const runs = [
      ...repeat({ rule: "tasks", from: "06-19 21:00", to: "07-09 14:00", every: HOUR }),
      ...repeat({ rule: "tasks", from: "07-08 22:30", to: "07-08 22:30", every: HOUR }, () => HUNG),
      ...repeat({ rule: "rare", from: "06-20 06:00", to: "07-06 06:00", every: 2 * DAY }),
      ...repeat({ rule: "rare", from: "07-08 06:00", to: "07-08 06:00", every: DAY }, () => HUNG),
      ...repeat({ rule: "rare", from: "07-08 22:00", to: "07-08 22:00", every: DAY }),
    ];
    const report = await judge(engine, { runs, schedules: [interval(2, "days", "rare")] });
    expect(ruleOf(report, "tasks")).toMatchObject({ last_run_at: "2026-07-09T14:00:00Z", severity: "critical" });
    expect(ruleOf(report, "tasks").message).toContain("nothing has started since 9 Jul 14:00");
    expect(ruleOf(report, "rare")).toMatchObject({ condition: "ok", severity: null });
  });
});
