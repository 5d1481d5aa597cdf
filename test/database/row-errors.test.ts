/** A row's value is in no error message, whatever made the server quote it; the names of the server's things are. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { join } from "node:path";
import { directoryWith, freshDirectory, runCli } from "../making/cli.ts";
import type { TestDatabase } from "../making/postgres-server.ts";
import { reportOn } from "../making/reports.ts";
import { sharedServer } from "../making/warehouses.ts";

const CANARY = "tigerX9zzQ";
let database: TestDatabase;

beforeAll(async () => {
  database = await (await sharedServer()).createDatabase();
  await database.sql.unsafe(`CREATE DOMAIN even AS int CHECK (VALUE % 2 = 0);
    CREATE FUNCTION raise_as(t text, code text) RETURNS int LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'cannot convert % of Joe.Miller@example.com', t USING ERRCODE = code, COLUMN = t, TABLE = t; END $$;
    CREATE FUNCTION run_it(t text) RETURNS int LANGUAGE plpgsql AS $$ DECLARE n int; BEGIN EXECUTE 'SELECT ' || t INTO n; RETURN n; END $$;
    CREATE FUNCTION insist(t text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN ASSERT false, t; RETURN 1; END $$`);
});
afterAll(async () => await database.close());

/** A view of one run whose count is that expression over its error. */
const viewOf = (
  count: string,
  start: string,
) => `automation_actions AS SELECT 1 AS id, 'hubspot' AS crm_source, 'r' AS rule,
  'success' AS status, ${start} AS started_at, ${start} AS finished_at, ${count} AS records_processed, 1 AS records_created,
  1 AS records_updated, 0 AS records_failed, NULL AS error, false AS dry_run, false AS wrapper FROM runs`;

async function makeView(count: string, start = "timestamptz '2026-07-10 20:00Z'"): Promise<void> {
  await database.sql.unsafe(`DROP VIEW IF EXISTS automation_actions; DROP TABLE IF EXISTS runs;
    CREATE TABLE runs AS SELECT '${CANARY}'::text AS error; CREATE VIEW ${viewOf(count, start)}`);
}

async function reasonFor(count: string): Promise<string> {
  await makeView(count);
  const reason = await reportOn(database.url);
  if (typeof reason !== "string") throw new Error("it was read");
  return reason;
}

describe("on PostgreSQL", () => {
  test.each([
    { count: "error::int", says: "a text is no value of the type that it is cast to (type integer) (22P02)" },
    { count: "error::uuid::text::int", says: "(type uuid) (22P02)" },
    { count: "length(error::json::text)", says: "(type json) (22P02)" },
    { count: "extract(year FROM error::timestamptz)::int", says: "(22007)" },
    { count: "length(('<' || error)::xml::text)", says: "(22" },
    {
      count: "extract(year FROM date_trunc(error, now()))::int",
      says: "a function is given a value that it does not take (type timestamp with time zone) (22023)",
    },
    { count: "length(to_date(error, 'YYYY-MM-DD')::text)", says: "(22007)" },
    { count: "(error ~ ('(' || error))::int", says: "a text is no regular expression" },
    { count: "(('9' || length(error) || '999999999999'))::int", says: "(type integer) (22003)" },
    { count: "(length(error) + 1)::even", says: "(type even, constraint even_check) (23514)" },
    { count: "raise_as(error, 'P0001')", says: "raises an error of its own (P0001)" },
    { count: "raise_as(error, '42501')", says: "raises an error of its own (42501)" },
    { count: "raise_as(error, '28000')", says: "raises an error of its own (28000)" },
    { count: "raise_as(error, 'CRM42')", says: "raises an error of its own (CRM42)" },
    { count: "insist(error)", says: "raises an error of its own (P0004)" },
    { count: "run_it(error)", says: "(42703)" },
    { count: "error::regclass::oid::int", says: "taken for a name that the server does not know (42P01)" },
    { count: "error::regtype::oid::int", says: "taken for a name that the server does not know (42704)" },
    { count: "error::regrole::oid::int", says: "(42704)" },
    { count: "error::regproc::oid::int", says: "(42883)" },
    { count: "length(current_setting(error))", says: "(42704)" },
    { count: "(error || ' z')::regtype::oid::int", says: "(42" },
  ])("$count: $says, and no value", async ({ count, says }) => {
    const reason = await reasonFor(count);
    expect(reason).toContain(says);
    expect(reason).not.toMatch(/tiger|Joe|Miller/i);
  });

  test("in no stream or document of generate and check either", async () => {
    await makeView("error::int", "now() - interval '1 hour'");
    const cwd = directoryWith(`[crm.hubspot]\nurl = "${database.url}"\n`);
    for (const args of [
      ["generate", "--no-store", "-f", "json"],
      ["generate", "--no-store"],
      ["check"],
      ["check", "-f", "json"],
    ]) {
      const { code, stdout, stderr } = await runCli(args, { cwd });
      expect([args, code]).toEqual([args, 4]);
      expect(`${stdout}${stderr}`).not.toContain(CANARY);
      expect(`${stdout}${stderr}`).toContain("22P02");
    }
  });

  test("names of the server's things stay", async () => {
    await database.sql.unsafe(`CREATE FUNCTION outer_one(t text) RETURNS int LANGUAGE plpgsql AS
      $$ BEGIN RETURN inner_one(t); END $$`);
    expect(await reasonFor("outer_one(error)")).toContain("function inner_one(text) does not exist");
  });
});

test("on SQLite a path of JSON that a view takes from a row", async () => {
  const path = join(freshDirectory(), "w.sqlite");
  using file = new Database(path);
  file.run(`CREATE TABLE runs AS SELECT '${CANARY}' AS error`);
  file.run(`CREATE VIEW ${viewOf("json_extract('{}', error)", "'2026-07-10T01:00:00Z'")}`);
  const reason = await reportOn(`sqlite:${path}`);
  expect(reason).toContain("let the view read that row as null");
  expect(reason).not.toContain(CANARY);
});
