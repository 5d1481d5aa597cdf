/** Which tables of an SQLite file hold a CRM's runs and rules. */
import type { Database } from "bun:sqlite";
import { DatabaseError } from "../../database/failure.ts";
import { describeIncomplete } from "../needed-columns.ts";
import type { RulesProblem } from "../../report/activity.ts";
import { describeReadFailure } from "../failure-words.ts";
import { explainBroken, findSource, type Found } from "../source.ts";
import { candidateNames, quoteTable, type TableConfig, type TableName } from "../tables.ts";
import { findTables, listColumns } from "./open.ts";

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

/** Why the rules alone cannot be read, such as of a broken view; null: they can, there are none, or they are not read. */
export function findRulesProblem(
  database: Database,
  path: string,
  { source, rules }: Extract<Found<TableName>, { kind: "found" }>,
): RulesProblem | null {
  if (rules === null || source.rulesProblem !== null) return null;
  try {
    // Where these cannot be listed, what is said of any of them says less.
    listColumns(database, rules.name);
    database.query(`SELECT * FROM (${source.rules})`).all();
    return null;
  } catch (error) {
    return explainBroken(rules, describeReadFailure(error, { kind: "sqlite", path }).replace(`${path}: `, ""));
  }
}
