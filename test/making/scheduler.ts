/** The scheduler as it is installed: configuration, state and exports in one directory, the warehouse a real database. */
import { expect } from "bun:test";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { SlotState } from "../../src/store/slot.ts";
import { directoryWith, runCli, start } from "./cli.ts";
import { backendPid } from "./faults.ts";
import type { TestDatabase } from "./postgres-server.ts";
import { fillSyncHistory, run, sharedServer } from "./warehouses.ts";

export const FAKETIME = ["x86_64", "aarch64"]
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)
  .find((path) => existsSync(path));

const SHARED_MEMORY = "/dev/shm";

/** libfaketime makes two files for each process, and leaves them where the process ends without its help. */
export function sweepFaketime(): void {
  for (const name of readdirSync(SHARED_MEMORY)) {
    const [, pid] = /^(?:faketime_shm|sem\.faketime_sem)_(\d+)$/.exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(join(SHARED_MEMORY, name), { force: true });
  }
}

export const DAILY = '[[schedule]]\nname = "daily"\ncron = "@daily"\n';
/** Every minute, an hour's window. */
export const OFTEN = '[[schedule]]\nname = "often"\ncron = "* * * * *"\ntime_window = "1h"\n';

/** A database in which one run of ten minutes ago is recorded. */
export async function makeWarehouse(): Promise<TestDatabase> {
  const database = await (await sharedServer()).createDatabase();
  const startedAt = new Date(Date.now() - 600_000).toISOString();
  await fillSyncHistory("H")(
    database.sql,
    [run({ crm: "hubspot", start: startedAt, end: startedAt, processed: 3 })],
    [],
  );
  return database;
}

/** The directory: state and exports are beside the configuration. */
export function install(schedule: string, url: string): string {
  return directoryWith(
    `${schedule}\n[store]\npath = "state/reports.sqlite"\n[export]\ndir = "exports"\n[crm.hubspot]\nurl = "${url}"\n`,
  );
}

type Slot = { slot: string; state: SlotState; attempts: number; exit_code: number | null; note: string | null };

export async function slotsIn(cwd: string): Promise<Slot[]> {
  const { stdout } = await runCli(["schedule", "history", "--format", "json", "--limit", "1000"], { cwd });
  return JSON.parse(stdout) as Slot[];
}

export function exportsIn(cwd: string): string[] {
  const exported = join(cwd, "exports");
  return existsSync(exported) ? readdirSync(exported).filter((name) => name.endsWith(".json")) : [];
}

type Child = ReturnType<typeof start>;
const launched: Child[] = [];

/** Starts the binary; `killLaunched` ends it, should it still run after its test. */
export const launch: typeof start = (...parameters) => {
  const child = start(...parameters);
  launched.push(child);
  return child;
};

export function killLaunched(): void {
  for (const child of launched.splice(0)) child.kill("SIGKILL");
}

/** Reads stderr as it comes. */
export function readLog(child: Child): { text: () => string } {
  const chunks: string[] = [];
  void (async () => {
    for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) chunks.push(chunk);
  })();
  return { text: () => chunks.join("") };
}

/** Leaves the slot of `daily` interrupted, while the warehouse is slow. */
export async function interrupt(cwd: string, database: TestDatabase): Promise<void> {
  const child = launch(["schedule", "run", "daily"], { cwd });
  await backendPid(database);
  child.kill("SIGTERM");
  expect(await child.exited).toBe(143);
}

/** Leaves the slot in the hands of a dead holder. */
export async function killInMidReport(args: string[], cwd: string, database: TestDatabase): Promise<void> {
  const child = launch(args, { cwd });
  const backend = await backendPid(database);
  child.kill("SIGKILL");
  await child.exited;
  await database.sql`SELECT pg_terminate_backend(${backend}, 5000)`;
}

/** Undoes `slowDown`. */
export async function speedUp({ sql }: TestDatabase): Promise<void> {
  await sql.unsafe(
    "DROP VIEW orchestration.sync_history; ALTER TABLE orchestration.real_history RENAME TO sync_history",
  );
}
