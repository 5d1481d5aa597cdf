/** Runs of one time fail each time, beside others of the same rule that succeed: a nightly run of a rule that also runs each hour. */
import { describe, expect, test } from "bun:test";
import type { RunRow } from "../making/warehouses.ts";
import { ask, at, cron, DAY, ENGINES, HOUR, judge, makeWarehouse, MINUTE, repeat, ruleOf } from "../making/cases.ts";

const TO = "07-10 20:00";
const hourly = (change?: Parameters<typeof repeat>[1], from = "06-10 00:00") =>
  repeat({ from, to: TO, every: HOUR }, change);
const BROKEN: Partial<RunRow> = { status: "failed", error: "MemoryError" };

/** One each night at 02:30, which fails from that day on. */
function nightly(failsFrom: string, failsTo = "07-10 02:30", every = DAY, from = "06-10 02:30"): RunRow[] {
  return repeat({ from, to: "07-10 02:30", every, takes: 25 * MINUTE }, (start) =>
    start >= at(failsFrom) && start <= at(failsTo) ? BROKEN : { processed: 90_000 },
  );
}

const DELTA = cron("0 * * * *", "contacts");
const FULL = cron("30 2 * * *", "contacts");

const DAILY = cron("0 1 * * *", "contacts");
const WEEKLY = cron("0 5 * * 0", "contacts");
const daily = (change?: Parameters<typeof repeat>[1]) =>
  repeat({ from: "05-15 01:00", to: "07-10 01:00", every: DAY }, change);
const weekly = (failsFrom: string, change: Partial<RunRow> = BROKEN) =>
  repeat({ from: "05-17 05:00", to: "07-05 05:00", every: 7 * DAY, takes: HOUR }, (start) =>
    start >= at(failsFrom) ? change : {},
  );

describe.each(ENGINES)("%s", (engine) => {
  test("nightly-fails-beside-hourly: eight nights in a row are critical, with the error", async () => {
    const report = await judge(engine, { runs: [...hourly(), ...nightly("07-03 02:30")], schedules: [DELTA, FULL] });
    expect(ruleOf(report, "contacts")).toMatchObject({
      condition: "degraded",
      severity: "critical",
      since: "2026-07-03T02:30:00Z",
      message:
        "contacts: its runs daily at 02:30 failed 8 times in a row, since 3 Jul 02:30, while its others go on: MemoryError",
    });
    expect(report.findings.filter(({ rule_name }) => rule_name === "contacts")).toHaveLength(1);
  });

  test("weekly-fails-beside-daily: four Sundays in a row are critical", async () => {
    const report = await judge(engine, { runs: [...daily(), ...weekly("06-14 05:00")], schedules: [DAILY, WEEKLY] });
    expect(ruleOf(report, "contacts")).toMatchObject({
      condition: "degraded",
      severity: "critical",
      since: "2026-06-14T05:00:00Z",
      message: "contacts: its runs at 05:00 on Sun failed 4 times in a row, since 14 Jun 05:00, while its others go on",
    });
  });

  test("second-of-two-fails: the same is told after either, of one schedule", async () => {
    const runs = [
      ...repeat({ from: "05-10 01:00", to: "07-10 01:00", every: DAY }),
      ...repeat({ from: "05-10 13:00", to: "07-10 13:00", every: DAY }, (start) =>
        start >= at("06-20 13:00") ? BROKEN : {},
      ),
    ];
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("0 1,13 * * *", "contacts")] });
    for (const [as, times] of [
      ["07-10 04:00", 20],
      ["07-10 21:00", 21],
    ] as const) {
      const { report } = await ask(warehouse, { as });
      expect(ruleOf(report, "contacts")).toMatchObject({
        condition: "degraded",
        severity: "critical",
        since: "2026-06-20T13:00:00Z",
        message: `contacts: its runs daily at 13:00 failed ${times} times in a row, since 20 Jun 13:00, while its others go on: MemoryError`,
      });
    }
  });

  test("nightly-fails-without-schedules: what is known is the hour of the day, and it is a warning", async () => {
    const report = await judge(engine, { runs: [...hourly(), ...nightly("07-03 02:30")] });
    expect(ruleOf(report, "contacts")).toMatchObject({
      condition: "degraded",
      severity: "warning",
      message:
        "contacts: its runs that end in the hour after 02:00 failed on 8 days in a row, since 3 Jul 02:00, while its others go on: MemoryError",
    });
  });
});

