/** The scheduler as it is installed: the compiled executable, real stores, real signals, a clock that really jumps. */
import { isLong } from "../making/draws.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../src/report/schema.ts";
import { openStore } from "../../src/store/open.ts";
import type { SlotState } from "../../src/store/slots.ts";
import { directoryWith, runCli, start } from "../making/cli.ts";
import { backendPid, expectNoSecret, launch as launchTrial, slowDown, until } from "../making/faults.ts";
import { PYTHON, startNotifyPeer, type NotifyPeer } from "../making/notify-peer.ts";
import { startPostgres, type PostgresServer, type TestDatabase } from "../making/postgres-server.ts";
import { fillSyncHistory, run } from "../making/warehouses.ts";

const FAKETIME = ["x86_64", "aarch64"]
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)
  .find((path) => existsSync(path));

let server: PostgresServer;
let database: TestDatabase;

beforeAll(async () => {
  server = await startPostgres();
});

beforeEach(async () => {
  database = await server.createDatabase();
  const start = new Date(Date.now() - 600_000).toISOString();
  await fillSyncHistory("H")(database.sql, [run({ crm: "hubspot", start, end: start, processed: 3 })], []);
});

afterAll(async () => await server.stop());

/** Every minute, an hour's window; state and exports beside the configuration. */
function configured(
  schedule = '[[schedule]]\nname = "often"\ncron = "* * * * *"\ntime_window = "1h"\n',
  url = database.url,
): string {
  return directoryWith(
    `${schedule}\n[store]\npath = "state/reports.sqlite"\n[export]\ndir = "exports"\n[crm.hubspot]\nurl = "${url}"\n`,
  );
}

type Slot = { slot: string; state: SlotState; attempts: number; exit_code: number | null; note: string | null };

async function slotsIn(cwd: string): Promise<Slot[]> {
  const { stdout } = await runCli(["schedule", "history", "--format", "json", "--limit", "1000"], { cwd });
  return JSON.parse(stdout) as Slot[];
}

const exportsIn = (cwd: string) =>
  existsSync(join(cwd, "exports")) ? readdirSync(join(cwd, "exports")).filter((name) => name.endsWith(".json")) : [];

describe("schedule run", () => {
  test("makes the slot that is due: its window ends at the slot, it is exported, kept and remembered", async () => {
    const cwd = configured('[[schedule]]\nname = "daily"\ncron = "@daily"\n');
    const first = await runCli(["schedule", "run", "daily"], { cwd });
    expect(first.code, first.stderr).toBe(0);
    const [name = ""] = exportsIn(cwd);
    const report = JSON.parse(readFileSync(join(cwd, "exports", name), "utf8")) as Report;
    const midnight = `${new Date().toISOString().slice(0, 10)}T00:00:00Z`;
    expect(report.metadata).toMatchObject({ window_end: midnight, time_window_hours: 24, include_detailed: true });
    expect(await slotsIn(cwd)).toMatchObject([
      {
        schedule: "daily",
        slot: midnight,
        state: "made",
        attempts: 1,
        exit_code: 0,
        pass_id: report.metadata.pass_id,
      },
    ]);
    const again = await runCli(["schedule", "run", "daily"], { cwd });
    expect([again.code, exportsIn(cwd).length]).toEqual([0, 1]);
    expect(again.stderr).toMatch(
      /^daily: nothing to do: the \d+ \w+ \d{4} 00:00 UTC report exists \(automation-reports history list\); next at \d+ \w+ \d{4} 00:00 UTC\n$/,
    );
  });

  test("six at once, as a timer and a daemon together: one report", async () => {
    const cwd = configured('[[schedule]]\nname = "daily"\ncron = "@daily"\n');
    const ended = await Promise.all(
      Array.from({ length: 6 }, async () => await runCli(["schedule", "run", "daily"], { cwd })),
    );
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(exportsIn(cwd)).toHaveLength(1);
    expect(await slotsIn(cwd)).toMatchObject([{ state: "made", attempts: 1 }]);
  });

  test("what may pass is tried again within the slot, a wrong password is not", async () => {
    const refused = configured(undefined, "postgres://u@127.0.0.1:1/d").concat();
    writeFileSync(
      join(refused, "automation-reports.toml"),
      readFileSync(join(refused, "automation-reports.toml"), "utf8").replace("cron = ", "retries = 1\ncron = "),
    );
    const started = performance.now();
    const ended = await runCli(["schedule", "run", "often"], { cwd: refused });
    expect(ended.code).toBe(4);
    expect(performance.now() - started).toBeGreaterThan(5000);
    const wrong = configured(undefined, database.url.replace(/:[^:@/]*@/, ":wrong@"));
    const quick = performance.now();
    expect((await runCli(["schedule", "run", "often"], { cwd: wrong })).code).toBe(4);
    expect(performance.now() - quick).toBeLessThan(4000);
    expect(await slotsIn(wrong)).toMatchObject([{ state: "failed", exit_code: 4, note: "could not be read: hubspot" }]);
  }, 30_000);

  test("an unknown name, a missing one and one too many", async () => {
    const cwd = configured();
    for (const [args, says] of [
      [["offten"], "did you mean often?"],
      [[], "NAME is missing"],
      [["often", "twice"], "twice"],
    ] as const) {
      const { code, stderr } = await runCli(["schedule", "run", ...args], { cwd });
      expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
    }
  });
});

