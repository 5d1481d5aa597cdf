/** What a report costs that is judged by eight weeks of memory, against one without. */
import { appendFileSync, copyFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeGenerate, writeConfig } from "./commands.ts";
import { runPasses } from "./daemon.ts";
import { END, type Warehouse } from "./kept-warehouse.ts";
import type { Line } from "./line.ts";
import { interleave, interleaveCpu, measurePeakMemory, median, runCommand, type Command } from "./processes.ts";

const FILL_SCRIPT = resolve(import.meta.dir, "fill.ts");
/** A machine that does something else only ever adds to it: the least tells most. */
const RUNS = 10;
const MEMORY_RUNS = 5;
const ROUNDS = 3;
/** Of ten days. */
const PASSES = 20;

type Bench = { directory: string; binary: string; large: Warehouse };

/** A first fill of eight weeks, each time into a new store. */
export function makeFill({ directory, large }: Pick<Bench, "directory" | "large">): Command {
  const { config, store } = writeConfigWithStore(directory, large, "first-fill");
  const script = 'rm -f "$0"*; exec "$@"';
  return { argv: ["sh", "-c", script, join(directory, store), process.execPath, FILL_SCRIPT, config, END] };
}

/** In the daemon, and as a command of its own: there nothing is kept by either, for what keeping costs is the same for both. */
export function measureFilled({ directory, binary, large }: Bench): Line[] {
  const { config, store } = writeConfigWithStore(directory, large, "filled");
  runCommand({ argv: [process.execPath, FILL_SCRIPT, config, END] });
  const scheduled = measureScheduled(directory, large, join(directory, store));
  const without = makeGenerate(directory, binary, large)();
  const filled = { argv: [...without.argv, "--config", config, "--no-store"] };
  filled.argv.splice(filled.argv.indexOf("--config"), 2);
  const [least, leastWithout] = interleaveCpu([filled, without], RUNS).map((measures) => Math.min(...measures));
  const [time, timeWithout] = interleave([filled, without], RUNS).map(median);
  const peak = (command: typeof without) => measurePeakMemory(command, MEMORY_RUNS, directory);
  return [
    ...scheduled,
    {
      what: "three CRMs, 24 h: filled memory / without",
      ratio: (time ?? Number.NaN) / (timeWithout ?? Number.NaN),
      limit: { atMost: 1.15 },
    },
    {
      what: "three CRMs, 24 h: filled memory / without, CPU",
      ratio: (least ?? Number.NaN) / (leastWithout ?? Number.NaN),
      limit: { atMost: 1.15 },
    },
    { what: "three CRMs, 24 h: filled memory / without, peak memory", ratio: peak(filled) / peak(without) },
  ];
}

/** Each pass is kept, and remembers what it saw; each round begins with the memory as it was filled, or with none. */
function measureScheduled(directory: string, large: Warehouse, filledStore: string): Line[] {
  const schedule = '\n[[schedule]]\nname = "bench"\ncron = "* * * * *"\nexport = false\n';
  const { config, store } = writeConfigWithStore(directory, large, "scheduled");
  appendFileSync(config, schedule);
  const run = (isFilled: boolean) => {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(join(directory, `${store}${suffix}`), { force: true });
    if (isFilled) copyFileSync(filledStore, join(directory, store));
    return runPasses(config, PASSES);
  };
  const rounds = Array.from({ length: ROUNDS }, () => ({ filled: run(true), without: run(false) }));
  const ratio = (of: "milliseconds" | "cpuMilliseconds") =>
    median(rounds.map(({ filled, without }) => median(filled[of]) / median(without[of])));
  const limit = { atMost: 1.15 };
  return [
    { what: "a scheduler's pass: filled memory / without", ratio: ratio("milliseconds"), limit },
    { what: "a scheduler's pass: filled memory / without, CPU", ratio: ratio("cpuMilliseconds"), limit },
  ];
}

function writeConfigWithStore(
  directory: string,
  warehouse: Warehouse,
  name: string,
): { config: string; store: string } {
  const [config, store] = [join(directory, `${name}.toml`), `${name}.sqlite`];
  copyFileSync(writeConfig(directory, warehouse), config);
  appendFileSync(config, `\n[store]\npath = "${store}"\n`);
  return { config, store };
}
