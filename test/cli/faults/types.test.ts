/** Values that PostgreSQL allows and JavaScript does not: right counts, unknown instead of wrong, harmless text. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import tables from "../../../src/warehouse/presets/tables.postgres.sql" with { type: "text" };
import type { Report } from "../../../src/report/document/schema.ts";
import { directoryWith } from "../../making/cli.ts";
import {
  AS_OF,
  expectNothingLeft,
  figuresOf,
  GENERATE,
  launch,
  makeTrio,
  runsOf,
  type Trio,
} from "../../making/faults.ts";
import type { TestDatabase } from "../../making/postgres-server.ts";
import { assertPublishable } from "../../making/reports.ts";
import { fillSyncHistory, sharedServer } from "../../making/warehouses.ts";
import { numbered } from "../../making/numbers.ts";
import { reportsIn } from "../../making/passes.ts";

let trio: Trio;

beforeAll(async () => {
  trio = await makeTrio();
});

afterAll(async () => await trio.healthy.close());

/** The reports of the CRMs between the healthy two, which are as ever. */
async function reportsOn(database: TestDatabase, crms: string): Promise<Report[]> {
  const cwd = directoryWith(`[defaults]\nurl = "${trio.healthyUrl}"\n[crm.first]\n${crms}[crm.last]\n`);
  const ended = await launch(GENERATE, { cwd }).trial;
  expect([ended.code, ended.stderr]).toEqual([0, ""]);
  const reports = reportsIn(ended.stdout);
  for (const report of reports) assertPublishable(report);
  expect(figuresOf([reports.at(0), reports.at(-1)])).toEqual(trio.expected);
  await expectNothingLeft(ended, [trio.healthy, database]);
  return reports.slice(1, -1);
}

async function withDatabase(options: string, work: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await (await sharedServer()).createDatabase(options);
  await work(database);
  await database.close();
}

async function reportOn(database: TestDatabase): Promise<Report> {
  const [report] = await reportsOn(database, `[crm.dead]\nurl = "${database.url}"\n`);
  return report!;
}

describe("times beyond JavaScript's", () => {
  const rows = [
    // Without a usable end it counts where it started, and has no duration.
    { started: "2026-07-10 01:00Z", finished: "infinity", total: 1, running: 0, durations: 0 },
    { started: "2026-07-10 01:00Z", finished: "-infinity", total: 1, running: 0, durations: 0 },
    { started: "2026-07-10 01:00Z", finished: "0044-03-15 12:00 BC", total: 1, running: 0, durations: 0 },
    { started: "2026-07-10 01:00Z", finished: "294276-12-31 23:59Z", total: 1, running: 0, durations: 0 },
    // In no window.
    { started: "infinity", finished: null, total: 0, running: 0, durations: 0 },
    { started: "-infinity", finished: "infinity", total: 0, running: 0, durations: 0 },
    { started: "4713-01-01 00:00 BC", finished: "2026-07-10 01:00Z", total: 0, running: 0, durations: 0 },
    { started: "294276-12-31 23:59Z", finished: null, total: 0, running: 0, durations: 0 },
  ];
  let reports: Report[];

  beforeAll(async () => {
    await withDatabase("", async (database) => {
      await database.sql.unsafe(tables);
      for (const [index, { started, finished }] of rows.entries()) {
        await database.sql`INSERT INTO automation_actions (crm_source, rule, status, started_at, finished_at)
          VALUES (${`crm${index}`}, 'sync', 'success', ${started}::text::timestamptz, ${finished}::text::timestamptz)`;
      }
      const crms = rows.map((_, index) => `[crm.crm${index}]\nurl = "${database.url}"\n`).join("");
      reports = await reportsOn(database, crms);
    });
  });

  test.each(
    numbered(
      "T1",
      rows.map((row, index) => ({ ...row, index, end: row.finished ?? "no end" })),
    ),
  )(
    "$no a run from $started to $end → total $total, running $running, durations $durations",
    ({ index, total, running, durations }) => {
      const { performance_metrics: metrics } = reports[index] ?? {};
      expect([metrics?.total_actions, metrics?.running_actions, metrics?.duration_seconds?.n ?? 0]).toEqual([
        total,
        running,
        durations,
      ]);
    },
  );
});

describe("counts that are no numbers, or not whole", () => {
  const rows = [
    { type: "numeric", value: "'NaN'", processed: null },
    { type: "numeric", value: "'Infinity'", processed: null },
    { type: "numeric", value: "'-Infinity'", processed: null },
    { type: "numeric", value: "1e30", processed: null },
    { type: "numeric(20, 2)", value: "3.00", processed: 10 },
    { type: "double precision", value: "'NaN'", processed: null },
    { type: "double precision", value: "'Infinity'", processed: null },
    { type: "bigint", value: "9223372036854775807", processed: null },
    { type: "smallint", value: "3", processed: 10 },
  ];
  let reports: Report[];

  beforeAll(async () => {
    await withDatabase("", async (database) => {
      for (const [index, { type, value }] of rows.entries()) {
        await database.sql.unsafe(`CREATE SCHEMA s${index}; SET search_path TO s${index}; ${tables};
          ALTER TABLE automation_actions ALTER records_processed TYPE ${type};
          INSERT INTO automation_actions (crm_source, rule, status, started_at, finished_at, records_processed, records_created)
          VALUES ('crm${index}', 'odd', 'success', '2026-07-10 01:00Z', '2026-07-10 01:00:10Z', ${value}, 2),
                 ('crm${index}', 'odd', 'failed', '2026-07-10 02:00Z', '2026-07-10 02:00:20Z', 7, 3),
                 ('crm${index}', 'odd', 'success', '2026-07-01 01:00Z', '2026-07-01 01:00:10Z', ${value}, 2);
          RESET search_path`);
      }
      const crms = rows.map((_, index) => `[crm.crm${index}]\nurl = "${database.url}"\nschema = "s${index}"\n`);
      reports = await reportsOn(database, crms.join(""));
    });
  });

  test.each(
    numbered(
      "T2",
      rows.map((row, index) => ({ ...row, index, known: row.processed ?? "unknown" })),
    ),
  )("$no a count of type $type: $value → processed $known, the other counts as ever", ({ index, processed }) => {
    const { performance_metrics: metrics } = reports[index] ?? {};
    expect([metrics?.total_actions, metrics?.failed_actions]).toEqual([2, 1]);
    expect(metrics?.records).toMatchObject({ processed, created: 5, updated: null, failed: null });
  });
});

