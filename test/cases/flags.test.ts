/** Flags as tables hold them: both engines read the same words, and only what is known to be off is off. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import tablesPostgres from "../../src/warehouse/presets/tables.postgres.sql" with { type: "text" };
import tablesSqlite from "../../src/warehouse/presets/tables.sqlite.sql" with { type: "text" };
import { freshDirectory } from "../making/cli.ts";
import { ask, type CaseEngine, cron, ENGINES, HOUR, makeWarehouse, repeat, ruleOf } from "../making/cases.ts";
import { sharedServer } from "../making/warehouses.ts";

const WORDS: { name: string; word: string | null; condition: "overdue" | "idle" }[] = [
  { name: "true", word: "true", condition: "overdue" },
  { name: "capitals", word: "True", condition: "overdue" },
  { name: "a letter", word: "t", condition: "overdue" },
  { name: "yes", word: "yes", condition: "overdue" },
  { name: "on", word: "ON", condition: "overdue" },
  { name: "a number", word: "1", condition: "overdue" },
  { name: "blanks around it", word: " true\n", condition: "overdue" },
  { name: "nothing", word: null, condition: "overdue" },
  { name: "an empty text", word: "", condition: "overdue" },
  { name: "a word that is not known", word: "vielleicht", condition: "overdue" },
  { name: "false", word: "False", condition: "idle" },
  { name: "no", word: "no", condition: "idle" },
  { name: "off", word: "off", condition: "idle" },
  { name: "zero", word: "0", condition: "idle" },
];

/** Hourly rules that all stopped four days before the window's end, each enabled as its word says. */
async function makeSchedules(engine: CaseEngine) {
  const runs = WORDS.flatMap(({ name }) => repeat({ from: "06-20 00:00", to: "07-06 23:00", every: HOUR, rule: name }));
  const warehouse = await makeWarehouse(engine, { runs, schedules: WORDS.map(({ name }) => cron("0 * * * *", name)) });
  if (warehouse.sql === null) {
    using database = new Database(warehouse.url.replace("sqlite:", ""));
    for (const { name, word } of WORDS) {
      database.run("UPDATE sync_schedule SET enabled = ? WHERE model_name = ?", [word, name]);
    }
    return warehouse;
  }
  await warehouse.sql.unsafe(
    "ALTER TABLE orchestration.sync_schedule ALTER enabled DROP NOT NULL, ALTER enabled TYPE text",
  );
  for (const { name, word } of WORDS) {
    await warehouse.sql`UPDATE orchestration.sync_schedule SET enabled = ${word} WHERE model_name = ${name}`;
  }
  return warehouse;
}

describe("a schedule's enabled", () => {
  for (const engine of ENGINES) {
    test(`${engine}: what is not known to be off hides no outage`, async () => {
      await using warehouse = await makeSchedules(engine);
      const { report } = await ask(warehouse);
      const conditions = WORDS.map(({ name }) => [name, ruleOf(report, name).condition]);
      expect(conditions).toEqual(WORDS.map(({ name, condition }) => [name, condition]));
      expect(report.verdict).toBe("critical");
    });
  }
});

const FLAGS: [rule: string, dryRun: string | null, wrapper: string | null][] = [
  ["rehearsed", "True", "no"],
  ["around others", "f", "yes"],
  ["plain", "false", "off"],
  ["not known", null, "vielleicht"],
];

/** One failed run of each, whose flags are texts. */
async function makeActions(engine: CaseEngine): Promise<AsyncDisposable & { url: string }> {
  const row = (rule: string) => `'hubspot', '${rule}', 'failed', '2026-07-10T20:00:00Z', '2026-07-10T20:01:00Z'`;
  const insert = (values: string) =>
    `INSERT INTO automation_actions (crm_source, rule, status, started_at, finished_at, dry_run, wrapper) VALUES (${values})`;
  const quote = (flag: string | null) => (flag === null ? "NULL" : `'${flag}'`);
  const rows = FLAGS.map(([rule, dry, wrapper]) => insert(`${row(rule)}, ${quote(dry)}, ${quote(wrapper)}`));
  if (engine === "sqlite") {
    const path = join(freshDirectory(), "warehouse.sqlite");
    using database = new Database(path);
    database.run(tablesSqlite.replaceAll(/(dry_run|wrapper) INTEGER NOT NULL DEFAULT 0/g, "$1"));
    for (const statement of rows) database.run(statement);
    return { url: `sqlite:${path}`, [Symbol.asyncDispose]: async () => {} };
  }
  const { sql, url, drop } = await (await sharedServer()).createDatabase();
  const types = tablesPostgres.replaceAll(/(dry_run|wrapper) boolean NOT NULL DEFAULT false/g, "$1 text");
  await sql.unsafe([types, ...rows].join(";\n"));
  return { url, [Symbol.asyncDispose]: drop };
}

describe("a run's dry_run and wrapper", () => {
  for (const engine of ENGINES) {
    test(`${engine}: texts are read, and what is not known counts as a run of its own`, async () => {
      await using warehouse = await makeActions(engine);
      const { report } = await ask(warehouse);
      const counts = { total_actions: 2, failed_actions: 2, dry_run_actions: 1, wrapper_actions: 1 };
      expect(report.performance_metrics).toMatchObject(counts);
    });
  }
});
