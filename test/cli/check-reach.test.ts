/** What `check` says of rows that no report sees: behind policies, in parts and views, and beyond what the indexes reach. */
import { expect, test } from "bun:test";
import type { CheckDocument } from "../../src/check/schema.ts";
import { directoryWith, runCli } from "../making/cli.ts";
import type { TestDatabase } from "../making/postgres-server.ts";
import { fillSyncHistory, run, sharedServer } from "../making/warehouses.ts";

const HISTORY = "orchestration.sync_history";
const FILL = `INSERT INTO ${HISTORY} (crm_source, sync_type, start_time, end_time, status,
  records_processed, records_created, records_updated, records_failed, configuration, performance_metrics, created_at)`;

/** A warehouse of shape M with one run of a minute ago, changed by `sql`. */
async function withWarehouse(sql: string, work: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await (await sharedServer()).createDatabase();
  try {
    await fillSyncHistory("M")(database.sql, [run({ start: new Date(Date.now() - 60_000).toISOString() })], []);
    await database.sql.unsafe(sql);
    await work(database);
  } finally {
    await database.close();
  }
}

async function check(url: string, settings = "") {
  const { code, stdout } = await runCli(["check", "--format", "json"], {
    cwd: directoryWith(`[crm.hubspot]\nurl = "${url}"\n${settings}\n`),
  });
  const [document] = JSON.parse(stdout) as CheckDocument[];
  return { code, of: (id: string) => (document?.items ?? []).filter((item) => item.id === id) };
}

async function makeReader({ sql, name, url }: TestDatabase, attributes = ""): Promise<{ reader: string; url: string }> {
  const reader = `reader${attributes.toLowerCase()}_${name}`;
  await sql.unsafe(`CREATE ROLE ${reader} LOGIN ${attributes} PASSWORD 'canary'; GRANT USAGE ON SCHEMA orchestration TO ${reader};
    GRANT SELECT ON ALL TABLES IN SCHEMA orchestration TO ${reader}`);
  return { reader, url: url.replace(/\/\/[^@]*@/, `//${reader}:canary@`) };
}

test("row policies are named with their roles; where they hold for the reader that is the error", async () => {
  await withWarehouse(
    `ALTER TABLE ${HISTORY} ENABLE ROW LEVEL SECURITY; ALTER TABLE orchestration.sync_schedule ENABLE ROW LEVEL SECURITY;
     CREATE POLICY "no failures" ON ${HISTORY} USING (status <> 'failed');
     CREATE POLICY own ON ${HISTORY} FOR SELECT TO pg_monitor, pg_read_all_stats USING (true)`,
    async (database) => {
      const { reader, url } = await makeReader(database);
      const hidden = await check(url);
      expect(hidden.code).toBe(4);
      expect(hidden.of("policies").map(({ status, message }) => [status, message])).toEqual([
        [
          "error",
          `row security on "orchestration"."sync_history" may hide rows from ${reader}, by no failures (for PUBLIC), own (for pg_monitor, pg_read_all_stats): the server refuses to read it`,
        ],
        [
          "warn",
          `row security on "orchestration"."sync_schedule" hides rows from ${reader}, no policy shows it a row: the server refuses to read it`,
        ],
      ]);
      expect(hidden.of("rights")).toEqual([]);
      expect(hidden.of("plan")[0]?.message).toContain("or read a view of the table's owner");
      const seen = await check((await makeReader(database, "BYPASSRLS")).url);
      expect(seen.code).toBe(0);
      expect(seen.of("policies").map(({ status }) => status)).toEqual(["ok"]);
      expect(seen.of("policies")[0]?.message).toContain("no failures (for PUBLIC)");
    },
  );
});

test("row policies behind a view are named where they hold for its reader, or for its owner", async () => {
  await withWarehouse(
    `ALTER TABLE ${HISTORY} ENABLE ROW LEVEL SECURITY; CREATE POLICY "no failures" ON ${HISTORY} USING (status <> 'failed');
     CREATE SCHEMA shown; CREATE VIEW shown.within AS SELECT * FROM ${HISTORY}; CREATE VIEW shown.sync_history AS SELECT * FROM shown.within`,
    async (database) => {
      const { reader, url } = await makeReader(database);
      const owner = `owner_${database.name}`;
      await database.sql.unsafe(
        `GRANT USAGE ON SCHEMA shown TO ${reader}; GRANT SELECT ON ALL TABLES IN SCHEMA shown TO ${reader}`,
      );
      const open = await check(url, 'schema = "shown"');
      expect(open.of("policies").map(({ status, message }) => [status, message])).toEqual([
        [
          "ok",
          `row policies on "shown"."sync_history" do not hold for ${reader}: no failures on orchestration.sync_history (for PUBLIC)`,
        ],
      ]);
      await database.sql.unsafe(`CREATE ROLE ${owner}; GRANT USAGE ON SCHEMA orchestration, shown TO ${owner};
        GRANT SELECT ON ${HISTORY} TO ${owner}; ALTER VIEW shown.within OWNER TO ${owner}`);
      const hidden = await check(url, 'schema = "shown"');
      expect(hidden.code).toBe(4);
      expect(hidden.of("policies").map(({ status, message }) => [status, message])).toEqual([
        [
          "error",
          `row security behind "shown"."sync_history" may hide rows from ${owner}, the owner of a view, by no failures on orchestration.sync_history (for PUBLIC): the server refuses to read it`,
        ],
      ]);
      const advice = (role: string) => expect.stringContaining(`ALTER ROLE "${role}" BYPASSRLS, or `);
      expect(hidden.of("policies")[0]?.advice).toEqual(advice(owner));
      expect(hidden.of("plan")[0]?.message).toContain(
        "of the view's owner, where a view without security_invoker is read",
      );
      // As whoever asks: then the owners do not matter.
      await database.sql.unsafe(
        "ALTER VIEW shown.within SET (security_invoker); ALTER VIEW shown.sync_history SET (security_invoker = on)",
      );
      const asked = await check(url, 'schema = "shown"');
      expect(asked.of("policies")[0]?.message).toContain(`may hide rows from ${reader}, by`);
      expect(asked.of("policies")[0]?.advice).toEqual(advice(reader));
      await database.sql
        .unsafe(`ALTER VIEW shown.within RESET (security_invoker); ALTER VIEW shown.sync_history RESET (security_invoker);
        ALTER ROLE ${owner} BYPASSRLS`);
      expect((await check(url, 'schema = "shown"')).of("policies").map(({ status }) => status)).toEqual(["ok"]);
      expect(hidden.of("rights")).toEqual([]);
      await database.sql.unsafe(
        `REASSIGN OWNED BY ${owner} TO CURRENT_USER; DROP OWNED BY ${owner}; DROP ROLE ${owner}`,
      );
    },
  );
});

