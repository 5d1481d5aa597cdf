/** A part of the rights, or rights for a part of the time: what can be read is reported, and what is missing is told in plain words. */
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { CheckDocument } from "../../../src/check/schema.ts";
import { directoryWith, freshDirectory, runCli } from "../../making/cli.ts";
import {
  AS_OF,
  backendPid,
  expectOneFailure,
  expectOthers,
  GENERATE,
  isRoot,
  launch,
  makeTrio,
  makeVictim,
  reportOnDead,
  runsOf,
  slowDown,
  type Trial,
  type Trio,
} from "../../making/faults.ts";
import { connect, startPostgres, type PostgresServer, type TestDatabase } from "../../making/postgres-server.ts";
import { fillSyncHistory } from "../../making/warehouses.ts";
import { numbered } from "../../making/numbers.ts";

const NOBODY = 65_534;
const AS_NOBODY = isRoot ? ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--"] : [];

let trio: Trio;
let server: PostgresServer;
let roles = 0;

beforeAll(async () => {
  [trio, server] = await Promise.all([makeTrio(), startPostgres()]);
});

afterAll(async () => {
  await trio.healthy.close();
  await server.stop();
});

async function withDatabase(work: (database: TestDatabase, role: string, url: string) => Promise<void>): Promise<void> {
  const database = await server.createDatabase();
  const role = `part_${(roles += 1)}`;
  await database.sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'canary'`);
  try {
    await work(database, role, database.url.replace(/\/\/[^@]*@/, `//${role}:canary@`));
  } finally {
    await database.close();
  }
}

/** With the two that are well. */
async function generateWith(url: string, settings = ""): Promise<Trial> {
  return await launch(GENERATE, { cwd: trio.withDead(url, settings) }).trial;
}

const config = (url: string, settings = "") => directoryWith(`[crm.dead]\nurl = "${url}"\n${settings}`);

