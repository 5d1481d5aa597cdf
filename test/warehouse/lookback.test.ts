/** How far back a report looks for rules that did not run: as far as the indexes of the table make it cheap. */
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type postgres from "postgres";
import syncHistorySql from "../../src/demo/sync-history.sql" with { type: "text" };
import type { Report } from "../../src/report/document/schema.ts";
import { freshDirectory } from "../making/cli.ts";
import { startPostgres, type PostgresServer } from "../making/postgres-server.ts";
import { mustReport } from "../making/reports.ts";
import { fillSyncHistory, run, type Shape } from "../making/warehouses.ts";

const END = "2026-07-10T21:00:00Z";
const daysBefore = (days: number) => new Date(Date.parse(END) - days * 86_400_000).toISOString();

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(async () => await server.stop());

/** So many runs of another CRM before both windows of 24 h, the newest two days before the end, then every so often. */
async function crowd(sql: postgres.Sql, count: number, every: string): Promise<void> {
  await sql.unsafe(`INSERT INTO orchestration.sync_history (crm_source, sync_type, start_time, end_time, status,
      records_processed, records_created, records_updated, records_failed, configuration, performance_metrics, created_at)
    SELECT 'genius', 'jobs', t, t, 'success', 0, 0, 0, 0, '{}', '{}', t
    FROM (SELECT timestamptz '${daysBefore(2)}' - i * interval '${every}' AS t FROM generate_series(1, ${count}) i) x`);
}

const silent = (report: Report) =>
  report.rules.filter(({ last_success_at: at }) => at !== null).map(({ rule_name: rule }) => rule);

/** contacts succeeded so many days ago; deals did in the window. */
/** Of so small a table the past would be read, and tell of the rules as well. */
const WITHOUT_PAST = { pastKnownFromMs: 0 };

async function lookBack(
  layout: Shape | "start alone",
  days: number,
  others: { count: number; every: string },
): Promise<Report> {
  const shape = layout === "start alone" ? "M" : layout;
  const database = await server.createDatabase();
  await fillSyncHistory(shape)(
    database.sql,
    [
      run({ rule: "contacts", start: daysBefore(days), end: daysBefore(days) }),
      run({ rule: "deals", start: daysBefore(0.5), end: daysBefore(0.5) }),
    ],
    [],
  );
  if (layout === "start alone") {
    await database.sql.unsafe("DROP INDEX orchestration.sync_history_crm_source_sync_type_idx");
  }
  await crowd(database.sql, others.count, others.every);
  await database.sql.unsafe("ANALYZE orchestration.sync_history");
  await database.close();
  return await mustReport(database.url, {}, WITHOUT_PAST);
}

describe("no index on the start: as far as the table is small", () => {
  const TABLE = "orchestration.sync_history";
  const KINDS = [
    { name: "a table that was never analysed", sql: "" },
    { name: "a table that was analysed", sql: `ANALYZE ${TABLE}` },
    {
      name: "a materialized view that was just refreshed",
      sql: `ALTER TABLE ${TABLE} RENAME TO kept; CREATE MATERIALIZED VIEW ${TABLE} AS SELECT * FROM orchestration.kept`,
    },
  ];

  test.each(KINDS)("$name", async ({ sql }) => {
    const database = await server.createDatabase();
    const days = [300, 299, 0.5].map((ago) => run({ rule: ago > 1 ? "contacts" : "deals", start: daysBefore(ago) }));
    await fillSyncHistory("M")(
      database.sql,
      days.map((row) => ({ ...row, end: row.start })),
      [],
    );
    await database.sql.unsafe(`ALTER TABLE ${TABLE} SET (autovacuum_enabled = false);
      DROP INDEX orchestration.sync_history_crm_source_sync_type_idx, orchestration.sync_history_start_time_idx; ${sql}`);
    expect(silent(await mustReport(database.url, {}, WITHOUT_PAST))).toEqual(["contacts", "deals"]);
    await database.close();
  });
});

