/** How far a report looks back for rules that did not run: as far as the table's indexes make it cheap. */
import type { ReadActivity } from "../../report/activity.ts";
import type { Bounds } from "../bounds.ts";
import type { ActionColumns } from "../presets.ts";
import type { TableName } from "../tables.ts";
import { limitLookback, type Parts } from "./parts.ts";
import byRuleSql from "./lookback/by-rule.sql" with { type: "text" };
import byStartSql from "./lookback/by-start.sql" with { type: "text" };
import noneSql from "./lookback/none.sql" with { type: "text" };

/** What the catalog says of a table that decides what is cheap. */
export type TableFacts = TableName & {
  /** The columns of each valid index over all rows, in their order. */
  indexes: string[][];
  /** The planner's estimate; null where the table was never analysed. */
  rows: number | null;
  /** A view or a foreign table: the catalog does not say what is behind it. */
  opaque: boolean;
  /** Null: its rows are in itself. */
  parts: Parts | null;
};

export type Lookback = {
  sql: string;
  kind: ReadActivity["lookback"];
  /** The rows looked at are those of this CRM, not of all. */
  ofCrm: boolean;
  /** Start of the oldest row that is looked at. */
  fromMs: number;
};

/** Up to this many rows, reading the whole table costs too little to be noticed. */
const SMALL_TABLE_ROWS = 200_000;

/** Before any row. */
const LONG_AGO_MS = 0;

export function chooseLookback(
  { indexes, rows, parts }: TableFacts,
  { source, rule, start }: ActionColumns,
  bounds: Bounds,
): Lookback {
  const leads = (...columns: string[]) => indexes.some((index) => columns.every((name, at) => index[at] === name));
  if (parts === null && leads(source, rule, start)) {
    return { sql: byRuleSql, kind: "each-rule", ofCrm: true, fromMs: LONG_AGO_MS };
  }
  const fromMs = parts === null ? LONG_AGO_MS : limitLookback(parts, bounds);
  if (leads(source, start)) return { sql: byStartSql, kind: "newest-rows", ofCrm: true, fromMs };
  if (leads(start)) return { sql: byStartSql, kind: "newest-rows", ofCrm: false, fromMs };
  return rows !== null && rows <= SMALL_TABLE_ROWS
    ? { sql: byStartSql, kind: "newest-rows", ofCrm: true, fromMs }
    : { sql: noneSql, kind: "none", ofCrm: false, fromMs };
}
