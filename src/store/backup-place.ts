/** Where a copy of the store may go: it replaces an earlier copy, and nothing that somebody still needs. */
import { codeOf } from "../database/failure.ts";
import { AppError } from "../errors.ts";
import { findSqliteFile, isSameFile, lookAt, readHead } from "../files/plain.ts";

/** Every store's tables are named so, and the names stand at the beginning of the file. */
const MARK = "automation_reports_passes";
const MARK_WITHIN = 262_144;

/**
 * Throws an `AppError` where the copy would replace the store itself, what is beside it, another database, or anything else
 * that is no earlier copy. An empty file holds nothing that could be lost; what is no file at all is refused where it is written.
 */
export function refuseTaken(copy: string, store: string): void {
  const found = findSqliteFile(copy);
  const refuse = (what: string) => new AppError("usage", `${copy} ${what}: name another file`);
  if (found === null) {
    const there = lookAt(copy);
    if (there !== null && there.isFile() && there.size > 0) throw refuse("is no earlier copy of a store");
    return;
  }
  if (found !== copy) throw refuse(`belongs to the database ${found}`);
  if (isSameFile(copy, store)) throw refuse("is the store itself");
  if (!readHead(copy, MARK_WITHIN).includes(MARK)) throw refuse("is another database, and no copy of a store");
  if (lookAt(`${copy}-wal`) !== null) throw refuse("is a store in use");
}

const FULL = /^SQLITE_FULL/;
/** Of the store only readings can fail. */
const NOT_WRITTEN = /^SQLITE_IOERR(?!_(?:READ|SHORT_READ|CORRUPTFS|DATA))/;

/** What kept the copy from being written; null where that is something of the store itself. */
export function explainCopyFailure(error: unknown, copy: string): AppError | null {
  const code = codeOf(error);
  const why = FULL.test(code)
    ? "the disk is full: make room"
    : NOT_WRITTEN.test(code)
      ? "the disk failed or is full, or the copy would be larger than this process may write (ulimit -f): look there"
      : null;
  if (why === null) return null;
  return new AppError("delivery", `${copy} could not be written: ${why}, or choose another place`, { cause: error });
}
