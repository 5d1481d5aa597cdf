/** `check` by the compiled executable, on real warehouses that are well, odd and broken. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { toJsonSchema } from "@valibot/to-json-schema";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { Database } from "bun:sqlite";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { CheckSchema, type CheckDocument } from "../../src/check/schema.ts";
import { BINARY, directoryWith, freshDirectory, runCli } from "../making/cli.ts";
import { freePort, type TestDatabase } from "../making/postgres-server.ts";
import { fillSyncHistory, historyDdl, run, sharedServer } from "../making/warehouses.ts";

const isRoot = process.getuid?.() === 0;
const isDocument = addFormats.default(new Ajv()).compile(toJsonSchema(CheckSchema, { typeMode: "input" }));

let database: TestDatabase;
let readerUrl: string;

beforeAll(async () => {
  database = await (await sharedServer()).createDatabase();
  const recent = new Date(Date.now() - 600_000).toISOString();
  const end = new Date(Date.now() - 590_000).toISOString();
  await fillSyncHistory("M")(
    database.sql,
    ["hubspot", "hubspot", "callrail"].map((crm) => run({ crm, start: recent, end, processed: 3 })),
    [],
  );
  const reader = `reader_${database.name}`;
  await database.sql
    .unsafe(`CREATE ROLE ${reader} LOGIN PASSWORD 'canary'; GRANT USAGE ON SCHEMA orchestration TO ${reader};
    GRANT SELECT ON ALL TABLES IN SCHEMA orchestration TO ${reader}; ANALYZE`);
  readerUrl = database.url.replace(/\/\/[^@]*@/, `//${reader}:canary@`);
});

afterAll(async () => await database.close());

async function check(config: string, ...flags: string[]) {
  const { code, stdout, stderr } = await runCli(["check", "--format", "json", ...flags], {
    cwd: directoryWith(config),
  });
  for (const text of [stdout, stderr]) expect(text).not.toContain("canary");
  const documents = JSON.parse(stdout) as CheckDocument[];
  for (const document of documents) expect([isDocument(document), isDocument.errors]).toEqual([true, null]);
  return { code, documents };
}

function oddOf(document: CheckDocument | undefined): string[] {
  return (document?.items ?? []).filter(({ status }) => status !== "ok").map(({ id, status }) => `${status} ${id}`);
}

test("a warehouse that is well, by a role that only reads: every item ok, exit 0", async () => {
  const { code, documents } = await check(
    `[defaults]\nurl = "${readerUrl}"\n[crm.hubspot]\n[crm.callrail]\n`,
    "--analyze",
  );
  expect([code, documents.map(({ status }) => status)]).toEqual([0, ["ok", "ok"]]);
  const messages = Object.fromEntries((documents[0]?.items ?? []).map(({ id, message }) => [id, message]));
  expect(messages["tables"]).toStartWith(
    'preset sync-history, shape M (as migrated): "orchestration"."sync_history", about 3 rows, ',
  );
  expect(messages["rows"]).toMatch(/^newest row of hubspot 10m( \d\ds)? ago/);
  expect(messages["plan"]).toMatch(/^the report's query has no sign of trouble, ran in /);
  expect(messages["report"]).toMatch(/^a report of the last hour took \d+\.\d\d s: 2 actions, 0 failed$/);
});

test("what is odd is a warning, exit 0, and nothing is created", async () => {
  const own = await (await sharedServer()).createDatabase();
  await fillSyncHistory("H")(
    own.sql,
    [run({ crm: "hubspot", start: new Date(Date.now() - 60_000).toISOString() })],
    [],
  );
  await own.sql
    .unsafe(`CREATE SCHEMA django; ${historyDdl("M", "django.sync_history")}; ${historyDdl("M", '"orchestration.sync_history"')};
    INSERT INTO orchestration.sync_history (crm_source, sync_type, start_time, status, performance_metrics) VALUES
      ('five9', 'calls', now(), 'success', '{"success_rate": 98.5}'), ('five9', 'calls', now(), 'success', '{"success_rate": 0.98}')`);
  const relations = async () => await own.sql`SELECT relname, relpages FROM pg_class ORDER BY oid`;
  const before = await relations();
  const { code, documents } = await check(`[crm.hubspot]\nurl = "${own.url}"\n`, "--analyze");
  expect(await relations()).toEqual(before);
  expect([code, oddOf(documents[0])]).toEqual([
    0,
    ["warn rights", "warn copies", "warn copies", "warn sources", "warn success-scale", "warn statistics"],
  ]);
  await own.close();
});

test("what another CRM of the configuration reads is no copy, also where it is not checked", async () => {
  const own = await (await sharedServer()).createDatabase();
  await fillSyncHistory("H")(own.sql, [run({ start: new Date(Date.now() - 60_000).toISOString() })], []);
  await own.sql.unsafe(`CREATE SCHEMA django; ${historyDdl("M", "django.sync_history")}`);
  const config = `[defaults]\nurl = "${own.url}"\n[crm.hubspot]\n[crm.five9]\nschema = "django"\n`;
  for (const flags of [[], ["--crm", "hubspot"], ["--crm", "five9"]]) {
    const { documents } = await check(config, ...flags);
    expect(documents.flatMap(oddOf).filter((item) => item.endsWith("copies"))).toEqual([]);
  }
  await own.close();
});

test.each([
  { name: "in another schema", settings: 'table = "runs"', advice: 'set schema = "crm" for this CRM' },
  {
    name: "written with its schema before it",
    settings: 'table = "crm.runs"',
    advice: 'the dot is part of that name: set schema = "crm" and table = "runs"',
  },
])("a table $name: what check says to set is all that is missing", async ({ settings, advice }) => {
  const own = await (await sharedServer()).createDatabase();
  await own.sql.unsafe(`CREATE SCHEMA crm; ${historyDdl("M", "crm.runs")}`);
  const config = `[crm.hubspot]\nurl = "${own.url}"\npreset = "sync-history"\n`;
  const { code, documents } = await check(`${config}${settings}\n`);
  expect([code, oddOf(documents[0])]).toEqual([4, ["warn rights", "error tables"]]);
  expect(documents[0]?.items.find(({ id }) => id === "tables")?.advice).toBe(advice);
  const mended = await check(`${config}schema = "crm"\ntable = "runs"\n`);
  expect(mended.code).toBe(0);
  await own.close();
});

test.each([
  { index: "(crm_source, start_time)", says: /^newest row of hubspot 142d/ },
  { index: "(crm_source)", says: /^no row of hubspot in the last 30 days$/ },
])("a CRM whose newest row is old, in a large table with an index on $index", async ({ index, says }) => {
  const own = await (await sharedServer()).createDatabase();
  const start = new Date(Date.now() - 142 * 86_400_000).toISOString();
  await fillSyncHistory("M")(own.sql, [run({ start }), run({ crm: "five9", start: new Date().toISOString() })], []);
  await own.sql.unsafe(`CREATE INDEX ON orchestration.sync_history ${index}; ANALYZE orchestration.sync_history;
    UPDATE pg_class SET reltuples = 1e7 WHERE oid = 'orchestration.sync_history'::regclass`);
  const { documents } = await check(`[crm.hubspot]\nurl = "${own.url}"\n`);
  expect(documents[0]?.items.find(({ id }) => id === "rows")?.message).toMatch(says);
  await own.close();
});

test("an invalid index is named with the DROP that mends it, which does", async () => {
  const own = await (await sharedServer()).createDatabase();
  await fillSyncHistory("M")(own.sql, [run({ start: new Date(Date.now() - 60_000).toISOString() })], []);
  await own.sql.unsafe(`CREATE INDEX "half""done" ON orchestration.sync_history (endpoint); ANALYZE;
    UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orchestration."half""done"'::regclass`);
  const { documents } = await check(`[crm.hubspot]\nurl = "${own.url}"\n`);
  const advice = documents[0]?.items.find(({ id, status }) => id === "indexes" && status === "warn")?.advice ?? "";
  await own.sql.unsafe(advice.slice(0, advice.indexOf(", then")));
  const [left] = await own.sql`SELECT count(*)::int AS n FROM pg_index WHERE NOT indisvalid`;
  expect(left).toEqual({ n: 0 });
  await own.close();
});

test("a role that may not read: an error with its GRANT, exit 4; beside a good one exit 3", async () => {
  const stranger = `stranger_${database.name}`;
  await database.sql.unsafe(`CREATE ROLE ${stranger} LOGIN PASSWORD 'canary'`);
  const strangerUrl = database.url.replace(/\/\/[^@]*@/, `//${stranger}:canary@`);
  const alone = await check(`[crm.hubspot]\nurl = "${strangerUrl}"\n`);
  expect([alone.code, oddOf(alone.documents[0])]).toEqual([4, ["error rights", "error rights", "error report"]]);
  const beside = await check(
    `[crm.hubspot]\nurl = "${readerUrl}"\n[crm.callrail]\nurl = "${strangerUrl}"\n[crm.gone]\nurl = "postgres://u:canary@127.0.0.1:${freePort()}/d"\n`,
  );
  expect([beside.code, beside.documents.map(({ status }) => status)]).toEqual([3, ["ok", "error", "error"]]);
  expect(beside.documents[2]?.items.map(({ message }) => message)).toEqual([
    expect.stringContaining("refuses the connection: is PostgreSQL running there"),
  ]);
});

test("one CRM by its name is a list of one; the table says what to do", async () => {
  const cwd = directoryWith(`[crm.hubspot]\nurl = "${readerUrl}"\n[crm.other]\nurl = "${readerUrl}"\n`);
  const one = await runCli(["test_automation_reports", "--crm", "other", "--format", "json"], { cwd });
  expect(JSON.parse(one.stdout)).toMatchObject([{ source: "other" }]);
  const table = await runCli(["check"], { cwd });
  expect(table.stdout).toContain("! warn  sources");
  expect(table.stdout).toContain("→ add [crm.callrail] to the configuration");
  expect(table.stdout).toEndWith("2 CRMs checked: 0 ok, 2 with warnings (hubspot, other), 0 with errors\n");
});

test("a CRM that cannot be read is named in the log's fields, and its reason is", async () => {
  const cwd = directoryWith(`[crm.gone]\nurl = "postgres://u:canary@127.0.0.1:${freePort()}/d"\n`);
  const { code, stderr } = await runCli(["generate", "--log-format", "json"], { cwd });
  expect(code).toBe(4);
  const [line] = stderr
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text) as Record<string, string>);
  expect(line).toMatchObject({
    level: "error",
    crm: "gone",
    reason: expect.stringContaining("refuses the connection"),
    message: expect.stringMatching(/^gone could not be read: 127/),
  });
});

describe("SQLite", () => {
  const fill = (path: string, journalMode: string) => {
    using made = new Database(path);
    made.run(`PRAGMA journal_mode = ${journalMode}`);
    made.run(
      "CREATE TABLE sync_history (id INTEGER PRIMARY KEY, crm_source TEXT, sync_type TEXT, start_time TEXT, end_time TEXT, status TEXT, records_processed, records_created, records_updated, records_failed, error_message, configuration)",
    );
    const now = new Date(Date.now() - 60_000).toISOString();
    made.run("INSERT INTO sync_history VALUES (1, 'hubspot', 'contacts', ?, ?, 'success', 1, 1, 1, 1, NULL, '{}')", [
      now,
      now,
    ]);
  };

  test("without an index on the start the whole table is read", async () => {
    const path = join(freshDirectory(), "w.sqlite");
    fill(path, "delete");
    const { code, documents } = await check(`[crm.hubspot]\nurl = "sqlite:${path}"\n`);
    expect([code, oddOf(documents[0])]).toEqual([0, ["warn plan"]]);
    const advice = documents[0]?.items.find(({ id }) => id === "plan")?.advice ?? "";
    {
      using made = new Database(path);
      made.run(advice);
    }
    expect((await check(`[crm.hubspot]\nurl = "sqlite:${path}"\n`)).documents[0]?.status).toBe("ok");
  });

  test.skipIf(!isRoot)("a WAL file that its reader may not write beside is explained (another user needs root)", () => {
    const directory = freshDirectory();
    fill(join(directory, "w.sqlite"), "wal");
    chmodSync(directory, 0o755);
    chmodSync(join(directory, "w.sqlite"), 0o644);
    const cwd = directoryWith(`[crm.hubspot]\nurl = "sqlite:${join(directory, "w.sqlite")}"\n`);
    chmodSync(cwd, 0o755);
    const copy = join(directory, "automation-reports");
    Bun.spawnSync(["cp", BINARY, copy]);
    chmodSync(join(cwd, "automation-reports.toml"), 0o644);
    const made = Bun.spawnSync(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", copy, "check"], {
      cwd,
      env: {},
    });
    expect(made.exitCode).toBe(4);
    expect(made.stdout.toString().replace(/\s+/g, " ")).toContain(
      "is in WAL mode, which SQLite can only read where it may write beside the file (-wal and -shm): give this user write access to the directory, or use PRAGMA journal_mode=DELETE",
    );
  });
});
