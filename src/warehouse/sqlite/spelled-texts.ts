/**
 * Times as programs spell them, rewritten as SQLite reads them: with `+0000`, `+00`, ` UTC`, ` GMT`; with a comma before the
 * fraction, small letters or blanks around; without signs; as Go's, Java's ZonedDateTime, a mail's and JavaScript's Date write
 * them. In two steps only: SQLite counts the queries of a statement, and these are in it with each mention of a time.
 */

const digits = (count: number) => "[0-9]".repeat(count);
const letters = (count: number) => "[A-Z]".repeat(count);
const MONTHS = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
const CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** To a text that ends with its zone as one of `ZONES`, or without one. */
const WHOLE: Branch[] = [
  // Java: 2026-07-10T14:00:00-04:00[America/New_York]
  [`t GLOB '*:*Z[[]*]' OR t GLOB '*:*[+-]${digits(2)}:${digits(2)}[[]*]'`, "substr(t, 1, instr(t, '[') - 1)"],
  // Go, with a reading of its monotonic clock.
  ["t GLOB '*:* M=[+-]*'", "substr(t, 1, instr(t, ' M=') - 1)"],
  // JavaScript: Fri Jul 10 2026 18:00:00 GMT+0000 (Coordinated Universal Time)
  [
    `t GLOB '${letters(3)} ${letters(3)} ${digits(2)} ${digits(4)} *:* GMT[+-]${digits(4)}*'`,
    writeDate("substr(t, 12, 4)", "substr(t, 5, 3)", "substr(t, 9, 2)", "substr(t, 17, 8) || substr(t, 29, 5)"),
  ],
  // A mail: Fri, 10 Jul 2026 18:00:00 +0000
  [
    `t GLOB '${letters(3)}, ${digits(2)} ${letters(3)} ${digits(4)} *'`,
    writeDate("substr(t, 13, 4)", "substr(t, 9, 3)", "substr(t, 6, 2)", "substr(t, 18)"),
  ],
  [
    `t GLOB '${letters(3)}, ${digits(1)} ${letters(3)} ${digits(4)} *'`,
    writeDate("substr(t, 12, 4)", "substr(t, 8, 3)", "'0' || substr(t, 6, 1)", "substr(t, 17)"),
  ],
  [`t GLOB '${digits(8)}T${digits(6)}*'`, writeSigns("'T'", 10)],
  [`t GLOB '${digits(14)}'`, writeSigns("' '", 9)],
  [`t GLOB '${digits(8)}'`, "substr(t, 1, 4) || '-' || substr(t, 5, 2) || '-' || substr(t, 7)"],
  [`t GLOB '${digits(4)}/${digits(2)}/${digits(2)}*'`, "replace(replace(t, '/', '-'), ',', '.')"],
  ["t GLOB '*,*'", "replace(t, ',', '.')"],
];

/** Zones at the end of a text, and the text with the zone as SQLite reads it. */
const ZONES: Branch[] = [
  // Go: … -0400 EDT, … -0300 -03
  [`t GLOB '*:* [+-]${digits(4)} [A-Z]*'`, writeOffset(`rtrim(rtrim(t, '${CAPITALS}'))`)],
  [`t GLOB '*:* [+-]${digits(4)} [+-]${digits(2)}'`, writeOffset("substr(t, 1, length(t) - 4)")],
  ["t GLOB '*:*Z'", "t"],
  [`t GLOB '*:*[+-]${digits(2)}:${digits(2)}'`, "t"],
  [`t GLOB '*:*[+-]${digits(4)}'`, writeOffset("t")],
  [`t GLOB '*:*[+-]${digits(2)}'`, "t || ':00'"],
  ["t GLOB '*:*[0-9 ]UTC' OR t GLOB '*:*[0-9 ]GMT'", "rtrim(substr(t, 1, length(t) - 3)) || 'Z'"],
];

/** A relation of one row: `ms`, the time as if it were UTC where it names no zone, and `zoned`, whether it names one. */
export function writeSpelled(column: string): string {
  const zoned = ZONES.map(([when]) => when).join(" OR ");
  // What begins with no year may be a Julian day to SQLite, or an hour of 2000.
  return `(SELECT CASE WHEN t GLOB '${digits(4)}-*' THEN unixepoch(${writeCase(ZONES)}, 'subsec') * 1000 END AS ms, ${zoned} AS zoned
      FROM (SELECT ${writeCase(WHOLE)} AS t FROM (SELECT upper(trim(CAST(${column} AS TEXT))) AS t)))`;
}

type Branch = [when: string, then: string];

function writeCase(branches: Branch[]): string {
  return `CASE ${branches.map(([when, then]) => `WHEN ${when} THEN ${then}`).join(" ")} ELSE t END`;
}

function writeOffset(text: string): string {
  return `substr(${text}, 1, length(${text}) - 2) || ':' || substr(${text}, -2)`;
}

function writeSigns(between: string, timeAt: number): string {
  const pair = (at: number) => `substr(t, ${at}, 2)`;
  return `substr(t, 1, 4) || '-' || ${pair(5)} || '-' || ${pair(7)} || ${between} || ${pair(timeAt)} || ':' || ${pair(timeAt + 2)} || ':' || substr(t, ${timeAt + 4})`;
}

function writeDate(year: string, month: string, day: string, time: string): string {
  return `${year} || '-' || printf('%02d', (instr('${MONTHS}', ${month}) + 2) / 3) || '-' || ${day} || ' ' || ${time}`;
}
