/** Reports and passes: kept as the JSON they were published as, and checked when they are read. */
import * as v from "valibot";
import { parseReport, type ParsedReport } from "../report/document/parse.ts";
import { parsePass, type ParsedPass } from "../report/document/parse.ts";
import { REPORT_STATUSES, VERDICTS, type Verdict } from "../report/words.ts";
import type { Report } from "../report/document/schema.ts";
import type { Engine } from "./engine.ts";
import type { Family } from "./family.ts";
import { insertPass, type MadePass } from "./keep.ts";
import {
  findPresent,
  findSettled,
  listPasses,
  PassRowSchema,
  stampPasses,
  type PassFilter,
  type PassRow,
} from "./passes.ts";
import {
  askGood,
  BATCH,
  buildFilter,
  deleteAll,
  instant,
  keyOf,
  nameColumn,
  readAll,
  whole,
  type Row,
} from "./rows.ts";

export type Reports = Family<"reports" | "passes"> & {
  /** Keeps all of a pass that no slot asked for, or nothing. A pass that is handed over again changes nothing. */
  keepPass: (made: MadePass, origin: string) => Promise<void>;
  /** Newest first, without rows that another program spoiled. */
  list: (filter: ReportFilter) => Promise<ReportRow[]>;
  /**
   * The end of what may be the newest, epoch milliseconds. What is kept from later was made while a clock was ahead, and would else be the
   * newest for as long. Where nothing else is kept, no moment is.
   */
  findPresent: (nowMs: number) => Promise<number>;
  /**
   * From when ages are counted before anything is deleted, epoch milliseconds: at most a week and a day after the newest pass that is
   * older than a week. A clock that has leapt ahead deletes nothing by its new time until passes have borne it out for a week.
   */
  findSettled: (nowMs: number) => Promise<number>;
  /** Of each source the newest so many from before that moment, newest first, all of one state of the store. */
  listNewest: (sources: string[], each: number, untilMs: number) => Promise<Map<string, NewestReports>>;
  /** How many there are, whatever the limit. */
  count: (filter: Omit<ReportFilter, "limit">) => Promise<number>;
  /** A report that can no longer be read is a value, not an error. */
  read: (id: string) => Promise<ParsedReport | { status: "missing" }>;
  /** As `read`, of what a pass says about itself. */
  readPass: (id: string) => Promise<ParsedPass | { status: "missing" }>;
  /** Newest first. */
  listPasses: (filter: PassFilter) => Promise<PassRow[]>;
  /** Another one after a pass from before that moment was kept or deleted, whoever did it. */
  stamp: (untilMs: number) => Promise<string>;
};

export type ReportRow = {
  id: string;
  passId: string;
  source: string;
  /** A schedule's name, or `adhoc`. */
  origin: string;
  generatedMs: number;
  windowStartMs: number;
  windowEndMs: number;
  status: Report["metadata"]["status"];
  /** Null: kept by an older program, which did not write it. */
  summary: ReportSummary | null;
};

/** `spoiled`: what is wrong with each row among them that is left out, and whether it is newer than they are. */
export type NewestReports = { rows: ReportRow[]; spoiled: { text: string; isNewer: boolean }[] };

/** `successful`: null where runs ended and no rate of them is known; `critical`: how many of the findings are. */
type ReportSummary = { verdict: Verdict; successful: number | null; total: number; critical: number };

export type ReportFilter = {
  ids?: string[];
  passIds?: string[];
  sources?: string[];
  sinceMs?: number;
  untilMs?: number;
  /** Before that moment. With it the rows come by the end of their window, the latest first. */
  windowEndMs?: number;
  /** Lengths of windows. */
  windowsMs?: number[];
  status?: ReportRow["status"];
  verdicts?: Verdict[];
  /** Schedules' names, or `adhoc`. */
  origins?: string[];
  /** Only what comes after that row, in the order of rows without `windowEndMs`. */
  after?: Pick<ReportRow, "generatedMs" | "id">;
  limit: number;
};

