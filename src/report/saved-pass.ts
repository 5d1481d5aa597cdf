/** The pass that saved reports came from. */
import type { PassDocument } from "./pass-schema.ts";
import { worstVerdict } from "./rule-states.ts";
import type { Report } from "./schema.ts";
import { SCHEMA_VERSION } from "./words.ts";

/** What can be said of a pass by its reports alone; all of them must be of one pass. */
export function describeSavedPass(reports: [Report, ...Report[]]): PassDocument {
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
