/** Starts, ends and counts that cannot be read, on both engines: told by rule, number and form, and never a value. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import {
  ask,
  at,
  cron,
  ENGINES,
  HOUR,
  makeWarehouse,
  MINUTE,
  repeat,
  ruleOf,
  type CaseEngine,
  type CaseWarehouse,
} from "../making/cases.ts";
import { directoryWith, runCli } from "../making/cli.ts";
import { makeTables } from "../making/own-tables.ts";
import { run, type RunRow } from "../making/warehouses.ts";

const DAYS = { from: "07-05 00:00", to: "07-10 20:00", every: HOUR };
/** 10.07.2026 20:00:00, of a time that is written as ISO 8601 or as PostgreSQL does. */
const german = (column: string) =>
  `substr(${column}, 9, 2) || '.' || substr(${column}, 6, 2) || '.' || substr(${column}, 1, 4) || ' ' || substr(${column}, 12, 8)`;

/** The rows in columns of text, then changed. */
async function inText(engine: CaseEngine, runs: RunRow[], columns: string[], change: string): Promise<CaseWarehouse> {
  const warehouse = await makeWarehouse(engine, { runs });
  if (warehouse.sql === null) {
    using database = new Database(warehouse.url.slice("sqlite:".length));
    database.run(`UPDATE sync_history SET ${change}`);
  } else {
    const table = "orchestration.sync_history";
    await warehouse.sql.unsafe(
      columns.map((name) => `ALTER TABLE ${table} ALTER ${name} DROP DEFAULT, ALTER ${name} TYPE text`).join("; "),
    );
    await warehouse.sql.unsafe(`UPDATE ${table} SET ${change}`);
  }
  return warehouse;
}

/** The rows changed, and that column free to hold nothing. */
async function change(warehouse: CaseWarehouse, nullable: string, change: string): Promise<void> {
  const update = (table: string) => `UPDATE ${table} SET ${change}`;
  if (warehouse.sql === null) {
    using database = new Database(warehouse.url.slice("sqlite:".length));
    const { sql } = database.query("SELECT sql FROM sqlite_schema WHERE name = 'sync_history'").get() as {
      sql: string;
    };
    database.run("ALTER TABLE sync_history RENAME TO strict_history");
    database.run(sql.replace(`${nullable} TEXT NOT NULL`, `${nullable} TEXT`));
    database.run("INSERT INTO sync_history SELECT * FROM strict_history");
    database.run(update("sync_history"));
  } else {
    const table = "orchestration.sync_history";
    await warehouse.sql.unsafe(`ALTER TABLE ${table} ALTER ${nullable} DROP NOT NULL`);
    await warehouse.sql.unsafe(update(table).replaceAll("substr(end_time", "substr(end_time::text"));
  }
}

const TIMES = ["start_time", "end_time"];
const qualityOf = (report: Awaited<ReturnType<typeof ask>>["report"]) =>
  (report.data_quality ?? []).map(({ id, count, rules }) => [id, count, rules]);

