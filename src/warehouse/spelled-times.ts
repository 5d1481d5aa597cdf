/**
 * Times as programs spell them, rewritten for PostgreSQL as ISO 8601 writes them: with blanks, quotation marks, small letters, slashes or
 * a comma before the fraction; without signs; without zeros before a month, a day or an hour; as Go, Java, date(1), a mail, JavaScript,
 * SQL Server and .NET's JSON write them. The twin of sqlite/spelled-texts.ts.
 */

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const MONTH = MONTHS.join("|");

/** A mail: Fri, 10 Jul 2026 18:00:00 +0000 */
const MAIL = String.raw`^[A-Z]{3}, (\d\d?) (${MONTH}) (\d{4}) (.*)$`;
/** JavaScript: Fri Jul 10 2026 18:00:00 GMT+0000 (Coordinated Universal Time) */
const SCRIPT = String.raw`^[A-Z]{3} (${MONTH}) (\d\d) (\d{4}) ([\d:]+) GMT([+-]\d{4}).*$`;

/** Java's Date, and date(1): Fri Jul 10 18:00:00 UTC 2026 */
const JAVA = String.raw`^[A-Z]{3} (${MONTH}) (\d\d?) ([\d:]+)( (?:UTC|GMT))? (\d{4})$`;
/** SQL Server: Jul 10 2026 06:00PM */
const SQL_SERVER = String.raw`^(${MONTH}) (\d\d?) (\d{4}) (0?[1-9]|1[0-2]):([0-5]\d)([AP])M$`;
/** .NET: /Date(1783713600000+0200)/, of which the zone is for show. */
const DOT_NET = String.raw`^/DATE\((\d{13})([+-]\d{4})?\)/$`;

/** Each pattern with what is written instead, one behind the other. */
const SIGNS: [pattern: string, written: string][] = [
  [String.raw`^(\d{14})(\d{3})$`, String.raw`\1.\2`],
  [String.raw`^(\d{4})/?(\d\d)/?(\d\d)`, String.raw`\1-\2-\3`],
  [String.raw`^(\d{4})-(\d)-`, String.raw`\1-0\2-`],
  [String.raw`^(\d{4}-\d\d)-(\d)(?=[T ])`, String.raw`\1-0\2`],
  [String.raw`^(\S{10}[T ])(\d):`, String.raw`\10\2:`],
  [String.raw`^(\S{10})[T ]?(\d\d)(\d\d)(\d\d)`, String.raw`\1 \2:\3:\4`],
  [String.raw`([+-])(\d:\d\d)$`, String.raw`\10\2`],
];

/** The text of a time in one of these spellings, or what is no time, as a query of the column `t`. `text`: as SQL reads it. */
export function writeIsoTime(text: string): string {
  const month = (part: string) => `lpad(((position(${part} IN '${MONTHS.join("")}') + 2) / 3)::text, 2, '0')`;
  return String.raw`SELECT regexp_replace(replace(t, ',', '.'), '([+-]\d\d:?\d\d) ([A-Z]+|[+-]\d\d)$', '\1') AS t
      FROM (SELECT CASE
          WHEN t ~ '${MAIL}' THEN (SELECT m[3] || '-' || ${month("m[2]")} || '-' || lpad(m[1], 2, '0') || ' ' || m[4] FROM regexp_match(t, '${MAIL}') m)
          WHEN t ~ '${SCRIPT}' THEN (SELECT m[3] || '-' || ${month("m[1]")} || '-' || m[2] || ' ' || m[4] || m[5] FROM regexp_match(t, '${SCRIPT}') m)
          WHEN t ~ '${JAVA}' THEN (SELECT m[5] || '-' || ${month("m[1]")} || '-' || lpad(m[2], 2, '0') || ' ' || m[3] || coalesce(m[4], '') FROM regexp_match(t, '${JAVA}') m)
          WHEN t ~ '${SQL_SERVER}' THEN (SELECT m[3] || '-' || ${month("m[1]")} || '-' || lpad(m[2], 2, '0') || ' ' || lpad((m[4]::int % 12 + CASE m[6] WHEN 'P' THEN 12 ELSE 0 END)::text, 2, '0') || ':' || m[5]
            FROM regexp_match(t, '${SQL_SERVER}') m)
          WHEN t ~ '${DOT_NET}' THEN (SELECT to_char(to_timestamp(m[1]::float8 / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') || 'Z' FROM regexp_match(t, '${DOT_NET}') m)
          ELSE ${SIGNS.reduce((read, [pattern, written]) => `regexp_replace(${read}, '${pattern}', '${written}')`, "t")} END AS t
        FROM (SELECT regexp_replace(upper(regexp_replace(regexp_replace(${text}, '^[\s\u00a0"'']+|[\s\u00a0"'']+$', '', 'g'), '\s+', ' ', 'g')), '( M=[+-].*|\[.*\])$', '') AS t) trimmed) dated`;
}
