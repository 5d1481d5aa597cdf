/** A standby that cancels what reads it, and one that is named as a store. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { directoryWith, runCli } from "../../making/cli.ts";
import {
  expectOneFailure,
  GENERATE,
  launch,
  makeTrio,
  makeVictim,
  reportOnDead,
  slowDown,
  type Trial,
  type Trio,
} from "../../making/faults.ts";
import {
  connect,
  startPostgres,
  startStandby,
  type PostgresServer,
  type TestDatabase,
} from "../../making/postgres-server.ts";
import { numbered } from "../../making/numbers.ts";

const config = (url: string, settings = "") => directoryWith(`[crm.dead]\nurl = "${url}"\n${settings}`);

describe("a standby", () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let victim: TestDatabase;
  let trio: Trio;

  beforeAll(async () => {
    [trio, primary] = await Promise.all([makeTrio(), startPostgres(undefined)]);
    victim = await makeVictim(primary);
    await slowDown(victim, 0.7);
    await victim.sql.unsafe("ALTER SYSTEM SET max_standby_streaming_delay = 0");
    await victim.sql`CREATE TABLE junk AS SELECT 1 AS n`;
    standby = await startStandby(primary);
  });

  afterAll(async () => {
    await trio.healthy.close();
    await victim.close();
    await standby.stop();
    await primary.stop();
  });

  /** Rows vanish on the primary until that is disposed of: a snapshot on the standby is taken back within 0.1 s. */
  function disturb(): AsyncDisposable {
    const stopping = new AbortController();
    const work = (async () => {
      while (!stopping.signal.aborted) {
        await victim.sql`UPDATE junk SET n = n + 1`;
        await victim.sql`VACUUM junk`;
        await Bun.sleep(50);
      }
    })();
    return {
      [Symbol.asyncDispose]: async () => {
        stopping.abort();
        await work;
      },
    };
  }

  const urlOf = (...servers: PostgresServer[]) => {
    const hosts = servers.map(({ port }) => `127.0.0.1:${port}`).join(",");
    return victim.url.replace(/@[^/]*/, `@${hosts}`);
  };

  function expectRead({ code, stdout, stderr }: Trial): void {
    expect([code, stderr]).toEqual([0, ""]);
    expect(reportOnDead(stdout, trio).performance_metrics).toMatchObject({ total_actions: 2, failed_actions: 1 });
  }

  test("Y1 a standby takes every snapshot back, of two hosts → exit 0, the next host is read", async () => {
    await using _ = disturb();
    expectRead(await launch(GENERATE, { cwd: trio.withDead(urlOf(standby, primary)) }).trial);
  });

  test("Y2 a standby takes every snapshot back, and there is no other host → exit 3, what to set, within the timeout", async () => {
    await using _ = disturb();
    const ended = await launch([...GENERATE, "--timeout", "5"], { cwd: trio.withDead(urlOf(standby)) }).trial;
    await expectOneFailure(ended, {
      trio,
      says: "cancelled the query to apply changes of its primary",
      advises: "hot_standby_feedback = on",
    });
    expect(ended.tookMs).toBeLessThan(7000);
  });

  test("Y3 a standby takes one snapshot back → exit 0, the same host is read again", async () => {
    const { trial } = launch(GENERATE, { cwd: trio.withDead(urlOf(standby)) });
    const onStandby = connect(urlOf(standby));
    for (;;) {
      // What the tests before changed may take this snapshot back, too.
      const [busy] = await onStandby`SELECT pid FROM pg_stat_activity
        WHERE application_name = 'automation-reports' AND wait_event = 'PgSleep'`.catch(() => []);
      if (busy !== undefined) break;
      await Bun.sleep(5);
    }
    await victim.sql`UPDATE junk SET n = n + 1`;
    await victim.sql`VACUUM junk`;
    expectRead(await trial);
    const [counted] =
      await onStandby`SELECT confl_snapshot::int AS n FROM pg_stat_database_conflicts WHERE datname = ${victim.name}`;
    expect(Number(counted?.["n"])).toBeGreaterThan(0);
    await onStandby.end();
  });

  test.each(
    numbered("Y4", [
      {
        name: "alone",
        hosts: () => [standby],
        says: "it is a standby, which cannot be written: name the primary server",
      },
      {
        name: "of two",
        hosts: () => [standby, standby],
        says: "is a standby or read-only, and a store is written: add the primary",
      },
    ]),
  )("$no a standby as a store, $name → exit 5: $says", async ({ hosts, says }) => {
    const cwd = config("sqlite:nowhere", `[store]\nurl = "${urlOf(...hosts())}"`);
    const { code, stderr } = await runCli(["store", "prune"], { cwd });
    expect([code, stderr]).toEqual([5, expect.stringContaining(says)]);
  });

  test("Y5 a standby as a store that is only looked at → exit 0, by store check", async () => {
    const cwd = config("sqlite:nowhere", `[store]\nurl = "${urlOf(primary)}"`);
    expect((await runCli(["store", "prune"], { cwd })).code).toBe(0);
    const looking = config("sqlite:nowhere", `[store]\nurl = "${urlOf(standby)}"`);
    const { code, stdout, stderr } = await runCli(["store", "check"], { cwd: looking });
    expect([code, stdout, stderr]).toEqual([0, expect.any(String), ""]);
  });
});
