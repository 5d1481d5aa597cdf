/** The same rows give the same report, however the warehouse keeps them. */
import { beforeAll, expect, test } from "bun:test";
import { readPostgres } from "../../src/warehouse/postgres/read.ts";
import { parseTarget } from "../../src/database/target.ts";
import { crmConfig, WINDOW } from "../making/reports.ts";
import {
  connect,
  PASSWORD,
  startPostgres,
  startStandby,
  type PostgresServer,
  type TestDatabase,
} from "../making/postgres-server.ts";
import { fillSyncHistory, run, sharedServer, type RuleRow, type RunRow } from "../making/warehouses.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/time/units.ts";

/** 40 days of an hourly rule; one that has been silent for two hours, one that failed at its end, one with an open run, one that stopped 33 days ago. */
const RUNS = Array.from({ length: 40 * 24 }, (_, index) => WINDOW.endMs - index * HOUR_MS).flatMap((ms) => {
  const row = (rule: string, status: string, error: string | null = null) =>
    run({
      rule,
      status,
      start: new Date(ms - 30 * MINUTE_MS).toISOString(),
      end: status === "running" ? null : new Date(ms - 28 * MINUTE_MS).toISOString(),
      processed: 7,
      error,
    });
  const ageMs = WINDOW.endMs - ms;
  return [
    row("contacts", "completed"),
    ...(ageMs < 2 * HOUR_MS ? [] : [row("deals", "completed")]),
    ageMs < 5 * HOUR_MS ? row("tickets", "failed", "HTTP 500") : row("tickets", "completed"),
    ageMs === 0 ? row("companies", "running") : row("companies", "completed"),
    ...(ageMs > 33 * DAY_MS ? [row("users", "completed")] : []),
  ];
});
const RULES: RuleRow[] = [{ crm: "hubspot", name: "contacts", enabled: true, every: 60 }];

const HISTORY = "orchestration.sync_history";
const INDEX = `CREATE INDEX ON ${HISTORY} (start_time)`;
/** Keeps the rows of `kept` in the table that `create` makes. */
const moveInto = (create: string, after = "") => `ALTER TABLE ${HISTORY} RENAME TO kept; ${create};
  INSERT INTO ${HISTORY} SELECT * FROM orchestration.kept; ${after}; DROP TABLE orchestration.kept`;

function partition(step: string, from: string, count: number, indexes: { parent: string; leaf: string }): string {
  return moveInto(`CREATE TABLE ${HISTORY} (LIKE orchestration.kept INCLUDING DEFAULTS) PARTITION BY RANGE (start_time);
    ${indexes.parent};
    DO $$ DECLARE start date; BEGIN FOR part IN 0..${count - 1} LOOP
      start := date '${from}' + part * interval '1 ${step}';
      EXECUTE format('CREATE TABLE orchestration.part_%s PARTITION OF ${HISTORY} FOR VALUES FROM (%L) TO (%L)',
        part, start, start + interval '1 ${step}');
      ${indexes.leaf === "" ? "" : `EXECUTE format('${indexes.leaf}', 'part_' || part);`}
    END LOOP; END $$`);
}

const ON_LEAVES = { parent: "SELECT 1", leaf: "CREATE INDEX ON orchestration.%I (start_time)" };

const LAYOUTS: Record<string, string> = {
  "with indexes on CRM and start": `CREATE INDEX ON ${HISTORY} (crm_source, start_time)`,
  "partitioned by month": partition("month", "2026-05-01", 4, { parent: INDEX, leaf: "" }),
  "partitioned by month, indexes on the leaves": partition("month", "2026-05-01", 4, ON_LEAVES),
  inherited: moveInto(
    `CREATE TABLE ${HISTORY} (LIKE orchestration.kept INCLUDING DEFAULTS); ${INDEX};
     CREATE TABLE orchestration.child (LIKE orchestration.kept INCLUDING DEFAULTS) INHERITS (${HISTORY});
     CREATE INDEX ON orchestration.child (start_time)`,
    `WITH moved AS (DELETE FROM ONLY ${HISTORY} WHERE start_time < '2026-07-01' RETURNING *)
     INSERT INTO orchestration.child SELECT * FROM moved`,
  ),
  "behind a view": `ALTER TABLE ${HISTORY} RENAME TO kept; CREATE INDEX ON orchestration.kept (start_time);
    CREATE VIEW ${HISTORY} AS SELECT * FROM orchestration.kept`,
  "a materialised view": `ALTER TABLE ${HISTORY} RENAME TO kept;
    CREATE MATERIALIZED VIEW ${HISTORY} AS SELECT * FROM orchestration.kept; ${INDEX}`,
};

