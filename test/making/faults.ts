/** A fault in one of three CRMs, injected into the compiled binary's run, and what holds whatever the fault is. */
import { expect } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../src/report/document/schema.ts";
import { directoryWith, start, type Ended, type Surroundings } from "./cli.ts";
import type { PostgresServer, TestDatabase } from "./postgres-server.ts";
import { fillSyncHistory, run, sharedServer, type RunRow } from "./warehouses.ts";
import { reportsIn } from "./passes.ts";

export const AS_OF = ["--as-of", "2026-07-10T21:00:00Z"];
export const GENERATE = ["generate", ...AS_OF, "--format", "json", "--detailed", "--quiet"];
export const isRoot = process.getuid?.() === 0;
/** More rounds, more time: for a nightly run. */

/** A run with all that it said, and where it left files. */
export type Trial = Ended & {
  cwd: string;
  commandLines: string[];
  /** Resident memory at its highest, as far as it was looked at: every 10 ms. */
  peakBytes: number;
  tookMs: number;
};

export type Launched = {
  child: ReturnType<typeof start>;
  /** Resolves when it has ended. */
  trial: Promise<Trial>;
};

export type Trio = {
  healthy: TestDatabase;
  /** By its Unix socket: what happens to a network does not happen to the healthy. */
  healthyUrl: string;
  /** The reports of first and last where nothing is wrong, without what differs from pass to pass. */
  expected: unknown[];
  /** A directory whose configuration has only the healthy two. */
  healthyOnly: () => string;
  /** Three CRMs, the one in the middle at that URL. */
  withDead: (url: string, settings?: string) => string;
};

/** Two healthy CRMs, and room for a third between them. */
export async function makeTrio(): Promise<Trio> {
  const server = await sharedServer();
  const healthy = await server.createDatabase();
  await fillSyncHistory("H")(healthy.sql, [...runsOf("first"), ...runsOf("last")], []);
  const healthyUrl = `${healthy.url.replace(/@[^/]*/, "@")}?host=${server.socketDirectory}&port=${server.port}`;
  const defaults = `[defaults]\nurl = "${healthyUrl}"\n[crm.first]\n`;
  const healthyOnly = () => directoryWith(`${defaults}[crm.last]\n`);
  const { stdout } = await launch(GENERATE, { cwd: healthyOnly() }).trial;
  return {
    healthy,
    healthyUrl,
    expected: figuresOf(stdout),
    healthyOnly,
    withDead: (dead, settings = "") =>
      directoryWith(`${defaults}[crm.dead]\nurl = "${dead}"\n${settings}\n[crm.last]\n`),
  };
}

/** Two runs of one rule, one of them failed. */
export function runsOf(crm: string): RunRow[] {
  const day = "2026-07-10T";
  return [
    run({ crm, start: `${day}01:00:00Z`, end: `${day}01:00:10Z`, processed: 7 }),
    run({ crm, start: `${day}02:00:00Z`, end: `${day}02:00:30Z`, status: "failed", error: "HTTP 429" }),
  ];
}

/** The database of the CRM that something will happen to. */
export async function makeVictim(server: PostgresServer): Promise<TestDatabase> {
  const victim = await server.createDatabase();
  await fillSyncHistory("M")(victim.sql, runsOf("dead"), []);
  return victim;
}

/** Starts the binary and looks at its command line, and its children's, as long as it runs. */
export function launch(args: readonly string[], options: Surroundings & { cwd: string }): Launched {
  const startedAt = performance.now();
  const child = start(args, options);
  const seen = new Set<string>();
  let peakBytes = 0;
  const watch = async () => {
    // In the middle of exec(2) there is none yet, and a command that is refused is over before the next look.
    const patience = performance.now() + 1000;
    let first: string[];
    do first = commandLinesOf(child.pid);
    while (first.join("") === "" && performance.now() < patience);
    for (const line of first) seen.add(line);
    while (child.exitCode === null && child.signalCode === null) {
      for (const line of commandLinesOf(child.pid)) seen.add(line);
      peakBytes = Math.max(peakBytes, peakOf(child.pid));
      await Bun.sleep(10);
    }
  };
  const finish = async (): Promise<Trial> => {
    const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited, watch()]);
    return {
      code,
      stdout,
      stderr,
      cwd: options.cwd,
      commandLines: [...seen],
      peakBytes,
      tookMs: performance.now() - startedAt,
    };
  };
  return { child, trial: finish() };
}

/** All but what differs from pass to pass. */
export function figuresOf(printed: string | (Report | undefined)[]): unknown[] {
  const reports = typeof printed === "string" ? reportsIn(printed) : printed.flatMap((report) => report ?? []);
  return reports.map(
    ({ metadata: { pass_id: _pass, report_generated_at: _at, query_seconds: _took, ...metadata }, ...rest }) => ({
      ...rest,
      metadata,
    }),
  );
}

