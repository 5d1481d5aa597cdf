/** Columns of other types than the presets expect: cast where that is safe, else named before anything is read. */

import type { FirstShowing } from "../time/clock-changes.ts";
import { writeIsoTime } from "./spelled-times.ts";

/**
 * What a preset reads a column as. Start and end of a run are times with a time of day; of an end it is told where it cannot be read.
 * A message may be several in an array, and a document of any type.
 */
type ColumnKind = "text" | "message" | "number" | "time" | "start" | "end" | "flag" | "document";

/** The kinds of the columns that a relation reads, by their names. */
export type ColumnKinds = Record<string, ColumnKind>;

/**
 * The types of a table's columns by their names, as the catalog calls them; `enum` for any enumeration, `loose text` for
 * a text whose collation takes different bytes for equal.
 */
export type ColumnTypes = Record<string, string>;

const NUMBERS = ["smallint", "integer", "bigint", "numeric", "real", "double precision"];
const WORDS = ["text", "character varying", "character", "citext", "enum", "name"];
const JSONS = ["json", "jsonb"];
/** Words of a flag. Any other is unknown, as no word is. */
const TRUE = ["t", "true", "1", "y", "yes", "on"];
const FALSE = ["f", "false", "0", "n", "no", "off"];
const NUMBER = String.raw`^\s*[+-]?\d{1,15}(\.\d{1,9})?\s*$`;
/** A day that every month has, or one that its month has. */
const DAY = String.raw`(\d\d([02468][048]|[13579][26])-02-29|\d{4}-(0[1-9]|1[0-2])-([01]\d|2[0-8])|\d{4}-(0[13-9]|1[0-2])-(29|30)|\d{4}-(0[13578]|1[02])-31)`;
const TIME = String.raw`^\s*${DAY}([T ](([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?|24:00(:00(\.0+)?)?)\s*(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)?)?\s*$`;
const EPOCH = String.raw`^\s*(\d{10}(\.\d+)?|\d{13}|\d{16}|\d{19})\s*$`;
/** MySQL writes a date of zeros for no end. */
const NO_ZERO_DATE = String.raw`^\s*(?!0000-00-00)\S`;
/** Digits of dates of this century that are written as numbers. As a count since 1970 each is of 1970 or of 2600 and later. */
export const COMPACT_LENGTHS = [8, 14, 17];
/** How many of the unit a second has, and the first number that is of the next one: each is of 1973, or of the year 5138. */
const FIRST_OF_UNITS = { 1: "1e11", 1000: "1e14", 1000000: "1e17" };

/** What stands for an end that is there and cannot be read: no clock shows it. Read as any end before its start, it is none. */
export const UNREADABLE_END: Record<"postgres" | "sqlite", string> = {
  postgres: "'4713-01-01 00:00:00+00 BC'::timestamptz",
  sqlite: "-210866803200000",
};

/** How a column of that type is read, as SQL over its quoted name; null: as it is; undefined: it cannot be. */
function castColumn(kind: ColumnKind, type: string, name: string): string | null | undefined {
  if (type === "loose text") {
    // No pattern can be looked for in it.
    const strict = `(${name} COLLATE "C")`;
    return castColumn(kind, "text", strict) ?? strict;
  }
  // Of json a report needs no more than the text, and the server takes some of it for no document.
  if (kind === "document") return type === "json" ? `${name}::text` : null;
  if (kind === "message" && type.endsWith("[]")) return `array_to_string(${name}, chr(10))`;
  if (kind === "text" || kind === "message") {
    if (["text", "character varying"].includes(type)) return null;
    if (JSONS.includes(type)) return readJson(type, name);
    const isScalar = ["boolean", "uuid", "xml", ...NUMBERS, ...WORDS].includes(type);
    return isScalar ? `${name}::text` : undefined;
  }
  if (kind === "number") {
    // A mean of more is beyond what double precision holds, and an error.
    if (type === "numeric")
      return `CASE WHEN ${name} BETWEEN -1e300 AND 1e300 THEN ${name} WHEN ${name} IS NOT NULL THEN 'NaN'::numeric END`;
    if (NUMBERS.includes(type)) return null;
    if (type === "boolean") return `${name}::int`;
    // What is no number makes no sum of 0.
    const written = JSONS.includes(type) ? `(${readJson(type, name)})` : `${name}::text`;
    const read = `CASE WHEN ${written} ~ '${NUMBER}' THEN ${written}::numeric WHEN ${written} ~ '\\S' THEN 'NaN'::numeric END`;
    return [...JSONS, ...WORDS].includes(type) ? read : undefined;
  }
  if (kind === "flag") {
    if (type === "boolean") return null;
    if (NUMBERS.includes(type)) return `${name} <> 0`;
    return WORDS.includes(type)
      ? castFlag((words) => String.raw`${name}::text ~* '^\s*(${words.join("|")})\s*$'`)
      : undefined;
  }
  if (type === "timestamp with time zone" || type === "timestamp without time zone") return null;
  // Every run of a day would begin at midnight, and be silent for the rest of it.
  if (type === "date") return kind === "time" ? `${name}::timestamptz` : undefined;
  if (NUMBERS.includes(type)) {
    const count = castNumber(`${name}::float8`);
    const written = castSpelled(`trunc(${name}::numeric)::text`, "NULL");
    const ranges = COMPACT_LENGTHS.map(
      (length) => `${name} BETWEEN ${"20".padEnd(length, "0")} AND ${"20".padEnd(length, "9")}`,
    );
    return `CASE WHEN ${ranges.join(" OR ")} THEN coalesce(${written}, ${count}) ELSE ${count} END`;
  }
  const other = castSpelled(`${name}::text`, kind === "end" ? UNREADABLE_END.postgres : "NULL");
  const isThere = kind === "end" ? NO_ZERO_DATE : String.raw`\S`;
  const read = `CASE WHEN ${name}::text ~ '${TIME}' THEN ${name}::text::timestamptz
      WHEN ${name}::text ~ '${EPOCH}' THEN ${castNumber(`${name}::text::float8`)} WHEN ${name}::text ~ '${isThere}' THEN ${other} END`;
  return WORDS.includes(type) ? read : undefined;
}

