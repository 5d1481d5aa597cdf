/**
 * Times as SQLite tables hold them. Text that SQLite itself reads is read by it (sqlite.org/lang_datefunc.html). Others are
 * rewritten where they can mean one time only: `+0000`, `+00`, ` UTC`, Go's ` +0000 UTC`, `20260710T120000Z`, a comma before
 * the fraction, small letters and blanks around. Numbers are seconds or milliseconds since 1970, or Julian days.
 */
import { DAY_MS } from "../../time/units.ts";

/** Numbers below are Julian days, and seconds below the second. */
const FIRST_SECONDS = 1e7;
const FIRST_MILLISECONDS = 1e11;
/** RFC 3339 writes the years 1 to 9999. Numbers of other years are no times. */
const JULIAN_DAY_OF_YEAR_1 = 1_721_425.5;
const LATEST_MS = Date.parse("9999-12-31T23:59:59.999Z");
const JULIAN_DAY_OF_1970 = 2_440_587.5;

const digits = (count: number) => "[0-9]".repeat(count);

/** The instant in a column, in whole epoch milliseconds; null where it cannot be read. */
export function writeInstantMs(column: string): string {
  return `CAST(round(CASE WHEN typeof(${column}) IN ('integer', 'real')
      THEN CASE WHEN ${column} NOT BETWEEN ${JULIAN_DAY_OF_YEAR_1} AND ${LATEST_MS} THEN NULL
        WHEN ${column} < ${FIRST_SECONDS} THEN (${column} - ${JULIAN_DAY_OF_1970}) * ${DAY_MS}.0
        WHEN ${column} < ${FIRST_MILLISECONDS} THEN ${column} * 1000.0 ELSE ${column} END
      WHEN ${column} NOT GLOB '*[^0-9.]*' AND ${column} + 0.0 NOT BETWEEN ${JULIAN_DAY_OF_YEAR_1} AND ${LATEST_MS} THEN NULL
      ELSE coalesce(unixepoch(${column}, 'subsec') * 1000, ${writeRewrittenMs(column)}) END) AS INTEGER)`;
}

function writeRewrittenMs(column: string): string {
  return `(SELECT CASE
        WHEN t GLOB '${digits(10)}' THEN t * 1000.0
        WHEN t GLOB '${digits(13)}' THEN t * 1.0
        WHEN t GLOB '${digits(8)}T${digits(6)}*'
          THEN unixepoch(substr(t, 1, 4) || '-' || substr(t, 5, 2) || '-' || substr(t, 7, 5) || ':' || substr(t, 12, 2) || ':'
            || substr(t, 14), 'subsec') * 1000
        WHEN t GLOB '*[+-]${digits(4)}' AND t GLOB '*:*' THEN unixepoch(substr(t, 1, length(t) - 2) || ':' || substr(t, -2), 'subsec') * 1000
        WHEN t GLOB '*:*[+-]${digits(2)}' THEN unixepoch(t || ':00', 'subsec') * 1000
        ELSE unixepoch(t, 'subsec') * 1000 END
      FROM (SELECT CASE WHEN u LIKE '% UTC' THEN substr(u, 1, length(u) - 4) ELSE u END AS t
        FROM (SELECT replace(upper(trim(CAST(${column} AS TEXT))), ',', '.') AS u)))`;
}

/**
 * Whether the condition holds and a column may hold an instant in `[fromMs, toMs)`, in a form an index helps with. It holds for a day more on both
 * sides, because text names a day without its zone.
 */
export function writeRange(condition: string, column: string, fromMs: number, toMs: number): string {
  const [from, to] = [fromMs - DAY_MS, toMs + 2 * DAY_MS];
  const [first, end] = [writeDay(from), writeDay(to)];
  const between = (low: string, high: string) => `(${condition}${column} >= ${low} AND ${column} < ${high})`;
  const quote = (text: string) => `'${text}'`;
  const julian = (ms: number) => String(ms / DAY_MS + JULIAN_DAY_OF_1970);
  const seconds = (ms: number) => String(Math.round(ms / 1000));
  return `(${[
    between(quote(first), quote(end)),
    between(quote(first.replaceAll("-", "")), quote(end.replaceAll("-", ""))),
    between(quote(` ${first}`), quote(` ${end}`)),
    between(`CAST(${quote(first)} AS BLOB)`, `CAST(${quote(end)} AS BLOB)`),
    between(julian(from), julian(to)),
    between(seconds(from), seconds(to)),
    between(String(from), String(to)),
    ...besideDates(seconds(from), seconds(to)).map(([low, high]) => between(quote(low), quote(high))),
    ...besideDates(String(from), String(to)).map(([low, high]) => between(quote(low), quote(high))),
  ].join(" OR ")})`;
}

/** A wide range of digits would hold every date of this century, which costs a look at each. Those of 2033 to 2036 are left out. */
function besideDates(low: string, high: string): [low: string, high: string][] {
  return low < "20" && high > "21"
    ? [
        [low, "20"],
        ["21", high],
      ]
    : [[low, high]];
}

function writeDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
