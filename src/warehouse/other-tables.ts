/** A table of another shape with what makes its runs readable: its likely columns, the keys of its JSON, the names behind its keys. */
import type { ColumnTypes } from "./casts.ts";
import type { FailureTable, Names, NameTable, OtherTable } from "./facts.ts";
import { quoteIdentifier } from "./tables.ts";
import { namesFailures, namesOld } from "./likely-names.ts";
import { findLikelyColumns, WORTH_OF_RULE, type JsonKey, type LikelyColumns } from "./likely-columns.ts";

/** `name` and `schema` as `OtherTable`; `keys` of its values in JSON; `sparse`: see `askSparse`. */
export type ShapedTable = {
  name: string;
  schema: string | null;
  columns: string[];
  types?: ColumnTypes;
  keys?: JsonKey[];
  sparse?: string[];
  /** Columns that are never empty. */
  required?: string[];
};

const SOURCE_KEY = /^(?:crm|source|integration|system|provider|tenant|platform|vendor)_(?:id|uuid|key)$/;
const JOB_KEY = /^(?:job|task|package|pipeline|flow|workflow|automation|process|procedure)_(?:id|uuid|key)$/;
const CLASS_KEY = /_class_id$/;
const LABELS = ["name", "title", "label", "slug", "code"];

/** The one that is offered unasked, where no table was named; null: none looks as if it held runs. */
export function pickLikeliest<T extends ShapedTable>(tables: T[]): T | null {
  const ranked = tables.map((table) => ({ table, likely: describeOther(table, tables).likely }));
  const [best] = ranked.filter(({ likely }) => likely.isOfRuns).toSorted((a, b) => b.likely.rank - a.likely.rank);
  return best?.table ?? null;
}

/** Asks for one of the first rows that has an end, and nothing in the column of the start. Null: one of the two is unknown. */
export function askSparse(table: ShapedTable): { start: string; statement: string } | null {
  const { started_at: [start] = [], finished_at: [end] = [] } = findLikelyColumns(table).columns;
  if (start === undefined || end === undefined) return null;
  const few = `SELECT ${quoteIdentifier(start)} AS own, ${quoteIdentifier(end)} AS ended FROM ${table.name} LIMIT 100`;
  const statement = `SELECT 1 FROM (${few}) few WHERE own IS NULL AND ended IS NOT NULL LIMIT 1`;
  return { start, statement };
}

/** `all`: the tables beside it. */
export function describeOther(table: ShapedTable, all: ShapedTable[]): OtherTable {
  const { name, schema } = table;
  const found = findLikelyColumns(table);
  const failures = findFailures(table, found, all);
  // Where its failures are known, what ended without one succeeded.
  const likely = failures === undefined ? found : { ...found, isOfRuns: true };
  const [end] = likely.columns.finished_at ?? [];
  const alwaysEnds = end !== undefined && table.required?.includes(end) === true;
  return {
    name,
    schema,
    ...findKeyed(table, likely, all),
    alwaysEnds,
    archive: findArchive(table, all),
    ...(failures === undefined ? {} : { failures }),
  };
}

/** Beside the jobs the table to which a clean-up moves those that are over, as SQL writes it. */
function findArchive(table: ShapedTable, all: ShapedTable[]): string | undefined {
  const isOld = (one: ShapedTable) => namesOld(writeSnake(nameAlone(one)).split("_"));
  const schema = unquote(table.schema ?? "");
  const isArchive = (other: ShapedTable) =>
    isOld(other) &&
    unquote(other.schema ?? "") === schema &&
    table.columns.every((column) => other.columns.includes(column));
  return isOld(table) ? undefined : all.find(isArchive)?.name;
}