describe.each(ENGINES)("%s", (engine) => {
  test("a rule none of whose starts can be read is named, with their number and form", async () => {
    const runs = [
      ...repeat({ ...DAYS }),
      ...repeat({ ...DAYS, rule: "deals" }, () => ({ status: "failed", error: "HTTP 401" })),
    ];
    const write = (column: string) =>
      `${column} = CASE WHEN sync_type = 'deals' THEN ${german(column)} ELSE ${column} END`;
    await using warehouse = await inText(engine, runs, TIMES, TIMES.map(write).join(", "));
    const { report } = await ask(warehouse);
    expect(report.verdict).toBe("warning");
    expect(qualityOf(report)).toEqual([["start-unreadable", 141, ["deals"]]]);
    expect(report.findings[0]).toMatchObject({
      id: "starts-unreadable",
      severity: "warning",
      message: 'The newest 141 rows of deals cannot be read: no start of the form "00.00.0000 00:00:00" is understood',
    });
    expect(ruleOf(report, "deals")).toMatchObject({
      condition: "unknown",
      message:
        'deals: no run known; 141 newer rows could not be read: no start of the form "00.00.0000 00:00:00" is understood',
    });
    expect(ruleOf(report, "contacts").total).toBe(24);
    const { stdout } = await runCli(["check"], { cwd: directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`) });
    expect(stdout).toContain(
      '141 rows of deals cannot be read: no start of the form "00.00.0000 00:00:00" is understood',
    );
  });

  test("a rule that changed its form is not simply overdue", async () => {
    const since = (column: string) =>
      `${column} = CASE WHEN substr(start_time, 1, 10) = '2026-07-10' THEN ${german(column)} ELSE ${column} END`;
    const runs = ["contacts", "deals", "users"].flatMap((rule) => repeat({ ...DAYS, rule }));
    await using warehouse = await inText(engine, runs, TIMES, TIMES.map(since).join(", "));
    const { report } = await ask(warehouse);
    const rule = ruleOf(report, "contacts");
    expect(rule.condition).toBe("overdue");
    expect(rule.message).toEndWith(
      '; 21 newer rows could not be read: no start of the form "00.00.0000 00:00:00" is understood',
    );
    // It is no silence that they share.
    expect(report.findings.map(({ id }) => id)).not.toContain("rules-stopped");
    expect(report.recommendations.map(({ recommendation }) => recommendation).join("\n")).not.toContain("Restart");
  });

  test("a blank that is no space is seen in the form", async () => {
    const write = (column: string) => `${column} = substr(${column}, 1, 10) || '\u00a0' || substr(${column}, 12, 8)`;
    await using warehouse = await inText(engine, repeat({ ...DAYS }), TIMES, TIMES.map(write).join(", "));
    expect(
      (await runCli(["check"], { cwd: directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`) })).stdout,
    ).toContain(String.raw`"0000-00-00\u00a000:00:00"`);
  });

  test("a date of zeros, as MySQL writes it, is no end", async () => {
    const runs = repeat({ ...DAYS, to: "07-10 20:30", every: 30 * MINUTE }, (start) =>
      start === at("07-10 20:30") ? { status: "running" } : {},
    );
    const zeros = "end_time = CASE WHEN status = 'running' THEN ' 0000-00-00 00:00:00' ELSE end_time END";
    await using warehouse = await inText(engine, runs, TIMES, zeros);
    const { report } = await ask(warehouse);
    expect(qualityOf(report)).toEqual([]);
    expect(ruleOf(report, "contacts")).toMatchObject({ total: 47, stale: 1 });
  });

  test("old rows that cannot be read are counted and raise no warning", async () => {
    const old = (column: string) =>
      `${column} = CASE WHEN substr(start_time, 1, 10) = '2026-07-05' THEN 'yesterday' ELSE ${column} END`;
    await using warehouse = await inText(engine, repeat(DAYS), TIMES, TIMES.map(old).join(", "));
    const { report } = await ask(warehouse);
    expect(qualityOf(report)).toEqual([["start-unreadable", 24, ["contacts"]]]);
    expect(report.findings.map(({ id, severity }) => [id, severity])).toEqual([["rows-contradictory", "info"]]);
  });

  test("runs that ended without a start are counted and named, where others wait without one", async () => {
    const runs = ["contacts", "deals"].flatMap((rule) => repeat({ ...DAYS, rule }, () => ({ status: "failed" })));
    const isToday = "substr(end_time, 1, 10) = '2026-07-10'";
    const without = `start_time = CASE WHEN ${isToday} THEN NULL ELSE start_time END,
      status = CASE WHEN ${isToday} AND sync_type = 'deals' THEN 'pending' ELSE status END,
      end_time = CASE WHEN ${isToday} AND sync_type = 'deals' THEN NULL ELSE end_time END`;
    await using warehouse = await makeWarehouse(engine, { runs });
    await change(warehouse, "start_time", without);
    const { report } = await ask(warehouse);
    expect(qualityOf(report)).toEqual([["start-unreadable", 21, ["contacts"]]]);
    expect(ruleOf(report, "contacts").message).toEndWith("; 21 newer rows could not be read: they have no start");
    expect(report.findings.map(({ message }) => message)).toContain(
      "The newest 21 rows of contacts cannot be read: they have no start",
    );
  });

  test("a worker whose clock is ahead hides what it does: by its rows that is a warning, here and by check", async () => {
    const ahead = (minutes: number) => {
      const start = new Date(Date.now() + minutes * MINUTE).toISOString();
      return run({ crm: "hubspot", rule: "contacts", start, end: start, status: "failed", error: "HTTP 401" });
    };
    const runs = [...repeat(DAYS), ahead(80), ahead(100), ahead(120)];
    const now = repeat({ ...DAYS, rule: "deals" });
    await using one = await makeWarehouse(engine, { runs: [...now, ahead(90)] });
    await using many = await makeWarehouse(engine, { runs: [...now, ...runs] });
    const said = async (warehouse: CaseWarehouse) => {
      const { report } = await ask(warehouse);
      return report.findings.map(({ severity, message }) => `${severity} ${message}`);
    };
    expect(await said(one)).toContain("info Rows that contradict themselves or each other: 1 start in future");
    expect(await said(many)).toContain(
      "warning 3 runs start in the future and are in no figure yet: a clock or a time zone is wrong",
    );
    const cwd = directoryWith(`[crm.hubspot]\nurl = "${many.url}"\n`);
    expect((await runCli(["check"], { cwd })).stdout).toMatch(
      /warn.*newest row of hubspot (?:1h 59m|2h) in the future/,
    );
  });

  test("an end that cannot be read is no missing end", async () => {
    const ends =
      "end_time = CASE WHEN substr(start_time, 1, 10) = '2026-07-10' AND substr(start_time, 12, 2) >= '18' THEN 'soon' ELSE end_time END";
    await using warehouse = await inText(engine, repeat(DAYS), TIMES, ends);
    const { report } = await ask(warehouse);
    expect(qualityOf(report)).toEqual([["end-unreadable", 3, ["contacts"]]]);
    expect(ruleOf(report, "contacts")).toMatchObject({ total: 24, condition: "ok" });
  });

  test.each(["n/a", "1,234", "1 234", "many"])("a count of %s is no number, and the sum is unknown", async (count) => {
    const counts = `records_processed = CASE WHEN start_time >= '2026-07-10' THEN '${count}' ELSE records_processed END`;
    await using warehouse = await inText(engine, repeat(DAYS), [...TIMES, "records_processed"], counts);
    const { report } = await ask(warehouse);
    expect(qualityOf(report)).toEqual([["inexact-counts", 21, ["contacts"]]]);
    expect(ruleOf(report, "contacts")).toMatchObject({ total: 24, records: { processed: null } });
  });

  test("a count beyond 2^53 is exact nowhere, and unknown also where a run is listed", async () => {
    const counts = "records_processed = CASE WHEN start_time >= '2026-07-10' THEN '9223372036854775807' ELSE '5' END";
    await using warehouse = await inText(engine, repeat(DAYS), [...TIMES, "records_processed"], counts);
    const { report } = await ask(warehouse, { flags: ["--detailed"] });
    expect(qualityOf(report)).toEqual([["inexact-counts", 21, ["contacts"]]]);
    expect(ruleOf(report, "contacts").records.processed).toBeNull();
    const runs = report.detailed_metrics?.rule_runs["contacts"]?.runs ?? [];
    expect(runs.slice(0, 20).map(({ records }) => records)).toEqual(Array.from({ length: 20 }, () => null));
  });

  test("counts that are text and numbers are read, and no text at all is no count", async () => {
    const counts = "records_processed = CASE WHEN start_time >= '2026-07-10' THEN ' 7 ' ELSE '' END";
    await using warehouse = await inText(engine, repeat(DAYS), [...TIMES, "records_processed"], counts);
    const { report } = await ask(warehouse);
    expect(qualityOf(report)).toEqual([]);
    expect(ruleOf(report, "contacts").records.processed).toBe(147);
  });

  test("a run that ends after the window is running in it, however early it began", async () => {
    const backfill = run({
      rule: "backfill",
      start: at("06-29 10:00"),
      end: at("07-10 12:00"),
      status: "failed",
      error: "OOM",
    });
    const runs = [...repeat({ from: "06-20 00:00", to: "07-12 00:00", every: HOUR }), backfill];
    await using warehouse = await makeWarehouse(engine, { runs });
    const before = await ask(warehouse, { as: "07-07 11:00" });
    expect(ruleOf(before.report, "backfill")).toMatchObject({
      condition: "stuck",
      since: "2026-06-29T10:00:00Z",
      failed: 0,
    });
    expect(JSON.stringify(before.report)).not.toContain("OOM");
    const after = await ask(warehouse);
    expect(ruleOf(after.report, "backfill")).toMatchObject({ condition: "failing", since: "2026-07-10T12:00:00Z" });
    // What began before the reach is in no total, and that is said.
    expect(qualityOf(after.report)).toEqual([["began-too-early", 1, ["backfill"]]]);
    expect(after.report.findings.map(({ message }) => message)).toContain(
      "1 run of backfill ended here and began before 7 Jul 21:00, too early to be in the total",
    );
  });

  test("a rule without a name is one rule, however it is missing", async () => {
    const bad = { status: "failed", error: "boom" };
    const runs = [
      ...repeat(DAYS),
      ...repeat({ ...DAYS, from: "07-10 17:00", rule: "" }, () => bad),
      ...repeat({ ...DAYS, from: "07-10 19:00", rule: "  " }, () => bad),
    ];
    await using warehouse = await makeWarehouse(engine, { runs });
    const { report } = await ask(warehouse);
    expect(report.rules.map(({ rule_name, total }) => [rule_name, total])).toEqual([
      ["(no name)", 6],
      ["contacts", 24],
    ]);
  });

  test("a rule that runs on with words nobody knows is unknown, and the word is named", async () => {
    const runs = [
      ...repeat(DAYS),
      ...repeat({ ...DAYS, rule: "deals" }, () => ({ status: "Erledigt" })),
      ...repeat({ ...DAYS, rule: "users" }, (start) => (start >= at("07-09 12:00") ? { status: "true" } : {})),
      ...repeat({ ...DAYS, rule: "tasks" }, (_, index) => (index % 5 === 0 ? { status: "odd" } : {})),
      ...repeat({ ...DAYS, to: "07-06 12:00", rule: "gone" }, () => ({ status: "Erledigt" })),
    ];
    const schedules = ["deals", "users", "gone"].map((model) => cron("0 * * * *", model));
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    const { report } = await ask(warehouse);
    expect(report.rules.map(({ rule_name, condition }) => [rule_name, condition])).toEqual([
      ["contacts", "ok"],
      ["deals", "unknown"],
      ["gone", "overdue"],
      ["tasks", "ok"],
      ["users", "unknown"],
    ]);
    expect(ruleOf(report, "deals").message).toContain('have the unknown status "Erledigt"; no success known');
    expect(ruleOf(report, "users").message).toContain('have the unknown status "true"; last success');
    const ids = report.findings.map(({ id }) => id);
    expect(ids).toContain("unknown-status");
    expect(ids).not.toContain("utilization-low");
  });
});

