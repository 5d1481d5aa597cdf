/** No value of a configuration is in any message about it: a canary at each key of the schema, as each wrong type. */
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as v from "valibot";
import { loadConfig } from "../../../src/config/load.ts";
import { ConfigSchema } from "../../../src/config/schema.ts";
import { writeTomlValue } from "../../../src/config/write-toml.ts";
import { AppError } from "../../../src/errors.ts";
import { shapesOf } from "../../../src/schema-keys.ts";
import { directoryWith, runCli } from "../../making/cli.ts";
import { draws } from "../../making/draws.ts";
import { numbered } from "../../making/numbers.ts";

const CANARY = "S3CRET";
/** In a number and in a date, which hold no letters. */
const DIGITS = "736251";
const LEAK = /S3CRET|736251|7362-05-17/i;

/** Written as it stands: TOML has types that JavaScript has not. */
class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value of every type that TOML has, each with a canary in it. */
const WRONG: { type: string; value: unknown }[] = [
  { type: "text", value: CANARY },
  { type: "text like a URL", value: `postgres://u:${CANARY}@h:port/d` },
  { type: "text like a variable", value: `\${${CANARY}-}` },
  { type: "whole number", value: Number(DIGITS) },
  { type: "negative number", value: -Number(DIGITS) },
  { type: "fraction", value: Number(`${DIGITS}.5`) },
  { type: "date", value: new Raw("7362-05-17") },
  { type: "time", value: new Raw("07:36:25.736251") },
  { type: "true", value: true },
  { type: "list of texts", value: [CANARY] },
  { type: "list of numbers", value: [Number(DIGITS)] },
  { type: "list of lists", value: [[CANARY]] },
  { type: "list of tables", value: [{ key: CANARY }] },
  { type: "table", value: { value: CANARY } },
  { type: "table with a key in quotes", value: { [`${CANARY} @`]: CANARY } },
  { type: "table of a reserved name", value: new Raw(`{ constructor = "${CANARY}" }`) },
];

/** Every key that the schema has, as it is written in a file; a name of the writer's is `x`. */
function listPaths(schema: v.GenericSchema, path: string[] = []): string[][] {
  return shapesOf(schema).flatMap((shape): string[][] => {
    if (shape.kind === "list") return listPaths(shape.item, path);
    if (shape.kind === "names") return [[...path, "x"], ...listPaths(shape.value, [...path, "x"])];
    if (shape.kind !== "table") return [];
    return Object.entries(shape.keys).flatMap(([key, inside]) => [
      [...path, key],
      ...listPaths(inside, [...path, key]),
    ]);
  });
}

const PATHS = [...new Map(listPaths(ConfigSchema).map((path) => [path.join("."), path])).values()];
const directory = mkdtempSync(join(tmpdir(), "automation-reports-canaries-"));
const path = join(directory, "config.toml");

function writeWith(keys: string[], value: unknown): string {
  const written = value instanceof Raw ? value.text : writeTomlValue(value).replaceAll("$$", "$");
  const isSchedule = keys[0] === "schedule" && keys.length > 1;
  const others = keys[0] === "crm" ? "" : '[crm.x]\nurl = "sqlite:x"\n';
  if (isSchedule) {
    const [, ...inside] = keys;
    return `${others}[[schedule]]\n${inside.join(".")} = ${written}\n`;
  }
  return `${keys.join(".")} = ${written}\n${others}`;
}

