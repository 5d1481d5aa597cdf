/** Runs that tell no records any more, by hand-made rows. */
import { describe, expect, test } from "bun:test";
import type { RunRow } from "../making/warehouses.ts";
import type { Report } from "../../src/report/document/schema.ts";
import { ask, at, type CaseEngine, DAY, ENGINES, HOUR, judge, makeWarehouse, repeat } from "../making/cases.ts";

const NONE: Partial<RunRow> = { processed: null, created: null, updated: null };

function told({ verdict, findings, data_quality: quality }: Report): unknown[] {
  const found = findings.filter(({ id }) => id === "rows-contradictory").map(({ message }) => message);
  const rows = quality.map(({ id, count, rules, row_ids: ids }) => [id, count, rules, ids.length]);
  return [verdict, found, rows];
}

/** As `judge`; on PostgreSQL the columns of the cases hold no null. */
async function judgeNulls(engine: CaseEngine, runs: RunRow[]): Promise<Report> {
  await using warehouse = await makeWarehouse(engine, { runs });
  await warehouse.sql?.unsafe(`
    ALTER TABLE orchestration.sync_history ALTER records_processed DROP NOT NULL, ALTER records_created DROP NOT NULL,
      ALTER records_updated DROP NOT NULL, ALTER records_failed DROP NOT NULL;
    UPDATE orchestration.sync_history SET records_processed = NULL, records_created = NULL, records_updated = NULL
      WHERE records_processed = 0;`);
  return (await ask(warehouse)).report;
}

const hourly = (rule: string, from: string, change: (start: string, index: number) => Partial<RunRow>) =>
  repeat({ rule, from, to: "07-10 20:05", every: HOUR }, (start, index) => ({
    processed: 5000,
    ...change(start, index),
  }));
const since = (short: string) => (start: string) => (start >= at(short) ? NONE : {});

describe.each(ENGINES)("records-told-no-more on %s", (engine) => {
  test.each<{ name: string; runs: RunRow[]; found: string; n: number }>([
    {
      name: "for some hours",
      runs: hourly("deals", "06-01 00:05", since("07-10 12:00")),
      found: "deals: its records are unknown since 12:06 (9 runs), usually 5,000 a run",
      n: 9,
    },
    {
      name: "for days, by the memory",
      runs: hourly("deals", "06-01 00:05", since("07-08 03:00")),
      found: "deals: its records are unknown since 8 Jul 03:00 (66 runs), usually 4,998 a run",
      n: 66,
    },
    {
      name: "of a nightly rule",
      runs: repeat({ rule: "deals", from: "05-20 02:00", to: "07-10 02:00", every: DAY }, since("07-06 00:00")),
      found: "deals: its records are unknown since 6 Jul 02:01 (5 runs), usually 100 a run",
      n: 5,
    },
    {
      name: "of a young rule",
      runs: hourly("deals", "07-10 10:05", since("07-10 15:05")),
      found: "deals: its records are unknown since 15:06 (6 runs), usually 5,000 a run",
      n: 6,
    },
  ])("$name", async ({ runs, found, n }) => {
    expect(told(await judgeNulls(engine, runs))).toEqual(["ok", [found], [["records-unknown", n, ["deals"], 3]]]);
  });

  test("several rules are one sentence", async () => {
    const runs = ["deals", "leads"].flatMap((rule) => hourly(rule, "06-01 00:05", since("07-10 12:00")));
    const [, found] = told(await judgeNulls(engine, runs));
    expect(found).toEqual([
      "The records of 2 rules, which told them before, are unknown since 12:06 (18 runs): deals, leads",
    ]);
  });
});

describe("no news", () => {
  test.each<{ name: string; runs: RunRow[] }>([
    { name: "never told", runs: hourly("deals", "06-01 00:05", () => NONE) },
    { name: "four runs", runs: hourly("deals", "06-01 00:05", since("07-10 17:00")) },
    { name: "told again", runs: hourly("deals", "06-01 00:05", (start) => (start < at("07-10 20:00") ? NONE : {})) },
    { name: "told four times", runs: hourly("deals", "07-10 05:05", since("07-10 09:05")) },
    {
      name: "told by one run of eight only, as always",
      runs: hourly("deals", "06-01 05:05", (_, index) => (index % 8 === 0 ? {} : NONE)),
    },
    {
      name: "told on Sundays alone, as always",
      runs: hourly("deals", "06-01 00:05", (start) => (new Date(start).getUTCDay() === 0 ? {} : NONE)),
    },
    {
      name: "none of the records before was more than 0",
      runs: hourly("deals", "06-01 00:05", (start) => ({
        processed: 0,
        created: 0,
        updated: 0,
        ...since("07-10 12:00")(start),
      })),
    },
    {
      name: "nothing ran in the window",
      runs: hourly("deals", "06-01 00:05", since("07-08 12:00")).filter(({ start }) => start < at("07-09 12:00")),
    },
  ])("$name", async ({ runs }) => {
    const [, found, rows] = told(await judge("sqlite", { runs }));
    expect([found, rows]).toEqual([[], []]);
  });

  test("counts that no sum holds are told as such", async () => {
    const runs = hourly("deals", "06-01 00:05", (start) => (start >= at("07-10 12:00") ? { processed: 1e18 } : {}));
    const [, found] = told(await judge("sqlite", { runs }));
    expect(found).toEqual([expect.not.stringContaining("unknown")]);
  });
});
