/** What is written of a pass, within the transaction of whoever keeps it. */
import type { PassSummary } from "../report/document/pass-schema.ts";
import type { Report } from "../report/document/schema.ts";
import { countTotals } from "../report/document/totals.ts";
import { writeAscii } from "../text/json.ts";
import type { Ask, Engine } from "./engine.ts";
import { writeMemory, type Seen } from "./memory/write.ts";

/** `seen`: what the pass has seen of the past, which the memory keeps. */
export type MadePass = {
  pass: PassSummary;
  reports: Report[];
  seen: Seen[];
  /** Told why what was seen could not be remembered: the pass is kept without it. */
  onForgotten?: (reason: string) => void;
};

/**
 * Who asked for a pass. `origin`: a schedule's name, or `adhoc`. Of one attempt at a slot one pass is kept; both are null
 * where no slot asked.
 */
export type Origin = { origin: string; slotMs: number | null; attempt: number | null };

/** All of a pass. One that is kept already is left as it is. */
export async function insertPass(
  engine: Engine,
  ask: Ask,
  { pass, reports, seen, onForgotten }: MadePass,
  { origin, slotMs, attempt }: Origin,
): Promise<void> {
  const [inserted] = await ask(
    `INSERT INTO automation_reports_passes (id, origin, slot_ms, attempt, started_ms, document)
      VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id`,
    [pass.pass_id, origin, slotMs, attempt, Date.parse(pass.started_at), writeAscii(pass)],
  );
  if (inserted === undefined) return;
  for (const report of reports) {
    const { source, pass_id, report_generated_at, window_start, window_end, status } = report.metadata;
    const { overall_success_rate, successful_actions, total_actions } = report.performance_metrics;
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
        report.verdict,
        overall_success_rate === null && total_actions > 0 ? null : successful_actions,
        total_actions,
        countTotals(report).findings.critical,
      ],
    );
  }
  const reason = await remember(engine, ask, seen);
  if (reason !== null) onForgotten?.(reason);
}

/** Why nothing of it is remembered; null: all of it is. */
async function remember(engine: Engine, ask: Ask, seen: Seen[]): Promise<string | null> {
  if (seen.length === 0) return null;
  await ask("SAVEPOINT memory");
  try {
    await writeMemory(engine, ask, seen, "replace");
    await ask("RELEASE SAVEPOINT memory");
    return null;
  } catch (error) {
    // Throws where more than the memory is lost.
    await ask("ROLLBACK TO SAVEPOINT memory");
    return error instanceof Error ? error.message : String(error);
  }
}

/** Such as `hubspot-20260710T210000Z-4d7e60`. The end comes from the pass, so that no two ids are the same. */
function nameReport({ metadata: { source, report_generated_at, pass_id } }: Report): string {
  const stamp = report_generated_at.replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
  return `${source}-${stamp}-${pass_id.slice(-6)}`;
}