test("list, history and status tell what was, what comes and what is wrong", async () => {
  const cwd = configured('[[schedule]]\nname = "daily"\ncron = "0 0 * * *"\ntimezone = "America/New_York"\n');
  const fresh = await runCli(["schedule", "status"], { cwd });
  expect([fresh.code, fresh.stdout]).toEqual([
    1,
    expect.stringMatching(/^daily +never-run +no report was made by this schedule yet/m),
  ]);
  await runCli(["schedule", "run", "daily"], { cwd });
  const status = await runCli(["schedule", "status"], { cwd });
  expect([status.code, status.stdout]).toEqual([0, expect.stringMatching(/^daily +ok +the .* UTC report was made/m)]);
  const list = await runCli(["schedule", "list"], { cwd });
  expect(list.stdout).toMatch(/^daily · 0 0 \* \* \* · America\/New_York\n  last  ok {2}the .* UTC report was made/);
  expect(list.stdout.match(/ UTC  .*\[America\/New_York\]$/gm)).toHaveLength(5);
  const history = await runCli(["schedule", "history"], { cwd });
  expect(history.stdout).toMatch(/daily +made +0 +1 /);
});

test("status tells of the last slot that ran, however many were skipped since", async () => {
  const cwd = configured();
  await using store = await openStore({ kind: "sqlite", path: join(cwd, "state/reports.sqlite") });
  const now = Math.floor(Date.now() / 60_000) * 60_000;
  const ran = { schedule: "often", slotMs: now - 40 * 60_000 };
  await store.slots.claim(ran, "x", 60_000);
  await store.slots.end(ran, "x", { state: "made", exitCode: 0, note: null, passId: null });
  for (let minutes = 30; minutes >= -1; minutes -= 1)
    await store.slots.skip({ schedule: "often", slotMs: now - minutes * 60_000 }, "missed");
  const { code, stdout } = await runCli(["schedule", "status"], { cwd });
  expect([code, stdout]).toEqual([1, expect.stringMatching(/^often +skipped +/m)]);
});

