/** Long messages, cut where they are read: their beginning, their end, and where between them the failure is named. */
import type { Dialect } from "./presets.ts";

/** A message of so many characters stays as it is. What is left of a longer one is shorter than that. */
const MOST_WHOLE = 1000;
const [HEAD, TAIL] = [300, 690];
/** Of a trace, of which the last cause is told as well. */
const [SHORT_TAIL, CAUSE] = [480, 200];
/** Of a page and of a JSON object: how it begins, and what tells the failure. */
const [BEGIN, TOLD] = [50, 248];
/** So far from its end the last cause of a trace is looked for, and so far from its beginning a title or a message. */
const REACH = 20_000;
const [CAUSED_BY, TITLE, MESSAGE] = ["Caused by: ", "<title", '"message"'];

type Words = {
  whole: (text: string) => string;
  gap: string;
  left: (text: string, length: number) => string;
  right: (text: string, length: number) => string;
  from: (text: string, at: string, length: number) => string;
  find: (text: string, words: string) => string;
  small: (text: string) => string;
  /** From the last cause on; the text has one. */
  lastCause: (text: string) => string;
};

const WORDS: Record<Dialect, Words> = {
  postgres: {
    whole: (text) => text,
    gap: "E'\\n…\\n'",
    left: (text, length) => `left(${text}, ${length})`,
    right: (text, length) => `right(${text}, ${length})`,
    from: (text, at, length) => `substr(${text}, ${at}, ${length})`,
    find: (text, words) => `strpos(${text}, '${words}')`,
    // Other collations cannot read bytes that are in no encoding.
    small: (text) => `lower(${text} COLLATE "C")`,
    lastCause: (text) => `right(${text}, strpos(reverse(${text}), reverse('${CAUSED_BY}')) + ${CAUSED_BY.length - 1})`,
  },
  sqlite: {
    whole: (text) => `CAST(${text} AS TEXT)`,
    gap: "char(10, 8230, 10)",
    left: (text, length) => `substr(${text}, 1, ${length})`,
    right: (text, length) => `substr(${text}, -${length})`,
    from: (text, at, length) => `substr(${text}, ${at}, ${length})`,
    find: (text, words) => `instr(${text}, '${words}')`,
    small: (text) => `lower(${text})`,
    lastCause: (text) => `(WITH RECURSIVE causes(text) AS (VALUES (substr(${text}, instr(${text}, '${CAUSED_BY}')))
        UNION ALL SELECT substr(text, 1 + instr(substr(text, 2), '${CAUSED_BY}')) FROM causes WHERE instr(substr(text, 2), '${CAUSED_BY}') > 0)
        SELECT text FROM causes ORDER BY length(text) LIMIT 1)`,
  },
};

/** The column, cut where it is long. Linear in the length of what is read. */
export function writeCutMessage(dialect: Dialect, column: string): string {
  const { whole, gap, left, right, from, find, small, lastCause } = WORDS[dialect];
  const text = whole(column);
  const [near, end] = [left(text, REACH), right(text, REACH)];
  const title = find(small(near), TITLE);
  const message = find(near, MESSAGE);
  return `CASE WHEN length(${text}) <= ${MOST_WHOLE} THEN ${text}
      WHEN ${find(end, CAUSED_BY)} > 0 THEN ${left(text, HEAD)} || ${gap} || ${right(text, SHORT_TAIL)} || ${gap} || ${left(lastCause(end), CAUSE)}
      WHEN ${title} > ${BEGIN} THEN ${left(text, BEGIN)} || ' ' || ${from(text, title, TOLD)} || ${gap} || ${right(text, TAIL)}
      WHEN ${message} > ${HEAD} - ${BEGIN} AND ltrim(${left(text, BEGIN)}) LIKE '{%' THEN '{' || ${from(text, message, TOLD)} || ${gap} || ${right(text, TAIL)}
      ELSE ${left(text, HEAD)} || ${gap} || ${right(text, TAIL)} END`;
}
