/** The store in PostgreSQL where it is not a plain server that is always there. */
import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { explainStoreFailure } from "../../src/store/failure.ts";
import { openStore } from "../../src/store/open.ts";
import { startFakeServer } from "../making/fake-server.ts";
import { until } from "../making/faults.ts";
import { PGBOUNCER, startPgBouncer } from "../making/pgbouncer.ts";
import { connect, startPostgres } from "../making/postgres-server.ts";
import { message, READY, SESSION } from "../making/server-messages.ts";
import { madePass, newStoreUrl, startClaimer, targetOf } from "../making/stores.ts";
import { sharedServer } from "../making/warehouses.ts";

describe.skipIf(PGBOUNCER === null)("through PgBouncer, two connections in transaction mode", () => {
  const ending: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const end of ending) await end();
  });

  test("three processes, 50 slots: each once; a report comes back; no transaction and no setting is left", async () => {
    const pooler = await startPgBouncer(await sharedServer(), 2);
    ending.push(pooler.stop);
    const direct = await newStoreUrl("PostgreSQL");
    const url = pooler.url(direct.slice(direct.lastIndexOf("/") + 1));
    const claimers = Array.from({ length: 3 }, () => startClaimer(url, 50, 60_000));
    const outputs = await Promise.all(claimers.map(async (claimer) => await claimer.stdout.text()));
    expect(outputs.join("").split("\n").filter(Boolean).length).toBe(50);
    await using store = await openStore(targetOf(url));
    const made = madePass(["hubspot"]);
    await store.reports.keepPass(made, "adhoc");
    const [row] = await store.reports.list({ limit: 1 });
    expect(await store.reports.read(row?.id ?? "")).toEqual({ status: "read", report: made.reports[0]! });
    const sql = connect(url);
    const [left] = await sql`SELECT current_setting('statement_timeout') AS timeout,
      (SELECT count(*)::int FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname = current_database()) AS open`;
    expect({ ...left }).toEqual({ timeout: "0", open: 0 });
    await sql.end();
  });
});

test("what is usual leaves no line in the server's log", async () => {
  const server = await startPostgres();
  await using store = await openStore(targetOf(server.url()));
  const log = () => readFileSync(join(server.socketDirectory, "log"), "utf8");
  const before = log();
  await store.reports.keepPass(madePass(["hubspot"]), "adhoc");
  await store.slots.claim({ schedule: "a", slotMs: 1 }, "b", 1000);
  expect(log()).toBe(before);
});

test("restarted under it: a call waits for the server to come back, nothing is lost", async () => {
  const server = await startPostgres();
  await using store = await openStore(targetOf(server.url()));
  await store.reports.keepPass(madePass(["hubspot"]), "adhoc");
  const { start } = await server.halt("immediate");
  const [rows] = await Promise.all([store.reports.list({ limit: 5 }), start()]);
  expect(rows.length).toBe(1);
  await server.halt("fast");
  expect(store.reports.list({ limit: 5 })).rejects.toMatchObject({
    kind: "delivery",
    message: expect.stringMatching(/^store: 127\.0\.0\.1:\d+ /),
  });
});

