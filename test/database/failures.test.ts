/** CRMs that cannot be read: a reason with advice each, within the deadline, and the server free afterwards. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseTarget } from "../../src/database/target.ts";
import { openSnapshot } from "../../src/warehouse/postgres/snapshot.ts";
import { describeFailure, HostsFailure, mayPass, DatabaseError } from "../../src/database/failure.ts";
import { freePort, PASSWORD, type PostgresServer, type TestDatabase } from "../making/postgres-server.ts";
import { reportOn } from "../making/reports.ts";
import { fillSyncHistory, run, sharedServer } from "../making/warehouses.ts";

let server: PostgresServer;
let database: TestDatabase;

beforeAll(async () => {
  server = await sharedServer();
  database = await server.createDatabase();
  await fillSyncHistory("M")(database.sql, [run({ start: "2026-07-10T01:00:00Z", end: "2026-07-10T01:00:01Z" })], []);
});

afterAll(async () => await database.close());

/** Returns when no backend of ours is left; a backend needs a moment to notice that its client has gone. */
async function untilNoBackendIn(name: string): Promise<void> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const [row] = await database.sql`SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = ${name} AND application_name = 'automation-reports'`;
    if (row?.["n"] === 0) return;
    await Bun.sleep(5);
  }
  throw new Error("a backend of ours is left");
}

test.each([
  { message: "could not identify an ordering operator for type json", advice: "cast it in a view" },
  { message: "operator does not exist: json = text", advice: "cast it in a view" },
  { message: "function inner_one(text) does not exist", advice: "ALTER FUNCTION … SET search_path" },
])("$message: $advice", ({ message, advice }) => {
  const target = parseTarget("postgres://u@h/d", "/");
  if ("problem" in target) throw new Error(target.problem);
  const reason = describeFailure(Object.assign(new Error(message), { code: "42883" }), target);
  expect(reason).toContain(message);
  expect(reason).toContain(advice);
  expect(reason.includes("FUNCTION")).toBe(message.startsWith("function"));
});

