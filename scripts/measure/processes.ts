/** Processes run in turn and what they took; only ratios within one run mean anything on a noisy machine. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type Command = { argv: string[]; env?: Record<string, string> };

/** Wall milliseconds of each command: all once to warm up, then `runs` times in turn. A failing command ends the bench. */
export function interleave(commands: Command[], runs: number): number[][] {
  const measures: number[][] = commands.map(() => []);
  for (let round = -1; round < runs; round += 1) {
    for (const [index, command] of commands.entries()) {
      const started = performance.now();
      runCommand(command);
      if (round >= 0) measures[index]?.push(performance.now() - started);
    }
  }
  return measures;
}

/** CPU milliseconds of each command, otherwise as `interleave`. */
export function interleaveCpu(commands: Command[], runs: number): number[][] {
  const measures: number[][] = commands.map(() => []);
  for (let round = -1; round < runs; round += 1) {
    for (const [index, { argv, env }] of commands.entries()) {
      const result = Bun.spawnSync(argv, { stdout: "pipe", stderr: "pipe", ...(env ? { env } : {}) });
      if (!result.success) throw new Error(`${argv.join(" ")}: ${result.stderr.toString()}`);
      if (round >= 0) measures[index]?.push(Number(result.resourceUsage.cpuTime.total) / 1000);
    }
  }
  return measures;
}

/** Its stdout. */
export function runCommand({ argv, env }: Command): string {
  const result = Bun.spawnSync(argv, { stdout: "pipe", stderr: "pipe", ...(env ? { env } : {}) });
  if (!result.success) throw new Error(`${argv.join(" ")}: ${result.stderr.toString()}`);
  return result.stdout.toString();
}

/** Peak resident KiB, by time(1): what a spawned child reports itself includes the process that spawned it. */
export function measurePeakMemory({ argv, ...rest }: Command, runs: number, directory: string): number {
  const file = join(directory, "rss");
  return median(
    Array.from({ length: runs }, () => {
      runCommand({ argv: ["/usr/bin/time", "-f", "%M", "-o", file, ...argv], ...rest });
      return Number(readFileSync(file, "utf8"));
    }),
  );
}

/** CPU seconds of one run, those of the server included. */
export function measureCpu({ argv, env }: Command, runs: number, serverPid: number): number {
  const before = readServerCpu(serverPid);
  let client = 0;
  for (let run = 0; run < runs; run += 1) {
    const { resourceUsage } = Bun.spawnSync(argv, { stdout: "pipe", stderr: "pipe", ...(env ? { env } : {}) });
    client += Number(resourceUsage.cpuTime.total) / 1e6;
  }
  return (client + readServerCpu(serverPid) - before) / runs;
}

/** CPU seconds of a PostgreSQL server so far: its own, those of its children, and those of children that have ended. */
export function readServerCpu(pid: number): number {
  const ticks = readdirSync("/proc").map((entry) => {
    const stat = /^\d+$/.test(entry) ? readStat(entry) : null;
    if (stat === null || (stat.pid !== pid && stat.parent !== pid)) return 0;
    return stat.pid === pid ? stat.own + stat.ended : stat.own;
  });
  return ticks.reduce((sum, value) => sum + value, 0) / TICKS_PER_SECOND;
}

/** CPU seconds of one process so far. */
export function readCpu(pid: number): number {
  return (readStat(String(pid))?.own ?? Number.NaN) / TICKS_PER_SECOND;
}

export function median(values: number[] = []): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux that Bun runs on

/** proc(5): after the name in brackets come state, parent, and from the 12th on user and system time, own and of ended children. */
function readStat(entry: string): { pid: number; parent: number; own: number; ended: number } | null {
  try {
    const text = readFileSync(`/proc/${entry}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number);
    return {
      pid: Number(entry),
      parent: Number(fields[1]),
      own: user + system,
      ended: endedUser + endedSystem,
    };
  } catch {
    return null; // ended meanwhile
  }
}
