/** The process is killed in mid-query: the server notices that nobody waits any more, and its process ends within 2 s. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { directoryWith, start } from "../../making/cli.ts";
import { AS_OF, backendPid, makeVictim, slowDown, until } from "../../making/faults.ts";
import { PGBOUNCER, startPgBouncer } from "../../making/pgbouncer.ts";
import { connect, startPostgres, type PostgresServer, type TestDatabase } from "../../making/postgres-server.ts";
import { numbered } from "../../making/numbers.ts";

const MOST_MS = 2000;

let server: PostgresServer;
let victim: TestDatabase;

beforeAll(async () => {
  server = await startPostgres();
  victim = await makeVictim(server);
  await slowDown(victim);
});

afterAll(async () => {
  await victim.close();
  await server.stop();
});

/** How long a backend is left after kill -9, once `isBusy` says that it works. */
async function killWhile(args: readonly string[], config: string, isBusy: () => Promise<unknown>): Promise<number> {
  const child = start(args, { cwd: directoryWith(config) });
  await isBusy();
  child.kill("SIGKILL");
  await child.exited;
  const killedAt = performance.now();
  await until(async () => (await countBackends()) === 0);
  return performance.now() - killedAt;
}

async function countBackends(): Promise<number> {
  const [row] = await victim.sql`SELECT count(*)::int AS n FROM pg_stat_activity
    WHERE datname = ${victim.name} AND application_name = 'automation-reports'`;
  return Number(row?.["n"]);
}

const inSleep = async () => await backendPid(victim);
const configOf = (url: string) => `[crm.dead]\nurl = "${url}"\n`;
const socketUrl = () => `${victim.url.replace(/@[^/]*/, "@")}?host=${server.socketDirectory}&port=${server.port}`;
const LONG = ["--timeout", "300"];

test.each(
  numbered("B1", [
    { name: "a report", args: ["generate", ...AS_OF, ...LONG], url: () => victim.url },
    { name: "a report over a Unix socket", args: ["generate", ...AS_OF, ...LONG], url: socketUrl },
    { name: "check", args: ["check", "--analyze", ...LONG], url: () => victim.url },
  ]),
)("$no kill -9 of $name in mid-query → no backend after 2 s", async ({ args, url }) => {
  expect(await killWhile(args, configOf(url()), inSleep)).toBeLessThan(MOST_MS);
});

test("B2 kill -9 while the query computes and never waits → no backend after 2 s", async () => {
  const busy = await makeVictim(server);
  await busy.sql.unsafe(`ALTER TABLE orchestration.sync_history RENAME TO real_history;
    CREATE VIEW orchestration.sync_history AS SELECT h.* FROM orchestration.real_history h,
      (SELECT sum(a::float8 * b) FROM generate_series(1, 100000) a, generate_series(1, 100000) b OFFSET 0) s`);
  const child = start(["generate", ...AS_OF, ...LONG], { cwd: directoryWith(configOf(busy.url)) });
  // For a moment a backend is active because it has read the statement, and waits for its parameters.
  const countBusy = async (sinceSeconds = 0) =>
    Number(
      (
        await busy.sql`SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = ${busy.name}
        AND application_name = 'automation-reports' AND query LIKE '%One CRM%' AND state = 'active'
        AND query_start < clock_timestamp() - make_interval(secs => ${sinceSeconds})`
      )[0]?.["n"],
    );
  await until(async () => (await countBusy(0.5)) > 0);
  child.kill("SIGKILL");
  const killedAt = performance.now();
  await until(async () => (await countBusy()) === 0);
  expect(performance.now() - killedAt).toBeLessThan(MOST_MS);
  await busy.close();
});

test("B3 kill -9 while a lock on the store's tables is waited for → no backend after 2 s", async () => {
  const config = `[store]\nurl = "${victim.url}"\n[crm.a]\nurl = "sqlite:nowhere"\n[[schedule]]\nname = "often"\ncron = "* * * * *"\n`;
  const child = start(["store", "prune"], { cwd: directoryWith(config) });
  expect(await child.exited).toBe(0);
  const locking = connect(victim.url);
  const held = Promise.withResolvers<void>();
  const lock = locking.begin(async (sql) => {
    await sql`LOCK TABLE automation_reports_slots`;
    await held.promise;
  });
  const isWaiting = async () => {
    const [row] = await victim.sql`SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = ${victim.name} AND application_name = 'automation-reports' AND wait_event_type = 'Lock'`;
    return Number(row?.["n"]) > 0;
  };
  const leftMs = await killWhile(["schedule", "run", "often"], config, async () => await until(isWaiting));
  held.resolve();
  await lock;
  await locking.end();
  expect(leftMs).toBeLessThan(MOST_MS);
});

test("B5 SIGSTOP in mid-query, and no word from us → the server gives the snapshot back at the timeout", async () => {
  const frozen = await makeVictim(server);
  await slowDown(frozen, 0.5);
  const child = start(["generate", ...AS_OF, "--timeout", "2"], { cwd: directoryWith(configOf(frozen.url)) });
  await backendPid(frozen);
  child.kill("SIGSTOP");
  const frozenAt = performance.now();
  await until(async () => {
    const [row] = await frozen.sql`SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = ${frozen.name} AND application_name = 'automation-reports'`;
    return row?.["n"] === 0;
  });
  expect(performance.now() - frozenAt).toBeLessThan(6000);
  child.kill("SIGCONT");
  expect(await child.exited).toBe(4);
  await frozen.close();
});

test("B6 kill -9 of a schedule's run in mid-query, its store in PostgreSQL → no backend of either after 2 s", async () => {
  const store = await server.createDatabase();
  const config = `${configOf(victim.url)}[store]\nurl = "${store.url}"\n[[schedule]]\nname = "often"\ncron = "* * * * *"\n`;
  const leftMs = await killWhile(["schedule", "run", "often"], config, inSleep);
  await until(async () => {
    const [row] = await store.sql`SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = ${store.name} AND application_name = 'automation-reports'`;
    return row?.["n"] === 0;
  });
  expect(leftMs).toBeLessThan(MOST_MS);
  await store.close();
});

test.skipIf(PGBOUNCER === null)(
  "B4 kill -9 behind PgBouncer, which hangs up in our place → the query ends within 2 s",
  async () => {
    const pooler = await startPgBouncer(server, 2);
    try {
      const url = pooler.url(victim.name);
      const child = start(["generate", ...AS_OF, ...LONG], { cwd: directoryWith(configOf(url)) });
      const pid = await backendPid(victim);
      child.kill("SIGKILL");
      const killedAt = performance.now();
      await until(
        async () =>
          (await victim.sql`SELECT FROM pg_stat_activity WHERE pid = ${pid} AND wait_event = 'PgSleep'`).length === 0,
      );
      expect(performance.now() - killedAt).toBeLessThan(MOST_MS);
    } finally {
      await pooler.stop();
    }
  },
);
