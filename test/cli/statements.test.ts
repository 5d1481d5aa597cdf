/** What a pass asks of a warehouse, as the server's own log tells it. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { directoryWith, runCli } from "../making/cli.ts";
import { until } from "../making/faults.ts";
import { startPostgres, type PostgresServer } from "../making/postgres-server.ts";
import { fillSyncHistory, run } from "../making/warehouses.ts";

const PARALLEL_AT_ONCE = [
  "parallel_setup_cost",
  "parallel_tuple_cost",
  "min_parallel_table_scan_size",
  "min_parallel_index_scan_size",
];

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres(undefined, { log_statement: "all", log_line_prefix: "%a|" });
});

afterAll(async () => await server.stop());

test("one session and one statement for each CRM, whatever the report is asked for, and one for the past of a small table", async () => {
  const database = await server.createDatabase();
  const start = new Date(Date.now() - 600_000).toISOString();
  await fillSyncHistory("H")(database.sql, [run({ crm: "hubspot", start, end: start })], []);
  const cwd = directoryWith(`[defaults]\nurl = "${database.url}"\n[crm.hubspot]\n[crm.genius]\n[crm.arrivy]\n`);
  const { code, stderr } = await runCli(["generate", "--detailed", "--baseline", "week"], { cwd });
  expect(code, stderr).toBe(0);
  const asked = readFileSync(join(server.socketDirectory, "log"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("automation-reports|LOG:"))
    .map((line) => line.replace(/^.*?LOG: +(?:statement|execute <unnamed>): (?:-- )?/, "").slice(0, 24));
  expect(asked.toSorted()).toEqual([
    ...Array.from({ length: 3 }, () => "BEGIN ISOLATION LEVEL RE"),
    ...Array.from({ length: 3 }, () => "COMMIT"),
    ...Array.from({ length: 3 }, () => "Every table or view of o"),
    ...Array.from({ length: 3 }, () => "One CRM's activity in th"),
    ...Array.from({ length: 3 }, () => "SET LOCAL statement_time"),
    ...Array.from({ length: 3 }, () => "What one CRM's rules did"),
  ]);
});

test("each session takes its leave, though nobody waits for the server to end it", async () => {
  const database = await server.createDatabase();
  const start = new Date(Date.now() - 600_000).toISOString();
  await fillSyncHistory("H")(database.sql, [run({ crm: "hubspot", start, end: start })], []);
  const cwd = directoryWith(`[defaults]\nurl = "${database.url}"\n[crm.hubspot]\n[crm.genius]\n[crm.arrivy]\n`);
  const countSessions = async () => {
    const [row] = await database.sql<{ here: number; sessions: number; lost: number }[]>`
      SELECT sessions::int4, (sessions_abandoned + sessions_fatal + sessions_killed)::int4 AS lost,
        (SELECT count(*)::int4 FROM pg_stat_activity WHERE datname = d.datname AND application_name = 'automation-reports') AS here
      FROM pg_stat_database d WHERE datname = ${database.name}`;
    return row ?? { here: NaN, sessions: NaN, lost: NaN };
  };
  const { sessions } = await countSessions();
  const { code, stderr } = await runCli(["generate"], { cwd });
  expect(code, stderr).toBe(0);
  await until(async () => (await countSessions()).here === 0);
  const after = await countSessions();
  expect(after.sessions).toBeGreaterThanOrEqual(sessions + 3);
  expect(after.lost).toBe(0);
});

test("no worker of the server's, where its settings would have some", async () => {
  const database = await server.createDatabase();
  const start = new Date(Date.now() - 600_000).toISOString();
  await fillSyncHistory("H")(database.sql, [run({ crm: "hubspot", start, end: start })], []);
  for (const setting of PARALLEL_AT_ONCE)
    await database.sql.unsafe(`ALTER DATABASE ${database.name} SET ${setting} = 0`);
  const countWorkers = async () => {
    const [row] = await database.sql<{ n: number }[]>`
      SELECT parallel_workers_launched::int4 AS n FROM pg_stat_database WHERE datname = ${database.name}`;
    return row?.n ?? NaN;
  };
  const readOtherwise = async () => {
    const other = postgres(database.url, { max: 1, fetch_types: false });
    await other`SELECT count(*) FROM orchestration.sync_history`;
    await other.end();
  };
  await readOtherwise();
  await until(async () => (await countWorkers()) > 0);
  const usual = await countWorkers();
  const cwd = directoryWith(`[crm.hubspot]\nurl = "${database.url}"\n`);
  const { code, stderr } = await runCli(["generate"], { cwd });
  expect(code, stderr).toBe(0);
  await readOtherwise();
  await until(async () => (await countWorkers()) >= 2 * usual);
  expect(await countWorkers()).toBe(2 * usual);
});
