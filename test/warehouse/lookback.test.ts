/** How far back a report looks for rules that did not run: as far as the indexes of the table make it cheap. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type postgres from "postgres";
import type { Report } from "../../src/report/schema.ts";
import { startPostgres, type PostgresServer } from "../making/postgres-server.ts";
import { mustReport } from "../making/reports.ts";
import { fillSyncHistory, run } from "../making/warehouses.ts";

const END = "2026-07-10T21:00:00Z";
const daysBefore = (days: number) => new Date(Date.parse(END) - days * 86_400_000).toISOString();

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(async () => await server.stop());

/** So many runs of another CRM before both windows of 24 h, the newest two days before the end, then every so often. */
async function crowd(sql: postgres.Sql, count: number, every: string): Promise<void> {
  await sql.unsafe(`INSERT INTO orchestration.sync_history (crm_source, sync_type, start_time, end_time, status,
      records_processed, records_created, records_updated, records_failed, configuration, performance_metrics, created_at)
    SELECT 'genius', 'jobs', t, t, 'success', 0, 0, 0, 0, '{}', '{}', t
    FROM (SELECT timestamptz '${daysBefore(2)}' - i * interval '${every}' AS t FROM generate_series(1, ${count}) i) x`);
}

const silent = (report: Report) =>
  report.rules.filter(({ last_success_at: at }) => at !== null).map(({ rule_name: rule }) => rule);

/** contacts succeeded so many days ago; deals did in the window. */
async function lookBack(shape: "M" | "H", days: number, others: { count: number; every: string }): Promise<Report> {
  const database = await server.createDatabase();
  await fillSyncHistory(shape)(
    database.sql,
    [
      run({ rule: "contacts", start: daysBefore(days), end: daysBefore(days) }),
      run({ rule: "deals", start: daysBefore(0.5), end: daysBefore(0.5) }),
    ],
    [],
  );
  await crowd(database.sql, others.count, others.every);
  await database.sql.unsafe("ANALYZE orchestration.sync_history");
  await database.close();
  return await mustReport(database.url);
}

describe("an index on the start alone: the newest rows of all CRMs", () => {
  test("10,000 of them", async () => {
    const others = { count: 10_000, every: "2 minutes" };
    expect(silent(await lookBack("M", 15.8, others))).toEqual(["contacts", "deals"]);
    expect(silent(await lookBack("M", 15.9, others))).toEqual(["deals"]);
  }, 30_000);

  test("1,000, where these reach back less than a twelfth of the window", async () => {
    const [dense, sparse] = ["7 seconds", "8 seconds"].map((every) => ({ count: 1000, every }));
    expect(silent(await lookBack("M", 3, dense!))).toEqual(["deals"]);
    expect(silent(await lookBack("M", 3, sparse!))).toEqual(["contacts", "deals"]);
  }, 30_000);

  test("however old they are", async () => {
    expect(silent(await lookBack("M", 30.1, { count: 1, every: "1 second" }))).toEqual(["contacts", "deals"]);
    expect(silent(await lookBack("M", 300, { count: 1, every: "1 second" }))).toEqual(["contacts", "deals"]);
  }, 30_000);
});

test("an index on CRM, rule and start: each rule's newest runs, however many others there are", async () => {
  const others = { count: 20_000, every: "2 minutes" };
  expect(silent(await lookBack("H", 29.9, others))).toEqual(["contacts", "deals"]);
  expect(silent(await lookBack("H", 30.1, others))).toEqual(["deals"]);
}, 30_000);

test("an overdue rule is only a warning where nobody knows what it did a week before", async () => {
  const hourly = (firstHoursAgo: number, count: number) =>
    Array.from({ length: count }, (_, index) => {
      const start = daysBefore((firstHoursAgo - index) / 24);
      return run({ rule: "contacts", start, end: start });
    });
  const overdue = async (shape: "M" | "H") => {
    const database = await server.createDatabase();
    await fillSyncHistory(shape)(database.sql, [...hourly(190, 30), ...hourly(40, 33)], []);
    await crowd(database.sql, 1000, "7 seconds");
    await database.sql.unsafe("ANALYZE orchestration.sync_history");
    await database.close();
    const report = await mustReport(database.url);
    return report.findings.map(({ severity, message }) => [severity, message]);
  };
  // The newest run began 8 hours before the end.
  const said = (limit: string) => `contacts: last success 8h ago, expected within ${limit} by its usual interval`;
  expect(await overdue("H")).toEqual([["critical", said("6h")]]);
  expect(await overdue("M")).toEqual([["warning", said("3h")]]);
}, 30_000);