describe("the runs may be read and the schedules may not", () => {
  const columns = "GRANT SELECT (id, crm_source) ON orchestration.sync_schedule TO";
  const viewOf = (enabled: string) => `ALTER TABLE orchestration.sync_schedule RENAME TO real;
      ALTER TABLE orchestration.real RENAME enabled TO was; CREATE VIEW orchestration.sync_schedule AS SELECT *, ${enabled} AS enabled FROM orchestration.real`;
  const CASES = [
    { name: "no right at all", sql: () => "SELECT 1", says: "GRANT SELECT on it" },
    { name: "a right to some columns", sql: (role: string) => `${columns} ${role}`, says: "GRANT SELECT on it" },
    {
      name: "a view whose owner has lost the right",
      sql: (role: string) => `CREATE ROLE owner_${role}; GRANT USAGE ON SCHEMA orchestration TO owner_${role};
      ALTER TABLE orchestration.sync_schedule RENAME TO real; CREATE VIEW orchestration.sync_schedule AS SELECT * FROM orchestration.real;
      ALTER VIEW orchestration.sync_schedule OWNER TO owner_${role}; GRANT SELECT ON orchestration.sync_schedule TO ${role}`,
      says: "GRANT SELECT on it",
    },
    {
      name: "row-level security",
      sql: (role: string) => `GRANT SELECT ON orchestration.sync_schedule TO ${role};
      ALTER TABLE orchestration.sync_schedule ENABLE ROW LEVEL SECURITY`,
      says: "BYPASSRLS",
    },
    {
      name: "a view that divides by zero",
      sql: (role: string) =>
        `${viewOf("1 / (length(name) - length(name)) > 0")}; GRANT SELECT ON orchestration.sync_schedule TO ${role}`,
      says: "SELECT * FROM",
    },
    {
      name: "a function behind a view that raises",
      sql: (
        role: string,
      ) => `CREATE FUNCTION orchestration.raise() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE 'canary'; END $$;
      ${viewOf("orchestration.raise()")}; GRANT SELECT ON orchestration.sync_schedule TO ${role}`,
      says: "SELECT * FROM",
    },
  ];
  test.each(numbered("G1", CASES))(
    "$no of the schedules: $name → exit 0, the runs are reported, and what is declared is unknown",
    async ({ sql, says }) => {
      await withDatabase(async (database, role, url) => {
        await fillSyncHistory("M")(database.sql, runsOf("dead"), [{ crm: "dead", name: "contacts", enabled: true }]);
        await database.sql.unsafe(`GRANT USAGE ON SCHEMA orchestration TO ${role};
        GRANT SELECT ON orchestration.sync_history TO ${role}; ${sql(role)}`);
        const { cwd, code, stdout, stderr } = await generateWith(url);
        expect([code, stderr]).toEqual([0, ""]);
        const report = reportOnDead(stdout, trio);
        expect(report).toMatchObject({
          performance_metrics: { total_actions: 2, failed_actions: 1 },
          system_health: { rules_basis: "unknown", rule_utilization_rate: null },
          expectations: null,
        });
        expect(report.findings.find(({ id }) => id === "rules-unreadable")).toMatchObject({
          severity: "warning",
          message: expect.stringContaining('"orchestration"."sync_schedule"'),
        });
        expect(report.recommendations.map(({ recommendation }) => recommendation).join()).toContain(says);
        const text = (await runCli(["generate", ...AS_OF, "--crm", "dead"], { cwd })).stdout;
        expect(text).toContain("what the warehouse declares is unknown");
        expect(text).not.toContain("declares none");
      });
    },
  );

  test.each(numbered("G2", CASES))(
    "$no of the schedules, for check: $name → exit 0, warnings with what to do, the other items as for everybody",
    async ({ sql, says }) => {
      await withDatabase(async (database, role, url) => {
        await fillSyncHistory("M")(database.sql, runsOf("dead"), [{ crm: "dead", name: "contacts", enabled: true }]);
        await database.sql.unsafe(`GRANT USAGE ON SCHEMA orchestration TO ${role};
        GRANT SELECT ON orchestration.sync_history TO ${role}; ${sql(role)}`);
        const args = ["check", "--analyze", "--format", "json"];
        const { code, stdout } = await runCli(args, { cwd: trio.withDead(url) });
        const alone = await runCli(args, { cwd: trio.healthyOnly() });
        const checks = JSON.parse(stdout) as CheckDocument[];
        const outlineOf = (checked: CheckDocument[]) =>
          checked.map(({ source, items }) => ({ source, items: items.map(({ id, status }) => `${id} ${status}`) }));
        expect(outlineOf(checks.filter(({ source }) => source !== "dead"))).toEqual(
          outlineOf(JSON.parse(alone.stdout) as CheckDocument[]),
        );
        const items = checks.find(({ source }) => source === "dead")?.items ?? [];
        const statusOf = (id: string) => items.filter((item) => item.id === id).map(({ status }) => status);
        expect(code).toBe(0);
        expect([statusOf("tables"), statusOf("plan"), statusOf("report")]).toEqual([["warn"], ["ok"], ["ok"]]);
        expect([...statusOf("rights"), ...statusOf("policies")].includes("error")).toBe(false);
        const tables = items.find(({ id }) => id === "tables");
        expect(tables?.message).toContain('"orchestration"."sync_schedule"');
        expect(tables?.advice).toContain(says);
      });
    },
  );

  test("G16 the schedules are locked → exit 0, the runs are reported, and what is declared is unknown", async () => {
    await withDatabase(async (database, role, url) => {
      await fillSyncHistory("M")(database.sql, runsOf("dead"), [{ crm: "dead", name: "contacts", enabled: true }]);
      await database.sql.unsafe(`GRANT USAGE ON SCHEMA orchestration TO ${role}; ANALYZE;
        GRANT SELECT ON orchestration.sync_history, orchestration.sync_schedule TO ${role}`);
      await database.sql.begin(async (locking) => {
        await locking`LOCK TABLE orchestration.sync_schedule IN ACCESS EXCLUSIVE MODE`;
        const { code, stdout } = await generateWith(url, 'lock_timeout = "200ms"\n');
        const report = reportOnDead(stdout, trio);
        expect([code, report.performance_metrics.total_actions, report.system_health.rules_basis]).toEqual([
          0,
          2,
          "unknown",
        ]);
        const problem = report.findings.find(({ id }) => id === "rules-unreadable");
        expect(problem?.message).toContain("a table is locked by another session");
      });
    });
  });

  test("G3 the schedules may be read and the runs may not → exit 3, no report, and the reason names the table of the runs", async () => {
    await withDatabase(async (database, role, url) => {
      await fillSyncHistory("M")(database.sql, runsOf("dead"), [{ crm: "dead", name: "contacts", enabled: true }]);
      await database.sql.unsafe(`GRANT USAGE ON SCHEMA orchestration TO ${role};
        GRANT SELECT ON orchestration.sync_schedule TO ${role}`);
      await expectOneFailure(await generateWith(url), {
        trio,
        says: "permission denied for table sync_history",
        advises: "Grant",
      });
    });
  });
});

