/** Local times without a zone, where the clocks show an hour twice: each run is one run, in one window. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import {
  alarms,
  ask,
  cron,
  DAY,
  ENGINES,
  makeWarehouse,
  MINUTE,
  repeat,
  ruleOf,
  type CaseEngine,
  type CaseWarehouse,
  type ScheduleRow,
} from "../making/cases.ts";
import type { RunRow } from "../making/warehouses.ts";

/** The rows with their times as clocks of that zone show them. */
async function inLocalTime(
  engine: CaseEngine,
  zone: string,
  runs: RunRow[],
  schedules: ScheduleRow[] = [],
): Promise<CaseWarehouse> {
  const warehouse = await makeWarehouse(engine, { runs, schedules });
  await warehouse.sql?.unsafe(
    ["start_time", "end_time"]
      .map(
        (name) =>
          `ALTER TABLE orchestration.sync_history ALTER ${name} TYPE timestamp USING ${name} AT TIME ZONE '${zone}'`,
      )
      .join("; "),
  );
  if (warehouse.sql === null) {
    using database = new Database(warehouse.url.slice("sqlite:".length));
    type Row = { id: number; start_time: string; end_time: string };
    const show = (instant: string) =>
      Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDateTime().toString().replace("T", " ");
    const change = database.prepare("UPDATE sync_history SET start_time = ?, end_time = ? WHERE id = ?");
    for (const row of database.query<Row, []>("SELECT id, start_time, end_time FROM sync_history").all())
      change.run(show(row.start_time), show(row.end_time), row.id);
  }
  return warehouse;
}

const quarters = (from: string, to: string, takes = 4 * MINUTE) => repeat({ from, to, every: 15 * MINUTE, takes });

/** As `repeat` and `ask` take it. */
const short = (ms: number) => new Date(ms).toISOString().slice(5, 16).replace("T", " ");

describe.each(ENGINES)("%s", (engine) => {
  const settings = (zone: string) => `timezone = "${zone}"`;

  test("a day with a repeated hour holds its 96 runs, none of them called a duplicate", async () => {
    await using warehouse = await inLocalTime(engine, "Europe/Berlin", quarters("10-20 00:00", "10-26 06:00"));
    const { report } = await ask(warehouse, { as: "10-25 21:00", settings: settings("Europe/Berlin") });
    expect(report.performance_metrics).toMatchObject({ total_actions: 96, failed_actions: 0 });
    expect(report.data_quality).toEqual([]);
  });

  test("the six hours around it hold the 24 runs that ended in them", async () => {
    await using warehouse = await inLocalTime(engine, "Europe/Berlin", quarters("10-20 00:00", "10-26 06:00"));
    const totals: number[] = [];
    for (const hour of ["00", "01", "02", "03", "04", "05"]) {
      const { report } = await ask(warehouse, {
        as: `10-25 ${hour}:00`,
        settings: settings("Europe/Berlin"),
        flags: ["--time-window", "1h"],
      });
      totals.push(report.performance_metrics.total_actions);
    }
    // 02:00 to 03:00 is shown twice, and read as of after the change.
    expect(totals).toEqual([4, 0, 8, 4, 4, 4]);
  });

  test("a run that the clocks let end before it started is no contradiction", async () => {
    await using warehouse = await inLocalTime(
      engine,
      "Europe/Berlin",
      // From 02:55 to 02:05.
      [...quarters("10-25 10:00", "10-25 20:00"), ...quarters("10-25 00:55", "10-25 00:55", 10 * MINUTE)],
    );
    const { report } = await ask(warehouse, { as: "10-25 21:00", settings: settings("Europe/Berlin") });
    expect(report.performance_metrics.total_actions).toBe(42);
    expect(report.data_quality).toEqual([]);
  });

  test("in the spring, and south of the equator, a day holds its runs too", async () => {
    await using berlin = await inLocalTime(engine, "Europe/Berlin", quarters("03-25 00:00", "03-30 06:00"));
    const spring = await ask(berlin, { as: "03-29 21:00", settings: settings("Europe/Berlin") });
    expect(spring.report.performance_metrics.total_actions).toBe(96);
    await using sydney = await inLocalTime(engine, "Australia/Sydney", quarters("04-01 00:00", "04-06 06:00"));
    const autumn = await ask(sydney, { as: "04-05 04:00", settings: settings("Australia/Sydney") });
    expect(autumn.report.performance_metrics.total_actions).toBe(96);
    expect(autumn.report.data_quality).toEqual([]);
  });

  test.each([
    { as: "10-25 00:50", failed: 8 },
    { as: "10-25 01:20", failed: 8 },
    { as: "10-25 02:10", failed: 8 },
  ])(
    "at $as all 288 runs of a day are counted, with those that failed in the first showing",
    async ({ as, failed }) => {
      const endMs = Date.parse(`2026-${as.replace(" ", "T")}Z`);
      const runs = repeat(
        { from: "10-22 00:00", to: short(endMs - 5 * MINUTE), every: 5 * MINUTE, takes: MINUTE / 3 },
        (start) =>
          start >= "2026-10-25T00:00" && start < "2026-10-25T00:40" ? { status: "failed", error: "HTTP 500" } : {},
      );
      await using warehouse = await inLocalTime(engine, "Europe/Berlin", runs, [cron("*/5 * * * *", "contacts")]);
      const figures = async () => {
        const { report } = await ask(warehouse, { as, settings: settings("Europe/Berlin") });
        return [report.performance_metrics.total_actions, report.performance_metrics.failed_actions];
      };
      expect(await figures()).toEqual([288, failed]);
      // The same as texts.
      for (const column of ["start_time", "end_time"])
        await warehouse.sql?.unsafe(`ALTER TABLE orchestration.sync_history ALTER ${column} TYPE text`);
      expect(await figures()).toEqual([288, failed]);
    },
  );

  test("looked at while the hour is shown the first and the second time, and a day long after it, nothing is missing", async () => {
    for (const [zone, change] of [
      ["Europe/Berlin", "2026-10-25T01:00:00Z"],
      ["America/New_York", "2026-11-01T06:00:00Z"],
    ] as const)
      for (const minutes of [-25, 5, 35, 23 * 60]) {
        const end = short(Date.parse(change) + minutes * MINUTE);
        const from = short(Date.parse(change) - 2 * DAY);
        const runs = repeat({
          from,
          to: short(Date.parse(change) + minutes * MINUTE - MINUTE),
          every: 10 * MINUTE,
          takes: MINUTE / 2,
        });
        await using warehouse = await inLocalTime(engine, zone, runs, [cron("*/10 * * * *", "contacts")]);
        const { report } = await ask(warehouse, { as: end, settings: settings(zone) });
        expect([zone, minutes, alarms(report)]).toEqual([zone, minutes, []]);
        expect(ruleOf(report, "contacts").age_seconds).toBeLessThan(700);
      }
  });
});