describe("an index on the start alone: the newest rows of all CRMs", () => {
  test("10,000 of them", async () => {
    const others = { count: 10_000, every: "2 minutes" };
    expect(silent(await lookBack("start alone", 15.8, others))).toEqual(["contacts", "deals"]);
    expect(silent(await lookBack("start alone", 15.9, others))).toEqual(["deals"]);
  });

  test("1,000, where these reach back less than a twelfth of the window", async () => {
    const [dense, sparse] = ["7 seconds", "8 seconds"].map((every) => ({ count: 1000, every }));
    expect(silent(await lookBack("start alone", 3, dense!))).toEqual(["deals"]);
    expect(silent(await lookBack("start alone", 3, sparse!))).toEqual(["contacts", "deals"]);
  });

  test("however old they are", async () => {
    expect(silent(await lookBack("start alone", 30.1, { count: 1, every: "1 second" }))).toEqual(["contacts", "deals"]);
    expect(silent(await lookBack("start alone", 300, { count: 1, every: "1 second" }))).toEqual(["contacts", "deals"]);
  });
});

test("where no index leads to a name, the report says how far back rules without a schedule are known", async () => {
  const others = { count: 10_000, every: "2 minutes" };
  const known = async (layout: "M" | "H" | "start alone") =>
    (await lookBack(layout, 15.9, others)).metadata.rules_known_since;
  // The oldest of 10,000 rows every 2 minutes, the newest of which is 2 minutes older than 2 days.
  expect(await known("start alone")).toBe("2026-06-24T23:40:00Z");
  expect(await known("M")).toBeNull();
  expect(await known("H")).toBeNull();
});

describe("the indexes of shape M: beyond the newest rows by name", () => {
  const others = { count: 12_000, every: "2 minutes" };

  test("a rule without a schedule, however old its last run is", async () => {
    expect(silent(await lookBack("M", 17, others))).toEqual(["contacts", "deals"]);
    expect(silent(await lookBack("M", 300, others))).toEqual(["contacts", "deals"]);
  });

  /** Hourly runs of some rules in May, before 12,000 newer rows of others. */
  async function stopped(change: string): Promise<Report> {
    const database = await server.createDatabase();
    await fillSyncHistory("M")(
      database.sql,
      [run({ rule: "deals", start: daysBefore(0.5), end: daysBefore(0.5) })],
      [],
    );
    await database.sql
      .unsafe(`INSERT INTO orchestration.sync_history (crm_source, sync_type, start_time, end_time, status,
        records_processed, records_created, records_updated, records_failed, error_message, configuration, performance_metrics, created_at)
      SELECT 'hubspot', rule, t, t + interval '1 minute', CASE WHEN rule = 'broken' AND t > '2026-05-20' THEN 'failed' ELSE 'success' END,
        5, 0, 0, 0, CASE WHEN rule = 'broken' AND t > '2026-05-20' THEN 'HTTP 500' END, '{}', '{}', t
      FROM unnest(ARRAY['contacts', 'broken', 'excluded', 'all']) rule,
        generate_series(timestamptz '2026-05-12 00:00Z', '2026-05-31 20:00Z', '1 hour') t`);
    await crowd(database.sql, others.count, others.every);
    await database.sql.unsafe(`${change}; ANALYZE orchestration.sync_history`);
    await database.close();
    return await mustReport(database.url, { exclude_rules: ["excluded"] });
  }

  test("its newest runs are read, and a success before as many failures", async () => {
    const report = await stopped("SELECT 1");
    const found = report.rules.map(({ rule_name, severity, last_run_at, last_success_at }) => [
      rule_name,
      severity,
      last_run_at,
      last_success_at,
    ]);
    expect(found).toEqual([
      ["broken", "critical", "2026-05-31T20:00:00Z", "2026-05-20T00:01:00Z"],
      ["contacts", "critical", "2026-05-31T20:00:00Z", "2026-05-31T20:01:00Z"],
      ["deals", null, daysBefore(0.5).replace(".000", ""), daysBefore(0.5).replace(".000", "")],
    ]);
    expect(report.metadata).toMatchObject({ rules_known_since: null, sampled_rules: [] });
  });

  test("a rule with more rows than are read is told, and named as known in part", async () => {
    const report =
      await stopped(`INSERT INTO orchestration.sync_history (crm_source, sync_type, start_time, end_time, status,
        records_processed, records_created, records_updated, records_failed, configuration, performance_metrics, created_at)
      SELECT 'hubspot', 'users', t, t, 'success', 0, 0, 0, 0, '{}', '{}', t
      FROM generate_series(timestamptz '2026-05-01 00:00Z', '2026-05-31 20:00Z', '5 minutes') t`);
    expect(report.rules.find(({ rule_name }) => rule_name === "users")).toMatchObject({
      severity: "critical",
      last_success_at: "2026-05-31T20:00:00Z",
    });
    expect(report.metadata.sampled_rules).toEqual(["users"]);
  });

  test("an index that does not help with the column as it is read: the search by name is left out, and that is said", async () => {
    const report = await stopped(`ALTER TABLE orchestration.sync_history ALTER sync_type TYPE char(20)`);
    expect(report.metadata.rules_known_since).toBe("2026-06-24T23:40:00Z");
  });
});