/** At these hours of the day, in UTC; what fails is told by its start. */
function atHours(
  hours: readonly number[],
  fails: (start: string) => boolean,
  isOn: (start: Date) => boolean = () => true,
) {
  const runs = hours.flatMap((hour) =>
    repeat({ from: `04-20 ${String(hour).padStart(2, "0")}:00`, to: "07-10 20:30", every: DAY }, (start) =>
      fails(start) ? { status: "failed", error: "HTTP 500" } : {},
    ),
  );
  return runs.filter(({ start }) => isOn(new Date(start)));
}
const isAt = (hour: number, from: string) => (start: string) =>
  start >= at(from) && new Date(start).getUTCHours() === hour;

describe.each(ENGINES)("%s: a time of day that is habit alone", (engine) => {
  test.each([
    { name: "3", hours: [6, 12, 18] },
    { name: "4", hours: [0, 6, 12, 18] },
    { name: "2", hours: [6, 18] },
  ])("one-of-$name-by-habit-fails: told as with a schedule, after any of them, and for as long", async ({ hours }) => {
    await using warehouse = await makeWarehouse(engine, { runs: atHours(hours, isAt(18, "05-31 18:00")) });
    for (const [as, times] of [
      ["06-02 21:00", 3],
      ["06-20 13:30", 20],
      ["07-09 21:00", 40],
      ["07-10 13:30", 40],
    ] as const) {
      const rule = ruleOf((await ask(warehouse, { as })).report, "contacts");
      expect([as, rule?.condition, rule?.severity, rule?.since, rule?.message]).toEqual([
        as,
        "degraded",
        "critical",
        "2026-05-31T18:00:00Z",
        `contacts: its runs that end about 18:00 failed ${times} times in a row, since 31 May 18:00, while its others go on: HTTP 500`,
      ]);
    }
  });
});

test("one-of-3-by-habit-on-working-days: that of Friday is told on Monday morning", async () => {
  const runs = atHours([6, 12, 18], isAt(18, "06-15 00:00"), (start) => start.getUTCDay() % 6 !== 0);
  await using warehouse = await makeWarehouse("sqlite", { runs });
  expect(ruleOf((await ask(warehouse, { as: "06-29 13:30" })).report, "contacts")).toMatchObject({
    severity: "critical",
    since: "2026-06-15T18:00:00Z",
  });
});

test("one-weekday-by-habit-fails: four Mondays in a row", async () => {
  const isMonday = (start: string) => new Date(start).getUTCDay() === 1 && isAt(18, "06-15 00:00")(start);
  await using warehouse = await makeWarehouse("sqlite", { runs: atHours([6, 18], isMonday) });
  expect(ruleOf((await ask(warehouse, { as: "07-10 13:30" })).report, "contacts")).toMatchObject({
    severity: "critical",
    since: "2026-06-15T18:00:00Z",
    message:
      "contacts: its runs that end about 18:00 on Mon failed 4 times in a row, since 15 Jun 18:00, while its others go on",
  });
});

test("by-habit-started-again: a failure that a second start makes good within the hour is none of that time", async () => {
  const again = repeat({ from: "06-20 18:20", to: "07-10 18:20", every: DAY });
  const runs = [...atHours([6, 12, 18], isAt(18, "06-20 00:00")), ...again];
  await using warehouse = await makeWarehouse("sqlite", { runs });
  expect(ruleOf((await ask(warehouse, { as: "07-10 21:00" })).report, "contacts")?.message).not.toContain("in a row");
});

