/** A table of another shape with what makes its runs readable: its likely columns, the keys of its JSON, the names behind its keys. */
import type { ColumnTypes } from "./casts.ts";
import type { Names, NameTable, OtherTable } from "./facts.ts";
import { findLikelyColumns, type JsonKey } from "./likely-columns.ts";

/** `name` and `schema` as `OtherTable`; `keys` of its values in JSON; `sparse`: see `startOf`. */
export type ShapedTable = {
  name: string;
  schema: string | null;
  columns: string[];
  types?: ColumnTypes;
  keys?: JsonKey[];
  sparse?: string[];
};

const SOURCE_KEY = /^(?:crm|source|integration|system|provider|tenant|platform|vendor)_(?:id|uuid|key)$/;
const LABELS = ["name", "title", "label", "slug", "code"];

/** The one that is offered unasked, where no table was named; null: none looks as if it held runs. */
export function pickLikeliest<T extends ShapedTable>(tables: T[]): T | null {
  const ranked = tables.map((table) => ({ table, likely: findLikelyColumns(table) }));
  const [best] = ranked.filter(({ likely }) => likely.isOfRuns).toSorted((a, b) => b.likely.rank - a.likely.rank);
  return best?.table ?? null;
}

/** The column of the start; it is sparse where one of the first rows has none. Null: there is none, or it is of two parts. */
export function startOf(table: ShapedTable): string | null {
  const [start, timeOfDay] = findLikelyColumns(table).columns.started_at ?? [];
  return timeOfDay === undefined ? (start ?? null) : null;
}

/** `all`: the tables beside it. */
export function describeOther(table: ShapedTable, all: ShapedTable[]): OtherTable {
  const { name, schema } = table;
  const likely = findLikelyColumns(table);
  const { columns, others } = likely;
  const names: Names = {};
  const rule = findNames(table, columns.rule?.[0], all);
  if (rule !== null) names.rule = rule;
  // A key of a CRM says nothing to the configuration, unless a name belongs to it.
  const key = columns.crm_source === undefined ? others.find((one) => SOURCE_KEY.test(writeSnake(one))) : undefined;
  const source = findNames(table, key, all);
  if (key === undefined || source === null) return { name, schema, likely, names };
  const read = { ...likely, columns: { ...columns, crm_source: [key] }, others: others.filter((one) => one !== key) };
  return { name, schema, likely: read, names: { ...names, crm_source: source } };
}

/** Of runs that name something by its key alone, such as `job_id`: the table `jobs` beside theirs. */
function findNames(table: ShapedTable, column: string | undefined, all: ShapedTable[]): NameTable | null {
  const [, thing] = /^(.*[^_])_(?:id|uuid|key)$/.exec(writeSnake(column ?? "")) ?? [];
  if (column === undefined || thing === undefined) return null;
  const schema = unquote(table.schema ?? "");
  for (const other of all) {
    const own = writeSnake(nameAlone(other));
    const isOfThing = [thing, `${thing}s`, `${thing}es`, thing.replace(/y$/, "ies"), `${thing}_entity`].some(
      (word) => own === word || own.endsWith(`_${word}`),
    );
    if (!isOfThing || unquote(other.schema ?? "") !== schema || nameAlone(other) === nameAlone(table)) continue;
    const seek = (wanted: string[]) =>
      wanted.flatMap((word) => other.columns.find((one) => writeSnake(one) === word) ?? []).at(0);
    const [key, name] = [seek(["id", writeSnake(column)]), seek([...LABELS, `${thing}_name`])];
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
