/** Where a copy of the store may go: it replaces an earlier copy, and nothing that somebody still needs. */
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
