/** How a statement's file becomes what is sent: its placeholders filled, its parameters numbered. */
import { describe, expect, test } from "bun:test";
import { fillPlaceholders, numberParameters } from "../../src/warehouse/template.ts";

const crm = "hubspot";

describe("parameters", () => {
  test.each([
    { name: "a name", sql: "SELECT :crm", postgres: "SELECT $1", sqlite: "SELECT ?1", values: [crm] },
    { name: "at the end of a word", sql: "f(a,:crm)", postgres: "f(a,$1)", sqlite: "f(a,?1)", values: [crm] },
    {
      name: "a cast of a parameter, and of a column",
      sql: ":crm::text = a::text",
      postgres: "$1::text = a::text",
      sqlite: "?1::text = a::text",
      values: [crm],
    },
    {
      name: "one named twice is one value, in the order of the first mention",
      sql: ":to > :from AND :to > x",
      postgres: "$1 > $2 AND $1 > x",
      sqlite: "?1 > ?2 AND ?1 > x",
      values: [2, 1],
    },
    {
      name: "one whose name begins as another's",
      sql: ":from_day = :from",
      postgres: "$1 = $2",
      sqlite: "?1 = ?2",
      values: ["2026-07-10", 1],
    },
    {
      name: "null is a value",
      sql: ":none IS NULL",
      postgres: "$1 IS NULL",
      sqlite: "?1 IS NULL",
      values: [null],
    },
    {
      name: "an array's slice",
      sql: "a[1:3] = :crm",
      postgres: "a[1:3] = $1",
      sqlite: "a[1:3] = ?1",
      values: [crm],
    },
    {
      name: "literals, with a quotation mark inside",
      sql: "'at :from, it''s :to' || :crm",
      postgres: "'at :from, it''s :to' || $1",
      sqlite: "'at :from, it''s :to' || ?1",
      values: [crm],
    },
    {
      name: "JSON and its paths",
      sql: `j ->> '$.a:from' || '{"x":null}' || :crm`,
      postgres: `j ->> '$.a:from' || '{"x":null}' || $1`,
      sqlite: `j ->> '$.a:from' || '{"x":null}' || ?1`,
      values: [crm],
    },
    {
      name: "a table's quoted name",
      sql: `FROM "a""b:from" WHERE x = :crm`,
      postgres: `FROM "a""b:from" WHERE x = $1`,
      sqlite: `FROM "a""b:from" WHERE x = ?1`,
      values: [crm],
    },
    {
      name: "a comment, and what is quoted in it",
      sql: "-- one CRM's :from\nSELECT :crm -- it's :to",
      postgres: "-- one CRM's :from\nSELECT $1 -- it's :to",
      sqlite: "-- one CRM's :from\nSELECT ?1 -- it's :to",
      values: [crm],
    },
    {
      name: "a comment of several lines",
      sql: "/* it's\n:from */ :crm",
      postgres: "/* it's\n:from */ $1",
      sqlite: "/* it's\n:from */ ?1",
      values: [crm],
    },
    { name: "none", sql: "SELECT 1", postgres: "SELECT 1", sqlite: "SELECT 1", values: [] },
  ])("$name", ({ sql, postgres, sqlite, values }) => {
    const known = { crm, from: 1, to: 2, from_day: "2026-07-10", none: null };
    const given = Object.fromEntries(Object.entries(known).filter(([, value]) => values.includes(value as never)));
    expect(numberParameters(sql, given, "postgres")).toEqual({ text: postgres, values: [...values] });
    expect(numberParameters(sql, given, "sqlite")).toEqual({ text: sqlite, values: [...values] });
  });

  test.each([
    { name: "unknown", sql: "SELECT :crm, :frmo", given: { crm }, message: "nothing is given for :frmo" },
    {
      name: "what every object has",
      sql: "SELECT :constructor",
      given: {},
      message: "nothing is given for :constructor",
    },
    { name: "unused", sql: "SELECT :crm", given: { crm, to: 2 }, message: "the statement has no parameter :to" },
    { name: "named only in a comment", sql: "SELECT 1 -- :crm", given: { crm }, message: "has no parameter :crm" },
  ])("$name: $message", ({ sql, given, message }) => {
    expect(() => numberParameters<unknown>(sql, given, "postgres")).toThrow(message);
  });
});

describe("placeholders", () => {
  test("each is filled once, and what fills it is not read again", () => {
    expect(fillPlaceholders("FROM {table} {rules}", { table: '"{rules}"', rules: "r" })).toBe('FROM "{rules}" r');
  });
  test("what is replaced is no pattern", () => {
    expect(fillPlaceholders("{table}", { table: "$& $1" })).toBe("$& $1");
  });
  test("one that is not given", () => {
    expect(() => fillPlaceholders("{table}", {})).toThrow("nothing is given for {table}");
  });
});
