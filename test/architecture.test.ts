/** The map of the house: what each folder is for and whom it may import. The table is the documentation, the tests check it. */
import { describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";

const SRC = resolve(import.meta.dir, "../src");

/** A folder of src, or a file at its top: what it is for, and all it may import from. `types:` allows only `import type`. */
const HOUSE: Record<string, { is: string; imports: string[] }> = {
  text: {
    is: "How figures and times are written, and hostile text made harmless: one file for each medium.",
    imports: ["text"],
  },
  time: {
    is: "Units, windows, durations, schedules and when they fire. It knows nothing of reports.",
    imports: ["time", "croner", "ms"],
  },
  files: {
    is: "Files that an operator names: only what is a file is opened, and none is read without end.",
    imports: ["node:buffer", "node:fs"],
  },
  database: {
    is: "A target, a connection to it, and its failures in words. It is neither reader nor writer.",
    imports: [
      "database",
      "text",
      "files",
      "postgres",
      "@mongodb-js/saslprep",
      "valibot",
      "node:crypto",
      "node:dns",
      "node:events",
      "node:fs",
      "node:net",
      "node:os",
      "node:path",
      "node:tls",
    ],
  },
  http: {
    is: "Requests to other people's servers.",
    imports: ["http", "node:timers/promises"],
  },
  report: {
    is: "From one CRM's activity to its report. Pure: it sees no clock, process, network, disk or logger.",
    imports: ["report", "text", "time", "valibot"],
  },
  render: {
    is: "From reports and other documents to what an operator reads. Pure, like report/.",
    imports: ["render", "text", "time", "report", "types:check", "types:store", "types:schedule", "prom-client"],
  },
  check: {
    is: "Judges what was found out about a warehouse. Pure.",
    imports: ["check", "text", "time", "types:warehouse", "valibot"],
  },
  config: {
    is: "The configuration: found, read, checked, explained. The only folder that reads the environment.",
    imports: [
      "config",
      "text",
      "time",
      "database",
      "files",
      "report",
      "schema-keys.ts",
      "errors.ts",
      "ical.js",
      "leven",
      "toml-eslint-parser",
      "valibot",
      "node:fs",
      "node:net",
      "node:path",
    ],
  },
  warehouse: {
    is: "Reads a CRM's runs and rules with one read-only statement, whatever the database and the preset.",
    imports: [
      "warehouse",
      "text",
      "time",
      "database",
      "files",
      "report",
      "types:config",
      "bun:sqlite",
      "types:postgres",
      "valibot",
      "node:fs",
      "node:timers/promises",
    ],
  },
  output: {
    is: "Writes to stdout and to files: whole or not at all.",
    imports: [
      "output",
      "files",
      "text",
      "types:report",
      "errors.ts",
      "processes.ts",
      "node:fs",
      "node:fs/promises",
      "node:os",
      "node:path",
    ],
  },
  store: {
    is: "What is kept between passes, in SQLite or PostgreSQL: reports, passes, slots, memory.",
    imports: [
      "store",
      "text",
      "time",
      "database",
      "files",
      "report",
      "output",
      "errors.ts",
      "processes.ts",
      "bun:sqlite",
      "valibot",
      "node:fs",
      "node:path",
      "node:timers/promises",
    ],
  },
  demo: {
    is: "Makes a warehouse with 30 days of activity to try the program on.",
    imports: [
      "demo",
      "text",
      "time",
      "types:report",
      "warehouse",
      "bun:sqlite",
      "pure-rand/distribution/uniformFloat64",
      "pure-rand/generator/xoroshiro128plus",
    ],
  },
  systemd: {
    is: "Units, their installation, and what a service tells systemd while it runs.",
    imports: ["systemd", "text", "time", "files", "output", "errors.ts", "bun:ffi", "node:fs", "node:path"],
  },
  help: {
    is: "The help topics, and what completion scripts and the man page are made from.",
    imports: ["help", "text", "report", "render", "config", "errors.ts", "version.ts", "types:citty"],
  },
  commands: {
    is: "The command line: one file a command, which reads its flags and calls what does the work.",
    imports: [
      "commands",
      "text",
      "time",
      "files",
      "database",
      "report",
      "render",
      "check",
      "config",
      "warehouse",
      "output",
      "store",
      "demo",
      "systemd",
      "help",
      "schedule",
      "server",
      "check.ts",
      "deliver.ts",
      "compare-memory.ts",
      "fill.ts",
      "daemon.ts",
      "serve.ts",
      "pass.ts",
      "recall.ts",
      "processes.ts",
      "log.ts",
      "errors.ts",
      "version.ts",
      "@valibot/to-json-schema",
      "bun",
      "citty",
      "types:valibot",
      "node:fs",
      "node:fs/promises",
      "node:path",
      "node:timers/promises",
      "node:util",
    ],
  },
  schedule: {
    is: "Which slots are due, and one slot from its claim to its end.",
    imports: [
      "schedule",
      "text",
      "time",
      "http",
      "config",
      "store",
      "types:report",
      "pass.ts",
      "types:log.ts",
      "errors.ts",
      "processes.ts",
      "valibot",
      "node:path",
      "node:timers/promises",
    ],
  },
  dashboard: {
    is: "Pages: from documents to what they show, and to HTML. Pure, but for client/, which runs in the browser.",
    imports: [
      "dashboard",
      "text",
      "time",
      "report",
      "render",
      "types:config",
      "schedule",
      "types:store",
      "@preact/signals",
      "preact",
      "preact/hooks",
      "preact-render-to-string",
      "uplot",
      "node:path",
    ],
  },
  server: {
    is: "HTTP: who may ask, what is answered, and what is told to open pages.",
    imports: [
      "dashboard",
      "output",
      "server",
      "text",
      "time",
      "config",
      "types:database",
      "report",
      "render",
      "schedule",
      "store",
      "types:pass.ts",
      "deliver.ts",
      "types:log.ts",
      "errors.ts",
      "processes.ts",
      "hono",
      "hono/accepts",
      "hono/body-limit",
      "hono/html",
      "hono/http-exception",
      "hono/method-not-allowed",
      "hono/router",
      "hono/router/trie-router",
      "hono/utils/compress",
      "hono/utils/url",
      "hono-openapi",
      "prom-client",
      "valibot",
      "node:crypto",
      "node:fs",
      "node:net",
      "node:timers/promises",
    ],
  },
  "serve.ts": {
    is: "Dashboard, API and metrics beside the scheduler: store, HTTP, scheduler.",
    imports: ["text", "server", "daemon.ts", "pass.ts", "errors.ts", "version.ts"],
  },
  "check.ts": {
    is: "One check over the chosen CRMs: examine, judge, make a real report of one hour.",
    imports: ["text", "time", "database", "report", "check", "config", "warehouse", "errors.ts", "version.ts"],
  },
  "fill.ts": {
    is: "Reads the CRMs' pasts back into the memory, day by day.",
    imports: [
      "text",
      "time",
      "database",
      "report",
      "types:config",
      "warehouse",
      "types:store",
      "types:log.ts",
      "errors.ts",
      "node:timers/promises",
    ],
  },
  "compare-memory.ts": {
    is: "Reads some remembered days again, and tells which the warehouse has otherwise by now.",
    imports: ["types:text", "time", "report", "types:config", "warehouse", "types:store"],
  },
  "recall.ts": {
    is: "What is known of the CRMs' pasts before their reports are made.",
    imports: ["text", "time", "report", "config", "store", "types:log.ts", "errors.ts", "node:timers/promises"],
  },
  "deliver.ts": {
    is: "What becomes of a finished pass besides being printed: exported, kept.",
    imports: ["text", "types:report", "types:config", "output", "store", "types:log.ts", "errors.ts"],
  },
  "daemon.ts": {
    is: "The scheduler in the foreground: store, notifier, loop.",
    imports: [
      "text",
      "types:config",
      "store",
      "systemd",
      "schedule",
      "fill.ts",
      "pass.ts",
      "processes.ts",
      "types:log.ts",
    ],
  },
  "pass.ts": {
    is: "One pass over the chosen CRMs: collect, build, deliver.",
    imports: [
      "text",
      "time",
      "database",
      "report",
      "config",
      "warehouse",
      "types:output",
      "types:store",
      "deliver.ts",
      "types:log.ts",
      "recall.ts",
      "errors.ts",
      "version.ts",
    ],
  },
  "processes.ts": {
    is: "A process by name, and whether it still lives.",
    imports: ["node:fs", "node:os"],
  },
  "cli.ts": {
    is: "The command table: every command and group, and how its code is loaded.",
    imports: ["commands", "help"],
  },
  "describe.ts": {
    is: "Every command of the table, in words: macros of the build.",
    imports: ["cli.ts", "help", "version.ts"],
  },
  "described.ts": { is: "What describe.ts says, as data.", imports: ["describe.ts", "types:help"] },
  "pages.ts": { is: "The pages of help, as data.", imports: ["describe.ts", "help"] },
  "call.ts": {
    is: "Which command a command line means: its help, or its code.",
    imports: ["cli.ts", "described.ts", "pages.ts", "commands", "help", "output", "errors.ts", "version.ts", "citty"],
  },
  "main.ts": {
    is: "The process: arguments, signals, exit code.",
    imports: ["call.ts", "types:commands", "config", "output", "text", "errors.ts", "version.ts"],
  },
  "schema-keys.ts": {
    is: "What a schema says about its values: the keys of a table, the kind of a value.",
    imports: ["valibot"],
  },
  "log.ts": {
    is: "Everything said to the operator on stderr.",
    imports: ["text", "consola/core", "node:fs"],
  },
  "errors.ts": { is: "Errors that stop the work, and the exit codes.", imports: [] },
  "version.ts": { is: "Name, version and commit of this executable.", imports: ["../package.json"] },
};

/** What only some files may mention at all. */
const ONLY_IN: { what: string; pattern: RegExp; files: string[] }[] = [
  { what: "the environment", pattern: /process\.env|Bun\.env/, files: ["config/environment.ts"] },
  { what: "the arguments", pattern: /process\.argv/, files: ["main.ts"] },
  { what: "the exit code", pattern: /process\.exit/, files: ["main.ts"] },
  { what: "signals", pattern: /process\.on\(/, files: ["main.ts"] },
  {
    what: "writing to stdout",
    pattern: /Bun\.stdout|process\.stdout\.write|console\.log/,
    files: ["output/stdout.ts"],
  },
  { what: "a help topic's text before it is asked for", pattern: /^import [^(]*\.md"/m, files: [] },
  {
    what: "the wall clock",
    pattern: /Date\.now\(|new Date\(\)/,
    files: [
      "commands/flags/command.ts",
      "dashboard/client/follow.ts",
      "dashboard/client/main.tsx",
      "output/file.ts",
      "warehouse/postgres/examine.ts",
    ],
  },
];

const files = [...new Bun.Glob("**/*.{ts,tsx}").scanSync(SRC)].filter((file) => !file.endsWith(".d.ts")).toSorted();

describe("imports", () => {
  test.each(files)("%s", (file) => {
    const home = homeOfFile(file);
    const allowed = HOUSE[home]?.imports;
    expect(allowed, `${home} is not in the table`).toBeDefined();
    expect(listImports(file).filter(({ from, typeOnly }) => !isAllowed(from, typeOnly, allowed ?? []))).toEqual([]);
  });
  test("every line of the table is about something that is there, and allows only what is used", () => {
    const homes = Object.groupBy(files, homeOfFile);
    for (const [home, { imports }] of Object.entries(HOUSE)) {
      const used = (homes[home] ?? []).flatMap((file) =>
        listImports(file).flatMap(({ from, typeOnly }) => (typeOnly ? [from, `types:${from}`] : [from])),
      );
      expect({ home, unused: imports.filter((from) => from !== home && !used.includes(from)) }).toEqual({
        home,
        unused: [],
      });
    }
  });
});

test("no file imports another in a circle, types included", () => {
  const importsOf = new Map(
    files.map((file) => [
      file,
      listImports(file).flatMap(({ path }) => (path !== null && files.includes(path) ? [path] : [])),
    ]),
  );
  const reach = (from: string) => {
    const seen = new Set<string>();
    const waiting = [...(importsOf.get(from) ?? [])];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      waiting.push(...(importsOf.get(next) ?? []));
    }
    return seen;
  };
  expect(files.filter((file) => reach(file).has(file))).toEqual([]);
});

describe("what only some files may do", () => {
  test.each(ONLY_IN)("$what", ({ pattern, files: allowed }) => {
    const found = files.filter((file) =>
      pattern.test(readFileSync(join(SRC, file), "utf8").replace(/\/\*\*[\s\S]*?\*\//g, "")),
    );
    expect(found.filter((file) => !allowed.includes(file))).toEqual([]);
  });
});

test("the lint guard on report/ and render/ bites", () => {
  const root = resolve(import.meta.dir, "..");
  const copy = mkdtempSync(join(tmpdir(), "lint-probe-"));
  try {
    const probe = join(copy, "src/report/probe.ts");
    mkdirSync(dirname(probe), { recursive: true });
    mkdirSync(join(copy, "scripts"));
    copyFileSync(join(root, "scripts/oxlint.json"), join(copy, "scripts/oxlint.json"));
    writeFileSync(probe, "export const now = () => Date.now() + process.uptime();\n");
    const lint = Bun.spawnSync(
      [join(root, "node_modules/.bin/oxlint"), "-c", join(copy, "scripts/oxlint.json"), probe],
      { cwd: copy },
    );
    expect(lint.stdout.toString()).toContain("take time as data");
    expect(lint.stdout.toString()).toContain("see no process");
    expect(lint.success).toBe(false);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

/** `path`: the file itself where it is one of ours. */
function listImports(file: string): { from: string; path: string | null; typeOnly: boolean }[] {
  const text = readFileSync(join(SRC, file), "utf8");
  const pattern = /(?:^import (type )?(?:[^"';]*? from )?|^export (type )?[^"';]*? from |import\()"([^"]+)"/gm;
  return [...text.matchAll(pattern)].map(([, importType, exportType, specifier = ""]) => ({
    from: specifier.startsWith(".") ? homeOf(file, specifier) : specifier,
    path: specifier.startsWith(".") ? relative(SRC, resolve(dirname(join(SRC, file)), specifier)) : null,
    typeOnly: importType !== undefined || exportType !== undefined,
  }));
}

function homeOf(file: string, specifier: string): string {
  return homeOfFile(relative(SRC, resolve(dirname(join(SRC, file)), specifier)));
}

function homeOfFile(file: string): string {
  return file.startsWith("..") || !file.includes("/") ? file : file.slice(0, file.indexOf("/"));
}

function isAllowed(from: string, typeOnly: boolean, allowed: string[]): boolean {
  return allowed.includes(from) || (typeOnly && allowed.includes(`types:${from}`));
}
