/** Tables of another shape: which columns are missing, and the view that lets them be read. */
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { adviseView } from "../../src/check/view.ts";
import type { CheckDocument } from "../../src/check/schema.ts";
import { findLikelyColumns } from "../../src/warehouse/likely-columns.ts";
import { directoryWith, freshDirectory, runCli } from "../making/cli.ts";
import type { TestDatabase } from "../making/postgres-server.ts";
import { sharedServer } from "../making/warehouses.ts";

const OF_RUNS = ["id", "job_name", "state", "started", "completed_at", "rows", "message"];

describe("which table, which column", () => {
  test.each<{ name: string; tables: { name: string; schema: string; columns: string[] }[]; says: string | null }>([
    { name: "no table", tables: [], says: null },
    {
      name: "customers are no runs",
      tables: [{ name: "c", schema: "s", columns: ["id", "name", "created_at"] }],
      says: null,
    },
    {
      name: "the table that has more of the columns",
      tables: [
        { name: "s.t", schema: "s", columns: ["name", "state", "created_at"] },
        { name: "s.job_runs", schema: "s", columns: OF_RUNS },
      ],
      says: `if the runs are in s.job_runs, look whether each column is the right one in
CREATE VIEW s.automation_actions AS SELECT
  id, 'o''brien' AS crm_source, job_name AS rule, "state" AS status,
  started AS started_at, completed_at AS finished_at,
  "rows" AS records_processed, NULL::bigint AS records_created,
  NULL::bigint AS records_updated, NULL::bigint AS records_failed,
  CASE WHEN lower(CAST("state" AS text))
      IN ('success', 'succeeded', 'completed', 'complete', 'ok', 'done')
    THEN NULL ELSE message END AS error,
  false AS dry_run, false AS wrapper
  -- found no column for records_created, records_updated, records_failed
FROM s.job_runs;
GRANT SELECT ON s.automation_actions TO "reader";
and in the configuration, under [crm.obrien]:
preset = "automation"
schema = "s"
table = "automation_actions"`,
    },
    {
      name: "a column is taken once, and capitals are kept",
      tables: [
        { name: '"X y"."Runs"', schema: '"X y"', columns: ["Type", "Status", "StartTime", "Source", 'odd"name'] },
      ],
      says: `if the runs are in "X y"."Runs", look whether each column is the right one in
CREATE VIEW "X y".automation_actions AS SELECT
  NULL::text AS id, "Source" AS crm_source, "Type" AS rule,
  "Status" AS status, "StartTime" AS started_at,
  NULL::timestamptz AS finished_at, NULL::bigint AS records_processed,
  NULL::bigint AS records_created, NULL::bigint AS records_updated,
  NULL::bigint AS records_failed, NULL::text AS error, false AS dry_run,
  false AS wrapper
  -- found no column for finished_at, records_processed, records_created
  -- found no column for records_updated, records_failed, error
  -- its other columns: "odd""name"
FROM "X y"."Runs";
GRANT SELECT ON "X y".automation_actions TO "reader";
and in the configuration, under [crm.obrien]:
preset = "automation"
schema = "X y"
table = "automation_actions"`,
    },
  ])("$name", ({ tables, says }) => {
    const others = tables.map(({ name, schema, columns }) => ({
      name,
      schema,
      likely: findLikelyColumns({ name, columns }),
      names: {},
    }));
    expect(adviseView(others, { source: "o'brien", crm: "obrien", role: "reader", isAlone: true })).toBe(says);
  });

  test("the end of a run is its start and how long it took", () => {
    const types = {
      id: "integer",
      job: "text",
      status: "text",
      started: "timestamp with time zone",
      duration: "interval",
    };
    const likely = findLikelyColumns({ name: "s.t", columns: Object.keys(types), types });
    const view = adviseView([{ name: "s.t", schema: "s", likely, names: {} }], {
      source: "crm",
      crm: "crm",
      role: "reader",
      isAlone: true,
    });
    expect(view).toContain("started + duration AS finished_at");
    expect(view).toContain("-- found no column for records_processed,");
  });
});