const COLUMNS =
  "id, pass_id, source, origin, generated_ms, window_start_ms, window_end_ms, status, verdict, successful, total, critical";

const RowSchema = v.pipe(
  v.object({
    id: v.string(),
    pass_id: v.string(),
    source: v.string(),
    origin: v.string(),
    generated_ms: instant,
    window_start_ms: instant,
    window_end_ms: instant,
    status: v.picklist(REPORT_STATUSES),
    verdict: v.nullable(v.picklist(VERDICTS)),
    successful: v.nullable(whole),
    total: v.nullable(whole),
    critical: v.nullable(whole),
  }),
  v.transform((row): ReportRow => ({
    id: row.id,
    passId: row.pass_id,
    source: row.source,
    origin: row.origin,
    generatedMs: row.generated_ms,
    windowStartMs: row.window_start_ms,
    windowEndMs: row.window_end_ms,
    status: row.status,
    summary: readSummary(row),
  })),
);

export function reportsOf(engine: Engine): Reports {
  return {
    keepPass: async (made, origin) =>
      await engine.transact(
        async (ask) => await insertPass(engine, ask, made, { origin, slotMs: null, attempt: null }),
      ),
    list: async (filter) => await listReports(engine, filter),
    findPresent: async (nowMs) => await findPresent(engine, nowMs),
    findSettled: async (nowMs) => await findSettled(engine, nowMs),
    listNewest: async (sources, each, untilMs) => await listNewest(engine, sources, each, untilMs),
    count: async (filter) => await countReports(engine, filter),
    read: async (id) => await readReport(engine, id),
    readPass: async (id) => await readPass(engine, id),
    listPasses: async (filter) => await listPasses(engine, filter),
    stamp: async (untilMs) => await stampPasses(engine, untilMs),
    check: async () => [...(await checkReports(engine)), ...(await checkPasses(engine))],
    prune: async (beforeMs) => ({
      reports: await deleteAll(engine, deleteOf("reports", "generated_ms"), beforeMs),
      passes: await deleteAll(engine, deleteOf("passes", "started_ms"), beforeMs),
    }),
  };
}

function writeFilter(filter: Omit<ReportFilter, "limit">): ReturnType<typeof buildFilter> {
  return buildFilter([
    ["id IN (?)", filter.ids],
    ["pass_id IN (?)", filter.passIds],
    ["source IN (?)", filter.sources],
    ["generated_ms >= ?", filter.sinceMs],
    ["generated_ms < ?", filter.untilMs],
    ["window_end_ms < ?", filter.windowEndMs],
    ["window_end_ms - window_start_ms IN (?)", filter.windowsMs],
    ["status = ?", filter.status],
    ["verdict IN (?)", filter.verdicts],
    ["origin IN (?)", filter.origins],
    ["generated_ms <= ?", filter.after?.generatedMs],
    ["(-generated_ms, id) > (?)", filter.after && [-filter.after.generatedMs, filter.after.id]],
  ]);
}

async function countReports(engine: Engine, filter: Omit<ReportFilter, "limit">): Promise<number> {
  const { where, values } = writeFilter(filter);
  const [row] = await engine.look(
    async (ask) => await ask(`SELECT count(*) AS n FROM automation_reports_reports ${where}`, values),
  );
  return v.parse(whole, row?.["n"]);
}

async function listReports(engine: Engine, filter: ReportFilter): Promise<ReportRow[]> {
  const { where, values } = writeFilter(filter);
  const order = filter.windowEndMs === undefined ? "" : "window_end_ms DESC, ";
  const text = `SELECT ${COLUMNS} FROM automation_reports_reports ${where} ORDER BY ${order}generated_ms DESC, id LIMIT $${values.length + 1}`;
  return await engine.look(
    async (ask) =>
      await askGood(ask, { text, values, limit: filter.limit }, RowSchema, (row) => saySpoiled(engine, row)),
  );
}

