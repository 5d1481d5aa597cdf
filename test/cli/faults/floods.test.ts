/** What grows with the data has a bound: in the terminal, in JSON, in logs, in time and in memory. What is cut is counted. */
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../../src/report/document/schema.ts";
import { directoryWith, freshDirectory, runCli } from "../../making/cli.ts";
import { expectOthers, GENERATE, launch, makeTrio, type Trio } from "../../making/faults.ts";
import { reportsIn } from "../../making/passes.ts";
import { killLaunched } from "../../making/scheduler.ts";
import { installServer, startServer } from "../../making/serving.ts";
import type { TestDatabase } from "../../making/postgres-server.ts";
import { assertPublishable } from "../../making/reports.ts";
import { historyDdl, SCHEDULE_DDL, sharedServer } from "../../making/warehouses.ts";
import { numbered } from "../../making/numbers.ts";

const AS_OF = ["--as-of", "2026-07-10T21:00:00Z"];
const MOST_BYTES = 350_000_000;
/** For a build machine under load; alone it takes a tenth of it. */
const MOST_MS = 60_000;

let trio: Trio;
let database: TestDatabase;

beforeAll(async () => {
  trio = await makeTrio();
  database = await (await sharedServer()).createDatabase();
  await database.sql.unsafe(`CREATE SCHEMA orchestration; ${historyDdl("M")}; ${SCHEDULE_DDL};
    ALTER TABLE orchestration.sync_history ALTER sync_type TYPE text, ALTER status TYPE text;
    DROP INDEX orchestration.sync_history_status_idx, orchestration.sync_history_crm_source_sync_type_idx;
    ALTER TABLE orchestration.sync_schedule ALTER model_name TYPE text, ALTER minute TYPE text, ALTER recurrence_type TYPE text`);
});
afterAll(async () => {
  killLaunched();
  await trio.healthy.close();
  await database.close();
});

/** Runs of the CRM, one for each number up to `count`, in the day before the window's end. */
async function addRuns(
  crm: string,
  count: number,
  { rule, status, error }: Record<"rule" | "status" | "error", string>,
) {
  await database.sql
    .unsafe(`INSERT INTO orchestration.sync_history (crm_source, sync_type, start_time, end_time, status, records_processed,
    records_created, records_updated, records_failed, error_message, configuration, performance_metrics, created_at)
    SELECT '${crm}', ${rule}, at, at + interval '10 s', ${status}, 1, 1, 0, 0, ${error}, '{}', '{}', at
    FROM (SELECT g, timestamptz '2026-07-10 20:50Z' - (g % 1400) * interval '1 min' AS at FROM generate_series(1, ${count}) g) runs`);
}

async function addSchedules(
  crm: string,
  count: number,
  { model, minute, hour }: Record<"model" | "minute" | "hour", string>,
) {
  await database.sql
    .unsafe(`INSERT INTO orchestration.sync_schedule (source_key, name, mode, recurrence_type, minute, hour, day_of_week,
    day_of_month, month_of_year, enabled, options, created_at, updated_at, crm_source, model_name)
    SELECT 'k', 'n' || g, 'delta', 'crontab', ${minute}, ${hour}, '*', '*', '*', true, '{}', '2026-01-01', '2026-01-01', '${crm}', ${model}
    FROM generate_series(1, ${count}) g`);
}

function configure(crm: string): string {
  return directoryWith(`[crm.${crm}]\nurl = "${database.url}"\ntimeout = "2m"\n[store]\npath = "store.sqlite"\n`);
}

/** With the two that are well, whose documents are as ever. */
function configureAmong(crm: string, url = database.url): string {
  const tables = `[crm.first]\n[crm.${crm}]\nurl = "${url}"\ntimeout = "2m"\n[crm.last]\n`;
  return directoryWith(`[defaults]\nurl = "${trio.healthyUrl}"\n${tables}`);
}

async function reportOn(crm: string, cwd = configureAmong(crm)): Promise<{ report: Report; bytes: number }> {
  const ended = await launch(GENERATE, { cwd }).trial;
  expect([ended.code, ended.stderr]).toEqual([0, ""]);
  expect(ended.peakBytes).toBeLessThan(MOST_BYTES);
  expect(ended.tookMs).toBeLessThan(MOST_MS);
  const reports = reportsIn(ended.stdout);
  const isOfCrm = ({ metadata }: Report) => metadata.source === crm;
  expectOthers(
    reports.filter((report) => !isOfCrm(report)),
    trio,
  );
  const report = reports.find(isOfCrm);
  assertPublishable(report);
  return { report, bytes: JSON.stringify(report, null, 2).length };
}