const DAILY: Record<string, string> = {
  "partitioned by day": partition("day", "2026-05-30", 50, { parent: INDEX, leaf: "" }),
  "partitioned by day, indexes on the leaves": partition("day", "2026-05-30", 50, ON_LEAVES),
};

/** How a look-back was made differs. The rows of schedules are written when the test runs. */
const MADE = new Set(["tableSinceMs", "lookback", "createdMs", "changedMs", "past"]);
const withoutMade = (key: string, value: unknown) => (MADE.has(key) ? undefined : value);

/** The rows as they are written, then moved by `layout`. */
async function makeLayout(server: PostgresServer, layout: string, runs: RunRow[] = RUNS): Promise<TestDatabase> {
  const database = await server.createDatabase();
  await fillSyncHistory("M")(database.sql, runs, RULES);
  await database.sql.unsafe(`${layout}; ANALYZE`);
  return database;
}

async function readFrom(url: string, without = withoutMade): Promise<string> {
  const target = parseTarget(url, "/");
  if ("problem" in target || target.kind !== "postgres") throw new Error("no target");
  const request = { crm: crmConfig(url), window: WINDOW, recent: 20, baselineSeconds: null, nowMs: WINDOW.endMs };
  const read = await readPostgres(request, target, AbortSignal.timeout(DAY_MS));
  const known = "past" in read ? (read.past?.covered ?? null) : null;
  return JSON.stringify({ ...read, known: without("known", known) }, without, 1);
}

let plain: string;

beforeAll(async () => {
  const database = await makeLayout(await sharedServer(), "SELECT 1");
  plain = await readFrom(database.url);
  await database.close();
  expect(plain).toContain('"kind": "read"');
  expect(plain).toContain('"rule": "users"');
});

test.each(Object.entries(LAYOUTS))("%s", async (_name, layout) => {
  const database = await makeLayout(await sharedServer(), layout);
  try {
    expect(await readFrom(database.url)).toBe(plain);
  } finally {
    await database.close();
  }
});

/** How far it was looked back, and how much of the past was read, differs too, and the report says so. */
const REACHED = new Set([...MADE, "knownSinceMs", "known"]);
const withoutReach = (key: string, value: unknown) => (REACHED.has(key) ? undefined : value);

test.each(Object.entries(DAILY))(
  "%s: more parts than may be locked, and the same of all that still ran",
  async (_name, layout) => {
    const recent = RUNS.filter(({ rule }) => rule !== "users");
    const texts = [];
    for (const one of ["SELECT 1", layout]) {
      const database = await makeLayout(await sharedServer(), one, recent);
      texts.push(await readFrom(database.url, withoutReach));
      await database.close();
    }
    expect(texts[1]).toBe(texts[0] ?? "");
  },
);

const FAR = "IMPORT FOREIGN SCHEMA orchestration FROM SERVER far INTO orchestration";

test.each([
  { name: "by a server that guesses what is far away", options: "", layout: FAR },
  { name: "by a server that asks there", options: ", use_remote_estimate 'true'", layout: FAR },
  {
    name: "behind a view",
    options: "",
    layout: `${FAR}; ALTER FOREIGN TABLE ${HISTORY} RENAME TO far_history; CREATE VIEW ${HISTORY} AS SELECT * FROM orchestration.far_history`,
  },
])("foreign tables of another database, $name", async ({ options, layout }) => {
  const server = await sharedServer();
  const far = await makeLayout(server, "SELECT 1");
  const near = await server.createDatabase();
  try {
    await near.sql.unsafe(`CREATE EXTENSION postgres_fdw; CREATE SCHEMA orchestration;
      CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw
        OPTIONS (host '127.0.0.1', port '${server.port}', dbname '${far.name}'${options});
      CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user 'owner', password '${PASSWORD}');
      ${layout}; ANALYZE`);
    expect(await readFrom(near.url)).toBe(plain);
  } finally {
    await near.close();
    await far.close();
  }
});

test("a standby", async () => {
  const primary = await startPostgres();
  try {
    const standby = await startStandby(primary);
    try {
      const database = await makeLayout(primary, "SELECT 1");
      const [written] = await database.sql`SELECT pg_current_wal_lsn()::text AS lsn`;
      await database.close();
      const watch = connect(standby.url());
      const isThere = async () => {
        const [row] = await watch`SELECT pg_last_wal_replay_lsn() >= ${String(written?.["lsn"])}::text::pg_lsn AS yes`;
        return row?.["yes"] === true;
      };
      while (!(await isThere())) await Bun.sleep(20);
      await watch.end();
      expect(await readFrom(standby.url(database.name))).toBe(plain);
    } finally {
      await standby.stop();
    }
  } finally {
    await primary.stop();
  }
});