/** Exit 3, the others as without the fault, one line with the reason and what to do, nothing left, nothing leaked. */
export async function expectOneFailure(
  trial: Trial,
  { trio, says, advises, free = [] }: { trio: Trio; says: string; advises: string; free?: TestDatabase[] },
): Promise<void> {
  expect([trial.code, trial.stderr]).toEqual([3, expect.stringMatching(/^error: dead could not be read: [^\n]+\n$/)]);
  expect(figuresOf(trial.stdout)).toEqual(trio.expected);
  expect(trial.stderr).toContain(says);
  expect(trial.stderr.slice(trial.stderr.indexOf(says) + says.length)).toContain(advises);
  await expectNothingLeft(trial, [trio.healthy, ...free]);
}

/** The report of the CRM between the healthy two, whose reports are as without it. */
export function reportOnDead(stdout: string, trio: Trio): Report {
  const reports = reportsIn(stdout);
  expectOthers(stdout, trio);
  const dead = reports.find(({ metadata }) => metadata.source === "dead");
  if (dead === undefined) throw new Error("there is no report on dead");
  return dead;
}

/** Of a store that cannot be read, each report says so. */
const NO_MEMORY = "the memory could not be read: the report is made without it; ";

/** The reports of the healthy two are as without the fault. */
export function expectOthers(printed: string | Report[], trio: Trio): void {
  const reports = typeof printed === "string" ? reportsIn(printed.replaceAll(NO_MEMORY, "")) : printed;
  expect(figuresOf(reports.filter(({ metadata }) => metadata.source !== "dead"))).toEqual(trio.expected);
}

/** No backend of ours on the server, no secret anywhere. */
export async function expectNothingLeft(trial: Trial, databases: TestDatabase[]): Promise<void> {
  expectNoSecret(trial);
  for (const database of databases) await until(async () => (await countBackends(database)) === 0);
}

/** The canaries in every spelling, in stdout, stderr, command lines and each file below the working directory. */
export function expectNoSecret({ stdout, stderr, commandLines, cwd }: Trial): void {
  expect(commandLines.join("")).toContain("automation-reports");
  const files = filesBelow(cwd).filter((path) => path !== join(cwd, "automation-reports.toml"));
  const places = [
    { place: "stdout", text: stdout },
    { place: "stderr", text: stderr },
    { place: "command line", text: commandLines.join("\n") },
    ...files.map((path) => ({ place: path, text: `${path}\n${readFileSync(path, "latin1")}` })),
  ];
  const leaks = places.filter(({ text }) => CANARY.test(text)).map(({ place }) => place);
  expect(leaks).toEqual([]);
}

async function countBackends({ sql, name }: TestDatabase): Promise<number> {
  const [row] = await sql`SELECT count(*)::int AS n FROM pg_stat_activity
    WHERE datname = ${name} AND application_name = 'automation-reports'`;
  return Number(row?.["n"]);
}

/** A loaded machine takes ten times as long as a quiet one. */
const MOST_MS = 60_000;

export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const startedAt = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedAt > MOST_MS) throw new Error("it never came true");
    await Bun.sleep(5);
  }
}

/** Its sync_history waits that long for every reading, and may be told anew how long. */
export async function slowDown({ sql }: TestDatabase, seconds = 600): Promise<void> {
  const [slow] = await sql`SELECT to_regclass('orchestration.real_history') AS there`;
  if (slow?.["there"] === null) await sql`ALTER TABLE orchestration.sync_history RENAME TO real_history`;
  await sql.unsafe(`CREATE OR REPLACE VIEW orchestration.sync_history
    AS SELECT h.* FROM orchestration.real_history h, (SELECT pg_sleep(${seconds}) OFFSET 0) s`);
}

/** The backend that waits in a slowed down table, once there is one; another than `former`. */
export async function backendPid({ sql, name }: TestDatabase, former = 0): Promise<number> {
  let pid = 0;
  await until(async () => {
    const [row] =
      await sql`SELECT pid FROM pg_stat_activity WHERE datname = ${name} AND application_name = 'automation-reports'
      AND wait_event = 'PgSleep' AND pid <> ${former}`;
    pid = Number(row?.["pid"] ?? 0);
    return pid > 0;
  });
  return pid;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

/** Every secret of the tests begins with that word, and the password goes on in a way that is easily cut apart. */
const CANARY = new RegExp(
  ["canary", percentEncoded("canary"), ...base64Spellings("canary"), "p@ss/w", "p%40ss"].join("|"),
  "i",
);

function percentEncoded(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join("");
}

/** How it looks in base64 after 0, 1 and 2 other bytes, without the characters that its neighbours decide. */
function base64Spellings(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const whole = Buffer.from("x".repeat(before) + text);
    const end = Math.floor((whole.length * 4) / 3);
    return whole.toString("base64").slice(Math.ceil((before * 4) / 3), end);
  });
}

/** The kernel's high-water mark, 0 once it has ended: what wait4(2) reports includes the process that spawned it. */
function peakOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function commandLinesOf(pid: number): string[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean),
    );
    return [String(pid), ...children].map((id) => readFileSync(`/proc/${id}/cmdline`, "utf8"));
  } catch {
    return [];
  }
}
