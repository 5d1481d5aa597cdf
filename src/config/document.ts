/** The configuration as it is written: read, expanded and checked for its shape. Everything wrong is said at once. */
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { AppError } from "../errors.ts";
import { expandVariables, type Problem } from "./expand.ts";
import { suggestName } from "./nearest.ts";
import { ConfigSchema, CRM_NAME, CrmSchema, RESERVED_NAME } from "./schema.ts";
import { findPosition, parseToml } from "./toml.ts";

export type Variables = Record<string, string | undefined>;
export type Table = Record<string, unknown>;

export type ConfigDocument = {
  path: string;
  text: string;
  /** As it stands in the file. */
  written: Table;
  /** With the variables in it expanded. */
  raw: Table & { crm: Record<string, Table>; defaults?: Table };
};

/** Throws an `AppError` that names file, line and column of each problem, and no value. */
export async function readDocument(path: string, variables: Variables): Promise<ConfigDocument> {
  const text = readText(path);
  const parsed = await parseToml(text);
  if ("problem" in parsed) {
    const place = parsed.problem === null ? path : `${path}:${parsed.problem.line}:${parsed.problem.column}`;
    throw new AppError("config", `${place}: not valid TOML. Text values need quotes, and a table may stand only once`);
  }
  const expanded = expandVariables(parsed.value, variables);
  const problems = [...expanded.problems, ...checkShape(expanded.value), ...checkNames(expanded.value)];
  if (problems.length > 0) throw await describeProblems(path, text, problems);
  return { path, text, written: parsed.value as Table, raw: expanded.value as ConfigDocument["raw"] };
}

/** One line each, with the place it is about. */
export async function describeProblems(path: string, text: string, problems: Problem[]): Promise<AppError> {
  const lines = await Promise.all(
    problems.map(async (problem) => {
      const position = await findPosition(text, problem.path);
      return `${path}${position === null ? "" : `:${position.line}:${position.column}`}: ${problem.message}`;
    }),
  );
  return new AppError("config", [...new Set(lines)].join("\n"));
}

function checkShape(value: unknown): Problem[] {
  const result = v.safeParse(ConfigSchema, value);
  const issues = (result.issues ?? []).map((issue) => ({ issue, path: issue.path?.map((item) => item.key as string) }));
  return issues.flatMap(({ issue, path = [] }) =>
    // valibot stops at a table's first unknown key; whoever mends one wants to know of all.
    isUnknownKey(issue) ? findUnknownKeys(value, path.slice(0, -1)) : { path, message: describeIssue(issue, path) },
  );
}

function isUnknownKey(issue: v.BaseIssue<unknown>): boolean {
  return issue.type === "strict_object" && issue.expected === "never";
}

function findUnknownKeys(value: unknown, path: string[]): Problem[] {
  const table = path.reduce((node, key) => (node as Table)[key], value) as Table;
  const known = knownKeys(path);
  const unknown = Object.keys(table).filter((key) => !known.includes(key));
  return unknown.map((key) => ({
    path: [...path, key],
    message: `unknown key ${JSON.stringify(key)}: ${suggestName(key, known)}`,
  }));
}

function describeIssue(issue: v.BaseIssue<unknown>, path: (string | number)[]): string {
  const key = path.at(-1);
  if (issue.type === "strict_object" && issue.received === "undefined") {
    return key === "crm" ? "no CRM is configured: add a table such as [crm.hubspot]" : `${String(key)} is missing`;
  }
  return `${path.join(".")} ${issue.message}`;
}

function knownKeys(table: (string | number)[]): string[] {
  const [first] = table;
  if (table.at(-1) === "thresholds") return Object.keys(CrmSchema.entries.thresholds.wrapped.entries);
  if (first === undefined) return Object.keys(ConfigSchema.entries);
  if (first === "export") return Object.keys(ConfigSchema.entries.export.wrapped.entries);
  return Object.keys(first === "defaults" ? ConfigSchema.entries.defaults.wrapped.entries : CrmSchema.entries);
}

function checkNames(value: unknown): Problem[] {
  const crm = (value as { crm?: unknown }).crm;
  const names = crm !== null && typeof crm === "object" ? Object.keys(crm) : null;
  if (names?.length === 0)
    return [{ path: ["crm"], message: "no CRM is configured: add a table such as [crm.hubspot]" }];
  return (names ?? [])
    .filter((name) => !CRM_NAME.test(name) || name === RESERVED_NAME || name in Object.prototype)
    .map((name) => ({
      path: ["crm", name],
      message:
        name === RESERVED_NAME
          ? `a CRM cannot be called ${RESERVED_NAME}: that means every CRM`
          : "a CRM's name is a small letter, then up to 62 small letters, digits, _ or -",
    }));
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code ?? "unknown reason"})`;
    throw new AppError("config", `configuration ${path}: ${reason}`, { cause: error });
  }
}
