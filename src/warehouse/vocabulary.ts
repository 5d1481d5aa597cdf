/** The vocabulary as SQL reads it. */
import { CLEAN_UP_MARKS, STATUS_SPELLINGS } from "../report/vocabulary.ts";
import type { Dialect } from "./presets.ts";

const SPELLINGS = Object.entries(STATUS_SPELLINGS);
/** Patterns of LIKE. */
const STEMS = CLEAN_UP_MARKS.stems.map((stem) => `%${stem}%`);
/** How each dialect calls a character by its code: a backslash or a tab in a literal may mean something else. */
const CHARACTER: Record<Dialect, string> = { postgres: "chr", sqlite: "char" };

/** The branches of a CASE over a status in lower case. */
export function writeStatuses(): string {
  return SPELLINGS.map(([word, status]) => `WHEN ${quote(word)} THEN ${quote(status)}`).join(" ");
}

/** The spellings of a success, as a list for IN. */
export function writeSuccesses(): string {
  return writeList(SPELLINGS.flatMap(([word, status]) => (status === "success" ? word : [])));
}

/** Texts as a list for IN. */
export function writeList(texts: string[]): string {
  return texts.map(quote).join(", ");
}

/** Whether a clean-up wrote the message in this column, in the steps of `isCleanUp`; null where it has none of the stems. */
export function writeCleanedUp(column: string, dialect: Dialect): string {
  const { rewrites, sign } = CLEAN_UP_MARKS;
  const start = WRITE_START[dialect](column);
  const rewritten = rewrites.reduce(
    (text, [from, to]) => `replace(${text}, ${quote(from)}, ${quote(to)})`,
    `' ' || ${WRITE_WORDS[dialect](start)} || ' '`,
  );
  return `CASE WHEN ${WRITE_HAS_STEM[dialect](start)} THEN ${rewritten} LIKE ${quote(`%${sign}%`)} END`;
}

/** The start of a message with small letters. In PostgreSQL only collation C leaves the others alone, as SQLite does. */
const WRITE_START: Record<Dialect, (column: string) => string> = {
  postgres: (column) => `lower(left(${column}, ${CLEAN_UP_MARKS.length}) COLLATE "C")`,
  sqlite: (column) => `lower(substr(${column}, 1, ${CLEAN_UP_MARKS.length}))`,
};

/** PostgreSQL makes the start once for an array of patterns; OR would make it for each. */
const WRITE_HAS_STEM: Record<Dialect, (start: string) => string> = {
  postgres: (start) => `${start} LIKE ANY (ARRAY[${writeList(STEMS)}])`,
  sqlite: (start) => STEMS.map((stem) => `${start} LIKE ${quote(stem)}`).join(" OR "),
};

const WRITE_WORDS: Record<Dialect, (start: string) => string> = {
  postgres: (start) => {
    const separators = CLEAN_UP_MARKS.separators.map((character) => quoteCharacter(character, "postgres"));
    return `translate(${start}, ${separators.join(" || ")}, repeat(' ', ${separators.length}))`;
  },
  sqlite: (start) =>
    CLEAN_UP_MARKS.separators.reduce(
      (text, character) => `replace(${text}, ${quoteCharacter(character, "sqlite")}, ' ')`,
      start,
    ),
};

function quoteCharacter(character: string, dialect: Dialect): string {
  return /[\t\n\r\\]/.test(character) ? `${CHARACTER[dialect]}(${character.charCodeAt(0)})` : quote(character);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