/** With the names that belong to its keys. */
function findKeyed(
  table: ShapedTable,
  likely: LikelyColumns,
  all: ShapedTable[],
): Pick<OtherTable, "likely" | "names"> {
  const { columns, others } = likely;
  const find = (keys: RegExp) => others.find((one) => keys.test(writeSnake(one)));
  const [rule = ""] = columns.rule ?? [];
  const job = writeSnake(rule);
  // Steps of one name are in many jobs, and many jobs of Salesforce are of the type BatchApex.
  const ofRule = job.startsWith("step_") ? JOB_KEY : job === "job_type" ? CLASS_KEY : null;
  const keys = {
    rule: (ofRule === null ? undefined : find(ofRule)) ?? rule,
    // A key of a CRM says nothing to the configuration, unless a name belongs to it.
    crm_source: columns.crm_source === undefined ? find(SOURCE_KEY) : undefined,
  };
  const names: Names = {};
  const read = { ...columns };
  for (const wanted of ["rule", "crm_source"] as const) {
    const [key, found] = [keys[wanted], findNames(table, keys[wanted], all)];
    if (key === undefined || found === null) continue;
    names[wanted] = found;
    read[wanted] = [key];
  }
  const taken = Object.values(read).flat();
  const rank = likely.rank + (names.rule === undefined ? 0 : WORTH_OF_RULE);
  return { likely: { ...likely, columns: read, others: others.filter((one) => !taken.includes(one)), rank }, names };
}

/** Of `queue_jobs` without a word for what came of a job: `queue_failed_executions` beside it, with its `job_id`. */
function findFailures(
  table: ShapedTable,
  { columns, success, failure, failedAt }: LikelyColumns,
  all: ShapedTable[],
): FailureTable | undefined {
  const { id: [id] = [], rule, started_at: start, finished_at: [end] = [], status } = columns;
  const isSilent = status === undefined && success === null && failure === null && failedAt.length === 0;
  if (!isSilent || id === undefined || rule === undefined || start === undefined || end === undefined) return undefined;
  const [, prefix = "", thing = ""] = /^(.*_)?([^_]+?)s?$/.exec(writeSnake(nameAlone(table))) ?? [];
  for (const other of all) {
    const words = writeSnake(nameAlone(other));
    const key = other.columns.find((one) => writeSnake(one) === `${thing}_id`);
    const isOfFailures = words.startsWith(prefix) && namesFailures(words.split("_"));
    if (key === undefined || !isOfFailures || unquote(other.schema ?? "") !== unquote(table.schema ?? "")) continue;
    const own = findLikelyColumns(other).columns;
    const [at = null, error = null] = [own.started_at?.[0], own.error?.[0]];
    const isOfOneType = at !== null && other.types?.[at] === table.types?.[end];
    return { table: other.name, key, at: isOfOneType ? at : null, error, id, end };
  }
  return undefined;
}

/** Of runs that name something by its key alone, such as `job_id`: the table `jobs` beside theirs. */
function findNames(table: ShapedTable, column: string | undefined, all: ShapedTable[]): NameTable | null {
  const [, thing] = /^(.*[^_])_(?:id|uuid|key)$/.exec(writeSnake(column ?? "")) ?? [];
  if (column === undefined || thing === undefined) return null;
  const schema = unquote(table.schema ?? "");
  for (const other of all) {
    const own = writeSnake(nameAlone(other));
    const isOfThing = [thing, `${thing}s`, `${thing}es`, thing.replace(/y$/, "ies"), `${thing}_entity`].some(
      (word) => own === word || own === `sys${word}` || own.endsWith(`_${word}`),
    );
    if (!isOfThing || unquote(other.schema ?? "") !== schema || nameAlone(other) === nameAlone(table)) continue;
    const seek = (wanted: string[]) =>
      wanted.flatMap((word) => other.columns.find((one) => writeSnake(one) === word) ?? []).at(0);
    const [key, name] = [
      seek(["id", writeSnake(column)]),
      seek([...LABELS, `${thing}_name`, `${thing.split("_")[0]}_name`]),
    ];
    if (key !== undefined && name !== undefined) return { table: other.name, key, name };
  }
  return null;
}

function nameAlone({ name, schema }: ShapedTable): string {
  return unquote(schema === null ? name : name.slice(schema.length + 1));
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1) : name;
}

function writeSnake(name: string): string {
  return name.replaceAll(/([a-z\d])([A-Z])/g, "$1_$2").toLowerCase();
}
