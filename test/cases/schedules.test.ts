/** Schedules as they are really written, and runs that fit them: long, overlapping, early, made or changed today. */
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
  later,
  makeWarehouse,
  MINUTE,
  repeat,
  ruleOf,
  SECOND,
  type ScheduleRow,
} from "../making/cases.ts";
import { run, type RunRow } from "../making/warehouses.ts";

const INTERVAL_UNITS = "an interval is a number of seconds, minutes, hours, days, weeks";

/** sync type, and the name of the Django model that its schedule names. */
const GENIUS = {
  appointments: "Genius_Appointment",
  appointment_outcomes: "Genius_AppointmentOutcome",
  appointment_outcome_types: "Genius_AppointmentOutcomeType",
  job_change_order_statuses: "Genius_JobChangeOrderStatus",
  marketsharp_sources: "Genius_MarketSharpSource",
  marketsharp_marketing_source_maps: "Genius_MarketSharpMarketingSourceMap",
  prospect_sources: "GeniusProspectSources",
  user_data: "Genius_UserData",
};

describe.each(ENGINES)("%s", (engine) => {
  test("younger-than-its-table: a rule missed nothing before its first run, in a table of three hours", async () => {
    const runs = [
      ...repeat({ from: "07-10 18:03", to: "07-10 20:03", every: HOUR }),
      run({ rule: "owners", start: at("07-10 20:33"), end: at("07-10 20:34"), status: "failed", error: "KeyError" }),
    ];
    const schedules = [interval(1, "hours", "contacts"), interval(1, "hours", "owners")];
    const report = await judge(engine, { runs, schedules }, { as: "07-10 20:50" });
    const { missed, condition, severity } = ruleOf(report, "owners");
    expect([missed, condition, severity]).toEqual([0, "failing", "info"]);
  });

  test("camelcase-model-names: each schedule attaches to the sync type of its model", async () => {
    const crm = "genius";
    const runs = Object.keys(GENIUS).flatMap((rule) =>
      repeat({ crm, rule, from: "07-08 00:00", to: "07-10 20:00", every: HOUR }),
    );
    const schedules = Object.values(GENIUS).map((model) => interval(1, "hours", model, { crm }));
    const report = await judge(engine, { runs, schedules }, { crm });
    expect(report.system_health).toMatchObject({ active_rules: 8, total_rules: 8, rule_utilization_rate: 1 });
    expect(report.rules.map(({ expected }) => expected)).toEqual(Array.from({ length: 8 }, () => 24));
    expect(report.findings).toEqual([]);
  });

  test("a schedule changed today from each hour to every 5 minutes is kept, and one that was disabled today is over", async () => {
    const runs = [
      ...repeat({ rule: "changed", from: "06-01 00:00", to: "07-10 18:00", every: HOUR }),
      ...repeat({ rule: "changed", from: "07-10 18:05", to: "07-10 20:55", every: 5 * MINUTE }),
      ...repeat({ rule: "over", from: "06-01 00:00", to: "07-10 12:00", every: HOUR }),
      ...repeat({ rule: "by_hand", from: "06-01 00:00", to: "07-10 20:00", every: HOUR }),
    ];
    const schedules = [
      interval(5, "minutes", "changed", { updatedAt: "2026-07-10T18:02:00Z" }),
      interval(1, "hours", "over", { enabled: false, updatedAt: "2026-07-10T12:10:00Z" }),
      interval(1, "hours", "by_hand", { enabled: false, updatedAt: "2026-07-01T12:10:00Z" }),
    ];
    const report = await judge(engine, { runs, schedules });
    expect(alarms(report)).toEqual([]);
    expect(ruleOf(report, "changed").condition).toBe("ok");
    expect(ruleOf(report, "over")).toMatchObject({ condition: "idle", severity: null, message: "over: disabled" });
    expect(ruleOf(report, "by_hand")).toMatchObject({ condition: "idle", severity: "info" });
  });

  test("a row that is written every minute excuses neither a silence nor a rule that runs without end", async () => {
    const now = "2026-07-10T20:59:30Z";
    const runs = [
      ...repeat({ rule: "busy", from: "06-01 00:00", to: "07-10 17:00", every: HOUR }),
      ...repeat({ rule: "busy", from: "07-10 18:00", to: "07-10 20:56", every: 4 * MINUTE }),
      ...repeat({ rule: "silent", from: "06-01 00:00", to: "07-09 03:00", every: HOUR }),
      ...repeat({ rule: "well", from: "06-01 00:00", to: "07-10 20:00", every: HOUR }),
    ];
    const schedules = ["busy", "silent", "well"].map((rule) => interval(1, "hours", rule, { updatedAt: now }));
    const report = await judge(engine, { runs, schedules });
    expect(ruleOf(report, "busy")).toMatchObject({ condition: "degraded", degradation: "too-often" });
    expect(ruleOf(report, "silent")).toMatchObject({ condition: "overdue", severity: "critical" });
    expect(ruleOf(report, "well").severity).toBeNull();
  });

  test("recurrence-type-other-words: the words are read without their case, and others are never guessed", async () => {
    const rules = ["contacts", "deals", "users", "companies", "forms", "calls"];
    const runs = rules.flatMap((rule) => repeat({ rule, from: "07-08 00:00", to: "07-10 20:00", every: HOUR }));
    const schedules = [
      interval(1, "hours", "contacts", { recurrence: "Interval" }),
      interval(60, "minutes", "deals", { recurrence: "INTERVAL" }),
      cron("* * * * *", "users", { recurrence: "once" }),
      cron("* * * * *", "companies", { recurrence: "daily" }),
      cron("* * * * *", "forms", { recurrence: "clocked" }),
      interval(1, "hours", "calls", { every: null }),
    ];
    const report = await judge(engine, { runs, schedules });
    expect(alarms(report)).toEqual([]);
    expect(ruleOf(report, "contacts").expected).toBe(24);
    expect(ruleOf(report, "deals").expected).toBe(24);
    const inexpressible = report.findings.filter(({ id }) => id === "schedule-inexpressible");
    expect(new Set(inexpressible.map(({ rule_name }) => rule_name))).toEqual(
      new Set(["calls", "companies", "forms", "users"]),
    );
  });

  test("weekly-full-hidden-by-delta: Friday's full run did not come, and the delta runs do not hide it", async () => {
    const runs = repeat({ from: "07-05 00:00", to: "07-10 20:55", every: 5 * MINUTE, takes: 20 * SECOND });
    const schedules = [interval(5, "minutes", "Hubspot_Contact"), cron("0 2 * * 5", "Hubspot_Contact")];
    const report = await judge(engine, { runs, schedules });
    expect(ruleOf(report, "contacts")).toMatchObject({ expected: 289, seen: 288, missed: 1, pending_runs: 0 });
    expect(ruleOf(report, "contacts")).toMatchObject({ severity: "warning", missed_at: ["2026-07-10T02:00:00Z"] });
    expect(report.verdict).toBe("warning");
  });

  test("a weekly run that did not come is told although five runs by hand make the number full", async () => {
    const runs = [
      ...repeat({ from: "07-05 00:00", to: "07-10 20:55", every: 5 * MINUTE, takes: 20 * SECOND }),
      ...repeat({ from: "07-10 12:01", to: "07-10 12:05", every: MINUTE, takes: 20 * SECOND }),
    ];
    const schedules = [interval(5, "minutes", "Hubspot_Contact"), cron("0 2 * * 5", "Hubspot_Contact")];
    const report = await judge(engine, { runs, schedules });
    expect(ruleOf(report, "contacts")).toMatchObject({ condition: "degraded", severity: "warning", seen: 293 });
    expect(ruleOf(report, "contacts").missed_at).toEqual(["2026-07-10T02:00:00Z"]);
  });

  test.each([
    { other: "0 2 * * *", hours: [2], rare: "0 5 * * 0" },
    { other: "0 2 * * *", hours: [2], rare: "0 3 * * 0" },
    { other: "0 0,6,12,18 * * *", hours: [0, 6, 12, 18], rare: "0 5 * * 0" },
    { other: "0 */2 * * *", hours: [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22], rare: "0 5 * * 0" },
  ])("$rare beside $other starts nothing for three Sundays, and is told each day since", async (given) => {
    const { other, hours, rare } = given;
    const [, sundaysAt = ""] = rare.split(" ");
    const runs = [
      ...hours.flatMap((hour) =>
        repeat({ from: `05-10 ${String(hour).padStart(2, "0")}:01`, to: "07-10 22:01", every: DAY, takes: MINUTE }),
      ),
      ...repeat({ from: `05-10 0${sundaysAt}:01`, to: `06-14 0${sundaysAt}:01`, every: 7 * DAY, takes: 30 * MINUTE }),
    ];
    const schedules = [cron(other, "contacts"), cron(rare, "contacts")];
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    for (const as of ["06-19 21:00", "06-20 21:00"]) {
      const { report } = await ask(warehouse, { as });
      expect([as, alarms(report)]).toEqual([as, []]);
    }
    for (const as of ["06-22 21:00", "06-27 21:00", "07-01 21:00", "07-10 21:00"]) {
      const { report } = await ask(warehouse, { as });
      const rule = ruleOf(report, "contacts");
      expect([as, rule.severity, rule.since]).toEqual([as, "warning", `2026-06-21T0${sundaysAt}:00:00Z`]);
      expect(rule.message).toContain(`its schedule at 0${sundaysAt}:00 on Sun has started nothing since 21 Jun`);
    }
  });

  test("a drifting delta beside a daily run misses nothing while as many run as expected", async () => {
    const late = at("07-10 10:00");
    const runs = [
      ...repeat({ from: "07-05 00:00", to: "07-10 20:55", every: 5 * MINUTE, takes: 20 * SECOND }, (start) =>
        start === late ? { start: later(late, 3 * MINUTE), end: later(late, 4 * MINUTE) } : {},
      ),
      ...repeat({ from: "07-05 02:01", to: "07-10 02:01", every: DAY, takes: 20 * SECOND }),
    ];
    const schedules = [interval(5, "minutes", "Hubspot_Contact"), cron("0 2 * * *", "Hubspot_Contact")];
    const report = await judge(engine, { runs, schedules });
    expect(ruleOf(report, "contacts")).toMatchObject({ condition: "ok", severity: null, seen: 289 });
  });

  describe("interval-from-the-end: a loop that sleeps after each run", () => {
    const every = 55 * MINUTE;
    const waits = { from: "06-01 00:00", to: "07-10 20:15", every, takes: 25 * MINUTE };
    const thirty = [interval(30, "minutes", "contacts")];

    test("for 30 minutes after each of 25 misses nothing", async () => {
      const report = await judge(engine, { runs: repeat(waits), schedules: thirty });
      expect(ruleOf(report, "contacts")).toMatchObject({ condition: "ok", missed: 0 });
    });

    test("is overdue since the run after the one at which it stopped", async () => {
      const runs = repeat({ ...waits, to: "07-10 14:00" });
      const report = await judge(engine, { runs, schedules: thirty });
      const since = later(runs.at(-1)?.start ?? "", every).replace(".000", "");
      expect(ruleOf(report, "contacts")).toMatchObject({ condition: "overdue", severity: "critical", since });
    });

    test("is none that starts each hour and takes a third of it: it misses every second run", async () => {
      const runs = repeat({ ...waits, every: HOUR, takes: 20 * MINUTE });
      const { missed } = ruleOf(await judge(engine, { runs, schedules: thirty }), "contacts");
      expect(missed).toBeGreaterThan(20);
    });

    test("misses nothing beside some long runs, and is not overdue while it rests after one", async () => {
      const report = await judge(engine, { runs: loop(), schedules: [interval(20, "minutes", "contacts")] });
      // Five runs and their rests are 122 minutes: a run of 14 minutes is followed 34 minutes after its start.
      expect(ruleOf(report, "contacts")).toMatchObject({ condition: "ok", severity: null, missed: 0 });
      expect(report.findings).toEqual([]);
    });

    test("misses what would have started in a pause of three hours", async () => {
      const runs = loop().filter(({ start }) => start < at("07-10 12:00") || start >= at("07-10 15:00"));
      const report = await judge(engine, { runs, schedules: [interval(20, "minutes", "contacts")] });
      // From start to start are 24 minutes on average: seven times that pass in the pause, and half of it besides.
      expect(ruleOf(report, "contacts")).toMatchObject({ condition: "degraded", severity: "warning", missed: 7 });
    });

    test("is overdue when twice the interval has passed since the end", async () => {
      const runs = loop().filter(({ start }) => start < at("07-10 20:10"));
      const report = await judge(engine, { runs, schedules: [interval(20, "minutes", "contacts")] });
      expect(ruleOf(report, "contacts")).toMatchObject({ condition: "overdue", severity: "warning" });
    });
  });

  test("disabled-schedule-sentence: 16 runs of a rule whose schedule is disabled", async () => {
    const runs = repeat({ from: "07-05 00:00", to: "07-10 12:00", every: HOUR, takes: 10 * SECOND });
    const schedules = [cron("0 * * * *", "contacts", { enabled: false })];
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    const { report } = await ask(warehouse);
    expect(ruleOf(report, "contacts")).toMatchObject({ condition: "idle", severity: "info", total: 16 });
    expect(report.findings).toMatchObject([
      { id: "rule-idle", message: "contacts: disabled, and yet 16 runs ended in the window" },
    ]);
  });

  test("disabled-schedule-suggested: a rule with a disabled schedule of its own is no other rule's name", async () => {
    const runs = repeat({ rule: "legacy", from: "05-01 00:00", to: "07-10 12:00", every: HOUR });
    const schedules = [
      cron("0 * * * *", "deals", { createdAt: at("07-08 09:00"), updatedAt: at("07-08 09:00") }),
      cron("0 * * * *", "legacy", { enabled: false, updatedAt: at("07-10 12:30") }),
    ];
    const report = await judge(engine, { runs, schedules });
    expect(ruleOf(report, "deals")).toMatchObject({ condition: "never", severity: "critical" });
    expect(JSON.stringify(report.recommendations)).not.toContain("legacy");
  });

  test("schedule-changed-in-an-outage: what did not start before the change is told with it", async () => {
    const runs = ["jobs", "tasks"].flatMap((rule) =>
      repeat({ rule, from: "06-01 00:00", to: rule === "jobs" ? "06-10 00:00" : "07-10 20:00", every: HOUR }),
    );
    const schedules = [cron("0 * * * *", "jobs", { updatedAt: at("07-10 20:30") }), cron("0 * * * *", "tasks")];
    const report = await judge(engine, { runs, schedules });
    // From 01:00 on 10 June to 20:00 on 10 July, there are 740 runs, both included, and that of 21:00 is not late.
    expect(ruleOf(report, "jobs")).toMatchObject({
      condition: "overdue",
      severity: "critical",
      expected: 0,
      message: expect.stringMatching(
        /, 740 runs did not start; its schedule was changed at 20:30, and may have been off until then$/,
      ) as never,
    });
    const unchanged = await judge(engine, { runs, schedules: [cron("0 * * * *", "jobs")] });
    expect(ruleOf(unchanged, "jobs").message).toEndWith(" runs did not start");
  });

  test("schedule-written-in-an-outage: a silence that its own past does not know is told, and is critical once the next run is late", async () => {
    const every = 5 * MINUTE;
    const runs = [
      ...repeat({ rule: "five", from: "06-25 03:00", to: "07-09 21:30", every }),
      ...repeat({ rule: "hourly", from: "06-25 03:00", to: "07-10 11:00", every: HOUR }),
      ...repeat({ rule: "nightly", from: "06-25 03:00", to: "07-10 03:00", every: DAY }),
      ...repeat({ rule: "well", from: "06-25 03:00", to: "07-10 21:20", every }),
    ];
    const updatedAt = at("07-10 20:59");
    const schedules = [
      interval(5, "minutes", "five", { updatedAt }),
      cron("0 * * * *", "hourly", { updatedAt }),
      cron("0 3 * * *", "nightly", { updatedAt }),
      interval(5, "minutes", "well", { updatedAt }),
    ];
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    const { report } = await ask(warehouse);
    expect(ruleOf(report, "five")).toMatchObject({
      condition: "overdue",
      severity: "warning",
      message: expect.stringMatching(
        /, 281 runs did not start; its schedule was changed at 20:59, and may have been off until then$/,
      ) as never,
    });
    expect(ruleOf(report, "hourly")).toMatchObject({ condition: "overdue", severity: "warning" });
    for (const rule of ["nightly", "well"]) expect(ruleOf(report, rule)).toMatchObject({ severity: null });
    const { report: later } = await ask(warehouse, { as: "07-10 21:20" });
    expect(ruleOf(later, "five")).toMatchObject({ condition: "overdue", severity: "critical" });
  });

  test("schedule-changed-today of a rule of which few runs are known: from each week to each day, from each month to each hour", async () => {
    const runs = [
      ...repeat({ rule: "weekly", from: "06-21 03:00", to: "07-05 03:00", every: 7 * DAY }),
      ...repeat({ rule: "monthly", from: "05-20 03:00", to: "06-20 03:00", every: 31 * DAY }),
      ...repeat({ rule: "well", from: "06-25 03:00", to: "07-10 20:00", every: HOUR }),
    ];
    const schedules = [
      cron("0 3 * * *", "weekly", { updatedAt: at("07-10 10:00") }),
      cron("0 * * * *", "monthly", { updatedAt: at("07-10 20:30") }),
    ];
    const report = await judge(engine, { runs, schedules });
    expect(alarms(report)).toEqual([]);
    expect(ruleOf(report, "weekly").message).toBe("weekly: not due yet: its schedule is of 10:00");
    expect(ruleOf(report, "monthly").message).toBe("monthly: not due yet: its schedule is of 20:30");
  });

  test("schedule-made-or-changed-today: made half an hour ago, changed an hour ago; nothing was missed", async () => {
    const every = 5 * MINUTE;
    const runs = [
      ...repeat({ from: "07-10 20:30", to: "07-10 20:55", every }),
      ...repeat({ rule: "deals", from: "07-05 00:00", to: "07-10 19:00", every: HOUR }),
      ...repeat({ rule: "deals", from: "07-10 20:00", to: "07-10 20:55", every }),
    ];
    const made = at("07-10 20:30");
    const schedules = [
      cron("*/5 * * * *", "contacts", { createdAt: made, updatedAt: made }),
      cron("*/5 * * * *", "deals", { updatedAt: at("07-10 20:00") }),
    ];
    const report = await judge(engine, { runs, schedules });
    expect(alarms(report)).toEqual([]);
    expect(ruleOf(report, "contacts")).toMatchObject({ expected: 6, missed: 0 });
    // Its runs of each hour before were those of its schedule of then.
    expect(ruleOf(report, "deals")).toMatchObject({ expected: 12, missed: 0, extra: 0 });
  });

  test("schedules of unknown age beside a table of three days: what was due before it is nobody's failure", async () => {
    const unknown = { createdAt: null, updatedAt: null };
    const runs = repeat({ from: "07-07 21:00", to: "07-10 20:00", every: HOUR });
    const schedules = [
      interval(1, "hours", "contacts", unknown),
      cron("0 2 * * 0", "weekly", unknown),
      cron("0 5 1 * *", "monthly", unknown),
      cron("0 2 * * *", "daily", unknown),
    ];
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    const { report } = await ask(warehouse);
    for (const name of ["weekly", "monthly"]) {
      const { condition, severity, message } = ruleOf(report, name);
      expect([condition, severity, message]).toEqual([
        "idle",
        null,
        `${name}: not due since 7 Jul 21:00, and no older run is in the table`,
      ]);
    }
    expect(ruleOf(report, "daily")).toMatchObject({ condition: "never", severity: "critical" });
    const { report: first } = await ask(warehouse, { as: "07-07 22:00" });
    expect(alarms(first)).toEqual([]);
    const { report: before } = await ask(warehouse, { as: "07-01 00:00" });
    expect(alarms(before).map(({ id }) => id)).toEqual(["no-data"]);
    expect(ruleOf(before, "daily")).toMatchObject({ condition: "unknown" });
  });

  test("whatever the indexes, a table of three days has no older run", async () => {
    const runs = repeat({ from: "07-07 21:00", to: "07-10 20:00", every: HOUR });
    const schedules = [interval(1, "hours", "contacts"), cron("0 2 * * 0", "weekly"), cron("0 5 1 * *", "monthly")];
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    const { sql } = warehouse;
    const table = "orchestration.sync_history";
    for (const columns of ["", "(crm_source, sync_type, start_time)", "(crm_source, start_time)"]) {
      await sql?.unsafe(`DROP INDEX IF EXISTS orchestration.sync_history_start_time_idx, orchestration.own;
        ${columns === "" ? "" : `CREATE INDEX own ON ${table} ${columns};`} ANALYZE ${table}`);
      const { report } = await ask(warehouse);
      expect(alarms(report)).toEqual([]);
      expect(ruleOf(report, "weekly").condition).toBe("idle");
    }
  });

  test("overlapping-runs: hourly runs of three and a half hours overlap, and that is no outage", async () => {
    const runs = repeat({ from: "07-05 00:00", to: "07-10 20:00", every: HOUR, takes: 3.5 * HOUR });
    const report = await judge(engine, { runs, schedules: [cron("0 * * * *", "contacts")] });
    expect(alarms(report)).toEqual([]);
    expect(ruleOf(report, "contacts")).toMatchObject({
      condition: "degraded",
      degradation: "overlapping",
      severity: "info",
      running: 3,
    });
  });

  test("worker-clock-ahead: runs that start 59 to 120 seconds early are all there, and early", async () => {
    const shifts = [59, 61, 90, 120].map((seconds) => seconds * SECOND);
    const plans = [
      { name: "daily", fields: "0 3 * * *", from: "07-01 03:00", to: "07-10 03:00", every: DAY, early: 1 },
      { name: "hourly", fields: "0 * * * *", from: "07-01 03:00", to: "07-10 21:00", every: HOUR, early: 24 },
      {
        name: "quarter",
        fields: "*/15 * * * *",
        from: "07-01 03:00",
        to: "07-10 21:00",
        every: 15 * MINUTE,
        early: 96,
      },
    ];
    const rules = plans.flatMap((plan) =>
      shifts.map((shift) => ({ ...plan, shift, rule: `${plan.name}_${shift / SECOND}` })),
    );
    const runs = rules.flatMap(({ rule, from, to, every, shift }) =>
      repeat({ rule, from, to, every }, (start) => ({ start: later(start, -shift), end: start })),
    );
    const report = await judge(engine, { runs, schedules: rules.map(({ fields, rule }) => cron(fields, rule)) });
    expect(alarms(report)).toEqual([]);
    for (const { rule, early } of rules) {
      expect(ruleOf(report, rule)).toMatchObject({ degradation: "early", severity: "info", missed: 0, late: 0, early });
    }
  });

  test("a recurrence that is no crontab and no whole interval is told with its reason, and misses nothing", async () => {
    const written: { rule: string; change: Partial<ScheduleRow>; reason: string }[] = [
      {
        rule: "solar",
        change: { recurrence: "solar" },
        reason: 'recurrence_type "solar": neither interval nor crontab',
      },
      { rule: "empty", change: { recurrence: "" }, reason: 'recurrence_type "": neither interval nor crontab' },
      { rule: "null_length", change: { every: null }, reason: "an interval without a length" },
      { rule: "zero", change: { every: 0 }, reason: "an interval must be longer than 0" },
      { rule: "negative", change: { every: -5 }, reason: INTERVAL_UNITS },
      { rule: "months", change: { period: "months" }, reason: INTERVAL_UNITS },
      { rule: "no_period", change: { period: "" }, reason: INTERVAL_UNITS },
    ];
    const runs = written.flatMap(({ rule }) => repeat({ rule, from: "07-08 00:00", to: "07-10 20:00", every: HOUR }));
    const schedules = written.map(({ rule, change }) => interval(1, "hours", rule, change));
    const report = await judge(engine, { runs, schedules });
    expect(alarms(report)).toEqual([]);
    const said = report.findings.filter(({ id }) => id === "schedule-inexpressible").map(({ message }) => message);
    expect(said.toSorted()).toEqual(
      written
        .map(({ rule, reason }) => `${rule}: its schedule is not understood and not compared: ${reason}`)
        .toSorted(),
    );
  });

  test("what is advised in the place of a schedule that is not understood is the rule's own rhythm, or said to be an example", async () => {
    const unread = ["monthly", "new_one"].map((rule) => interval(1, "months", rule));
    const monthly = repeat({ rule: "monthly", from: "02-05 03:00", to: "07-10 20:00", every: 31 * DAY });
    const newOne = repeat({ rule: "new_one", from: "07-10 10:00", to: "07-10 10:00", every: HOUR });
    const { recommendations } = await judge(engine, { runs: [...monthly, ...newOne], schedules: unread });
    const advised = recommendations.filter(({ id }) => id === "expect-rule");
    expect(advised.map(({ recommendation }) => recommendation)).toEqual([
      'Say in the CRM\'s table of the configuration when it should run: rules."monthly" = { expect = "every 31 days" }',
      'Say in the CRM\'s table of the configuration when it should run, such as daily at 04:00: rules."new_one" = { expect = "0 4 * * *" }',
    ]);
  });

  test("recurrence types are read without their blanks, and a week is an interval", async () => {
    const runs = ["contacts", "deals", "users"].flatMap((rule) =>
      repeat({ rule, from: "07-03 12:00", to: "07-10 12:00", every: HOUR }),
    );
    const schedules = [
      interval(1, "Hours", "contacts", { recurrence: " interval\n" }),
      cron("0 * * * *", "deals", { recurrence: "CronTab " }),
      interval(1, "weeks", "users"),
    ];
    const report = await judge(engine, { runs, schedules });
    expect(report.findings.filter(({ id }) => id === "schedule-inexpressible")).toEqual([]);
    expect(ruleOf(report, "contacts").expected).toBe(24);
    expect(ruleOf(report, "deals").expected).toBe(24);
    expect(ruleOf(report, "users").schedules).toEqual(["every 1 weeks"]);
  });

  test("empty crontab fields and NULLs are stars", async () => {
    const runs = repeat({ from: "07-05 00:30", to: "07-10 20:30", every: HOUR });
    const schedules = [cron("30", "contacts", { hour: "", dayOfWeek: "", dayOfMonth: "", monthOfYear: "" })];
    const report = await judge(engine, { runs, schedules });
    expect(report.findings).toEqual([]);
    expect(ruleOf(report, "contacts")).toMatchObject({ expected: 24, missed: 0 });
  });

  test("a monthly run that is there, beside an hourly one of the same rule, is not missed", async () => {
    const runs = [
      ...repeat({ from: "07-05 00:00", to: "07-10 20:00", every: HOUR }),
      ...repeat({ from: "07-10 02:20", to: "07-10 02:20", every: DAY }),
    ];
    const schedules = [cron("0 * * * *", "Hubspot_Contact"), cron("20 2 10 * *", "Hubspot_Contact")];
    const report = await judge(engine, { runs, schedules });
    expect(alarms(report)).toEqual([]);
    expect(ruleOf(report, "contacts")).toMatchObject({ expected: 25, seen: 25, missed: 0 });
  });

  test("a rule that rests since its schedule was disabled is nobody's concern", async () => {
    const runs = repeat({ from: "07-05 00:00", to: "07-08 20:00", every: HOUR });
    await using warehouse = await makeWarehouse(engine, {
      runs,
      schedules: [cron("0 * * * *", "contacts", { enabled: false })],
    });
    const { report } = await ask(warehouse);
    expect(alarms(report)).toEqual([]);
    expect(ruleOf(report, "contacts")).toMatchObject({ condition: "idle", severity: null });
  });
});

/** Twelve days of a loop that sleeps for 20 minutes; the newest run began at 20:27. Each fifth takes 14 minutes. */
function loop(): RunRow[] {
  const took = [14, 3, 1, 2, 2].map((minutes) => minutes * MINUTE);
  let endMs = Date.parse(at("07-10 20:41"));
  return Array.from({ length: 700 }, (_, index) => {
    const startMs = endMs - (took[index % took.length] ?? 0);
    const row = run({ start: new Date(startMs).toISOString(), end: new Date(endMs).toISOString(), processed: 100 });
    endMs = startMs - 20 * MINUTE;
    return row;
  });
}
