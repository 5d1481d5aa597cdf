/** A table of another shape with what makes its runs readable: its likely columns, the keys of its JSON, the names behind its keys. */
import type { ColumnTypes } from "./casts.ts";
import type { Names, NameTable, OtherTable } from "./facts.ts";
import {
  findLikelyColumns,
  listLikelyRules,
  nameKey,
  countShared,
  type JsonKey,
  type LikelyColumns,
} from "./likely-columns.ts";
import { quoteIdentifier, quoteText } from "./tables.ts";

/** `name` and `schema` as `OtherTable`; `keys` of its values in JSON. */
export type ShapedTable = {
  name: string;
  schema: string | null;
  columns: string[];
  types?: ColumnTypes;
  keys?: JsonKey[];
  odd?: string[];
};

/** How many of the first rows have a value there, and how many different ones. */
export type Variety = { n: number; different: number };

/** In fewer rows any column may differ, or may not. */
const FEWEST_ROWS = 20;
const OF_KIND = /type|kind|class/i;

const SOURCE_KEY = /^(?:crm|source|integration|system|provider|tenant|platform|vendor)_(?:id|uuid|key)$/;
const RUN_KEY = /^(.*(?:^|_)(?:run|execution))_(?:id|uuid|key)$/;
/** As much as a column of the rule's name counts, and more than all that other columns make of a table of steps. */
const [NAMED_RANK, PARTS_RANK] = [100, 50];
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

/** `all`: the tables beside it. */
export function describeOther(table: ShapedTable, all: ShapedTable[]): OtherTable {
  const { name, schema } = table;
  const { found, rule } = findRule(table, all);
  const { columns, others } = found;
  const names: Names = {};
  const likely = {
    ...found,
    rank: found.rank + (rule === null ? 0 : NAMED_RANK) - (isOfParts(table, all) ? PARTS_RANK : 0),
  };
  if (rule !== null) names.rule = rule;
  // A key of a CRM says nothing to the configuration, unless a name belongs to it.
  const key = columns.crm_source === undefined ? others.find((one) => SOURCE_KEY.test(writeSnake(one))) : undefined;
  const source = findNames(table, key, all);
  if (key === undefined || source === null) return { name, schema, likely, names };
  const read = { ...likely, columns: { ...columns, crm_source: [key] }, others: others.filter((one) => one !== key) };
  return { name, schema, likely: read, names: { ...names, crm_source: source } };
}

/** Of several keys the first one that a name belongs to. */
function findRule(table: ShapedTable, all: ShapedTable[]): { found: LikelyColumns; rule: NameTable | null } {
  const found = findLikelyColumns(table);
  const own = found.columns.rule?.[0];
  const rule = findNames(table, own, all);
  if (rule !== null || own === undefined || found.isRuleSure) return { found, rule };
  const next = findRule({ ...table, odd: [...(table.odd ?? []), own] }, all);
  return next.rule === null ? { found, rule } : next;
}

/** Of the steps of runs, which name the run that they are a part of. */
function isOfParts(table: ShapedTable, all: ShapedTable[]): boolean {
  const runs = table.columns.flatMap((column) => RUN_KEY.exec(writeSnake(column))?.[1] ?? []);
  return all.some((other) => other.name !== table.name && runs.some((run) => isNamedAfter(other, run)));
}

/** Of runs that name something by its key alone, such as `job_id`: the table `jobs` beside theirs. */
function findNames(table: ShapedTable, column: string | undefined, all: ShapedTable[]): NameTable | null {
  const own = writeSnake((column ?? "").slice(countShared(table.columns)));
  const [, thing] = /^(.*[^_])_?(?:id|uuid|key)$/.exec(own) ?? [];
  if (column === undefined || thing === undefined) return null;
  const schema = unquote(table.schema ?? "");
  for (const other of all) {
    if (!isNamedAfter(other, thing) || unquote(other.schema ?? "") !== schema || nameAlone(other) === nameAlone(table))
      continue;
    const seek = (wanted: string[]) =>
      wanted.flatMap((word) => other.columns.find((one) => writeSnake(one) === word) ?? []).at(0);
    const [key, name] = [seek(["id", own]), seek([...LABELS, `${thing}_name`, `${thing}name`])];
    if (key !== undefined && name !== undefined) return { table: other.name, key, name };
  }
  return null;
}

function isNamedAfter(table: ShapedTable, thing: string): boolean {
  const own = writeSnake(nameAlone(table));
  return [thing, `${thing}s`, `${thing}es`, thing.replace(/y$/, "ies")].some(
    (word) => own === word || own.endsWith(`_${word}`),
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
