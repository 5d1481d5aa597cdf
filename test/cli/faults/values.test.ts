/** Dates, numbers and names beyond the host language, in a row or in a saved document: one row is one row, and nothing is a bug. */
import { groupPasses } from "../../../src/report/document/saved-pass.ts";
import { reportsIn } from "../../making/passes.ts";
import { viewOf } from "../../making/views.ts";
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { renderSaved } from "../../../src/render/renderers.ts";
import { parseReport } from "../../../src/report/document/parse.ts";
import { freshDirectory, runCli } from "../../making/cli.ts";
import { draws, isLong } from "../../making/draws.ts";
import { expectOthers, GENERATE, launch, makeTrio, type Trio } from "../../making/faults.ts";
import { numbered } from "../../making/numbers.ts";
import type { TestDatabase } from "../../making/postgres-server.ts";
import { assertPublishable } from "../../making/reports.ts";
import type { Report } from "../../../src/report/document/schema.ts";
import {
  fillSyncHistory,
  historyDdl,
  insertHistory,
  run,
  SCHEDULE_DDL,
  sharedServer,
} from "../../making/warehouses.ts";

const AS_OF = ["--as-of", "2026-07-10T21:00:00Z"];
const RESERVED = ["constructor", "prototype", "__proto__"].map((key) => ({ key }));

/** Runs of rule r1 at 1, 2, 3 and 4 o'clock, of which row 2 will be hostile, and a schedule for each of two rules. */
function goodRuns(crm: string) {
  return [1, 2, 3, 4].map((hour) => {
    const day = `2026-07-10T0${hour}`;
    return run({ crm, rule: "r1", start: `${day}:00:00Z`, end: `${day}:00:10Z`, processed: 1 });
  });
}

type Expected = { total?: number; records?: number | null; quality?: string };

let trio: Trio;

beforeAll(async () => {
  trio = await makeTrio();
});
afterAll(async () => await trio.healthy.close());

/** Of the hostile CRMs, beside the two that are well; each is read, by check too, and the two are as ever. */
async function reportsBeside(cwd: string, crms: string): Promise<Report[]> {
  const [first, last] = ["first", "last"].map((name) => `[crm.${name}]\nurl = "${trio.healthyUrl}"\n`);
  writeFileSync(join(cwd, "automation-reports.toml"), `${first}${crms}${last}`);
  const { code, stdout, stderr } = await runCli(GENERATE, { cwd });
  expect([code, stderr]).toEqual([0, ""]);
  const reports = reportsIn(stdout);
  for (const report of reports) assertPublishable(report);
  const isWell = ({ metadata: { source } }: Report) => source === "first" || source === "last";
  expectOthers(reports.filter(isWell), trio);
  return reports.filter((report) => !isWell(report));
}

