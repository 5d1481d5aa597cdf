/** Slots of a schedule in one process, as the daemon runs them, with a driven clock: prints what each pass took. */
import { loadConfig } from "../../src/config/load.ts";
import { createLog } from "../../src/log.ts";
import { runPass } from "../../src/pass.ts";
import { runSlot } from "../../src/schedule/run-slot.ts";
import { openStore } from "../../src/store/open.ts";

const [path = "", end = "", passes = ""] = process.argv.slice(2);
const EVERY_MS = 60_000;

/** `residentKib`: after each hundredth pass. */
export type PassMeasures = { residentKib: number[]; milliseconds: number[]; cpuMilliseconds: number[] };

Bun.unsafe.setJITPolicy(1);
const config = await loadConfig(path, {});
const [schedule] = config.schedules;
if (schedule === undefined) throw new Error("no schedule");
await using store = await openStore(config.store.target);
const log = createLog({ level: "quiet", format: "text", journal: false, terminal: false });
const measures: PassMeasures = { residentKib: [], milliseconds: [], cpuMilliseconds: [] };
for (let pass = 1; pass <= Number(passes); pass += 1) {
  const slotMs = Date.parse(end) - (Number(passes) - pass) * EVERY_MS;
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const result = await runSlot(schedule, slotMs, {
    config,
    store,
    log,
    holder: "bench",
    clock: () => slotMs,
    signal: new AbortController().signal,
    makePass: runPass,
    onPass: [],
    onSlot: null,
    endRetriesMs: [],
  });
  if (result.kind !== "ran" || result.exitCode !== 0) throw new Error(`pass ${pass}: ${JSON.stringify(result)}`);
  const { user, system } = process.cpuUsage(cpu);
  measures.milliseconds.push(performance.now() - started);
  measures.cpuMilliseconds.push((user + system) / 1000);
  if (pass % 100 === 0) measures.residentKib.push(Math.round(process.memoryUsage.rss() / 1024));
}
process.stdout.write(JSON.stringify(measures));
