/** Long messages, cut where they are read: their beginning, their end, and where between them the failure is named. */
import type { Dialect } from "./presets.ts";

/** What is left of a longer message is shorter than that. */
const MOST_WHOLE = 1000;
/** By so many characters of its beginning and of its end a message is compared with others: its cause must be there. */
const COMPARED = 300;
const [HEAD, TAIL] = [300, 690];
/** Of a trace, of which the last cause is told as well, and of a log with its last error. */
const [SHORT_TAIL, CAUSE] = [480, 200];
/** Of a trace in Python, of which only the end is as long. */
const CHAINED_TAIL = 640;
/** Of a page and of a JSON object: how it begins, and what tells the failure. */
const [BEGIN, TOLD] = [50, 248];
/** So far from its end the last cause of a trace is looked for, and so far from its beginning a title or a message. */
export const REACH = 20_000;
const [CAUSED_BY, TITLE, MESSAGE, PRINTED] = ["Caused by: ", "<title", '"message"', "<pre"];
/** Dagster's words before what caused an exception: the cause stands above its own frames. */
const DEEPER = "caused by the following exception:";
const TRACEBACK = "Traceback (most recent";
/** Python's words between an exception and the one that it caused; so much before them and with them is the first's. */
const [CHAIN, BEFORE_CHAIN, WITH_CHAIN] = ["above exception", 240, 290];
/** Of a page that prints its failure. */
const SHORT_TITLE = 100;
/** In a log; what stands so near its end is handed over with it. */
const [LOGGED, END] = ["ERROR", 250];
/** What a log without levels says where it names the failure, without the letter that may be a capital: the most telling first. */
const FAILING = [
  "eadlock",
  "efused",
  "enied",
  "xceeded",
  "o such",
  "oes not exist",
  "nauthorized",
  "imed out",
  "nexpected",
  "annot",
  "ould not",
  "nable to",
  "nvalid",
  "ailed",
  "rror",
  "imeout",
];
/** So far from the end of such a log they are looked for, and so much before them is handed over behind a mark. */
const [LOG_REACH, BEFORE_FAILING, AROUND] = [4000, 80, "… "];
/** How a log begins whose lines begin with a time. */
const [TIMED, BRACKETED] = [
  ["0", "1", "2", "3"],
  ["[0", "[1", "[2", "[3"],
];

type Words = {
  whole: (text: string) => string;
  gap: string;
  left: (text: string, length: number) => string;
  right: (text: string, length: number) => string;
  from: (text: string, at: string, length: number) => string;
  find: (text: string, words: string) => string;
  small: (text: string) => string;
  /**
   * What `write` makes of the text from the last of the words on, and of the same from so many characters before them; the text
   * has them. SQLite reads no query with two of these in it.
   */
  last: (text: string, words: string, before: string, write: (rest: string, told: string) => string) => string;
};

const WORDS: Record<Dialect, Words> = {
  postgres: {
    whole: (text) => text,
    gap: "E'\\n…\\n'",
    left: (text, length) => `left(${text}, ${length})`,
    right: (text, length) => `right(${text}, ${length})`,
    from: (text, at, length) => `substr(${text}, ${at}, ${length})`,
    find: (text, words) => `strpos(${text}, ${words})`,
    // Other collations cannot read bytes that are in no encoding.
    small: (text) => `lower(${text} COLLATE "C")`,
    last: (text, words, before, write) =>
      // OFFSET 0 keeps it from being reversed with each mention.
      `(SELECT ${write("right(told, at)", "told")} FROM (SELECT at, right(${text}, at + ${before}) AS told
        FROM (SELECT strpos(reverse(${text}), reverse(${words})) + length(${words}) - 1 AS at OFFSET 0) found OFFSET 0) rest)`,
  },
  sqlite: {
    whole: (text) => `CAST(${text} AS TEXT)`,
    gap: "char(10, 8230, 10)",
    left: (text, length) => `substr(${text}, 1, ${length})`,
    right: (text, length) => `substr(${text}, -${length})`,
    from: (text, at, length) => `substr(${text}, ${at}, ${length})`,
    find: (text, words) => `instr(${text}, ${words})`,
    small: (text) => `lower(${text})`,
    last: (
      text,
      words,
      before,
      write,
    ) => `(WITH RECURSIVE rests(text) AS (VALUES (substr(${text}, instr(${text}, ${words})))
        UNION ALL SELECT substr(text, 1 + instr(substr(text, 2), ${words})) FROM rests WHERE instr(substr(text, 2), ${words}) > 0)
        SELECT ${write("text", `substr(${text}, -length(text) - ${before})`)} FROM rests ORDER BY length(text) LIMIT 1)`,
  },
};

