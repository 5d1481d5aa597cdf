/** The pass that made reports, inferred from the reports. */
import type { PassDocument } from "./pass-schema.ts";
import { worstVerdict } from "./rule-states.ts";
import type { Report } from "./schema.ts";
import { SCHEMA_VERSION } from "./words.ts";

/** What reports of one pass tell about it. The CRMs that could not be read and the pass's own findings stay unknown. */
export function inferPass(reports: [Report, ...Report[]]): PassDocument {
  const [{ metadata }] = reports;
  return {
    schema_version: SCHEMA_VERSION,
    pass_id: metadata.pass_id,
    started_at: metadata.report_generated_at,
    window: { start: metadata.window_start, end: metadata.window_end },
    verdict: worstVerdict(reports.map(({ verdict }) => verdict)),
    outcomes: reports.map(({ metadata: { source, query_seconds: seconds }, verdict }) => ({
      source,
      status: "made",
      verdict,
      reason: null,
      seconds,
    })),
    findings: [],
  };
}