async function messageOf(text: string, variables: Record<string, string> = {}): Promise<string> {
  writeFileSync(path, text);
  try {
    const { warnings } = await loadConfig(path, variables);
    return warnings.join("\n");
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

test("C1 what the rest is drawn from → each key of the schema", () => {
  expect(PATHS.length).toBeGreaterThan(80);
  for (const key of ["crm.x.thresholds.success_rate", "export", "schedule.cron", "store.url", "defaults.thresholds"]) {
    expect(PATHS.map((keys) => keys.join("."))).toContain(key);
  }
});

test("C2 a canary at each key, as each of 16 types → refused or taken, and in no message", async () => {
  const leaks: string[] = [];
  let refused = 0;
  for (const keys of PATHS) {
    for (const { type, value } of WRONG) {
      const message = await messageOf(writeWith(keys, value));
      if (message !== "") refused += 1;
      if (LEAK.test(message)) leaks.push(`${keys.join(".")} as ${type}: ${message.replaceAll(path, "")}`);
    }
  }
  expect(leaks).toEqual([]);
  expect(refused).toBeGreaterThan(PATHS.length * WRONG.length * 0.8);
});

test("C3 a canary at each key, from the environment → in no message", async () => {
  const leaks: string[] = [];
  for (const keys of PATHS) {
    for (const value of [CANARY, DIGITS, `postgres://u:${CANARY}@h:port/d`, `["${CANARY}"]`, `\u001b[31m${CANARY}\n`]) {
      const message = await messageOf(writeWith(keys, "${SECRET}"), { SECRET: value });
      if (LEAK.test(message)) leaks.push(`${keys.join(".")}: ${message.replaceAll(path, "")}`);
    }
  }
  expect(leaks).toEqual([]);
});

test("C4 several canaries at once, in any order → in no message", async () => {
  const mistake = fc.tuple(fc.constantFrom(...PATHS), fc.constantFrom(...WRONG));
  await fc.assert(
    fc.asyncProperty(fc.array(mistake, { minLength: 2, maxLength: 5 }), async (mistakes) => {
      const text = mistakes.map(([keys, { value }]) => writeWith(keys, value)).join("");
      expect(await messageOf(text)).not.toMatch(LEAK);
    }),
    draws(300, 20_000),
  );
});

/** What no key names: a value as a table's name, as a line that is no TOML, and in a flag's file. */
test.each(
  numbered("C5", [
    { name: "the value as the name of a CRM", text: `[crm."${CANARY} x"]\nurl = "sqlite:x"\n` },
    { name: "a line without a key", text: `[crm.x]\n"${CANARY}"\nurl = "sqlite:x"\n` },
    { name: "no quotation marks", text: `[crm.x]\nurl = ${CANARY}\n` },
    { name: "a table twice, with the value in it", text: `[crm.x]\nurl = "${CANARY}"\n[crm.x]\nurl = "${CANARY}"\n` },
    { name: "a list as a table", text: `crm = ["${CANARY}"]\n` },
    {
      name: "thresholds of the defaults as text",
      text: `[defaults]\nthresholds = "${CANARY}"\n[crm.a]\nurl = "sqlite:x"\n`,
    },
    { name: "a variable of a prototype's name", text: '[crm.x]\nurl = "${constructor}${toString}"\n' },
  ]),
)("$no the binary, $name → exit 2, nothing printed, no value", async ({ text }) => {
  const cwd = directoryWith(text);
  for (const args of [
    ["config", "check"],
    ["generate"],
    ["config", "show"],
    ["systemd", "print"],
    ["schedule", "list"],
  ]) {
    const { code, stdout, stderr } = await runCli(args, { cwd, env: { SECRET: CANARY } });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).not.toMatch(LEAK);
    expect(stderr).not.toMatch(/native code|function/);
  }
});

test.each(
  numbered("C6", [
    { flag: "--config", value: "/nonexistent/config.toml" },
    { flag: "--timeout", value: "7x" },
    { flag: "--concurrency", value: "0" },
  ]),
)("$no a wrong $flag beside a configuration with a canary → exit 2, no value", async ({ flag, value }) => {
  const cwd = directoryWith(`[crm.x]\nurl = "postgres://u:${CANARY}@h:port/d"\n`);
  const { code, stderr } = await runCli(["generate", flag, value], { cwd });
  expect(code).toBe(2);
  expect(stderr).not.toMatch(LEAK);
});

test.each(
  numbered("C7", [
    { name: "a word", body: CANARY, says: "write postgresql://user@host:5432/database or sqlite:PATH" },
    { name: "another protocol", body: `mysql://u:${CANARY}@h/d`, says: "write postgresql://user@host:5432/database" },
    {
      name: "a port of five nines",
      body: `postgres://u:${CANARY}@h:99999/d`,
      says: "the port is not between 1 and 65535",
    },
    { name: "a line break in the password", body: `postgres://u:x\n${CANARY}@h/d`, says: "2 lines stand in it" },
    { name: "an address without its end", body: `postgres://u:${CANARY}@[::1/d`, says: "not a connection URL" },
    { name: "a percent sign alone", body: `postgres://u:%ZZ${CANARY}@h/d`, says: "not a connection URL" },
  ]),
)("$no a url_file with $name → exit 2: $says; no value", async ({ body, says }) => {
  const cwd = directoryWith('[crm.x]\nurl_file = "secret"\n');
  writeFileSync(join(cwd, "secret"), body, { mode: 0o600 });
  const { code, stdout, stderr } = await runCli(["generate"], { cwd });
  expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining(says)]);
  expect(stderr).not.toMatch(LEAK);
});
