/**
 * Times as SQLite tables hold them. Text that SQLite itself reads is read by it (sqlite.org/lang_datefunc.html). Others are
 * rewritten where they can mean one time only: spelled-texts.ts. Numbers are seconds, or thousandths and so on of them, since
 * 1970, or Julian days. Text that names no zone is in the CRM's.
 */
import { DAY_MS } from "../../time/units.ts";
import { listClockChanges, offsetAt } from "../../time/clock-changes.ts";
import { COMPACT_LENGTHS } from "../casts.ts";
import { writeSpelled } from "./spelled-texts.ts";

/** Numbers below are Julian days, and seconds below the second. Each further unit is a thousandth of the one before. */
const FIRST_SECONDS = 1e7;
const FIRST_MILLISECONDS = 1e11;
const FIRST_MICROSECONDS = 1e14;
const FIRST_NANOSECONDS = 1e17;
/** RFC 3339 writes the years 1 to 9999. Numbers of other years are no times. */
const JULIAN_DAY_OF_YEAR_1 = 1_721_425.5;
const LATEST_NANOSECONDS = 9e18;
const JULIAN_DAY_OF_1970 = 2_440_587.5;
/** Clock changes so long before what is read, and after it, are looked at: each is in the statement with each mention of a time. */
const [CHANGES_BEFORE_MS, CHANGES_AFTER_MS] = [366 * DAY_MS, 31 * DAY_MS];

/**
 * What a time without a zone is ahead of UTC by: the first from ever on, each other from its local time on. Empty: it is UTC.
 * A time that is older than a year before what is read may be taken for one an hour beside it.
 */
type Offsets = { fromLocalMs: number; offsetMs: number }[];

/**
 * How a table's times are read. Common spellings beside SQLite's own triple the time that a statement takes to be prepared, and
 * rare ones beside these double it again.
 */
export type Reading = { offsets: Offsets; spellings: Spellings };
export type Spellings = "own" | "common" | "all";

/**
 * An ambiguous time is one of after the change, and one that the clocks leave out one of before it, as PostgreSQL reads them. Where
 * `toMs` lies within an hour that is shown again, what would be later was written at its first showing.
 */
export function listOffsets(zone: string | null, fromMs: number, toMs: number): Offsets {
  if (zone === null) return [];
  const firstMs = fromMs - CHANGES_BEFORE_MS;
  const changes = listClockChanges(zone, firstMs, toMs + CHANGES_AFTER_MS);
  return [
    { fromLocalMs: -Infinity, offsetMs: offsetAt(zone, firstMs) },
    ...changes.flatMap(({ atMs, offsetBeforeMs, offsetMs }) => {
      const change = { fromLocalMs: atMs + offsetMs, offsetMs };
      const againUntilMs = atMs + offsetBeforeMs - offsetMs;
      if (toMs <= atMs || toMs >= againUntilMs) return [change];
      const first = { fromLocalMs: toMs + offsetMs, offsetMs: offsetBeforeMs };
      return [change, first, { fromLocalMs: againUntilMs + offsetMs, offsetMs }];
    }),
  ];
}

/** The instant in a column, in whole epoch milliseconds; null where it cannot be read. */
export function writeInstantMs(column: string, { offsets, spellings }: Reading): string {
  const own = writeKnownMs(column, offsets);
  const other = spellings === "own" ? "NULL" : writeSpelledMs(column, offsets, spellings);
  const number = (value: string) => `CASE
        WHEN ${value} NOT BETWEEN ${JULIAN_DAY_OF_YEAR_1} AND ${LATEST_NANOSECONDS} THEN NULL
        WHEN ${value} < ${FIRST_SECONDS} THEN (${value} - ${JULIAN_DAY_OF_1970}) * ${DAY_MS}.0
        WHEN ${value} < ${FIRST_MILLISECONDS} THEN ${value} * 1000.0
        WHEN ${value} < ${FIRST_MICROSECONDS} THEN ${value}
        WHEN ${value} < ${FIRST_NANOSECONDS} THEN ${value} / 1000.0 ELSE ${value} / 1000000.0 END`;
  // First what almost all tables hold. It begins with a year: SQLite takes other digits for a Julian day, and an hour for one of 2000.
  return `CAST(round(coalesce(CASE WHEN ${column} GLOB '[0-9][0-9][0-9][0-9]-*' THEN ${own} END,
      CASE WHEN typeof(${column}) IN ('integer', 'real') AND NOT ${isCompact(column)} THEN ${number(column)}
      WHEN ${column} NOT GLOB '*[^0-9.]*' AND ${writesNumber(column)} THEN ${number(`(${column} + 0.0)`)}
      ELSE ${other} END)) AS INTEGER)`;
}

/** Of this century, in as few mentions of the column as can be: a statement expands each. */
function isCompact(column: string): string {
  return `(CAST(${column} AS INTEGER) GLOB '20[0-9][0-9][01][0-9][0-3][0-9]*' AND length(CAST(${column} AS INTEGER)) IN (${COMPACT_LENGTHS.join(", ")}))`;
}

/** Of other lengths they are dates: 20260710, 20260710180000. */
function writesNumber(column: string): string {
  const lengths = [7, 10, 13, 16, 19].join(", ");
  return `instr(${column} || '.', '.') - 1 IN (${lengths})`;
}

