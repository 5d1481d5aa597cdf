/** Through a pooler in transaction mode: it hands the same few server connections to client after client. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { PGBOUNCER, startPgBouncer, type Pooler } from "../making/pgbouncer.ts";
import type { TestDatabase } from "../making/postgres-server.ts";
import { mustReport, reportOn } from "../making/reports.ts";
import { fillSyncHistory, run, sharedServer } from "../making/warehouses.ts";

const REPORTS = 200;
const AT_ONCE = 8;
const SESSION_STATE = `SELECT current_setting('statement_timeout') AS statement_timeout,
  current_setting('lock_timeout') AS lock_timeout, current_setting('jit') AS jit, current_setting('TimeZone') AS zone,
  current_setting('default_transaction_read_only') AS read_only,
  (SELECT count(*)::int FROM pg_prepared_statements) AS prepared,
  (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory') AS advisory,
  pg_backend_pid() AS pid`;

let database: TestDatabase;
let pooler: Pooler;

describe.skipIf(PGBOUNCER === null)("PgBouncer in transaction mode (needs pgbouncer)", () => {
  beforeAll(async () => {
    const server = await sharedServer();
    database = await server.createDatabase();
    await fillSyncHistory("H")(
      database.sql,
      [run({ start: "2026-07-10T01:00:00Z", end: "2026-07-10T01:00:10Z", processed: 7 })],
      [],
    );
    pooler = await startPgBouncer(server, 2);
  });

  afterAll(async () => {
    await pooler.stop();
    await database.close();
  });

  const stateOf = async (url: string) => {
    const { default: postgres } = await import("postgres");
    const sql = postgres(url, { max: 1, prepare: false, fetch_types: false, onnotice: () => {} });
    const [row] = await sql.unsafe<Record<string, unknown>[]>(SESSION_STATE);
    await sql.end();
    return row ?? {};
  };

  test(`${REPORTS} reports over two server connections leave no state behind`, async () => {
    const url = pooler.url(database.name);
    const before = await stateOf(url);
    const totals: number[] = [];
    const work = async () => {
      while (totals.length < REPORTS) {
        const index = totals.push(0) - 1;
        totals[index] = (await mustReport(url)).performance_metrics.total_actions;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    expect(totals).toEqual(Array.from({ length: REPORTS }, () => 1));
    const after = await stateOf(url);
    expect(after).toEqual({ ...before, pid: expect.any(Number) });
    // Nor was a server connection thrown away, as one left in a transaction would have been.
    const alive = await database.sql`SELECT 1 FROM pg_stat_activity WHERE pid = ${Number(before["pid"])}`;
    expect(alive).toHaveLength(1);
  });

  test("a query that fails leaves the server connection usable", async () => {
    await database.sql.unsafe(
      `CREATE VIEW automation_actions AS SELECT 1 AS id, 'hubspot' AS crm_source, 'a' AS rule, 'success' AS status,
        now() AS started_at, now() AS finished_at, (1 / (random() * 0)::int)::bigint AS records_processed, 1 AS records_created,
        1 AS records_updated, 1 AS records_failed, '' AS error, false AS dry_run, false AS wrapper`,
    );
    const url = pooler.url(database.name);
    expect(await reportOn(url, { preset: "automation" })).toContain("a number is divided by zero (22012)");
    expect((await mustReport(url, { preset: "sync-history" })).performance_metrics.total_actions).toBe(1);
  });

  test("a query that is cut off at the deadline is cancelled behind the pooler too", async () => {
    const own = await (await sharedServer()).createDatabase();
    await fillSyncHistory("M")(own.sql, [run({ start: "2026-07-10T01:00:00Z" })], []);
    await own.sql.unsafe(`ALTER TABLE orchestration.sync_history RENAME TO real_history; CREATE VIEW
      orchestration.sync_history AS SELECT h.* FROM orchestration.real_history h, (SELECT pg_sleep(600)) s`);
    expect(await reportOn(pooler.url(own.name), { timeout: "500ms" })).toContain("no complete answer within 0.5 s");
    for (let tries = 0; tries < 1000; tries += 1) {
      const [row] = await own.sql`SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE datname = ${own.name} AND wait_event = 'PgSleep'`;
      if (row?.["n"] === 0) break;
      await Bun.sleep(5);
    }
    const [row] = await own.sql`SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = ${own.name} AND wait_event = 'PgSleep'`;
    expect(row?.["n"]).toBe(0);
    await own.close();
  });
});
