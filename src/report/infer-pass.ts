/** The pass that made reports, inferred from the reports. */
import type { PassDocument } from "./pass-schema.ts";
import type { Report } from "./schema.ts";

/** What reports of one pass tell about it. The CRMs that could not be read and the pass's own findings stay unknown. */
export function inferPass(reports: [Report, ...Report[]]): PassDocument {
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
