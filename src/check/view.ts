/** The view that would let a table of another shape be read: each column of the preset `automation` from the likeliest one. */
import { showText } from "../text/terminal.ts";
import type { FailureTable, NameTable, OtherTable } from "../warehouse/facts.ts";
import type { Wanted } from "../warehouse/column-words.ts";
import type { LikelyColumns } from "../warehouse/likely-columns.ts";

/** What the preset reads. A table that has that name keeps it, and its view gets the other one. */
const VIEW = "automation_actions";
const OTHER_VIEW = "automation_runs";

/** How the view calls the tables, where it needs two. */
const RUN = "run";
const NAMED = "named";
const FAILED = "failed";

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
/** Of the words of a success, the commonest. */
const SUCCEEDED = "('success', 'succeeded', 'completed', 'complete', 'ok', 'done')";
/** And of those of a run that goes on, waits, or is to be started again. */
const OPEN = "('started', 'running', 'pending', 'received', 'retry', 'queued')";
const TRUE = "('true', 't', '1', 'yes', 'y')";

/** `crm`: its name in the configuration. `role`: who reads it; null: this is SQLite. `isAlone`: no other CRM is configured. */
type Reader = { source: string; crm: string; role: string | null; isAlone: boolean };

/** Of the tables that look as if they held runs, the view of the likeliest. Null: none does. */
export function adviseView(tables: OtherTable[], reader: Reader): string | null {
  const [best] = tables.filter(({ likely }) => likely.isOfRuns).toSorted((a, b) => b.likely.rank - a.likely.rank);
  return best === undefined ? null : writeView(best, reader);
}

/** The view of this very table, with its gaps; the statements have lines of their own. Where nothing in it is known, all is a gap. */
export function writeView(table: OtherTable, { source, crm, role, isAlone }: Reader): string {
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
  const isSingle = Object.keys(table.names).length === 0 && table.failures === undefined;
  const alias = isSingle ? "" : ` AS ${RUN}`;
  const ddl = [
    `CREATE VIEW ${name} AS SELECT`,
    ...packColumns(columns),
    ...(isOfOne ? [`  -- each run counts as one of ${showText(source)}: leave those of others out, by WHERE`] : []),
    ...listGaps(table),
    `FROM ${own}${alias};`,
    ...grant,
  ].join("\n");
  const task = likely.isKnown ? "look whether each column is the right one in" : "put its own columns for the NULLs in";
  // A view for several CRMs is told once for all of them.
  const whose = isOfOne || isAlone ? `[crm.${crm}]` : "[crm.…] of each CRM whose runs are there";
  return `if the runs are in ${own}, ${task}\n${ddl}\nand in the configuration, under ${whose}:\n${settings.join("\n")}`;
}

