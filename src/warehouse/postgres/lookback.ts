/** How far a report looks back for rules that did not run: as far as the table's indexes make it cheap. */
import type { ReadActivity } from "../../report/activity.ts";
import type { ActionColumns } from "../presets.ts";
import type { TableName } from "../tables.ts";
import byRuleSql from "./lookback/by-rule.sql" with { type: "text" };
import byStartSql from "./lookback/by-start.sql" with { type: "text" };
import noneSql from "./lookback/none.sql" with { type: "text" };

/** What the catalog says of a table that decides what is cheap. */
export type TableFacts = TableName & {
  /** The columns of each valid index over all rows, in their order. */
  indexes: string[][];
  /** The planner's estimate; null where the table was never analysed. */
  rows: number | null;
};

/** `ofCrm`: the rows looked at are those of this CRM, not of all. */
export type Lookback = { sql: string; kind: ReadActivity["lookback"]; ofCrm: boolean };

/** Up to this many rows, reading the whole table costs too little to be noticed. */
const SMALL_TABLE_ROWS = 200_000;

export function chooseLookback({ indexes, rows }: TableFacts, { source, rule, start }: ActionColumns): Lookback {
  const leads = (...columns: string[]) => indexes.some((index) => columns.every((name, at) => index[at] === name));
  if (leads(source, rule, start)) return { sql: byRuleSql, kind: "each-rule", ofCrm: true };
  if (leads(source, start)) return { sql: byStartSql, kind: "newest-rows", ofCrm: true };
  if (leads(start)) return { sql: byStartSql, kind: "newest-rows", ofCrm: false };
  return rows !== null && rows <= SMALL_TABLE_ROWS
    ? { sql: byStartSql, kind: "newest-rows", ofCrm: true }
    : { sql: noneSql, kind: "none", ofCrm: false };
}