test("G19 a right to the columns that are read, and to no other → generate and check exit 0", async () => {
  await withDatabase(async (database, role, url) => {
    await fillSyncHistory("M")(database.sql, runsOf("dead"), [{ crm: "dead", name: "contacts", enabled: true }]);
    await database.sql
      .unsafe(`GRANT USAGE ON SCHEMA orchestration TO ${role}; GRANT SELECT ON orchestration.sync_schedule TO ${role};
      GRANT SELECT (id, crm_source, sync_type, start_time, end_time, status, records_processed, records_created, records_updated,
        records_failed, error_message, configuration) ON orchestration.sync_history TO ${role}`);
    const { cwd, code, stdout } = await generateWith(url);
    expect([code, reportOnDead(stdout, trio).performance_metrics.total_actions]).toEqual([0, 2]);
    const checked = await runCli(["check", "--crm", "dead", "--format", "json"], { cwd });
    const [{ items } = { items: [] }] = JSON.parse(checked.stdout) as CheckDocument[];
    expect([checked.code, items.filter(({ status }) => status === "error")]).toEqual([0, []]);
    expect(items.map(({ id }) => id)).toContain("plan");
  });
});

describe("what is changed while a report waits for it", () => {
  const CHANGES = [
    {
      name: "a column of the runs that is dropped",
      table: "sync_history",
      sql: "DROP configuration",
      basis: "declared",
    },
    {
      name: "columns of the schedules that are dropped",
      table: "sync_schedule",
      sql: "DROP start_at, DROP end_at",
      basis: "declared",
    },
    { name: "a column that schedules need", table: "sync_schedule", sql: "DROP enabled", basis: "unknown" },
  ];
  test.each(numbered("G20", CHANGES))(
    "$no $name → exit 0, the runs are reported as they are now",
    async ({ table, sql, basis }) => {
      await withDatabase(async (database, role, url) => {
        await fillSyncHistory("M")(database.sql, runsOf("dead"), [{ crm: "dead", name: "contacts", enabled: true }]);
        await database.sql.unsafe(`GRANT USAGE ON SCHEMA orchestration TO ${role}; ANALYZE;
          GRANT SELECT ON orchestration.sync_history, orchestration.sync_schedule TO ${role}`);
        const changed = await database.sql.begin(async (changing) => {
          await changing.unsafe(`LOCK TABLE orchestration.${table} IN ACCESS EXCLUSIVE MODE`);
          const { trial } = launch(GENERATE, { cwd: trio.withDead(url) });
          const isWaiting = async () =>
            (
              await changing`SELECT FROM pg_locks WHERE NOT granted AND relation = ${`orchestration.${table}`}::regclass`
            ).length > 0;
          while (!(await isWaiting())) await Bun.sleep(10);
          await changing.unsafe(`ALTER TABLE orchestration.${table} ${sql}`);
          return { trial };
        });
        const { code, stdout } = await changed.trial;
        const report = reportOnDead(stdout, trio);
        expect(code).toBe(0);
        expect(report).toMatchObject({
          performance_metrics: { total_actions: 2 },
          system_health: { rules_basis: basis },
        });
      });
    },
  );
});

