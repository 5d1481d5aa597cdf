/** Reports from text, wherever it was written: in the store or in a file. */
import * as v from "valibot";
import { PassSchema, PassSummarySchema, type PassDocument, type PassSummary } from "./pass-schema.ts";
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

export type ParsedPass = { status: "read"; pass: PassSummary } | { status: "unreadable"; problem: string };

/** As `parseReport`, of a pass without its reports. */
export function parsePass(text: string): ParsedPass {
  try {
    const value: unknown = JSON.parse(text);
    const problem = findProblem(PassSummarySchema, value, "pass");
    return problem === null ? { status: "read", pass: value as PassSummary } : { status: "unreadable", problem };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { status: "unreadable", problem: "it is not JSON" };
  }
}

/** As `parseReport`, of a value that was parsed as JSON already. */
function checkReport(value: unknown): ParsedReport {
  const problem = findProblem(ReportSchema, value, "report");
  // The value itself: the copy that valibot makes has its keys in another order.
  return problem === null ? { status: "read", report: value as Report } : { status: "unreadable", problem };
}

export type ParsedDocument =
  | { status: "read"; document: PassDocument | Report }
  | { status: "unreadable"; problem: string };

/** A report, or a pass with its reports, of a value that was parsed as JSON already. */
export function checkDocument(value: unknown): ParsedDocument {
  if (Array.isArray(value))
    return { status: "unreadable", problem: "it is a list: give one report, or a pass with its reports" };
  const isPass = typeof value === "object" && value !== null && Object.hasOwn(value, "reports");
  const problem = isPass ? findProblem(PassSchema, value, "pass") : findProblem(ReportSchema, value, "report");
  return problem === null
    ? { status: "read", document: value as PassDocument | Report }
    : { status: "unreadable", problem };
}

function findProblem(
  schema: typeof ReportSchema | typeof PassSchema | typeof PassSummarySchema,
  value: unknown,
  what: string,
): string | null {
  const result = v.safeParse(schema, value);
  if (result.success) return null;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? "its root";
  const newer = path === "schema_version" && typeof issue.input === "number" && issue.input > SCHEMA_VERSION;
  if (newer) {
    return `schema_version ${String(issue.input)} is newer than this program knows: use the program that wrote it`;
  }
  const isKey = issue.type === "strict_object" && issue.path !== undefined;
  const reason = !isKey
    ? `is not ${issue.expected ?? "as it should be"}`
    : issue.received === "undefined"
      ? "is missing"
      : "is not known";
  return `it is not a ${what}: ${path} ${reason}`;
}
