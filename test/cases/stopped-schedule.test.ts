/** One of several schedules of a rule has stopped: what its others start is no sign of life of it. */
import { describe, expect, test } from "bun:test";
import type { RunRow } from "../making/warehouses.ts";
import {
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
  type ScheduleRow,
} from "../making/cases.ts";

const FULL = cron("0 2 * * *", "contacts");
const DELTA = cron("30 * * * *", "contacts");
const nightly = (takes = 10 * MINUTE) => repeat({ from: "06-01 02:00", to: "07-11 02:00", every: DAY, takes });
const hourly = (to: string, from = "06-01 00:30") => repeat({ from, to, every: HOUR });

describe.each(ENGINES)("%s", (engine) => {
  test("delta-dead-beside-nightly: the nightly run begins no new count", async () => {
    await using warehouse = await makeWarehouse(engine, {
      runs: [...nightly(), ...hourly("07-07 23:30")],
      schedules: [DELTA, FULL],
    });
    for (const [as, runs, last] of [
      ["07-10 21:00", 69, "18h 50m"],
      ["07-11 02:25", 74, "15m"],
      ["07-11 04:00", 76, "1h 50m"],
    ] as const) {
      const { report } = await ask(warehouse, { as });
      expect(ruleOf(report, "contacts")).toMatchObject({
        condition: "overdue",
        severity: "critical",
        since: "2026-07-08T00:30:00Z",
        message: `contacts: its schedule hourly at :30 has started nothing since 8 Jul 00:30 (${runs} runs), while its others go on; last success ${last} ago`,
      });
    }
  });

  test("second-schedule-never-started: it is named, with since when", async () => {
    const second = cron("30 */4 * * *", "contacts", { createdAt: at("07-07 03:10"), updatedAt: at("07-07 03:10") });
    const report = await judge(engine, {
      runs: repeat({ from: "06-01 00:00", to: "07-10 20:00", every: HOUR }),
      schedules: [cron("0 * * * *", "contacts"), second],
    });
    expect(ruleOf(report, "contacts")).toMatchObject({
      condition: "degraded",
      severity: "warning",
      since: "2026-07-07T04:30:00Z",
      message:
        "contacts: its schedule every 4h at :30 has started nothing at least since 7 Jul 04:30 (23 runs), while its others go on",
    });
  });
});

test.each(ENGINES)("%s: one-time-of-two-missed: it is told since when, at either look", async (engine) => {
  const runs = [
    ...repeat({ from: "05-01 01:00", to: "07-11 01:00", every: DAY }),
    ...repeat({ from: "05-01 13:00", to: "06-30 13:00", every: DAY }),
  ];
  await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("0 1,13 * * *", "contacts")] });
  const silent = "its schedule daily at 13:00 has started nothing since 1 Jul 13:00 (10 runs), while its others go on";
  const since = "2026-07-01T13:00:00Z";
  const evening = ruleOf((await ask(warehouse, { as: "07-10 21:00" })).report, "contacts");
  expect(evening).toMatchObject({ condition: "overdue", severity: "warning", since });
  expect(evening?.message).toEndWith(`, 1 run did not start; ${silent}`);
  const night = ruleOf((await ask(warehouse, { as: "07-11 04:00" })).report, "contacts");
  expect(night).toMatchObject({ condition: "degraded", severity: "warning", since, message: `contacts: ${silent}` });
});

test("interval-dead-beside-nightly: what is no nightly run is the interval's", async () => {
  const runs = [...nightly(), ...hourly("07-08 11:30")];
  const schedules = [interval(1, "hours", "contacts"), FULL];
  expect(ruleOf(await judge("sqlite", { runs, schedules }, { as: "07-11 04:00" }), "contacts")).toMatchObject({
    condition: "overdue",
    severity: "critical",
    since: "2026-07-08T12:30:00Z",
  });
});

test("dead-for-weeks: of no newest run it is, and its hours tell since when", async () => {
  const runs = [...nightly(), ...hourly("06-12 11:30")];
  const report = await judge("sqlite", { runs, schedules: [DELTA, FULL] }, { as: "07-11 04:00" });
  expect(ruleOf(report, "contacts")).toMatchObject({ severity: "critical", since: "2026-06-12T12:30:00Z" });
});

describe("no alarm", () => {
  const weekday = (start: string) => ![0, 6].includes(new Date(start).getUTCDay());
  test.each<{ name: string; as: string; runs: RunRow[]; schedules: ScheduleRow[] }>([
    {
      name: "each run but the nightly one waits for that to end",
      as: "07-11 12:20",
      runs: [
        ...nightly(600 * MINUTE),
        ...hourly("07-11 01:30").filter(({ start }) => start.slice(11, 13) < "02" || start.slice(11, 13) >= "12"),
      ],
      schedules: [DELTA, FULL],
    },
    {
      name: "one run stands for both where both are due",
      as: "07-11 02:50",
      runs: repeat({ from: "06-01 00:00", to: "07-11 02:00", every: HOUR }),
      schedules: [cron("0 * * * *", "contacts"), FULL],
    },
    {
      name: "its schedule was a nightly one until an hour ago",
      as: "07-11 04:00",
      runs: nightly(),
      schedules: [cron("30 * * * *", "contacts", { updatedAt: at("07-11 03:05") }), FULL],
    },
    {
      name: "a second time was added to its schedule",
      as: "07-11 04:00",
      runs: nightly(),
      schedules: [cron("0 2,14 * * *", "contacts", { updatedAt: at("07-11 03:05") })],
    },
    {
      name: "it rests at the weekend",
      as: "07-11 04:00",
      runs: [...nightly(), ...hourly("07-10 23:30").filter(({ start }) => weekday(start))],
      schedules: [cron("30 * * * 1-5", "contacts"), FULL],
    },
    {
      name: "its runs start a little before and after their times",
      as: "07-11 04:00",
      runs: [...nightly(), ...hourly("07-11 03:30")].map((row, index) => ({
        ...row,
        start: new Date(Date.parse(row.start) + (index % 3 === 0 ? -2000 : 90_000)).toISOString(),
      })),
      schedules: [DELTA, FULL],
    },
  ])("$name", async ({ as, runs, schedules }) => {
    const rule = ruleOf(await judge("sqlite", { runs, schedules }, { as }), "contacts");
    expect(rule?.message).not.toContain("has started nothing");
  });
});
