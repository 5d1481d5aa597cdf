/** Every key of the configuration, in words that need no other page. */
import { expect, test } from "bun:test";
import * as v from "valibot";
import { listKeys } from "../../src/config/keys.ts";

/** Without a word on it, a key's line in a terminal would be longer than most terminals are wide. */
const LONGEST_FIRST_SENTENCE = 90;
const MOST_WORDS = 25;

const keys = listKeys();

test.each(keys.map((key) => ({ ...key, place: `${key.section} ${key.key}` })))(
  "$place is described",
  ({ description }) => {
    const sentences = description.split(/(?<=[.:;]) (?=[A-Z0-9])/);
    expect(description).toEndWith(".");
    expect(sentences[0]!.length).toBeLessThanOrEqual(LONGEST_FIRST_SENTENCE);
    for (const sentence of sentences) expect(sentence.split(" ").length).toBeLessThanOrEqual(MOST_WORDS);
  },
);

test.each([
  { section: "", key: "concurrency", kind: "whole number from 1 to 64", preset: "4" },
  { section: "", key: "schedule", kind: "list of tables", preset: null },
  { section: "", key: "crm", kind: "table of tables", preset: null },
  { section: "export", key: "enabled", kind: "true or false", preset: "false" },
  { section: "store", key: "retention", kind: "duration of 1d to 3660d, or seconds", preset: '"90d"' },
  { section: "schedule", key: "cron", kind: "cron pattern, or a list of them", preset: null },
  { section: "schedule", key: "catch_up", kind: "one of latest, none", preset: '"latest"' },
  { section: "schedule", key: "crms", kind: "list of names", preset: null },
  { section: "defaults.thresholds", key: "success_rate", kind: "share from 0 to 1", preset: "0.95" },
  { section: "crm.NAME", key: "url", kind: "text", preset: null },
  { section: "crm.NAME", key: "exclude_rules", kind: "list of names", preset: "[]" },
  {
    section: "crm.NAME",
    key: "statuses",
    kind: "table, each value one of success, partial, failed, running, pending, skipped",
    preset: "{}",
  },
  { section: "crm.NAME", key: "rule_names", kind: "table, each value text", preset: "{}" },
  { section: "crm.NAME", key: "thresholds", kind: "table", preset: null },
  { section: "crm.NAME.thresholds", key: "failed_actions", kind: "number above 0", preset: "10" },
  { section: "crm.NAME.rules.NAME", key: "warn_after", kind: "duration of 1m to 366d, or seconds", preset: null },
])("$section $key: $kind", ({ section, key, kind, preset }) => {
  expect(keys.find((found) => found.section === section && found.key === key)).toEqual({
    section,
    key,
    kind,
    preset,
    description: expect.any(String),
  });
});

test("a key without a description is listed with none, and one inside others with its own", () => {
  const schema = v.strictObject({
    plain: v.number(),
    either: v.union([v.strictObject({ a: v.string() }), v.strictObject({ b: v.array(v.boolean()) })]),
    inside: v.optional(v.nullable(v.pipe(v.string(), v.description("Described within.")))),
  });
  expect(listKeys(schema)).toEqual([
    { section: "", key: "plain", kind: "number", preset: null, description: "" },
    { section: "", key: "either", kind: "table", preset: null, description: "" },
    { section: "either", key: "a", kind: "text", preset: null, description: "" },
    { section: "either", key: "b", kind: "list, each value true or false", preset: null, description: "" },
    { section: "", key: "inside", kind: "text", preset: null, description: "Described within." },
  ]);
});
