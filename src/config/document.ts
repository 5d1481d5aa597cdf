/** The configuration as it is written: read, expanded and checked. Everything wrong with it is said at once. */
import { AppError } from "../errors.ts";
import { describeReadFailure, SMALL_BYTES, readPlainFile } from "../files/plain.ts";
import { ConfigSchema } from "./schema.ts";
import { formatCount } from "../text/figures.ts";
import { expandVariables, type Problem } from "./expand.ts";
import { findPositions, nestsDeeper, parseToml, type Table } from "./toml.ts";
import { findProblems, MOST_PROBLEMS } from "./validate.ts";

export type Variables = Record<string, string | undefined>;

export type ConfigDocument = {
  path: string;
  text: string;
  /** As it stands in the file. */
  written: Table;
  /** With the variables in it expanded. */
  raw: Table & { crm: Record<string, Table>; defaults?: Table };
};

/** `crm.x.thresholds.y` has four; a file that goes much deeper exhausts the stack of its reader. */
const DEEPEST = 8;

/** Throws an `AppError` that names file, line and column of each problem, and no value. */
export async function readDocument(path: string, variables: Variables): Promise<ConfigDocument> {
  const text = readText(path);
  const parsed = await parseToml(text);
  if ("mistake" in parsed) {
    const { position, says } = parsed.mistake;
    throw new AppError("config", `${path}${position === null ? "" : `:${position.line}:${position.column}`}: ${says}`);
  }
  if (nestsDeeper(parsed.value, DEEPEST)) {
    throw new AppError("config", `${path}: nested too deeply: nothing here has more than ${DEEPEST} levels`);
  }
  const expanded = expandVariables(parsed.value, variables);
  const problems = [...expanded.problems, ...findProblems(expanded.value, ConfigSchema)];
  if (problems.length > 0) throw await describeProblems(path, text, problems);
  return { path, text, written: parsed.value as Table, raw: expanded.value as ConfigDocument["raw"] };
}

/** One line each, with the place it is about, and how many more there are. */
export async function describeProblems(path: string, text: string, problems: Problem[]): Promise<AppError> {
  const told = problems.slice(0, MOST_PROBLEMS);
  const positions = await findPositions(
    text,
    told.map((problem) => problem.path),
  );
  const lines = told.map(({ message }, index) => {
    const position = positions[index] ?? null;
    return `${path}${position === null ? "" : `:${position.line}:${position.column}`}: ${message}`;
  });
  const left = problems.length - told.length;
  const more = left === 0 ? [] : [`${path}: and ${formatCount(left)} more ${left === 1 ? "problem" : "problems"}`];
  return new AppError("config", [...new Set(lines), ...more]);
}

function readText(path: string): string {
  try {
    // Editors on Windows begin a file with a byte order mark.
    return readPlainFile(path, SMALL_BYTES).replace(/^\ufeff/, "");
  } catch (error) {
    throw new AppError("config", `configuration ${path}: ${describeReadFailure(error)}`, { cause: error });
  }
}
