/** Who may import whom: the table is the documentation, the test is the check. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const SRC = resolve(import.meta.dir, "../src");

/** A folder, or a file at the top of src, and all it may import from. `types:` allows only `import type`. */
const MAY_IMPORT: Record<string, string[]> = {
  report: ["report", "croner", "valibot"],
  render: ["render", "report", "types:check", "types:schedule", "types:store", "node:util"],
  check: ["check", "report", "valibot"],
  config: [
    "config",
    "report",
    "errors.ts",
    "valibot",
    "ms",
    "leven",
    "toml-eslint-parser",
    "node:fs",
    "node:os",
    "node:path",
    "node:tty",
  ],
  warehouse: [
    "warehouse",
    "types:check",
    "report",
    "config",
    "redact.ts",
    "valibot",
    "postgres",
    "bun:sqlite",
    "node:fs",
    "node:net",
    "node:os",
    "node:path",
    "node:timers/promises",
    "node:tls",
  ],
  output: ["output", "render", "types:report", "errors.ts", "node:fs", "node:fs/promises", "node:os", "node:path"],
  store: [
    "store",
    "warehouse",
    "config",
    "output",
    "report",
    "errors.ts",
    "valibot",
    "bun:sqlite",
    "node:fs",
    "node:os",
    "node:path",
    "node:timers/promises",
  ],
  demo: [
    "demo",
    "report",
    "warehouse",
    "bun:sqlite",
    "pure-rand/distribution/uniformFloat64",
    "pure-rand/generator/xoroshiro128plus",
  ],
  systemd: ["systemd", "output", "report", "render", "errors.ts", "bun:ffi", "node:fs", "node:path"],
  help: ["help", "types:citty"],
  commands: [
    "commands",
    "config",
    "demo",
    "help",
    "output",
    "render",
    "report",
    "systemd",
    "store",
    "warehouse",
    "check",
    "check.ts",
    "pass.ts",
    "schedule",
    "store",
    "systemd",
    "errors.ts",
    "log.ts",
    "redact.ts",
    "bun",
    "citty",
    "valibot",
    "@valibot/to-json-schema",
    "node:fs",
    "node:fs/promises",
    "node:path",
  ],
  schedule: [
    "schedule",
    "config",
    "report",
    "store",
    "pass.ts",
    "errors.ts",
    "types:log.ts",
    "node:path",
    "node:timers/promises",
  ],
  "check.ts": ["check", "config", "report", "warehouse", "errors.ts", "redact.ts", "version.ts"],
  "pass.ts": [
    "config",
    "output",
    "render",
    "report",
    "store",
    "warehouse",
    "errors.ts",
    "log.ts",
    "redact.ts",
    "version.ts",
  ],
  "cli.ts": ["commands", "config", "help", "output", "render", "errors.ts", "version.ts", "citty", "node:util"],
  "main.ts": ["cli.ts", "types:commands", "config", "output", "render", "errors.ts", "version.ts"],
  "log.ts": ["redact.ts", "render", "consola/core", "node:fs"],
  "redact.ts": [],
  "errors.ts": [],
  "version.ts": ["../package.json"],
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
  {
    what: "the wall clock",
    pattern: /Date\.now\(|new Date\(\)/,
    files: [
      "commands/check.ts",
      "commands/demo.ts",
      "commands/generate.ts",
      "commands/history-list.ts",
      "commands/store-prune.ts",
      "warehouse/postgres/examine.ts",
    ],
  },
];

const files = [...new Bun.Glob("**/*.ts").scanSync(SRC)].filter((file) => !file.endsWith(".d.ts")).toSorted();

describe("imports", () => {
  test.each(files)("%s", (file) => {
    const home = file.includes("/") ? file.slice(0, file.indexOf("/")) : file;
    const allowed = MAY_IMPORT[home];
    expect(allowed, `${home} is not in the table`).toBeDefined();
    expect(listImports(file).filter(({ from, typeOnly }) => !isAllowed(from, typeOnly, allowed ?? []))).toEqual([]);
  });
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
  const probe = join(SRC, "report", `lint-probe-${process.pid}.ts`);
  try {
    Bun.spawnSync(["tee", probe], {
      stdin: Buffer.from("export const now = () => Date.now() + process.uptime();\n"),
      stdout: "ignore",
    });
    const lint = Bun.spawnSync([
      join(root, "node_modules/.bin/oxlint"),
      "-c",
      join(root, "scripts/oxlint.json"),
      probe,
    ]);
    expect(lint.stdout.toString()).toContain("take time as data");
    expect(lint.stdout.toString()).toContain("see no process");
    expect(lint.success).toBe(false);
  } finally {
    Bun.spawnSync(["rm", "-f", probe]);
  }
});

function listImports(file: string): { from: string; typeOnly: boolean }[] {
  const text = readFileSync(join(SRC, file), "utf8");
  const pattern = /(?:^import (type )?(?:[^"';]*? from )?|^export (type )?[^"';]*? from |import\()"([^"]+)"/gm;
  return [...text.matchAll(pattern)].map(([, importType, exportType, specifier = ""]) => ({
    from: specifier.startsWith(".") ? homeOf(file, specifier) : specifier,
    typeOnly: importType !== undefined || exportType !== undefined,
  }));
}

function homeOf(file: string, specifier: string): string {
  const target = relative(SRC, resolve(dirname(join(SRC, file)), specifier));
  return target.startsWith("..") || !target.includes("/") ? target : target.slice(0, target.indexOf("/"));
}

function isAllowed(from: string, typeOnly: boolean, allowed: string[]): boolean {
  return allowed.includes(from) || (typeOnly && allowed.includes(`types:${from}`));
}