async function linesOn(crm: string, flags: string[] = []): Promise<string[]> {
  const ended = await runCli(["generate", ...AS_OF, ...flags], { cwd: configure(crm), env: { COLUMNS: "120" } });
  expect(ended.code).toBe(0);
  return ended.stdout.split("\n");
}

describe("2,000 rules, half of them failing", () => {
  beforeAll(async () => {
    await addRuns("many", 8000, {
      rule: "'rule_' || g % 2000",
      status: "CASE WHEN g % 2 = 0 THEN 'failed' ELSE 'success' END",
      error: "CASE WHEN g % 2 = 0 THEN 'HTTP 500 on ' || g END",
    });
  });

  test("F1 2,000 rules, half of them failing, in the terminal → less than 100 lines, and how many more there are", async () => {
    const lines = await linesOn("many");
    expect(lines.length).toBeLessThan(100);
    expect(lines.join("\n")).toMatch(/and [\d,]+ more with --detailed/);
    const detailed = await linesOn("many", ["--detailed"]);
    expect(detailed.length).toBeLessThan(500);
    expect(detailed.filter((line) => /and [\d,]+ more with --format json/.test(line)).length).toBeGreaterThanOrEqual(2);
  });

  test("F2 the same in JSON → the 1,000 most urgent rules, the figures of all, and what was left out", async () => {
    const { report, bytes } = await reportOn("many");
    expect(report.performance_metrics).toMatchObject({ total_actions: 8000, failed_actions: 4000 });
    expect(report.system_health).toMatchObject({ active_rules: 2000, total_rules: 2000 });
    expect([report.rules.length, report.findings.length]).toEqual([1000, 1000]);
    expect(report.rules.filter(({ condition }) => condition === "failing")).toHaveLength(1000);
    expect(report.omitted).toMatchObject({
      rules: 1000,
      "quality_metrics.rule_reliability": 1000,
      "detailed_metrics.rule_metrics": 1000,
    });
    expect(report.recommendations.every(({ finding }) => finding < report.findings.length)).toBe(true);
    expect(bytes).toBeLessThan(6_000_000);
  });

  test("F3 the same saved, printed again, kept, listed and compared → exit 0, within the same lines", async () => {
    const cwd = configure("many");
    const made = await runCli(["generate", ...AS_OF, "--export-json", "--output-dir", "out", "--quiet"], { cwd });
    expect(made.code).toBe(0);
    const again = await runCli(["generate", "--input", "out/latest/many.json"], { cwd });
    expect([again.code, again.stdout.split("\n").length < 100]).toEqual([0, true]);
    const list = await runCli(["history", "list", "--format", "json"], { cwd });
    const [{ id }] = JSON.parse(list.stdout) as [{ id: string }];
    const shown = await runCli(["history", "show", id], { cwd });
    expect([shown.code, shown.stdout.split("\n").length < 500]).toEqual([0, true]);
    expect(await runCli(["history", "diff", id, id], { cwd })).toMatchObject({ code: 0 });
  });

  test("F22 the same explained: a rule that the report leaves out, all of them, and one of a kept report → it is explained, or the rest is counted", async () => {
    const cwd = configure("many");
    const one = await runCli(["explain", "many", "rule_1999", ...AS_OF], { cwd });
    expect([one.code, one.stderr, one.stdout.split("\n")[0]]).toEqual([
      0,
      "",
      "many rule_1999 · ok · at 10 Jul 2026 21:00 UTC",
    ]);
    const wrong = await runCli(["explain", "many", "rule_199x", ...AS_OF], { cwd });
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringMatching(/^error: many has no rule "rule_199x": .*rule_199/),
    ]);
    const listed = "the report on many lists 1,000 of its 2,000 rules, the most urgent ones";
    const next = "automation-reports explain many RULE reads any of them";
    const all = await runCli(["explain", "many", ...AS_OF], { cwd });
    expect([all.code, all.stderr]).toEqual([0, `warning: ${listed}: ${next}\n`]);
    expect((await runCli(["generate", ...AS_OF, "--quiet"], { cwd })).code).toBe(0);
    const kept = await runCli(["history", "explain", "many", "rule_1999"], { cwd });
    expect([kept.code, kept.stderr.split("\n").filter((line) => line.startsWith("error:"))]).toEqual([
      2,
      [`error: ${listed}, and no "rule_1999": ${next}`],
    ]);
  });

  test("F23 the same as lines and as gauges → each finding is counted, and no severity is missing", async () => {
    const cwd = configure("many");
    const lines = (await runCli(["generate", ...AS_OF, "--format", "findings"], { cwd })).stdout.trimEnd().split("\n");
    const left = lines.filter((line) => line.split("\t")[3] === "left-out");
    expect(left.length).toBeGreaterThan(0);
    const counts = new Map(left.map((line) => [line.split("\t")[0], Number(/\t(\d+) more /.exec(line)?.[1])]));
    const gauges = (await runCli(["generate", ...AS_OF, "--format", "openmetrics"], { cwd })).stdout;
    for (const severity of ["critical", "warning", "info"]) {
      const told = lines.filter((line) => line.startsWith(`${severity}\t`) && !left.includes(line)).length;
      const all = told + (counts.get(severity) ?? 0);
      expect(gauges).toContain(`automation_reports_findings{crm="many",severity="${severity}"} ${all}\n`);
    }
  });

  test("F24 the same served → a rule that is left out is not denied, and all of them are counted", async () => {
    const crms = `[crm.many]\nurl = "${database.url}"\ntimeout = "2m"\n`;
    const cwd = installServer("", { crms });
    expect((await runCli(["generate", ...AS_OF, "--quiet"], { cwd })).code).toBe(0);
    const server = await startServer(cwd);
    const listed = "lists 1,000 of its 2,000 rules, the most urgent ones";
    const one = await server.ask("/api/v1/crms/many/rules/rule_1999");
    const { detail } = (await one.json()) as { detail: string };
    expect([one.status, detail]).toEqual([
      404,
      `The newest report of this CRM ${listed}, and none of that name: automation-reports explain CRM RULE reads any of them.`,
    ]);
    const page = await server.ask("/crms/many/rule?name=rule_1999");
    expect([page.status, await page.text()]).toEqual([
      404,
      expect.stringContaining(`It ${listed}. This reads any of them: automation-reports explain many RULE`),
    ]);
    const all = (await (await server.ask("/api/v1/crms/many/rules")).json()) as object;
    expect(all).toMatchObject({ total: 1000, omitted: 1000 });
    const crm = (await (await server.ask("/api/v1/crms/many")).json()) as object;
    expect(crm).toMatchObject({ conditions: { failing: 1000, ok: 1000 } });
    await server.stop();
  });

  test("F4 90 failing rules → nothing is left out", async () => {
    await addRuns("fewer", 2000, { rule: "'rule_' || g % 90", status: "'failed'", error: "'HTTP 500'" });
    const { report } = await reportOn("fewer");
    expect([report.rules.length, report.omitted]).toEqual([90, undefined]);
  });
});