describe("the daemon", () => {
  const started: ReturnType<typeof start>[] = [];
  const launch: typeof start = (...parameters) => {
    const child = start(...parameters);
    started.push(child);
    return child;
  };
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
  });

  const logOf = (child: ReturnType<typeof start>) => {
    const lines: string[] = [];
    const reading = (async () => {
      for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) lines.push(chunk);
    })();
    return { text: () => lines.join(""), reading };
  };

  /** Leaves the slot of `daily` interrupted, while the warehouse is slow. */
  async function interrupt(cwd: string): Promise<void> {
    const child = launch(["schedule", "run", "daily"], { cwd });
    await backendPid(database);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(143);
  }

  /** Leaves the slot in the hands of a dead holder. */
  async function killInMidReport(args: string[], cwd: string): Promise<void> {
    const child = launch(args, { cwd });
    const backend = await backendPid(database);
    child.kill("SIGKILL");
    await child.exited;
    await database.sql`SELECT pg_terminate_backend(${backend}, 5000)`;
  }

  async function speedUp(): Promise<void> {
    await database.sql.unsafe(
      "DROP VIEW orchestration.sync_history; ALTER TABLE orchestration.real_history RENAME TO sync_history",
    );
  }

  test("stopped by SIGTERM in mid-report: within 5 s, exit 0, the slot free again, no backend left", async () => {
    await slowDown(database);
    const cwd = configured('[[schedule]]\nname = "daily"\ncron = "@daily"\n');
    await interrupt(cwd);
    expect(await slotsIn(cwd)).toMatchObject([{ state: "interrupted", exit_code: 143, attempts: 1 }]);
    // The daemon finds it, and is stopped over it itself.
    const child = launch(["schedule"], { cwd });
    await backendPid(database);
    const stopped = performance.now();
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
    expect(performance.now() - stopped).toBeLessThan(5000);
    expect(await slotsIn(cwd)).toMatchObject([{ state: "interrupted", exit_code: 143, attempts: 2 }]);
    await until(async () => {
      const [row] = await database.sql`SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE datname = ${database.name} AND application_name = 'automation-reports'`;
      return row?.["n"] === 0;
    });
  }, 30_000);

  test("killed in mid-report: the store is whole, and the slot is taken over once", async () => {
    await slowDown(database);
    const cwd = configured('[[schedule]]\nname = "daily"\ncron = "@daily"\n');
    await killInMidReport(["schedule", "run", "daily"], cwd);
    expect(await slotsIn(cwd)).toMatchObject([{ state: "running", attempts: 1 }]);
    await speedUp();
    const ended = await Promise.all([1, 2, 3].map(async () => await runCli(["schedule", "run", "daily"], { cwd })));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await slotsIn(cwd)).toMatchObject([{ state: "made", attempts: 2 }]);
    expect(exportsIn(cwd)).toHaveLength(1);
    const check = await runCli(["store", "check"], { cwd });
    expect(check.code, check.stderr).toBe(0);
  }, 60_000);

  test("the daemon killed in mid-report: the next one takes the slot over, once", async () => {
    await slowDown(database);
    const cwd = configured('[[schedule]]\nname = "daily"\ncron = "@daily"\n');
    await interrupt(cwd);
    await killInMidReport(["schedule"], cwd);
    await speedUp();
    const [second, third] = [launch(["schedule"], { cwd }), launch(["schedule"], { cwd })];
    await until(async () => (await slotsIn(cwd))[0]?.state === "made");
    expect(await slotsIn(cwd)).toMatchObject([{ state: "made", attempts: 3 }]);
    expect(exportsIn(cwd)).toHaveLength(1);
    for (const child of [second, third]) child.kill("SIGTERM");
    expect(await Promise.all([second.exited, third.exited])).toEqual([0, 0]);
  }, 60_000);

  test("a second signal forces: a server that is frozen holds nobody up", async () => {
    await slowDown(database);
    const cwd = configured('[[schedule]]\nname = "daily"\ncron = "@daily"\n');
    await interrupt(cwd);
    const child = launch(["schedule"], { cwd });
    const backend = await backendPid(database);
    process.kill(backend, "SIGSTOP");
    try {
      const started = performance.now();
      child.kill("SIGTERM");
      await Bun.sleep(100);
      child.kill("SIGTERM");
      expect(await child.exited).toBe(143);
      expect(performance.now() - started).toBeLessThan(2000);
    } finally {
      process.kill(backend, "SIGCONT");
    }
  }, 30_000);

  test("pings tell of start and end, and their URL is nowhere else", async () => {
    const asked: string[] = [];
    using peer = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request) => {
        asked.push(new URL(request.url).pathname);
        return new Response("OK");
      },
    });
    const pinged = (url?: string) =>
      configured(
        `[[schedule]]\nname = "daily"\ncron = "@daily"\nretries = 0\nping_url = "http://127.0.0.1:${peer.port}/canary-uuid"\n`,
        url,
      );
    const [good, bad] = [pinged(), pinged("postgres://u@127.0.0.1:1/d")];
    const trials = [
      await launchTrial(["schedule", "run", "daily", "--verbose"], { cwd: good }).trial,
      await launchTrial(["schedule", "run", "daily", "--verbose"], { cwd: bad }).trial,
    ];
    expect(trials.map(({ code }) => code)).toEqual([0, 4]);
    expect(asked).toEqual(["/canary-uuid/start", "/canary-uuid", "/canary-uuid/start", "/canary-uuid/4"]);
    for (const trial of trials) expectNoSecret(trial);
  }, 30_000);

  test("a ping host that hangs does not hold up a stop, and the slot's outcome is kept", async () => {
    using peer = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      idleTimeout: 0,
      fetch: async () => await new Promise<Response>(() => {}),
    });
    const cwd = configured(
      `[[schedule]]\nname = "daily"\ncron = "@daily"\nping_url = "http://127.0.0.1:${peer.port}/x"\n`,
    );
    const child = launch(["schedule", "run", "daily"], { cwd });
    await until(() => exportsIn(cwd).length === 1);
    const stopped = performance.now();
    child.kill("SIGTERM");
    await child.exited;
    expect(performance.now() - stopped).toBeLessThan(4500);
    expect(await slotsIn(cwd)).toMatchObject([{ state: "made" }]);
    await peer.stop(true);
  }, 30_000);

  test("a store that is away when the configuration is loaded again: the old one stays, and nobody dies", async () => {
    const away = await startPostgres();
    const cwd = directoryWith(
      `[[schedule]]\nname = "daily"\ncron = "@daily"\n[store]\nurl = "${away.url("postgres")}"\n[crm.hubspot]\nurl = "${database.url}"\n`,
    );
    const path = join(cwd, "automation-reports.toml");
    const child = launch(["schedule"], { cwd });
    const log = logOf(child);
    await until(() => log.text().includes("scheduler started"));
    await away.stop();
    writeFileSync(path, `${readFileSync(path, "utf8")}\n[[schedule]]\nname = "weekly"\ncron = "@weekly"\n`);
    child.kill("SIGHUP");
    while (child.exitCode === null && !log.text().includes("The configuration was not reloaded")) await Bun.sleep(20);
    expect(child.exitCode, log.text()).toBeNull();
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  }, 60_000);

  test.skipIf(!isLong)(
    "a slow holder renews its lease, so that nobody takes its slot (long form)",
    async () => {
      await slowDown(database, 50);
      const stored = await (await startPostgres()).createDatabase();
      const cwd = directoryWith(
        `[[schedule]]\nname = "daily"\ncron = "@daily"\n[store]\nurl = "${stored.url}"\n[defaults]\ntimeout = "2m"\n[crm.hubspot]\nurl = "${database.url}"\n`,
      );
      const child = launch(["schedule", "run", "daily"], { cwd });
      await backendPid(database);
      const lease = async () =>
        Number((await stored.sql`SELECT lease_until_ms AS ms FROM automation_reports_slots`)[0]?.["ms"]);
      const first = await lease();
      while ((await lease()) === first) await Bun.sleep(250);
      expect(await lease()).toBeGreaterThan(first + 15_000);
      const other = await runCli(["schedule", "run", "daily"], { cwd });
      expect([other.code, other.stderr]).toEqual([0, expect.stringMatching(/report is being made on \S+ \(pid \d+\)/)]);
      expect(await child.exited).toBe(0);
    },
    120_000,
  );

  test("SIGHUP loads the configuration again; a broken one is refused and the old one stays", async () => {
    const cwd = configured('[[schedule]]\nname = "daily"\ncron = "@daily"\n');
    const path = join(cwd, "automation-reports.toml");
    const child = launch(["schedule"], { cwd });
    const log = logOf(child);
    await until(() => log.text().includes("scheduler started"));
    const good = readFileSync(path, "utf8");
    writeFileSync(path, good.replace("@daily", "canary"));
    child.kill("SIGHUP");
    await until(() => log.text().includes("the old one stays in force"));
    expect(log.text()).toContain("automation-reports.toml:3:1: cron: not five cron fields");
    writeFileSync(path, good.replace('"@daily"', '"@daily"\n[[schedule]]\nname = "weekly"\ncron = "@weekly"'));
    child.kill("SIGHUP");
    await until(() => log.text().includes("configuration reloaded schedules=2"));
    expect(child.exitCode).toBeNull();
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  }, 30_000);

  describe.skipIf(PYTHON === null)("what systemd is told (needs python3)", () => {
    let peer: NotifyPeer;
    beforeEach(async () => {
      peer = await startNotifyPeer();
    });
    afterEach(async () => await peer.stop());

    test("a warehouse that hangs does not still the watchdog; a reload begins and ends", async () => {
      const cwd = configured();
      await slowDown(database);
      // A slot that its holder left unfinished is the daemon's at once.
      await killInMidReport(["schedule", "run", "often"], cwd);
      const child = launch(["schedule"], { cwd, env: peer.env });
      await backendPid(database);
      const beats = () => peer.heard.filter((line) => line.includes("WATCHDOG=1")).length;
      const before = beats();
      await until(() => beats() >= before + 3);
      child.kill("SIGHUP");
      await peer.hears("RELOADING=1");
      const begun = peer.heard.findIndex((line) => line.includes("RELOADING=1"));
      expect(peer.heard[begun]).toMatch(/MONOTONIC_USEC=\d+/);
      await until(() => peer.heard.findLastIndex((line) => line.includes("READY=1")) > begun);
      child.kill("SIGTERM");
      expect(await child.exited).toBe(0);
    }, 30_000);
  });

  describe.skipIf(FAKETIME === undefined)("slots after one that hangs (needs libfaketime)", () => {
    const nextMinute = { LD_PRELOAD: FAKETIME ?? "", FAKETIME: "+60s", FAKETIME_DONT_FAKE_MONOTONIC: "1" };

    test("while it hangs the next one is skipped; at its deadline it ends, and the one after is made", async () => {
      await slowDown(database);
      const cwd = configured(
        '[[schedule]]\nname = "often"\ncron = "* * * * *"\ntime_window = "1h"\ndeadline = "10s"\n',
      );
      const hanging = launch(["schedule", "run", "often"], { cwd });
      await backendPid(database);
      const skipped = await runCli(["schedule", "run", "often"], { cwd, env: nextMinute });
      expect([skipped.code, skipped.stderr]).toEqual([0, expect.stringContaining("is skipped: the one before it")]);
      expect(await hanging.exited).toBe(4);
      await speedUp();
      const made = await runCli(["schedule", "run", "often"], { cwd, env: { ...nextMinute, FAKETIME: "+120s" } });
      expect(made.code, made.stderr).toBe(0);
      expect((await slotsIn(cwd)).map(({ state, note }) => [state, note])).toEqual([
        ["made", null],
        ["skipped", "the one before it was still running"],
        ["failed", "not done within its deadline of 10 s"],
      ]);
    }, 30_000);
  });

  describe.skipIf(FAKETIME === undefined || PYTHON === null)(
    "when the clock jumps (needs libfaketime and python3)",
    () => {
      let peer: NotifyPeer;
      beforeEach(async () => {
        peer = await startNotifyPeer();
      });
      afterEach(async () => await peer.stop());

      /** A step of the wall clock; the monotonic one goes on. */
      const setClock = (path: string, instant: string) => {
        writeFileSync(`${path}.new`, `@${instant.replace("T", " ").replace("Z", "")}\n`);
        renameSync(`${path}.new`, path);
      };

      test.each([
        {
          name: "90 minutes forward, over a slot",
          to: "2026-07-10T22:25:00Z",
          slots: ["10T21:00 made", "10T04:00 skipped"],
        },
        { name: "an hour back", to: "2026-07-10T19:55:00Z", slots: ["10T04:00 skipped"] },
        {
          name: "three days forward",
          to: "2026-07-13T20:55:00Z",
          slots: [
            "13T04:00 made",
            "12T21:00 skipped",
            "12T04:00 skipped",
            "11T21:00 skipped",
            "11T04:00 skipped",
            "10T21:00 skipped",
            "10T04:00 skipped",
          ],
        },
      ])(
        "$name",
        async ({ to, slots }) => {
          const cwd = configured('[[schedule]]\nname = "twice"\ncron = ["0 4 * * *", "0 21 * * *"]\n');
          const clock = join(cwd, "clock");
          setClock(clock, "2026-07-10T20:55:00Z");
          const child = launch(["schedule"], {
            cwd,
            env: {
              ...peer.env,
              LD_PRELOAD: FAKETIME ?? "",
              FAKETIME_TIMESTAMP_FILE: clock,
              FAKETIME_NO_CACHE: "1",
              FAKETIME_DONT_FAKE_MONOTONIC: "1",
              TZ: "UTC",
            },
          });
          const log = logOf(child);
          await peer.hears("READY=1");
          await peer.hears("WATCHDOG=1");
          const beats = peer.heard.length;
          setClock(clock, to);
          await until(() => peer.heard.length > beats + 4);
          await until(async () => (await slotsIn(cwd)).every(({ state }) => state !== "running"));
          const seen = (await slotsIn(cwd)).map(({ slot, state }) => `${slot.slice(8, 16)} ${state}`);
          expect(seen, log.text()).toEqual([...slots]);
          child.kill("SIGTERM");
          expect(await child.exited).toBe(0);
          await peer.hears("STOPPING=1");
          expect(peer.heard.some((line) => line.startsWith("STATUS=1 schedule, next slot 2026-07-"))).toBe(true);
        },
        60_000,
      );
    },
  );
});
