/** Medians of interleaved runs, binaries copied fresh; only ratios within one run mean anything on a noisy machine. */
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type postgres from "postgres";
import { composeStatement } from "../src/warehouse/compose.ts";
import activitySql from "../src/warehouse/postgres/activity.sql" with { type: "text" };
import {
  startPostgres,
  stopAllServers,
  type PostgresServer,
  type TestDatabase,
} from "../test/making/postgres-server.ts";
import { historyDdl } from "../test/making/warehouses.ts";

const RUNS = 15;
const SECONDS_BETWEEN_ROWS = 3.2; // 27,000 rows a day
const END = "2026-07-10T21:00:00Z";
const CRMS = ["crm1", "crm2", "crm3"];
const DAY_MS = 86_400_000;

type Line = { what: string; ratio: number; limit: number };

const directory = mkdtempSync(join(tmpdir(), "automation-reports-bench-"));
try {
  const binary = copyBinary();
  const hello = compileHello();
  const server = await startPostgres(undefined, { shared_buffers: "512MB" });
  const large = await makeRows(server, 1_000_000);
  const small = await makeRows(server, 100_000);
  print([...measureStart(binary, hello), ...measureReports(binary, hello, large, small), await measureQuery(large)]);
} finally {
  await stopAllServers();
  rmSync(directory, { recursive: true, force: true });
}

function measureStart(binary: string, hello: string): Line[] {
  const [version, help, floor] = interleave([[binary, "--version"], [binary, "--help"], [hello]]);
  return [
    { what: "--version / compiled hello world", ratio: median(version) / median(floor), limit: 1.15 },
    { what: "--help / compiled hello world", ratio: median(help) / median(floor), limit: 2 },
  ];
}

function measureReports(binary: string, hello: string, large: TestDatabase, small: TestDatabase): Line[] {
  const largeConfig = writeConfig("large", large);
  const smallConfig = writeConfig("small", small);
  const generate = (config: string, ...rest: string[]) => [
    binary,
    "generate",
    "--config",
    config,
    "--as-of",
    END,
    "--format",
    "json",
    "--quiet",
    ...rest,
  ];
  const psql = CRMS.map((crm) => writePsql(large, crm));
  const psqlSerial = writeScript("serial", psql.map((command) => command.join(" ")).join("\n"));
  const [one, onePsql, three, threePsql, rows, fewRows] = interleave([
    generate(largeConfig, "--crm", "crm1"),
    psql[0] ?? [],
    generate(largeConfig),
    [psqlSerial],
    generate(largeConfig, "--crm", "crm2"),
    generate(smallConfig, "--crm", "crm2"),
  ]);
  return [
    { what: "one CRM, 24 h / psql, the same SQL", ratio: median(one) / median(onePsql), limit: 1.3 },
    { what: "three CRMs, 24 h / psql one after another", ratio: median(three) / median(threePsql), limit: 0.95 },
    { what: "peak RSS of that / hello world", ratio: memory(generate(largeConfig)) / memory([hello]), limit: 2.2 },
    {
      what: "peak RSS, 30 d window / 24 h window",
      ratio: memory(generate(largeConfig, "--time-window", "30d")) / memory(generate(largeConfig)),
      limit: 1.1,
    },
    { what: "1 M rows / 100 k rows, same window", ratio: median(rows) / median(fewRows), limit: 1.15 },
  ];
}

