/** Cases: hand-made rows of one CRM on both engines, and what the executable says about them. */
import { Database } from "bun:sqlite";
import { join } from "node:path";
import type postgres from "postgres";
import type { Finding, Report } from "../../src/report/document/schema.ts";
import { directoryWith, freshDirectory, runCli, type Ended } from "./cli.ts";
import { historyDdl, run, SCHEDULE_DDL, sharedServer, type RunRow } from "./warehouses.ts";
import { reportsIn } from "./passes.ts";

export const ENGINES = ["postgresql", "sqlite"] as const;
export type CaseEngine = (typeof ENGINES)[number];

/** A row of sync_schedule; what is left out is null. */
export type ScheduleRow = {
  model: string;
  crm: string;
  recurrence: string;
  every?: number | null;
  period?: string;
  minute?: string;
  hour?: string;
  dayOfWeek?: string;
  dayOfMonth?: string;
  monthOfYear?: string;
  startAt?: string;
  endAt?: string;
  enabled: boolean;
  createdAt: string | null;
  updatedAt: string | null;
};

/** On PostgreSQL a status is varchar(20), where nothing else is said. */
export type Rows = { runs: RunRow[]; schedules?: ScheduleRow[]; statusType?: "text" };

/** A database with rows in it; on PostgreSQL `sql` may change it further. */
export type CaseWarehouse = AsyncDisposable & { url: string; sql: postgres.Sql | null };

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const NOW = "07-10 21:00";

/** `07-10 21:00` or `07-10 21:00:30` of 2026, in UTC. */
export function at(short: string): string {
  return new Date(`2026-${short.replace(" ", "T")}Z`).toISOString();
}

export function later(instant: string, ms: number): string {
  return new Date(Date.parse(instant) + ms).toISOString();
}

type Series = { from: string; to: string; every: number; takes?: number | null; rule?: string; crm?: string };

/** One success after the other, both bounds included; `change` may make each of them another. Without `takes`: a minute. */
export function repeat(
  { from, to, every, takes = MINUTE, rule = "contacts", crm = "hubspot" }: Series,
  change: (start: string, index: number) => Partial<RunRow> = () => ({}),
): RunRow[] {
  const [firstMs, lastMs] = [Date.parse(at(from)), Date.parse(at(to))];
  const count = Math.floor((lastMs - firstMs) / every) + 1;
  return Array.from({ length: count }, (_, index) => {
    const start = new Date(firstMs + index * every).toISOString();
    const end = takes === null ? null : later(start, takes);
    return run({ crm, rule, start, end, processed: 100, created: 5, updated: 90, ...change(start, index) });
  });
}

const LONG_AGO = "2026-01-01T00:00:00.000Z";

/** A crontab's five fields. */
export function cron(fields: string, model: string, change: Partial<ScheduleRow> = {}): ScheduleRow {
  const [minute = "*", hour = "*", dayOfMonth = "*", monthOfYear = "*", dayOfWeek = "*"] = fields.split(" ");
  const when = { minute, hour, dayOfMonth, monthOfYear, dayOfWeek };
  return { ...scheduled(model), recurrence: "crontab", ...when, ...change };
}

export function interval(every: number, period: string, model: string, change: Partial<ScheduleRow> = {}): ScheduleRow {
  return { ...scheduled(model), recurrence: "interval", every, period, ...change };
}

function scheduled(model: string): Omit<ScheduleRow, "recurrence"> {
  return { model, crm: "hubspot", enabled: true, createdAt: LONG_AGO, updatedAt: LONG_AGO };
}

const MAKERS: Record<CaseEngine, (rows: Rows) => Promise<CaseWarehouse>> = {
  postgresql: makeOnPostgres,
  sqlite: async (rows) => makeOnSqlite(rows),
};

/** sync_history and sync_schedule with these rows. */
export async function makeWarehouse(engine: CaseEngine, rows: Rows): Promise<CaseWarehouse> {
  return await MAKERS[engine](rows);
}

export type Asked = { as?: string; flags?: string[]; crm?: string; settings?: string };

/** What the executable says of the CRM; `as` is the window's end. */
export async function ask(
  { url }: Pick<CaseWarehouse, "url">,
  { as = NOW, flags = [], crm = "hubspot", settings = "" }: Asked = {},
): Promise<Ended & { report: Report }> {
  const cwd = directoryWith(`[crm.${crm}]\nurl = "${url}"\n${settings}\n`);
  const ended = await runCli(["generate", "--no-store", "--format", "json", "--as-of", at(as), ...flags], { cwd });
  return { ...ended, report: readReport(ended) };
}

/** As `ask`, of rows that are made for it alone. */
export async function judge(engine: CaseEngine, rows: Rows, asked: Asked = {}): Promise<Report> {
  await using warehouse = await makeWarehouse(engine, rows);
  return (await ask(warehouse, asked)).report;
}

