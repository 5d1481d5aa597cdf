/** Reports that were exported or printed as JSON, read back to be printed again. */
import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { AppError } from "../../errors.ts";
import { quoteTyped } from "../../help/hints.ts";
import { describeReadFailure, readPlainText } from "../../files/plain.ts";
import { checkDocument } from "../../report/document/parse.ts";
import type { PassDocument } from "../../report/document/pass-schema.ts";
import { groupPasses, type SavedPass } from "../../report/document/saved-pass.ts";
import type { Report } from "../../report/document/schema.ts";
import { quoteText } from "../../text/terminal.ts";

/** The flags of `generate` that say how to print; all others say what to read. */
const PRINTING = [
  "input",
  "detailed",
  "format",
  "output",
  "fail-on",
  "timezone",
  "per-rule",
  "color",
  "no-color",
  "quiet",
  "verbose",
  "log-format",
];

/** Saved reports cannot change: a flag that asks for other reports would have no effect. */
export function refuseReadingFlags(words: string[]): void {
  for (const word of words) {
    const name = /^--([^=]+)/.exec(word)?.[1];
    if (name !== undefined && !PRINTING.includes(name))
      throw new AppError("usage", `--${name} has no meaning with --input, which prints reports as they were saved`);
  }
}

/** Of one file; more would take more memory than a report is worth. */
const MOST_BYTES = 64_000_000;

/**
 * Files, and folders for the `*.json` in them. Throws an `AppError` that names a file that holds neither a report nor a
 * pass, and the place in it.
 */
export async function readSavedFiles(flag: string): Promise<SavedPass[]> {
  const paths = (await Promise.all(flag.split(",").map(async (path) => await listFiles(path)))).flat();
  const documents = await Promise.all(paths.map(async (path) => await readDocument(path)));
  const passes = groupPasses(documents);
  if (passes.length === 0)
    throw new AppError("usage", `--input ${flag.split(",").map(quotePath).join(", ")}: there is no report in it`);
  return passes;
}

async function listFiles(path: string): Promise<string[]> {
  if (path === "") throw new AppError("usage", "--input: a name is missing; write --input FILE,FILE");
  return await explain(path, async () => {
    if (!(await stat(path)).isDirectory()) return [resolve(path)];
    const names = (await readdir(path)).filter((name) => name.endsWith(".json")).toSorted();
    return names.map((name) => resolve(join(path, name)));
  });
}

/** A pass as `--format json` prints it, or one report as exports are. */
async function readDocument(path: string): Promise<PassDocument | Report> {
  const read = checkDocument(await explain(path, async () => JSON.parse(readPlainText(path, MOST_BYTES)) as unknown));
  if (read.status === "read") return read.document;
  throw new AppError("usage", `${path}: ${read.problem}`);
}

async function explain<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SyntaxError) throw new AppError("usage", `${path}: it is not JSON`, { cause: error });
    throw new AppError("usage", `--input ${quotePath(path)}: ${describeReadFailure(error)}`, { cause: error });
  }
}

/** What is there is no secret, by whatever name: a directory of mktemp(1) looks like one. */
function quotePath(path: string): string {
  return existsSync(path) ? quoteText(path) : quoteTyped(path);
}
