/**
 * Times as programs spell them, rewritten as SQLite reads them: with `+0000`, `+00`, ` UTC`, ` GMT`; with a comma before the
 * fraction, small letters, blanks or quotation marks around; without signs, also as a number; without zeros before a month, a day
 * or an hour; as Go, Java, date(1), a mail, JavaScript, SQL Server and .NET's JSON write them. In two steps only: SQLite counts the queries of a statement, and these are in it with each mention of a time.
 */

const digits = (count: number) => "[0-9]".repeat(count);
const letters = (count: number) => "[A-Z]".repeat(count);
const MONTHS = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
/** What follows the year and its sign where a month, a day or an hour has one digit. */
const UNPADDED = [
  "[0-9]-[0-9][ T]*",
  "[0-9]-[0-9][0-9][ T]*",
  "[0-9][0-9]-[0-9][ T]*",
  "[0-9][0-9]-[0-9][0-9][ T][0-9]:*",
];
const DAY_ON = "substr(t, 6 + instr(substr(t, 6), '-'))";
const TIME_ON = "substr(t, 6 + instr(replace(substr(t, 6), 'T', ' '), ' '))";
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
  [`t GLOB '${digits(8)}[T ]${digits(6)}*'`, writeSigns("' '", 10)],
  [`t GLOB '${digits(14)}' OR t GLOB '${digits(14)}.[0-9]*'`, writeSigns("' '", 9)],
  [
    `t GLOB '${digits(8)}' OR t GLOB '${digits(8)}[T ]${digits(2)}:*'`,
    "substr(t, 1, 4) || '-' || substr(t, 5, 2) || '-' || substr(t, 7)",
  ],
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

/** As `WHOLE`, of what few programs write. Each that is looked for takes time, also where a statement is only prepared. */
const RARE_WHOLE: Branch[] = [
  // Java's Date, and date(1): Fri Jul 10 18:00:00 UTC 2026
  [
    `t GLOB '${letters(3)} ${letters(3)} [0-9 ]${digits(1)} ${digits(2)}:*:* ${digits(4)}'`,
    writeDate("substr(t, -4)", "substr(t, 5, 3)", twoDigits(9), "substr(t, 12, length(t) - 16)"),
  ],
  // SQL Server: Jul 10 2026 06:00PM
  [
    `t GLOB '${letters(3)} [0-9 ]${digits(1)} ${digits(4)} [01 ]${digits(1)}:${digits(2)}[AP]M' AND CAST(substr(t, 13, 2) AS INTEGER) BETWEEN 1 AND 12`,
    writeDate(
      "substr(t, 8, 4)",
      "substr(t, 1, 3)",
      twoDigits(5),
      "printf('%02d', substr(t, 13, 2) % 12 + 12 * (t GLOB '*PM')) || substr(t, 15, 3)",
    ),
  ],
  // .NET: /Date(1783713600000+0200)/, of which the zone is for show.
  [
    `t GLOB '/DATE(${digits(13)})/' OR t GLOB '/DATE(${digits(13)}[+-]${digits(4)})/'`,
    "strftime('%Y-%m-%d %H:%M:%fZ', substr(t, 7, 13) / 1000.0, 'unixepoch')",
  ],
  [
    UNPADDED.map((form) => `t GLOB '${digits(4)}-${form}'`).join(" OR "),
    `substr(t, 1, 4) || printf('-%02d-%02d ', substr(t, 6), ${DAY_ON}) || iif(${TIME_ON} GLOB '[0-9]:*', '0', '') || ${TIME_ON}`,
  ],
  [`t GLOB '${digits(17)}'`, `${writeSigns("' '", 9, 2)} || '.' || substr(t, 15)`],
];
const RARE_ZONES: Branch[] = [
  [`t GLOB '*:*[+-]${digits(1)}:${digits(2)}'`, "substr(t, 1, length(t) - 4) || '0' || substr(t, -4)"],
];
/** Beside blanks: quotation marks, tabs, ends of lines and the blank at which no line ends. */
const RARE_MARGIN = ` "''\t\n\r\u00a0`;

/** A relation of one row: `ms`, the time as if it were UTC where it names no zone, and `zoned`, whether it names one. */
export function writeSpelled(column: string, { isRare }: { isRare: boolean }): string {
  const [whole, zones] = isRare
    ? [
        [...RARE_WHOLE, ...WHOLE],
        [...RARE_ZONES, ...ZONES],
      ]
    : [WHOLE, ZONES];
  const margin = isRare ? `, '${RARE_MARGIN}'` : "";
  const zoned = zones.map(([when]) => when).join(" OR ");
  // What begins with no year may be a Julian day to SQLite, or an hour of 2000.
  return `(SELECT CASE WHEN t GLOB '${digits(4)}-*' THEN unixepoch(${writeCase(zones)}, 'subsec') * 1000 END AS ms, ${zoned} AS zoned
      FROM (SELECT ${writeCase(whole)} AS t FROM (SELECT upper(trim(CAST(${column} AS TEXT)${margin})) AS t)))`;
}

type Branch = [when: string, then: string];

function writeCase(branches: Branch[]): string {
  return `CASE ${branches.map(([when, then]) => `WHEN ${when} THEN ${then}`).join(" ")} ELSE t END`;
}

function writeOffset(text: string): string {
  return `substr(${text}, 1, length(${text}) - 2) || ':' || substr(${text}, -2)`;
}

/** Of which the first may be a blank. */
function twoDigits(at: number): string {
  return `replace(substr(t, ${at}, 2), ' ', '0')`;
}

/** `seconds`: how many characters they have; all that are left where it is not said. */
function writeSigns(between: string, timeAt: number, seconds?: number): string {
  const pair = (at: number) => `substr(t, ${at}, 2)`;
  return `substr(t, 1, 4) || '-' || ${pair(5)} || '-' || ${pair(7)} || ${between} || ${pair(timeAt)} || ':' || ${pair(timeAt + 2)} || ':' || substr(t, ${[timeAt + 4, ...(seconds === undefined ? [] : [seconds])].join(", ")})`;
}

function writeDate(year: string, month: string, day: string, time: string): string {
  return `${year} || '-' || printf('%02d', (instr('${MONTHS}', ${month}) + 2) / 3) || '-' || ${day} || ' ' || ${time}`;
}
