/** Where in a message the failure is named: a stack trace, a page or a JSON body says it in one place, and much else beside. */
import { findCauseAtEnd, findInJson, readString } from "./bodies.ts";
import { findInPage, isPage, leaveFormat } from "./pages.ts";
import { isGeneric } from "./generic.ts";
import { findInOutput, isJsonLines } from "./outputs.ts";
import { findInXml, isXml } from "./xml.ts";
import { findInTrace } from "./traces.ts";
import { leaveColours, leaveHeaders, leaveWrapping } from "./wrapped.ts";

/** Nothing looks further into a message than this, the end of a trace apart. */
export const READ_LENGTH = 1000;
/** Of a longer message the query hands over the beginning and the end, with this between them. */
const GAP = "\n…\n";
const END_LENGTH = 700;
/** Before a part that is handed over last, and begins anywhere. */
const AROUND = "… ";
const TOLD_LAST = ["Caused by: ", "caused by the following exception:", "ERROR", AROUND];
const TOLD_LENGTH = 200;
const DELIMITERS = [" ", "\n", "\t", ",", ";", "&", '"', "'", "(", "[", "{"];
/** Node explains at length what a rejection is before it names the reason. */
const REJECTED = /\brejected with the reason "([\s\S]{1,700}?)"\.\]/;
/** JSON in JSON in JSON: what wraps the message more often than that is shown as it is. */
const MOST_WRAPS = 3;

/** A text that is one JSON string as a whole: its quotation marks say of none of its words that it is a value. */
const QUOTED = /^\s*"(?:[^"\\]|\\[\s\S])*"\s*$/;
/** A list of them: each is a message, or a line of one. */
const STRINGS = /"(?:[^"\\]|\\[\s\S])*"/g;
const LISTED = /^\s*\[\s*"(?:[^"\\]|\\[\s\S])*"(?:\s*,\s*"(?:[^"\\]|\\[\s\S])*")*\s*\]\s*$/;

/** The line or lines that name the cause, not yet redacted. Linear in the first and last kilobyte of the message. */
export function findCause(message: string): string {
  const plain = takeLastAttempt(leaveColours(message));
  return findUnquoted(leaveFormat(leaveQuotes(plain)));
}

function leaveQuotes(text: string): string {
  if (QUOTED.test(text)) return readString(text.trim());
  if (!LISTED.test(text)) return text;
  const listed = Array.from(text.matchAll(STRINGS), ([string]) => readString(string));
  // One word after the other are arguments, of which one may be a secret: the list shows which.
  return listed.every((line) => /\S\s+\S/.test(line)) || listed[0]?.startsWith("Traceback (") === true
    ? listed.join("\n")
    : text;
}

const ATTEMPT = /"attempt"\s*:\s*\d/;

/** Of the objects that a queue adds to a job, one for each attempt that failed, the newest. */
function takeLastAttempt(message: string): string {
  if (!/^[\s[]{0,5}\{/.test(message) || !ATTEMPT.test(message.slice(0, READ_LENGTH))) return message;
  const at = Math.max(...["\n{", "},{", "}, {"].map((between) => message.lastIndexOf(between)));
  const last = at === -1 ? "" : message.slice(message.indexOf("{", at));
  return ATTEMPT.test(last) ? last : message;
}

function findUnquoted(message: string): string {
  const { start, end } = readEnds(message);
  const answer = leaveHeaders(end === null ? start : `${start}\n${end}`);
  if (answer !== null) return findInside(answer);
  const rejected = REJECTED.exec(start)?.[1];
  if (rejected !== undefined) return `UnhandledPromiseRejection: ${rejected}`;
  if (isXml(start) && !isPage(start)) {
    const fault = findInXml(end === null ? start : `${start} ${end}`);
    if (fault !== null && !isGeneric(fault)) return fault;
  }
  const isJson = /^\s*(?:\{|\[\s*\{|")/.test(start) && !isJsonLines(start);
  if (isJson || !start.includes("\n")) {
    const inside = unwrap(start, MOST_WRAPS);
    if (inside !== start) return findInTrace(inside, null) ?? (isJson ? tellMore(inside, end) : inside);
    const untold = isJson && end !== null ? findCauseAtEnd(end, true) : null;
    if (untold !== null) return findInside(untold);
  }
  const cause = findInTrace(start, end);
  if (cause !== null) return unwrap(cause, MOST_WRAPS);
  const printed = isPage(start) ? null : findInOutput(start, end);
  if (printed !== null) return tellMore(findInside(printed), end);
  const inside = unwrap(start, MOST_WRAPS);
  return inside === start && end !== null ? `${start.trimEnd()} …` : inside;
}

function findInside(text: string): string {
  const cause = findInTrace(text, null);
  if (cause !== null) return unwrap(cause, MOST_WRAPS);
  const inside = unwrap(text, MOST_WRAPS);
  return inside === text ? text : (findInTrace(inside, null) ?? inside);
}

/** Where the message of JSON says nothing, what its end names as the cause: what stands between them is missing. */
function tellMore(said: string, end: string | null): string {
  if (end === null || !isGeneric(said)) return said;
  const cause = findCauseAtEnd(end, false);
  return cause === null ? said : findInside(cause);
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
  // The query hands over a part of the middle too, where the cause may be.
  const end = rest.split(GAP).map(dropHalves).join(GAP);
  return { start: cutAt === -1 ? start : start.slice(0, cutAt + 1), end };
}

/** A cause and an error of a log, handed over last, begin where their words do, and end anywhere; of the others it is the other way round. */
function dropHalves(part: string, index: number): string {
  const words = index === 0 ? undefined : TOLD_LAST.find((begin) => part.startsWith(begin));
  if (words === undefined) return dropFirstWord(part);
  const told = words === AROUND ? dropFirstWord(part.slice(AROUND.length)) : part;
  return part.length < TOLD_LENGTH ? told : told.slice(0, told.search(/\s\S*$/));
}

function dropFirstWord(text: string): string {
  const goesOnAt = text.search(/[\s,;&"'([{]/);
  return goesOnAt === -1 ? "" : text.slice(goesOnAt);
}

function unwrap(wrapped: string, times: number): string {
  if (times === 0) return wrapped;
  const text = leaveHeaders(wrapped) ?? leaveWrapping(wrapped);
  const inside =
    findInPage(text) ??
    findInXml(text) ??
    findInJson(text, (told) => unwrap(findInTrace(told, null) ?? told, times - 1));
  return inside ?? text;
}