describe("words that say what is really wrong", () => {
  test("G4 no right to connect → exit 3: GRANT CONNECT ON DATABASE", async () => {
    await withDatabase(async (database, _, url) => {
      await database.sql.unsafe(`REVOKE CONNECT ON DATABASE ${database.name} FROM PUBLIC`);
      await expectOneFailure(await generateWith(url), {
        trio,
        says: "the role may not connect to this database",
        advises: "GRANT CONNECT ON DATABASE",
      });
    });
  });

  test("G5 row-level security on the runs → exit 3: BYPASSRLS, and no GRANT", async () => {
    await withDatabase(async (database, role, url) => {
      await fillSyncHistory("M")(database.sql, runsOf("dead"), []);
      await database.sql
        .unsafe(`GRANT USAGE ON SCHEMA orchestration TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA orchestration TO ${role};
        ALTER TABLE orchestration.sync_history ENABLE ROW LEVEL SECURITY; CREATE POLICY all_rows ON orchestration.sync_history USING (true)`);
      const ended = await generateWith(url);
      await expectOneFailure(ended, { trio, says: "row-level security policy for table", advises: "BYPASSRLS" });
      expect(ended.stderr).not.toContain("Grant the reader SELECT");
    });
  });

  test.each(
    numbered("G6", [
      { name: "by somebody", cancel: true, says: "pg_cancel_backend" },
      { name: "by its limit", cancel: false, says: "statement_timeout: ask for a shorter window" },
    ]),
  )("$no a query that is cancelled: $name → exit 3: $says", async ({ cancel, says }) => {
    const victim = await makeVictim(server);
    await slowDown(victim);
    const { trial } = launch(GENERATE, { cwd: trio.withDead(victim.url, "statement_timeout = 2") });
    if (cancel) await victim.sql`SELECT pg_cancel_backend(${await backendPid(victim)})`;
    await expectOneFailure(await trial, { trio, says, advises: "", free: [victim] });
    await victim.close();
  });

  test.each(
    numbered("G15", [
      {
        name: "a role that may not log in",
        sql: (role: string) => `ALTER ROLE ${role} NOLOGIN`,
        says: "ALTER ROLE … LOGIN",
      },
      {
        name: "a role whose password is past its date",
        sql: (role: string) => `ALTER ROLE ${role} VALID UNTIL '2020-01-01'`,
        says: "refuses the password or user",
      },
      {
        name: "a database that takes no connections",
        sql: (_: string, name: string) => `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`,
        says: "ALTER DATABASE … ALLOW_CONNECTIONS true",
      },
      {
        name: "a function behind the table, without the right to run it",
        sql: (role: string) => `CREATE FUNCTION public.f(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
          REVOKE EXECUTE ON FUNCTION public.f FROM PUBLIC; CREATE ROLE ${role}_owner;
          ALTER TABLE orchestration.sync_history RENAME TO real; ALTER TABLE orchestration.real RENAME sync_type TO raw;
          CREATE VIEW orchestration.sync_history AS SELECT *, public.f(raw) AS sync_type FROM orchestration.real;
          GRANT SELECT ON orchestration.real TO ${role}_owner; GRANT USAGE ON SCHEMA orchestration TO ${role}, ${role}_owner;
          ALTER VIEW orchestration.sync_history OWNER TO ${role}_owner; GRANT SELECT ON orchestration.sync_history TO ${role}`,
        says: "GRANT EXECUTE ON FUNCTION … TO the role",
      },
      {
        name: "some columns of the runs",
        sql: (role: string) => `GRANT USAGE ON SCHEMA orchestration TO ${role};
          GRANT SELECT (id, crm_source, sync_type, start_time, end_time, status) ON orchestration.sync_history TO ${role}`,
        says: "Grant the reader SELECT on that table",
      },
    ]),
  )("$no $name → exit 3: $says", async ({ sql, says }) => {
    await withDatabase(async (database, role, url) => {
      await fillSyncHistory("M")(database.sql, runsOf("dead"), []);
      const admin = connect(database.url.replace(/\/[^/]*$/, "/postgres"));
      await (sql(role, database.name).startsWith("ALTER DATABASE") ? admin : database.sql).unsafe(
        sql(role, database.name),
      );
      await expectOneFailure(await generateWith(url), { trio, says, advises: "" });
      await admin.unsafe(`ALTER DATABASE ${database.name} ALLOW_CONNECTIONS true`);
      await admin.end();
    });
  });

  test("G7 a server that does not know the password → exit 3, told so, and no word of a certificate", async () => {
    using proxy = forgeSignatures(server.port);
    await withDatabase(async (_, __, url) => {
      const forged = `${url.replace(`:${server.port}/`, `:${proxy.port}/`)}?sslmode=disable`;
      const ended = await generateWith(forged);
      await expectOneFailure(ended, { trio, says: "does not prove that it knows the password", advises: "" });
      expect(ended.stderr).not.toContain("certificate");
    });
  });

  test("G8 a function behind the table that names another without its schema → exit 3: ALTER FUNCTION … SET search_path", async () => {
    await withDatabase(async ({ sql }, role, url) => {
      await fillSyncHistory("M")(sql, runsOf("dead"), []);
      await sql.unsafe(`CREATE FUNCTION public.inner_one(text) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT $1 $$;
        CREATE FUNCTION public.outer_one(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN inner_one($1); END $$;
        ALTER TABLE orchestration.sync_history RENAME TO real; ALTER TABLE orchestration.real RENAME sync_type TO raw;
        CREATE VIEW orchestration.sync_history AS SELECT *, public.outer_one(raw) AS sync_type FROM orchestration.real;
        GRANT USAGE ON SCHEMA orchestration TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA orchestration TO ${role}`);
      await expectOneFailure(await generateWith(url), {
        trio,
        says: "inner_one",
        advises: "ALTER FUNCTION … SET search_path",
      });
      await sql.unsafe("ALTER FUNCTION public.outer_one(text) SET search_path = public");
      const mended = await generateWith(url);
      expect([mended.code, reportOnDead(mended.stdout, trio).performance_metrics.total_actions]).toEqual([0, 2]);
    });
  });

  test.each(
    numbered("G9", [
      { name: "a directory", make: (path: string) => mkdirSync(path), says: "it is a directory" },
      {
        name: "a circle of links",
        make: (path: string) => symlinkSync(path, path),
        says: "its symbolic links lead in a circle",
      },
      {
        name: "a path below a file",
        make: (path: string) => new Database(path).close(),
        below: "/x",
        says: "is not a directory",
      },
    ]),
  )("$no a store that is $name → exit 5: $says; generate prints its reports", async ({ make, says, below = "" }) => {
    const path = join(freshDirectory(), "store");
    make(path);
    const settings = `[store]\npath = "${path}${below}"`;
    const cwd = config("sqlite:nowhere", settings);
    const made = await launch(GENERATE, { cwd: trio.withDead(trio.healthyUrl, `crm_source = "first"\n${settings}`) })
      .trial;
    expect([made.code, made.stderr]).toEqual([5, expect.stringContaining(says)]);
    expectOthers(made.stdout, trio);
    for (const args of [
      ["store", "prune"],
      ["history", "list"],
    ]) {
      const { code, stderr } = await runCli(args, { cwd });
      expect([code, stderr]).toEqual([5, expect.stringContaining(says)]);
      expect(stderr).not.toMatch(/EISDIR|ELOOP|ENOTDIR/);
    }
  });
});