describe("what a server says by its code", () => {
  const told = (code: string, message: string, facts: object = {}) => {
    const target = parseTarget("postgres://u@h/d", "/");
    if ("problem" in target) throw new Error(target.problem);
    return describeFailure(Object.assign(new Error(message), { code, ...facts }), target);
  };
  test.each([
    {
      code: "57P05",
      message: "terminating connection due to idle-session timeout",
      advice: "SET idle_session_timeout",
    },
    { code: "25P03", message: "terminating connection", advice: "SET idle_in_transaction_session_timeout" },
    { code: "25P04", message: "terminating connection", advice: "SET transaction_timeout" },
    { code: "25006", message: "cannot execute INSERT in a read-only transaction", advice: "behind the table writes" },
    { code: "53100", message: "No space left on device", advice: "Make room" },
    { code: "53200", message: "out of memory", advice: "shorter window" },
    { code: "53400", message: "temporary file size exceeds temp_file_limit", advice: "Raise that limit" },
    { code: "54001", message: "stack depth limit exceeded", advice: "max_stack_depth" },
    { code: "57P04", message: "terminating connection", advice: "was dropped" },
    { code: "58030", message: "could not read block", advice: "server's log" },
    {
      code: "58P01",
      message: 'could not access file "nonexistent": No such file or directory',
      advice: "RESET session_preload_libraries",
    },
    { code: "58P01", message: 'could not open file "base/1/2": No such file or directory', advice: "from a backup" },
    { code: "XX001", message: "invalid page in block 1", advice: "from a backup" },
    { code: "XX002", message: "index is corrupted", advice: "REINDEX" },
    { code: "08P01", message: "query_wait_timeout", advice: "whether the server behind it is up" },
    {
      code: "08P01",
      message: "server login has been failing, try again later (server_login_retry)",
      advice: "whether the server behind it is up and takes the login",
    },
    { code: "08P01", message: "no more connections allowed (max_client_conn)", advice: "raise its max_client_conn" },
    { code: "08P01", message: "bouncer config error", advice: "see its [databases] and auth_file" },
    { code: "08P01", message: "no such database: x", advice: "see its [databases] and auth_file" },
  ])("$code $message: $advice", ({ code, message, advice }) => {
    const reason = told(code, message);
    expect(reason).toStartWith("h:5432");
    expect(reason).toContain(advice);
  });

  test.each([
    { what: "function set_config", says: "which this program needs" },
    { what: "function current_setting", says: "which this program needs" },
    { what: "function pg_is_in_recovery", says: "which this program needs" },
    { what: "function pg_relation_size", says: "which this program needs" },
    { what: "function lower", says: "which this program needs" },
    { what: "aggregate jsonb_agg", says: "which this program needs" },
    { what: "function mask_error", says: "which the table is read through" },
    { what: "aggregate newest_of", says: "which the table is read through" },
  ])("may not execute the $what, $says", ({ what, says }) => {
    const message = `permission denied for ${what}`;
    expect(told("42501", message)).toBe(`h:5432: ${message}, ${says}: GRANT EXECUTE ON FUNCTION … TO the role`);
  });

  test("each function of PostgreSQL that a statement calls is known as what this program needs", () => {
    const root = join(import.meta.dir, "../../src/warehouse");
    const files = [...new Bun.Glob("**/*.sql").scanSync(root)].filter((file) => !file.includes("sqlite"));
    const sql = files
      .map((file) => readFileSync(join(root, file), "utf8").replaceAll(/--.*|'[^']*'/g, "''"))
      .join("\n");
    // What is written like a function and is none, and names of a statement's own.
    const none = new Set(["coalesce", "greatest", "least", "nullif", "k", "names", "reads", "run", "tree", "v"]);
    const called = [...sql.matchAll(/(?<![\w.:])(?:pg_catalog\.)?([a-z_]+)\(/g)].map(([, name = ""]) => name);
    const asked = [...new Set(called)].filter((name) => !none.has(name));
    expect(asked.length).toBeGreaterThan(30);
    const known = (name: string) => told("42501", `permission denied for function ${name}`).includes("this program");
    expect(asked.filter((name) => !known(name))).toEqual([]);
  });

  test.each([
    new TypeError("undefined is not an object (evaluating 'JSON.stringify(r).includes')"),
    new RangeError("Maximum call stack size exceeded."),
    new SyntaxError("JSON Parse error: Unexpected EOF"),
  ])("an answer of another shape: no word of an engine about code, not %p", (error) => {
    const target = parseTarget("postgres://u@h/d", "/");
    if ("problem" in target) throw new Error(target.problem);
    const reason = describeFailure(error, target);
    expect(reason).toMatch(
      /^h:5432: no report can be made of its answer \([a-zA-Z ]+\): check preset, schema and table$/,
    );
    expect(reason).not.toContain(error.message);
  });
});

describe("why none of many hosts could be read", () => {
  const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
  const tell = (count: number, portOf: (at: number) => number, causeOf: (at: number) => Error) => {
    const hosts = Array.from({ length: count }, (_, at) => ({ host: "h", port: portOf(at), password: null }));
    const target = parseTarget("postgres://u@h/d", "/");
    if ("problem" in target || target.kind !== "postgres") throw new Error("no target");
    const failures = new Map(hosts.map((host, at) => [host, causeOf(at)]));
    return describeFailure(new HostsFailure(failures), { ...target, hosts });
  };
  const silent = new DatabaseError("no connection within 0.01 s", true);
  const own = (at: number) => new DatabaseError(`reason ${at}`);
  test.each([
    {
      name: "the same host",
      said: tell(
        3000,
        () => 1,
        () => silent,
      ),
      says: "h:1: no connection within 0.01 s",
    },
    {
      name: "hosts that say the same",
      said: tell(
        3000,
        (at) => at + 1,
        () => silent,
      ),
      says: "h:1: no connection within 0.01 s; the same of h:2, h:3, h:4 and 2,996 more",
    },
    {
      name: "the last one speaks otherwise",
      said: tell(
        9,
        (at) => at + 1,
        (at) => (at === 8 ? own(at) : silent),
      ),
      says: "h:1: no connection within 0.01 s; the same of h:2, h:3, h:4 and 4 more; h:9: reason 8",
    },
    {
      name: "each its own",
      said: tell(3000, (at) => at + 1, own),
      says: "h:1: reason 0; h:2: reason 1; h:3000: reason 2999; and 2,997 more hosts",
    },
    {
      name: "two that refuse",
      said: tell(
        2,
        (at) => at + 1,
        () => refused,
      ),
      says: "h:1 refuses the connection: is PostgreSQL running there, listening on that port, and reachable from here?; the same of h:2",
    },
  ])("$name: $says", ({ said, says }) => expect(said).toBe(says));
});

describe("what is worth trying again", () => {
  const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
  const password = Object.assign(new Error("password"), { code: "28P01" });
  const unknown = Object.assign(new Error("unknown"), { code: "ENOTFOUND" });
  const silentHost = new DatabaseError("no connection within 2 s", true);
  const hosts = (...causes: Error[]) =>
    new HostsFailure(new Map(causes.map((cause, at) => [{ host: `h${at}`, port: 5432, password: null }, cause])));
  test.each([
    { name: "a refused connection", error: refused, again: true },
    { name: "a silent host", error: hosts(silentHost), again: true },
    {
      name: "one host down, another still a standby",
      error: hosts(refused, new DatabaseError("standby", true)),
      again: true,
    },
    { name: "one host down, another unknown", error: hosts(refused, unknown), again: true },
    { name: "one host down, another refuses the password", error: hosts(refused, password), again: false },
    { name: "an unknown host alone", error: hosts(unknown), again: false },
    { name: "two presets", error: new DatabaseError("choose one"), again: false },
  ])("$name: $again", ({ error, again }) => expect(mayPass(error)).toBe(again));
});

describe("the reason says what, where and what to try", () => {
  test.each([
    {
      name: "nobody listens",
      url: () => `postgres://u@127.0.0.1:${freePort()}/d`,
      says: ["127.0.0.1:", "refuses the connection: is PostgreSQL running there"],
    },
    { name: "an unknown host", url: () => "postgres://u@nowhere.invalid/d", says: ["nowhere.invalid:5432", "DNS"] },
    {
      name: "a socket that is not there",
      url: () => "postgres://u@%2Fnowhere/d",
      says: ["/nowhere/.s.PGSQL.5432 is not there"],
    },
    {
      name: "a wrong password",
      url: () => database.url.replace(encodeURIComponent(PASSWORD), "canary-wrong"),
      says: ["refuses the password or user"],
    },
    { name: "an unknown database", url: () => server.url("nowhere"), says: ['has no database of the name "nowhere"'] },
    {
      name: "a database with a blank at its end",
      url: () => server.url("postgres%20"),
      says: ['has no database of the name "postgres "'],
    },
    {
      name: "TLS wanted, none offered",
      url: () => `${database.url}?sslmode=require`,
      says: ["offers no TLS, and sslmode=require wants it: turn ssl on there"],
    },
    {
      name: "a certificate authority that is not there",
      url: () => `${database.url}?sslmode=verify-full&sslrootcert=/nowhere.pem`,
      says: ["offers no TLS"],
    },
    {
      name: "no SQLite file",
      url: () => "sqlite:/nowhere/x.sqlite",
      says: ["/nowhere/x.sqlite: there is no such file: check the path"],
    },
  ])("$name", async ({ url, says }) => {
    const reason = await reportOn(url());
    expect(reason).toBeString();
    for (const words of says) expect(reason as string).toContain(words);
    expect(reason as string).not.toContain("canary");
  });

  test("a file that is no database", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "automation-reports-no-")), "text.sqlite");
    writeFileSync(path, "this is text, and long enough to be looked at as a header of a database file ".repeat(10));
    expect(await reportOn(`sqlite:${path}`)).toBe(`${path} is not an SQLite database: check the path`);
  });

  test("a column missing in SQLite", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "automation-reports-column-")), "x.sqlite");
    using poor = new Database(path);
    poor.run("CREATE TABLE automation_actions (crm_source, rule)");
    expect(await reportOn(`sqlite:${path}`)).toBe(
      `${path}: "automation_actions" lacks the columns id, status, started_at, finished_at, records_processed, records_created, ` +
        "records_updated, records_failed, error, dry_run, wrapper of the preset automation: " +
        "`automation-reports check` shows a view to begin with",
    );
  });

  test("an SQLite file that a writer holds", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "automation-reports-busy-")), "busy.sqlite");
    using writer = new Database(path);
    writer.run("CREATE TABLE sync_history (x)");
    writer.run("BEGIN EXCLUSIVE");
    expect(await reportOn(`sqlite:${path}`, { lock_timeout: "50ms" })).toBe(
      `${path} is locked by a writer, and lock_timeout passed: try again`,
    );
  });

  test("no right to read", async () => {
    const role = `reader_${database.name}`;
    await database.sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'canary'`);
    const url = database.url.replace(/\/\/[^@]*@/, `//${role}:canary@`);
    expect(await reportOn(url)).toMatch(/permission denied for (schema|table) .*Grant the reader SELECT/);
  });

  test("a column missing", async () => {
    const own = await server.createDatabase();
    await own.sql.unsafe(
      "CREATE SCHEMA orchestration; CREATE TABLE orchestration.sync_history (id int, crm_source text)",
    );
    expect(await reportOn(own.url)).toContain(
      "lacks the columns sync_type, status, start_time, end_time, records_processed, records_created, " +
        "records_updated, records_failed, error_message of the preset sync-history",
    );
    await own.close();
  });
});

