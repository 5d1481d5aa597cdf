/** Blanks that a reader takes for a space, or does not see at all. */

/** Of other scripts and of word processors, beside the space, the tab and the ends of lines; the last two have no width. */
const OTHER_BLANKS = "\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u200b\ufeff";
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
