/** Where in a message the failure is named: a stack trace, a page or a JSON body says it in one place, and much else beside. */
import { findInJson, findInPage, isPage } from "./bodies.ts";
import { findInXml } from "./xml.ts";
import { findInTrace } from "./traces.ts";

/** Nothing looks further into a message than this, the end of a trace apart. */
export const READ_LENGTH = 1000;
/** Of a longer message the query hands over the beginning and the end, with this between them. */
const GAP = "\n…\n";
const END_LENGTH = 700;
const DELIMITERS = [" ", "\n", "\t", ",", ";", "&", '"', "'", "(", "[", "{"];
/** JSON in JSON in JSON: what wraps the message more often than that is shown as it is. */
const MOST_WRAPS = 3;

/** The line or lines that name the cause, not yet redacted. Linear in the first and last kilobyte of the message. */
export function findCause(message: string): string {
  const { start, end } = readEnds(message);
  if (/^\s*(?:\{|\[\s*\{|")/.test(start) || !start.includes("\n")) {
    const inside = unwrap(start, MOST_WRAPS);
    if (inside !== start) return findInTrace(inside, null) ?? inside;
  }
  const cause = findInTrace(start, end);
  if (cause !== null) return unwrap(cause, MOST_WRAPS);
  const inside = unwrap(start, MOST_WRAPS);
  return inside === start && end !== null ? `${start.trimEnd()} …` : inside;
}

/** `length` is in UTF-16 units; half a character is dropped. */
export function cutBefore(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}

/** A word that was cut is dropped on either side: half a secret looks like none. `end` is null for a whole message. */
function readEnds(message: string): { start: string; end: string | null } {
  const gap = message.slice(0, READ_LENGTH).indexOf(GAP);
  if (gap === -1 && message.length <= READ_LENGTH) return { start: message, end: null };
  const start = gap === -1 ? cutBefore(message, READ_LENGTH) : message.slice(0, gap);
  const rest = message.slice(gap === -1 ? -END_LENGTH : Math.max(gap + GAP.length, message.length - 2 * END_LENGTH));
  // A page may have no space for long, and its title before that.
  const delimiters = isPage(start) ? [...DELIMITERS, ">"] : DELIMITERS;
  const cutAt = Math.max(...delimiters.map((delimiter) => start.lastIndexOf(delimiter)));
  const goesOnAt = rest.search(/[\s,;&"'([{]/);
  return { start: cutAt === -1 ? start : start.slice(0, cutAt + 1), end: goesOnAt === -1 ? "" : rest.slice(goesOnAt) };
}

function unwrap(text: string, times: number): string {
  if (times === 0) return text;
  const inside =
    findInPage(text) ??
    findInXml(text) ??
    findInJson(text, (told) => unwrap(findInTrace(told, null) ?? told, times - 1));
  return inside ?? text;
}