test.each([
  {
    name: "a table",
    after: "DROP TABLE kept",
    says: "no such table: main.kept, which a view reads: correct or drop that view",
  },
  {
    name: "a function",
    after: "DROP VIEW automation_actions; CREATE VIEW automation_actions AS SELECT own(a) AS id FROM kept",
    says: "no such function: own, which only the program that writes the file has",
  },
])("a view in an SQLite file that lacks $name", async ({ after, says }) => {
  const path = join(mkdtempSync(join(tmpdir(), "automation-reports-view-")), "x.sqlite");
  using file = new Database(path);
  file.run(`CREATE TABLE kept (a); CREATE VIEW automation_actions AS SELECT a AS id FROM kept; ${after}`);
  expect(await reportOn(`sqlite:${path}`)).toContain(says);
});

test("a materialised view that was never filled", async () => {
  const own = await server.createDatabase();
  await own.sql
    .unsafe(`CREATE MATERIALIZED VIEW automation_actions AS SELECT 1 AS id, 'hubspot'::text AS crm_source, 'r'::text AS rule,
    'success'::text AS status, now() AS started_at, now() AS finished_at, 1 AS records_processed, 1 AS records_created,
    1 AS records_updated, 0 AS records_failed, NULL::text AS error, false AS dry_run, false AS wrapper WITH NO DATA`);
  expect(await reportOn(own.url)).toContain("has not been populated. Fill it with REFRESH MATERIALIZED VIEW");
  await own.close();
});

