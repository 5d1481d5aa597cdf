/** Slots made one at a time by the compiled executable, as a timer makes them: real stores, real signals. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../src/report/document/schema.ts";
import { describeHolder } from "../../src/processes.ts";
import { openStore } from "../../src/store/open.ts";
import { DAY_MS } from "../../src/time/units.ts";
import { directoryWith, runCli } from "../making/cli.ts";
import { isLong } from "../making/draws.ts";
import { backendPid, expectNoSecret, launch as launchTrial, slowDown, until } from "../making/faults.ts";
import { startPostgres, type TestDatabase } from "../making/postgres-server.ts";
import { DAILY, exportsIn, install, killLaunched, launch, makeWarehouse, OFTEN, slotsIn } from "../making/scheduler.ts";

let database: TestDatabase;

beforeEach(async () => {
  database = await makeWarehouse();
});

afterEach(killLaunched);

describe("schedule run", () => {
  test("makes the slot that is due: its window ends at the slot, it is exported, kept and remembered", async () => {
    const cwd = install(DAILY, database.url);
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
      /^daily: nothing to do: the \d+ \w+ \d{4} 00:00 UTC report exists \(automation-reports history show \S+T00:00:00Z\); next at \d+ \w+ \d{4} 00:00 UTC; --now makes one of the window that ends now\n$/,
    );
  });

  test("the command that it names has the configuration, where one is given", async () => {
    const cwd = install(DAILY, database.url);
    const flags = ["daily", "--config", "automation-reports.toml"];
    const now = await runCli(["schedule", "run", ...flags, "--now"], { cwd });
    expect(now.stderr).toMatch(/\(automation-reports history show \S+Z --config automation-reports\.toml\)\n$/);
    await runCli(["schedule", "run", ...flags], { cwd });
    expect((await runCli(["schedule", "run", ...flags], { cwd })).stderr).toMatch(
      / exists \(automation-reports history show \S+Z --config automation-reports\.toml\); next at/,
    );
  });

  test("--now makes a report of the window that ends now, and leaves the slot to its time", async () => {
    const cwd = install(DAILY, database.url);
    const before = Date.now();
    const { code, stderr } = await runCli(["schedule", "run", "daily", "--now"], { cwd });
    expect(code, stderr).toBe(0);
    const [, shown = ""] =
      /made the report of the 24 h to now \(automation-reports history show (\S+)\)\n$/.exec(stderr) ?? [];
    const kept = await runCli(["history", "show", shown, "--format", "json"], { cwd });
    const { reports } = JSON.parse(kept.stdout) as { reports: Report[] };
    const [report] = reports;
    expect(Date.parse(report?.metadata.window_end ?? "")).toBeGreaterThanOrEqual(before);
    expect(report?.metadata).toMatchObject({ time_window_hours: 24, include_detailed: true });
    const listed = await runCli(["history", "list", "--format", "json"], { cwd });
    expect(JSON.parse(listed.stdout)).toMatchObject([{ origin: "daily", source: "hubspot" }]);
    expect([exportsIn(cwd).length, await slotsIn(cwd)]).toEqual([1, []]);
    expect((await runCli(["schedule", "run", "daily"], { cwd })).code).toBe(0);
    expect(await slotsIn(cwd)).toMatchObject([{ state: "made" }]);
    expect(exportsIn(cwd)).toHaveLength(2);
  });

  test("--now of CRMs that cannot be read ends as generate does", async () => {
    const cwd = install(DAILY, "postgres://u@127.0.0.1:1/d");
    expect((await runCli(["schedule", "run", "daily", "--now"], { cwd })).code).toBe(4);
    expect(await slotsIn(cwd)).toEqual([]);
  });

  test.each([
    { failOn: "", code: 0, ping: "/x", note: null },
    { failOn: 'fail_on = "critical"', code: 0, ping: "/x", note: null },
    { failOn: 'fail_on = "warning"', code: 1, ping: "/x/1", note: "warning or critical: hubspot" },
  ])(
    "a finding that is a warning, with $failOn: exit $code, and the report is made",
    async ({ failOn, code, ping, note }) => {
      const asked: string[] = [];
      using peer = Bun.serve({
        port: 0,
        hostname: "127.0.0.1",
        fetch: (request) => {
          asked.push(new URL(request.url).pathname);
          return new Response("OK");
        },
      });
      await database.sql`UPDATE orchestration.sync_history SET status = 'odd'`;
      // The run that is recorded is of today: a window that ends at midnight need not hold it.
      const schedule = `${OFTEN}ping_url = "http://127.0.0.1:${peer.port}/x"\n${failOn}\n`;
      const cwd = install(schedule, database.url);
      const ended = await runCli(["schedule", "run", "often"], { cwd });
      expect([ended.code, asked]).toEqual([code, ["/x/start", ping]]);
      expect(await slotsIn(cwd)).toMatchObject([{ state: "made", exit_code: code, note }]);
      expect(exportsIn(cwd)).toHaveLength(1);
      const status = await runCli(["schedule", "status", "--format", "json"], { cwd });
      expect([status.code, JSON.parse(status.stdout)]).toMatchObject([0, [{ status: "ok" }]]);
    },
  );

  test("six at once, as a timer and a daemon together: one report", async () => {
    const cwd = install(DAILY, database.url);
    const ended = await Promise.all(
      Array.from({ length: 6 }, async () => await runCli(["schedule", "run", "daily"], { cwd })),
    );
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(exportsIn(cwd)).toHaveLength(1);
    expect(await slotsIn(cwd)).toMatchObject([{ state: "made", attempts: 1 }]);
  });

  test("what may pass is tried again within the slot, a wrong password is not", async () => {
    const refused = install(`${OFTEN}retries = 1\n`, "postgres://u@127.0.0.1:1/d");
    const started = performance.now();
    const ended = await runCli(["schedule", "run", "often"], { cwd: refused });
    expect(ended.code).toBe(4);
    expect(performance.now() - started).toBeGreaterThan(5000);
    const wrong = install(OFTEN, database.url.replace(/:[^:@/]*@/, ":wrong@"));
    const quick = performance.now();
    expect((await runCli(["schedule", "run", "often"], { cwd: wrong })).code).toBe(4);
    expect(performance.now() - quick).toBeLessThan(4000);
    expect(await slotsIn(wrong)).toMatchObject([{ state: "failed", exit_code: 4, note: "could not be read: hubspot" }]);
  });

  test("older slots that were left unfinished are given up, once, and no length is told of them", async () => {
    const cwd = install(DAILY, database.url);
    const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    {
      await using store = await openStore({ kind: "sqlite", path: join(cwd, "state/reports.sqlite") });
      const dead = describeHolder().replace(/[^/]+$/, "0");
      const stopped = { schedule: "daily", slotMs: midnight - 2 * DAY_MS };
      await store.slots.claim(stopped, dead, 60_000);
      const ended = { state: "interrupted", exitCode: 143, note: null } as const;
      await store.slots.end({ ...stopped, holder: dead, attempt: 1 }, ended, null);
      await store.slots.claim({ schedule: "daily", slotMs: midnight - DAY_MS }, dead, 60_000);
      await store.slots.claim({ schedule: "other", slotMs: midnight - DAY_MS }, dead, 60_000);
    }
    const first = await runCli(["schedule", "run", "daily"], { cwd });
    expect([first.code, first.stderr.match(/slot skipped: left unfinished.* schedule=daily /g)?.length]).toEqual([
      0, 2,
    ]);
    const again = await runCli(["schedule", "run", "daily"], { cwd });
    expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining("left unfinished")]);
    expect((await slotsIn(cwd)).map(({ state }) => state)).toEqual(["made", "skipped", "running", "skipped"]);
    const { stdout } = await runCli(["schedule", "history"], { cwd });
    expect(stdout).toMatch(/^Slot .* Exit +Starts +Took +Note/);
    expect(stdout.match(/ daily +skipped +– +1 +– +left unfinished, and not made up for/g)).toHaveLength(2);
  });

  test("slots that no timer started are recorded, as the daemon records them", async () => {
    const cwd = install(DAILY, database.url);
    const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    {
      await using store = await openStore({ kind: "sqlite", path: join(cwd, "state/reports.sqlite") });
      const ran = { schedule: "daily", slotMs: midnight - 3 * DAY_MS };
      await store.slots.claim(ran, "x", 60_000);
      await store.slots.end({ ...ran, holder: "x", attempt: 1 }, { state: "made", exitCode: 0, note: null }, null);
      await store.slots.claim({ schedule: "daily", slotMs: midnight - 2 * DAY_MS }, "x", 60_000);
      const stopped = { state: "interrupted", exitCode: 143, note: null } as const;
      await store.slots.end(
        { schedule: "daily", slotMs: midnight - 2 * DAY_MS, holder: "x", attempt: 1 },
        stopped,
        null,
      );
    }
    const first = await runCli(["schedule", "run", "daily"], { cwd });
    expect([first.code, first.stderr]).toEqual([
      0,
      expect.stringContaining("reports were not made while no scheduler was running schedule=daily slots=1"),
    ]);
    const again = await runCli(["schedule", "run", "daily"], { cwd });
    expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining("no scheduler was running")]);
    expect(
      (await slotsIn(cwd)).map(({ state, note }) => `${state} ${note?.replace(/late by.*/, "late") ?? ""}`),
    ).toEqual([
      "made late",
      "skipped no scheduler was running",
      "skipped left unfinished, and not made up for",
      "made ",
    ]);
  });

  test("what a living process makes is left to it, however old its slot is", async () => {
    const cwd = install(DAILY, database.url);
    const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    await using store = await openStore({ kind: "sqlite", path: join(cwd, "state/reports.sqlite") });
    await store.slots.claim({ schedule: "daily", slotMs: midnight - DAY_MS }, describeHolder(), 60_000);
    expect((await runCli(["schedule", "run", "daily"], { cwd })).stderr).toContain(
      "the one before it is still being made",
    );
    expect((await slotsIn(cwd)).map(({ state }) => state)).toEqual(["skipped", "running"]);
  });

  test("an unknown name, a missing one and one too many", async () => {
    const cwd = install(OFTEN, database.url);
    for (const [args, says] of [
      [["offten"], "did you mean often?"],
      [[], "SCHEDULE is missing"],
      [["often", "twice"], "twice"],
    ] as const) {
      const { code, stderr } = await runCli(["schedule", "run", ...args], { cwd });
      expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
    }
  });

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
    const pinged = `${DAILY}retries = 0\nping_url = "http://127.0.0.1:${peer.port}/canary-uuid"\n`;
    const [good, bad] = [install(pinged, database.url), install(pinged, "postgres://u@127.0.0.1:1/d")];
    const trials = [
      await launchTrial(["schedule", "run", "daily", "--verbose"], { cwd: good }).trial,
      await launchTrial(["schedule", "run", "daily", "--verbose"], { cwd: bad }).trial,
    ];
    expect(trials.map(({ code }) => code)).toEqual([0, 4]);
    expect(asked).toEqual(["/canary-uuid/start", "/canary-uuid", "/canary-uuid/start", "/canary-uuid/4"]);
    for (const trial of trials) expectNoSecret(trial);
  });

  test("a ping that fails says of which slot", async () => {
    using peer = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("", { status: 404 }) });
    const cwd = install(`${DAILY}ping_url = "http://127.0.0.1:${peer.port}/x"\n`, database.url);
    const { code, stderr } = await runCli(["schedule", "run", "daily"], { cwd });
    expect(code).toBe(0);
    expect(stderr.match(/the ping failed: .* schedule=daily slot=\S+T00:00:00Z$/gm)).toHaveLength(2);
  });

  test("a ping host that hangs does not hold up a stop, and the slot's outcome is kept", async () => {
    using peer = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      idleTimeout: 0,
      fetch: async () => await new Promise<Response>(() => {}),
    });
    const cwd = install(`${DAILY}ping_url = "http://127.0.0.1:${peer.port}/x"\n`, database.url);
    const child = launch(["schedule", "run", "daily"], { cwd });
    await until(() => exportsIn(cwd).length === 1);
    const stopped = performance.now();
    child.kill("SIGTERM");
    await child.exited;
    expect(performance.now() - stopped).toBeLessThan(4500);
    expect(await slotsIn(cwd)).toMatchObject([{ state: "made" }]);
    await peer.stop(true);
  });

  test.skipIf(!isLong)("a slow holder renews its lease, so that nobody takes its slot (long form)", async () => {
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
  });
});

test("list, history and status tell what was, what comes and what is wrong", async () => {
  const cwd = install(
    '[[schedule]]\nname = "daily"\ncron = "0 0 * * *"\ntimezone = "America/New_York"\n',
    database.url,
  );
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
  expect(list.stdout.match(/ UTC \(\d\d:\d\d America\/New_York\)$/gm)).toHaveLength(5);
  const history = await runCli(["schedule", "history"], { cwd });
  expect(history.stdout).toMatch(/daily +made +0 +1 /);
  // Midnight in New York: one time of the day in each zone, whatever day it is.
  for (const [zone, slot] of [
    ["America/New_York", "00:00"],
    ["Pacific/Honolulu", "(?:18|19):00"],
  ]) {
    const local = await runCli(["schedule", "history", "--timezone", zone ?? ""], { cwd });
    expect(local.stdout).toMatch(new RegExp(`^Slot \\(${zone}\\) .*\\n\\d+ \\w+ \\d{4} ${slot} +daily +made `));
  }
  // The last one, and the next five.
  const beside = await runCli(["schedule", "list", "--timezone", "Asia/Kolkata"], { cwd });
  expect(
    beside.stdout.match(/ UTC \((?:00:00 America\/New_York, )?(?:\d+ \w+ )?(?:09|10):30 Asia\/Kolkata\)/g),
  ).toHaveLength(6);
});

test("a CRM that no schedule reports on is named wherever a configuration is looked at", async () => {
  const cwd = install(`${DAILY}crms = ["genius"]\n[crm.genius]\nurl = "${database.url}"\n`, database.url);
  const says = "warning: no schedule reports on hubspot: add it to crms of a [[schedule]]\n";
  for (const words of [["config", "check"], ["check"], ["schedule", "status"]])
    expect((await runCli(words, { cwd })).stderr).toContain(says);
  expect((await runCli(["check", "--crm", "genius"], { cwd })).stderr).not.toContain("no schedule reports");
});

test("history of a schedule that the configuration no longer has, and of one that never was", async () => {
  const cwd = install(OFTEN, database.url);
  await runCli(["schedule", "run", "often"], { cwd });
  const path = join(cwd, "automation-reports.toml");
  writeFileSync(path, readFileSync(path, "utf8").replace('name = "often"', 'name = "hourly"'));
  const old = await runCli(["schedule", "history", "--schedule", "often"], { cwd });
  expect([old.code, old.stdout]).toEqual([0, expect.stringMatching(/often +made /)]);
  const none = await runCli(["schedule", "history", "--schedule", "hourli"], { cwd });
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("did you mean hourly?")]);
});

test("a schedule whose first report is not due yet is well, and status says when it comes", async () => {
  const cwd = install('[[schedule]]\nname = "leap"\ncron = "0 0 29 2 *"\n', database.url);
  const child = launch(["schedule"], { cwd });
  await until(async () => (await slotsIn(cwd)).length === 1);
  const status = await runCli(["schedule", "status"], { cwd });
  expect([status.code, status.stdout]).toEqual([
    0,
    expect.stringMatching(/^leap +not-due +its first report is due at 29 Feb \d{4} 00:00 UTC$/m),
  ]);
  expect((await runCli(["schedule", "list"], { cwd })).stdout).toMatch(
    /^ {2}last {2}none yet: its first report is due at/m,
  );
  child.kill("SIGTERM");
  expect(await child.exited).toBe(0);
});

test("status tells of the last slot that ran, however many were skipped since", async () => {
  const cwd = install(OFTEN, database.url);
  await using store = await openStore({ kind: "sqlite", path: join(cwd, "state/reports.sqlite") });
  const now = Math.floor(Date.now() / 60_000) * 60_000;
  const ran = { schedule: "often", slotMs: now - 40 * 60_000 };
  await store.slots.claim(ran, "x", 60_000);
  await store.slots.end({ ...ran, holder: "x", attempt: 1 }, { state: "made", exitCode: 0, note: null }, null);
  for (let minutes = 30; minutes >= -1; minutes -= 1)
    await store.slots.skip({ schedule: "often", slotMs: now - minutes * 60_000 }, "missed");
  const { code, stdout } = await runCli(["schedule", "status"], { cwd });
  expect([code, stdout]).toEqual([1, expect.stringMatching(/^often +skipped +/m)]);
});
