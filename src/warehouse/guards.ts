/** Checks of rows with thousands of values, in place. */
import * as v from "valibot";

type Guard<T> = (value: unknown) => value is T;
type Row<G extends Guard<unknown>[]> = { -readonly [K in keyof G]: G[K] extends Guard<infer T> ? T : never };

/**
 * Rows of the given columns. Valibot would make an object for each value, which took 2 MB for three CRMs. It loops, because
 * a function that is called for each value would start the compiler and its threads.
 */
export function table<const G extends Guard<unknown>[]>(...columns: G) {
  return v.pipe(
    v.custom<Row<G>[]>(Array.isArray),
    v.rawCheck<Row<G>[]>(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const place = findMisfit(dataset.value, columns);
      if (place.length === 0) return;
      const path = place.map((key) => ({
        type: "unknown" as const,
        origin: "value" as const,
        input: null,
        key,
        value: null,
      }));
      addIssue({ path: path as [(typeof path)[number]] });
    }),
  );
}

/** Row and column of the first value that does not fit, the row alone where it is no such row; empty: all fit. */
function findMisfit(rows: unknown[], columns: Guard<unknown>[]): number[] {
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at];
    if (!Array.isArray(row) || row.length !== columns.length) return [at];
    for (let column = 0; column < columns.length; column += 1) {
      if (columns[column]?.(row[column]) !== true) return [at, column];
    }
  }
  return [];
}

/** Longer texts are cut where they are read. */
const LONGEST_TEXT = 20_000;
/** More runs than any table has: what counts to it in a loop comes to its end. */
const MOST_RUNS = 100_000_000;

export function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= LONGEST_TEXT;
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MOST_RUNS;
}

/** JSON's 1e999 is none. */
export function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

export function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

export function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}

export function isNumbers(value: unknown): value is number[] {
  if (!Array.isArray(value)) return false;
  for (const item of value) if (!Number.isFinite(item)) return false;
  return true;
}

export function isOneOf<const T extends string>(words: readonly T[]): Guard<T> {
  return (value): value is T => words.includes(value as T);
}

export function orNull<T>(fits: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || fits(value);
}

export function listOf<T>(fits: Guard<T>): Guard<T[]> {
  return (value): value is T[] => {
    if (!Array.isArray(value)) return false;
    for (const item of value) if (!fits(item)) return false;
    return true;
  };
}
