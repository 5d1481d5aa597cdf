/** What the executable prints as JSON about schedules and kept reports, against the JSON Schemas that it prints. */
import { beforeAll, describe, expect, test } from "bun:test";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { join } from "node:path";
import { openStore } from "../../src/store/open.ts";
import { directoryWith, runCli } from "../making/cli.ts";
import { madePass } from "../making/stores.ts";

const HOUR_MS = 3_600_000;
const SCHEDULES = [
  '[[schedule]]\nname = "hourly"\ncron = "0 * * * *"\n',
  '[[schedule]]\nname = "daily"\ncron = ["0 4 * * *", "0 21 * * *"]\ntimezone = "America/New_York"\n',
];

type Schema = { description?: string; items?: Schema; properties?: Record<string, Schema>; anyOf?: Schema[] };

let cwd: string;

beforeAll(async () => {
  cwd = directoryWith(`${SCHEDULES.join("")}[store]\npath = "s.sqlite"\n[crm.hubspot]\nurl = "sqlite:none.sqlite"\n`);
  await using store = await openStore({ kind: "sqlite", path: join(cwd, "s.sqlite") });
  await store.reports.keepPass(madePass(["hubspot", "genius"]), "hourly");
  const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const key = (hours: number) => ({ schedule: "hourly", slotMs: now - hours * HOUR_MS });
  await store.slots.skip(key(4), "missed");
  for (const [hours, state] of [
    [3, "made"],
    [2, "failed"],
    [1, "interrupted"],
  ] as const) {
    await store.slots.claim(key(hours), "b", HOUR_MS);
    const claimed = { ...key(hours), holder: "b", attempt: 1 };
    await store.slots.end(claimed, { state, exitCode: hours, note: null }, state === "made" ? madePass([]) : null);
  }
  await store.slots.claim(key(0), "b", HOUR_MS);
});

describe.each([
  { schema: "schedules", args: ["schedule", "list"], rows: 2 },
  { schema: "schedule-status", args: ["schedule", "status"], rows: 2 },
  { schema: "slots", args: ["schedule", "history"], rows: 5 },
  { schema: "history", args: ["history", "list"], rows: 2 },
])("schema $schema", ({ schema: name, args, rows }) => {
  let schema: Schema;
  let matches: ValidateFunction;
  let printed: Record<string, unknown>[];

  beforeAll(async () => {
    schema = JSON.parse((await runCli(["schema", name])).stdout) as Schema;
    matches = addFormats.default(new Ajv({ allErrors: true })).compile(schema);
    const { stdout, stderr } = await runCli([...args, "--format", "json"], { cwd });
    expect(stderr).toBe("");
    printed = JSON.parse(stdout) as Record<string, unknown>[];
  });

  test(`describes what ${args.join(" ")} prints`, () => {
    expect(printed).toHaveLength(rows);
    matches(printed);
    expect(matches.errors).toBeNull();
  });

  test("takes no row that lacks a key or has another one", () => {
    const [row = {}] = printed;
    const without = Object.keys(row).map((key) => Object.entries(row).filter(([other]) => other !== key));
    expect(without.filter((entries) => matches([Object.fromEntries(entries)]))).toEqual([]);
    expect(matches([{ ...row, another: 1 }])).toBe(false);
  });

  test("describes every field", () => expect(listUndescribed(schema)).toEqual([]));
});

function listUndescribed({ items, properties = {}, anyOf = [] }: Schema): string[] {
  const own = Object.entries(properties).flatMap(([name, field]) => [
    ...(field.description === undefined ? [name] : []),
    ...listUndescribed(field),
  ]);
  return [...own, ...[items ?? [], anyOf].flat().flatMap(listUndescribed)];
}