test("an index on CRM, rule and start: each rule's newest runs, however many others there are", async () => {
  const others = { count: 20_000, every: "2 minutes" };
  expect(silent(await lookBack("H", 29.9, others))).toEqual(["contacts", "deals"]);
  expect(silent(await lookBack("H", 30.1, others))).toEqual(["contacts", "deals"]);
  expect(silent(await lookBack("H", 300, others))).toEqual(["contacts", "deals"]);
});

describe("a rule that has brought nothing for three weeks: what it brought at first says that this is unusual", () => {
  const HOURLY = { every: "1 hour", from: 60 };
  const DAILY = { every: "1 day", from: 60 };
  async function emptied(shape: Shape, { every, from }: { every: string; from: number }, brought: number) {
    const database = await server.createDatabase();
    await fillSyncHistory(shape)(database.sql, [], []);
    await crowd(database.sql, 12_000, "2 minutes");
    await database.sql
      .unsafe(`INSERT INTO orchestration.sync_history (crm_source, sync_type, start_time, end_time, status,
        records_processed, records_created, records_updated, records_failed, configuration, performance_metrics, created_at)
      SELECT 'hubspot', 'contacts', t, t + interval '1 minute', 'success', CASE WHEN t < '${daysBefore(21)}' THEN ${brought} ELSE 0 END,
        0, 0, 0, '{}', '{}', t
      FROM generate_series(timestamptz '${daysBefore(from - 0.1)}', '${daysBefore(0.01)}', '${every}') t;
      ANALYZE orchestration.sync_history`);
    await database.close();
    const { rules } = await mustReport(database.url, {}, WITHOUT_PAST);
    return rules.map(({ rule_name: rule, condition, severity, message }) => ({ rule, condition, severity, message }));
  }

  test.each([
    { shape: "M", pace: HOURLY },
    { shape: "M", pace: DAILY },
    { shape: "H", pace: HOURLY },
    { shape: "H", pace: DAILY },
  ] as const)("$shape, every $pace.every", async ({ shape, pace }) => {
    expect(await emptied(shape, pace, 500)).toEqual([
      {
        rule: "contacts",
        condition: "empty",
        severity: "warning",
        message: expect.stringMatching(/runs succeeded with 0 records since .*, usually 500 a run$/),
      },
    ]);
    expect(await emptied(shape, pace, 0)).toMatchObject([{ rule: "contacts", condition: "ok", severity: null }]);
  });
});

test("an overdue rule is only a warning where nobody knows what it did a week before", async () => {
  const hourly = (firstHoursAgo: number, count: number) =>
    Array.from({ length: count }, (_, index) => {
      const start = daysBefore((firstHoursAgo - index) / 24);
      return run({ rule: "contacts", start, end: start });
    });
  const overdue = async (shape: "M" | "H") => {
    const database = await server.createDatabase();
    await fillSyncHistory(shape)(database.sql, [...hourly(190, 30), ...hourly(40, 33)], []);
    await crowd(database.sql, 1000, "7 seconds");
    await database.sql.unsafe("ANALYZE orchestration.sync_history");
    await database.close();
    const report = await mustReport(database.url);
    return report.findings.map(({ severity, message }) => [severity, message]);
  };
  // The newest run began 8 hours before the end.
  const said = (limit: string) => `contacts: last success 8h ago, expected within ${limit} by its usual interval`;
  expect(await overdue("H")).toEqual([["critical", said("6h")]]);
  expect(await overdue("M")).toEqual([["warning", said("3h")]]);
});

