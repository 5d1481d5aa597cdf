/** What a table of schedules says today, asked about a window before it was written. */
import { describe, expect, test } from "bun:test";
import {
  alarms,
  ask,
  at,
  cron,
  DAY,
  ENGINES,
  HOUR,
  interval,
  judge,
  makeWarehouse,
  MINUTE,
  repeat,
  ruleOf,
} from "../making/cases.ts";

/** All reports are of the day up to 21:00 on 10 July; what was written at this time was written later. */
const LATER = at("07-11 08:00");
const MADE = { createdAt: LATER, updatedAt: LATER };
const CHANGED = { updatedAt: LATER };
const DISABLED = { enabled: false, updatedAt: LATER };
const AFTERWARDS = "its schedule was changed after this window";

const WELL = repeat({ from: "06-01 00:00", to: "07-11 12:00", every: HOUR });
const HOURLY = cron("0 * * * *", "contacts");

describe.each(ENGINES)("on %s", (engine) => {
  test("schedule-made-after-the-window: nothing of it was due", async () => {
    const six = Array.from({ length: 6 }, (_, n) => `new${n}`);
    const runs = [...WELL, ...repeat({ rule: "deals", from: "07-11 08:05", to: "07-11 12:00", every: 5 * MINUTE })];
    const schedules = [
      HOURLY,
      cron("30 1 * * *", "contacts", MADE),
      interval(5, "minutes", "deals", MADE),
      ...six.map((name) => cron("*/10 * * * *", name, MADE)),
    ];
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    const { report } = await ask(warehouse);
    expect(report.findings).toEqual([]);
    expect(report.rules.map(({ rule_name }) => rule_name)).toEqual(["contacts"]);
    expect(ruleOf(report, "contacts")).toMatchObject({ condition: "ok", expected: 24, missed: 0 });
    // Once the rows are older than the window's end, what they ask for is missed.
    const { report: after } = await ask(warehouse, { as: "07-11 12:00" });
    for (const name of six) expect(ruleOf(after, name)).toMatchObject({ condition: "never", severity: "critical" });
  });

  test("a first schedule that was made later makes no rule of what never ran", async () => {
    const report = await judge(engine, { runs: WELL, schedules: [interval(5, "minutes", "deals", MADE)] });
    expect(report.findings).toEqual([]);
    expect(report.rules.map(({ rule_name }) => rule_name)).toEqual(["contacts"]);
  });

  test("a table of schedules that was filled anew after the window holds as it is", async () => {
    const runs = [
      ...repeat({ from: "07-05 00:00", to: "07-10 20:55", every: 5 * MINUTE }),
      ...repeat({ rule: "dead", from: "05-01 00:00", to: "06-01 00:00", every: HOUR }),
      ...repeat({ rule: "off", from: "07-01 00:00", to: "07-10 12:00", every: HOUR }),
    ];
    const schedules = [
      interval(5, "minutes", "contacts", MADE),
      cron("0 2 * * 5", "contacts", MADE),
      cron("0 * * * *", "dead", MADE),
      cron("0 3 * * *", "never", MADE),
      cron("0 * * * *", "off", { ...MADE, enabled: false }),
    ];
    const report = await judge(engine, { runs, schedules });
    expect(ruleOf(report, "contacts")).toMatchObject({ condition: "degraded", missed: 1 });
    expect(ruleOf(report, "dead")).toMatchObject({ condition: "overdue", severity: "critical" });
    expect(ruleOf(report, "never")).toMatchObject({ condition: "never" });
    expect(ruleOf(report, "off").message).toBe("off: disabled, and yet 16 runs ended in the window");
  });

  test("schedule-changed-after-the-window: what it says today is not held against the runs before", async () => {
    const runs = [
      ...repeat({ rule: "oftener", from: "06-01 00:00", to: "07-10 20:00", every: HOUR }),
      ...repeat({ rule: "seldomer", from: "06-25 00:00", to: "07-10 20:55", every: 5 * MINUTE }),
      ...repeat({ rule: "moved", from: "06-01 23:00", to: "07-09 23:00", every: DAY }),
      ...repeat({ rule: "young", from: "07-10 18:30", to: "07-10 20:30", every: 2 * HOUR }),
    ];
    const schedules = [
      cron("*/5 * * * *", "oftener", CHANGED),
      cron("0 * * * *", "seldomer", CHANGED),
      cron("0 19 * * *", "moved", CHANGED),
      cron("*/10 * * * *", "young", CHANGED),
    ];
    const report = await judge(engine, { runs, schedules });
    expect(alarms(report)).toEqual([]);
    for (const name of ["oftener", "seldomer", "moved"]) {
      const { condition, message, expected } = ruleOf(report, name);
      expect([condition, expected]).toEqual(["ok", null]);
      expect(message).toEndWith(`; ${AFTERWARDS}`);
    }
    expect(ruleOf(report, "young").message).toEndWith(AFTERWARDS);
  });

  test("an outage before its schedule was changed is told by the rule's own past", async () => {
    const runs = [...WELL, ...repeat({ rule: "dead", from: "06-01 00:00", to: "07-10 04:00", every: HOUR })];
    const schedules = [HOURLY, cron("*/5 * * * *", "dead", CHANGED)];
    const { severity, condition, message } = ruleOf(await judge(engine, { runs, schedules }), "dead");
    expect([condition, severity]).toEqual(["overdue", "critical"]);
    expect(message).toEndWith(`; ${AFTERWARDS}`);
    expect(message).not.toContain("5m");
  });

  test("a row that is written at each tick holds, for the runs before came by it", async () => {
    const runs = [
      ...WELL,
      ...repeat({ rule: "dead", from: "06-01 00:00", to: "07-10 04:00", every: HOUR }),
      ...repeat({ rule: "five", from: "06-25 00:07", to: "07-10 20:57", every: 5 * MINUTE }),
    ];
    const schedules = [
      cron("0 * * * *", "contacts", CHANGED),
      cron("0 * * * *", "dead", CHANGED),
      interval(5, "minutes", "five", CHANGED),
    ];
    const report = await judge(engine, { runs, schedules });
    expect(ruleOf(report, "contacts")).toMatchObject({ condition: "ok", expected: 24, missed: 0 });
    expect(ruleOf(report, "five")).toMatchObject({ condition: "ok", expected: 288, missed: 0 });
    // The runs of 05:00 to 20:00.
    expect(ruleOf(report, "dead")).toMatchObject({ condition: "overdue", severity: "critical" });
    expect(ruleOf(report, "dead").message).toEndWith("due hourly at :00, 16 runs did not start");
  });

  test("beside a schedule that was changed later the rule's other one goes on", async () => {
    const schedules = [HOURLY, cron("30 1 * * *", "contacts", CHANGED)];
    const report = await judge(engine, { runs: WELL, schedules });
    expect(report.findings).toEqual([]);
    expect(ruleOf(report, "contacts")).toMatchObject({ schedules: ["0 * * * *"], expected: 24, missed: 0 });
  });

  test("disabled-after-the-window: its outage is told as that of a rule that is enabled to this day", async () => {
    const runs = [
      ...WELL,
      ...["dead", "control"].flatMap((rule) => repeat({ rule, from: "06-01 00:00", to: "07-10 04:00", every: HOUR })),
      ...repeat({ rule: "nightly", from: "06-01 02:00", to: "07-08 02:00", every: DAY }),
      ...repeat({ rule: "long_ago", from: "03-01 00:00", to: "05-01 00:00", every: DAY }),
      ...repeat({ rule: "fine", from: "06-01 00:00", to: "07-10 20:00", every: HOUR }),
    ];
    const schedules = [
      HOURLY,
      cron("0 * * * *", "control"),
      cron("0 * * * *", "dead", DISABLED),
      cron("0 2 * * *", "nightly", DISABLED),
      cron("0 0 * * *", "long_ago", DISABLED),
      cron("0 0 * * *", "unborn", DISABLED),
      cron("0 * * * *", "fine", DISABLED),
    ];
    const report = await judge(engine, { runs, schedules });
    const { condition, severity, message } = ruleOf(report, "control");
    expect([condition, severity]).toEqual(["overdue", "critical"]);
    expect(ruleOf(report, "dead")).toMatchObject({
      condition,
      severity,
      enabled: true,
      message: `${message.replace("control", "dead")}; it was disabled after this window`,
    });
    expect(ruleOf(report, "nightly")).toMatchObject({ condition: "overdue", severity: "critical" });
    expect(ruleOf(report, "fine")).toMatchObject({ condition: "ok", missed: 0 });
    // Silent for months, a rule may have been disabled before the window: the row does not tell.
    const troubled = report.rules.filter((rule) => rule.severity !== null).map(({ rule_name }) => rule_name);
    expect(troubled).toEqual(["control", "dead", "nightly"]);
  });

  test("a row that was written while the report was made says what it was made from", async () => {
    const runs = [...WELL, ...repeat({ rule: "old", from: "06-01 00:00", to: "06-20 00:00", every: HOUR })];
    const schedules = [HOURLY, cron("0 * * * *", "old", { enabled: false, updatedAt: at("07-10 21:00:20") })];
    const report = await judge(engine, { runs, schedules });
    expect(report.findings).toEqual([]);
    expect(ruleOf(report, "old").condition).toBe("idle");
  });
});
