/** Reports from text, wherever it was written: in the store or in a file. */
import * as v from "valibot";
import { ReportSchema, type Report } from "./schema.ts";
import { SCHEMA_VERSION } from "./words.ts";

export type ParsedReport = { status: "read"; report: Report } | { status: "unreadable"; problem: string };

/** The problem says what is wrong and where in the document it is. */
export function parseReport(text: string): ParsedReport {
  try {
    return checkReport(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { status: "unreadable", problem: "it is not JSON" };
  }
}

/** As `parseReport`, of a value that was parsed as JSON already. */
export function checkReport(value: unknown): ParsedReport {
  const result = v.safeParse(ReportSchema, value);
  // The value itself: the copy that valibot makes has its keys in another order.
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
