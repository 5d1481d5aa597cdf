/** Whoever may create something in a schema of the reader's search path changes no report and runs nothing as the reader. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type postgres from "postgres";
import type { CheckDocument } from "../../../src/check/schema.ts";
import { TABLES } from "../../../src/warehouse/presets.ts";
import { directoryWith, runCli, type Ended } from "../../making/cli.ts";
import {
  expectOneFailure,
  figuresOf,
  GENERATE,
  launch,
  makeTrio,
  reportOnDead,
  runsOf,
  type Trio,
} from "../../making/faults.ts";
import { startPostgres, type PostgresServer, type TestDatabase } from "../../making/postgres-server.ts";
import { layTraps, SPRUNG } from "../../making/traps.ts";
import { fillSyncHistory } from "../../making/warehouses.ts";
import { numbered } from "../../making/numbers.ts";

let trio: Trio;
let server: PostgresServer;
let roles = 0;

beforeAll(async () => {
  const settings = { log_statement: "all", log_line_prefix: "%p|%u|" };
  [trio, server] = await Promise.all([makeTrio(), startPostgres(undefined, settings)]);
});

afterAll(async () => {
  await trio.healthy.close();
  await server.stop();
});

/** The URL of a new role that may read everything, with that search path. */
async function newReader({ sql, url }: TestDatabase, path: string, schemas: string[]): Promise<string> {
  const role = `reader_${(roles += 1)}`;
  await sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'canary'; ALTER ROLE ${role} SET search_path = ${path}`);
  for (const schema of schemas)
    await sql.unsafe(
      `GRANT USAGE ON SCHEMA ${schema} TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${role}`,
    );
  return url.replace(/\/\/[^@]*@/, `//${role}:canary@`);
}

/** Each CRM has a failed and a good run, and a schedule or rule. */
async function fillAll(sql: postgres.Sql): Promise<void> {
  await fillSyncHistory("H")(sql, runsOf("dead"), [{ crm: "dead", name: "contacts", enabled: true, every: 1 }]);
  const automation = TABLES.postgres.replaceAll(/\b(TABLE|ON) automation_/g, "$1 app.automation_");
  await sql.unsafe(`CREATE SCHEMA app; ${automation};
    INSERT INTO app.automation_actions (crm_source, rule, status, started_at, finished_at, error) SELECT 'dead', 'deals',
      CASE WHEN h % 5 = 0 THEN 'failed' ELSE 'success' END, timestamptz '2026-07-10 00:00Z' + h * interval '1 hour',
      timestamptz '2026-07-10 00:01Z' + h * interval '1 hour', CASE WHEN h % 5 = 0 THEN 'HTTP 429' END FROM generate_series(0, 19) h;
    INSERT INTO app.automation_rules (crm_source, name, schedule) VALUES ('dead', 'deals', 'every 1 hour')`);
}

const crms = (url: string) =>
  `[defaults]\nurl = "${url}"\n[crm.synced]\ncrm_source = "dead"\npreset = "sync-history"\nwrapper_rules = ["all"]\nexclude_rules = ["never"]
statuses = { done = "success" }\n[crm.automated]\ncrm_source = "dead"\npreset = "automation"\n`;

/** The tables of the two that are well. */
const healthy = () => ["first", "last"].map((name) => `[crm.${name}]\nurl = "${trio.healthyUrl}"\n`).join("");

