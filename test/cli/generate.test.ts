/** The whole path on real warehouses: what is printed, exported, logged, and with which exit code. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PASSWORD, type PostgresServer, type TestDatabase } from "../making/postgres-server.ts";
import type { PassDocument } from "../../src/report/document/pass-schema.ts";
import { BINARY, directoryWith, freshDirectory, runCli } from "../making/cli.ts";
import { assertPublishable } from "../making/reports.ts";
import { fillSyncHistory, run, sharedServer } from "../making/warehouses.ts";

const AS_OF = ["--as-of", "2026-07-10T21:00:00Z"];
const day = "2026-07-10T";
let server: PostgresServer;
let database: TestDatabase;
let cwd: string;

beforeAll(async () => {
  server = await sharedServer();
  database = await server.createDatabase();
  await fillSyncHistory("M")(
    database.sql,
    [
      run({ crm: "hubspot", start: `${day}01:00:00Z`, end: `${day}01:00:10Z` }),
      run({
        crm: "genius",
        rule: "users",
        start: `${day}01:00:00Z`,
        end: `${day}01:00:01Z`,
        status: "failed",
        error: `login ${PASSWORD}`,
      }),
      run({ crm: "genius", rule: "users", start: `${day}02:00:00Z`, end: `${day}02:00:01Z`, status: "failed" }),
      run({ crm: "genius", rule: "users", start: `${day}03:00:00Z`, end: `${day}03:00:01Z`, status: "failed" }),
    ],
    [],
  );
  cwd = directoryWith(`[defaults]\nurl = "${database.url}"\n[crm.hubspot]\n[crm.genius]\n[crm.arrivy]\n`);
});

afterAll(async () => await database.close());

test("the screen: the CRMs by their urgency, the verdict and what to type next last, and nothing of it again on stderr", async () => {
  const { code, stdout, stderr } = await runCli(["generate", ...AS_OF], { cwd });
  expect(code).toBe(0);
  const lines = stdout.split("\n");
  expect(lines[0]).toBe(
    "3 CRMs · 24 h to 10 Jul 2026 21:00 UTC · 4 runs, 3 failed, none older than 01:00 · 1 critical, 1 warning, 1 ok",
  );
  expect(
    lines.filter((line) => /^[✗!✓] [a-z]+( {2}|$)/.test(line)).map((line) => line.split(" ", 2).join(" ")),
  ).toEqual(["✗ genius", "! arrivy", "✓ hubspot"]);
  expect(lines.at(-3)).toMatch(/^✗ critical · 3 CRMs read · made in \d+\.\d\d s$/);
  expect(lines.at(-2)).toBe(`Next: automation-reports explain genius users ${AS_OF.join(" ")}`);
  expect(stderr).toBe("");
});

test("JSON: one shape, the pass with its reports, the chosen CRMs in the configuration's order", async () => {
  const passOf = async (...flags: string[]) =>
    JSON.parse((await runCli(["generate", ...AS_OF, "--format", "json", ...flags], { cwd })).stdout) as PassDocument;
  const [all, one, two] = [await passOf(), await passOf("--crm", "genius"), await passOf("--crm", "genius,hubspot")];
  for (const report of [...all.reports, ...one.reports, ...two.reports]) assertPublishable(report);
  expect(all.reports.map(({ metadata }) => metadata.source)).toEqual(["hubspot", "genius", "arrivy"]);
  expect(all.outcomes.map(({ source, status }) => [source, status])).toEqual([
    ["hubspot", "made"],
    ["genius", "made"],
    ["arrivy", "made"],
  ]);
  expect(two.reports.map(({ metadata }) => metadata.source)).toEqual(["hubspot", "genius"]);
  expect(one.reports).toMatchObject([
    { metadata: { source: "genius", include_detailed: false, status: "ok" }, detailed_metrics: null },
  ]);
  expect(new Set(all.reports.map(({ metadata }) => metadata.pass_id))).toEqual(new Set([all.pass_id]));
});

test("the older command's line still works", async () => {
  const line = "--time-window 24 --detailed --crm all --export-json --output-dir logs/automation_reports".split(" ");
  const { code } = await runCli(["generate_automation_reports", ...AS_OF, ...line], { cwd });
  expect(code).toBe(0);
  const directory = join(cwd, "logs/automation_reports");
  const name = readdirSync(directory).find((file) => file.startsWith("genius")) ?? "";
  expect(name).toMatch(/^genius_automation_report_\d{8}T\d{6}Z\.json$/);
  const exported: unknown = JSON.parse(readFileSync(join(directory, "latest/genius.json"), "utf8"));
  assertPublishable(exported);
  expect(exported.detailed_metrics?.recent_actions).toHaveLength(3);
  expect(statSync(join(directory, name)).mode & 0o777).toBe(0o640);
});

test("the manual script's twin: last 24 h, detailed, all CRMs, exported", async () => {
  const script = join(import.meta.dir, "../../scripts/generate-automation-reports");
  const made = Bun.spawnSync([script, ...AS_OF], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", AUTOMATION_REPORTS: BINARY },
  });
  expect(made.exitCode).toBe(0);
  expect(made.stdout.toString()).toContain("Newest actions");
});

test("--output - is stdout", async () => {
  const { code, stdout } = await runCli(["generate", ...AS_OF, "--output", "-"], { cwd });
  expect([code, stdout]).toEqual([0, expect.stringContaining("4 runs, 3 failed")]);
});

test("--output writes the file and nothing to stdout, without colour", async () => {
  const { code, stdout } = await runCli(["generate", ...AS_OF, "--output", "report.txt"], { cwd });
  expect([code, stdout]).toEqual([0, ""]);
  expect(readFileSync(join(cwd, "report.txt"), "utf8")).toStartWith("3 CRMs · 24 h to ");
  const forced = await runCli(["generate", ...AS_OF, "-o", "report.txt", "--color", "always"], {
    cwd,
    env: { LANG: "C" },
  });
  expect(forced.code).toBe(0);
  expect(readFileSync(join(cwd, "report.txt"), "utf8")).toMatch(/^3 CRMs · [^\u{1b}]*$/u);
});

describe("--crm and --detailed give sections", () => {
  test.each([
    { flags: [], sections: 0 },
    { flags: ["--crm", "all"], sections: 0 },
    { flags: ["--crm", "genius,arrivy"], sections: 2 },
    { flags: ["--detailed"], sections: 3 },
  ])("$flags: $sections", async ({ flags, sections }) => {
    const { stdout } = await runCli(["generate", ...AS_OF, ...flags], { cwd });
    expect(stdout.split("\n").filter((line) => line.endsWith(" · sync-history"))).toHaveLength(sections);
  });
});

describe("colour", () => {
  test.each<{ name: string; flags?: string[]; env?: Record<string, string>; colored: boolean }>([
    { name: "none in a pipe", colored: false },
    { name: "--color always", flags: ["--color", "always"], colored: true },
    { name: "FORCE_COLOR", env: { FORCE_COLOR: "1" }, colored: true },
    { name: "FORCE_COLOR=0", env: { FORCE_COLOR: "0" }, colored: false },
    { name: "--color never beats FORCE_COLOR", flags: ["--color", "never"], env: { FORCE_COLOR: "1" }, colored: false },
    { name: "--no-color too", flags: ["--no-color"], env: { FORCE_COLOR: "1" }, colored: false },
    { name: "NO_COLOR beats FORCE_COLOR", env: { FORCE_COLOR: "1", NO_COLOR: "1" }, colored: false },
    { name: "--color always beats NO_COLOR", flags: ["--color=always"], env: { NO_COLOR: "1" }, colored: true },
  ])("$name: $colored", async ({ flags = [], env = {}, colored }) => {
    const { code, stdout, stderr } = await runCli(["generate", ...AS_OF, ...flags], { cwd, env });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.includes("\u001b[38;5;160m✗")).toBe(colored);
    expect(stdout.includes("\u001b")).toBe(colored);
  });
});

describe("letters", () => {
  test.each<{ name: string; env: Record<string, string>; ascii: boolean }>([
    { name: "nothing said", env: {}, ascii: false },
    { name: "LANG=C", env: { LANG: "C" }, ascii: true },
    { name: "LANG=POSIX", env: { LANG: "POSIX" }, ascii: true },
    { name: "another alphabet", env: { LANG: "de_DE.ISO-8859-1" }, ascii: true },
    { name: "UTF-8", env: { LANG: "C.utf8" }, ascii: false },
    { name: "LC_ALL beats LANG", env: { LANG: "en_US.UTF-8", LC_ALL: "C" }, ascii: true },
    { name: "LC_CTYPE beats LANG", env: { LANG: "C", LC_CTYPE: "en_US.UTF-8" }, ascii: false },
  ])("$name: ASCII alone $ascii", async ({ env, ascii }) => {
    const { stdout } = await runCli(["generate", ...AS_OF], { cwd, env });
    expect(/^\p{ASCII}*$/u.test(stdout)).toBe(ascii);
    expect(stdout).toContain(ascii ? "\nx critical - " : "\n✗ critical · ");
  });
});

describe("a zone beside UTC", () => {
  test("--timezone beats [display] timezone, which holds without it", async () => {
    const directory = directoryWith(`[display]\ntimezone = "Asia/Tokyo"\n[crm.hubspot]\nurl = "${database.url}"\n`);
    const headOf = async (...flags: string[]) =>
      (await runCli(["generate", ...AS_OF, ...flags], { cwd: directory })).stdout.split("\n")[0];
    expect(await headOf()).toBe(
      "1 CRM · 24 h to 10 Jul 2026 21:00 UTC (11 Jul 06:00 Asia/Tokyo; in sentences UTC) · 1 run, 0 failed, none older than 01:00 · 1 ok",
    );
    expect(await headOf("--timezone", "Europe/Berlin")).toBe(
      "1 CRM · 24 h to 10 Jul 2026 21:00 UTC (23:00 Europe/Berlin; in sentences UTC) · 1 run, 0 failed, none older than 01:00 · 1 ok",
    );
  });
});

test("short flags are the long ones", async () => {
  const short = await runCli(["generate", ...AS_OF, "-c", join(cwd, "automation-reports.toml"), "-f", "json", "-q"]);
  expect([short.code, short.stderr]).toEqual([0, ""]);
  expect((JSON.parse(short.stdout) as PassDocument).outcomes).toHaveLength(3);
  expect((await runCli(["generate", ...AS_OF, "-v"], { cwd })).stderr).toContain("pass finished");
});

describe("--fail-on looks at findings only", () => {
  test.each([
    { flags: [], code: 0 },
    { flags: ["--fail-on", "warning"], code: 1 },
    { flags: ["--fail-on", "critical"], code: 1 },
    { flags: ["--fail-on", "critical", "--crm", "arrivy"], code: 0 },
    { flags: ["--fail-on", "warning", "--crm", "arrivy"], code: 1 },
    { flags: ["--fail-on", "warning", "--crm", "hubspot"], code: 0 },
  ])("$flags: $code", async ({ flags, code }) => {
    expect((await runCli(["generate", ...AS_OF, ...flags], { cwd })).code).toBe(code);
  });
});

test("logs: nothing but errors when quiet, the configuration when verbose, JSON lines, syslog priorities for journald", async () => {
  expect((await runCli(["generate", ...AS_OF, "--quiet"], { cwd })).stderr).toBe("");
  expect((await runCli(["generate", ...AS_OF, "--verbose"], { cwd })).stderr).toContain(
    `configuration path=${cwd}/automation-reports.toml`,
  );
  const json = (await runCli(["generate", ...AS_OF, "--verbose", "--log-format", "json"], { cwd })).stderr
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  expect(json).toContainEqual(
    expect.objectContaining({ level: "debug", message: "configuration", path: `${cwd}/automation-reports.toml` }),
  );
  const log = join(freshDirectory(), "journal");
  writeFileSync(log, "");
  const { dev, ino } = statSync(log);
  Bun.spawnSync([BINARY, "generate", ...AS_OF, "--verbose"], {
    cwd,
    env: { JOURNAL_STREAM: `${dev}:${ino}` },
    stderr: Bun.file(log),
  });
  expect(readFileSync(log, "utf8")).toStartWith("<7>configuration path=");
});

test("exports from the configuration, relative to it, with keep", async () => {
  const directory = directoryWith(
    `[export]\nenabled = true\ndir = "out"\nkeep = 1\n[crm.hubspot]\nurl = "${database.url}"\n`,
  );
  const elsewhere = freshDirectory();
  for (let index = 0; index < 3; index += 1)
    await runCli(["generate", ...AS_OF, "--config", join(directory, "automation-reports.toml")], { cwd: elsewhere });
  expect(readdirSync(join(directory, "out")).filter((name) => name.endsWith(".json"))).toHaveLength(1);
  expect(readdirSync(elsewhere)).toEqual([]);
});

test("in a terminal: colour and progress; with NO_COLOR or --no-color none", async () => {
  const inTerminal = (command: string, env: Record<string, string> = {}) => {
    const typescript = join(freshDirectory(), "typescript");
    Bun.spawnSync(["script", "-qec", command, typescript], {
      cwd,
      env: { PATH: process.env["PATH"] ?? "", TERM: "xterm", ...env },
      stdin: "ignore",
      stdout: "ignore",
    });
    return readFileSync(typescript, "utf8");
  };
  const command = [BINARY, "generate", ...AS_OF].join(" ");
  const colored = inTerminal(command);
  expect(colored).toContain("\u001b[38;5;160m✗ critical\u001b");
  expect(colored).toMatch(/\r\u001b\[2Kreading, \d of 3 done: [a-z, ]+/);
  expect(inTerminal(command, { NO_COLOR: "1" })).not.toContain("\u001b[38;5;");
  expect(inTerminal(`${command} --no-color`)).not.toContain("\u001b[38;5;");
});

test("no secret in output, log or files", async () => {
  const directory = directoryWith(
    `[crm.hubspot]\nurl = "${database.url}"\n[crm.dead]\nurl = "${database.url.replace(/\/test_\d+/, "/nowhere")}"\n`,
  );
  const { code, stdout, stderr } = await runCli(["generate", ...AS_OF, "--verbose", "--export-json"], {
    cwd: directory,
  });
  expect(code).toBe(3);
  const files = [...new Bun.Glob("logs/**/*.json").scanSync(directory)].map((name) =>
    readFileSync(join(directory, name), "utf8"),
  );
  expect(files).toHaveLength(1);
  for (const text of [stdout, stderr, ...files]) {
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), database.url]) expect(text).not.toContain(secret);
  }
});

