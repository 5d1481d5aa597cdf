/** Signals that mean nothing to the program end nothing; those that mean something still do it. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY, freshDirectory, runCli } from "../../making/cli.ts";
import { backendPid, slowDown, until } from "../../making/faults.ts";
import type { TestDatabase } from "../../making/postgres-server.ts";
import {
  DAILY,
  install,
  killLaunched,
  launch,
  makeWarehouse,
  readLog,
  slotsIn,
  speedUp,
} from "../../making/scheduler.ts";
import { makeFullPipe } from "../../making/full-pipe.ts";
import { numbered } from "../../making/numbers.ts";

const IDLE = ["SIGUSR1", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGIO", "SIGXFSZ"] as const;

let database: TestDatabase;

beforeEach(async () => {
  database = await makeWarehouse();
});

afterEach(killLaunched);

test.each(
  numbered(
    "Q1",
    IDLE.map((signal) => ({ signal })),
  ),
)("$no $signal to the daemon → it goes on, and ends with SIGTERM as ever", async ({ signal }) => {
  const cwd = install(DAILY, database.url);
  const child = launch(["schedule"], { cwd });
  const log = readLog(child);
  await until(() => log.text().includes("scheduler started"));
  for (let times = 0; times < 3; times += 1) child.kill(signal);
  // What comes after it is taken in order: the daemon has lived through the others.
  child.kill("SIGHUP");
  await until(() => log.text().includes("configuration reloaded"));
  child.kill("SIGTERM");
  expect(await child.exited).toBe(0);
});

test("Q2 all of them in mid-report → the report is made, exit 0", async () => {
  const cwd = install(DAILY, database.url);
  await slowDown(database, 1);
  const child = launch(["schedule", "run", "daily"], { cwd });
  await backendPid(database);
  for (const signal of IDLE) child.kill(signal);
  expect([await child.exited, child.signalCode]).toEqual([0, null]);
  expect(await slotsIn(cwd)).toMatchObject([{ state: "made", attempts: 1 }]);
});

test("Q3 500 of them and SIGTERM in mid-report → exit 143 within 5 s, the slot free again", async () => {
  const cwd = install(DAILY, database.url);
  await slowDown(database);
  const child = launch(["schedule", "run", "daily"], { cwd });
  await backendPid(database);
  for (let times = 0; times < 500; times += 1) child.kill(IDLE[times % IDLE.length]);
  const stopped = performance.now();
  child.kill("SIGTERM");
  expect(await child.exited).toBe(143);
  expect(performance.now() - stopped).toBeLessThan(5000);
  await speedUp(database);
  expect((await runCli(["schedule", "run", "daily"], { cwd })).code).toBe(0);
});

test("Q4 SIGQUIT in mid-report → its default ends the process, and the slot can be taken over", async () => {
  const cwd = install(DAILY, database.url);
  await slowDown(database);
  const child = launch(["schedule", "run", "daily"], { cwd });
  const backend = await backendPid(database);
  child.kill("SIGQUIT");
  await child.exited;
  expect(child.signalCode).toBe("SIGQUIT");
  await database.sql`SELECT pg_terminate_backend(${backend}, 5000)`;
  await speedUp(database);
  expect((await runCli(["schedule", "run", "daily"], { cwd })).code).toBe(0);
  expect(await slotsIn(cwd)).toMatchObject([{ state: "made", attempts: 2 }]);
});

/** How many bytes the process has written so far. */
function writtenBy(pid: number): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);
}

test.each(
  numbered("Q5", [
    { signal: "SIGTERM", code: 143 },
    { signal: "SIGINT", code: 130 },
  ] as const),
)("$no $signal while nobody reads stdout → ends at once, exit $code", async ({ signal, code }) => {
  const pipe = join(freshDirectory(), "pipe");
  Bun.spawnSync(["mkfifo", pipe]);
  // Open at both ends, it takes 64 kB and then no more.
  const stdout = openSync(pipe, "r+");
  const child = Bun.spawn([BINARY, "schema", "report"], { stdout, stderr: "inherit" });
  await until(() => writtenBy(child.pid) >= 60_000);
  child.kill(signal);
  expect([await child.exited, child.signalCode]).toEqual([code, null]);
  closeSync(stdout);
});

test("Q5.3 SIGTERM while a pipe has no room for a short line → ends at once, exit 143", async () => {
  const { end } = makeFullPipe();
  const child = Bun.spawn([BINARY, "--version"], { stdout: end, stderr: "inherit" });
  await Bun.sleep(500);
  child.kill("SIGTERM");
  expect([await child.exited, child.signalCode]).toEqual([143, null]);
});

test("Q6 nobody reads stderr → the report is made, exit 0", async () => {
  const cwd = install(DAILY, database.url);
  const { end } = makeFullPipe();
  const child = Bun.spawn([BINARY, "schedule", "run", "daily"], { cwd, stdout: "inherit", stderr: end });
  expect(await child.exited).toBe(0);
  expect(await slotsIn(cwd)).toMatchObject([{ state: "made", attempts: 1 }]);
});
