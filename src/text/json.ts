/** Published documents as JSON text. */

import { replaceActing } from "./acting.ts";

/** JSON's own line feeds apart: inside strings it has none. Most text is plain, and passed over at once. */
const UNUSUAL = /[^\n\u0020-\u007e]+/g;

/** Indented JSON in which every acting character is escaped; parsing it gives the same document. */
export function writeJson(document: unknown): string {
  return `${escapeActing(JSON.stringify(document, null, 2))}\n`;
}

/** As `writeJson`, in one line and without its end. */
export function writeJsonLine(value: unknown): string {
  return escapeActing(JSON.stringify(value));
}

function escapeActing(json: string): string {
  return json.replace(UNUSUAL, (text) => replaceActing(text, escapeUnits));
}

/** JSON in ASCII alone, which a database of any encoding takes. */
export function writeAscii(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\u007f-\uffff]/g, escapeUnits);
}

/** A character beyond the first plane is two units. */
function escapeUnits(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}
