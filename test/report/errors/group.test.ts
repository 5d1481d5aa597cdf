import { expect, test } from "bun:test";
import { toJsonSchema } from "@valibot/to-json-schema";
import Ajv, { type AnySchema } from "ajv";
import addFormats from "ajv-formats";
import * as v from "valibot";
import { groupErrors, type ErrorRow } from "../../../src/report/errors/group.ts";
import { errorGroupSchema } from "../../../src/report/errors/schema.ts";

const NOON = Date.UTC(2026, 6, 10, 12);
const MINUTE = 60_000;

function makeRow(row: Partial<ErrorRow>): ErrorRow {
  return { rule: "contacts", message: "HTTP 429", n: 1, firstMs: NOON, lastMs: NOON, current: true, ...row };
}

test("rows of one cause are one group", () => {
  const groups = groupErrors([
    makeRow({ rule: "deals", message: "Read timed out after 30 s", n: 2, firstMs: NOON, lastMs: NOON + MINUTE }),
    makeRow({ rule: "contacts", message: "Read timed out after 5 s", n: 3, firstMs: NOON - MINUTE, lastMs: NOON }),
    makeRow({ rule: "contacts", message: "Read timed out after 7 s", n: 1, firstMs: NOON, lastMs: NOON }),
    makeRow({ message: "Read timed out after 8 s", n: 50, firstMs: NOON - 1e8, lastMs: NOON - 1e8, current: false }),
  ]);
  expect(groups).toEqual([
    {
      fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
      family: "timeout",
      example: "Read timed out after 30 s",
      count: 6,
      rules: ["contacts", "deals"],
      first_seen: "2026-07-10T11:59:00Z",
      last_seen: "2026-07-10T12:01:00Z",
      is_new: false,
    },
  ]);
});

test("a fingerprint is the same in every version", () => {
  expect(groupErrors([makeRow({ message: "HTTP 429" })])[0]?.fingerprint).toBe("40bfa20d42a7");
});

test("failures without a message are a group", () => {
  const groups = groupErrors([makeRow({ message: null }), makeRow({ message: " \n", rule: "deals" })]);
  expect(groups).toMatchObject([
    { family: "other", example: null, count: 2, rules: ["contacts", "deals"], is_new: true },
  ]);
});

type Example = { name: string; rows: ErrorRow[]; expected: [string | null, number, boolean][] };

test.each<Example>([
  { name: "seen before only is no group", rows: [makeRow({ current: false })], expected: [] },
  { name: "nothing is no group", rows: [], expected: [] },
  {
    name: "another cause before leaves it new",
    rows: [makeRow({ current: false, message: "HTTP 500" }), makeRow({})],
    expected: [["HTTP 429", 1, true]],
  },
  {
    name: "most frequent first, then by key",
    rows: [makeRow({ message: "b" }), makeRow({ message: "a" }), makeRow({ message: "c", n: 2 })],
    expected: [
      ["c", 2, true],
      ["a", 1, true],
      ["b", 1, true],
    ],
  },
])("$name", ({ rows, expected }) => {
  const summary = (all: ErrorRow[]): Example["expected"] =>
    groupErrors(all).map(({ example, count, is_new }) => [example, count, is_new]);
  expect(summary(rows)).toEqual(expected);
  expect(summary(rows.toReversed())).toEqual(expected);
});

test("at most ten groups, by name where they are as frequent", () => {
  const rows = "abcdefghijkl".split("").map((message) => makeRow({ message }));
  expect(groupErrors(rows).map(({ example }) => example)).toEqual("abcdefghij".split(""));
});

test("a group is what its schema says, in valibot and as JSON Schema", () => {
  const ajv = new Ajv({ strict: true });
  addFormats(ajv);
  const check = ajv.compile({ ...toJsonSchema(errorGroupSchema, { errorMode: "ignore" }) } as AnySchema);
  for (const group of groupErrors([makeRow({}), makeRow({ message: null })])) {
    expect(v.parse(errorGroupSchema, group)).toEqual(group);
    expect(check(group)).toBe(true);
    expect(check({ ...group, more: 1 })).toBe(false);
  }
});
