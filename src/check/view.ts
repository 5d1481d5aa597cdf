/** The view that would let a table of another shape be read: each column of the preset `automation` from the likeliest one. */
import type { OtherTable, WarehouseFacts } from "../warehouse/facts.ts";

/** What the preset reads. A table that has that name keeps it, and its view gets the other one. */
const VIEW = "automation_actions";
const OTHER_VIEW = "automation_runs";

/** What people call such a column, the likeliest first; compared without capitals and underscores. */
const LIKELY: Record<string, string[]> = {
  id: ["id", "runid", "jobid", "uuid", "pk"],
  crm_source: ["crmsource", "crm", "source", "integration", "system", "connector", "provider", "tenant"],
  rule: [
    "rule",
    "synctype",
    "rulename",
    "automation",
    "job",
    "jobname",
    "task",
    "taskname",
    "pipeline",
    "flow",
    "dagid",
    "entity",
    "name",
    "type",
  ],
  status: ["status", "state", "result", "outcome"],
  started_at: ["startedat", "starttime", "started", "start", "startdate", "begin", "begunat", "createdat"],
  finished_at: ["finishedat", "endtime", "endedat", "finished", "ended", "end", "enddate", "completedat", "stoppedat"],
  records_processed: ["recordsprocessed", "records", "rows", "rowcount", "rowsprocessed", "processed", "count"],
  records_created: ["recordscreated", "created", "inserted", "rowsinserted"],
  records_updated: ["recordsupdated", "updated", "rowsupdated"],
  records_failed: ["recordsfailed", "rowsfailed", "failed"],
  error: ["error", "errormessage", "message", "exception", "traceback", "err"],
  dry_run: ["dryrun"],
  wrapper: ["wrapper"],
};
const LONGEST_LINE = 76;
/** Without these a table holds no runs. */
const NEEDED = ["rule", "status", "started_at"];

const TYPES: Record<WarehouseFacts["kind"], (column: string) => string> = {
  postgres: (column) =>
    column.startsWith("records_") ? "NULL::bigint" : column === "finished_at" ? "NULL::timestamptz" : "NULL::text",
  sqlite: () => "NULL",
};

/**
 * Of the tables that look as if they held runs, the one with the most of the columns. The statements have lines of their own. Null: none does.
 * `role`: who reads it; null: this is SQLite.
 */
export function adviseView(tables: OtherTable[], source: string, role: string | null): string | null {
  const [best] = tables
    .map((table) => ({ table, found: matchColumns(table.columns) }))
    .filter(({ found }) => NEEDED.every((column) => found.has(column)))
    .toSorted((a, b) => b.found.size - a.found.size);
  if (best === undefined) return null;
  const { table, found } = best;
  const dialect: WarehouseFacts["kind"] = role === null ? "sqlite" : "postgres";
  const columns = Object.keys(LIKELY).map((column) => {
    const own = found.get(column);
    if (own !== undefined) return own === column ? column : `${quoteName(own)} AS ${column}`;
    if (column === "crm_source") return `'${source.replaceAll("'", "''")}' AS crm_source`;
    if (column === "dry_run" || column === "wrapper") return `false AS ${column}`;
    return `${TYPES[dialect](column)} AS ${column}`;
  });
  const isTaken = /(?:^|[."])automation_actions"?$/.test(table.name);
  const view = isTaken ? OTHER_VIEW : VIEW;
  const name = table.schema === null ? view : `${table.schema}.${view}`;
  const settings = [
    'preset = "automation"',
    ...(table.schema === null ? [] : [`schema = ${JSON.stringify(readName(table.schema))}`]),
    ...(isTaken ? [`table = "${view}"`] : []),
  ].join(" and ");
  const grant = role === null ? [] : [`GRANT SELECT ON ${name} TO "${role.replaceAll('"', '""')}";`];
  const ddl = [`CREATE VIEW ${name} AS SELECT`, ...packColumns(columns), `FROM ${table.name};`, ...grant].join("\n");
  return `if the runs are in ${table.name}, look whether each column is the right one in\n${ddl}\nand set ${settings}`;
}

/** As lines that a terminal shows whole, so that they can be copied from there. */
function packColumns(columns: string[]): string[] {
  const lines: string[] = [];
  for (const [index, column] of columns.entries()) {
    const text = index === columns.length - 1 ? column : `${column},`;
    const last = lines.at(-1);
    const longer = `${last ?? ""} ${text}`;
    if (last !== undefined && longer.length <= LONGEST_LINE) lines.splice(-1, 1, longer);
    else lines.push(`  ${text}`);
  }
  return lines;
}

/** The table's own column for each of the preset's. A column is taken once. */
function matchColumns(columns: string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const [wanted, likely] of Object.entries(LIKELY)) {
    const taken = [...found.values()];
    const own = likely
      .map((name) => columns.find((column) => plain(column) === name && !taken.includes(column)))
      .find((column) => column !== undefined);
    if (own !== undefined) found.set(wanted, own);
  }
  return found;
}

function plain(column: string): string {
  return column.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A name as it is, of one that SQL writes. */
function readName(written: string): string {
  return written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written;
}

/** Of the likely names, those that SQL keeps for itself. */
const RESERVED = new Set([
  "end",
  "start",
  "begin",
  "count",
  "rows",
  "name",
  "type",
  "result",
  "state",
  "system",
  "source",
]);
