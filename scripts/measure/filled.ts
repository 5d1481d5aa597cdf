/** What a report costs that is judged by eight weeks of memory, against one without. */
import { appendFileSync, copyFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeGenerate, writeConfig } from "./commands.ts";
import { END, type Warehouse } from "./kept-warehouse.ts";
import type { Line } from "./line.ts";
import { interleaveCpu, measurePeakMemory, runCommand } from "./processes.ts";

const FILL_SCRIPT = resolve(import.meta.dir, "fill.ts");
/** A machine that does something else only ever adds to it: the least tells most. */
const RUNS = 10;
const MEMORY_RUNS = 5;

type Bench = { directory: string; binary: string; large: Warehouse };

/** Nothing is kept by either: what keeping costs is the same for both. */
export function measureFilled({ directory, binary, large }: Bench): Line[] {
  const config = join(directory, "filled.toml");
  copyFileSync(writeConfig(directory, large), config);
  appendFileSync(config, '\n[store]\npath = "filled.sqlite"\n');
  runCommand({ argv: [process.execPath, FILL_SCRIPT, config, END] });
  const without = makeGenerate(directory, binary, large)();
  const filled = { argv: [...without.argv, "--config", config, "--no-store"] };
  filled.argv.splice(filled.argv.indexOf("--config"), 2);
  const [least, leastWithout] = interleaveCpu([filled, without], RUNS).map((measures) => Math.min(...measures));
  const peak = (command: typeof without) => measurePeakMemory(command, MEMORY_RUNS, directory);
  return [
    {
      what: "three CRMs, 24 h: filled memory / without, CPU",
      ratio: (least ?? Number.NaN) / (leastWithout ?? Number.NaN),
      limit: { atMost: 1.15 },
    },
    { what: "three CRMs, 24 h: filled memory / without, peak memory", ratio: peak(filled) / peak(without) },
  ];
}
