/** What a server's answer says in its XML: a SOAP fault, or the error element of an interface that answers in XML. */
import { decodeEntities } from "./pages.ts";

const BEGIN =
  /<\?xml\b|<(?:[\w-]{1,30}:)?Envelope[\s>]|<(?:[\w-]{1,30}:)?(?:Fault|Error|ErrorResponse|Errors|error)[\s>]/;
/** In the order in which they are preferred. */
const TELLING = ["faultstring", "Reason", "Message", "ErrorMessage", "exceptionMessage", "description", "detail"];
const CODES = ["faultcode", "Code", "ErrorCode", "exceptionCode"];

/** The message with its code, what stands before the XML kept; null for what is none, or tells nothing. The XML may be cut off. */
export function findInXml(text: string): string | null {
  const at = text.search(BEGIN);
  if (at === -1) return null;
  const xml = text.slice(at);
  const told = readFirst(xml, TELLING);
  if (told === null) return null;
  const code = readFirst(xml, CODES)?.replace(/^[\w-]{1,30}:/, "") ?? "";
  const before = text.slice(0, at).trim();
  const isNew = code !== "" && !`${before} ${told}`.toLowerCase().includes(code.toLowerCase());
  return [before, isNew ? `${code}: ${told}` : told].filter((part) => part !== "").join(" ");
}

function readFirst(xml: string, names: string[]): string | null {
  for (const name of names) {
    const opened = new RegExp(`<(?:[\\w-]{1,30}:)?${name}(?:\\s[^<>]{0,300})?>`, "i").exec(xml);
    if (opened === null) continue;
    const inside = xml.slice(opened.index + opened[0].length);
    const end = inside.search(new RegExp(`</(?:[\\w-]{1,30}:)?${name}>`, "i"));
    const words = decodeEntities(
      (end === -1 ? inside : inside.slice(0, end)).replace(/<!\[CDATA\[|\]\]>|<[^>]*>?/g, " "),
    );
    if (words !== "") return words;
  }
  return null;
}