/** The statement and the settings in the advice of `check`, taken apart as an operator does. */
function readAdvice(document: CheckDocument | undefined): { ddl: string; settings: string } {
  const advice = document?.items.find(({ id }) => id === "tables")?.advice ?? "";
  const [, ddl = "", settings = ""] =
    /^(CREATE VIEW [^]*;)$\nand in the configuration, under [^\n]*:\n((?:[a-z]+ = [^\n]*\n?)+)/m.exec(advice) ?? [];
  return { ddl, settings: settings.trimEnd() };
}

async function check(url: string): Promise<CheckDocument | undefined> {
  const cwd = directoryWith(`[crm.hubspot]\nurl = "${url}"\n`);
  const { stdout } = await runCli(["check", "--format", "json"], { cwd });
  return (JSON.parse(stdout) as CheckDocument[])[0];
}

async function totalOf(url: string, settings: string): Promise<unknown> {
  const cwd = directoryWith(`[crm.hubspot]\nurl = "${url}"\n${settings}\n`);
  const { stdout, stderr } = await runCli(["generate", "--format", "json"], { cwd });
  expect(stderr).toBe("");
  const { reports } = JSON.parse(stdout) as { reports: { performance_metrics: { total_actions: number } }[] };
  return reports[0]?.performance_metrics.total_actions;
}

const SHAPES = [
  {
    name: "jobs of a scheduler",
    table: "job_runs",
    postgres:
      "id serial, job_name text, state text, started timestamptz, completed_at timestamptz, rows int, message text",
    insert: (now: string) =>
      `INSERT INTO job_runs (job_name, state, started, completed_at, rows) VALUES ('deals', 'success', '${now}', '${now}', 5)`,
    missing: null,
  },
  {
    name: "the preset's own name, without half of its columns",
    table: "automation_actions",
    postgres: "id serial, crm_source text, rule text, status text, started_at timestamptz, finished_at timestamptz",
    insert: (now: string) =>
      `INSERT INTO automation_actions (crm_source, rule, status, started_at, finished_at) VALUES ('hubspot', 'deals', 'success', '${now}', '${now}')`,
    missing: "records_processed, records_created, records_updated, records_failed, error, dry_run, wrapper",
  },
  {
    name: "words of SQL as names",
    table: '"Select"',
    postgres: '"Type" text, "Result" text, "Start" timestamptz, "End" timestamptz, "Count" int, "Integration" text',
    insert: (now: string) => `INSERT INTO "Select" VALUES ('deals', 'failed', '${now}', '${now}', 1, 'hubspot')`,
    missing: null,
  },
];

describe.each(SHAPES)("$name", ({ postgres, table, insert, missing }) => {
  const now = new Date(Date.now() - 60_000).toISOString();

  test("PostgreSQL: what check says is run, and the report counts the run", async () => {
    const own: TestDatabase = await (await sharedServer()).createDatabase();
    await own.sql.unsafe(`CREATE TABLE ${table} (${postgres}); ${insert(now)}`);
    const document = await check(own.url);
    const message = document?.items.find(({ id }) => id === "tables")?.message ?? "";
    if (missing === null) expect(message).toStartWith("no table to read");
    else expect(message).toBe(`"public"."automation_actions" lacks the columns ${missing} of the preset automation`);
    const { ddl, settings } = readAdvice(document);
    await own.sql.unsafe(ddl);
    expect(await totalOf(own.url, settings)).toBe(1);
    await own.close();
  });

  test("SQLite: the same", async () => {
    const path = join(freshDirectory(), "w.sqlite");
    const alter = (sql: string) => {
      using made = new Database(path);
      made.run(sql);
    };
    alter(`CREATE TABLE ${table} (${postgres.replace("id serial", "id INTEGER PRIMARY KEY")})`);
    alter(insert(now));
    const { ddl, settings } = readAdvice(await check(`sqlite:${path}`));
    alter(ddl);
    expect(await totalOf(`sqlite:${path}`, settings)).toBe(1);
  });
});

