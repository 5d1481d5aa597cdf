/** Blanks that a reader takes for a space, or does not see at all. */

/** Of other scripts and of word processors, beside the space, the tab and the ends of lines; the last two have no width. */
export const OTHER_BLANK_CODES = [
  0x85,
  0xa0,
  0x1680,
  ...Array.from({ length: 11 }, (_, index) => 0x2000 + index),
  0x2028,
  0x2029,
  0x202f,
  0x205f,
  0x2800,
  0x3000,
  0x200b,
  0xfeff,
];
const OTHER_BLANKS = OTHER_BLANK_CODES.map((code) => String.fromCharCode(code)).join("");
const EDGES = new RegExp(`^[\\s${OTHER_BLANKS}]+|[\\s${OTHER_BLANKS}]+$`, "g");
const UNSEEN = new RegExp(`[${OTHER_BLANKS}]`, "g");

/** Without any blanks around. */
export function trimBlanks(text: string): string {
  return text.replace(EDGES, "");
}

/** Between quotation marks, as TOML and JSON read it; what is no plain space is shown by its number. */
export function quoteVisibly(text: string): string {
  return JSON.stringify(text).replace(UNSEEN, (blank) => `\\u${blank.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
