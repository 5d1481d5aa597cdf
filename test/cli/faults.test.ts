/** Faults injected for real into one of three CRMs: the others' reports are those of a run without the fault. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  freePort,
  PASSWORD,
  startPostgres,
  type PostgresServer,
  type TestDatabase,
} from "../making/postgres-server.ts";
import type { Report } from "../../src/report/schema.ts";
import { BINARY, directoryWith, freshDirectory, runCli, start } from "../making/cli.ts";
import { fillSyncHistory, run, sharedServer } from "../making/warehouses.ts";

const AS_OF = ["--as-of", "2026-07-10T21:00:00Z", "--format", "json", "--detailed"];
const day = "2026-07-10T";
const isRoot = process.getuid?.() === 0;

let healthy: TestDatabase;
let victims: PostgresServer;
let victim: TestDatabase;
let expected: unknown[];

beforeAll(async () => {
  victims = await startPostgres();
  healthy = await (await sharedServer()).createDatabase();
  await fillSyncHistory("H")(healthy.sql, runsOf("first", "last"), []);
  const { stdout } = await runCli(["generate", ...AS_OF], { cwd: healthyOnly() });
  expected = figuresOf(stdout);
});

beforeEach(async () => {
  victim = await victims.createDatabase();
  await fillSyncHistory("M")(victim.sql, runsOf("dead"), []);
});

afterAll(async () => {
  await healthy.close();
  await victims.stop();
});

function runsOf(...crms: string[]) {
  return crms.flatMap((crm) => [
    run({ crm, start: `${day}01:00:00Z`, end: `${day}01:00:10Z`, processed: 7 }),
    run({ crm, start: `${day}02:00:00Z`, end: `${day}02:00:30Z`, status: "failed", error: "HTTP 429" }),
  ]);
}

function healthyOnly(): string {
  return directoryWith(`[defaults]\nurl = "${healthy.url}"\n[crm.first]\n[crm.last]\n`);
}

/** Three CRMs, the one in the middle at that URL. */
function withDead(url: string, settings = ""): string {
  return directoryWith(
    `[defaults]\nurl = "${healthy.url}"\n[crm.first]\n[crm.dead]\nurl = "${url}"\n${settings}\n[crm.last]\n`,
  );
}

/** All but what differs from pass to pass. */
function figuresOf(stdout: string): unknown[] {
  return (JSON.parse(stdout) as Report[]).map(
    ({ metadata: { pass_id: _pass, report_generated_at: _at, query_seconds: _took, ...metadata }, ...rest }) => ({
      ...rest,
      metadata,
    }),
  );
}

async function backendsIn(database: TestDatabase): Promise<number> {
  const [row] = await database.sql`SELECT count(*)::int AS n FROM pg_stat_activity
    WHERE datname = ${database.name} AND application_name = 'automation-reports'`;
  return Number(row?.["n"]);
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; !(await condition()); tries += 1) {
    if (tries > 1000) throw new Error("it never came true");
    await Bun.sleep(5);
  }
}

/** Its sync_history waits ten minutes for every reading. */
async function slowDown({ sql }: TestDatabase): Promise<void> {
  await sql.unsafe(`ALTER TABLE orchestration.sync_history RENAME TO real_history;
    CREATE VIEW orchestration.sync_history AS SELECT h.* FROM orchestration.real_history h, (SELECT pg_sleep(600)) s`);
}

async function backendPid({ sql, name }: TestDatabase): Promise<number> {
  let pid = 0;
  await until(async () => {
    const [row] =
      await sql`SELECT pid FROM pg_stat_activity WHERE datname = ${name} AND application_name = 'automation-reports'
      AND wait_event = 'PgSleep'`;
    pid = Number(row?.["pid"] ?? 0);
    return pid > 0;
  });
  return pid;
}