describe("80 CRMs", () => {
  const crms = Array.from({ length: 80 }, (_, index) => `[crm.c${index}]\ncrm_source = "one"\n`).join("");

  test("F5 80 CRMs of one cause → one sentence that names some and counts the rest", async () => {
    await addRuns("one", 30, { rule: "'r'", status: "'failed'", error: "'connection refused'" });
    const cwd = directoryWith(`[defaults]\nurl = "${database.url}"\n${crms}`);
    const { code, stdout, stderr } = await runCli(["generate", ...AS_OF], { cwd, env: { COLUMNS: "100" } });
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.split("\n").filter((line) => line !== "");
    expect(lines.length).toBeLessThan(70);
    expect(stdout.replaceAll(/\s+/g, " ")).toMatch(
      /✗ c0,(?: c\d+,){1,30} c\d+ and [56]\d more connection errors \d\d:\d\d–\d\d:\d\d, not known to be over: connection refused/,
    );
    const told = (await runCli(["generate", ...AS_OF, "--format", "findings"], { cwd })).stdout.split("\n");
    const sentence = told.find((line) => line.split("\t")[3] === "failures-shared") ?? "";
    expect(sentence).toContain("80 CRMs");
    expect(sentence.length).toBeLessThan(300);
  });

  test.each(
    numbered("F6", [
      { causes: 20, shown: 20, left: "" },
      { causes: 200, shown: 59, left: "  and 141 more causes: " },
    ]),
  )(
    "$no three CRMs with the same $causes causes → $shown sentences, and how many more",
    async ({ causes, shown, left }) => {
      const crm = `causes_${causes}`;
      await addRuns(crm, causes * 4, {
        rule: `'r' || g % ${causes}`,
        status: "'failed'",
        error: `'no such thing as thing ' || chr(65 + g % 20) || chr(97 + g % ${causes} / 20) || ' here'`,
      });
      const three = ["a", "b", "c"].map((name) => `[crm.${name}]\ncrm_source = "${crm}"\n`).join("");
      const cwd = directoryWith(`[defaults]\nurl = "${database.url}"\n${three}`);
      const { code, stdout } = await runCli(["generate", ...AS_OF], { cwd });
      expect(code).toBe(0);
      const lines = stdout.split("\n");
      expect(lines.filter((line) => /^[✗!] a, b, c +failures alike /.test(line))).toHaveLength(shown);
      expect(lines.find((line) => line.startsWith("  and ")) ?? "").toStartWith(left);
    },
  );
});

