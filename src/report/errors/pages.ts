/** What a server's answer says in its HTML, which syncs often store whole. */
import { isGeneric } from "./generic.ts";

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };
/** Of a page without a title or a heading. */
const TITLELESS = /^(?:error|untitled|document)?$/i;
/** Any failure of a program has these; a program that prints its failure into the page has it in `<pre>`. */
const ANY_TITLE =
  /^(?:(?:http )?(?:(?:error|status) )?5\d\d[ :–-]{0,3})?(?:(?:internal |application |server |runtime |unexpected )*error|exception|traceback|oops!?)?(?: ?\(?5\d\d\)?)?$/i;

const PAGE = /<!doctype html|<html[\s>]|<head[\s>]|<title[\s>]/i;

/** Whether an HTML page begins somewhere in the text. */
export function isPage(text: string): boolean {
  return PAGE.test(text);
}

/** Begins with a tag for how words look: PHP's own errors, and messages that were made for a browser. */
const FORMATTED = /^\s*<(?:br|p|div|span|b|i|em|strong|h[1-6]|ul|ol|li|pre|code|font)(?:\s[^<>]{0,300})?\/?>/i;
const LINE_TAGS = /<\/?(?:br|p|div|h[1-6]|ul|ol|li|pre)(?:\s[^<>]{0,300})?\/?>/gi;
const WORD_TAGS = /<\/?(?:span|b|i|em|strong|code|font)(?:\s[^<>]{0,300})?>/gi;

/** The words of a message in HTML, each paragraph on a line; any other text, and a page, stays as it is. */
export function leaveFormat(text: string): string {
  if (!FORMATTED.test(text) || isPage(text)) return text;
  return replaceEntities(text.replace(LINE_TAGS, "\n").replace(WORD_TAGS, ""))
    .replace(/\n\s*\n/g, "\n")
    .trim();
}

/** The title of a page, what stands before the page kept; null for what is no page. */
export function findInPage(text: string): string | null {
  const at = text.search(PAGE);
  if (at === -1) return null;
  const page = text.slice(at);
  const words = findOnPage(page);
  return join(text.slice(0, at), words === "" ? "HTML page without a title" : words);
}

/** The title, where that says what failed. A trace in `<pre>` keeps no line breaks. */
function findOnPage(page: string): string {
  const [title, heading] = ["title", "h[12]"].map((name) => readElement(page, name)) as [string, string];
  // Tomcat prints what was thrown, and then what caused it; where it prints neither it has a message.
  const root = page.search(/>root cause</i);
  const printed = readElement(page.slice(Math.max(root, 0)), "pre") || readElement(page, "pre") || readMessage(page);
  const isAnyTitle = TITLELESS.test(title) || ANY_TITLE.test(title) || isGeneric(title);
  if (isAnyTitle && printed !== "") return `${title} ${printed}`.trim();
  if (!TITLELESS.test(title) && !isGeneric(title)) return title;
  const isTelling = !TITLELESS.test(heading) && !isGeneric(heading);
  const words = isTelling ? heading : readWords(page);
  return words.toLowerCase().startsWith(title.toLowerCase()) ? words : `${title} ${words}`.trim();
}

function readMessage(page: string): string {
  return readWords(/<b>Message<\/b>([^<]{1,500})/i.exec(page)?.[1] ?? "");
}

function readElement(page: string, name: string): string {
  const opened = new RegExp(`<${name}(?:\\s[^<>]{0,300})?>`, "i").exec(page);
  if (opened === null) return "";
  const inside = page.slice(opened.index + opened[0].length);
  const end = inside.search(new RegExp(`</${name}|<body`, "i"));
  return readWords(end === -1 ? inside : inside.slice(0, end));
}

function readWords(html: string): string {
  return decodeEntities(html.replace(/<(script|style|head)[\s>][\s\S]*?(?:<\/\1>|$)/gi, " ").replace(/<[^>]*>?/g, " "));
}

/** The text of an element, on one line. */
export function decodeEntities(text: string): string {
  return replaceEntities(text).replace(/\s+/g, " ").trim();
}

function replaceEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|([a-z]{2,4}));/gi, decodeEntity);
}

function decodeEntity(entity: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? entity;
  const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
  return code > 0x1f && code < 0xd800 ? String.fromCodePoint(code) : " ";
}

/** `HTTP 400: ` before what was found, without the quotation marks that were around it. */
export function join(before: string, words: string): string {
  const prefix = before.replace(/(?:\bb)?['"`]?\s*$/, "").trimEnd();
  return prefix === "" ? words : `${prefix} ${words}`;
}
