/** What the statements of all families share. */
import * as v from "valibot";
import type { Ask, Engine } from "./engine.ts";

/** How many rows one transaction reads or deletes: other processes wait for a moment at most. */
export const BATCH = 200;

/** PostgreSQL's 64-bit numbers come as text. */
export const whole = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^-?\d+$/))]),
  v.transform(Number),
  v.safeInteger(),
);

export const FARTHEST_MS = 8.64e15;

/** Epoch milliseconds, within what the language's dates can hold. */
export const instant = v.pipe(whole, v.minValue(-FARTHEST_MS), v.maxValue(FARTHEST_MS));

type Value = string | number;
export type Row = Record<string, unknown>;

/** A condition for each value that is given. Its `?` becomes the number of the value, or the numbers of several. */
export function buildFilter(conditions: [text: string, value: Value | Value[] | undefined][]): {
  where: string;
  values: Value[];
} {
  const values: Value[] = [];
  const parts = conditions.flatMap(([text, value]) => {
    if (value === undefined) return [];
    const given = Array.isArray(value) ? value : [value];
    const numbers = given.map((item) => `$${values.push(item)}`);
    return [text.replace("?", numbers.join(", "))];
  });
  return { where: parts.length === 0 ? "" : `WHERE ${parts.join(" AND ")}`, values };
}

/** Rows apart: what the schema reads of those that it accepts, and those that another program spoiled. */
export function siftRows<Schema extends v.GenericSchema>(
  schema: Schema,
  rows: Row[],
): { good: { row: Row; read: v.InferOutput<Schema> }[]; spoiled: Row[] } {
  const good: { row: Row; read: v.InferOutput<Schema> }[] = [];
  const spoiled: Row[] = [];
  for (const row of rows) {
    const result = v.safeParse(schema, row);
    if (result.success) good.push({ row, read: result.output });
    else spoiled.push(row);
  }
  return { good, spoiled };
}

/** How many rows are asked for at most where some are spoiled. */
const MOST_ASKED = 10_000;

/**
 * The first `limit` rows that are as this program writes them: one that another program spoiled takes no other with it. `text` ends
 * with the number of the limit, which comes after the values.
 */
export async function askGood<Schema extends v.GenericSchema>(
  ask: Ask,
  { text, values, limit }: { text: string; values: Value[]; limit: number },
  schema: Schema,
  onSpoiled: (row: Row) => void,
): Promise<v.InferOutput<Schema>[]> {
  for (let most = limit; ; most *= 2) {
    const rows = await ask(text, [...values, most]);
    const { good, spoiled } = siftRows(schema, rows);
    if (good.length < limit && rows.length === most && most < MOST_ASKED) continue;
    for (const row of spoiled) onSpoiled(row);
    return good.slice(0, limit).map(({ read }) => read);
  }
}

/** What is wrong with a row, by its first column that the schema does not accept; null: nothing. */
export function nameColumn(schema: v.GenericSchema, row: Row): string | null {
  const { issues } = v.safeParse(schema, row);
  if (issues === undefined) return null;
  return `${v.getDotPath(issues[0]) ?? "the row"} is not as this program writes it`;
}

/** All rows, batch by batch. `text` selects at most `BATCH` rows after the key `$1`, `$2`, … in the key's order. */
export async function* readAll(
  engine: Engine,
  text: string,
  beforeFirst: Value[],
  keyOf: (row: Row) => Value[],
): AsyncGenerator<Row> {
  for (let after = beforeFirst; ;) {
    const rows = await engine.look(async (ask) => await ask(text, after));
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return;
    after = keyOf(last);
  }
}

/** What `readAll` goes on after, as the database gave it: a number beyond 2^53 stays what it is where it came as text. */
export function keyOf(...columns: string[]): (row: Row) => Value[] {
  return (row) =>
    columns.map((column) => {
      const value = row[column];
      return typeof value === "number" ? value : String(value);
    });
}

/** Deletes batch by batch. `text` deletes at most `BATCH` rows from before `$1`, and returns one row for each. */
export async function deleteAll(engine: Engine, text: string, beforeMs: number): Promise<number> {
  let deleted = 0;
  for (;;) {
    const rows = await engine.transact(async (ask) => await ask(text, [Math.round(beforeMs)]));
    deleted += rows.length;
    if (rows.length < BATCH) return deleted;
  }
}
