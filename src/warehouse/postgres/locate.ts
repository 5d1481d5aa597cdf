/** Which tables of a PostgreSQL database hold a CRM's runs and rules. */
import type { Connection } from "../../database/connection.ts";
import { DatabaseError } from "../../database/failure.ts";
import { listUnreadable } from "../casts.ts";
import { describeIncomplete } from "../needed-columns.ts";
import { PRESETS } from "../presets.ts";
import { findSource, type Found, type Source } from "../source.ts";
import { quoteTable, type TableConfig, type TableName } from "../tables.ts";
import type { FirstShowing } from "../../time/clock-changes.ts";
import { findTables } from "./catalog.ts";
import type { TableFacts } from "./lookback.ts";

/** Throws where there are several, and where one lacks columns or has some of other types. `first`: of a table that is not too large. */
export async function locateSource(
  connection: Connection,
  crm: TableConfig,
  first: FirstShowing | null = null,
): Promise<Extract<Found<TableFacts>, { kind: "found" | "missing" }>> {
  const tables = await findTables(connection.ask, crm);
  const found = findSource(tables, crm, "postgres", (table) => (isSoonRead(table) ? first : null));
  if (found.kind === "ambiguous") throw new DatabaseError(found.problem);
  if (found.kind === "incomplete") {
    const { incomplete, preset } = found;
    throw new DatabaseError(describeIncomplete(incomplete, quoteTable(incomplete.table), preset));
  }
  if (found.kind === "missing") return found;
  const problem = describeTypes(found);
  if (problem !== null) throw new DatabaseError(problem);
  return found;
}

/** So many rows are read in a second without an index on their times, which is of no use for one hour of the year. */
const MOST_READ_WHOLE = 500_000;

function isSoonRead({ rows, parts }: TableFacts): boolean {
  return parts === null && rows !== null && rows <= MOST_READ_WHOLE;
}

const CASTS = "times as timestamptz, counts as numbers, flags as boolean, all else as text";

/** What a view may read of such a type. */
const READINGS: { type: RegExp; read: (column: string) => string }[] = [
  { type: /\[\]$/, read: (column) => `${column}[1]` },
  { type: /range$/, read: (column) => `lower(${column})` },
  { type: /^money$/, read: (column) => `${column}::numeric` },
  { type: /^bytea$/, read: (column) => `encode(${column}, 'escape')` },
  { type: /^bit/, read: (column) => `${column}::text` },
];

/** Every column of the runs that is of no type a report reads, and what to do; null: there is none. */
export function describeTypes({
  source,
  actions,
}: {
  source: Pick<Source, "preset">;
  actions: TableName;
}): string | null {
  const unreadable = listUnreadable(actions.types ?? {}, PRESETS[source.preset].kinds.actions);
  if (unreadable.length === 0) return null;
  const days = unreadable.filter(({ type }) => type === "date").map(({ column }) => column);
  const others = unreadable.filter(({ type }) => type !== "date").map(({ column, type }) => `${column} (${type})`);
  const readings = unreadable.flatMap(({ column, type }) => {
    const reading = READINGS.find((one) => one.type.test(type));
    return reading === undefined ? [] : `${reading.read(column)} AS ${column}`;
  });
  return [
    ...(others.length === 0
      ? []
      : [
          `columns of other types than a report needs: ${others.join(", ")}; name a view that casts them in schema and table (${[CASTS, ...readings].join("; ")})`,
        ]),
    ...days.map(
      (column) => `${column} is a date: it needs a time of day, in a timestamptz that the syncs write or a view shows`,
    ),
  ].join("; ");
}