test("nightly-fails-beside-quarters: no newest run tells its error, and the window does", async () => {
  const quarters = repeat({ from: "06-10 00:00", to: "07-10 20:45", every: 15 * MINUTE });
  const report = await judge("sqlite", {
    runs: [...quarters, ...nightly("07-09 02:30")],
    schedules: [cron("*/15 * * * *", "contacts"), FULL],
  });
  expect(ruleOf(report, "contacts")).toMatchObject({ severity: "warning" });
  expect(ruleOf(report, "contacts")?.message).toContain("failed 2 times in a row, since 9 Jul 02:30");
  expect(ruleOf(report, "contacts")?.message).toEndWith(": MemoryError");
});

test("weekly-fails-beside-hourly: it is told on each day of the week after", async () => {
  const runs = [...hourly(undefined, "05-20 00:00"), ...nightly("06-14 02:30", "07-10 02:30", 7 * DAY, "05-24 02:30")];
  const report = await judge("sqlite", { runs, schedules: [DELTA, cron("30 2 * * 0", "contacts")] });
  expect(ruleOf(report, "contacts")).toMatchObject({ severity: "critical", since: "2026-06-14T02:30:00Z" });
});

test.each([
  { name: "3", hours: "1,9,17", every: 8 },
  { name: "6", hours: "1,5,9,13,17,21", every: 4 },
  { name: "12", hours: "1-23/2", every: 2 },
])("weekly-fails-beside-$name-a-day: two Sundays in a row are a warning", async ({ hours, every }) => {
  const runs = [
    ...repeat({ from: "05-15 01:00", to: "07-10 19:00", every: every * HOUR }),
    ...repeat({ from: "05-17 05:30", to: "07-05 05:30", every: 7 * DAY, takes: 40 * MINUTE }, (start) =>
      start >= at("06-28 05:30") ? BROKEN : {},
    ),
  ];
  const schedules = [cron(`0 ${hours} * * *`, "contacts"), cron("30 5 * * 0", "contacts")];
  expect(ruleOf(await judge("sqlite", { runs, schedules }), "contacts")).toMatchObject({
    severity: "warning",
    since: "2026-06-28T05:30:00Z",
  });
});

test("nightly-failed-just-now: the newest night counts before the hours after it are known", async () => {
  const delta = repeat({ from: "06-10 00:30", to: "07-10 20:30", every: HOUR });
  const full = nightly("07-09 02:00", "07-10 02:00", DAY, "06-10 02:00");
  const schedules = [cron("30 * * * *", "contacts"), cron("0 2 * * *", "contacts")];
  await using warehouse = await makeWarehouse("sqlite", { runs: [...delta, ...full], schedules });
  for (const as of ["07-10 02:45", "07-10 04:00", "07-10 12:00"]) {
    const rule = ruleOf((await ask(warehouse, { as })).report, "contacts");
    expect([as, rule?.since, rule?.message]).toEqual([
      as,
      "2026-07-09T02:00:00Z",
      "contacts: its runs daily at 02:00 failed 2 times in a row, since 9 Jul 02:00, while its others go on: MemoryError",
    ]);
  }
});

test("one-of-two-in-a-row: the failures are those of the run that started them", async () => {
  // The first takes two hours, and the second is started and ends meanwhile.
  const runs = [
    ...repeat({ from: "05-10 01:00", to: "07-10 01:00", every: DAY, takes: 2 * HOUR + 15 * MINUTE }, (start) =>
      start >= at("07-01 00:00") ? BROKEN : {},
    ),
    ...repeat({ from: "05-10 02:00", to: "07-10 02:00", every: DAY }),
  ];
  const schedules = [DAILY, cron("0 2 * * *", "contacts")];
  expect(ruleOf(await judge("sqlite", { runs, schedules }), "contacts")?.message).toContain(
    "daily at 01:00 failed 10 times",
  );
});

