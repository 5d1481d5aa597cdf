/** The configuration as it is written: read, expanded and checked. Everything wrong with it is said at once. */
import { AppError } from "../errors.ts";
import { describeReadFailure, NotUtf8, SMALL_BYTES, readPlainText } from "../files/plain.ts";
import { ConfigSchema } from "./schema.ts";
import { formatCount } from "../text/figures.ts";
import { expandVariables, type Problem } from "./expand.ts";
import type { Position } from "./toml-mistakes.ts";
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
const NOT_UTF8_HERE =
  "the file is not UTF-8 here: save it as UTF-8 (of a Latin-1 file: iconv -f latin1 -t utf-8 makes one)";

/** Throws an `AppError` that names file, line and column of each problem, and no value. */
export async function readDocument(path: string, variables: Variables): Promise<ConfigDocument> {
  const text = readText(path);
  const parsed = await parseToml(text);
  if ("mistake" in parsed) {
    const { position, says } = parsed.mistake;
    throw new AppError("config", `${nameFile(path, position)}: ${says}`);
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
    return `${nameFile(path, position)}: ${message}`;
  });
  const left = problems.length - told.length;
  const more = left === 0 ? [] : [`${path}: and ${formatCount(left)} more ${left === 1 ? "problem" : "problems"}`];
  return new AppError("config", [...new Set(lines), ...more]);
}

function nameFile(path: string, position: Position | null): string {
  return `${path}${position === null ? "" : `:${position.line}:${position.column}`}`;
}

function readText(path: string): string {
  try {
    return readPlainText(path, SMALL_BYTES);
  } catch (error) {
    if (error instanceof NotUtf8) {
      const { place } = error;
      const says = place === null ? error.message.replace("it is", "the file is") : NOT_UTF8_HERE;
      throw new AppError("config", `${nameFile(path, place)}: ${says}`, { cause: error });
    }
    throw new AppError("config", `configuration ${path}: ${describeReadFailure(error)}`, { cause: error });
  }
}
