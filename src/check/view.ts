/** The view that would let a table of another shape be read: each column of the preset `automation` from the likeliest one. */
import { showText } from "../text/terminal.ts";
import type { OtherTable } from "../warehouse/facts.ts";
import type { Wanted } from "../warehouse/column-words.ts";
import type { LikelyColumns } from "../warehouse/likely-columns.ts";

/** What the preset reads. A table that has that name keeps it, and its view gets the other one. */
const VIEW = "automation_actions";
const OTHER_VIEW = "automation_runs";

/** How the view calls the tables, where it needs two. */
const RUN = "run";
const NAMED = "named";

const LONGEST_LINE = 76;
const MOST_OTHERS = 30;
/** Every column that the preset reads, with what stands for it where nothing was found on PostgreSQL. */
const COLUMNS = {
  id: "text",
  crm_source: "text",
  rule: "text",
  status: "text",
  started_at: "timestamptz",
  finished_at: "timestamptz",
  records_processed: "bigint",
  records_created: "bigint",
  records_updated: "bigint",
  records_failed: "bigint",
  error: "text",
  dry_run: "boolean",
  wrapper: "boolean",
} satisfies Record<Wanted, string>;
const WANTED = Object.keys(COLUMNS) as Wanted[];
/** Without these no report says anything of a run. */
const NEEDED: Wanted[] = ["rule", "status", "started_at"];
/** Most tables have no such column, and need none. */
const BESIDE: Wanted[] = ["id", "crm_source", "dry_run", "wrapper"];
/** It tells which moment of a run its row is of. */
const EVENT = /(?:^|_)event(?:_?(?:name|type|kind))?$/i;
/** What programs write for no error, beside null. */
const NO_ERROR = "('', '0', 'false', '[]', '{}')";
const SUCCEEDED = "('success', 'succeeded', 'completed', 'ok', 'done')";
const TRUE = "('true', 't', '1', 'yes', 'y')";

/** `role`: who reads it; null: this is SQLite. `isAlone`: no other CRM is configured. */
type Reader = { source: string; role: string | null; isAlone: boolean };

/** Of the tables that look as if they held runs, the view of the likeliest. Null: none does. */
export function adviseView(tables: OtherTable[], reader: Reader): string | null {
  const [best] = tables.filter(({ likely }) => likely.isOfRuns).toSorted((a, b) => b.likely.rank - a.likely.rank);
  return best === undefined ? null : writeView(best, reader);
}