describe("thousands of schedules of one CRM, in seconds", () => {
  test("F7 10,000 schedules, each of a rule of its own, at a minute of its own → 1,000 rules, and how many more", async () => {
    await addSchedules("own", 10_000, { model: "'m' || g", minute: "(g % 60)::text", hour: "(g % 24)::text" });
    const { report } = await reportOn("own");
    expect([report.rules.length, report.omitted?.["rules"]]).toEqual([1000, 9000]);
  });

  test("F8 4,000 schedules of every minute → each is counted", async () => {
    await addSchedules("minutes", 4000, { model: "'m' || g", minute: "'*'", hour: "'*'" });
    const { report } = await reportOn("minutes");
    expect(report.system_health.total_rules).toBe(4000);
  });

  test("F9 10,000 schedules of one rule, the same and different ones → 100 of them, and how many more", async () => {
    await addRuns("single", 10, { rule: "'m'", status: "'success'", error: "NULL" });
    await addSchedules("single", 5000, { model: "'m'", minute: "'*'", hour: "'*'" });
    await addSchedules("single", 5000, { model: "'m'", minute: "(g % 60)::text", hour: "(g % 24)::text" });
    const { report } = await reportOn("single");
    expect(report.rules).toHaveLength(1);
    expect(report.rules[0]?.schedules).toHaveLength(100);
    expect(report.omitted?.["rules.schedules"]).toBe(9900);
  });

  test("F10 4,000 schedules of 2,000 rules that ran, under names that are only alike → each run is counted", async () => {
    await addRuns("alike", 2000, { rule: "'sync_table_' || g", status: "'success'", error: "NULL" });
    await addSchedules("alike", 4000, { model: "'SyncTable' || g % 2000", minute: "'0'", hour: "'*'" });
    const { report } = await reportOn("alike");
    expect(report.performance_metrics.total_actions).toBe(2000);
  });

  test("F11 10,000 schedules of a date that never comes → 100 of them, and how many more", async () => {
    await addSchedules("never", 10_000, { model: "'m' || g", minute: "'0'", hour: "'0'" });
    await database.sql.unsafe(
      "UPDATE orchestration.sync_schedule SET day_of_month = '31', month_of_year = '2' WHERE crm_source = 'never'",
    );
    const { report } = await reportOn("never");
    expect(report.expectations?.inexpressible).toHaveLength(100);
    expect(report.omitted?.["expectations.inexpressible"]).toBe(9900);
  });
});