test.each([
  {
    name: "its table",
    change: "OPTIONS (SET table_name 'gone')",
    says: 'relation "orchestration.gone" does not exist',
  },
  {
    name: "a column",
    change: "ALTER status OPTIONS (SET column_name 'gone')",
    says: 'column "gone" does not exist',
  },
])("of a foreign table that lost $name on its server, that server is named", async ({ change, says }) => {
  const near = await server.createDatabase();
  await near.sql.unsafe(`CREATE EXTENSION postgres_fdw; CREATE SCHEMA orchestration;
    CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '${server.port}', dbname '${database.name}');
    CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user 'owner', password '${PASSWORD}');
    IMPORT FOREIGN SCHEMA orchestration LIMIT TO (sync_history) FROM SERVER far INTO orchestration;
    ALTER FOREIGN TABLE orchestration.sync_history ${change}`);
  expect(await reportOn(near.url)).toContain(`${says}, on the foreign server behind the table: ALTER FOREIGN TABLE`);
  await near.close();
});

test("of a foreign table whose server is away, that server is named, and what to do", async () => {
  const near = await server.createDatabase();
  await near.sql.unsafe(`CREATE EXTENSION postgres_fdw; CREATE SCHEMA orchestration;
    CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '1', dbname 'd');
    CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user 'owner', password '${PASSWORD}');
    CREATE FOREIGN TABLE orchestration.sync_history (id int, crm_source text, sync_type text, status text, start_time timestamptz,
      end_time timestamptz, records_processed int, records_created int, records_updated int, records_failed int, error_message text) SERVER far`);
  expect(await reportOn(near.url)).toContain(
    'could not connect to server "far", from which a foreign table or partition is read: start that server, correct ALTER SERVER',
  );
  await near.close();
});

test.each([
  { code: "42704", message: 'user mapping not found for "reader"', advice: "CREATE USER MAPPING for this role" },
  { code: "2F003", message: "password is required", advice: "ALTER USER MAPPING" },
])("of a foreign table, $message: $advice", ({ code, message, advice }) => {
  const target = parseTarget("postgres://u@h/d", "/");
  if ("problem" in target) throw new Error(target.problem);
  expect(describeFailure(Object.assign(new Error(message), { code }), target)).toContain(advice);
});

