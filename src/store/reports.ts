/** Reports and passes: kept as the JSON they were published as, and checked when they are read. */
import * as v from "valibot";
import { parseReport, type ParsedReport } from "../report/parse.ts";
import { parsePass, type ParsedPass } from "../report/parse.ts";
import type { PassSummary } from "../report/pass-schema.ts";
import { REPORT_STATUSES, VERDICTS, type Verdict } from "../report/words.ts";
import type { Report } from "../report/schema.ts";
import { writeAscii } from "../text/json.ts";
import type { Engine } from "./engine.ts";
import type { Family } from "./family.ts";
import { BATCH, buildFilter, deleteAll, readAll, whole } from "./rows.ts";

export type Reports = Family<"reports" | "passes"> & {
  /** Keeps all of a pass or nothing. A pass that is handed over again changes nothing. */
  keepPass: (made: MadePass) => Promise<void>;
  /** Newest first. */
  list: (filter: ReportFilter) => Promise<ReportRow[]>;
  /** How many there are, whatever the limit. */
  count: (filter: Omit<ReportFilter, "limit">) => Promise<number>;
  /** A report that can no longer be read is a value, not an error. */
  read: (id: string) => Promise<ParsedReport | { status: "missing" }>;
  /** As `read`, of what a pass says about itself. */
  readPass: (id: string) => Promise<ParsedPass | { status: "missing" }>;
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

/** `critical`: how many of the findings are. */
type ReportSummary = { verdict: Verdict; successful: number; total: number; critical: number };

export type ReportFilter = {
  ids?: string[];
  passIds?: string[];
  sources?: string[];
  sinceMs?: number;
  untilMs?: number;
  /** Before that moment. With it the rows come by the end of their window, the latest first. */
  windowEndMs?: number;
  status?: ReportRow["status"];
  limit: number;
};

type MadePass = { pass: PassSummary; reports: Report[]; origin: string; slotMs: number | null };

const RowSchema = v.pipe(
  v.object({
    id: v.string(),
    pass_id: v.string(),
    source: v.string(),
    origin: v.string(),
    generated_ms: whole,
    window_start_ms: whole,
    window_end_ms: whole,
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
    keepPass: async (made) => await keepPass(engine, made),
    list: async (filter) => await listReports(engine, filter),
    count: async (filter) => await countReports(engine, filter),
    read: async (id) => await readReport(engine, id),
    readPass: async (id) => await readPass(engine, id),
    check: async () => await checkReports(engine),
    prune: async (beforeMs) => ({
      reports: await deleteAll(engine, deleteOf("reports", "generated_ms"), beforeMs),
      passes: await deleteAll(engine, deleteOf("passes", "started_ms"), beforeMs),
    }),
  };
}

async function keepPass(engine: Engine, { pass, reports, origin, slotMs }: MadePass): Promise<void> {
  await engine.transact(async (ask) => {
    await ask(
      `INSERT INTO automation_reports_passes (id, origin, slot_ms, started_ms, document) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (id) DO NOTHING`,
      [pass.pass_id, origin, slotMs, Date.parse(pass.started_at), writeAscii(pass)],
    );
    for (const report of reports) {
      const { source, pass_id, report_generated_at, window_start, window_end, status } = report.metadata;
      const times = [report_generated_at, window_start, window_end].map((time) => Date.parse(time));
      await ask(
        `INSERT INTO automation_reports_reports
          (id, pass_id, source, origin, generated_ms, window_start_ms, window_end_ms, status, document,
            verdict, successful, total, critical)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (id) DO NOTHING`,
        [
          nameReport(report),
          pass_id,
          source,
          origin,
          ...times,
          status,
          writeAscii(report),
          ...Object.values(summarise(report)),
        ],
      );
    }
  });
}

function writeFilter(filter: Omit<ReportFilter, "limit">): ReturnType<typeof buildFilter> {
  return buildFilter([
    ["id IN (?)", filter.ids],
    ["pass_id IN (?)", filter.passIds],
    ["source IN (?)", filter.sources],
    ["generated_ms >= ?", filter.sinceMs],
    ["generated_ms < ?", filter.untilMs],
    ["window_end_ms < ?", filter.windowEndMs],
    ["status = ?", filter.status],
  ]);
}

async function countReports(engine: Engine, filter: Omit<ReportFilter, "limit">): Promise<number> {
  const { where, values } = writeFilter(filter);
  const [row] = await engine.transact(
    async (ask) => await ask(`SELECT count(*) AS n FROM automation_reports_reports ${where}`, values),
  );
  return v.parse(whole, row?.["n"]);
}

async function listReports(engine: Engine, filter: ReportFilter): Promise<ReportRow[]> {
  const { where, values } = writeFilter(filter);
  const order = filter.windowEndMs === undefined ? "" : "window_end_ms DESC, ";
  return await engine.transact(async (ask) => {
    const rows = await ask(
      `SELECT id, pass_id, source, origin, generated_ms, window_start_ms, window_end_ms, status,
          verdict, successful, total, critical
        FROM automation_reports_reports ${where} ORDER BY ${order}generated_ms DESC, id LIMIT $${values.length + 1}`,
      [...values, filter.limit],
    );
    return rows.map((row) => v.parse(RowSchema, row));
  });
}

async function readReport(engine: Engine, id: string): ReturnType<Reports["read"]> {
  const [row] = await engine.transact(
    async (ask) => await ask("SELECT document FROM automation_reports_reports WHERE id = $1", [id]),
  );
  return row === undefined ? { status: "missing" } : parseReport(String(row["document"]));
}

async function readPass(engine: Engine, id: string): ReturnType<Reports["readPass"]> {
  const [row] = await engine.transact(
    async (ask) => await ask("SELECT document FROM automation_reports_passes WHERE id = $1", [id]),
  );
  return row === undefined ? { status: "missing" } : parsePass(String(row["document"]));
}

/** In the order in which the columns are written. */
function summarise({ verdict, performance_metrics: metrics, findings }: Report): ReportSummary {
  return {
    verdict,
    successful: metrics.successful_actions,
    total: metrics.total_actions,
    critical: findings.filter(({ severity }) => severity === "critical").length,
  };
}

type Nullable<T> = { [Key in keyof T]: T[Key] | null };

function readSummary({ verdict, successful, total, critical }: Nullable<ReportSummary>): ReportSummary | null {
  const isKnown = verdict !== null && successful !== null && total !== null && critical !== null;
  return isKnown ? { verdict, successful, total, critical } : null;
}

async function checkReports(engine: Engine): Promise<string[]> {
  const text = `SELECT id, document FROM automation_reports_reports WHERE id > $1 ORDER BY id LIMIT ${BATCH}`;
  const problems: string[] = [];
  for await (const { id, document } of readAll(engine, text, [""], (row) => [String(row["id"])])) {
    const read = parseReport(String(document));
    if (read.status === "unreadable") problems.push(`report ${String(id)}: ${read.problem}`);
  }
  return problems;
}

function deleteOf(kind: "reports" | "passes", column: string): string {
  const table = `automation_reports_${kind}`;
  return `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE ${column} < $1 LIMIT ${BATCH}) RETURNING 1 AS deleted`;
}

/** Such as `hubspot-20260710T210000Z-4d7e60`. The end comes from the pass, so that no two ids are the same. */
function nameReport({ metadata: { source, report_generated_at, pass_id } }: Report): string {
  const stamp = report_generated_at.replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
  return `${source}-${stamp}-${pass_id.slice(-6)}`;
}