describe("calls that follow each other share a connection", () => {
  test("one after the other: one session, which ends soon after the last, and with the store at once", async () => {
    const url = await newStoreUrl("PostgreSQL");
    const sql = connect(url);
    const listSessions = async () =>
      (
        await sql`SELECT pid, state FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'automation-reports'`
      ).map(({ pid, state }) => [pid, state]);
    {
      await using store = await openStore(targetOf(url));
      const [first] = await listSessions();
      await store.slots.claim({ schedule: "a", slotMs: 1 }, "b", 1000);
      await store.reports.list({ limit: 5 });
      // Between calls it holds no transaction open.
      expect(await listSessions()).toEqual([[first?.[0], "idle"]]);
      await until(async () => (await listSessions()).length === 0);
      await store.reports.list({ limit: 5 });
    }
    await until(async () => (await listSessions()).length === 0);
    await sql.end();
  });

  test("a session that the server ended meanwhile is replaced, and nothing is said of it", async () => {
    const url = await newStoreUrl("PostgreSQL");
    const sql = connect(url);
    await using store = await openStore(targetOf(url));
    for (let nth = 0; nth < 3; nth++) {
      await store.slots.skip({ schedule: "a", slotMs: nth }, "");
      const ended = await sql`SELECT pg_terminate_backend(pid, 5000) AS was FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'automation-reports'`;
      expect(ended.map(({ was }) => was)).toEqual([true]);
    }
    expect((await store.slots.list({ limit: 5 })).length).toBe(3);
    await sql.end();
  });

  test("at the same time: each has its own", async () => {
    await using store = await openStore(targetOf(await newStoreUrl("PostgreSQL")));
    await Promise.all(
      Array.from({ length: 5 }, async (_, nth) => await store.slots.skip({ schedule: "a", slotMs: nth }, "")),
    );
    expect((await store.slots.list({ limit: 9 })).length).toBe(5);
  });
});

test("a role without rights is told what to grant", async () => {
  const server = await sharedServer();
  const database = await server.createDatabase();
  await database.sql.unsafe(`CREATE ROLE reader_${database.name} LOGIN PASSWORD 'reader-secret'`);
  await database.close();
  const url = `postgresql://reader_${database.name}:reader-secret@127.0.0.1:${server.port}/${database.name}`;
  expect(openStore(targetOf(url))).rejects.toMatchObject({
    kind: "delivery",
    message: expect.stringContaining("the role may not write there: GRANT CREATE"),
  });
});

test("a role that is to write, and may not even read the tables of another, is told what it takes to write", async () => {
  const server = await sharedServer();
  const database = await server.createDatabase();
  await (await openStore(targetOf(database.url)))[Symbol.asyncDispose]();
  await database.sql.unsafe(`CREATE ROLE stranger_${database.name} LOGIN PASSWORD 'stranger-secret'`);
  await database.close();
  const url = `postgresql://stranger_${database.name}:stranger-secret@127.0.0.1:${server.port}/${database.name}`;
  expect(openStore(targetOf(url))).rejects.toThrow("the role may not write there: GRANT CREATE");
  expect(openStore(targetOf(url), "look")).rejects.toThrow("the role may not read there: GRANT USAGE");
});

test("a lock that is held: given up in words before the deadline", async () => {
  const url = await newStoreUrl("PostgreSQL");
  await using store = await openStore(targetOf(url));
  const sql = connect(url);
  await sql.begin(async (locking) => {
    await locking`LOCK TABLE automation_reports_slots`;
    expect(await store.slots.skip({ schedule: "a", slotMs: 1 }, "").catch((error: Error) => error.message)).toContain(
      "another session holds a lock on a table",
    );
  });
  await sql.end();
});

test("a server that gives no rows breaks the protocol, and has no empty search path", async () => {
  await using server = await startFakeServer(async (client) => {
    await client.startup();
    await client.send(SESSION);
    while (!client.hasGone()) {
      await client.turn();
      await client.send(message("C", "SELECT 0\0"), READY);
    }
  });
  const opening = openStore(targetOf(`postgres://u:p@127.0.0.1:${server.port}/d?sslmode=disable`));
  expect(await opening.then(String, (error: Error) => error.message)).toMatch(
    /^store: 127\.0\.0\.1:\d+: its answer breaks PostgreSQL's protocol \(no row where there is always one\): /,
  );
});

test.each([
  { error: new TypeError("undefined is no object"), what: "it has other parts than were asked for" },
  { error: new SyntaxError("JSON Parse error"), what: "a document in it is no JSON" },
])("an answer that cannot be used, $what: the advice is about the store", ({ error, what }) => {
  const { message: said } = explainStoreFailure(error, targetOf("postgres://u@h/d"));
  expect(said).toBe(`store: h:5432: its answer cannot be used (${what}): check [store] url, and what stands between`);
});
