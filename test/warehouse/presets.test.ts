/** What the presets make of the tables that are really out there. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PRESETS, TABLES, type Dialect } from "../../src/warehouse/presets.ts";
import { findSource } from "../../src/warehouse/source.ts";
import { PRESET_NAMES } from "../../src/report/words.ts";
import { mustReport, reportOn } from "../making/reports.ts";
import {
  fillSyncHistory,
  historyDdl,
  insertHistory,
  chooseEngines,
  listEngines,
  run,
  SCHEDULE_DDL,
  sharedServer,
  type RunRow,
} from "../making/warehouses.ts";

const day = "2026-07-10T";
const ok = (hour: string, override: Partial<RunRow> = {}) =>
  run({ start: `${day}${hour}:00:00Z`, end: `${day}${hour}:00:10Z`, ...override });

/** A database of the test's own, gone afterwards. */
async function withDatabase(
  work: (database: Awaited<ReturnType<Awaited<ReturnType<typeof sharedServer>>["createDatabase"]>>) => Promise<void>,
): Promise<void> {
  const database = await (await sharedServer()).createDatabase();
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

/** Each preset's relations, with the rules of its own table and where it has none. */
function listRelations(dialect: Dialect): string[] {
  return PRESET_NAMES.flatMap((preset) => {
    const { schema, actionsTable, rulesTable } = PRESETS[preset];
    const [actions, rules] = [actionsTable, rulesTable].map((name) => ({
      schema: dialect === "postgres" ? schema : null,
      name,
      visible: true,
    }));
    return [[actions!, rules!], [actions!]].flatMap((tables) => {
      const found = findSource(tables, { preset, schema: null, table: null, rulesTable: null }, dialect);
      return found.kind === "found" ? [found.source.actions, found.source.rules] : [];
    });
  });
}

describe("every relation of every preset runs by itself", () => {
  test("on PostgreSQL", async () => {
    await withDatabase(async ({ sql }) => {
      await fillSyncHistory("M")(sql, [ok("01")], [{ crm: "hubspot", name: "contacts", enabled: true }]);
      await sql.unsafe(TABLES.postgres);
      const relations = listRelations("postgres");
      for (const relation of relations) await sql.unsafe(relation);
      expect(relations).toHaveLength(8);
    });
  });

  test("on SQLite", async () => {
    const engine = listEngines().find(({ name }) => name === "sqlite, sync-history");
    const made = await engine?.make([ok("01")], []);
    using database = new Database(made?.url.slice("sqlite:".length));
    database.run(TABLES.sqlite);
    const relations = listRelations("sqlite");
    for (const relation of relations) database.query(relation).all();
    expect(relations).toHaveLength(8);
  });
});

describe.each(chooseEngines().filter(({ preset }) => preset === "sync-history"))("configuration in $name", (engine) => {
  test.each([
    { configuration: '{"dry_run": true}', dry: 1 },
    { configuration: '{"dry_run": "TRUE"}', dry: 1 },
    { configuration: '{"dry_run": 1}', dry: 1 },
    { configuration: '{"dry_run": false}', dry: 0 },
    { configuration: '{"dry_run": null}', dry: 0 },
    { configuration: '{"note": "dry_run: true"}', dry: 0 },
    { configuration: '{"options": {"dry_run": true}}', dry: 0 },
    { configuration: '"{\\"dry_run\\": true}"', dry: 1 },
    { configuration: `"{'dry_run': True}"`, dry: 1 },
    { configuration: '"dry_run"', dry: 0 },
    { configuration: '"\\"{\\\\\\"dry_run\\\\\\": true}\\""', dry: 1 },
    { configuration: '["dry_run", true]', dry: 0 },
    { configuration: '[{"dry_run": true}]', dry: 0 },
    { configuration: "[]", dry: 0 },
    { configuration: "null", dry: 0 },
    { configuration: "7", dry: 0 },
    { configuration: '"nonsense {"', dry: 0 },
  ])("$configuration", async ({ configuration, dry }) => {
    const made = await engine.make([ok("01", { configuration })], []);
    const { performance_metrics: metrics } = await mustReport(made.url);
    await made.close();
    expect([metrics.dry_run_actions, metrics.total_actions]).toEqual([dry, 1 - dry]);
  });
});

test("configuration may be a text column, and NULL", async () => {
  await withDatabase(async ({ sql, url }) => {
    await sql.unsafe(
      `CREATE SCHEMA orchestration; ${historyDdl("H")}; ALTER TABLE orchestration.sync_history ALTER configuration DROP DEFAULT, ALTER configuration TYPE text`,
    );
    await sql.unsafe(`INSERT INTO orchestration.sync_history (crm_source, sync_type, start_time, end_time, status, configuration)
      SELECT 'hubspot', 'a', '${day}01:00:00Z', '${day}01:00:01Z', 'success', c
      FROM unnest(ARRAY[NULL, '', '{"dry_run": true}', 'not json {']) c`);
    const { performance_metrics: metrics } = await mustReport(url);
    expect([metrics.dry_run_actions, metrics.total_actions]).toEqual([1, 3]);
  });
});

describe("schedules", () => {
  const schedule = (name: string, enabled = true) => ({ crm: "genius", name, enabled });

  test("attach to the sync types they name, are told where they do not, and never to another CRM's", async () => {
    await withDatabase(async ({ sql, url }) => {
      const runs = ["appointments", "entities", "users"].map((rule) => ok("01", { crm: "genius", rule }));
      await fillSyncHistory("H")(
        sql,
        [...runs, ok("02", { crm: "genius", rule: "all" }), ok("03", { crm: "hubspot", rule: "quotes" })],
        [
          schedule("Genius_Appointment"),
          schedule("Genius_Appointment", false),
          schedule("Genius_Entity", false),
          schedule("Genius_Quote"),
          schedule("Genius_Lead", false),
          schedule("Genius_All"),
        ],
      );
      const report = await mustReport(url, {}, { name: "genius" });
      // appointments, entities (its only schedule disabled), users, and the unmatched Genius_Quote.
      expect(report.system_health).toMatchObject({
        rules_basis: "declared",
        total_rules: 4,
        active_rules: 2,
        rule_utilization_rate: 0.5,
      });
      expect(report.rules.filter(({ unmatched }) => unmatched).map(({ rule_name }) => rule_name)).toEqual([
        "Genius_Quote",
      ]);
    });
  });

  test("an excluded rule does not come back by its schedule's name, nor a wrapper that did not run", async () => {
    await withDatabase(async ({ sql, url }) => {
      await fillSyncHistory("M")(
        sql,
        ["appointments", "users"].map((rule) => ok("01", { crm: "genius", rule })),
        [schedule("Genius_Appointment"), schedule("Genius All"), schedule("Genius_User")],
      );
      const report = await mustReport(url, { exclude_rules: ["appointments"] }, { name: "genius" });
      expect(report.system_health).toMatchObject({ total_rules: 1, active_rules: 1 });
      expect(report.findings).toEqual([]);
    });
  });

  test("a mapping of the configuration decides", async () => {
    await withDatabase(async ({ sql, url }) => {
      await fillSyncHistory("M")(sql, [ok("01", { crm: "genius", rule: "offers" })], [schedule("Genius_Quote")]);
      const report = await mustReport(url, { rule_names: { Genius_Quote: "offers" } }, { name: "genius" });
      expect(report.system_health).toMatchObject({ total_rules: 1, active_rules: 1 });
      expect(report.findings).toEqual([]);
    });
  });

  test("old rows have NA where the names should be", async () => {
    await withDatabase(async ({ sql, url }) => {
      await fillSyncHistory("M")(sql, [ok("01", { crm: "genius", rule: "jobs" })], []);
      await sql`INSERT INTO orchestration.sync_schedule (source_key, name, mode, recurrence_type, enabled, options, created_at,
        updated_at, crm_source, model_name, minute, hour, day_of_month, month_of_year, day_of_week)
        VALUES ('genius', 'jobs', 'full', 'crontab', true, '{}', now(), now(), 'NA', 'NA', '0', '*/4', '*', '*', '*')`;
      expect((await mustReport(url, {}, { name: "genius" })).system_health).toMatchObject({
        rules_basis: "declared",
        total_rules: 1,
        active_rules: 1,
      });
    });
  });
});

describe("where the tables are", () => {
  // In braces stand the placeholders of the statement.
  test.each(["run log", "{rules} $1"])("under another schema and another name: %s", async (table) => {
    await withDatabase(async ({ sql, url }) => {
      await sql.unsafe(`CREATE SCHEMA "Odd ""schema"; ${historyDdl("H", `"Odd ""schema"."${table}"`)}`);
      await insertHistory(sql, `"Odd ""schema"."${table}"`, [ok("01")]);
      const report = await mustReport(url, { preset: "sync-history", schema: 'Odd "schema', table });
      expect(report.performance_metrics.total_actions).toBe(1);
    });
  });

  test("a literally dotted name in the search path", async () => {
    await withDatabase(async ({ sql, url }) => {
      await sql.unsafe(historyDdl("M", '"orchestration.sync_history"'));
      await insertHistory(sql, '"orchestration.sync_history"', [ok("01")]);
      expect((await mustReport(url)).performance_metrics.total_actions).toBe(1);
    });
  });

  test("stale second copies elsewhere are left alone", async () => {
    await withDatabase(async ({ sql, url }) => {
      await fillSyncHistory("M")(sql, [ok("01")], []);
      await sql.unsafe(
        `CREATE SCHEMA django; ${historyDdl("M", "django.sync_history")}; ${historyDdl("H", "public.sync_history")}; ${historyDdl("M", '"orchestration.sync_history"')}`,
      );
      await insertHistory(sql, "public.sync_history", [ok("02"), ok("03")]);
      await insertHistory(sql, '"orchestration.sync_history"', [ok("04"), ok("05"), ok("06")]);
      expect((await mustReport(url)).performance_metrics.total_actions).toBe(1);
    });
  });

  test("both presets there: the configuration must choose", async () => {
    await withDatabase(async ({ sql, url }) => {
      await fillSyncHistory("M")(sql, [ok("01")], []);
      await sql.unsafe(TABLES.postgres);
      expect(await reportOn(url)).toContain('choose one with preset = "sync-history" or "automation"');
      expect((await mustReport(url, { preset: "automation" })).metadata.status).toBe("no_data");
    });
  });

  test("none there: a fallback that names what was looked for, and where", async () => {
    await withDatabase(async ({ url, name }) => {
      const { metadata, recommendations } = await mustReport(url);
      expect(metadata.note).toBe(
        `no table to read: looked for orchestration.sync_history, automation_actions in database ${name}`,
      );
      expect(recommendations.map(({ category }) => category)).toEqual(["setup"]);
      expect((await mustReport(url, { preset: "automation", schema: "x", table: "y" })).metadata.note).toContain(
        "looked for x.y in",
      );
    });
    const path = join(mkdtempSync(join(tmpdir(), "automation-reports-empty-")), "empty.sqlite");
    new Database(path).run("CREATE TABLE other (x)");
    expect((await mustReport(`sqlite:${path}`)).metadata.status).toBe("fallback");
  });
});

test("NULL counts and counts beyond what a JSON number holds are unknown, not 0 and not rounded", async () => {
  await withDatabase(async ({ sql, url }) => {
    await sql.unsafe(TABLES.postgres);
    await sql.unsafe(`INSERT INTO automation_actions (crm_source, rule, status, started_at, finished_at, records_processed, records_created)
      VALUES ('hubspot', 'a', 'success', '${day}01:00Z', '${day}01:01Z', NULL, 9007199254740991),
             ('hubspot', 'a', 'success', '${day}02:00Z', '${day}02:01Z', NULL, 1)`);
    expect((await mustReport(url)).performance_metrics.records).toEqual({
      processed: null,
      created: null,
      updated: null,
      failed: null,
    });
  });
});

test("a column of another type: the failure names it", async () => {
  await withDatabase(async ({ sql, url }) => {
    await sql.unsafe(
      `${TABLES.postgres}; ALTER TABLE automation_actions ALTER records_created TYPE interval USING NULL`,
    );
    await sql.unsafe(`INSERT INTO automation_actions (crm_source, rule, status, started_at, finished_at, records_created)
      VALUES ('hubspot', 'a', 'success', '${day}01:00Z', '${day}01:01Z', '1 minute')`);
    expect(await reportOn(url)).toContain("columns of other types than a report needs: records_created (interval)");
  });
});

test("a NULL status is an unknown one", async () => {
  await withDatabase(async ({ sql, url }) => {
    await sql.unsafe(`${TABLES.postgres}; ALTER TABLE automation_actions ALTER status DROP NOT NULL`);
    await sql.unsafe(
      `INSERT INTO automation_actions (crm_source, rule, status, started_at) VALUES ('hubspot', 'a', NULL, '${day}01:00Z')`,
    );
    expect((await mustReport(url)).findings.map(({ evidence }) => evidence["statuses"])).toContainEqual({
      "(null)": 1,
    });
  });
});

test.each(chooseEngines().filter(({ preset }) => preset === "automation"))(
  "$name: unknown words that are the same as far as they are shown are counted together",
  async (engine) => {
    const shown = "y".repeat(100);
    const made = await engine.make([ok("01", { status: `${shown}1` }), ok("02", { status: `${shown}2` })], []);
    const { findings } = await mustReport(made.url);
    await made.close();
    expect(findings.map(({ evidence }) => evidence["statuses"])).toContainEqual({ [shown]: 2 });
  },
);

test("infinite times break nothing, and are told", async () => {
  await withDatabase(async ({ sql, url }) => {
    await sql.unsafe(TABLES.postgres);
    await sql.unsafe(`INSERT INTO automation_actions (crm_source, rule, status, started_at, finished_at)
      VALUES ('hubspot', 'a', 'success', '${day}01:00Z', 'infinity'), ('hubspot', 'a', 'success', '${day}02:00Z', '-infinity'),
             ('hubspot', 'a', 'success', 'infinity', NULL), ('hubspot', 'a', 'success', '-infinity', NULL)`);
    const { performance_metrics: metrics, data_quality: quality } = await mustReport(url);
    expect([metrics.total_actions, metrics.running_actions, metrics.duration_seconds]).toEqual([2, 0, null]);
    expect(quality).toMatchObject([
      { id: "finished-without-end", count: 1, row_ids: ["1"], rules: ["a"] },
      { id: "end-before-start", count: 1, row_ids: ["2"], rules: ["a"] },
      { id: "start-at-infinity", count: 2, row_ids: ["4", "3"], rules: [] },
    ]);
  });
});

test("only schedules without runs: the rules are declared, and none is active", async () => {
  await withDatabase(async ({ sql, url }) => {
    await sql.unsafe(`CREATE SCHEMA orchestration; ${historyDdl("M")}; ${SCHEDULE_DDL}`);
    await sql`INSERT INTO orchestration.sync_schedule (source_key, name, mode, recurrence_type, every, period, enabled, options,
      created_at, updated_at, crm_source, model_name) VALUES ('x', 'x', 'delta', 'interval', 1, 'days', true, '{}', now(), now(), 'hubspot', 'Deal')`;
    expect((await mustReport(url)).system_health).toMatchObject({
      rules_basis: "declared",
      total_rules: 1,
      active_rules: 0,
      rule_utilization_rate: 0,
    });
  });
});
