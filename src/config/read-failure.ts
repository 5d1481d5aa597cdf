/** A file's text, or why it cannot be read, in words. */
import { readFileSync, statSync, type Stats } from "node:fs";

const REASONS = new Map([
  ["ENOENT", "there is no such file"],
  ["ENOTDIR", "there is no such file"],
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EISDIR", "it is a directory"],
  ["EMFILE", "too many files are open: raise the limit (ulimit -n)"],
  ["ENFILE", "too many files are open on this machine"],
]);

export function describeReadFailure(error: unknown): string {
  if (error instanceof NotAFile) return error.message;
  const { code = "unknown reason" } = error as NodeJS.ErrnoException;
  return REASONS.get(code) ?? `it cannot be read (${code})`;
}

/** Only the text of a file, of which nothing else is opened: to read a FIFO would wait for ever. Throws. */
export function readPlainFile(path: string): string {
  const kind = nameKind(statSync(path));
  if (kind !== null) throw new NotAFile(`it is ${kind}, not a file`);
  return readFileSync(path, "utf8");
}

class NotAFile extends Error {}

/** Null: a file, or a directory, which cannot be read as one. */
function nameKind(stats: Stats): string | null {
  if (stats.isFIFO()) return "a FIFO";
  if (stats.isSocket()) return "a socket";
  return stats.isFile() || stats.isDirectory() ? null : "a device";
}

/** Whether nothing is at the path. */
export function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes((error as NodeJS.ErrnoException).code ?? "");
}
