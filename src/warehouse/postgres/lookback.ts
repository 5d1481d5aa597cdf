/** How far a report looks back for rules that did not run: as far as the table's indexes make it cheap. */
import type { ReadActivity } from "../../report/activity.ts";
import type { Bounds } from "../bounds.ts";
import type { ActionColumns } from "../presets.ts";
import { SMALL_TABLE_ROWS } from "../past.ts";
import type { TableName } from "../tables.ts";
import { BEFORE_ANY_ROW_MS, limitLookback, type Parts } from "./parts.ts";
import byRuleSql from "./lookback/by-rule.sql" with { type: "text" };
import byStartSql from "./lookback/by-start.sql" with { type: "text" };
import noneSql from "./lookback/none.sql" with { type: "text" };
import notOlderSql from "./lookback/not-older.sql" with { type: "text" };
import olderSql from "./lookback/older.sql" with { type: "text" };
import runsSql from "./lookback/runs.sql" with { type: "text" };
import { fillPlaceholders } from "../template.ts";

/** What the catalog says of a table that decides what is cheap. */
export type TableFacts = TableName & {
  /** The columns of each valid index over all rows, in their order. */
  indexes: string[][];
  /** The planner's estimate; where the table was never analysed as many as its size can hold; null where that is not known. */
  rows: number | null;
  /** `rows` is what the size can hold: there may be far fewer. */
  guessed?: boolean;
  /** A view or a foreign table: the catalog does not say what is behind it. */
  opaque: boolean;
  /** A foreign table of another PostgreSQL, or a view of some, which hands its rows over one after the other, as far as they are asked for. */
  far: boolean;
  /** Null: its rows are in itself. */
  parts: Parts | null;
  /** An index is in the order of the names of CRMs, as they are compared. */
  hops?: boolean;
  /** The planner reaches the rows of each rule's name without reading others; where it was not asked, false. */
  byName?: boolean;
};

export type Lookback = {
  /** Its placeholders are the status word made plain, and an error that is not too long. */
  sql: string;
  kind: ReadActivity["lookback"];
  /** The rows looked at are those of this CRM, not of all. */
  ofCrm: boolean;
  /** Start of the oldest row that is looked at. */
  fromMs: number;
  /** Rules that have no run among those rows are looked for by their names. */
  byName: boolean;
};

/** As runs.sql names them. */
const RUN_COLUMNS = "id, rule, started_at, finished_at, brought, error, dry_run, meaning, ended_at, is_wrapper";

export function chooseLookback(
  { indexes, rows, parts, byName = false }: TableFacts,
  { source, rule, start }: ActionColumns,
  bounds: Bounds,
): Lookback {
  const leads = (...columns: string[]) => hasIndex(indexes, columns);
  if (parts === null && leads(source, rule, start)) {
    return { sql: byRuleSql, kind: "each-rule", ofCrm: true, fromMs: BEFORE_ANY_ROW_MS, byName: false };
  }
  const fromMs = parts === null ? BEFORE_ANY_ROW_MS : limitLookback(parts, bounds);
  const newest = { sql: writeNewest(byName), kind: "newest-rows" as const, fromMs, byName };
  if (leads(source, start)) return { ...newest, ofCrm: true };
  if (leads(start)) return { ...newest, ofCrm: false };
  return rows !== null && rows <= SMALL_TABLE_ROWS
    ? { ...newest, ofCrm: true }
    : { sql: noneSql, kind: "none", ofCrm: false, fromMs, byName: false };
}

/** Whether the planner is worth asking how it reaches a rule's rows by name. In a table of many parts it would lock each of them. */
export function mayReachNames({ indexes, parts, opaque }: TableFacts, { source, rule, start }: ActionColumns): boolean {
  const isSearched = !hasIndex(indexes, [source, rule, start]);
  return parts === null && !opaque && isSearched && hasIndex(indexes, [source, rule]);
}

/** Whether one of the indexes begins with these columns. */
export function hasIndex(indexes: string[][], columns: string[]): boolean {
  return indexes.some((index) => columns.every((name, at) => index[at] === name));
}

/** A placeholder of the part that is put in is one of the whole. */
function writeNewest(byName: boolean): string {
  const older = fillPlaceholders(byName ? olderSql : notOlderSql, { runs: runsSql, columns: RUN_COLUMNS });
  return fillPlaceholders(byStartSql, { runs: runsSql, older, cut_error: "{cut_error}" });
}