function castSpelled(text: string, unread: string): string {
  return `(SELECT CASE WHEN t ~ '${TIME}' THEN t::timestamptz ELSE ${unread} END FROM (${writeIsoTime(text)}) iso)`;
}

/** What the server makes no text of, an escaped zero or half a character, beside escapes that it does read. */
const UNREAD_ESCAPE = String.raw`(\\[^u]|\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|\\u(0000|[dD][89a-fA-F]..)`;

/** A JSON string without its quotation marks and escapes, of a null none, all else as it is written; type `json` checks no escape. */
function readJson(type: string, name: string): string {
  if (type === "jsonb") return `${name} #>> '{}'`;
  return `CASE WHEN ${name}::text ~ '^\\s*"' AND getdatabaseencoding() = 'UTF8'
      THEN regexp_replace(${name}::text, '${UNREAD_ESCAPE}', '\\1', 'g')::json #>> '{}'
      WHEN ${name}::text !~ '^\\s*null\\s*$' THEN btrim(${name}::text, E' \\t\\r\\n"') END`;
}

/** A column as a time; null: there is none of that name, or it is of a type that holds none. */
export function writeTime(types: ColumnTypes, column: string): string | null {
  const type = types[column];
  if (type === undefined) return null;
  const cast = castColumn("time", type, column);
  return cast === undefined ? null : (cast ?? column);
}

/** Seconds since 1970, or thousandths and so on of them. */
function castNumber(number: string): string {
  const units = Object.entries(FIRST_OF_UNITS).map(([unit, first]) => `WHEN abs(${number}) < ${first} THEN ${unit}`);
  return `to_timestamp(${number} / CASE ${units.join(" ")} ELSE 1000000000 END)`;
}

/** A text that names the zone of its time, or is a number of seconds since 1970; without blanks around. */
export const ZONED = String.raw`((?<!\d[APap])[[:alpha:])\]/]|(UTC|GMT) \d{4}|[T\s]\d.*[+-]\d\d?(:?\d\d)?)["''\s\u00a0]*$|^(\d{10}|\d{13}|\d{16}|\d{19})(\.\d+)?$`;

/** A start or an end without a zone, moved to the first showing of its hour where it is one of that; `cast` as of `castColumn`. */
function writeFirstShowing(
  type: string,
  name: string,
  cast: string | null,
  { fromMs, toMs, earlierMs }: FirstShowing,
): string | null {
  const isText = isTextType(type);
  if (!isText && type !== "timestamp without time zone") return cast;
  const [from, to] = [fromMs, toMs].map((ms) => `'${new Date(ms).toISOString()}'::timestamptz`);
  const lacks = isText ? `btrim(${name}::text COLLATE "C") !~ '${ZONED}' AND ` : "";
  return `(SELECT CASE WHEN ${lacks}t >= ${from} AND t < ${to} THEN t - interval '${earlierMs / 1000} seconds' ELSE t END
    FROM (SELECT (${cast ?? name})::timestamptz AS t) showing)`;
}

/**
 * The table, or a query that reads it with its columns cast; `beside` is one column more. Throws nothing: see `listUnreadable`.
 * No index on times helps to find those of a first showing.
 */
