/** What one report costs: against a hello world, psql, Django, and count(*) of its range. */
import postgres from "postgres";
import { compileHello, makeDjango, makeGenerate, makePsql, writeConfig } from "./commands.ts";
import { compareReports } from "./comparison.ts";
import { CRMS, type Warehouse } from "./kept-warehouse.ts";
import type { Line } from "./line.ts";
import { interleave, measurePeakMemory, median, type Command } from "./processes.ts";
import { writeReading } from "./statement.ts";

const MEMORY_RUNS = 5;
/** One process of the server's is up to a tenth slower than another for as long as it lives. */
const CONNECTIONS = 8;

type Bench = { directory: string; binary: string; runs: number; large: Warehouse; small: Warehouse };

export function measureStart({ directory, binary, runs }: Bench): Line[] {
  const words = [[binary, "--version"], [binary, "--help"], [compileHello(directory)]];
  const [version, help, hello] = interleave(
    words.map((argv) => ({ argv })),
    runs,
  );
  return [
    { what: "--version / compiled hello world", ratio: median(version) / median(hello), limit: { atMost: 1.1 } },
    { what: "--help / compiled hello world", ratio: median(help) / median(hello), limit: { atMost: 1.2 } },
  ];
}

export async function measureReports({ directory, binary, runs, large, small }: Bench): Promise<Line[]> {
  const generate = makeGenerate(directory, binary, large);
  const django = makeDjango(directory, large)?.("generate_automation_reports", "--crm", CRMS.join(","));
  if (django !== undefined) compareReports(generate(), django);
  const [one, onePsql, three, threePsql, rows, fewRows, older] = interleave(
    [
      generate("--crm", "crm1"),
      await makePsql(directory, large, ["crm1"]),
      generate(),
      await makePsql(directory, large, CRMS),
      generate("--crm", "crm2"),
      makeGenerate(directory, binary, small)("--crm", "crm2"),
      ...(django === undefined ? [] : [django]),
    ],
    runs,
  );
  const lines: Line[] = [
    { what: "one CRM, 24 h / psql, the same SQL", ratio: median(one) / median(onePsql), limit: { atMost: 1.1 } },
    { what: "three CRMs, 24 h / psql, serial", ratio: median(three) / median(threePsql), limit: { atMost: 0.65 } },
    {
      what: `${showRows(large)} / ${showRows(small)} rows, same window`,
      ratio: median(rows) / median(fewRows),
      limit: { atMost: 1.15 },
    },
  ];
  if (older !== undefined) {
    const ratio = median(three) / median(older);
    lines.splice(2, 0, { what: "three CRMs, 24 h / the Django way", ratio, limit: { atMost: 0.15 } });
  }
  return lines;
}

export function measureMemory({ directory, binary, large }: Bench): Line[] {
  const generate = makeGenerate(directory, binary, large);
  const peak = (command: Command) => measurePeakMemory(command, MEMORY_RUNS, directory);
  const [day, month] = [peak(generate()), peak(generate("--time-window", "30d"))];
  const hello = peak({ argv: [compileHello(directory)] });
  return [
    { what: "peak memory, three CRMs, 24 h / hello world", ratio: day / hello, limit: { atMost: 2.2 } },
    { what: "peak memory, 30 d window / 24 h window", ratio: month / day, limit: { atMost: 1.1 } },
  ];
}

export async function measureQuery({ directory, runs, large }: Bench): Promise<Line> {
  const { begin, query, count } = await writeReading(large, writeConfig(directory, large), "crm3");
  const [queries, counts]: [number[], number[]] = [[], []];
  for (let connection = 0; connection < CONNECTIONS; connection += 1) {
    const sql = postgres(large.url, { max: 1, onnotice: () => {} });
    const measure = async (text: string) => {
      const started = performance.now();
      await sql.unsafe(`${begin}; ${text}; COMMIT`).simple();
      return performance.now() - started;
    };
    for (let index = 0; index < runs; index += 1) {
      counts.push(await measure(count));
      queries.push(await measure(query));
    }
    await sql.end();
  }
  return {
    what: "the query / count(*) of its range",
    ratio: median(queries) / median(counts),
    limit: { atMost: 3.6 },
  };
}

/** Today's executable against an earlier one. */
export function measureBefore({ directory, binary, runs, large }: Bench, earlier: string): Line[] {
  const [now, before] = [makeGenerate(directory, binary, large), makeGenerate(directory, earlier, large)];
  const [one, oneBefore, three, threeBefore, version, versionBefore] = interleave(
    [
      now("--crm", "crm1"),
      before("--crm", "crm1"),
      now(),
      before(),
      ...[binary, earlier].map((path) => ({ argv: [path, "--version"] })),
    ],
    runs,
  );
  const peak = (command: Command) => measurePeakMemory(command, MEMORY_RUNS, directory);
  return [
    { what: "one CRM, 24 h: now / before", ratio: median(one) / median(oneBefore) },
    { what: "three CRMs, 24 h: now / before", ratio: median(three) / median(threeBefore) },
    { what: "--version: now / before", ratio: median(version) / median(versionBefore) },
    { what: "peak memory, three CRMs, 24 h: now / before", ratio: peak(now()) / peak(before()) },
  ];
}

function showRows({ rows }: Warehouse): string {
  return rows < 1_000_000 ? `${rows / 1000} k` : `${rows / 1_000_000} M`;
}
