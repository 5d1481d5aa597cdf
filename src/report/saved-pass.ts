/** The pass that saved reports came from. */
import type { PassDocument } from "./pass-schema.ts";
import type { Report } from "./schema.ts";

/** What can be said of a pass by its reports alone; all of them must be of one pass. */
export function describeSavedPass(reports: [Report, ...Report[]]): PassDocument {
  const [{ metadata }] = reports;
  return {
    schema_version: 1,
    pass_id: metadata.pass_id,
    started_at: metadata.report_generated_at,
    window: { start: metadata.window_start, end: metadata.window_end },
    outcomes: reports.map((report) => ({ source: report.metadata.source, status: "made", reason: null })),
    findings: [],
  };
}