/** In the terminal, and by check; in the short form each third of the CRMs. */
async function expectNoFailure(cwd: string): Promise<void> {
  const all = readFileSync(join(cwd, "automation-reports.toml"), "utf8").split(/(?=^\[crm\.)/m);
  const chosen = all.filter((_, index) => isLong || all.length < 6 || index % 3 === 1).join("");
  writeFileSync(join(cwd, "chosen.toml"), chosen, { mode: 0o600 });
  const flags = ["--config", "chosen.toml", "--quiet"];
  const table = await runCli(["generate", ...AS_OF, "--detailed", ...flags], { cwd });
  expect([table.code, table.stderr]).toEqual([0, ""]);
  const checked = await runCli(["check", "--format", "json", ...flags], { cwd });
  expect([checked.code, checked.stderr]).toEqual([0, ""]);
}

describe("PostgreSQL: one row of sync_history or sync_schedule", () => {
  const history = (column: string, value: string) => `UPDATE sync_history SET ${column} = ${value} WHERE id = 2`;
  const retype = (table: string, column: string, type: string) =>
    `ALTER TABLE ${table} ALTER ${column} TYPE ${type} USING ${column}::text::${type}`;
  const schedule = (column: string, value: string) => `UPDATE sync_schedule SET ${column} = ${value} WHERE id = 1`;
  const rows: ({ name: string; sql: string[] } & Expected)[] = [
    {
      name: "a start in the year 294276",
      sql: [history("start_time", "'294276-12-31'")],
      total: 3,
      quality: "start-in-future",
    },
    { name: "a start at infinity", sql: [history("start_time", "'infinity'")], total: 3, quality: "start-at-infinity" },
    {
      name: "a start at -infinity",
      sql: [history("start_time", "'-infinity'")],
      total: 3,
      quality: "start-at-infinity",
    },
    { name: "a start in 4713 BC", sql: [history("start_time", "'4713-01-01 BC'")], total: 3 },
    {
      name: "an end in the year 294276",
      sql: [history("end_time", "'294276-12-31'")],
      quality: "finished-without-end",
    },
    { name: "an end at infinity", sql: [history("end_time", "'infinity'")], quality: "finished-without-end" },
    {
      name: "a count of 2^63 - 1",
      sql: [retype("sync_history", "records_processed", "bigint"), history("records_processed", "9223372036854775807")],
      records: null,
      quality: "inexact-counts",
    },
    {
      name: "a count of 2^53, of which a sum with 3 is still exact in no language",
      sql: [retype("sync_history", "records_processed", "bigint"), history("records_processed", "9007199254740992")],
      records: null,
      quality: "inexact-counts",
    },
    {
      name: "a count of 10^400",
      sql: [retype("sync_history", "records_processed", "numeric"), history("records_processed", "('1e400')::numeric")],
      records: null,
      quality: "inexact-counts",
    },
    {
      name: "a count that is no number",
      sql: [retype("sync_history", "records_processed", "float8"), history("records_processed", "'NaN'")],
      records: null,
      quality: "inexact-counts",
    },
    ...["constructor", "prototype", "__proto__", "toString", "hasOwnProperty"].flatMap((name) => [
      { name: `a rule called ${name}`, sql: [history("sync_type", `'${name}'`), schedule("model_name", `'${name}'`)] },
      {
        name: `a status called ${name}`,
        sql: [history("status", `'${name}'`)],
        total: 3,
        quality: "unknown-status",
      },
    ]),
    ...[String.raw`{"a":"\u0000"}`, String.raw`{"a":"\ud800"}`, '{"a":1e999999}', "[", ""].map((json) => ({
      name: `a configuration of type ${json === "[" || json === "" ? "text" : "json"}: ${json || "empty"}`,
      sql: [
        retype("sync_history", "configuration", json === "[" || json === "" ? "text" : "json"),
        history("configuration", `'${json}'`),
      ],
    })),
    {
      name: "options of type json that jsonb refuses",
      sql: [retype("sync_schedule", "options", "json"), schedule("options", String.raw`'{"a":"\u0000"}'`)],
    },
    {
      name: "metrics of type json that jsonb refuses",
      sql: [
        retype("sync_history", "performance_metrics", "json"),
        history("performance_metrics", String.raw`'{"a":"\u0000","success_rate":1e400}'`),
      ],
    },
    ...["start_at", "end_at", "created_at", "updated_at"].flatMap((column) =>
      ["infinity", "-infinity", "294276-12-31", "4713-01-01 BC"].map((value) => ({
        name: `a schedule's ${column} at ${value}`,
        sql: [schedule(column, `'${value}'`)],
      })),
    ),
    {
      name: "a schedule of every 10^400 hours",
      sql: [retype("sync_schedule", "every", "numeric"), schedule("every", "('1e400')::numeric")],
    },
    {
      name: "a schedule of every NaN hours",
      sql: [retype("sync_schedule", "every", "numeric"), schedule("every", "'NaN'")],
    },
    { name: "a schedule of no hours", sql: [schedule("every", "0")] },
    { name: "a schedule without anything", sql: [schedule("every", "NULL, period = NULL")] },
  ];

  const expected = rows.map(({ total = 4, records = total, quality = "nothing odd", ...row }) => ({
    known: records ?? "unknown",
    ...row,
    total,
    records,
    quality,
  }));
  const cwd = freshDirectory();
  let database: TestDatabase;
  let reports: Report[];

  beforeAll(async () => {
    database = await (await sharedServer()).createDatabase();
    for (const [index, { sql }] of rows.entries()) {
      const schema = `s${index}`;
      const tables = `${historyDdl("M", `${schema}.sync_history`)}; ${SCHEDULE_DDL.replaceAll("orchestration", schema)}`;
      await database.sql.unsafe(`CREATE SCHEMA ${schema}; ${tables}`);
      await insertHistory(database.sql, `${schema}.sync_history`, goodRuns(`crm${index}`));
      await database.sql
        .unsafe(`SET search_path TO ${schema}; ALTER TABLE sync_history ALTER configuration DROP NOT NULL;
        INSERT INTO sync_schedule (source_key, name, mode, recurrence_type, every, period, enabled, options, created_at, updated_at,
          crm_source, model_name) SELECT 'k', 'n' || n, 'delta', 'interval', 1, 'hours', true, '{}', '2026-01-01', '2026-01-01',
          'crm${index}', 'r' || n FROM generate_series(1, 2) n`);
      for (const statement of sql) await database.sql.unsafe(`SET search_path TO ${schema}; ${statement}`);
    }
    const crms = rows.map((_, index) => `[crm.crm${index}]\nurl = "${database.url}"\nschema = "s${index}"\n`).join("");
    reports = await reportsBeside(cwd, crms);
  });
  afterAll(async () => await database.close());

  test.each(
    numbered(
      "V1",
      expected.map((row, index) => ({ ...row, index })),
    ),
  )(
    "$no one row of four with $name → exit 0: $total runs, $known records, $quality",
    ({ index, total, records, quality: odd }) => {
      const { performance_metrics: metrics, data_quality: quality } = reports[index]!;
      expect([metrics.total_actions, metrics.records.processed]).toEqual([total, records]);
      expect(quality.map(({ id, count }) => `${count} ${id}`)).toEqual(odd === "nothing odd" ? [] : [`1 ${odd}`]);
    },
  );

  test("V2 the same rows, in the terminal and by check → exit 0, nothing on stderr", async () => {
    await expectNoFailure(cwd);
  });
});

describe("PostgreSQL: words of schedules that are none", () => {
  const MINUTES = [
    "*/0",
    "60-0",
    "1-99999999",
    "*/1e9",
    "-1",
    "0,0,0,0",
    "٣",
    "１",
    "0x10",
    "1.5",
    "*-*",
    "?",
    "L",
    "@reboot",
    "MON",
    "",
    " ",
    "0\n0",
    "0-59/0",
    "5/",
    "/5",
    "__proto__",
    `${"0,".repeat(50_000)}0`,
    `*/${"9".repeat(400)}`,
  ];
  const EVERY = [
    [2_147_483_647, "days"],
    [-2_147_483_648, "hours"],
    [1, "microseconds"],
    [1, "centuries"],
    [1, "__proto__"],
    [1, null],
  ] as const;

  test(`V13 ${MINUTES.length} crontabs and ${EVERY.length} intervals that are none → exit 0, each run is counted, within 20 s`, async () => {
    const database = await (await sharedServer()).createDatabase();
    const { sql } = database;
    await fillSyncHistory("M")(sql, goodRuns("dead"), [{ crm: "dead", name: "r1", enabled: true }]);
    await sql`ALTER TABLE orchestration.sync_schedule ALTER minute TYPE text`;
    for (const minute of MINUTES)
      await sql`INSERT INTO orchestration.sync_schedule (source_key, name, mode, recurrence_type, minute, hour, day_of_week, day_of_month, month_of_year,
        enabled, options, created_at, updated_at, crm_source, model_name)
        VALUES ('k', 'n', 'delta', 'crontab', ${minute}, '*', '*', '*', '*', true, '{}', now(), now(), 'dead', 'r1')`;
    for (const [every, period] of EVERY)
      await sql`INSERT INTO orchestration.sync_schedule (source_key, name, mode, recurrence_type, every, period, enabled, options, created_at, updated_at,
        crm_source, model_name) VALUES ('k', 'n', 'delta', 'interval', ${every}, ${period}, true, '{}', now(), now(), 'dead', 'r1')`;
    const cwd = freshDirectory();
    const began = performance.now();
    const reports = await reportsBeside(cwd, `[crm.dead]\nurl = "${database.url}"\n`);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(reports.map(({ performance_metrics: metrics }) => metrics.total_actions)).toEqual([4]);
    await expectNoFailure(cwd);
    await database.close();
  });
});

describe("SQLite, where every column holds anything", () => {
  const HISTORY = [
    "crm_source",
    "sync_type",
    "start_time",
    "end_time",
    "status",
    "records_processed",
    "records_created",
    "records_updated",
    "records_failed",
    "error_message",
    "configuration",
    "performance_metrics",
    "created_at",
  ];
  const SCHEDULE = [
    "source_key",
    "name",
    "mode",
    "recurrence_type",
    "every",
    "period",
    "minute",
    "hour",
    "day_of_week",
    "day_of_month",
    "month_of_year",
    "start_at",
    "end_at",
    "enabled",
    "options",
    "created_at",
    "updated_at",
    "crm_source",
    "model_name",
  ];
  const VALUES = [
    "x'ff00fe'",
    "9e999",
    "9223372036854775807",
    "-9223372036854775808",
    "1.5",
    "NULL",
    "'__proto__'",
    "CAST(x'c300' AS TEXT)",
    "'294276-12-31 00:00:00'",
    "hex(zeroblob(50000))",
  ];

  const all = 4 + VALUES.length;
  /** Of these columns the value decides whether a row is a finished run of the CRM, in the window. */
  const fewer: Record<string, number> = { crm_source: 4, start_time: 4, status: 4 };
  const columns = [
    ...HISTORY.map((column) => ({ table: "sync_history", column, total: fewer[column] ?? all })),
    ...SCHEDULE.map((column) => ({ table: "sync_schedule", column, total: all })),
  ].map((column, index) => ({ ...column, index }));
  const cwd = freshDirectory();
  let reports: Report[];

  beforeAll(async () => {
    const database = new Database(join(cwd, "w.sqlite"));
    database.run(`CREATE TABLE sync_history (id INTEGER PRIMARY KEY, ${HISTORY.join(", ")})`);
    database.run(`CREATE TABLE sync_schedule (id INTEGER PRIMARY KEY, ${SCHEDULE.join(", ")})`);
    const add = database.transaction(() => {
      for (const { table, column, index } of columns) {
        const crm = `crm${index}`;
        // Four good rows, and one for each hostile value.
        for (let minute = 10; minute < 14 + VALUES.length; minute += 1) {
          const at = `2026-07-10 01:${minute}`;
          database.run(`INSERT INTO sync_history VALUES (NULL, '${crm}', 'r1', '${at}:00', '${at}:10', 'success', 1, 1, 0, 0, NULL, '{}',
            '{}', '2026-07-10')`);
          const [often, rest] = ["'interval', 1, 'hours'", "NULL, NULL, NULL, NULL, NULL"];
          const kind = minute % 2 === 0 ? `${often}, ${rest}` : "'crontab', NULL, NULL, '0', '*', '*', '*', '*'";
          database.run(`INSERT INTO sync_schedule VALUES (NULL, 'k', 'n', 'delta', ${kind}, NULL, NULL, 1, '{}', '2026-01-01',
            '2026-01-01', '${crm}', 'r1')`);
        }
        const { last } = database
          .query<{ last: number }, [string]>(`SELECT max(id) AS last FROM ${table} WHERE crm_source = ?`)
          .get(crm) ?? { last: 0 };
        for (const [at, value] of VALUES.entries()) {
          database.run(`UPDATE ${table} SET ${column} = ${value} WHERE id = ${last - at}`);
        }
      }
    });
    add();
    database.close();
    reports = await reportsBeside(
      cwd,
      columns.map(({ index }) => `[crm.crm${index}]\nurl = "sqlite:w.sqlite"\n`).join(""),
    );
  });

  test.each(numbered("V3", columns))(
    "$no 10 hostile values in column $column of $table on SQLite, and 4 good rows → exit 0: $total of 14 runs",
    ({ index, total }) => {
      expect(reports[index]?.performance_metrics.total_actions).toBe(total);
    },
  );

  test("V4 the same rows, in the terminal and by check → exit 0, nothing on stderr", async () => {
    await expectNoFailure(cwd);
  });
});

describe("saved documents: a report or a typed error", () => {
  let cwd: string;
  let original: string;
  /** The one report of it. */
  let report: string;

  beforeAll(async () => {
    cwd = freshDirectory();
    await runCli(["demo", "--dir", cwd, ...AS_OF]);
    original = (await runCli(["generate", ...AS_OF, "--crm", "hubspot", "--detailed", "--format", "json"], { cwd }))
      .stdout;
    report = JSON.stringify(reportsIn(original)[0], null, 2);
  });

  const printAgain = async (text: string, args: string[] = ["--detailed"]) => {
    writeFileSync(join(cwd, "saved.json"), text);
    return await runCli(["generate", "--input", "saved.json", ...args], { cwd });
  };
  /** The document with one more key in a table, as text: a literal of JavaScript would not keep `__proto__`. */
  const withKey = (table: string, key: string, value: string, document = original) =>
    document.replace(`"${table}": {`, `"${table}": { ${JSON.stringify(key)}: ${value},`);

  test.each(numbered("V5", RESERVED))(
    "$no a saved rule called $key whose figures are none → exit 2, with its place",
    async ({ key }) => {
      const { code, stdout, stderr } = await printAgain(withKey("rule_metrics", key, "[]"));
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toEqual(
        expect.stringContaining(
          `/saved.json: it is not a pass: reports.0.detailed_metrics.rule_metrics.${key}.total_executions is missing\n`,
        ),
      );
    },
  );

  test.each(numbered("V6", RESERVED))(
    "$no a saved rule called $key with figures → exit 0, printed",
    async ({ key }) => {
      const figures = /"rule_metrics": \{\s*"[^"]+": (\{(?:[^{}]|\{[^{}]*\})*\})/.exec(original)?.[1] ?? "";
      const { code, stdout, stderr } = await printAgain(withKey("rule_metrics", key, figures));
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toContain(`  ${key}`);
      const json = await printAgain(withKey("rule_metrics", key, figures), ["--format", "json"]);
      expect(json.stdout).toContain(`"${key}": {`);
    },
  );

  test.each(numbered("V7", RESERVED))("$no a saved key $key where none may be → exit 2, one line", async ({ key }) => {
    for (const table of ["metadata", "performance_metrics", "evidence", "limits"]) {
      const { code, stderr } = await printAgain(withKey(table, key, "[[]]"));
      expect([table, code]).toEqual([table, 2]);
      expect(stderr).toMatch(/^error: [^\n]+saved\.json: it is not a pass: [^\n]+\n$/);
    }
  });

  test.each(
    numbered("V8", [
      { name: "an instant that is none", from: /"window_end": "[^"]+"/, to: '"window_end": "2026-02-31T99:00:00Z"' },
      { name: "a number beyond all", from: /"total_actions": \d+/, to: '"total_actions": 1e999' },
      { name: "100,000 brackets alone", from: /^[\s\S]*$/, to: "[".repeat(100_000) },
      { name: "a list within a list alone", from: /^[\s\S]*$/, to: "[[{}]]" },
      { name: "null alone", from: /^[\s\S]*$/, to: "null" },
      { name: "an empty list alone", from: /^[\s\S]*$/, to: "[]" },
    ]),
  )("$no a saved document with $name → exit 2, one line", async ({ from, to }) => {
    const { code, stdout, stderr } = await printAgain(original.replace(from, () => to));
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
  });

  test("V9 whatever becomes of a saved document → exit 0 or 2, within 300 MB and 20 s", async () => {
    const places = ["--detailed", "--format=json"];
    const { numRuns, seed } = draws(12, 600);
    const drawn = fc.sample(fc.tuple(damage(original), fc.constantFrom(...places)), { numRuns, seed });
    for (const [text, flag] of drawn) {
      writeFileSync(join(cwd, "saved.json"), text);
      const ended = await launch(["generate", "--input", "saved.json", flag], { cwd }).trial;
      expect([0, 2]).toContain(ended.code);
      expect(ended.stderr).not.toContain("a bug in");
      expect(ended.peakBytes).toBeLessThan(300_000_000);
      expect(ended.tookMs).toBeLessThan(20_000);
    }
  });

  test("V10 whatever becomes of a saved report, checked and printed in one process → no exception", async () => {
    const view = viewOf({ width: 100, sections: true, detailed: true });
    let printed = 0;
    await fc.assert(
      fc.asyncProperty(damage(report), async (text) => {
        const read = parseReport(text);
        if (read.status === "unreadable")
          return expect(read.problem).toMatch(
            /^(?:it is not |schema_version \S+ is (?:newer than this program knows|older than this program reads): )/,
          );
        printed += 1;
        for (const format of ["table", "json"] as const) {
          expect(await renderSaved(groupPasses([read.report]), format, view)).not.toBe("");
        }
      }),
      draws(200, 20_000),
    );
    // Else the property would only say that every change is refused.
    expect(printed).toBeGreaterThan(10);
  });

  test("V11 a kept report that was damaged → exit 5, in words; a row that was is left out", async () => {
    const path = join(cwd, "store.sqlite");
    writeFileSync(
      join(cwd, "kept.toml"),
      `[crm.hubspot]\nurl = "sqlite:warehouse.sqlite"\npreset = "sync-history"\n[store]\npath = "store.sqlite"\n`,
    );
    const kept = ["--config", "kept.toml"];
    await runCli(["generate", ...AS_OF, ...kept], { cwd });
    const store = new Database(path);
    const { id } = store.query<{ id: string }, []>("SELECT id FROM automation_reports_reports").get() ?? { id: "" };
    const hostile = withKey("rule_metrics", "constructor", "[]", report);
    store.run("UPDATE automation_reports_reports SET document = ?", [hostile]);
    store.close();
    for (const args of [
      ["history", "show", id],
      ["history", "diff", id, id],
    ]) {
      const { code, stderr } = await runCli([...args, ...kept], { cwd });
      expect([code, stderr]).toEqual([
        5,
        expect.stringContaining("rule_metrics.constructor.total_executions is missing"),
      ]);
    }
    const damaged = new Database(path);
    damaged.run("UPDATE automation_reports_reports SET generated_ms = 9007199254740991");
    damaged.close();
    const { code, stderr } = await runCli(["history", "list", ...kept], { cwd });
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^warning: store [^\n]*: generated_ms is not as this program writes it[^\n]*\n/),
    ]);
  });

  test("V12 rules with names of a prototype, exported, printed again, kept and compared → exit 0", async () => {
    const other = freshDirectory();
    const database = new Database(join(other, "w.sqlite"));
    database.run(
      "CREATE TABLE sync_history (id INTEGER PRIMARY KEY, crm_source, sync_type, start_time, end_time, status, records_processed, records_created, records_updated, records_failed, error_message, configuration)",
    );
    for (const name of [...RESERVED.map(({ key }) => key), "toString", "valueOf"]) {
      database.run(
        "INSERT INTO sync_history VALUES (NULL, 'a', ?, '2026-07-10 01:00:00', '2026-07-10 01:00:10', 'failed', 1, 0, 0, 1, ?, '{}')",
        [name, name],
      );
    }
    database.close();
    writeFileSync(
      join(other, "automation-reports.toml"),
      '[crm.a]\nurl = "sqlite:w.sqlite"\n[store]\npath = "store.sqlite"\n',
    );
    const made = await runCli(["generate", ...AS_OF, "--detailed", "--export-json", "--output-dir", "out"], {
      cwd: other,
    });
    expect(made.code).toBe(0);
    const file = readdirSync(join(other, "out")).find((name) => name.endsWith(".json")) ?? "";
    const exported = readFileSync(join(other, "out", file), "utf8");
    for (const { key } of RESERVED) expect(exported).toContain(`"${key}": {`);
    expect(await runCli(["generate", "--input", join("out", file), "--detailed"], { cwd: other })).toMatchObject({
      code: 0,
      stderr: "",
    });
    const list = await runCli(["history", "list", "--format", "json"], { cwd: other });
    const [{ id }] = JSON.parse(list.stdout) as [{ id: string }];
    expect(await runCli(["history", "show", id], { cwd: other })).toMatchObject({ code: 0, stderr: "" });
    expect(await runCli(["history", "diff", id, id], { cwd: other })).toMatchObject({ code: 0 });
    expect(await runCli(["store", "check"], { cwd: other })).toMatchObject({ code: 0 });
  });
});

