/** Reports that were exported or printed as JSON, read back to be printed again. */
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { AppError } from "../../errors.ts";
import { describeReadFailure, readPlainFile } from "../../files/plain.ts";
import { quoteText } from "../../text/terminal.ts";
import { checkReport } from "../../report/parse.ts";
import type { Report } from "../../report/schema.ts";

/** The flags of `generate` that say how to print; all others say what to read. */
const PRINTING = ["input", "detailed", "format", "output", "fail-on", "no-color", "quiet", "verbose", "log-format"];

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

export type SavedReports = {
  reports: [Report, ...Report[]];
  /** One file that holds one report, not a list. */
  single: boolean;
};

/** Files, and folders for the `*.json` in them. Throws an `AppError` that names a file that holds no report, and the place in it. */
export async function readSavedFiles(flag: string): Promise<SavedReports> {
  const paths = (await Promise.all(flag.split(",").map(async (path) => await listFiles(path)))).flat();
  const files = await Promise.all(paths.map(async (path) => await readFileOf(path)));
  const [first, ...others] = files.flat();
  if (first === undefined) throw new AppError("usage", `--input ${quoteText(flag)}: there is no report in it`);
  return { reports: [first, ...others], single: files.length === 1 && !Array.isArray(files[0]) };
}

async function listFiles(path: string): Promise<string[]> {
  if (path === "") throw new AppError("usage", "--input: a name is missing; write --input FILE,FILE");
  return await explain(path, async () => {
    if (!(await stat(path)).isDirectory()) return [resolve(path)];
    const names = (await readdir(path)).filter((name) => name.endsWith(".json")).toSorted();
    return names.map((name) => resolve(join(path, name)));
  });
}

/** A list as `--format json` prints several, or one report as exports are. */
async function readFileOf(path: string): Promise<Report | Report[]> {
  const document = await explain(path, async () => JSON.parse(readPlainFile(path, MOST_BYTES)) as unknown);
  if (!Array.isArray(document)) return checkDocument(path, document);
  return document.map((item: unknown, index) => checkDocument(`${path}, report ${index + 1}`, item));
}

function checkDocument(place: string, value: unknown): Report {
  const read = checkReport(value);
  if (read.status === "read") return read.report;
  throw new AppError("usage", `${place}: ${read.problem}`);
}

async function explain<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SyntaxError) throw new AppError("usage", `${path}: it is not JSON`, { cause: error });
    throw new AppError("usage", `--input ${quoteText(path)}: ${describeReadFailure(error)}`, { cause: error });
  }
}
