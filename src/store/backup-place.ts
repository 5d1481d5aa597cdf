/** Where a copy of the store may go: it replaces an earlier copy, and nothing that somebody still needs. */
import { statSync } from "node:fs";
import { AppError } from "../errors.ts";
import { findSqliteFile, isSameFile, readHead } from "../files/plain.ts";

/** Every store's tables are named so, and the names stand at the beginning of the file. */
const MARK = "automation_reports_passes";
const MARK_WITHIN = 262_144;

/** Throws an `AppError` where the copy would replace the store itself, what is beside it, or another database. */
export function refuseTaken(copy: string, store: string): void {
  const found = findSqliteFile(copy);
  if (found === null) return;
  const refuse = (what: string) => new AppError("usage", `${copy} ${what}: name another file`);
  if (found !== copy) throw refuse(`belongs to the database ${found}`);
  if (isSameFile(copy, store)) throw refuse("is the store itself");
  if (!readHead(copy, MARK_WITHIN).includes(MARK)) throw refuse("is another database, and no copy of a store");
  if (statSync(`${copy}-wal`, { throwIfNoEntry: false }) !== undefined) throw refuse("is a store in use");
}