function writeColumn(column: Wanted, table: OtherTable, source: string, isSqlite: boolean): string {
  const { name, likely, names, failures } = table;
  const own = likely.columns[column];
  const failed = failures === undefined ? null : writeFailed(column, failures);
  if (failed !== null) return `${failed} AS ${column}`;
  const quoteName = (read: string) => writeName(read, likely);
  // A run without success may have its end there alone.
  const ends = column === "finished_at" && (own?.length ?? 0) < 2 ? [...(own ?? []), ...likely.failedAt] : [];
  if (ends.length > 1) return `coalesce(${ends.map(quoteName).join(", ")}) AS finished_at`;
  const [start] = likely.columns.started_at ?? [];
  const [end] = likely.columns.finished_at ?? [];
  // What waits and has no start is no run yet.
  if (column === "started_at" && likely.createdAt !== null && own !== undefined && end !== undefined) {
    const made = `CASE WHEN ${quoteName(end)} IS NOT NULL THEN ${quoteName(likely.createdAt)} END`;
    return `coalesce(${own.map(quoteName).join()}, ${made}) AS started_at`;
  }
  const columns = ends.length === 1 ? ends : own;
  const [status] = likely.columns.status ?? [];
  if (column === "finished_at" && table.alwaysEnds === true && status !== undefined && columns !== undefined)
    return `CASE WHEN lower(CAST(${quoteName(status)} AS text))\n      NOT IN ${OPEN}\n    THEN ${columns.map(quoteName).join()} END AS finished_at`;
  // What a run has to say may be no error.
  const mayBeOfSuccess = likely.failure === null || likely.successAt !== null;
  const succeeded = column === "error" && mayBeOfSuccess ? writeSucceeded(likely) : null;
  if (succeeded !== null && columns !== undefined)
    return `CASE WHEN ${succeeded}\n    THEN NULL ELSE ${columns.map(quoteName).join(" || ' ' || ")} END AS error`;
  const named = column === "rule" || column === "crm_source" ? names[column] : undefined;
  if (named !== undefined && own !== undefined) return `${writeNamed(named, own.map(quoteOwn).join())} AS ${column}`;
  if (columns !== undefined) {
    const pad = (text: string) => (isSqlite ? `printf('%06d', ${text})` : `lpad(CAST(${text} AS text), 6, '0')`);
    const quote = (one: string) => (likely.digits.includes(one) ? pad(quoteName(one)) : quoteName(one));
    const read = columns.map(quote).join(" || ' ' || ");
    return read === column ? column : `${read} AS ${column}`;
  }
  if (column === "finished_at" && likely.duration !== null && start !== undefined)
    return `${quoteName(start)} + ${quoteName(likely.duration)} AS finished_at`;
  if (column === "crm_source") return `${quoteText(source)} AS crm_source`;
  if (column === "rule") return `${quoteText(readName(name.split(".").at(-1) ?? name))} AS rule`;
  if (column === "dry_run" || column === "wrapper") return `false AS ${column}`;
  const outcome = column === "status" ? writeOutcome(likely) : null;
  if (outcome !== null) return `${outcome} AS status`;
  return `${isSqlite ? "NULL" : `NULL::${COLUMNS[column]}`} AS ${column}`;
}

/** The name that belongs to a key of the run. */
function writeNamed({ table, key, name, otherwise, isOfOtherType }: NameTable, own: string): string {
  const asText = (column: string) => (isOfOtherType === true ? `CAST(${column} AS text)` : column);
  const isIt = `${asText(`${NAMED}.${quoteOwn(key)}`)} = ${asText(`${RUN}.${own}`)}`;
  const read = `(SELECT ${NAMED}.${quoteOwn(name)} FROM ${table} AS ${NAMED}\n    WHERE ${isIt})`;
  return otherwise === undefined ? read : `coalesce(${read}, ${RUN}.${quoteOwn(otherwise)})`;
}

/** What a table of failures says of a run; null: nothing of that column. */
function writeFailed(column: Wanted, { table, key, at, error, id, end }: FailureTable): string | null {
  const rows = `FROM ${table} AS ${FAILED}\n    WHERE ${FAILED}.${quoteOwn(key)} = ${RUN}.${quoteOwn(id)}`;
  const ended = `${RUN}.${quoteOwn(end)}`;
  if (column === "status")
    return `CASE WHEN EXISTS (SELECT 1 ${rows}) THEN 'failed'\n    WHEN ${ended} IS NULL THEN 'running' ELSE 'success' END`;
  if (column === "finished_at" && at !== null)
    return `coalesce(${ended}, (SELECT max(${FAILED}.${quoteOwn(at)}) ${rows}))`;
  if (column !== "error" || error === null) return null;
  return `(SELECT max(CAST(${FAILED}.${quoteOwn(error)} AS text)) ${rows})`;
}