test("a policy that shows every row is not said to hide some", async () => {
  await withWarehouse(
    `ALTER TABLE ${HISTORY} ENABLE ROW LEVEL SECURITY; CREATE POLICY everything ON ${HISTORY} USING (true)`,
    async (database) => {
      const { reader, url } = await makeReader(database);
      const messages = async () => (await check(url)).of("policies").map(({ message }) => message);
      expect(await messages()).toEqual([
        `row security on "orchestration"."sync_history" holds for ${reader} and hides no row, by everything (for PUBLIC): the server refuses to read it all the same`,
      ]);
      await database.sql.unsafe(`CREATE POLICY narrower ON ${HISTORY} AS RESTRICTIVE USING (status <> 'failed')`);
      expect((await messages())[0]).toContain("may hide rows");
    },
  );
});

/** So many rows in as many minutes, the newest two minutes old. */
const rows = (
  count: number,
  into = FILL,
) => `${into} SELECT 'hubspot', 'contacts', t, t, 'success', 0, 0, 0, 0, '{}', '{}', t
  FROM generate_series(now() - interval '1 minute' * ${count + 1}, now() - interval '2 minutes', '1 minute') t`;
const asParts = (parts: string) => `ALTER TABLE ${HISTORY} RENAME TO kept; ${parts};
  INSERT INTO ${HISTORY} SELECT * FROM orchestration.kept; DROP TABLE orchestration.kept; ${rows(500)}; ANALYZE`;

test.each([
  {
    name: "partitions",
    sql: asParts(`CREATE TABLE ${HISTORY} (LIKE orchestration.kept INCLUDING ALL EXCLUDING INDEXES) PARTITION BY RANGE (start_time);
      CREATE TABLE orchestration.old PARTITION OF ${HISTORY} FOR VALUES FROM ('2000-01-01') TO ('2001-01-01');
      CREATE TABLE orchestration.rest PARTITION OF ${HISTORY} DEFAULT`),
    stored: ["old", "rest"],
  },
  {
    name: "children",
    sql: `CREATE TABLE orchestration.child (id bigint NOT NULL DEFAULT 0) INHERITS (${HISTORY}); ${rows(500, FILL.replace("sync_history", "child"))}; ANALYZE`,
    stored: ["sync_history", "child"],
  },
])("the size of $name is summed", async ({ sql, stored }) => {
  await withWarehouse(sql, async (database) => {
    const [sum] = await database.sql`SELECT sum(pg_total_relation_size(oid))::int AS bytes FROM pg_class
      WHERE relname = ANY (${stored}) AND relnamespace = 'orchestration'::regnamespace`;
    const [tables] = (await check(database.url)).of("tables");
    expect(tables?.evidence).toMatchObject({ rows: 501, bytes: sum?.["bytes"] });
  });
});

test("what a view hides is said, with the tables that it reads in the end", async () => {
  await withWarehouse(
    `ALTER TABLE ${HISTORY} RENAME TO kept; CREATE VIEW orchestration.between AS SELECT * FROM orchestration.kept;
     CREATE TABLE orchestration.archive (LIKE orchestration.kept);
     CREATE VIEW ${HISTORY} AS SELECT * FROM orchestration.between UNION ALL SELECT * FROM orchestration.archive`,
    async (database) => {
      const [tables] = (await check(database.url)).of("tables");
      expect(tables?.message).toContain(
        ", a view over orchestration.archive, orchestration.kept: its size and its indexes are not known from here; rules in",
      );
      expect(tables?.evidence).toMatchObject({ rows: null, bytes: null });
    },
  );
});

test("an outage beyond what the indexes reach is a warning with the index that mends it", async () => {
  await withWarehouse(
    `DROP INDEX orchestration.sync_history_crm_source_sync_type_idx; ${rows(12_000)}; ANALYZE`,
    async (database) => {
      const [before] = (await check(database.url)).of("reach");
      expect(before?.status).toBe("warn");
      expect(before?.message).toMatch(/^a rule without a schedule that ran last before .* is not known$/);
      expect(before?.advice).toBe(
        'CREATE INDEX CONCURRENTLY ON "orchestration"."sync_history" (crm_source, sync_type, start_time)',
      );
      await database.sql.unsafe(before?.advice ?? "");
      expect((await check(database.url)).of("reach")).toMatchObject([{ status: "ok", advice: null }]);
    },
  );
});
