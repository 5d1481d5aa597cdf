/** What reports cost a sync that runs at the same time: its throughput, and the CPU that the reports take. */
import { makeDjango, makeGenerate } from "./commands.ts";
import type { Warehouse } from "./kept-warehouse.ts";
import { makeFill } from "./filled.ts";
import type { Line } from "./line.ts";
import { measureCpu, median, readServerCpu, type Command } from "./processes.ts";

/** Twice a day would miss a sync of seconds: here one report starts with it, and one every so often after that. */
export const SECONDS_BETWEEN_REPORTS = 10;
const OLDER_SHARE_OF_BATCHES = 0.03;
const CPU_RUNS = 10;

export type SyncBench = {
  directory: string;
  binary: string;
  large: Warehouse;
  serverPid: number;
  rounds: number;
  batches: number;
};

type Sync = { rowsPerSecond: number; cpuPerBatch: number; reportsPerBatch: number };
/** What runs beside a sync, how often, and whether it has ended well when it is killed with the sync's end. */
type Beside = { command: Command; everyMs: number; isKilled: boolean };

/** Null where Django is not installed: the sync is a command of the Django project, as the older system's were. */
export async function measureSync(bench: SyncBench): Promise<{ lines: Line[]; said: string[] } | null> {
  const django = makeDjango(bench.directory, bench.large);
  if (django === null) return null;
  const { batches, rounds, serverPid } = bench;
  const generate = makeGenerate(bench.directory, bench.binary, bench.large)();
  const run = async (beside: Beside | null, count = batches, ...flags: string[]) => {
    const sync = django("sync", "--crm", "crm1", "--batches", String(count), ...flags);
    return await runSync(sync, count, beside, serverPid);
  };
  const report = (everyMs: number): Beside => ({ command: generate, everyMs, isKilled: false });
  const fill: Beside = { command: makeFill(bench), everyMs: 0, isKilled: true };
  const modes = {
    none: async () => await run(null),
    onSchedule: async () => await run(report(SECONDS_BETWEEN_REPORTS * 1000)),
    noneAgain: async () => await run(null),
    filling: async () => await run(fill),
    withoutPause: async () => await run(report(0)),
    older: async () => await run(null, Math.ceil(batches * OLDER_SHARE_OF_BATCHES), "--report-after-each-batch"),
  };
  const syncs: Record<keyof typeof modes, Sync[]> = {
    none: [],
    onSchedule: [],
    noneAgain: [],
    filling: [],
    withoutPause: [],
    older: [],
  };
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const mode of Object.keys(modes) as (keyof typeof modes)[]) syncs[mode].push(await modes[mode]());
    }
  } finally {
    await removeSync(bench.large);
  }
  return describeSyncs(syncs, measureCpu(generate, CPU_RUNS, serverPid));
}

function describeSyncs(
  syncs: Record<"none" | "onSchedule" | "noneAgain" | "filling" | "withoutPause" | "older", Sync[]>,
  reportCpu: number,
): { lines: Line[]; said: string[] } {
  const middle = (of: Sync[], figure: keyof Sync) => median(of.map((sync) => sync[figure]));
  const throughput = (of: Sync[]) => middle(of, "rowsPerSecond") / middle(syncs.none, "rowsPerSecond");
  const olderCpu = middle(syncs.older, "cpuPerBatch") - middle(syncs.none, "cpuPerBatch");
  const scheduledCpu = middle(syncs.onSchedule, "reportsPerBatch") * reportCpu;
  const pairs = syncs.none.map(
    ({ rowsPerSecond }, round) => (syncs.noneAgain[round]?.rowsPerSecond ?? 0) / rowsPerSecond,
  );
  const cost = (of: Sync[]) => `${((1 - throughput(of)) * 100).toFixed(1)} % of its throughput`;
  return {
    lines: [
      {
        what: "sync throughput, our report on schedule / no reports",
        ratio: throughput(syncs.onSchedule),
        limit: { atLeast: 0.95 },
      },
      { what: "sync throughput, a first fill of the memory / nothing", ratio: throughput(syncs.filling) },
      {
        what: "CPU, our report on schedule / the older after each batch",
        ratio: scheduledCpu / olderCpu,
        limit: { atMost: 0.01 },
      },
    ],
    said: [
      `the same sync without reports, again: ${throughput(syncs.noneAgain).toFixed(2)}` +
        ` (${Math.min(...pairs).toFixed(2)} to ${Math.max(...pairs).toFixed(2)} round by round), the noise of this run`,
      `no reports: ${Math.round(middle(syncs.none, "rowsPerSecond")).toLocaleString("en")} rows/s`,
      `ours running at the same time (back to back reports without pause) costs the sync ${cost(syncs.withoutPause)}`,
      `a report after every 100-record batch costs the sync ${cost(syncs.older)}`,
      `CPU of one report, server included: ours of three CRMs ${toMs(reportCpu)} ms, the older of one CRM ${toMs(olderCpu)} ms`,
    ],
  };
}

function toMs(seconds: number): string {
  return (seconds * 1000).toFixed(0);
}

/** What is to run beside it runs until it ends. */
async function runSync(
  { argv, env }: Command,
  batches: number,
  beside: Beside | null,
  serverPid: number,
): Promise<Sync> {
  const serverBefore = readServerCpu(serverPid);
  const sync = Bun.spawn(argv, { ...(env ? { env } : {}), stdout: "pipe", stderr: "inherit" });
  const started = Promise.withResolvers<void>();
  const ended = readOutput(sync.stdout, started.resolve);
  await Promise.race([started.promise, ended]);
  const reports = beside === null ? 0 : await repeatUntil(ended, beside);
  const text = await ended;
  if ((await sync.exited) !== 0) throw new Error("the sync failed");
  const { rows, seconds, cpu_seconds } = JSON.parse(text) as { rows: number; seconds: number; cpu_seconds: number };
  return {
    rowsPerSecond: rows / seconds,
    cpuPerBatch: (cpu_seconds + readServerCpu(serverPid) - serverBefore) / batches,
    reportsPerBatch: reports / batches,
  };
}

/** What it prints at its end, after the line that says that its first batch begins. */
async function readOutput(output: ReadableStream<Uint8Array>, onStart: () => void): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const part of output) {
    text += decoder.decode(part, { stream: true });
    if (text.startsWith("started\n")) onStart();
  }
  return text.replace("started\n", "");
}

async function repeatUntil(ended: Promise<unknown>, { command, everyMs, isKilled }: Beside): Promise<number> {
  const over = new AbortController();
  const stop = ended.finally(() => over.abort());
  let times = 0;
  while (!over.signal.aborted) {
    const next = performance.now() + everyMs;
    const child = Bun.spawn(command.argv, { stdout: "ignore", stderr: "inherit" });
    if (isKilled) void stop.then(() => child.kill());
    if ((await child.exited) !== 0 && !over.signal.aborted) throw new Error("what runs beside the sync failed");
    times += 1;
    await Promise.race([stop, Bun.sleep(Math.max(0, next - performance.now()))]);
  }
  return times;
}

async function removeSync({ sql }: Warehouse): Promise<void> {
  await sql`DROP TABLE IF EXISTS orchestration.bench_contacts`;
  await sql`DELETE FROM orchestration.sync_history WHERE crm_source = 'crm1' AND sync_type = 'bench'`;
}