/** What a run came to, where no column says it: by a flag, else by an error or a time that only a failed one has. */
function writeOutcome(likely: LikelyColumns): string | null {
  const { success, failure, failedAt, successAt, lockedAt, columns } = likely;
  const quoteName = (read: string) => writeName(read, likely);
  if (success === null && failure === null && failedAt.length === 0) return null;
  const end = columns.finished_at?.[0];
  const locked = lockedAt === null ? [] : [`WHEN ${quoteName(lockedAt)} IS NOT NULL THEN 'running'`];
  const open = end === undefined ? locked : [`WHEN ${quoteName(end)} IS NULL THEN 'running'`];
  const failed = failure === null ? [] : [`WHEN CAST(${quoteName(failure)} AS text) NOT IN ${NO_ERROR} THEN 'failed'`];
  const stopped = failedAt.map((column) => `WHEN ${quoteName(column)} IS NOT NULL THEN 'failed'`);
  const succeeded = successAt === null ? [] : [`WHEN ${quoteName(successAt)} IS NOT NULL THEN 'success'`];
  // Without an end beside the failure or the lock it is a queue, which keeps no run that succeeded.
  const rest = end === undefined && (stopped.length > 0 || lockedAt !== null) ? "pending" : "success";
  const arms =
    success === null
      ? [
          ...(successAt === null ? [...failed, ...stopped] : [...stopped, ...succeeded, ...failed]),
          ...open,
          `ELSE '${rest}'`,
        ]
      : [
          `WHEN ${isTrue(quoteName(success))} THEN 'success'`,
          ...stopped,
          ...open,
          `WHEN ${quoteName(success)} IS NOT NULL THEN 'failed'`,
        ];
  return ["CASE", ...arms, "END"].join("\n    ").replace(/\n {4}END$/, "\n  END");
}

/** Null: no column says it. */
function writeSucceeded(likely: LikelyColumns): string | null {
  const { success, successAt, columns } = likely;
  if (successAt !== null) return `${writeName(successAt, likely)} IS NOT NULL`;
  if (success !== null) return isTrue(writeName(success, likely));
  const [status] = columns.status ?? [];
  return status === undefined ? null : `lower(CAST(${writeName(status, likely)} AS text))\n      IN ${SUCCEEDED}`;
}

function isTrue(column: string): string {
  return `lower(CAST(${column} AS text)) IN ${TRUE}`;
}

/** As comments in the statement, for whoever is about to run it. */
function listGaps({ likely, failures, archive }: OtherTable): string[] {
  const { columns, success, failure, failedAt, duration, isWrittenAt, digits, others } = likely;
  const hasFailedAt = failedAt.length > 0;
  const isSaid = (column: Wanted) =>
    columns[column] !== undefined ||
    (column === "status" && (success !== null || failure !== null || hasFailedAt)) ||
    (column === "finished_at" && (hasFailedAt || duration !== null)) ||
    (failures !== undefined && writeFailed(column, failures) !== null);
  const gaps = WANTED.filter((column) => !isSaid(column) && !BESIDE.includes(column));
  const needed = gaps.filter((column) => NEEDED.includes(column));
  const rare = gaps.filter((column) => !NEEDED.includes(column));
  const events = others.filter((column) => EVENT.test(column)).map((column) => writeName(column, likely));
  const split = Object.values(columns).filter(([, time]) => time !== undefined && !digits.includes(time));
  return [
    ...(needed.length === 0 ? [] : [`  -- found no column for these, fill them in: ${needed.join(", ")}`]),
    ...(archive === undefined ? [] : [`  -- older runs may be in ${showText(archive)}: UNION ALL adds them`]),
    ...split.map((own) => `  -- must read as 2026-07-10 21:00:00: ${own.join(" and ")}`),
    ...(events.length === 0
      ? []
      : [`  -- of several rows for one run keep one, by WHERE: ${events.map(showText).join(" or ")}`]),
    ...(others.includes("step_id") ? ["  -- each step may have a row, and the whole run one of step 0"] : []),
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

/** Of the names of columns, those that SQL keeps for itself. */
const RESERVED = new Set(
  `all and any as asc begin between case cast check column commit constraint count create default desc distinct else end except exists
  foreign from full group having in index inner into is join left like limit name not null offset on or order outer primary references
  result right rows select source start state system table then to transaction type union unique user using values when where`.split(
    /\s+/,
  ),
);