describe("names and words of 100 kB", () => {
  const LONG = 100_000;

  test("F12 names and words of 100 kB on PostgreSQL → shortened to 261 characters, within 500 kB", async () => {
    await addRuns("long", 50, {
      rule: `repeat(chr(107 + g % 10), ${LONG})`,
      status: "CASE WHEN g % 2 = 0 THEN 'failed' ELSE 'success' END",
      error: `repeat('x', ${LONG})`,
    });
    await addRuns("long", 20, { rule: "'r'", status: `repeat('s' || g, ${LONG})`, error: "NULL" });
    await addSchedules("long", 20, {
      model: `repeat(chr(97 + g % 26), ${LONG})`,
      minute: `repeat('1,', ${LONG})`,
      hour: "'*'",
    });
    const { report, bytes } = await reportOn("long");
    expect(report.performance_metrics.total_actions).toBe(50);
    expect(bytes).toBeLessThan(500_000);
    expect(report.rules.every(({ rule_name: name }) => name.length <= 1000)).toBe(true);
    expect(report.rules.map(({ rule_name: name }) => name)).toContain(`${"m".repeat(200)}…${"m".repeat(60)}`);
    const lines = await linesOn("long");
    expect(lines.join("\n").length).toBeLessThan(50_000);
  });

  test("F13 names and words of 100 kB on SQLite → shortened to 261 characters, within 200 kB", async () => {
    const cwd = freshDirectory();
    const sqlite = new Database(join(cwd, "w.sqlite"));
    sqlite.run(
      "CREATE TABLE sync_history (id INTEGER PRIMARY KEY, crm_source, sync_type, start_time, end_time, status, records_processed, records_created, records_updated, records_failed, error_message, configuration)",
    );
    sqlite.run(
      "CREATE TABLE sync_schedule (id INTEGER PRIMARY KEY, source_key, name, mode, recurrence_type, every, period, minute, hour, day_of_week, day_of_month, month_of_year, start_at, end_at, enabled, options, created_at, updated_at, crm_source, model_name)",
    );
    for (const letter of "klmnopqr") {
      const name = letter.repeat(LONG);
      sqlite.run(
        "INSERT INTO sync_history VALUES (NULL, 'long', ?, '2026-07-10 01:00:00', '2026-07-10 01:00:10', 'failed', 1, 0, 0, 1, ?, '{}')",
        [name, name],
      );
      sqlite.run(
        "INSERT INTO sync_schedule VALUES (NULL, 'long', 'n', 'delta', 'crontab', NULL, NULL, ?, '*', '*', '*', '*', NULL, NULL, 1, '{}', NULL, NULL, 'long', ?)",
        [name, name],
      );
    }
    sqlite.close();
    const { report, bytes } = await reportOn("long", configureAmong("long", `sqlite:${join(cwd, "w.sqlite")}`));
    expect(report.performance_metrics.failed_actions).toBe(8);
    expect(report.rules.map(({ rule_name: name }) => name)).toContain(`${"k".repeat(200)}…${"k".repeat(60)}`);
    expect(bytes).toBeLessThan(200_000);
    expect(
      (await runCli(["generate", ...AS_OF, "--verbose", "--log-format", "json"], { cwd })).stderr.length,
    ).toBeLessThan(10_000);
  });
});

/** A table of no types, as SQLite takes it. */
function writeHistory(cwd: string, rows: string): string {
  const path = join(cwd, "w.sqlite");
  using sqlite = new Database(path);
  sqlite.run(
    "CREATE TABLE sync_history (id INTEGER PRIMARY KEY, crm_source, sync_type, start_time, end_time, status, records_processed, records_created, records_updated, records_failed, error_message, configuration)",
  );
  sqlite.run(`INSERT INTO sync_history ${rows}`);
  return `sqlite:${path}`;
}

const TWO = "(SELECT 1 AS n UNION SELECT 2)";

test("F21 messages of 3 and 5 MB on PostgreSQL → each with its cause, or said to be too long to be read", async () => {
  const lines = String.raw`repeat(E'  File "a.py", line 1, in a\n', 100000)`;
  await addRuns("tall", 9, {
    rule: "'r'",
    status: "'failed'",
    error: String.raw`CASE g % 3
      WHEN 0 THEN E'Traceback (most recent call last):\n' || ${lines} || 'KeyError: left'
      WHEN 1 THEN repeat(chr(233), 1500000) || E'\nCaused by: java.io.IOException: No space left on device\n' || repeat(chr(252), 9000)
      ELSE repeat('abcde', 1000000) END`,
  });
  const { report, bytes } = await reportOn("tall");
  expect(Object.fromEntries(report.error_groups.map(({ example, count }) => [example, count]))).toEqual({
    "(5,000,000 bytes, too long to be read)": 3,
    "Caused by: java.io.IOException: No space left on device": 3,
    "KeyError: left": 3,
  });
  expect(bytes).toBeLessThan(100_000);
});

test("F15 two messages of 100 MB on SQLite → two failures, each said to be too long to be read", async () => {
  const url = writeHistory(
    freshDirectory(),
    `SELECT n, 'long', 'r', '2026-07-10 01:00:00', '2026-07-10 01:00:10', 'failed', 1, 0, 0, 1, hex(zeroblob(50000000)), '{}' FROM ${TWO}`,
  );
  const { report } = await reportOn("long", configureAmong("long", url));
  expect(report.performance_metrics.failed_actions).toBe(2);
  expect(JSON.stringify(report)).toContain("(100,000,000 bytes, too long to be read)");
});