async function measureQuery({ sql }: TestDatabase): Promise<Line> {
  const query = literalStatement("crm3");
  const floor = `SELECT count(*) FROM orchestration.sync_history WHERE crm_source = 'crm3'
    AND start_time >= '${instant(-2)}' AND start_time < '${END}'`;
  const reserved = await sql.reserve();
  const measure = async (text: string) => {
    const started = performance.now();
    await reserved
      .unsafe(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL jit = off; ${text}; COMMIT`)
      .simple();
    return performance.now() - started;
  };
  const [queries, floors]: [number[], number[]] = [[], []];
  for (let index = 0; index < RUNS * 2; index += 1) {
    floors.push(await measure(floor));
    queries.push(await measure(query));
  }
  reserved.release();
  return { what: "the query / count(*) of its range", ratio: median(queries) / median(floors), limit: 3.6 };
}

/** Every command once to warm up, then in turn; a command that fails ends the bench. */
function interleave(commands: string[][]): number[][] {
  const measures: number[][] = commands.map(() => []);
  for (let round = -1; round < RUNS; round += 1) {
    for (const [index, command] of commands.entries()) {
      const started = performance.now();
      const result = Bun.spawnSync(command, { stdout: "pipe", stderr: "pipe", cwd: directory });
      const milliseconds = performance.now() - started;
      if (!result.success) throw new Error(`${command.join(" ")}: ${result.stderr.toString()}`);
      if (round >= 0) measures[index]?.push(milliseconds);
    }
  }
  return measures;
}

async function makeRows(server: PostgresServer, rows: number): Promise<TestDatabase> {
  const database = await server.createDatabase();
  const sql: postgres.Sql = database.sql;
  await sql.unsafe(`CREATE SCHEMA orchestration; ${historyDdl("M")}`);
  await sql.unsafe(`INSERT INTO orchestration.sync_history (crm_source, sync_type, start_time, end_time, status,
      records_processed, records_created, records_updated, records_failed, error_message, configuration,
      performance_metrics, created_at)
    SELECT 'crm' || i % 10, 'type' || i / 10 % 30, t, t + (1 + i::bigint * 7919 % 300) * interval '1 second',
      CASE WHEN i % 37 = 0 THEN 'failed' WHEN i % 61 = 0 THEN 'partial' ELSE 'success' END, 100 + i % 50, i % 10, 90, 0,
      CASE WHEN i % 37 = 0 THEN 'HTTP 429 Too Many Requests' END, '{}', '{}', t
    FROM (SELECT i, timestamptz '${END}' - i * interval '${SECONDS_BETWEEN_ROWS} seconds' AS t
      FROM generate_series(1, ${rows}) i) x`);
  await sql.unsafe("VACUUM ANALYZE orchestration.sync_history");
  return database;
}

function copyBinary(): string {
  const binary = join(directory, "automation-reports");
  copyFileSync("dist/automation-reports", binary);
  chmodSync(binary, 0o755);
  return binary;
}

function compileHello(): string {
  const source = join(directory, "hello.ts");
  const binary = join(directory, "hello");
  writeFileSync(source, 'console.log("hello");\n');
  const built = Bun.spawnSync(
    [process.execPath, "build", "--compile", "--minify", "--bytecode", "--format=esm", "--outfile", binary, source],
    { stdout: "ignore", stderr: "pipe" },
  );
  if (!built.success) throw new Error(built.stderr.toString());
  return binary;
}

function writeConfig(name: string, { url }: TestDatabase): string {
  const path = join(directory, `${name}.toml`);
  const crms = CRMS.map((crm) => `[crm.${crm}]\n`).join("");
  writeFileSync(path, `[defaults]\nurl = "${url}?sslmode=disable"\n${crms}`);
  return path;
}

function writePsql({ url }: TestDatabase, crm: string): string[] {
  const path = join(directory, `${crm}.sql`);
  writeFileSync(
    path,
    `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL jit = off; SET LOCAL TimeZone = 'UTC';\n${literalStatement(crm)};\nCOMMIT;\n`,
  );
  return ["psql", "-XqAt", "-f", path, `${url}?sslmode=disable`];
}

function writeScript(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\nset -e\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** The product's own statement with its parameters written in. */
function literalStatement(crm: string): string {
  const table = { schema: "orchestration", name: "sync_history", visible: false };
  const located = { kind: "located" as const, preset: "sync-history" as const, actions: table, rules: null };
  const values = [`'${crm}'`, `'${instant(-1)}'`, `'${END}'`, "NULL", "NULL", "NULL", "7200", "0"];
  return composeStatement(activitySql, located, "postgres").replace(
    /\$(\d)/g,
    (_, number) => values[Number(number) - 1] ?? "",
  );
}

function instant(days: number): string {
  return new Date(Date.parse(END) + days * DAY_MS).toISOString();
}

/** Peak resident KiB, by median(1): what a spawned child reports itself includes the process that spawned it. */
function memory(command: string[]): number {
  const file = join(directory, "rss");
  const peaks = Array.from({ length: 5 }, () => {
    const result = Bun.spawnSync(["/usr/bin/time", "-f", "%M", "-o", file, ...command], {
      stdout: "pipe",
      stderr: "pipe",
      cwd: directory,
    });
    if (!result.success) throw new Error(result.stderr.toString());
    return Number(readFileSync(file, "utf8"));
  });
  return median(peaks);
}

function median(values: number[] = []): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(lines: Line[]): void {
  for (const { what, ratio, limit } of lines) {
    console.log(
      `${what.padEnd(44)} ${ratio.toFixed(2).padStart(6)}   limit ${limit}   ${ratio <= limit ? "ok" : "ABOVE"}`,
    );
  }
}
