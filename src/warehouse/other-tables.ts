/** A table of another shape with what makes its runs readable: its likely columns, the keys of its JSON, the names behind its keys. */
import type { ColumnTypes } from "./casts.ts";
import type { FailureTable, Names, NameTable, OtherTable } from "./facts.ts";
import {
  countShared,
  findLikelyColumns,
  listLikelyRules,
  nameKey,
  WORTH_OF_RULE,
  type JsonKey,
  type LikelyColumns,
} from "./likely-columns.ts";
import { namesFailures, namesOld } from "./likely-names.ts";
import { quoteIdentifier, quoteText } from "./tables.ts";

/** `name` and `schema` as `OtherTable`; `keys` of its values in JSON; `odd`: see `listOdd`; `sparse`: see `askSparse`. */
export type ShapedTable = {
  name: string;
  schema: string | null;
  columns: string[];
  types?: ColumnTypes;
  keys?: JsonKey[];
  odd?: string[];
  sparse?: string[];
  /** Columns that are never empty. */
  required?: string[];
};

/** How many of the first rows have a value there, and how many different ones. */
export type Variety = { n: number; different: number };

/** In fewer rows any column may differ, or may not. */
const FEWEST_ROWS = 20;
const OF_KIND = /type|kind|class/i;

const SOURCE_KEY = /^(?:crm|source|integration|system|provider|tenant|platform|vendor)_(?:id|uuid|key)$/;
const JOB_KEY = /^(?:job|task|package|pipeline|flow|workflow|automation|process|procedure)_?(?:id|uuid|key)$/;
const CLASS_KEY = /_class_id$/;
/** What a job does, in words that are no name: its statement, or the key of the connection that it is of. */
const STANDS_FOR_NAME = /^(?:command|scope)$/;
/** Of such a column that is the key itself, to what. */
const KEY_OF: Record<string, string> = { scope: "connection" };
const RUN_KEY = /^(.*(?:^|_)(?:run|execution))_(?:id|uuid|key)$/;
/** More than all that other columns make of a table of steps. */
const WORTH_OF_WHOLE = 50;
const LABELS = ["name", "title", "label", "slug", "code"];

/** What may say which rule a run was of, each with the statement that asks for its variety. `readKey`: of the JSON in a column, as SQL. */
export function listVarieties(
  table: ShapedTable,
  readKey: (column: string, key: string) => string,
): { column: string; statement: string }[] {
  return listLikelyRules(table).map((one) => {
    const own = quoteIdentifier(one.column);
    const value = "key" in one ? readKey(own, quoteText(one.key)) : own;
    return {
      column: "key" in one ? nameKey(one) : one.column,
      statement: `SELECT CAST(count(value) AS integer) AS n, CAST(count(DISTINCT value) AS integer) AS different
        FROM (SELECT CAST(${value} AS text) AS value FROM ${table.name} LIMIT 1000) few`,
    };
  });
}

