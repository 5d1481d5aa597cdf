/** What the scheduler costs while nothing is due, and whether its memory stays what it is over many passes. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { END, type Warehouse } from "./kept-warehouse.ts";
import type { Line } from "./line.ts";
import type { PassMeasures } from "./passes.ts";
import { median, readCpu, runCommand } from "./processes.ts";

const PASSES = 1000;
/** After its start it still compiles and collects. */
const SETTLE_SECONDS = 5;
const IDLE_SECONDS = 30;
const PASSES_SCRIPT = resolve(import.meta.dir, "passes.ts");

type Bench = { directory: string; binary: string; small: Warehouse };

/** One pass of one CRM is run before it is looked at. */
export async function measureDaemon({ directory, binary, small }: Bench): Promise<{ lines: Line[]; said: string }> {
  const config = writeScheduleConfig(directory, small, "0 0 29 2 *");
  runCommand({ argv: [binary, "schedule", "run", "bench", "--config", config, "--quiet"] });
  const daemon = Bun.spawn([binary, "schedule", "--config", config], { stdout: "ignore", stderr: "pipe" });
  try {
    await daemon.stderr.getReader().read();
    await sleep(SETTLE_SECONDS * 1000);
    const before = readCpu(daemon.pid);
    await sleep(IDLE_SECONDS * 1000);
    const seconds = readCpu(daemon.pid) - before;
    const mebibytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.pid}/status`, "utf8"))?.[1]) / 1024;
    const connections = await small.sql`SELECT 1 FROM pg_stat_activity WHERE application_name = 'automation-reports'`;
    return {
      lines: [
        { what: "idle daemon, resident MiB / 60", ratio: mebibytes / 60, limit: { atMost: 1 } },
        { what: "idle daemon, CPU seconds / second", ratio: seconds / IDLE_SECONDS, limit: { atMost: 0.002 } },
      ],
      said: `The idle daemon takes ${mebibytes.toFixed(1)} MiB and holds ${connections.length} connections.`,
    };
  } finally {
    daemon.kill();
    await daemon.exited;
  }
}

export function measurePasses({ directory, small }: Bench): Line {
  const config = writeScheduleConfig(directory, small, "* * * * *");
  const { residentKib: readings } = runPasses(config, PASSES);
  // Collections make single readings differ by a tenth; the first hundred passes fill what is kept.
  const half = Math.ceil(readings.length / 2);
  return {
    what: `memory, passes ${half * 100 + 1} to ${PASSES} / 101 to ${half * 100}`,
    ratio: median(readings.slice(half)) / median(readings.slice(1, half)),
    limit: { atMost: 1.1 },
  };
}

/** So many passes of the configuration's first schedule, the last one at the end of all windows. */
export function runPasses(config: string, passes: number): PassMeasures {
  const argv = [process.execPath, PASSES_SCRIPT, config, END, String(passes)];
  return JSON.parse(runCommand({ argv })) as PassMeasures;
}

/** A configuration with one CRM, a store of its own and one schedule; where it was written. */
function writeScheduleConfig(directory: string, { url }: Warehouse, cron: string): string {
  const name = `schedule-${cron.length}`;
  const path = join(directory, `${name}.toml`);
  const lines = [
    `[crm.crm1]\nurl = "${url}?sslmode=disable"`,
    `[store]\npath = "${name}.sqlite"`,
    `[[schedule]]\nname = "bench"\ncron = "${cron}"\ntime_window = "1h"\nexport = false`,
  ];
  writeFileSync(path, lines.join("\n") + "\n");
  return path;
}