test("a table locked exclusively is given up at lock_timeout, in a transaction that is then over", async () => {
  const held = await database.sql.reserve();
  await held`BEGIN`;
  await held`LOCK TABLE orchestration.sync_history IN ACCESS EXCLUSIVE MODE`;
  try {
    const started = performance.now();
    expect(await reportOn(database.url, { lock_timeout: "200ms" })).toContain("a table is locked by another session");
    expect(performance.now() - started).toBeLessThan(5000);
    await untilNoBackendIn(database.name);
  } finally {
    await held`ROLLBACK`;
    held.release();
  }
});

test("statement_timeout is the server's own limit", async () => {
  const own = await slowDatabase(server);
  expect(await reportOn(own.url, { statement_timeout: "300ms" })).toContain("cancelled at statement_timeout");
  await own.close();
});

test("at the deadline the query is cancelled and the backend gone", async () => {
  const own = await slowDatabase(server);
  expect(await reportOn(own.url, { timeout: "400ms", statement_timeout: "1h" })).toContain(
    "no complete answer within 0.4 s",
  );
  await untilNoBackendIn(own.name);
  await own.close();
});

test("an SQLite query that never ends is abandoned at the deadline", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "automation-reports-endless-")), "endless.sqlite");
  using endless = new Database(path);
  endless.run(`CREATE VIEW automation_actions AS
    WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1e12)
    SELECT x AS id, 'hubspot' AS crm_source, 'r' AS rule, 'success' AS status, '2026-07-10T01:00:00Z' AS started_at,
      NULL AS finished_at, 1 AS records_processed, 1 AS records_created, 1 AS records_updated, 1 AS records_failed,
      NULL AS error, 0 AS dry_run, 0 AS wrapper FROM c`);
  expect(await reportOn(`sqlite:${path}`, { timeout: "300ms" })).toContain(
    "no complete answer within 0.3 s: look at the load of this machine and its disk,",
  );
});

test("a peer that accepts and closes is not called again and again", async () => {
  let calls = 0;
  using peer = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (socket) => {
        calls += 1;
        socket.end();
      },
      data() {},
    },
  });
  const reason = await reportOn(`postgres://u@127.0.0.1:${peer.port}/d?sslmode=disable`, { timeout: "5s" });
  expect(reason).toContain("closed the connection");
  expect(calls).toBeLessThan(5);
});

test("given up at any moment after a server has accepted", async () => {
  const giveUpAfter = async (turns: number): Promise<unknown> => {
    const stop = new AbortController();
    const wait = (left: number) => (left === 0 ? stop.abort() : void setImmediate(wait, left - 1));
    using peer = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { open: () => wait(turns), data() {} } });
    const target = parseTarget(`postgres://u@127.0.0.1:${peer.port}/d?sslmode=disable`, "/");
    if ("problem" in target || target.kind !== "postgres") throw new Error("not a connection URL");
    const limits = { timeoutMs: 5000, statementTimeoutMs: null, lockTimeoutMs: 1000, timezone: null };
    return await openSnapshot(target, limits, stop.signal).catch((error: unknown) => error);
  };
  for (const turns of [0, 1, 2, 4]) expect(await giveUpAfter(turns)).toBeInstanceOf(HostsFailure);
});

test("a peer that speaks something else is told apart", async () => {
  using peer = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("hello") });
  expect(await reportOn(`postgres://u@127.0.0.1:${peer.port}/d?sslmode=require`, { timeout: "5s" })).toBe(
    `127.0.0.1:${peer.port} does not speak PostgreSQL: check host and port`,
  );
});

test("a mute peer is given up at the deadline", async () => {
  using peer = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  for (const sslmode of ["disable", "require"]) {
    const reason = await reportOn(`postgres://u@127.0.0.1:${peer.port}/d?sslmode=${sslmode}`, { timeout: "300ms" });
    expect(reason).toContain("no complete answer within 0.3 s");
  }
});

/** Its sync_history is a view that takes ten minutes. */
async function slowDatabase(on: PostgresServer): Promise<TestDatabase> {
  const own = await on.createDatabase();
  await fillSyncHistory("M")(own.sql, [run({ start: "2026-07-10T01:00:00Z", end: null })], []);
  await own.sql.unsafe(`ALTER TABLE orchestration.sync_history RENAME TO real_history;
    CREATE VIEW orchestration.sync_history AS SELECT h.* FROM orchestration.real_history h, (SELECT pg_sleep(600)) s`);
  return own;
}