describe("columns of other types that hold texts", () => {
  const TEXTS = ["crm_source", "sync_type", "status", "error_message"];
  const retype = (columns: string[], type: string) =>
    `ALTER TABLE orchestration.sync_history ${columns.map((column) => `ALTER ${column} TYPE ${type}`).join(", ")}`;
  const LOOSE = "CREATE COLLATION public.loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false)";

  test.each(
    numbered("T6", [
      { name: "of a collation that knows no case", sql: `${LOOSE}; ${retype(TEXTS, "text COLLATE public.loose")}` },
      { name: "padded with blanks", sql: retype(TEXTS, "char(60)") },
      { name: "of the type name", sql: retype(TEXTS, "name") },
      {
        name: "of a domain",
        sql: `CREATE DOMAIN public.short AS text CHECK (length(VALUE) < 90); ${retype(TEXTS, "public.short")}`,
      },
      {
        name: "of an enumeration, the status alone",
        sql: `CREATE TYPE public.state AS ENUM ('success', 'failed'); ${retype(["status"], "public.state USING status::public.state")}`,
      },
    ]),
  )("$no texts $name → exit 0, the document is as ever", async ({ sql }) => {
    await withDatabase("", async (database) => {
      await fillSyncHistory("M")(database.sql, runsOf("dead"), [{ crm: "dead", name: "contacts", enabled: true }]);
      const before = await reportOn(database);
      await database.sql.unsafe(sql);
      expect(figuresOf([await reportOn(database)])).toEqual(figuresOf([before]));
    });
  });
});

describe("a database that checks no encoding", () => {
  const SQL_ASCII = "ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'";

  test("T3 bytes that are no UTF-8 in messages, rules and statuses → counted, shown as replacement characters", async () => {
    await withDatabase(SQL_ASCII, async (database) => {
      await fillSyncHistory("M")(database.sql, runsOf("dead"), []);
      // 0xE9 is é in Latin-1; 0xC3 begins a character that never ends.
      await database.sql
        .unsafe(String.raw`INSERT INTO orchestration.sync_history (crm_source, sync_type, start_time, end_time, status,
        records_processed, records_created, records_updated, records_failed, error_message, configuration, performance_metrics, created_at)
        VALUES ('dead', E'caf\xe9', '2026-07-10 03:00Z', '2026-07-10 03:00:05Z', 'failed', 1, 0, 0, 1, E'refus\xe9 \xc3', '{}', '{}', now()),
               ('dead', E'caf\xe9', '2026-07-10 04:00Z', '2026-07-10 04:00:05Z', E'r\xe9ussi', 1, 0, 0, 0, NULL, '{}', '{}', now())`);
      const { performance_metrics: metrics, detailed_metrics: details } = await reportOn(database);
      expect([metrics.total_actions, metrics.failed_actions, metrics.unknown_status_actions]).toEqual([3, 2, 1]);
      expect(details?.rule_metrics["caf\ufffd"]?.failed_executions).toBe(1);
      expect(details?.recent_actions[1]?.message).toBe("refus\ufffd \ufffd");
    });
  });

  test("T4 a message of 4,001 bytes of UTF-8, cut by bytes → its half character is shown as a replacement", async () => {
    await withDatabase(SQL_ASCII, async (database) => {
      await fillSyncHistory("M")(database.sql, runsOf("dead"), []);
      await database.sql.unsafe(`UPDATE orchestration.sync_history SET error_message = 'x' || repeat('é', 2000)
        WHERE status = 'failed'`);
      const { detailed_metrics: details } = await reportOn(database);
      expect(details?.recent_actions[0]?.message).toMatch(/^xé{20,}\ufffd …$/);
    });
  });

  test("T5 text that acts on a terminal → shown, not obeyed", async () => {
    await withDatabase(SQL_ASCII, async (database) => {
      await fillSyncHistory("M")(database.sql, runsOf("dead"), []);
      await database.sql.unsafe(String.raw`UPDATE orchestration.sync_history
        SET sync_type = E'\x1b]0;owned\x07\xc2\x9b2J\xe2\x80\xae', error_message = E'\x1b[2J\x9b2Jgone' WHERE crm_source = 'dead'`);
      const ended = await launch(["generate", ...AS_OF, "--detailed"], { cwd: trio.withDead(database.url) }).trial;
      expect(ended.code).toBe(0);
      expect(ended.stdout).toContain("gone");
      expect(ended.stdout + ended.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    });
  });
});