async function listNewest(
  engine: Engine,
  sources: string[],
  each: number,
  untilMs: number,
): Promise<Map<string, NewestReports>> {
  const text = `SELECT ${COLUMNS} FROM automation_reports_reports WHERE source = $1 AND generated_ms < $2 ORDER BY generated_ms DESC, id LIMIT $3`;
  return await engine.look(async (ask) => {
    const newest = new Map<string, NewestReports>();
    for (const source of sources) {
      const bad: Row[] = [];
      const rows = await askGood(ask, { text, values: [source, untilMs], limit: each }, RowSchema, (row) => {
        saySpoiled(engine, row);
        bad.push(row);
      });
      const newestMs = rows[0]?.generatedMs ?? -Infinity;
      const spoiled = bad.map((row) => ({
        text: nameSpoiled(row) ?? "",
        isNewer: Number(row["generated_ms"]) > newestMs,
      }));
      newest.set(source, { rows, spoiled });
    }
    return newest;
  });
}

function nameSpoiled(row: Row): string | null {
  const problem = nameColumn(RowSchema, row);
  return problem === null ? null : `report ${String(row["id"])}: ${problem}`;
}

function saySpoiled(engine: Engine, row: Row): void {
  engine.say(`${nameSpoiled(row) ?? ""}: it is left out: see automation-reports store check`);
}

async function readReport(engine: Engine, id: string): ReturnType<Reports["read"]> {
  const [row] = await engine.look(
    async (ask) => await ask("SELECT document FROM automation_reports_reports WHERE id = $1", [id]),
  );
  return row === undefined ? { status: "missing" } : parseReport(String(row["document"]));
}

async function readPass(engine: Engine, id: string): ReturnType<Reports["readPass"]> {
  const [row] = await engine.look(
    async (ask) => await ask("SELECT document FROM automation_reports_passes WHERE id = $1", [id]),
  );
  return row === undefined ? { status: "missing" } : parsePass(String(row["document"]));
}

type Nullable<T> = { [Key in keyof T]: T[Key] | null };

function readSummary({ verdict, successful, total, critical }: Nullable<ReportSummary>): ReportSummary | null {
  const isKnown = verdict !== null && total !== null && critical !== null;
  return isKnown ? { verdict, successful, total, critical } : null;
}

/** A report without the pass that made it was left by another program: both are kept and deleted together. */
async function checkReports(engine: Engine): Promise<string[]> {
  const text = `SELECT ${COLUMNS}, document, EXISTS (SELECT 1 FROM automation_reports_passes AS pass
      WHERE pass.id = report.pass_id) AS made
    FROM automation_reports_reports AS report WHERE id > $1 ORDER BY id LIMIT ${BATCH}`;
  const problems: string[] = [];
  for await (const row of readAll(engine, text, [""], keyOf("id"))) {
    const read = parseReport(String(row["document"]));
    const problem =
      nameColumn(RowSchema, row) ??
      (read.status === "unreadable" ? read.problem : null) ??
      (Number(row["made"]) === 0 ? "the pass that made it is not kept" : null);
    if (problem !== null) problems.push(`report ${String(row["id"])}: ${problem}`);
  }
  return problems;
}

async function checkPasses(engine: Engine): Promise<string[]> {
  const text = `SELECT id, origin, slot_ms, attempt, started_ms, document FROM automation_reports_passes
    WHERE id > $1 ORDER BY id LIMIT ${BATCH}`;
  const problems: string[] = [];
  for await (const row of readAll(engine, text, [""], keyOf("id"))) {
    const problem = nameColumn(PassRowSchema, row);
    if (problem !== null) problems.push(`pass ${String(row["id"])}: ${problem}`);
  }
  return problems;
}

function deleteOf(kind: "reports" | "passes", column: string): string {
  const table = `automation_reports_${kind}`;
  return `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE ${column} < $1 LIMIT ${BATCH}) RETURNING 1 AS deleted`;
}