export function castTable(
  table: string,
  types: ColumnTypes,
  kinds: ColumnKinds,
  { beside, first = null }: { beside?: string | undefined; first?: FirstShowing | null } = {},
): string {
  const columns = Object.entries(types).map(([column, type]) => {
    const name = `"${column.replaceAll('"', '""')}"`;
    const kind = kindOf(column, kinds);
    const cast = kind === null ? null : (castColumn(kind, type, name) ?? null);
    const isRun = kind === "start" || kind === "end";
    return { name, cast: isRun && first !== null ? writeFirstShowing(type, name, cast, first) : cast };
  });
  if (beside === undefined && columns.every(({ cast }) => cast === null)) return table;
  const read = columns.map(({ name, cast }) => (cast === null ? name : `${cast} AS ${name}`));
  return `(SELECT ${[...read, ...(beside === undefined ? [] : [beside])].join(", ")} FROM ${table})`;
}

/**
 * Starts that may be of no use, as they are written and as they are read, with the run's end as it is written; null where both
 * are times, and a start is always there. `mayBeNull`: a column of another type than text may lack one.
 */
export function spellStarts(
  table: string,
  types: ColumnTypes,
  kinds: ColumnKinds,
  {
    columns: { source, rule, start },
    mayBeNull,
  }: { columns: Record<"source" | "rule" | "start", string>; mayBeNull: boolean },
): string | null {
  const end = Object.keys(types).find((column) => kindOf(column, kinds) === "end");
  const isText = [start, end ?? start].some((column) => isTextType(types[column] ?? ""));
  if (!isText && !mayBeNull) return null;
  const beside = `${start}::text COLLATE "C" AS written, ${end === undefined ? "NULL::text" : `${end}::text COLLATE "C"`} AS written_end`;
  return `SELECT id, ${source} AS crm_source, ${rule} AS rule, ${start} AS started_at, written, written_end
    FROM ${castTable(table, types, kinds, { beside })} AS source_row`;
}

function isTextType(type: string): boolean {
  return type === "loose text" || WORDS.includes(type);
}

/** Each column that cannot be read, with its type. */
export function listUnreadable(types: ColumnTypes, kinds: ColumnKinds): { column: string; type: string }[] {
  return Object.entries(types).flatMap(([column, type]) => {
    const kind = kindOf(column, kinds);
    return kind !== null && castColumn(kind, type, column) === undefined ? [{ column, type }] : [];
  });
}

/** Whether a time that is read is of a type that names no zone; what a text says is looked at where it is read. */
export function lacksZone(types: ColumnTypes, kinds: ColumnKinds): boolean {
  return Object.entries(types).some(
    ([column, type]) =>
      type === "timestamp without time zone" && ["time", "start", "end"].includes(kindOf(column, kinds) ?? "document"),
  );
}

/**
 * The columns that are numbers as SQLite reads them: any may hold a text, and one that is no number is infinite, so that no
 * sum with it is known; `noNumber` says otherwise. A sum of whole numbers above 2^63 would be an error.
 */
export function castCounts(kinds: ColumnKinds, noNumber = "9e999"): Record<string, string> {
  const columns = Object.keys(kinds).filter((column) => kinds[column] === "number");
  return Object.fromEntries(
    columns.map((column) => [
      column,
      `CASE typeof(${column}) WHEN 'text' THEN CASE WHEN trim(${column}) = '' THEN NULL
        WHEN ltrim(trim(${column}), '+-') GLOB '[0-9]*' AND ltrim(trim(${column}), '+-') NOT GLOB '*[^0-9.]*' THEN CAST(trim(${column}) AS NUMERIC) * 1.0
        ELSE ${noNumber} END WHEN 'blob' THEN ${noNumber}
      WHEN 'integer' THEN iif(${column} BETWEEN -1e12 AND 1e12, ${column}, ${column} * 1.0) ELSE ${column} END`,
    ]),
  );
}

/** The columns that are flags as SQLite reads them, in the words that PostgreSQL's are read in. */
export function castFlags(kinds: ColumnKinds): Record<string, string> {
  const columns = Object.keys(kinds).filter((column) => kinds[column] === "flag");
  return Object.fromEntries(
    columns.map((column) => [
      column,
      `CASE WHEN typeof(${column}) IN ('integer', 'real') THEN ${column} <> 0
        ELSE ${castFlag((words) => `lower(trim(CAST(${column} AS TEXT), char(9, 10, 11, 12, 13, 32))) IN ('${words.join("', '")}')`)} END`,
    ]),
  );
}

function castFlag(isOneOf: (words: string[]) => string): string {
  return `CASE WHEN ${isOneOf(TRUE)} THEN true WHEN ${isOneOf(FALSE)} THEN false END`;
}

function kindOf(column: string, kinds: ColumnKinds): ColumnKind | null {
  return Object.hasOwn(kinds, column) ? (kinds[column] ?? null) : null;
}
