/** Whatever stands in a configuration file: a typed error or a right reading; no crash, no hang, no secret. */
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expandVariables } from "../../src/config/expand.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";
import { CRM_NAME } from "../../src/config/sections/fields.ts";
import { writeTemplate } from "../../src/config/template.ts";
import { writeTomlKey, writeTomlValue } from "../../src/config/write-toml.ts";
import { AppError } from "../../src/errors.ts";
import { showText } from "../../src/text/terminal.ts";
import { draws } from "../making/draws.ts";
import { mutate, mutateList } from "../making/mutations.ts";
import { readBlocks } from "../making/readme.ts";

const CANARY = "s3cr3t-canary";
const URL_WITH_CANARY = `postgresql://reader:${CANARY}@db.example:5432/warehouse`;
const LONGEST_MS = 5000;

const directory = mkdtempSync(join(tmpdir(), "automation-reports-mutated-"));
const path = join(directory, "config.toml");
for (const name of ["url", "warehouse-url"]) writeFileSync(join(directory, name), `${URL_WITH_CANARY}\n`);
const variables = {
  PGPASSFILE: "/nowhere",
  WAREHOUSE_URL: URL_WITH_CANARY,
  A: "${B}",
  B: "${A}",
  EMPTY: "",
  CREDENTIALS_DIRECTORY: directory,
};

const README_EXAMPLES = readBlocks().flatMap(({ language, text }) => (language === "toml" ? [text] : []));
const EVERY_KEY = `[crm.arrivy]
url = "${URL_WITH_CANARY}?sslmode=verify-full"
crm_source = "Arrivy"
preset = "automation"
schema = "public"
table = "runs"
rules_table = "rules"
timeout = 30
statement_timeout = "10s"
lock_timeout = "250ms"
exclude_rules = ["a", "b"]
wrapper_rules = []
statuses = { done = "success", "on hold" = "skipped" }
rule_names = { Genius_Quote = "offers" }
stale_after = "1.5h"

[crm.arrivy.thresholds]
min_actions = 5
trend_change = 0.1

[crm."five9"]
url = """sqlite:warehouse.sqlite"""
[crm.callrail]
url = '\${UNSET:-sqlite:x}'
`;

/** Lines that belong somewhere else, or nowhere. */
const LINES = [
  "[crm.__proto__]",
  "[crm.prototype]",
  "[crm.constructor]",
  "[crm.all]",
  "[crm.hubspot.__proto__]",
  "[[crm.hubspot]]",
  "crm = []",
  "crm.x = 2026-07-10",
  "defaults = []",
  "export = 07:32:00",
  'statuses = { __proto__ = "success", toString = 1 }',
  "rule_names = []",
  "thresholds = { success_rate = nan, __proto__ = 1 }",
  "thresholds.constructor = 0.5",
  "timeout = 1e309",
  'timeout = "99999999999999999999d"',
  "concurrency = 9223372036854775807",
  'url = "${A}"',
  'url = "${A:-${B}}"',
  'url = "$${EMPTY}${EMPTY:-sqlite:y}"',
  'url = "${WAREHOUSE_URL}${WAREHOUSE_URL}"',
  'url = "http://reader:s3cr3t-canary@h/d"',
  'url_file = "/nowhere"',
  'url_file = "."',
  `"${URL_WITH_CANARY}" = "url"`,
  `wrapper_rules = "${URL_WITH_CANARY}"`,
  `preset = "${URL_WITH_CANARY}"`,
  `keep = "${URL_WITH_CANARY}"`,
  'url = "\\u0000\\U0010FFFF"',
  `a${".b".repeat(50)} = 1`,
  `exclude_rules = ${"[".repeat(50)}${"]".repeat(50)}`,
  "toString = 1",
];

const template = writeTemplate();
const uncommented = template.replaceAll(/^# (?=\[|\w+ = )/gm, "");
const originals = fc.constantFrom(template, uncommented, ...README_EXAMPLES, EVERY_KEY, `${uncommented}\n${EVERY_KEY}`);
const lineMutations = mutateList(
  originals.map((text) => text.split("\n")),
  fc.constantFrom(...LINES),
).map((lines) => lines.join("\n"));
const texts = fc.oneof(
  mutate(originals).map(({ text }) => text),
  lineMutations,
  mutate(lineMutations).map(({ text }) => text),
);

test("whatever stands in the file", async () => {
  let read = 0;
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      writeFileSync(path, text);
      const started = performance.now();
      const result = await loadConfig(path, variables).catch((error: unknown) => error);
      expect(performance.now() - started).toBeLessThan(LONGEST_MS);
      if (result instanceof Error) return expectTypedError(result);
      expectReading(result as Config);
      read += 1;
    }),
    draws(800, 40_000),
  );
  // Else the property would only say that every mutation is refused.
  expect(read).toBeGreaterThan(50);
});

test("whatever a value is, written as TOML and read again it is the same", () => {
  const texts = fc.string({ unit: "binary" }).filter((text) => text !== "__proto__");
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      texts,
      // TOML has both zeros; a configuration has no use for the second.
      fc.double({ noNaN: true }).map((number) => (number === 0 ? 0 : number)),
      fc.boolean(),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(texts, tie("tree"), { maxKeys: 3, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(texts, tree, (key, value) => {
      const written = `${writeTomlKey([key])} = ${writeTomlValue(value)}\n`;
      expect(written.slice(0, -1)).toBe(showText(written.slice(0, -1)));
      expect(expandVariables(Bun.TOML.parse(written), {})).toEqual({ value: { [key]: value }, problems: [] });
    }),
    draws(2000, 50_000),
  );
});

function expectTypedError(error: Error): void {
  if (!(error instanceof AppError)) throw error;
  expect(error.kind).toBe("config");
  expect(error.message).not.toContain(CANARY);
  for (const line of error.message.split("\n")) expect(line).toStartWith(path);
}

/** What every part of the program relies on, whatever was written. */
function expectReading({ concurrency, crms, export: { keep, dir }, secrets, warnings }: Config): void {
  expect(warnings.join()).not.toContain(CANARY);
  expect(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 64).toBe(true);
  expect(keep === null || (Number.isInteger(keep) && keep > 0)).toBe(true);
  expect(dir === null || dir.startsWith("/")).toBe(true);
  expect(crms.length).toBeGreaterThan(0);
  expect(new Set(crms.map((crm) => crm.name)).size).toBe(crms.length);
  for (const crm of crms) {
    expect(crm.name).toMatch(CRM_NAME);
    expect(crm.name).not.toBe("all");
    expect(crm.crmSource).not.toBe("");
    for (const ms of [crm.timeoutMs, crm.lockTimeoutMs, crm.lateAfterMs, crm.staleAfterMs ?? 1, crm.warnAfterMs ?? 1])
      expect(Number.isInteger(ms) && ms > 0).toBe(true);
    for (const limit of Object.values(crm.thresholds)) expect(Number.isFinite(limit) && limit >= 0).toBe(true);
    for (const names of [crm.excludeRules, crm.wrapperRules ?? []]) {
      expect(names.every((name) => typeof name === "string" && name !== "")).toBe(true);
    }
    const meanings = ["success", "partial", "failed", "running", "skipped"];
    for (const meaning of Object.values(crm.statuses)) expect(meanings).toContain(meaning);
    for (const { password } of crm.target.kind === "postgres" ? crm.target.hosts : []) {
      if (password !== null) expect(secrets).toContain(password);
    }
  }
}
