/** Values that PostgreSQL allows and JavaScript does not: right counts, unknown instead of wrong, harmless text. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import tables from "../../../src/warehouse/presets/tables.postgres.sql" with { type: "text" };
import type { Report } from "../../../src/report/schema.ts";
import {
  expectNothingLeft,
  figuresOf,
  GENERATE,
  launch,
  makeTrio,
  type Trio,
} from "../../making/faults.ts";
import type { TestDatabase } from "../../making/postgres-server.ts";
import { assertPublishable } from "../../making/reports.ts";
import { sharedServer } from "../../making/warehouses.ts";

let trio: Trio;

beforeAll(async () => {
  trio = await makeTrio();
});

afterAll(async () => await trio.healthy.close());

/** The report of the CRM in the middle; the others are as ever. */
async function reportOnDead(database: TestDatabase): Promise<Report> {
  const ended = await launch(GENERATE, { cwd: trio.withDead(database.url) }).trial;
  expect([ended.code, ended.stderr]).toEqual([0, ""]);
  const reports = JSON.parse(ended.stdout) as Report[];
  for (const report of reports) assertPublishable(report);
  const [first, dead, last] = reports;
  expect(figuresOf(JSON.stringify([first, last]))).toEqual(trio.expected);
  await expectNothingLeft(ended, [trio.healthy, database]);
  return dead!;
}

async function withDatabase(options: string, work: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await (await sharedServer()).createDatabase(options);
  await work(database);
  await database.close();
}

describe("times beyond JavaScript's", () => {
  test.each([
    // Not ended when the window ended.
    { started: "2026-07-10 01:00Z", finished: "infinity", total: 0, running: 1, durations: 0 },
    // Ended before it started: it counts, but has no duration.
    { started: "2026-07-10 01:00Z", finished: "-infinity", total: 1, running: 0, durations: 0 },
    { started: "2026-07-10 01:00Z", finished: "0044-03-15 12:00 BC", total: 1, running: 0, durations: 0 },
    { started: "2026-07-10 01:00Z", finished: "294276-12-31 23:59Z", total: 0, running: 1, durations: 0 },
    // In no window.
    { started: "infinity", finished: null, total: 0, running: 0, durations: 0 },
    { started: "-infinity", finished: "infinity", total: 0, running: 0, durations: 0 },
    { started: "4713-01-01 00:00 BC", finished: "2026-07-10 01:00Z", total: 0, running: 0, durations: 0 },
    { started: "294276-12-31 23:59Z", finished: null, total: 0, running: 0, durations: 0 },
  ])("$started to $finished: $total counted, $running running", async ({ started, finished, ...counts }) => {
    await withDatabase("", async (database) => {
      await database.sql.unsafe(tables);
      await database.sql.unsafe(
        `INSERT INTO automation_actions (crm_source, rule, status, started_at, finished_at)
         VALUES ('dead', 'sync', 'success', '${started}', ${finished === null ? "NULL" : `'${finished}'`})`,
      );
      const { performance_metrics: metrics } = await reportOnDead(database);
      expect({
        total: metrics.total_actions,
        running: metrics.running_actions,
        durations: metrics.duration_seconds?.n ?? 0,
      }).toEqual(counts);
    });
  });
});

describe("counts that are no numbers are unknown, the others stay", () => {
  test.each([
    { type: "numeric", value: "'NaN'", processed: null },
    { type: "numeric", value: "'Infinity'", processed: null },
    { type: "numeric", value: "'-Infinity'", processed: null },
    { type: "numeric", value: "1e30", processed: null },
    { type: "numeric(20, 2)", value: "3.00", processed: 10 },
    { type: "double precision", value: "'NaN'", processed: null },
    { type: "double precision", value: "'Infinity'", processed: null },
    { type: "bigint", value: "9223372036854775807", processed: null },
    { type: "smallint", value: "3", processed: 10 },
  ])("$value::$type: $processed", async ({ type, value, processed }) => {
    await withDatabase("", async (database) => {
      await database.sql.unsafe(`${tables}; ALTER TABLE automation_actions ALTER records_processed TYPE ${type}`);
      await database.sql.unsafe(
        `INSERT INTO automation_actions (crm_source, rule, status, started_at, finished_at, records_processed, records_created)
         VALUES ('dead', 'odd', 'success', '2026-07-10 01:00Z', '2026-07-10 01:00:10Z', ${value}, 2),
                ('dead', 'odd', 'failed', '2026-07-10 02:00Z', '2026-07-10 02:00:20Z', 7, 3)`,
      );
      const { performance_metrics: metrics } = await reportOnDead(database);
      expect([metrics.total_actions, metrics.failed_actions, metrics.records]).toEqual([
        2,
        1,
        { processed, created: 5, updated: null, failed: null },
      ]);
    });
  });
});