test("two CRMs and a table that does not say whose a run is: each statement runs, and makes a view of its own", async () => {
  const own: TestDatabase = await (await sharedServer()).createDatabase();
  await own.sql.unsafe("CREATE TABLE job_runs (id int, job_name text, state text, started timestamptz)");
  const cwd = directoryWith(`[defaults]\nurl = "${own.url}"\n[crm.hubspot]\n[crm.genius-eu]\n`);
  const { stdout } = await runCli(["check", "--format", "json"], { cwd });
  const advices = (JSON.parse(stdout) as CheckDocument[]).map(readAdvice);
  for (const { ddl } of advices) await own.sql.unsafe(ddl);
  expect(advices.map(({ settings }) => settings.split("\n").at(-1))).toEqual([
    'table = "automation_actions_hubspot"',
    'table = "automation_actions_genius_eu"',
  ]);
  expect(advices[0]?.ddl).toContain("-- each run counts as one of hubspot: leave those of others out, by WHERE");
  await own.close();
});

describe("the columns that are said to be needed are all that the preset reads, and each of them is", () => {
  const ACTIONS =
    "id int, crm_source text, rule text, status text, started_at timestamptz, finished_at timestamptz, records_processed int, records_created int, records_updated int, records_failed int, error text, dry_run boolean, wrapper boolean";
  const RULES =
    "crm_source text, name text, enabled boolean, automation_level text, strategy text, priority text, schedule text";
  const HISTORY =
    "id int, crm_source text, sync_type text, status text, start_time timestamptz, end_time timestamptz, records_processed int, records_created int, records_updated int, records_failed int, error_message text, configuration jsonb";
  const SCHEDULE =
    "crm_source text, source_key text, model_name text, name text, enabled boolean, recurrence_type text, every int, period text, minute text, hour text, day_of_month text, month_of_year text, day_of_week text, start_at timestamptz, end_at timestamptz";
  let database: TestDatabase;

  beforeAll(async () => {
    database = await (await sharedServer()).createDatabase();
    await database.sql.unsafe("CREATE SCHEMA orchestration");
  });

  afterAll(async () => await database.close());

  test.each([
    { preset: "automation", actions: ["automation_actions", ACTIONS], rules: ["automation_rules", RULES] },
    {
      preset: "sync-history",
      actions: ["orchestration.sync_history", HISTORY],
      rules: ["orchestration.sync_schedule", SCHEDULE],
    },
  ] as const)("$preset", async ({ preset, actions, rules }) => {
    const settings = `preset = "${preset}"`;
    await database.sql.unsafe(`CREATE TABLE ${actions[0]} (${actions[1]}); CREATE TABLE ${rules[0]} (${rules[1]})`);
    expect(await totalOf(database.url, settings)).toBe(0);
    for (const [table, columns] of [actions, rules]) {
      // Without them there are no dry runs, and a schedule holds from ever on.
      for (const column of columns
        .replace(", configuration jsonb", "")
        .replace(", start_at timestamptz, end_at timestamptz", "")
        .split(", ")
        .map((definition) => definition.split(" ")[0] ?? "")) {
        await database.sql.unsafe(`ALTER TABLE ${table} RENAME COLUMN ${column} TO gone`);
        const cwd = directoryWith(`[crm.hubspot]\nurl = "${database.url}"\n${settings}\n`);
        const { code, stdout, stderr } = await runCli(["generate", "--format", "findings"], { cwd });
        const problem = expect.stringContaining(`lacks the column ${column} of the preset ${preset}`);
        // The runs are read all the same where only their rules cannot be.
        expect([code, table === rules[0] ? stdout : stderr]).toEqual([table === rules[0] ? 0 : 4, problem]);
        await database.sql.unsafe(`ALTER TABLE ${table} RENAME COLUMN gone TO ${column}`);
      }
    }
  });
});