test("PG* variables fill no gap of a URL", async () => {
  const directory = directoryWith(`[crm.hubspot]\nurl = "${database.url.replace(/:[^:@]*@/, "@")}"\n`);
  const env = { PGPASSWORD: PASSWORD, PGTARGETSESSIONATTRS: "nonsense" };
  const { code, stderr } = await runCli(["generate", ...AS_OF], { cwd: directory, env });
  expect(code).toBe(4);
  expect(stderr).toContain("asks for a password, and there is none");
});

test("a missing export directory's parent is made; one that is a file is exit 5, the report still printed", async () => {
  writeFileSync(join(cwd, "blocked"), "");
  const { code, stdout, stderr } = await runCli(
    ["generate", ...AS_OF, "--crm", "hubspot", "--export-json", "--output-dir", "blocked/x"],
    { cwd },
  );
  expect(code).toBe(5);
  expect(stdout).toContain("hubspot");
  expect(stderr).toContain("choose another place");
});

test("what stands at the temporary or final names is not written through", async () => {
  const directory = freshDirectory();
  const victim = join(directory, "victim");
  writeFileSync(victim, "untouched");
  mkdirSync(join(directory, "latest"));
  symlinkSync(victim, join(directory, "latest/hubspot.json"));
  await runCli(["generate", ...AS_OF, "--crm", "hubspot", "--export-json", "--output-dir", directory], { cwd });
  expect(readFileSync(victim, "utf8")).toBe("untouched");
  expect(existsSync(join(directory, "latest/hubspot.json"))).toBe(true);
});