/** The one report that was printed. */
function readReport({ stdout, stderr }: Ended): Report {
  const [report] = stdout === "" ? [] : reportsIn(stdout);
  if (report === undefined) throw new Error(`no report: ${stderr}`);
  return report;
}

/** The one entry of a rule. */
export function ruleOf({ rules }: Report, name: string) {
  const rule = rules.find(({ rule_name }) => rule_name === name);
  if (rule === undefined) throw new Error(`${name} is not among ${rules.map((one) => one.rule_name).join(", ")}`);
  return rule;
}

/** Findings that somebody has to act on. */
export function alarms({ findings }: Report): Finding[] {
  return findings.filter(({ severity }) => severity !== "info");
}

async function makeOnPostgres({ runs, schedules = [], statusType }: Rows): Promise<CaseWarehouse> {
  const { sql, url, drop } = await (await sharedServer()).createDatabase();
  await sql.unsafe(`CREATE SCHEMA orchestration; ${historyDdl("H")}; ${SCHEDULE_DDL};
    ALTER TABLE orchestration.sync_schedule ALTER created_at DROP NOT NULL, ALTER updated_at DROP NOT NULL`);
  if (statusType !== undefined) {
    await sql.unsafe(`ALTER TABLE orchestration.sync_history ALTER status TYPE ${statusType}`);
  }
  const insertRuns = `INSERT INTO orchestration.sync_history (crm_source, sync_type, start_time, end_time, status, records_processed,
      records_created, records_updated, records_failed, error_message, configuration)
    SELECT crm, rule, start, "end", status, coalesce(processed, 0), coalesce(created, 0), coalesce(updated, 0),
      coalesce(failed, 0), error, coalesce(configuration, '{}')
    FROM jsonb_to_recordset($1::text::jsonb) AS r(crm text, rule text, start timestamptz, "end" timestamptz, status text,
      processed int, created int, updated int, failed int, error text, configuration jsonb)`;
  await sql.unsafe(insertRuns, [JSON.stringify(runs)]);
  for (const row of schedules) {
    await sql`INSERT INTO orchestration.sync_schedule (source_key, name, mode, recurrence_type, every, period, minute, hour,
        day_of_week, day_of_month, month_of_year, start_at, end_at, enabled, options, created_at, updated_at, crm_source, model_name)
      VALUES (${row.crm}, ${row.model}, 'delta', ${row.recurrence}, ${row.every ?? null}, ${row.period ?? null},
        ${row.minute ?? null}, ${row.hour ?? null}, ${row.dayOfWeek ?? null}, ${row.dayOfMonth ?? null},
        ${row.monthOfYear ?? null}, ${row.startAt ?? null}, ${row.endAt ?? null}, ${row.enabled}, '{}', ${row.createdAt}, ${row.updatedAt}, ${row.crm}, ${row.model})`;
  }
  return { url, sql, [Symbol.asyncDispose]: drop };
}

function makeOnSqlite({ runs, schedules = [] }: Rows): CaseWarehouse {
  const path = join(freshDirectory(), "warehouse.sqlite");
  using database = new Database(path);
  database.run(`CREATE TABLE sync_history (id INTEGER PRIMARY KEY, crm_source, sync_type, endpoint, start_time, end_time, status,
    records_processed, records_created, records_updated, records_failed, error_message, configuration, performance_metrics,
    created_at)`);
  database.run(`CREATE TABLE sync_schedule (id INTEGER PRIMARY KEY, source_key, name, mode, recurrence_type, every, period, minute,
    hour, day_of_week, day_of_month, month_of_year, start_at, end_at, enabled, created_at, updated_at, crm_source, model_name)`);
  const addRun = database.prepare(`INSERT INTO sync_history (crm_source, sync_type, start_time, end_time, status,
    records_processed, records_created, records_updated, records_failed, error_message, configuration)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const addSchedule =
    database.prepare(`INSERT INTO sync_schedule (source_key, name, mode, recurrence_type, every, period, minute,
    hour, day_of_week, day_of_month, month_of_year, start_at, end_at, enabled, created_at, updated_at, crm_source, model_name)
    VALUES (?, ?, 'delta', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  database.transaction(() => {
    for (const row of runs) {
      const counts = [row.processed, row.created, row.updated, row.failed];
      addRun.run(row.crm, row.rule, row.start, row.end, row.status, ...counts, row.error, row.configuration ?? "{}");
    }
    for (const row of schedules) {
      const days = [row.dayOfWeek ?? null, row.dayOfMonth ?? null, row.monthOfYear ?? null];
      const when = [row.every ?? null, row.period ?? null, row.minute ?? null, row.hour ?? null, ...days];
      const enabled = row.enabled ? 1 : 0;
      addSchedule.run(
        row.crm,
        row.model,
        row.recurrence,
        ...when,
        row.startAt ?? null,
        row.endAt ?? null,
        enabled,
        row.createdAt,
        row.updatedAt,
        row.crm,
        row.model,
      );
    }
  })();
  return { url: `sqlite:${path}`, sql: null, [Symbol.asyncDispose]: async () => {} };
}
