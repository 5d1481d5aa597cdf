/** What `history list` publishes as JSON: the shape with its JSON Schema and what makes it. */
import * as v from "valibot";
import { divide } from "../report/counts.ts";
import { REPORT_STATUSES, VERDICTS } from "../report/words.ts";
import { formatInstant } from "../text/figures.ts";
import type { ReportRow } from "./reports.ts";

const describe = <T extends v.GenericSchema>(schema: T, text: string) => v.pipe(schema, v.description(text));

const instant = v.pipe(v.string(), v.isoTimestamp());

/** Newest first. */
export const HistorySchema = v.array(
  v.strictObject({
    id: describe(v.string(), "What `history show`, `history diff` and `history explain` take"),
    source: describe(v.string(), "The CRM's name in the configuration"),
    origin: describe(v.string(), "The name of the schedule that made the report, or adhoc"),
    status: describe(v.picklist(REPORT_STATUSES), "fallback: none of the preset's tables was there"),
    verdict: describe(v.nullable(v.picklist(VERDICTS)), "As in the report; null where an older program kept it"),
    overall_success_rate: describe(
      v.nullable(v.number()),
      "As in the report; null where nothing ended, or it is not known",
    ),
    total_actions: describe(v.nullable(v.number()), "How many runs ended in the window; null where not known"),
    critical_findings: describe(v.nullable(v.number()), "How many findings are critical; null where not known"),
    report_generated_at: describe(instant, "When the report was made, UTC"),
    window_start: describe(instant, "Start of the report's window, UTC"),
    window_end: describe(instant, "End of the report's window, UTC; the window leaves it out"),
    pass_id: describe(v.string(), "The pass that made the report"),
  }),
);

export type KeptReport = v.InferOutput<typeof HistorySchema>[number];

export function publishKeptReport(row: ReportRow): KeptReport {
  const { successful = null, total = null } = row.summary ?? {};
  return {
    id: row.id,
    source: row.source,
    origin: row.origin,
    status: row.status,
    verdict: row.summary?.verdict ?? null,
    overall_success_rate: successful === null || total === null ? null : divide(successful, total),
    total_actions: total,
    critical_findings: row.summary?.critical ?? null,
    report_generated_at: formatInstant(row.generatedMs),
    window_start: formatInstant(row.windowStartMs),
    window_end: formatInstant(row.windowEndMs),
    pass_id: row.passId,
  };
}
