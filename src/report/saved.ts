/** Reports that were saved: text to report, and the pass that a set of them came from. */
import * as v from "valibot";
import type { PassDocument } from "./pass-schema.ts";
import { ReportSchema, SCHEMA_VERSION, type Report } from "./schema.ts";

export type SavedReport = { status: "read"; report: Report } | { status: "unreadable"; problem: string };

/** The problem says what is wrong and where in the document. */
export function readSavedReport(text: string): SavedReport {
  try {
    return checkSavedReport(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { status: "unreadable", problem: "it is not JSON" };
  }
}

export function checkSavedReport(value: unknown): SavedReport {
  const result = v.safeParse(ReportSchema, value);
  // The document itself: the schema's copy has its keys in another order.
  if (result.success) return { status: "read", report: value as Report };
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? "its root";
  const newer = path === "schema_version" && typeof issue.input === "number" && issue.input > SCHEMA_VERSION;
  if (newer) {
    const problem = `schema_version ${String(issue.input)} is newer than this program knows: use the program that wrote it`;
    return { status: "unreadable", problem };
  }
  const isKey = issue.type === "strict_object" && issue.path !== undefined;
  const reason = !isKey
    ? `is not ${issue.expected ?? "as it should be"}`
    : issue.received === "undefined"
      ? "is missing"
      : "is not known";
  return { status: "unreadable", problem: `it is not a report: ${path} ${reason}` };
}

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
