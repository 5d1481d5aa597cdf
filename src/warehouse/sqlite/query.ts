/** One CRM's activity from an SQLite file, in one read transaction. Blocks its thread: run it in the worker. */
import { DatabaseError } from "../../database/failure.ts";
import { computeBounds } from "../bounds.ts";
import type { ReadRequest, ReadResult } from "../request.ts";
import { buildActivity } from "../rows.ts";
import { describeIncomplete } from "../needed-columns.ts";
import { findSource } from "../source.ts";
import { candidateNames, describeAmbiguity, quoteTable } from "../tables.ts";
import { findTables, openDatabase } from "./open.ts";
import { composeActivity, type SqliteValue } from "./statement.ts";

export function querySqlite(request: ReadRequest, path: string): ReadResult {
  const { crm } = request;
  using database = openDatabase(path, crm.lockTimeoutMs);
  const read = database.transaction((): ReadResult => {
    const found = findSource(findTables(database, candidateNames(crm)), crm, "sqlite");
    if (found.kind === "ambiguous") throw new DatabaseError(describeAmbiguity(found.presets));
    if (found.kind === "incomplete") {
      const { incomplete, preset } = found;
      throw new DatabaseError(describeIncomplete(incomplete, quoteTable(incomplete.table), preset));
    }
    if (found.kind === "missing") return { ...found, where: path };
    const { text, values } = composeActivity(found.source, request);
    const row = database.query<{ document: string }, SqliteValue[]>(text).get(...values);
    return buildActivity(row?.document ?? "", found.source, crm, {
      baseline: request.baselineSeconds !== null,
      scannedFromMs: computeBounds(request).scanFromMs,
      lookback: "newest-rows",
    });
  });
  return read();
}
