/** Prints what a report costs: medians of interleaved runs, each ratio against a peer or a floor of the same run. */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stopAllServers } from "../test/making/postgres-server.ts";
import { copyBinary } from "./measure/commands.ts";
import { measureDaemon, measurePasses } from "./measure/daemon.ts";
import { startWarehouses } from "./measure/kept-warehouse.ts";
import { formatLine, type Line } from "./measure/line.ts";
import { measureBefore, measureMemory, measureQuery, measureReports, measureStart } from "./measure/report.ts";
import { measureFilled } from "./measure/filled.ts";
import { measureServing } from "./measure/serving.ts";
import { measureSync, SECONDS_BETWEEN_REPORTS } from "./measure/sync.ts";

const FULL = { rows: 10_000_000, runs: 15, rounds: 5, batches: 3000 };
const QUICK = { rows: 1_000_000, runs: 7, rounds: 3, batches: 2000 };
const FEW_ROWS = 100_000;
const WITHOUT_WRK = "left out, for it needs wrk: what it costs to be asked over HTTP";
const WITHOUT_DJANGO = "left out, for they need python3-django and python3-psycopg2: the Django way, and the sync";

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean" },
    data: { type: "string", default: ".tools/bench" },
    postgres: { type: "string" },
    before: { type: "string" },
  },
});
const { rows, runs, rounds, batches } = flags.quick === true ? QUICK : FULL;
const directory = mkdtempSync(join(tmpdir(), "automation-reports-bench-"));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => void clean().then(() => process.exit(1)));
try {
  const { server, version, open } = await startWarehouses(flags.data, flags.postgres);
  const [large, small] = [await open(rows), await open(FEW_ROWS)];
  const binary = copyBinary(directory);
  const bench = { directory, binary, runs, rounds, batches, large, small, serverPid: server.pid };
  console.log(
    `${version}, ${rows} rows, 27,000 a day, 10 CRMs; ${availableParallelism()} cores; medians of ${runs} runs\n`,
  );
  print(measureStart(bench));
  print(await measureReports(bench));
  print(measureMemory(bench));
  print(measureFilled(bench));
  print([await measureQuery(bench)]);
  if (flags.before !== undefined) print(measureBefore(bench, flags.before));
  const daemon = await measureDaemon(bench);
  print([...daemon.lines, measurePasses(bench)]);
  console.log(daemon.said);
  const serving = await measureServing(bench);
  if (serving === null) console.log(WITHOUT_WRK);
  else {
    print(serving.lines);
    console.log(serving.said.join("\n"));
  }
  console.log(
    `\nA sync that never waits for its CRM, ${batches} batches of 100 rows, medians of ${rounds} rounds. "On schedule" is\n` +
      `three CRMs, 24 h, every ${SECONDS_BETWEEN_REPORTS} s: ${(43_200 / SECONDS_BETWEEN_REPORTS).toLocaleString("en")} times as often as twice a day.`,
  );
  const sync = await measureSync(bench);
  if (sync === null) console.log(WITHOUT_DJANGO);
  else {
    print(sync.lines);
    console.log(sync.said.join("\n"));
  }
} finally {
  await clean();
}

function print(lines: Line[]): void {
  for (const line of lines) console.log(formatLine(line));
}

async function clean(): Promise<void> {
  await stopAllServers();
  rmSync(directory, { recursive: true, force: true });
}