/** Text that SQLite reads as it is. */
function writeKnownMs(column: string, offsets: Offsets): string {
  const known = `unixepoch(${column}, 'subsec') * 1000`;
  if (offsets.length === 0) return known;
  return `CASE WHEN ${column} GLOB '*:*Z' OR ${column} GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN ${known}
        WHEN substr(${column}, 11) NOT GLOB '*[^0-9:.T ]*' THEN (SELECT ms - ${writeOffset(offsets)} FROM (SELECT ${known} AS ms)) END`;
}

function writeSpelledMs(column: string, offsets: Offsets, spellings: Spellings): string {
  const ms = offsets.length === 0 ? "ms" : `iif(zoned, ms, ms - ${writeOffset(offsets)})`;
  // No range holds what begins with two blanks.
  return `(SELECT ${ms} FROM ${writeSpelled(column, { isRare: spellings === "all" })} WHERE ${column} NOT GLOB '  *')`;
}

/** Halved again and again: a zone has two changes a year. */
function writeOffset(offsets: Offsets): string {
  const middle = offsets[offsets.length >> 1];
  if (middle === undefined || offsets.length === 1) return String(offsets[0]?.offsetMs ?? 0);
  const half = offsets.length >> 1;
  return `iif(ms < ${middle.fromLocalMs}, ${writeOffset(offsets.slice(0, half))}, ${writeOffset(offsets.slice(half))})`;
}

/**
 * Whether the condition holds and a column may hold an instant in `[fromMs, toMs)`, in a form an index helps with. It holds for a day more on both
 * sides, because text names a day without its zone. Text that begins with the day of the week or with `/Date(` is in no order.
 */
export function writeRange(
  condition: string,
  column: string,
  [fromMs, toMs]: [fromMs: number, toMs: number],
  spellings: Spellings,
): string {
  const [from, to] = [fromMs - DAY_MS, toMs + 2 * DAY_MS];
  const [first, end] = [writeDay(from), writeDay(to)];
  const between = (low: string, high: string) => `(${condition}${column} >= ${low} AND ${column} < ${high})`;
  const quote = (text: string) => `'${text}'`;
  const julian = (ms: number) => String(ms / DAY_MS + JULIAN_DAY_OF_1970);
  const units = (["", "000", "000000", "000000000"] as const).map((thousandths) => [
    `${Math.round(from / 1000)}${thousandths}`,
    `${Math.round(to / 1000)}${thousandths}`,
  ]) as [low: string, high: string][];
  return `(${[
    between(quote(first), quote(end)),
    between(quote(first.replaceAll("-", "")), quote(end.replaceAll("-", ""))),
    between(quote(first.replaceAll("-", "/")), quote(end.replaceAll("-", "/"))),
    between(quote(` ${first}`), quote(` ${end}`)),
    between(quote("A"), quote("[")),
    between(`CAST(${quote(first)} AS BLOB)`, `CAST(${quote(end)} AS BLOB)`),
    between(julian(from), julian(to)),
    ...listOtherRanges(first, end, spellings).map(([low, high]) => between(low, high)),
    ...units.map(([low, high]) =>
      isBesideDates(low, high)
        ? between(low, high)
        : `(typeof(${column}) IN ('integer', 'real') AND ${between(low, high)})`,
    ),
    ...units
      .slice(0, 2)
      .flatMap(([low, high]) =>
        isBesideDates(low, high)
          ? [[low, high]]
          : [
              [low, "20"],
              ["21", high],
            ],
      )
      .map(([low = "", high = ""]) => between(quote(low), quote(high))),
  ].join(" OR ")})`;
}

/** What the other spellings begin with, between two days as ISO 8601 writes them. */
function listOtherRanges(first: string, end: string, spellings: Spellings): [low: string, high: string][] {
  if (spellings === "own") return [];
  const numbers = COMPACT_LENGTHS.map((length): [string, string] => [
    writeCompact(first, length),
    writeCompact(end, length),
  ]);
  if (spellings === "common") return numbers;
  const texts = (lead: string): [string, string] => [`'${lead}${first}'`, `'${lead}${end}'`];
  const [fromYear = "", fromMonth = ""] = first.split("-");
  const [toYear = "", toMonth = ""] = end.split("-");
  // Without a zero before it, a month is behind all others of its year, and a day behind all others of its month.
  const months = fromYear === toYear && fromMonth < "10" ? [Number(fromMonth), Math.min(Number(toMonth), 9)] : [1, 9];
  return [
    ...numbers,
    texts('"'),
    texts("''"),
    ["'/D'", "'/E'"],
    [`'${fromYear}-${fromMonth}-'`, `'${toYear}-${toMonth}-:'`],
    [`'${fromYear}-${months[0]}-'`, `'${toYear}-${months[1]}-:'`],
  ];
}

function writeCompact(day: string, length: number): string {
  return day.replaceAll("-", "").padEnd(length, "0");
}

/**
 * A wide range of digits, also of numbers where the column holds text, would hold every date of this century, which costs a look at
 * each. Of text those of 2033 to 2036 are left out.
 */
function isBesideDates(low: string, high: string): boolean {
  return low >= "20" || high <= "21";
}

function writeDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