/** Between a client and that server: the last thing that the server proves by SCRAM is wrong. */
function forgeSignatures(port: number): Disposable & { port: number } {
  const upstreams = new WeakMap<object, Promise<Bun.Socket>>();
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(client) {
        const upstream = Bun.connect({
          hostname: "127.0.0.1",
          port,
          socket: {
            data(_, data) {
              const text = Buffer.from(data);
              // AuthenticationSASLFinal: R, a length, 12, and the signature as v=….
              const at = text.indexOf(Buffer.from([0, 0, 0, 12, 118, 61]));
              if (text[0] === 82 && at === 5) text[at + 6] = text[at + 6] === 65 ? 66 : 65;
              client.write(text);
            },
            close: () => void client.end(),
          },
        });
        upstreams.set(client, upstream);
      },
      data: async (client, data) => {
        const copy = Buffer.from(data);
        (await upstreams.get(client))?.write(copy);
      },
      close: async (client) => {
        (await upstreams.get(client))?.end();
      },
    },
  });
  return { port: listener.port, [Symbol.dispose]: () => listener.stop(true) };
}

describe("what only looks at a store", () => {
  const LOOKS = [
    ["history", "list", "--format", "json"],
    ["schedule", "status"],
    ["schedule", "history"],
    ["schedule", "list"],
    ["store", "check"],
  ];
  const settings = (store: string) => `[store]\n${store}\n[[schedule]]\nname = "often"\ncron = "* * * * *"\n`;

  async function filled(store: string): Promise<string> {
    const victim = await makeVictim(server);
    const cwd = config(victim.url, settings(store));
    const { code, stderr } = await runCli(["schedule", "run", "often"], { cwd });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("error")]);
    await victim.close();
    return cwd;
  }

  async function expectLooks(cwd: string, within: string[] = []): Promise<void> {
    for (const args of LOOKS) {
      const { code, stdout, stderr } = await runCli(args, { cwd, within });
      expect([args, code, stderr]).toEqual([args, 0, ""]);
      if (args[0] === "history") expect(JSON.parse(stdout)).toHaveLength(1);
      if (args[0] === "store") expect(stdout).toContain("is in order");
    }
  }

  test.skipIf(!isRoot)(
    "G10 a store and its directory that may only be read (another user needs root) → exit 0, each is answered, no file more",
    async () => {
      const directory = join(freshDirectory(), "state");
      const path = join(directory, "s.sqlite");
      const cwd = await filled(`path = "${path}"`);
      for (const file of [directory, path, cwd, join(cwd, "automation-reports.toml")]) chownSync(file, NOBODY, NOBODY);
      chmodSync(join(directory, ".."), 0o755);
      chmodSync(path, 0o400);
      chmodSync(directory, 0o500);
      await expectLooks(cwd, AS_NOBODY);
      expect(readdirSync(directory)).toEqual(["s.sqlite"]);
    },
  );

  test("G11 an SQLite store in which another process is writing → exit 0, each is answered, waiting for nobody", async () => {
    const path = join(freshDirectory(), "s.sqlite");
    const cwd = await filled(`path = "${path}"`);
    using writer = new Database(path);
    writer.run("BEGIN IMMEDIATE; DELETE FROM automation_reports_reports");
    await expectLooks(cwd);
    writer.run("ROLLBACK");
  });

  test("G12 a store that is not there → exit 0, an empty list, and nothing is made", async () => {
    const path = join(freshDirectory(), "state", "s.sqlite");
    const cwd = config("sqlite:nowhere", settings(`path = "${path}"`));
    const { code, stdout } = await runCli(["history", "list", "--format", "json"], { cwd });
    expect([code, JSON.parse(stdout)]).toEqual([0, []]);
    expect(statSync(join(path, ".."), { throwIfNoEntry: false })).toBeUndefined();
  });

  test("G13 a store in PostgreSQL, a role with SELECT only, another session writes → exit 0, each is answered, waiting for nobody; to prune is exit 5", async () => {
    await withDatabase(async (database, role, url) => {
      const cwd = await filled(`url = "${database.url}"`);
      await database.sql.unsafe(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
      const looking = config("sqlite:nowhere", settings(`url = "${url}"`));
      expect(cwd).not.toBe(looking);
      const writing = connect(database.url);
      const held = Promise.withResolvers<void>();
      const write = writing
        .begin(async (sql) => {
          await sql`DELETE FROM automation_reports_reports`;
          await sql`SELECT pg_advisory_xact_lock(hashtext('automation_reports'), hashtext('often'))`;
          await held.promise;
          throw new Error("taken back");
        })
        .catch(() => {});
      await expectLooks(looking);
      held.resolve();
      await write;
      await writing.end();
      const { code, stderr } = await runCli(["store", "prune"], { cwd: looking });
      expect([code, stderr]).toEqual([5, expect.stringContaining("the role may not write there")]);
    });
  });

  test("G14 a store in PostgreSQL, a role that may not use its schema → exit 5: GRANT USAGE", async () => {
    await withDatabase(async (database, role, url) => {
      await database.sql.unsafe(`CREATE SCHEMA kept; ALTER ROLE ${role} SET search_path = kept`);
      await filled(`url = "${database.url}?options=-c%20search_path%3Dkept"`);
      const looking = config("sqlite:nowhere", settings(`url = "${url}"`));
      const { code, stderr } = await runCli(["history", "list"], { cwd: looking });
      expect([code, stderr]).toEqual([
        5,
        expect.stringContaining("in schema kept, which the role may not use: GRANT USAGE"),
      ]);
    });
  });
});

