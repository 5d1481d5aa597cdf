/** What a server's answer says in its XML: a SOAP fault, or the error element of an interface that answers in XML. */
import { isGeneric, isSummary } from "./generic.ts";
import { decodeEntities } from "./pages.ts";

const BEGIN =
  /<\?xml\b|<(?:[\w-]{1,30}:)?Envelope[\s>]|<(?:[\w-]{1,30}:)?(?:Fault|Error|ErrorResponse|Errors|error|ApiException)[\s>]/;
/** In the order in which they are preferred. */
const TELLING = ["faultstring", "Reason", "Message", "ErrorMessage", "exceptionMessage", "description", "detail"];
const CODES = ["faultcode", "Code", "ErrorCode", "exceptionCode"];

/** Whether it is XML from its first line on: its lines are no output's. */
export function isXml(text: string): boolean {
  return BEGIN.test(/^\s*[^\n]*/.exec(text)?.[0] ?? "");
}

/** The message with its code, what stands before the XML kept; null for what is none, or tells nothing. The XML may be cut off. */
export function findInXml(text: string): string | null {
  const at = text.search(BEGIN);
  if (at === -1) return null;
  const xml = escapeData(text.slice(at));
  const parts = readParts(xml);
  const said = readFirst(xml, TELLING);
  if (said === null) return null;
  // .NET writes what caused it behind an arrow.
  const told = said.replace(/^.* ---> /, "");
  const detail = saysNothing(told) ? pickDetail(parts, told) : null;
  const words = detail === null ? told : isSummary(told) ? `${told.replace(/[.!]$/, "")}: ${detail}` : detail;
  const code = pickCode(xml, parts);
  const before = text.slice(0, at).trim();
  const isNew = code !== "" && !`${before} ${words}`.toLowerCase().includes(code.toLowerCase());
  return [before, isNew ? `${code}: ${words}` : words].filter((part) => part !== "").join(" ");
}

/** What SOAP servers say of any failure. */
const ANY_FAULT =
  /^(?:(?:an? )?(?:internal |unexpected )?(?:application|processing|server|service|soap|system|web service) (?:error|exception|fault)(?: has)?(?: occurred)?|fault occurred while processing|the creator of this fault did not specify a reason|the server was unable to process the request due to an internal error\b.*)[.!]?$/i;
/** A class without a message. */
const CLASS = /^(?:[A-Za-z_$][\w$]*\.)*[A-Z]\w*(?:Error|Exception|Fault)$/;

function saysNothing(told: string): boolean {
  return isSummary(told) || isGeneric(told) || ANY_FAULT.test(told) || CLASS.test(told);
}

/** An element that holds words only; `name` in small letters, `of` numbers the element it stands in. */
type Part = { name: string; words: string; of: number; isOfDetail: boolean };

const DETAILS =
  /^(?:(?:error|exception|fault|localized|long|short|user)?_?(?:descriptions?|details?|messages?|reasons?|string|text)|cause|error|explanation|msg|title)$/;
const FIELDS = /^(?:attribute|field(?:_?name)?|parameter|path|property(?:_?name)?)$/;
const NUMBERS = /^(?:(?:error|exception|fault|status)_?)?(?:code|number)$|^subcode$/;
const TRACES = /stack|trace/;

/** What another element says, with the field that it is about; a sentence before a word. */
function pickDetail(parts: Part[], told: string): string | null {
  const telling = parts.filter(
    ({ name, words }) => !TRACES.test(name) && words !== told && /\p{L}{2}/u.test(words) && !saysNothing(words),
  );
  const isSentence = ({ words }: Part) => /\p{L}\S* (?:\S+ )*\S*\p{L}/u.test(words);
  const named = telling.filter(({ name }) => DETAILS.test(name));
  const found = named.find(isSentence) ?? named[0] ?? telling.find((part) => part.isOfDetail && isSentence(part));
  if (found === undefined) return null;
  const field = parts.find(({ name, of }) => of === found.of && FIELDS.test(name))?.words ?? "";
  return field === "" || found.words.toLowerCase().includes(field.toLowerCase())
    ? found.words
    : `${field}: ${found.words}`;
}

/** Of SOAP's own codes each says only whose fault it is. */
const OF_SOAP = /^(?:Client|Server|Sender|Receiver)\b/i;

function pickCode(xml: string, parts: Part[]): string {
  const code = (readFirst(xml, CODES) ?? "").replace(/^.* /, "").replace(/^[\w-]{1,30}:/, "");
  if (code !== "" && !OF_SOAP.test(code)) return code;
  const own = parts.find(
    ({ name, words, isOfDetail }) => isOfDetail && NUMBERS.test(name) && /^-?[\w.-]{2,60}$/.test(words),
  );
  return own?.words ?? code;
}

/** In order; what is cut off ends where the text does. */
function readParts(xml: string): Part[] {
  const parts: Part[] = [];
  const open: { name: string; from: number; id: number; isLeaf: boolean }[] = [];
  let opened = 0;
  const close = (end: number) => {
    const element = open.pop();
    if (element === undefined || !element.isLeaf) return;
    const words = decodeEntities(xml.slice(element.from, end));
    const isOfDetail = [...open, element].some(({ name }) => name === "detail");
    if (words !== "") parts.push({ name: element.name, words, of: open.at(-1)?.id ?? 0, isOfDetail });
  };
  for (const { 0: tag, 1: slash, 2: name = "", index } of xml.matchAll(TAG)) {
    if (slash === "/") close(index);
    else if (!tag.endsWith("/>")) {
      const parent = open.at(-1);
      if (parent !== undefined) parent.isLeaf = false;
      open.push({ name: name.toLowerCase(), from: index + tag.length, id: (opened += 1), isLeaf: true });
    }
  }
  close(xml.length);
  return parts;
}

const TAG = /<(\/?)(?:[\w-]{1,30}:)?([A-Za-z][\w.-]{0,60})(?:\s[^<>]{0,300})?>/g;

/** What stands in CDATA is words, whatever it looks like. */
function escapeData(xml: string): string {
  return xml.replace(/<!\[CDATA\[([\s\S]*?)(?:\]\]>|$)/g, (_all, words: string) => words.replace(/<[^>]*>?/g, " "));
}

function readFirst(xml: string, names: string[]): string | null {
  for (const name of names) {
    const opened = new RegExp(`<(?:[\\w-]{1,30}:)?${name}(?:\\s[^<>]{0,300})?>`, "i").exec(xml);
    if (opened === null) continue;
    const inside = xml.slice(opened.index + opened[0].length);
    const end = inside.search(new RegExp(`</(?:[\\w-]{1,30}:)?${name}>`, "i"));
    const words = decodeEntities((end === -1 ? inside : inside.slice(0, end)).replace(/<[^>]*>?/g, " "));
    if (words !== "") return words;
  }
  return null;
}