test.each([
  { status: "success", code: 4, says: "its runs have no start (rows 1): read a view" },
  { status: "queued", code: 0, says: "no run of this CRM is known" },
])("behind a view no run has a start: $status, on both engines", async ({ status, code, says }) => {
  for (const engine of ENGINES) {
    const time = engine === "sqlite" ? "text" : "timestamptz";
    await using tables = await makeTables(
      engine,
      `CREATE TABLE jobs (id int, name text, status text, begun ${time}, ended ${time});
    INSERT INTO jobs VALUES (1, 'a', '${status}', NULL, NULL);
    CREATE VIEW automation_actions AS SELECT id, 'hubspot' AS crm_source, name AS rule, status, begun AS started_at, ended AS finished_at, 1 AS records_processed, 0 AS records_created, 0 AS records_updated, 0 AS records_failed, NULL AS error,
      false AS dry_run, false AS wrapper FROM jobs`,
    );
    const cwd = directoryWith(`[crm.hubspot]\nurl = "${tables.url}"\n`);
    const ended = await runCli(["generate", "--no-store", "--as-of", at("07-10 21:00")], { cwd });
    expect([engine, ended.code]).toEqual([engine, code]);
    expect(ended.stdout).toContain(says);
  }
});

test("a column of a type that is no time is named by check, as by a report", async () => {
  await using warehouse = await makeWarehouse("postgresql", { runs: repeat({ ...DAYS, takes: MINUTE }) });
  await warehouse.sql?.unsafe("ALTER TABLE orchestration.sync_history ALTER end_time TYPE time");
  const { stdout } = await runCli(["check"], { cwd: directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`) });
  expect(stdout).toMatch(/error plan +columns of other types than a report needs: end_time \(time without time zone\)/);
  expect(stdout).not.toContain("search_path");
});
