/** Reports and passes: kept as the JSON they were published as, checked when they are read. */
import * as v from "valibot";
import { parseReport } from "../report/parse.ts";
import type { Report } from "../report/schema.ts";
import { REPORT_STATUSES } from "../report/words.ts";
import { writeAscii } from "../text/json.ts";
import type { Engine } from "./engine.ts";
import { buildFilter, whole } from "./rows.ts";
import type { ReadReport, ReportRow, Store } from "./store.ts";

const BATCH = 200;

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
  })),
);

/** All of a pass or nothing; once, however often it is handed over. */
export async function keepPass(
  engine: Engine,
  { pass, reports, origin, slotMs }: Parameters<Store["keepPass"]>[0],
): Promise<void> {
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
          (id, pass_id, source, origin, generated_ms, window_start_ms, window_end_ms, status, document)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING`,
        [nameReport(report), pass_id, source, origin, ...times, status, writeAscii(report)],
      );
    }
  });
}

export async function listReports(engine: Engine, filter: Parameters<Store["listReports"]>[0]): Promise<ReportRow[]> {
  const { where, values } = buildFilter([
    ["source IN (?)", filter.sources],
    ["generated_ms >= ?", filter.sinceMs],
    ["generated_ms < ?", filter.untilMs],
    ["status = ?", filter.status],
  ]);
  return await engine.transact(async (ask) => {
    const rows = await ask(
      `SELECT id, pass_id, source, origin, generated_ms, window_start_ms, window_end_ms, status
        FROM automation_reports_reports ${where} ORDER BY generated_ms DESC, id LIMIT $${values.length + 1}`,
      [...values, filter.limit],
    );
    return rows.map((row) => v.parse(RowSchema, row));
  });
}

export async function readReport(engine: Engine, id: string): Promise<ReadReport> {
  const [row] = await engine.transact(
    async (ask) => await ask("SELECT document FROM automation_reports_reports WHERE id = $1", [id]),
  );
  return row === undefined ? { status: "missing" } : parseReport(String(row["document"]));
}

/** Small transactions, so that nobody waits long. The newest slot of a schedule stays: it says what is done. */
export async function prune(engine: Engine, beforeMs: number): ReturnType<Store["prune"]> {
  const old = "SELECT id FROM automation_reports_";
  return {
    reports: await deleteBatches(
      engine,
      `DELETE FROM automation_reports_reports WHERE id IN (${old}reports WHERE generated_ms < $1 LIMIT ${BATCH}) RETURNING 1 AS deleted`,
      beforeMs,
    ),
    passes: await deleteBatches(
      engine,
      `DELETE FROM automation_reports_passes WHERE id IN (${old}passes WHERE started_ms < $1 LIMIT ${BATCH}) RETURNING 1 AS deleted`,
      beforeMs,
    ),
    slots: await deleteBatches(
      engine,
      `DELETE FROM automation_reports_slots WHERE (schedule, slot_ms) IN (
        SELECT schedule, slot_ms FROM automation_reports_slots AS slot WHERE slot_ms < $1 AND slot_ms <
          (SELECT max(slot_ms) FROM automation_reports_slots AS other WHERE other.schedule = slot.schedule)
        LIMIT ${BATCH}) RETURNING 1 AS deleted`,
      beforeMs,
    ),
  };
}

/** One line for each kept report that can no longer be read. */
export async function checkReports(engine: Engine): Promise<string[]> {
  const problems: string[] = [];
  for (let after: string | null = ""; after !== null;) {
    const rows = await engine.transact(
      async (ask) =>
        await ask(`SELECT id, document FROM automation_reports_reports WHERE id > $1 ORDER BY id LIMIT ${BATCH}`, [
          after,
        ]),
    );
    for (const row of rows) {
      const read = parseReport(String(row["document"]));
      if (read.status === "unreadable") problems.push(`report ${String(row["id"])}: ${read.problem}`);
    }
    after = rows.length < BATCH ? null : String(rows.at(-1)?.["id"]);
  }
  return problems;
}

async function deleteBatches(engine: Engine, text: string, beforeMs: number): Promise<number> {
  let deleted = 0;
  for (;;) {
    const rows = await engine.transact(async (ask) => await ask(text, [Math.round(beforeMs)]));
    deleted += rows.length;
    if (rows.length < BATCH) return deleted;
  }
}

/** Such as `hubspot-20260710T210000Z-4d7e60`: the end is the pass's, so that no two have the same. */
function nameReport({ metadata: { source, report_generated_at, pass_id } }: Report): string {
  const stamp = report_generated_at.replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
  return `${source}-${stamp}-${pass_id.slice(-6)}`;
}
