/** Which of the common mistakes makes a text no TOML. Keys and tables are named, values never. */

import type { Path } from "../schema-keys.ts";
import { formatCount } from "../text/figures.ts";

/** Both count from 1. */
export type Position = { line: number; column: number };

export type Mistake = { position: Position | null; says: string };

/** What a parser stopped at; `message`: in its own words, which are looked at and never shown. */
export type Stop = Position & { message: string };

const PLAIN_KEY = /^[\w-]+(?:\.[\w-]+)*$/;
const QUOTES = /[\u2018-\u201f\u2032\u2033\u00ab\u00bb\u0060\u00b4]/;
/** Of Unicode, among them the no-break space: to TOML none is a space. */
const SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]/;
const MERGE_MARK = /^(?:<{7}|={7}|>{7}|\|{7})(?:\s|$)/;
const NAME = String.raw`(?:[\w-]+|"[^"]*"|'[^']*')`;
const TABLE = new RegExp(String.raw`^\s*\[\[?\s*${NAME}(?:\s*\.\s*${NAME})*\s*\]\]?\s*(?:#.*)?$`);
const KEY = /^\s*([^=\s]+)\s*=/;
const HEADER = /^\s*\[\[?\s*([^\]]*?)\s*\]/;
const NO_VALUE = "the value is missing: write key = value";
const NOT_TOML = "not valid TOML: see automation-reports help configuration";

/** `stop`: null where no parser says where it is. */
export function explainMistake(text: string, stop: Stop | null): Mistake {
  const lines = text.split("\n");
  const whole = explainWhole(lines);
  if (whole !== null) return whole;
  if (stop === null) return { position: null, says: NOT_TOML };
  const twice = explainTwice(lines, stop);
  if (twice !== null) return { position: stop, says: twice };
  const open = explainOpen(lines, stop);
  if (open !== null) return open;
  const line = lines[stop.line - 1] ?? "";
  const found = LINE_MISTAKES.find(({ isMade }) => isMade(line, stop.message));
  return { position: stop, says: found?.says ?? NOT_TOML };
}

/** A whole number that is right in TOML. */
export function explainLarge({ path, position }: { path: Path; position: Position }): Mistake {
  const key = nameKey(path.join("."), (name) => name);
  const most = formatCount(Number.MAX_SAFE_INTEGER);
  return { position, says: `key ${key}: the number is too large: no whole number here has a value beyond ${most}` };
}

