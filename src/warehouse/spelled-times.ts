/**
 * Times as programs spell them, rewritten for PostgreSQL as ISO 8601 writes them: with blanks, small letters, slashes or a comma before
 * the fraction; without signs; as Go's, Java's ZonedDateTime, a mail's and JavaScript's Date write them. The twin of sqlite/spelled-texts.ts.
 */

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const MONTH = MONTHS.join("|");

/** A mail: Fri, 10 Jul 2026 18:00:00 +0000 */
const MAIL = String.raw`^[A-Z]{3}, (\d\d?) (${MONTH}) (\d{4}) (.*)$`;
/** JavaScript: Fri Jul 10 2026 18:00:00 GMT+0000 (Coordinated Universal Time) */
const SCRIPT = String.raw`^[A-Z]{3} (${MONTH}) (\d\d) (\d{4}) ([\d:]+) GMT([+-]\d{4}).*$`;

/** The text of a time in one of these spellings, or what is no time, as a query of the column `t`. `text`: as SQL reads it. */
export function writeIsoTime(text: string): string {
  const month = (part: string) => `lpad(((position(${part} IN '${MONTHS.join("")}') + 2) / 3)::text, 2, '0')`;
  return String.raw`SELECT regexp_replace(replace(t, ',', '.'), '([+-]\d\d:?\d\d) ([A-Z]+|[+-]\d\d)$', '\1') AS t
      FROM (SELECT CASE
          WHEN t ~ '${MAIL}' THEN (SELECT m[3] || '-' || ${month("m[2]")} || '-' || lpad(m[1], 2, '0') || ' ' || m[4] FROM regexp_match(t, '${MAIL}') m)
          WHEN t ~ '${SCRIPT}' THEN (SELECT m[3] || '-' || ${month("m[1]")} || '-' || m[2] || ' ' || m[4] || m[5] FROM regexp_match(t, '${SCRIPT}') m)
          ELSE regexp_replace(regexp_replace(t, '^(\d{4})/?(\d\d)/?(\d\d)', '\1-\2-\3'), '^(\S{10})[T ]?(\d\d)(\d\d)(\d\d)', '\1 \2:\3:\4') END AS t
        FROM (SELECT regexp_replace(upper(regexp_replace(btrim(${text}, E' \t\n\r'), '\s+', ' ', 'g')), '( M=[+-].*|\[.*\])$', '') AS t) trimmed) dated`;
}