/** The view of this very table, with its gaps; the statements have lines of their own. Where nothing in it is known, all is a gap. */
export function writeView(table: OtherTable, { source, role, isAlone }: Reader): string {
  const { name: own, schema, likely } = table;
  const isTaken = /(?:^|[."])automation_actions"?$/.test(own);
  // Where the table does not say whose a run was, each CRM needs a view of its own.
  const isOfOne = !isAlone && likely.columns.crm_source === undefined;
  const view = `${isTaken ? OTHER_VIEW : VIEW}${isOfOne ? `_${source.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_")}` : ""}`;
  const name = schema === null ? view : `${schema}.${view}`;
  const settings = [
    'preset = "automation"',
    ...(schema === null ? [] : [`schema = ${JSON.stringify(readName(schema))}`]),
    `table = "${view}"`,
  ];
  const grant = role === null ? [] : [`GRANT SELECT ON ${name} TO "${role.replaceAll('"', '""')}";`];
  const columns = WANTED.map((column) => writeColumn(column, table, source, role === null));
  const alias = Object.keys(table.names).length === 0 ? "" : ` AS ${RUN}`;
  const ddl = [
    `CREATE VIEW ${name} AS SELECT`,
    ...packColumns(columns),
    ...(isOfOne ? [`  -- each run counts as one of ${showText(source)}: leave those of others out, by WHERE`] : []),
    ...listGaps(likely),
    `FROM ${own}${alias};`,
    ...grant,
  ].join("\n");
  const task = likely.isKnown ? "look whether each column is the right one in" : "put its own columns for the NULLs in";
  return `if the runs are in ${own}, ${task}\n${ddl}\nand set ${settings.join(" and ")}`;
}

function writeColumn(column: Wanted, table: OtherTable, source: string, isSqlite: boolean): string {
  const { name, likely, names } = table;
  const own = likely.columns[column];
  const quoteName = (read: string) => writeName(read, likely);
  // A run without success may have its end there alone.
  const ends = column === "finished_at" && (own?.length ?? 0) < 2 ? [...(own ?? []), ...likely.failedAt] : [];
  if (ends.length > 1) return `coalesce(${ends.map(quoteName).join(", ")}) AS finished_at`;
  const columns = ends.length === 1 ? ends : own;
  // What a run has to say may be no error.
  const succeeded = column === "error" && likely.failure === null ? writeSucceeded(likely) : null;
  if (succeeded !== null && columns !== undefined)
    return `CASE WHEN ${succeeded}
    THEN NULL ELSE ${columns.map(quoteName).join(" || ' ' || ")} END AS error`;
  const named = column === "rule" || column === "crm_source" ? names[column] : undefined;
  if (named !== undefined && own !== undefined)
    return `(SELECT ${NAMED}.${quoteOwn(named.name)} FROM ${named.table} AS ${NAMED}
    WHERE ${NAMED}.${quoteOwn(named.key)} = ${RUN}.${own.map(quoteOwn).join()}) AS ${column}`;
  if (columns !== undefined) {
    const read = columns.map(quoteName).join(" || ' ' || ");
    return read === column ? column : `${read} AS ${column}`;
  }
  const [start] = likely.columns.started_at ?? [];
  if (column === "finished_at" && likely.duration !== null && start !== undefined)
    return `${quoteName(start)} + ${quoteName(likely.duration)} AS finished_at`;
  if (column === "crm_source") return `${quoteText(source)} AS crm_source`;
  if (column === "rule") return `${quoteText(readName(name.split(".").at(-1) ?? name))} AS rule`;
  if (column === "dry_run" || column === "wrapper") return `false AS ${column}`;
  const outcome = column === "status" ? writeOutcome(likely) : null;
  if (outcome !== null) return `${outcome} AS status`;
  return `${isSqlite ? "NULL" : `NULL::${COLUMNS[column]}`} AS ${column}`;
}

/** What a run came to, where no column says it: by a flag, else by an error or a time that only a failed one has. */
function writeOutcome(likely: LikelyColumns): string | null {
  const { success, failure, failedAt, columns } = likely;
  const quoteName = (read: string) => writeName(read, likely);
  if (success === null && failure === null && failedAt.length === 0) return null;
  const end = columns.finished_at?.[0];
  const open = end === undefined ? [] : [`WHEN ${quoteName(end)} IS NULL THEN 'running'`];
  const failed = failure === null ? [] : [`WHEN CAST(${quoteName(failure)} AS text) NOT IN ${NO_ERROR} THEN 'failed'`];
  const stopped = failedAt.map((column) => `WHEN ${quoteName(column)} IS NOT NULL THEN 'failed'`);
  // Without an end beside the failure it is a queue, which keeps no run that succeeded.
  const rest = end === undefined && stopped.length > 0 ? "pending" : "success";
  const arms =
    success === null
      ? [...failed, ...stopped, ...open, `ELSE '${rest}'`]
      : [
          `WHEN ${isTrue(quoteName(success))} THEN 'success'`,
          ...stopped,
          ...open,
          `WHEN ${quoteName(success)} IS NOT NULL THEN 'failed'`,
        ];
  return ["CASE", ...arms, "END"].join("\n    ").replace(/\n {4}END$/, "\n  END");
}

/** Of a run, by its flag or by the commonest words. */
function writeSucceeded(likely: LikelyColumns): string | null {
  const [status] = likely.columns.status ?? [];
  if (likely.success !== null) return isTrue(writeName(likely.success, likely));
  return status === undefined ? null : `lower(CAST(${writeName(status, likely)} AS text)) IN ${SUCCEEDED}`;
}

function isTrue(column: string): string {
  return `lower(CAST(${column} AS text)) IN ${TRUE}`;
}

/** As comments in the statement, for whoever is about to run it. */
function listGaps(likely: LikelyColumns): string[] {
  const { columns, success, failure, failedAt, duration, isWrittenAt, others } = likely;
  const hasFailedAt = failedAt.length > 0;
  const isSaid = (column: Wanted) =>
    columns[column] !== undefined ||
    (column === "status" && (success !== null || failure !== null || hasFailedAt)) ||
    (column === "finished_at" && (hasFailedAt || duration !== null));
  const gaps = WANTED.filter((column) => !isSaid(column) && !BESIDE.includes(column));
  const needed = gaps.filter((column) => NEEDED.includes(column));
  const rare = gaps.filter((column) => !NEEDED.includes(column));
  const events = others.filter((column) => EVENT.test(column)).map((column) => writeName(column, likely));
  const split = Object.values(columns).filter((own) => own.length > 1);
  return [
    ...(needed.length === 0 ? [] : [`  -- found no column for these, fill them in: ${needed.join(", ")}`]),
    ...split.map((own) => `  -- must read as 2026-07-10 21:00:00: ${own.join(" and ")}`),
    ...(events.length === 0
      ? []
      : [`  -- of several rows for one run keep one, by WHERE: ${events.map(showText).join(" or ")}`]),
    ...(isWrittenAt && gaps.includes("finished_at")
      ? [`  -- perhaps when a run ended, and not when it began: ${columns.started_at?.join()}`]
      : []),
    ...wrapNames("  -- found no column for ", rare),
    // Which of them is meant, whoever fills a gap has to see.
    ...(gaps.length === 0
      ? []
      : wrapNames(
          "  -- its other columns: ",
          others
            .slice(0, MOST_OTHERS)
            .map((name) => writeName(name, likely))
            .map(showText),
        )),
  ];
}

/** Names behind a beginning that each line repeats. */
function wrapNames(beginning: string, names: string[]): string[] {
  const lines: string[] = [];
  for (const name of names) {
    const longer = `${lines.at(-1) ?? ""}, ${name}`;
    if (lines.length > 0 && longer.length <= LONGEST_LINE) lines.splice(-1, 1, longer);
    else lines.push(`${beginning}${name}`);
  }
  return lines;
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

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A column, or what a key of its JSON holds. */
function writeName(name: string, { keys }: LikelyColumns): string {
  const read = keys.get(name);
  return read === undefined ? quoteOwn(name) : `${quoteOwn(read.column)}->>${quoteText(read.key)}`;
}

function quoteOwn(name: string): string {
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
  "create",
  "table",
]);