describe("a schema with a namesake of everything in pg_catalog comes first", () => {
  let database: TestDatabase;
  let clean: string;
  let trapped: string;

  beforeAll(async () => {
    database = await server.createDatabase();
    await fillAll(database.sql);
    await layTraps(database.sql);
    clean = await newReader(database, "app", ["app", "orchestration"]);
    trapped = await newReader(database, "traps, pg_catalog, app", ["app", "orchestration"]);
  });

  afterAll(async () => await database.close());

  test("H1 a namesake of each function, operator and type of pg_catalog → without a fixed search path they spring", async () => {
    const [{ n } = { n: "0" }] = await database.sql<{ n: string }[]>`SELECT
      (SELECT count(*) FROM pg_proc WHERE pronamespace = 'traps'::regnamespace)
      + (SELECT count(*) FROM pg_operator WHERE oprnamespace = 'traps'::regnamespace) AS n`;
    expect(Number(n)).toBeGreaterThan(3000);
    for (const statement of [
      "SELECT lower('A'::varchar)",
      "SELECT 1 = 1",
      "SELECT '1'::text",
      "SELECT least(1, 2) < 3",
    ]) {
      const answer = await database.sql
        .begin(async (sql) => {
          await sql.unsafe("SET LOCAL search_path = traps, pg_catalog");
          return await sql.unsafe(statement);
        })
        .catch((error: Error) => error.message);
      expect(answer).toBe(SPRUNG);
    }
  });

  test.each(
    numbered<{ args: string[]; command: string }>("H2", [
      { args: GENERATE, command: "generate" },
      { args: [...GENERATE, "--time-window", "48h", "--baseline", "week"], command: "generate --baseline week" },
      { args: ["config", "check", "--online"], command: "config check --online" },
    ]),
  )("$no the namesakes, for $command → exit 0, as for a reader without them", async ({ args }) => {
    const [one, other] = await Promise.all(
      [clean, trapped].map(async (url) => await runCli(args, { cwd: directoryWith(crms(url)) })),
    );
    expect([other!.code, other!.stderr]).toEqual([0, one!.stderr]);
    const lasting = ({ stdout }: Ended) =>
      args.includes("json")
        ? figuresOf(stdout)
        : stdout.replaceAll(/(?:less than )?[\d.]+ ms|\/\S+(?:toml|automation_reports)/g, "…");
    expect(lasting(other!)).toEqual(lasting(one!));
    if (args === GENERATE)
      expect(figuresOf(one!.stdout)).toMatchObject([
        { performance_metrics: { total_actions: 2, failed_actions: 1 }, system_health: { rules_basis: "declared" } },
        { performance_metrics: { total_actions: 20, failed_actions: 4 }, system_health: { rules_basis: "declared" } },
      ]);
  });

  test("H3 the namesakes, for check --analyze → as for a reader without them", async () => {
    const [one, other] = await Promise.all(
      [clean, trapped].map(async (url) => {
        const { stdout } = await runCli(["check", "--analyze", "--format", "json"], { cwd: directoryWith(crms(url)) });
        return (JSON.parse(stdout) as CheckDocument[]).map(({ items }) =>
          items.map(({ id, status }) => `${id} ${status}`),
        );
      }),
    );
    expect(other).toEqual(one);
    expect(one?.[0]).toContain("plan ok");
  });

  test("H4 the namesakes before a store → kept, listed, claimed, pruned and checked", async () => {
    const store = await newReader(database, "kept, traps, pg_catalog", []);
    const role = new URL(store).username;
    await database.sql.unsafe(`CREATE SCHEMA kept; GRANT CREATE, USAGE ON SCHEMA kept TO ${role}`);
    const cwd = directoryWith(
      `${crms(trapped)}[store]\nurl = "${store}"\n[[schedule]]\nname = "often"\ncron = "* * * * *"\n`,
    );
    const says = async (args: string[]) => {
      const { code, stdout, stderr } = await runCli(args, { cwd });
      expect(stderr).not.toContain(SPRUNG);
      return { code, stdout };
    };
    for (const kept of [1, 2]) {
      expect((await says(GENERATE)).code).toBe(0);
      const { stdout } = await says(["history", "list", "--format", "json"]);
      expect(JSON.parse(stdout)).toHaveLength(2 * kept);
    }
    const { stdout } = await says(["history", "list", "--format", "json", "--crm", "synced", "--since", "1d"]);
    const [{ id } = { id: "" }, before] = JSON.parse(stdout) as { id: string }[];
    expect((await says(["history", "show", id, "--format", "json"])).code).toBe(0);
    expect((await says(["history", "diff", before?.id ?? "", id])).code).toBe(0);
    expect((await says(["schedule", "run", "often"])).code).toBe(0);
    expect((await says(["schedule", "history", "--format", "json"])).stdout).toContain('"made"');
    expect((await says(["schedule", "status"])).code).toBe(0);
    expect(await says(["store", "check"])).toMatchObject({ code: 0, stdout: expect.stringContaining("in order") });
    expect((await says(["store", "prune", "--older-than", "1d"])).code).toBe(0);
  });

  test("H5 what was said to the server in all of these → each statement follows the one that fixes the search path", () => {
    const log = readFileSync(join(server.socketDirectory, "log"), "utf8");
    const entries = log.split(/^(?=\d+\|)/m).flatMap((entry) => {
      const found = /^(\d+)\|reader_\d+\|LOG: {2}(?:statement|execute [^:]*): ([\s\S]*)$/.exec(entry);
      return found === null ? [] : [{ pid: found[1] ?? "", text: (found[2] ?? "").trim() }];
    });
    const loose: string[] = [];
    for (const [, ofBackend] of Map.groupBy(entries, ({ pid }) => pid)) {
      let isOpen = false;
      for (const { text } of ofBackend) {
        const begins =
          /(?:^|; )BEGIN ISOLATION LEVEL [A-Z ]+; SELECT pg_catalog\.set_config\([^;]*; SET LOCAL search_path = pg_catalog, pg_temp;/;
        isOpen = begins.test(text) || (isOpen && !/^(?:COMMIT|ROLLBACK)$/.test(text));
        if (!isOpen && !/^(?:COMMIT|ROLLBACK)$/.test(text)) loose.push(text.slice(0, 80));
      }
    }
    expect(loose).toEqual([]);
    expect(entries.length).toBeGreaterThan(100);
  });
});

describe("what another role has put into the search path", () => {
  const expected = { synced: [2, 1], automated: [20, 4] };
  const springing = `CREATE FUNCTION public.spring() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '${SPRUNG}'; END $$;`;
  const view = (name: string) => `${springing} CREATE VIEW public."${name}" AS SELECT 1 AS id, 'dead' AS crm_source,
    public.spring() AS rule, 'success' AS status, now() AS started_at, now() AS finished_at, 1 AS records_processed, 1 AS records_created,
    1 AS records_updated, 0 AS records_failed, ''::text AS error, false AS dry_run, false AS wrapper; GRANT SELECT ON public."${name}" TO PUBLIC`;
  const rules = (
    name: string,
  ) => `CREATE TABLE public."${name}" AS SELECT 'dead'::varchar AS crm_source, 'dead'::varchar AS source_key,
    'planted'::varchar AS name, 'planted'::varchar AS model_name, true AS enabled, NULL::text AS automation_level, NULL::text AS strategy,
    NULL::text AS priority, 'every 1 minute'::text AS schedule, 'interval'::varchar AS recurrence_type, 1 AS every, 'minutes'::varchar AS period,
    NULL::varchar AS minute, NULL::varchar AS hour, NULL::varchar AS day_of_week, NULL::varchar AS day_of_month,
    NULL::varchar AS month_of_year, NULL::timestamptz AS start_at, NULL::timestamptz AS end_at; GRANT SELECT ON public."${name}" TO PUBLIC`;

  test.each(
    numbered("H6", [
      {
        name: "a function that fits a column better",
        sql: "CREATE FUNCTION public.btrim(varchar, text) RETURNS text LANGUAGE sql AS $$ SELECT 'success' $$; CREATE FUNCTION public.lower(varchar) RETURNS text LANGUAGE sql AS $$ SELECT 'success' $$",
      },
      {
        name: "an operator that fits a column better",
        sql: `CREATE FUNCTION public.never(varchar, text) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
        CREATE OPERATOR public.= (FUNCTION = public.never, LEFTARG = varchar, RIGHTARG = text)`,
      },
      { name: "a view before the table of runs", sql: view("automation_actions") },
      {
        name: "tables of rules",
        sql: `${rules("automation_rules")}; ${rules("orchestration.sync_schedule")}; ${rules("sync_schedule")}`,
      },
    ]),
  )("$no another role plants $name → exit 0, no number changes", async ({ sql: planted }) => {
    const database = await server.createDatabase();
    try {
      const mallory = `mallory_${database.name}`;
      await fillAll(database.sql);
      await database.sql.unsafe(`CREATE ROLE ${mallory}; GRANT CREATE ON SCHEMA public TO ${mallory}`);
      const url = await newReader(database, "public, app", ["app", "orchestration"]);
      const cwd = directoryWith(`${crms(url)}${healthy()}`);
      const before = figuresOf((await runCli(GENERATE, { cwd })).stdout);
      await database.sql.begin(async (sql) => {
        await sql.unsafe(`SET LOCAL ROLE ${mallory}; ${planted}`);
      });
      const { code, stdout, stderr } = await runCli(GENERATE, { cwd });
      expect([code, stderr]).toEqual([0, ""]);
      expect(figuresOf(stdout)).toEqual(before);
      expect(before.slice(0, 2)).toMatchObject(
        [expected.synced, expected.automated].map(([total, failed]) => ({
          performance_metrics: { total_actions: total, failed_actions: failed },
        })),
      );
      expect(before.slice(2)).toEqual(trio.expected);
    } finally {
      await database.close();
    }
  });

  test("H7 another role plants a table of the other preset → exit 0, the runs are reported", async () => {
    const database = await server.createDatabase();
    try {
      const mallory = `mallory_${database.name}`;
      await fillSyncHistory("M")(database.sql, runsOf("dead"), []);
      await database.sql.unsafe(`CREATE ROLE ${mallory}; GRANT CREATE ON SCHEMA public TO ${mallory}`);
      await database.sql.begin(async (sql) => {
        await sql.unsafe(`SET LOCAL ROLE ${mallory}; ${view("automation_actions")}`);
      });
      const { code, stdout } = await launch(GENERATE, { cwd: trio.withDead(database.url) }).trial;
      expect([code, reportOnDead(stdout, trio).performance_metrics.total_actions]).toEqual([0, 2]);
    } finally {
      await database.close();
    }
  });

  test("H8 two tables in the search path, and nothing says which is right → exit 3, no number, and what to set", async () => {
    const database = await server.createDatabase();
    try {
      const role = `writer_${database.name}`;
      await database.sql
        .unsafe(`CREATE SCHEMA a; CREATE SCHEMA b; CREATE ROLE ${role}; GRANT CREATE ON SCHEMA a, b TO ${role};
        SET ROLE ${role}; CREATE TABLE a.automation_actions (id int); CREATE TABLE b.automation_actions (id int); RESET ROLE`);
      const url = `${database.url}?options=-c%20search_path%3Db,a`;
      await expectOneFailure(await launch(GENERATE, { cwd: trio.withDead(url) }).trial, {
        trio,
        says: `automation_actions is in several schemas of the search path: b (of ${role}), a (of ${role})`,
        advises: "Choose one with schema",
        free: [database],
      });
    } finally {
      await database.close();
    }
  });

  test("H9 a temporary table of another session → exit 3, no table of the warehouse", async () => {
    const database = await server.createDatabase();
    try {
      await database.sql.unsafe("CREATE TEMP TABLE automation_actions (id int)");
      const { code, stdout } = await launch(GENERATE, { cwd: trio.withDead(database.url) }).trial;
      expect([code, reportOnDead(stdout, trio)]).toMatchObject([3, { findings: [{ evidence: { elsewhere: [] } }] }]);
    } finally {
      await database.close();
    }
  });
});

test("H10 a store's tables that another role has made, whose triggers would run as the store's role → exit 5, not written to", async () => {
  const database = await server.createDatabase();
  try {
    const mallory = `mallory_${database.name}`;
    const store = await newReader(database, "public", []);
    await database.sql.unsafe(`CREATE ROLE ${mallory}; GRANT CREATE ON SCHEMA public TO ${mallory};
      GRANT CREATE ON SCHEMA public TO ${new URL(store).username}; SET ROLE ${mallory};
      CREATE TABLE public.automation_reports_schema (version int);
      INSERT INTO public.automation_reports_schema VALUES (1); GRANT ALL ON public.automation_reports_schema TO PUBLIC; RESET ROLE`);
    const { code, stderr } = await runCli(["store", "prune"], {
      cwd: directoryWith(`[store]\nurl = "${store}"\n[crm.dead]\nurl = "sqlite:x"\n`),
    });
    expect([code, stderr]).toEqual([5, expect.stringContaining(`in schema public belong to ${mallory}`)]);
  } finally {
    await database.close();
  }
});