/** What is different in each run is the name of the run, and a kind that never differs beside what does is no rule. */
export function listOdd(found: (Variety & { column: string })[]): string[] {
  const known = found.filter(({ n }) => n >= FEWEST_ROWS);
  const isTold = known.some(({ n, different }) => different > 1 && different < n);
  return known
    .filter(({ column, n, different }) => different === n || (isTold && different === 1 && OF_KIND.test(column)))
    .map(({ column }) => column);
}

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
  const { found, rule } = findRule(table, all);
  const failures = findFailures(table, found, all);
  const { columns } = found;
  // A key of a CRM says nothing to the configuration, unless a name belongs to it.
  const sourceKey =
    columns.crm_source === undefined ? found.others.find((one) => SOURCE_KEY.test(writeSnake(one))) : undefined;
  const source = findNames(table, sourceKey, all);
  const read = {
    ...columns,
    ...(rule === null ? {} : { rule: [rule.own] }),
    ...(sourceKey === undefined || source === null ? {} : { crm_source: [sourceKey] }),
  };
  const names: Names = {
    ...(rule === null ? {} : { rule: rule.names }),
    ...(source === null ? {} : { crm_source: source }),
  };
  const taken = Object.values(read).flat();
  const [end] = columns.finished_at ?? [];
  const likely = {
    ...found,
    columns: read,
    others: found.others.filter((one) => !taken.includes(one)),
    // Where its failures are known, what ended without one succeeded.
    isOfRuns: found.isOfRuns || failures !== undefined,
    rank: found.rank + (rule === null ? 0 : WORTH_OF_RULE) - (isOfParts(table, all) ? WORTH_OF_WHOLE : 0),
  };
  return {
    name,
    schema,
    likely,
    names,
    alwaysEnds: end !== undefined && table.required?.includes(end) === true,
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

/** The key that a name belongs to, which says what the rule is. */
type Named = { own: string; names: NameTable };

/** Of several keys the first one that a name belongs to. */
function findRule(table: ShapedTable, all: ShapedTable[]): { found: LikelyColumns; rule: Named | null } {
  const found = findLikelyColumns(table);
  const [own] = found.columns.rule ?? [];
  const ofMany = own === undefined ? null : keyOfMany(writeSnake(own));
  const job = ofMany === null ? undefined : found.others.find((one) => ofMany.test(writeSnake(one)));
  for (const key of [job, own]) {
    const names = findNames(table, key, all);
    if (key === undefined || names === null) continue;
    const otherwise = own !== undefined && STANDS_FOR_NAME.test(writeSnake(own)) ? { otherwise: own } : {};
    return { found, rule: { own: key, names: { ...names, ...otherwise } } };
  }
  if (own === undefined || found.isRuleSure) return { found, rule: null };
  const next = findRule({ ...table, odd: [...(table.odd ?? []), own] }, all);
  return next.rule === null ? { found, rule: null } : next;
}

/** Steps of one name are in many jobs, and many jobs of Salesforce are of the type BatchApex. Null: the column says which it is. */
function keyOfMany(column: string): RegExp | null {
  if (column.startsWith("step_")) return JOB_KEY;
  if (column === "command") return JOB_KEY;
  return column === "job_type" ? CLASS_KEY : null;
}

/** Of the steps of runs, which name the run that they are a part of. */
function isOfParts(table: ShapedTable, all: ShapedTable[]): boolean {
  const runs = table.columns.flatMap((column) => RUN_KEY.exec(writeSnake(column))?.[1] ?? []);
  return all.some((other) => other.name !== table.name && runs.some((run) => isNamedAfter(other, run)));
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
  const own = writeSnake((column ?? "").slice(countShared(table.columns)));
  const thing = KEY_OF[own] ?? /^(.*[^_])_?(?:id|uuid|key)$/.exec(own)?.[1];
  if (column === undefined || thing === undefined) return null;
  const schema = unquote(table.schema ?? "");
  for (const other of all) {
    if (!isNamedAfter(other, thing) || unquote(other.schema ?? "") !== schema || nameAlone(other) === nameAlone(table))
      continue;
    const seek = (wanted: string[]) =>
      wanted.flatMap((word) => other.columns.find((one) => writeSnake(one) === word) ?? []).at(0);
    const [key, name] = [
      seek(["id", own]),
      seek([...LABELS, `${thing}_name`, `${thing}name`, `${thing.split("_")[0]}_name`]),
    ];
    if (key === undefined || name === undefined) continue;
    // PostgreSQL compares a UUID, or a number, with no text.
    const isOfOneType = kindOf(other, key) === kindOf(table, column);
    return { table: other.name, key, name, ...(isOfOneType ? {} : { isOfOtherType: true }) };
  }
  return null;
}

function kindOf({ types }: ShapedTable, column: string): string | undefined {
  return types?.[column]?.replace(/^(?:small|big)?int.*/, "int");
}

function isNamedAfter(table: ShapedTable, thing: string): boolean {
  const own = writeSnake(nameAlone(table));
  return [thing, `${thing}s`, `${thing}es`, thing.replace(/y$/, "ies"), `${thing}_entity`].some(
    (word) => own === word || own === `sys${word}` || own.endsWith(`_${word}`),
  );
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
