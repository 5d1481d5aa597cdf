/** What a pass asks of a warehouse, as the server's own log tells it. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { directoryWith, runCli } from "../making/cli.ts";
import { startPostgres, type PostgresServer } from "../making/postgres-server.ts";
import { fillSyncHistory, run } from "../making/warehouses.ts";

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres(undefined, { log_statement: "all", log_line_prefix: "%a|" });
});

afterAll(async () => await server.stop());

test("one session and one statement for each CRM, whatever the report is asked for", async () => {
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
  ]);
}, 30_000);
