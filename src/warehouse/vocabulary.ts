/** The vocabulary as SQL reads it. */
import { OTHER_BLANK_CODES } from "../text/blanks.ts";
import { bareWord, CLEAN_UP_MARKS, plainWord, STATUS_SPELLINGS, TRAILING_SIGNS } from "../report/vocabulary.ts";
import { NO_NAME } from "../report/words.ts";
import type { Dialect } from "./presets.ts";

/** What the column `status` means; null where the word is unknown. A word as it is mostly spelled is not made plain first. */
export function writeStatus(dialect: Dialect): string {
  const spellings = Object.entries(STATUS_SPELLINGS);
  const common = spellings.filter(([word]) => COMMON_STATUSES.includes(word));
  const other: Record<Dialect, string> = {
    // One expression to plan with each mention of the status, not a hundred.
    postgres: `${quote(JSON.stringify(STATUS_SPELLINGS))}::jsonb ->> ${writeWord("postgres", "status")}`,
    sqlite: `CASE ${writeWord("sqlite", "status")} ${writeBranches(spellings)} END`,
  };
  return `CASE status ${writeBranches(common)} ELSE ${other[dialect]} END`;
}

const COMMON_STATUSES = ["success", "completed", "failed", "error", "partial", "running"];

function writeBranches(spellings: [string, string][]): string {
  return spellings.map(([word, status]) => `WHEN ${quote(word)} THEN ${quote(status)}`).join(" ");
}

/** A status as `plainWord` makes it. */
export function writeWord(dialect: Dialect, column: string): string {
  const bare = (text: string) => `rtrim(lower(${text}), ${quote(TRAILING_SIGNS)})`;
  // A small I has no dot in Turkish, which would make FAILED another word.
  if (dialect === "postgres") return bare(`translate(${column}, 'I' || ${writeBlanks(dialect)} || '-_', 'i')`);
  const removed = ["' '", ...BLANK_CODES.map((code) => `char(${code})`), "'-'", "'_'"];
  return bare(removed.reduce((text, letter) => `replace(${text}, ${letter}, '')`, column));
}

/** What writers that always fill the column write for no error, as `writeWord` spells it. */
const NO_ERRORS = `none null nil <nil> nan n/a na undefined 0 false {} [] "" '' {"error":null} {"errors":[]}
  ok success successful succeeded completed done noerror noerrors`.split(/\s+/);
const LONGEST_NO_ERROR = 60;

/** Whether the column `error` of a success holds a message. */
export function writeHasError(dialect: Dialect): string {
  const start = dialect === "postgres" ? `left(error, ${LONGEST_NO_ERROR})` : `substr(error, 1, ${LONGEST_NO_ERROR})`;
  return `${writeWord(dialect, start)} NOT IN (${writeList(["", ...NO_ERRORS])})`;
}

/** Words of the configuration as `writeWord` spells those of the rows. SQLite and some locales of PostgreSQL make `A` to `Z` small, and no other letter. */
export function spellPlain<T>(statuses: Record<string, T>): Record<string, T> {
  const inAscii = (word: string) => bareWord(word.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()));
  return Object.fromEntries(
    Object.entries(statuses).flatMap(([word, status]) => [plainWord(word), inAscii(word)].map((key) => [key, status])),
  );
}

/** A rule's name, or what stands for one that is missing or of blanks only. Very long ones are cut. */
export function writeRuleName(dialect: Dialect, column = "rule"): string {
  return dialect === "postgres"
    ? `CASE WHEN btrim(${column}) <> '' THEN CASE WHEN octet_length(${column}) > 1000 THEN left(${column}, 200) || '…' || right(${column}, 60)
      ELSE ${column} END ELSE '${NO_NAME}' END`
    : `CASE WHEN trim(${column}) <> '' THEN iif(length(${column}) > 1000, substr(${column}, 1, 200) || '…' || substr(${column}, -60), ${column})
      ELSE '${NO_NAME}' END`;
}

/** The characters that are trimmed from a text. */
export function writeBlanks(dialect: Dialect): string {
  const letter = dialect === "postgres" ? "chr" : "char";
  return `' ' || ${BLANK_CODES.map((code) => `${letter}(${code})`).join(" || ")}`;
}

const BLANK_CODES = [9, 10, 11, 12, 13];

/** A CRM's name in small letters and without any blanks around; a character that the server's encoding lacks is no error. */
export function writeBareSource(dialect: Dialect, name: string): string {
  if (dialect === "sqlite")
    return `lower(trim(${name}, ${writeBlanks(dialect)} || char(${OTHER_BLANK_CODES.join(", ")})))`;
  const blank = `[\\s${OTHER_BLANK_CODES.map((code) => `\\u${code.toString(16).padStart(4, "0")}`).join("")}]`;
  return `lower(replace(regexp_replace(${name}, '^${blank}+|${blank}+$', '', 'g'), 'I', 'i'))`;
}

/** Texts as a list for IN. */
export function writeList(texts: string[]): string {
  return texts.map(quote).join(", ");
}

/** Whether a clean-up wrote what is in the column `error`, in the steps of `isCleanUp`. Null: it has none of the stems. */
export function writeCleanedUp(dialect: Dialect): string {
  const { hasStem, words } = CLEAN_UPS[dialect];
  const rewritten = CLEAN_UP_MARKS.rewrites.reduce(
    (text, [from, to]) => `replace(${text}, ${quote(from)}, ${quote(to)})`,
    `' ' || ${words} || ' '`,
  );
  return `CASE WHEN ${hasStem} THEN ${rewritten} LIKE ${quote(`%${CLEAN_UP_MARKS.sign}%`)} END`;
}

const { length, separators } = CLEAN_UP_MARKS;
const STEMS = CLEAN_UP_MARKS.stems.map((stem) => `%${stem}%`);
/** The start of the message with small letters. Collation C makes none but `A` to `Z` small, as SQLite does. */
const START: Record<Dialect, string> = {
  postgres: `lower(left(error, ${length}) COLLATE "C")`,
  sqlite: `lower(substr(error, 1, ${length}))`,
};
/** No literal holds these: to some servers a backslash in one means something else. */
const UNQUOTED = /[\t\n\r\\]/;

/** The steps that the dialects write differently. PostgreSQL makes the start once for ANY, and again for each OR. */
const CLEAN_UPS: Record<Dialect, { hasStem: string; words: string }> = {
  postgres: {
    hasStem: `${START.postgres} LIKE ANY (ARRAY[${writeList(STEMS)}])`,
    words: `translate(${START.postgres}, ${writeSeparators()}, ${quote(" ".repeat(separators.length))})`,
  },
  sqlite: {
    hasStem: STEMS.map((stem) => `${START.sqlite} LIKE ${quote(stem)}`).join(" OR "),
    words: separators.reduce((text, letter) => `replace(${text}, char(${letter.charCodeAt(0)}), ' ')`, START.sqlite),
  },
};

function writeSeparators(): string {
  const quoted = separators.filter((letter) => !UNQUOTED.test(letter)).join("");
  const others = separators.filter((letter) => UNQUOTED.test(letter));
  return [quote(quoted), ...others.map((letter) => `chr(${letter.charCodeAt(0)})`)].join(" || ");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