describe("what the server is told to refuse to everybody, or to the role", () => {
  const revoke = (name: string) => () => `REVOKE EXECUTE ON FUNCTION pg_catalog.${name} FROM PUBLIC`;
  test.each(
    numbered("G16", [
      {
        name: "set_config is taken back",
        sql: revoke("set_config(text, text, bool)"),
        says: "permission denied for function set_config, which this program needs",
        advises: "GRANT EXECUTE",
      },
      {
        name: "current_schemas is taken back",
        sql: revoke("current_schemas(bool)"),
        says: "permission denied for function current_schemas, which this program needs",
        advises: "GRANT EXECUTE",
      },
      {
        name: "pg_relation_size is taken back, and nothing was analysed",
        sql: revoke("pg_relation_size(regclass, text)"),
        says: "permission denied for function pg_relation_size, which this program needs",
        advises: "GRANT EXECUTE ON FUNCTION",
      },
      {
        name: "an aggregate is taken back",
        sql: revoke("jsonb_agg(anyelement)"),
        says: "permission denied for aggregate jsonb_agg, which this program needs",
        advises: "GRANT EXECUTE ON FUNCTION",
      },
      {
        name: "a library that is not there",
        sql: (role: string) => `ALTER ROLE ${role} SET session_preload_libraries = 'nonexistent'`,
        says: 'could not access file "nonexistent"',
        advises: "RESET session_preload_libraries",
      },
    ]),
  )("$no $name → exit 3, with what to do", async ({ sql, says, advises }) => {
    await withDatabase(async (database, role, url) => {
      await fillSyncHistory("M")(database.sql, runsOf("dead"), []);
      await database.sql.unsafe(`GRANT USAGE ON SCHEMA orchestration TO ${role};
        GRANT SELECT ON ALL TABLES IN SCHEMA orchestration TO ${role}; ${sql(role)}`);
      await expectOneFailure(await generateWith(url), { trio, says, advises });
    });
  });

  test("G17 pg_is_in_recovery is taken back, for check → it is told as what this program needs", async () => {
    await withDatabase(async (database, role, url) => {
      await fillSyncHistory("M")(database.sql, runsOf("dead"), []);
      await database.sql.unsafe(`GRANT USAGE ON SCHEMA orchestration TO ${role};
        GRANT SELECT ON ALL TABLES IN SCHEMA orchestration TO ${role}; ${revoke("pg_is_in_recovery()")()}`);
      const { stdout } = await runCli(["check", "--format", "json"], { cwd: config(url) });
      expect(stdout).toContain("permission denied for function pg_is_in_recovery, which this program needs");
    });
  });

  test("G18 pg_roles is taken back, for check → exit 0, every item is as before", async () => {
    await withDatabase(async (database, role, url) => {
      await fillSyncHistory("M")(database.sql, runsOf("dead"), []);
      await database.sql.unsafe(`GRANT USAGE ON SCHEMA orchestration TO ${role};
        GRANT SELECT ON ALL TABLES IN SCHEMA orchestration TO ${role};
        CREATE POLICY own ON orchestration.sync_history TO ${role}, CURRENT_USER USING (true)`);
      const itemsOf = async () => {
        const { code, stdout } = await runCli(["check", "--format", "json"], { cwd: config(url) });
        const [checked] = JSON.parse(stdout) as CheckDocument[];
        return { code, items: checked?.items.map(({ id, status }) => `${id} ${status}`) ?? [] };
      };
      const before = await itemsOf();
      await database.sql.unsafe("REVOKE SELECT ON pg_catalog.pg_roles FROM PUBLIC");
      expect(await itemsOf()).toEqual(before);
      expect([before.code, before.items.includes("connection ok")]).toEqual([0, true]);
    });
  });
});
