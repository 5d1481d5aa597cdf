/** Which tables of an SQLite file hold a CRM's runs and rules. */
import type { Database } from "bun:sqlite";
import { DatabaseError } from "../../database/failure.ts";
import { describeIncomplete } from "../needed-columns.ts";
import { findSource, type Found } from "../source.ts";
import { candidateNames, quoteTable, type TableConfig, type TableName } from "../tables.ts";
import { findTables } from "./open.ts";

/** Throws where there are several, and where one lacks columns. */
export function locateSource(
  database: Database,
  crm: TableConfig,
): Extract<Found<TableName>, { kind: "found" | "missing" }> {
  const found = findSource(findTables(database, candidateNames(crm)), crm, "sqlite");
  if (found.kind === "ambiguous") throw new DatabaseError(found.problem);
  if (found.kind === "incomplete") {
    const { incomplete, preset } = found;
    throw new DatabaseError(describeIncomplete(incomplete, quoteTable(incomplete.table), preset));
  }
  return found;
}
