/** Reports from text, wherever it was written: in the store or in a file. */
import * as v from "valibot";
import { PassSchema, PassSummarySchema, type PassDocument, type PassSummary } from "./pass-schema.ts";
import { ReportSchema, type Report } from "./schema.ts";
import { SCHEMA_VERSION } from "../words.ts";

/** What a table inherits, and the schema library therefore neither checks nor copies. */
const RESERVED = ["__proto__", "constructor", "prototype"];
/** No key of a report ends so. */
const RENAMED = "\u{e000}";
/** `detailed_metrics.rule_metrics.NAME.records.processed` has five. */
const DEEPEST = 8;

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
  // The schema library passes these names over, wherever they stand: a copy with others in their place is checked too.
  const renamed = result.success ? renameReserved(value) : value;
  if (renamed === value) return result.success ? null : describeIssue(result.issues[0], what);
  const again = v.safeParse(schema, renamed);
  return again.success ? null : describeIssue(again.issues[0], what).replaceAll(RENAMED, "");
}

/** The value itself where nothing in it has such a name. */
function renameReserved(value: unknown, levels = DEEPEST): unknown {
  if (value === null || typeof value !== "object" || levels === 0) return value;
  if (Array.isArray(value)) return changeAll(value, (item) => renameReserved(item, levels - 1));
  const entries = Object.entries(value);
  const changed = entries.map(([name, inside]): [string, unknown] => [
    RESERVED.includes(name) ? `${name}${RENAMED}` : name,
    renameReserved(inside, levels - 1),
  ]);
  const isSame = changed.every(
    ([name, inside], index) => name === entries[index]?.[0] && inside === entries[index]?.[1],
  );
  return isSame ? value : Object.fromEntries(changed);
}

function changeAll(items: unknown[], change: (item: unknown) => unknown): unknown[] {
  const changed = items.map(change);
  return changed.every((item, index) => item === items[index]) ? items : changed;
}

function describeIssue(issue: v.BaseIssue<unknown>, what: string): string {
  const path = v.getDotPath(issue) ?? "its root";
  if (path === "schema_version" && Number.isInteger(issue.input)) {
    const age =
      Number(issue.input) > SCHEMA_VERSION ? "newer than this program knows" : "older than this program reads";
    return `schema_version ${String(issue.input)} is ${age}: use the program that wrote it`;
  }
  const isKey = issue.type === "strict_object" && issue.path !== undefined;
  const reason = !isKey
    ? `is not ${issue.expected ?? "as it should be"}`
    : issue.received === "undefined"
      ? "is missing"
      : "is not known";
  return `it is not a ${what}: ${path} ${reason}`;
}