/** What is wrong from the first line on. */
function explainWhole(lines: string[]): Mistake | null {
  const merged = lines.findIndex((line) => MERGE_MARK.test(line));
  if (merged !== -1) {
    return {
      position: at(merged, lines),
      says: "a merge conflict was left here: keep one side, and remove the lines <<<<<<<, ======= and >>>>>>>",
    };
  }
  const first = lines.findIndex((line) => line.trim() !== "" && !line.trim().startsWith("#"));
  const start = lines[first]?.trim() ?? "";
  if (start.startsWith("{") || /^\[\s*(?:\{|$|"[^"]*"\s*,)/.test(start)) {
    return {
      position: at(first, lines),
      says: "this is JSON: TOML has a table such as [crm.hubspot], then key = value",
    };
  }
  if (start === "---" || /^(?:- )?[\w.-]+:(?:\s|$)/.test(start)) {
    return {
      position: at(first, lines),
      says: "this is YAML: TOML has a table such as [crm.hubspot], then key = value",
    };
  }
  return null;
}

/** A table or a key stands there for the second time. */
function explainTwice(lines: string[], { line: number, message }: Stop): string | null {
  if (!message.startsWith("Defining a key")) return null;
  const line = lines[number - 1] ?? "";
  const [, table] = HEADER.exec(line) ?? [];
  if (table !== undefined) {
    const first = lines.findIndex((other) => HEADER.exec(other)?.[1] === table);
    return `table ${nameKey(table, (name) => `[${name}]`)} is defined twice${nameFirst(first, number)}`;
  }
  const [, key = ""] = KEY.exec(line) ?? [];
  const above = lines.slice(0, number - 1);
  const start = above.findLastIndex((other) => HEADER.test(other)) + 1;
  const first = above.findIndex((other, index) => index >= start && KEY.exec(other)?.[1] === key);
  return `key ${nameKey(key, (name) => name)} is given twice${nameFirst(first, number)}`;
}

function nameFirst(index: number, number: number): string {
  return index === -1 || index + 1 === number ? "" : ` (first at line ${index + 1})`;
}

/** A key in quotes may be a value on the wrong side. */
function nameKey(key: string, show: (name: string) => string): string {
  return PLAIN_KEY.test(key) ? show(key) : "in quotes";
}

/** What was begun above the stop: it is told where it begins. */
function explainOpen(lines: string[], { line: number }: Stop): Mistake | null {
  const above = lines.findLastIndex((line, index) => index < number - 1 && line.trim() !== "");
  for (const index of [number - 1, above]) {
    const line = withoutText(lines[index] ?? "");
    if (/^\s*\[/.test(line) && !line.includes("=") && !isClosed(line, "[", "]")) {
      return { position: at(index, lines), says: "the bracket of this table is not closed" };
    }
  }
  if (/=\s*(?:#.*)?$/.test(withoutText(lines[above] ?? "")) && KEY.test(lines[above] ?? "")) {
    return { position: at(above, lines), says: NO_VALUE };
  }
  const index = lines.findLastIndex((line, index) => index < number && /^[^=]*=\s*[[{]/.test(line));
  const value = lines
    .slice(index, Math.max(index + 1, number - 1))
    .map(withoutText)
    .join("\n");
  const [, bracket = ""] = /=\s*([[{])/.exec(value) ?? [];
  const closing = bracket === "[" ? "]" : "}";
  if (index === -1 || isClosed(value, bracket, closing)) return null;
  return { position: at(index, lines), says: `the bracket ${bracket} is not closed: ${closing} is missing` };
}

function isClosed(text: string, opening: string, closing: string): boolean {
  return text.split(opening).length <= text.split(closing).length;
}

function at(index: number, lines: string[]): Position {
  return { line: index + 1, column: (lines[index]?.search(/\S/) ?? 0) + 1 };
}

/** The first that is made on the line is told. */
const LINE_MISTAKES: { isMade: (line: string, message: string) => boolean; says: string }[] = [
  {
    isMade: (line) => /^\s*(?:\/\/|;|--)/.test(line),
    says: "a comment begins with #",
  },
  {
    isMade: (line) => QUOTES.test(withoutText(line)),
    says: 'these quotation marks are not plain ones: write "',
  },
  {
    isMade: (line) => SPACES.test(withoutText(line)),
    says: "a space stands here that is none in TOML, such as a no-break space: write a plain one",
  },
  {
    isMade: (line, message) => /escape|code point/.test(message) && line.includes("\\"),
    says: "a backslash begins an escape: write it twice, or put the text between single quotes '…'",
  },
  {
    isMade: (line) => /[^\t\r\P{Cc}]/u.test(line),
    says: "a character stands here that cannot be seen: remove it",
  },
  {
    isMade: (_, message) => message.startsWith("Unterminated string") || message.startsWith("Control characters"),
    says: "the quotation mark at the end of the text is missing, or it goes on in the next line",
  },
  {
    isMade: (line) => /^\s*[\w.-]+\s*:/.test(line),
    says: "a key is followed by =, not by a colon: write key = value",
  },
  {
    isMade: (line) => /^\s*\[[^=]*\]\s*(?:#.*)?$/.test(line) && !TABLE.test(line),
    says: "this is no name of a table: letters, digits, _ and - make one, with a point between its parts, such as [crm.hub_spot]",
  },
  {
    isMade: (line, message) => !line.includes("=") || message.startsWith("Expected equal"),
    says: "the equals sign is missing: write key = value",
  },
  {
    isMade: (line) => /=\s*(?:#|$)/.test(line),
    says: NO_VALUE,
  },
  {
    isMade: (line) => /=\s*(?:true|false|yes|no|on|off)\s*(?:#|$)/i.test(line),
    says: "write true or false, in small letters and without quotes",
  },
  {
    isMade: (line) => /=\s*(?:null|none|nil|undefined)\s*(?:#|$)/i.test(line),
    says: "there is no empty value: leave the key out",
  },
  {
    isMade: (line) => /=\s*[-+]?(?:\.\d|\d[\d_]*(?:\.(?:\s|#|$)|%|,\d|\s\d{3}\s*(?:#|$)))/.test(line),
    says: "a number has digits on both sides of its point, and no %, comma or space: write 0.9, or 1000",
  },
  {
    isMade: (line) => /,\s*(?:#.*)?$/.test(line),
    says: "a line ends without a comma",
  },
  {
    isMade: (_, message) => /date|time/.test(message),
    says: 'this is no date: text needs quotes, key = "…"',
  },
  {
    isMade: (_, message) => message.startsWith("Leading zeros"),
    says: "a number begins with no zero",
  },
  {
    isMade: (line) => /^[^=]*=\s*["'[{]/.test(line),
    says: "something stands behind the value: each key has a line of its own, and a comment begins with #",
  },
  {
    isMade: (line) => /=\s*[^\s"'[{]/.test(line),
    says: 'text needs quotes: key = "…"',
  },
];

/** The line without its comment, and with nothing between plain quotation marks. */
function withoutText(line: string): string {
  return line.replaceAll(/"[^"]*"|'[^']*'/g, '""').replace(/#.*$/, "");
}