/** Rules of a SQLite warehouse: jobs goes on with 12,000 runs before both windows, the others stopped 40 days ago. */
async function lookBackOnSqlite(index: string, stopped: Record<string, number>): Promise<Report> {
  const path = join(freshDirectory(), "warehouse.sqlite");
  using database = new Database(path);
  database.run(syncHistorySql);
  database.run(index);
  const add = database.prepare(`INSERT INTO sync_history (crm_source, sync_type, start_time, end_time, status)
    VALUES ('hubspot', ?, ?, ?, 'success')`);
  const fill = (rule: string, newestDaysAgo: number, count: number, everyMinutes: number) => {
    for (let index = count - 1; index >= 0; index -= 1) {
      const start = daysBefore(newestDaysAgo + (index * everyMinutes) / 1440);
      add.run(rule, start, start);
    }
  };
  database.transaction(() => {
    for (const [rule, count] of Object.entries(stopped)) fill(rule, 40, count, 60);
    fill("jobs", 0.01, 13_500, 2);
  })();
  return await mustReport(`sqlite:${path}`, { exclude_rules: ["excluded"] }, WITHOUT_PAST);
}

describe("SQLite: an index on CRM and rule leads to what is beyond the newest rows", () => {
  const index = "CREATE INDEX by_rule ON sync_history (crm_source, sync_type)";

  test("with it each rule is known", async () => {
    const report = await lookBackOnSqlite(index, { contacts: 100, excluded: 5, users: 3 });
    expect(silent(report)).toEqual(["contacts", "jobs", "users"]);
    expect(report.rules.find(({ rule_name }) => rule_name === "contacts")).toMatchObject({
      condition: "overdue",
      severity: "critical",
      last_success_at: daysBefore(40).replace(".000", ""),
    });
    expect(report.metadata).toMatchObject({ rules_known_since: null, sampled_rules: [] });
  });

  test("a rule with more rows than are read is named as known in part", async () => {
    const { metadata } = await lookBackOnSqlite(index, { contacts: 2000, users: 3 });
    expect(metadata.sampled_rules).toEqual(["contacts"]);
  });

  test("without it the report says how far back rules are known", async () => {
    const report = await lookBackOnSqlite("SELECT 1", { contacts: 100 });
    expect(silent(report)).toEqual(["jobs"]);
    // The oldest of 10,000 runs every 2 minutes before 7 July: a day and a part of one more are read than the windows need.
    expect(report.metadata.rules_known_since).toBe("2026-06-23T02:41:36Z");
  });
});

test.each([
  { every: 60, brought: 500, expected: { condition: "empty", severity: "warning" } },
  { every: 1440, brought: 500, expected: { condition: "empty", severity: "warning" } },
  { every: 60, brought: 0, expected: { condition: "ok", severity: null } },
])(
  "SQLite: a rule every $every min that brought $brought at first and nothing for three weeks is $expected.condition",
  async ({ every, brought, expected }) => {
    const path = join(freshDirectory(), "warehouse.sqlite");
    using database = new Database(path);
    database.run(syncHistorySql);
    database.run("CREATE INDEX by_rule ON sync_history (crm_source, sync_type)");
    const add =
      database.prepare(`INSERT INTO sync_history (crm_source, sync_type, start_time, end_time, status, records_processed)
      VALUES (?, ?, ?, ?, 'success', ?)`);
    database.transaction(() => {
      for (let minutes = 60 * 1440; minutes > 0; minutes -= every) {
        const start = daysBefore(minutes / 1440 - 0.01);
        add.run("hubspot", "contacts", start, start, minutes > 21 * 1440 ? brought : 0);
      }
      for (let minutes = 12_000; minutes > 0; minutes -= 1) {
        const start = daysBefore(2 + minutes / 1440);
        add.run("hubspot", "jobs", start, start, 1);
      }
    })();
    const { rules } = await mustReport(`sqlite:${path}`, {}, WITHOUT_PAST);
    expect(rules.find(({ rule_name }) => rule_name === "contacts")).toMatchObject(expected);
  },
);
