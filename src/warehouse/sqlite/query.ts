/** One CRM's activity from an SQLite file, in one read transaction. Blocks its thread: run it in the worker. */
import { composeStatement } from "../compose.ts";
import { DatabaseError } from "../../database/failure.ts";
import type { ReadRequest, ReadResult } from "../request.ts";
import { readDocument } from "../rows.ts";
import { candidateNames, describeAmbiguity, locateTables } from "../tables.ts";
import activitySql from "./activity.sql" with { type: "text" };
import { findTables, openDatabase } from "./open.ts";
import { bindParameters } from "./parameters.ts";

export function querySqlite(request: ReadRequest, path: string): ReadResult {
  const { crm } = request;
  using database = openDatabase(path, crm.lockTimeoutMs);
  const read = database.transaction((): ReadResult => {
    const located = locateTables(findTables(database, candidateNames(crm)), crm, "sqlite");
    if (located.kind === "ambiguous") throw new DatabaseError(describeAmbiguity(located.presets));
    if (located.kind === "missing") return { ...located, where: path };
    const row = database
      .query<{ document: string }, (string | number | null)[]>(composeStatement(activitySql, located, "sqlite"))
      .get(...bindParameters(request));
    return readDocument(row?.document ?? "", located.preset, crm, {
      baseline: request.baselineSeconds !== null,
      lookback: "newest-rows",
    });
  });
  return read();
}
