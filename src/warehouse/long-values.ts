/**
 * Values that are too long, cut where they are read. `octet_length` of a column reads no page of it, all other functions read the
 * whole value, and some copy it several times.
 */
import type { ColumnKinds } from "./casts.ts";
import { REACH, writeCutMessage } from "./cut-messages.ts";
import type { Dialect } from "./presets.ts";
import { quoteTable, type TableName } from "./tables.ts";

/** Above, a text is not read: what stands there instead says so. SQLite may hold 1 GB in one value, PostgreSQL a message as long. */
const MOST_TEXT_BYTES = 4_000_000;
/** Numbers and times. */
const MOST_FIGURE_BYTES = 1000;
/** A message of fewer bytes is not cut here. */
const MOST_WHOLE_BYTES = 4000;

/** On PostgreSQL: below, nothing is cut, and above, only the two ends are copied. */
const [MOST_SHORT_BYTES, MOST_COPIED_BYTES] = [600, 200_000];

type Bound = "message" | "text" | "figure";

const MESSAGES = ["error", "error_message"];

/**
 * The columns that a preset reads of an SQLite table, bounded, as SQL reads them. SQLite merges it into the query around it.
 * `asTheyAre`: those that an index must help with, and others that are read beside. `absent`: those that the table does not have.
 */
export function boundTable(table: TableName, kinds: ColumnKinds, asTheyAre: string[], absent: string[] = []): string {
  const bounded = Object.entries(kinds).filter(([column]) => !asTheyAre.includes(column));
  const read = bounded.map(
    ([column, kind]) => `${absent.includes(column) ? "NULL" : BOUNDS[boundOf(column, kind)](column)} AS ${column}`,
  );
  return `(SELECT ${[...asTheyAre, ...read].join(", ")} FROM ${quoteTable(table)})`;
}

function boundOf(column: string, kind: ColumnKinds[string]): Bound {
  if (MESSAGES.includes(column)) return "message";
  return kind === "text" || kind === "document" ? "text" : "figure";
}

/** PostgreSQL fetches and unpacks a long value again for each function that reads it: there they get one copy, of its two ends. */
const CUT_ERRORS: Record<Dialect, string> = {
  postgres: `CASE WHEN octet_length(error) > ${MOST_TEXT_BYTES}
      THEN '(' || to_char(octet_length(error), 'FM999,999,999,999') || ' bytes, too long to be read)'
    WHEN error IS NULL OR octet_length(error) <= ${MOST_SHORT_BYTES} THEN error
    ELSE (SELECT ${writeCutMessage("postgres", "near")} FROM (SELECT CASE WHEN octet_length(error) > ${MOST_COPIED_BYTES}
      THEN left(error, ${REACH}) || E'\\n…\\n' || right(error, ${REACH}) ELSE error || '' END AS near OFFSET 0) one) END`,
  sqlite: writeCutMessage("sqlite", "error"),
};

/** An error that is not too long. */
export function writeCutError(dialect: Dialect): string {
  return CUT_ERRORS[dialect];
}

const BOUNDS: Record<Bound, (column: string) => string> = {
  message: (column) => `CASE WHEN octet_length(${column}) > ${MOST_TEXT_BYTES} THEN ${writeInstead(column)}
    WHEN octet_length(${column}) > ${MOST_WHOLE_BYTES}
      THEN ${writeCutMessage("sqlite", column)}
    ELSE ${column} END`,
  text: (column) => writeBound(column, MOST_TEXT_BYTES),
  figure: (column) => writeBound(column, MOST_FIGURE_BYTES),
};

function writeBound(column: string, most: number): string {
  return `CASE WHEN octet_length(${column}) > ${most} THEN ${writeInstead(column)} ELSE ${column} END`;
}

function writeInstead(column: string): string {
  return `printf('(%,d bytes, too long to be read)', octet_length(${column}))`;
}