describe("exit 3, one error line, the others unharmed", () => {
  test.each([
    { name: "port closed", url: () => `postgres://u@127.0.0.1:${freePort()}/d`, says: "refuses the connection" },
    {
      name: "wrong password",
      url: () => victim.url.replace(encodeURIComponent(PASSWORD), "canary"),
      says: "refuses the password",
    },
    { name: "unknown database", url: () => victims.url("nowhere"), says: "no database of that name" },
    { name: "SQLite file missing", url: () => "sqlite:/nowhere/w.sqlite", says: "cannot be opened" },
  ])("$name", async ({ url, says }) => {
    const { code, stdout, stderr } = await runCli(["generate", ...AS_OF, "--quiet"], { cwd: withDead(url()) });
    expect(code).toBe(3);
    expect(figuresOf(stdout)).toEqual(expected);
    expect(stderr).toStartWith("error: dead could not be read: ");
    expect(stderr).toContain(says);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(stderr).not.toContain("canary");
    expect(await backendsIn(victim)).toBe(0);
  });

  test("table locked exclusively: given up at lock_timeout", async () => {
    const holder = await victim.sql.reserve();
    await holder`BEGIN`;
    await holder`LOCK TABLE orchestration.sync_history IN ACCESS EXCLUSIVE MODE`;
    const { code, stdout, stderr } = await runCli(["generate", ...AS_OF, "--quiet"], {
      cwd: withDead(victim.url, 'lock_timeout = "100ms"'),
    });
    expect({ code, figures: figuresOf(stdout) }).toEqual({ code: 3, figures: expected });
    expect(stderr).toContain("locked by somebody else");
    expect(await backendsIn(victim)).toBe(0);
    await holder`ROLLBACK`;
    holder.release();
  });

  test("a backend frozen in mid-query: given up at the deadline, gone once it thaws", async () => {
    await slowDown(victim);
    const child = start(["generate", ...AS_OF, "--quiet"], { cwd: withDead(victim.url, 'timeout = "3s"') });
    const pid = await backendPid(victim);
    process.kill(pid, "SIGSTOP");
    try {
      const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
      expect({ code, figures: figuresOf(stdout) }).toEqual({ code: 3, figures: expected });
      expect(stderr).toContain("no complete answer within 3 s");
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await until(async () => (await backendsIn(victim)) === 0);
  }, 15_000);

  test("a whole server frozen in mid-query", async () => {
    await slowDown(victim);
    const child = start(["generate", ...AS_OF, "--quiet"], { cwd: withDead(victim.url, 'timeout = "1s"') });
    const pid = await backendPid(victim);
    for (const stopped of [victims.pid, pid]) process.kill(stopped, "SIGSTOP");
    try {
      const [stdout, code] = await Promise.all([child.stdout.text(), child.exited]);
      expect({ code, figures: figuresOf(stdout) }).toEqual({ code: 3, figures: expected });
    } finally {
      for (const stopped of [pid, victims.pid]) process.kill(stopped, "SIGCONT");
    }
    await until(async () => (await backendsIn(victim)) === 0);
  }, 15_000);
});

test("table missing: a fallback report beside the others, exit 0", async () => {
  await victim.sql.unsafe("DROP TABLE orchestration.sync_history");
  const { code, stdout } = await runCli(["generate", ...AS_OF, "--quiet"], { cwd: withDead(victim.url) });
  expect(code).toBe(0);
  const reports = JSON.parse(stdout) as Report[];
  expect(reports.map(({ metadata }) => metadata.status)).toEqual(["ok", "fallback", "ok"]);
  expect(figuresOf(JSON.stringify(reports.filter(({ metadata }) => metadata.source !== "dead")))).toEqual(expected);
});

test("every CRM unreadable: exit 4, said once as one cause", async () => {
  const port = freePort();
  const cwd = directoryWith(`[defaults]\nurl = "postgres://u@127.0.0.1:${port}/d"\n[crm.a]\n[crm.b]\n`);
  const { code, stdout } = await runCli(["generate"], { cwd });
  expect(code).toBe(4);
  expect(stdout).toContain(`! One cause for 2 CRMs (a, b): 127.0.0.1:${port} refuses the connection`);
  expect(stdout).toContain("0 of 2 CRMs");
});

describe("stopped in mid-pass", () => {
  test.each([
    { signal: "SIGTERM", code: 143 },
    { signal: "SIGINT", code: 130 },
  ] as const)("$signal: exit $code, nothing printed, the backend gone", async ({ signal, code }) => {
    await slowDown(victim);
    const directory = withDead(victim.url);
    const child = start(["generate", ...AS_OF, "--export-json", "--output", "out.json"], { cwd: directory });
    await backendPid(victim);
    child.kill(signal);
    const [stdout, ended] = await Promise.all([child.stdout.text(), child.exited]);
    expect([ended, stdout]).toEqual([code, ""]);
    expect(await backendsIn(victim)).toBe(0);
    expect(readdirSync(directory)).toEqual(["automation-reports.toml"]);
  });
});

test("kill -9 in mid-export leaves whole reports only, and the next run sweeps the rest", async () => {
  const cwd = directoryWith(
    `[defaults]\nurl = "${healthy.url}"\n${Array.from({ length: 40 }, (_, index) => `[crm.crm${index}]\n`).join("")}`,
  );
  const directory = join(cwd, "out");
  const args = ["generate", ...AS_OF, "--export-json", "--output-dir", "out", "--quiet"];
  for (let round = 0; round < 8; round += 1) {
    const child = start(args, { cwd });
    await until(() => existsSync(directory) && readdirSync(directory).length > round * 6);
    child.kill("SIGKILL");
    await child.exited;
    for (const name of readdirSync(directory).filter((file) => file.endsWith(".json")))
      JSON.parse(readFileSync(join(directory, name), "utf8"));
  }
  expect((await runCli(args, { cwd })).code).toBe(0);
  expect(readdirSync(directory).filter((file) => file.endsWith(".tmp"))).toEqual([]);
}, 30_000);

describe("deliveries", () => {
  test.skipIf(!isRoot)(
    "disk full (a mount needs root): exit 5, no half file, the reports still on stdout",
    async () => {
      const mount = freshDirectory();
      expect(Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=12k", "tmpfs", mount]).exitCode).toBe(0);
      try {
        writeFileSync(join(mount, "filler"), "x".repeat(8192));
        const { code, stdout, stderr } = await runCli(["generate", ...AS_OF, "--export-json", "--output-dir", mount], {
          cwd: healthyOnly(),
        });
        expect([code, figuresOf(stdout)]).toEqual([5, expected]);
        expect(stderr).toContain("the disk is full");
        for (const name of new Bun.Glob("*.json").scanSync(mount)) JSON.parse(readFileSync(join(mount, name), "utf8"));
        expect(readdirSync(mount).filter((name) => name.endsWith(".tmp"))).toEqual([]);
        const output = await runCli(["generate", ...AS_OF, "--output", join(mount, "x.json")], { cwd: healthyOnly() });
        expect([output.code, existsSync(join(mount, "x.json"))]).toEqual([5, false]);
      } finally {
        Bun.spawnSync(["umount", mount]);
      }
    },
  );

  test("stdout full: exit 5", () => {
    const made = Bun.spawnSync(["sh", "-c", `"$0" "$@" > /dev/full`, BINARY, "generate", ...AS_OF], {
      cwd: healthyOnly(),
      stderr: "pipe",
    });
    expect([made.exitCode, made.stderr.toString()]).toEqual([
      5,
      expect.stringContaining("stdout took only a part: the disk is full"),
    ]);
  });

  test("stdout closed early: exit 5, no stack", () => {
    const cwd = directoryWith(
      `[defaults]\nurl = "${healthy.url}"\n${Array.from({ length: 60 }, (_, index) => `[crm.crm${index}]\n`).join("")}`,
    );
    const made = Bun.spawnSync(
      ["bash", "-c", `"$0" "$@" | head -c 1 >/dev/null; echo \${PIPESTATUS[0]}`, BINARY, "generate", ...AS_OF],
      { cwd, stderr: "pipe" },
    );
    expect(made.stdout.toString().trim()).toBe("5");
    expect(made.stderr.toString()).toContain("its reader closed it");
    expect(made.stderr.toString()).not.toContain(" at ");
  });
});