test("F16 a status, an end, a count and a configuration of 50 MB on SQLite → a run of unknown status, in the same memory", async () => {
  const long = "hex(zeroblob(25000000))";
  const url = writeHistory(
    freshDirectory(),
    `SELECT n, 'long', 'r', '2026-07-10 01:00:00', ${long}, ${long}, ${long}, 0, 0, 1, NULL, ${long} FROM (SELECT 1 AS n)`,
  );
  const { report } = await reportOn("long", configureAmong("long", url));
  expect(report.performance_metrics.total_actions).toBe(0);
  expect(JSON.stringify(report)).toContain("(50,000,000 bytes, too long to be read)");
});

test("F17 a message of 5 kB on SQLite → cut as one of 3 kB is", async () => {
  const errors = [600, 1000].map(async (words) => {
    const message = `'begin ' || replace(hex(zeroblob(${words})), '00', 'word ') || 'end'`;
    const url = writeHistory(
      freshDirectory(),
      `SELECT n, 'long', 'r', '2026-07-10 01:00:00', '2026-07-10 01:00:10', 'failed', 1, 0, 0, 1, ${message}, '{}' FROM ${TWO}`,
    );
    const { report } = await reportOn("long", configureAmong("long", url));
    return report.rules[0]?.newest_error;
  });
  const [short, long] = await Promise.all(errors);
  expect(short).toStartWith("begin word word ");
  expect(long).toBe(short);
});

describe("a configuration", () => {
  const configured = (more: string) => directoryWith(`[crm.a]\nurl = "sqlite:a.sqlite"\n${more}`);
  const checked = async (cwd: string) => {
    const startedAt = performance.now();
    const ended = await runCli(["config", "check"], { cwd });
    return { ...ended, lines: ended.stderr.trimEnd().split("\n"), tookMs: performance.now() - startedAt };
  };
  const numbersTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  test("F18 20,000 unknown keys → exit 2, 20 of them in short lines, and how many more", async () => {
    const { code, lines, tookMs } = await checked(
      configured(
        numbersTo(20_000)
          .map((n) => `bogus${n} = 1\n`)
          .join(""),
      ),
    );
    expect([code, lines.length]).toEqual([2, 21]);
    expect(lines[1]).toEndWith(':4:1: unknown key "bogus2"');
    expect(lines.at(-1)).toEndWith(": and 19,980 more problems");
    // What looks each of them up among all the others takes minutes.
    expect(tookMs).toBeLessThan(20_000);
  });

  test("F19 5,000 CRMs with two mistakes each → exit 2, 20 of them, and how many more", async () => {
    const { code, lines, tookMs } = await checked(
      configured(
        numbersTo(5000)
          .map((n) => `[crm.c${n}]\nurl = 5\nthresholds = "x"\n`)
          .join(""),
      ),
    );
    expect([code, lines.length]).toEqual([2, 21]);
    expect(lines.at(-1)).toMatch(/: and [\d,]+ more problems$/);
    expect(tookMs).toBeLessThan(20_000);
  });

  test("F20 5,000 tables of rules → config show within seconds", async () => {
    const cwd = configured(
      numbersTo(5000)
        .map((n) => `[crm.a.rules.no${n}]\nwarn_after = "5h"\n`)
        .join(""),
    );
    const startedAt = performance.now();
    const { code, stdout } = await runCli(["config", "show", "--set"], { cwd });
    expect([code, stdout.match(/^warn_after/gm)?.length]).toEqual([0, 5000]);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });
});

test("F14 a schedule's log of 2,000 rules → less than 70 lines, less than 3,000 characters", async () => {
  const cwd = configure("many");
  writeFileSync(
    join(cwd, "automation-reports.toml"),
    `${readFileSync(join(cwd, "automation-reports.toml"), "utf8")}[export]\nenabled = true\ndir = "out"\n[[schedule]]\nname = "now"\ncron = "* * * * *"\ntime_window = "366d"\n`,
  );
  const { code, stderr } = await runCli(["schedule", "run", "now"], { cwd });
  expect(code).toBe(0);
  expect(stderr.split("\n").length).toBeLessThan(70);
  expect(stderr.length).toBeLessThan(3000);
  const file = readdirSync(join(cwd, "out")).find((name) => name.endsWith(".json")) ?? "";
  expect(readFileSync(join(cwd, "out", file), "utf8").length).toBeLessThan(6_000_000);
});