/** The column, cut where it is long. Linear in the length of what is read. */
export function writeCutMessage(dialect: Dialect, column: string): string {
  const { whole, gap, left, right, from, find, small, last } = WORDS[dialect];
  const text = whole(column);
  const [near, end] = [left(text, REACH), right(text, REACH)];
  const title = find(small(near), quote(TITLE));
  const message = find(near, quote(MESSAGE));
  const printed = find(small(near), quote(PRINTED));
  const chain = find(near, quote(CHAIN));
  const isCaused = `${find(end, quote(CAUSED_BY))} > 0`;
  const isDeeper = `${find(end, quote(DEEPER))} > 0`;
  const isLogged = `${find(end, quote(LOGGED))} > 0 AND ${find(right(text, END), quote(LOGGED))} = 0`;
  const failing = `CASE ${FAILING.map((words) => `WHEN ${find(right(text, LOG_REACH), quote(words))} > 0 THEN ${quote(words)}`).join(" ")} END`;
  const isTimed = `(${left(text, 1)} IN (${TIMED.map(quote).join()}) OR ${left(text, 2)} IN (${BRACKETED.map(quote).join()}))`;
  const isFailing = `${isTimed} AND ${find(text, quote(TRACEBACK))} = 0 AND ${find(right(text, END), failing)} = 0`;
  const isNamed = `(${isCaused} OR ${isDeeper})`;
  const isOfLevels = `(${isNamed} OR ${isLogged})`;
  const words = `CASE WHEN ${isCaused} THEN ${quote(CAUSED_BY)} WHEN ${isDeeper} THEN ${quote(DEEPER)} WHEN ${isLogged} THEN ${quote(LOGGED)} ELSE ${failing} END`;
  const mark = `CASE WHEN ${isOfLevels} THEN '' ELSE ${quote(AROUND)} END`;
  const ends = `CASE WHEN length(${text}) <= ${MOST_WHOLE} THEN ${text} ELSE ${left(text, HEAD)} || ${gap} || ${right(text, TAIL)} END`;
  const told = last(
    end,
    words,
    `CASE WHEN ${isOfLevels} THEN 0 ELSE ${BEFORE_FAILING} END`,
    // Python names the failure below a trace: behind the last error of a log it is at the end.
    (rest, around) =>
      `CASE WHEN NOT ${isNamed} AND ${find(rest, quote(TRACEBACK))} > 0 THEN ${ends}
        ELSE ${left(text, HEAD)} || ${gap} || ${right(text, SHORT_TAIL)} || ${gap} || ${mark} || ${left(around, CAUSE)} END`,
  );
  return `CASE WHEN length(${text}) <= ${2 * COMPARED} THEN ${text}
      WHEN ${chain} > ${BEFORE_CHAIN} AND NOT ${isDeeper} THEN ${left(text, BEGIN)} || ${gap} || ${from(text, `${chain} - ${BEFORE_CHAIN}`, WITH_CHAIN)} || ${gap} || ${right(text, CHAINED_TAIL)}
      WHEN ${title} > 0 AND ${printed} > ${title} THEN ${left(text, BEGIN)} || ' ' || ${from(text, title, SHORT_TITLE)} || ' ' || ${from(text, printed, TOLD)} || ${gap} || ${right(text, SHORT_TAIL)}
      WHEN ${isOfLevels} OR ${isFailing} THEN ${told}
      WHEN length(${text}) <= ${MOST_WHOLE} THEN ${text}
      WHEN ${title} > ${BEGIN} THEN ${left(text, BEGIN)} || ' ' || ${from(text, title, TOLD)} || ${gap} || ${right(text, TAIL)}
      WHEN ${message} > ${HEAD} - ${BEGIN} AND (ltrim(${left(text, BEGIN)}) LIKE '{%' OR ltrim(${left(text, BEGIN)}) LIKE '[{%') THEN '{' || ${from(text, message, TOLD)} || ${gap} || ${right(text, TAIL)}
      ELSE ${left(text, HEAD)} || ${gap} || ${right(text, TAIL)} END`;
}

/** None of the words has a quotation mark. */
function quote(words: string): string {
  return `'${words}'`;
}