describe("not one time alone", () => {
  const failing = (isFailing: (minuteOfDay: number) => boolean, every: number) =>
    repeat({ from: "05-10 00:07", to: "07-10 20:57", every }, (start) => {
      const minuteOfDay = (Date.parse(start) % DAY) / MINUTE;
      return start >= at("07-03 00:00") && isFailing(minuteOfDay) ? BROKEN : {};
    });
  test.each([
    { name: "each second hour", runs: failing((minute) => Math.floor(minute / 60) % 2 === 1, HOUR), failed: "50.0 %" },
    { name: "one of six in each hour", runs: failing((minute) => minute % 60 < 10, 10 * MINUTE), failed: "16.7 %" },
    { name: "the night", runs: failing((minute) => minute < 8 * 60, HOUR), failed: "33.3 %" },
  ])("$name", async ({ runs, failed }) => {
    const { message, severity } = ruleOf(await judge("sqlite", { runs }), "contacts");
    expect(message).toContain(`(${failed}), more than usual`);
    expect(severity).toBe("warning");
  });
});

describe("no alarm for a weekly run beside daily ones", () => {
  test.each<{ name: string; runs: RunRow[] }>([
    { name: "one Sunday failed", runs: [...daily(), ...weekly("07-05 05:00")] },
    {
      name: "the others fail, too",
      runs: [...daily((_, index) => (index % 3 === 0 ? BROKEN : {})), ...weekly("06-28 05:00")],
    },
    {
      name: "all failed for two weeks, and are well again",
      runs: [
        ...daily((start) => (start > at("06-21 06:00") && start < at("07-06 00:00") ? BROKEN : {})),
        ...weekly("06-28 05:00"),
      ],
    },
    {
      name: "each was started again, and succeeded",
      runs: [
        ...daily(),
        ...weekly("06-14 05:00", BROKEN).flatMap((row): RunRow[] => {
          if (row.status !== "failed") return [row];
          const day = row.start.slice(5, 10);
          return [
            { ...row, end: at(`${day} 05:10`) },
            { ...row, status: "success", error: null, start: at(`${day} 05:12`), end: at(`${day} 06:05`) },
          ];
        }),
      ],
    },
  ])("$name", async ({ runs }) => {
    const report = await judge("sqlite", { runs, schedules: [DAILY, WEEKLY] });
    expect(ruleOf(report, "contacts")?.message).not.toContain("while its others go on");
  });
});

test("nightly-well-again: nothing is told from the moment on at which it ended well", async () => {
  const runs = [...hourly(), ...nightly("07-03 02:30", "07-09 02:30")];
  const report = await judge("sqlite", { runs, schedules: [DELTA, FULL] }, { as: "07-10 03:20" });
  expect(ruleOf(report, "contacts")?.message).not.toContain("while its others go on");
});

describe("no alarm", () => {
  const nightOf = (start: string, hour: string) => start.slice(11, 16) === hour;
  test.each<{ name: string; runs: RunRow[] }>([
    { name: "the newest night is well", runs: [...hourly(), ...nightly("07-03 02:30", "07-09 02:30")] },
    {
      name: "each failure was started again, and succeeded",
      runs: [
        ...hourly(),
        ...nightly("07-03 02:30").map((row) => (row.status === "failed" ? { ...row, end: at("07-03 02:40") } : row)),
      ].flatMap((row): RunRow[] => {
        if (row.status !== "failed") return [row];
        const day = row.start.slice(5, 10);
        return [
          { ...row, end: at(`${day} 02:31`) },
          { ...row, status: "success", error: null, start: at(`${day} 02:35`), end: at(`${day} 02:55`) },
        ];
      }),
    },
    {
      name: "an hour of the day that always failed",
      runs: hourly((start) => (nightOf(start, "03:00") ? BROKEN : {})),
    },
    {
      name: "two runs of one hour failed",
      runs: hourly((start) => (start >= at("07-09 00:00") && nightOf(start, "03:00") ? BROKEN : {})),
    },
  ])("$name", async ({ runs }) => {
    const report = await judge("sqlite", { runs, schedules: [DELTA, FULL] });
    expect(ruleOf(report, "contacts")?.message).not.toMatch(/failed.*, while its others go on/);
  });
});