/** What may stand for a number, for a text, and for anything. */
const NUMBERS = ["0", "-0", "1", "0.5", "-1", "1e999", "1e308", "5e-324", "9007199254740993", "366000000"];
const TEXTS = [
  '""',
  '"constructor"',
  '"__proto__"',
  String.raw`"\u0000\u001b[2J\u202e"`,
  String.raw`"\ud800"`,
  '"2026-02-31T23:59:59Z"',
  '"2026-13-45T25:61:61Z"',
  '"9999-12-31T23:59:59.999Z"',
  '"+275760-09-13T00:00:00Z"',
  '"critical"',
  `"${"x".repeat(100_000)}"`,
];
const ANYTHING = ["null", "true", "[]", "{}", "[[]]", '{"__proto__":[]}', "[".repeat(2000), ",", ...NUMBERS, ...TEXTS];

/** A document with some of its values replaced by others, mostly of their own kind, moved, or cut off. */
function damage(text: string): fc.Arbitrary<string> {
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*":?|-?\d[\d.e+-]*|true|false|null|[[\]{},]/g)]
    .map(({ 0: token, index }) => ({ token, index }))
    .filter(({ token }) => !token.endsWith(":"));
  const change = fc.record({
    at: fc.nat(tokens.length - 1),
    pick: fc.nat(),
    kind: fc.oneof(
      { weight: 8, arbitrary: fc.constant("alike" as const) },
      { weight: 1, arbitrary: fc.constantFrom("other", "delete", "double", "cut") },
    ),
  });
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) =>
    changes
      .toSorted((a, b) => b.at - a.at)
      .reduce((document, { at, pick, kind }) => {
        const { token, index } = tokens[at] ?? { token: "", index: 0 };
        const [before, after] = [document.slice(0, index), document.slice(index + token.length)];
        if (kind === "cut") return before;
        const alike = /^[-\d]/.test(token) ? NUMBERS : token.startsWith('"') ? TEXTS : [token];
        const pieces = kind === "other" ? ANYTHING : alike;
        const piece = { delete: "", double: `${token}${token}` }[kind as string] ?? pieces[pick % pieces.length];
        return `${before}${piece ?? ""}${after}`;
      }, text),
  );
}
