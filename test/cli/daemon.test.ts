/** The daemon as it is installed: the compiled executable, real stores, real signals. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { directoryWith, runCli } from "../making/cli.ts";
import { backendPid, slowDown, until } from "../making/faults.ts";
import { freeze } from "../making/frozen.ts";
import { PYTHON, startNotifyPeer, type NotifyPeer } from "../making/notify-peer.ts";
import { startPostgres, type TestDatabase } from "../making/postgres-server.ts";
import {
  DAILY,
  exportsIn,
  install,
  interrupt,
  killInMidReport,
  killLaunched,
  launch,
  makeWarehouse,
  OFTEN,
  readLog,
  slotsIn,
  speedUp,
} from "../making/scheduler.ts";

let database: TestDatabase;

beforeEach(async () => {
  database = await makeWarehouse();
});

afterEach(killLaunched);

test("stopped by SIGTERM in mid-report: within 5 s, exit 0, the slot free again, no backend left", async () => {
  await slowDown(database);
  const cwd = install(DAILY, database.url);
  await interrupt(cwd, database);
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
});

test("killed in mid-report: the store is whole, and the slot is taken over once", async () => {
  await slowDown(database);
  const cwd = install(DAILY, database.url);
  await killInMidReport(["schedule", "run", "daily"], cwd, database);
  expect(await slotsIn(cwd)).toMatchObject([{ state: "running", attempts: 1 }]);
  await speedUp(database);
  const ended = await Promise.all([1, 2, 3].map(async () => await runCli(["schedule", "run", "daily"], { cwd })));
  expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(await slotsIn(cwd)).toMatchObject([{ state: "made", attempts: 2 }]);
  expect(exportsIn(cwd)).toHaveLength(1);
  const check = await runCli(["store", "check"], { cwd });
  expect(check.code, check.stderr).toBe(0);
});

test("the daemon killed in mid-report: the next one takes the slot over, once", async () => {
  await slowDown(database);
  const cwd = install(DAILY, database.url);
  await interrupt(cwd, database);
  await killInMidReport(["schedule"], cwd, database);
  await speedUp(database);
  const [second, third] = [launch(["schedule"], { cwd }), launch(["schedule"], { cwd })];
  await until(async () => (await slotsIn(cwd))[0]?.state === "made");
  expect(await slotsIn(cwd)).toMatchObject([{ state: "made", attempts: 3 }]);
  expect(exportsIn(cwd)).toHaveLength(1);
  for (const child of [second, third]) child.kill("SIGTERM");
  expect(await Promise.all([second.exited, third.exited])).toEqual([0, 0]);
});

test("a second signal forces: a server that is frozen holds nobody up", async () => {
  await slowDown(database);
  const cwd = install(DAILY, database.url);
  await interrupt(cwd, database);
  const child = launch(["schedule"], { cwd });
  const thaw = freeze(await backendPid(database));
  try {
    const started = performance.now();
    child.kill("SIGTERM");
    await Bun.sleep(100);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(143);
    expect(performance.now() - started).toBeLessThan(2000);
  } finally {
    thaw();
  }
});

test("a store that is away when the configuration is loaded again: the old one stays, and nobody dies", async () => {
  const away = await startPostgres();
  const cwd = directoryWith(
    `[[schedule]]\nname = "daily"\ncron = "@daily"\n[store]\nurl = "${away.url("postgres")}"\n[crm.hubspot]\nurl = "${database.url}"\n`,
  );
  const path = join(cwd, "automation-reports.toml");
  const child = launch(["schedule"], { cwd });
  const log = readLog(child);
  await until(() => log.text().includes("scheduler started"));
  await away.stop();
  writeFileSync(path, `${readFileSync(path, "utf8")}\n[[schedule]]\nname = "weekly"\ncron = "@weekly"\n`);
  child.kill("SIGHUP");
  while (child.exitCode === null && !log.text().includes("The configuration was not reloaded")) await Bun.sleep(20);
  expect(child.exitCode, log.text()).toBeNull();
  child.kill("SIGTERM");
  expect(await child.exited).toBe(0);
});

test("SIGHUP loads the configuration again; a broken one is refused and the old one stays", async () => {
  const cwd = install(DAILY, database.url);
  const path = join(cwd, "automation-reports.toml");
  const child = launch(["schedule"], { cwd });
  const log = readLog(child);
  await until(() => log.text().includes("scheduler started"));
  const good = readFileSync(path, "utf8");
  writeFileSync(path, good.replace("@daily", "canary"));
  child.kill("SIGHUP");
  await until(() => log.text().includes("the old one stays in force"));
  expect(log.text()).toContain("automation-reports.toml:3:1: cron: not five cron fields");
  writeFileSync(path, good.replace('"@daily"', '"@daily"\n[[schedule]]\nname = "weekly"\ncron = "@weekly"'));
  child.kill("SIGHUP");
  await until(() => log.text().includes("configuration reloaded schedules=2"));
  expect(log.text()).not.toContain("[store] has changed");
  writeFileSync(path, good.replace("state/reports.sqlite", "state/other.sqlite"));
  child.kill("SIGHUP");
  await until(() => log.text().includes("configuration reloaded schedules=1"));
  expect(log.text()).toContain("[store] has changed: the new store is used after a restart");
  expect(existsSync(join(cwd, "state/other.sqlite"))).toBe(false);
  expect(child.exitCode).toBeNull();
  child.kill("SIGTERM");
  expect(await child.exited).toBe(0);
});

describe.skipIf(PYTHON === null)("what systemd is told (needs python3)", () => {
  let peer: NotifyPeer;
  beforeEach(async () => {
    peer = await startNotifyPeer();
  });
  afterEach(async () => await peer.stop());

  test("a warehouse that hangs does not still the watchdog; a reload begins and ends", async () => {
    const cwd = install(OFTEN, database.url);
    await slowDown(database);
    // A slot that its holder left unfinished is the daemon's at once.
    await killInMidReport(["schedule", "run", "often"], cwd, database);
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
  });
});
