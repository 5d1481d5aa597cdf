/** Published documents as JSON text. */

/** What JSON allows inside strings although a terminal acts on it: DEL, C1 controls, line and direction marks. */
const ACTING = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** Indented JSON in which every acting character is escaped; parsing it gives the same document. */
export function writeJson(document: unknown): string {
  return `${JSON.stringify(document, null, 2).replace(ACTING, escapeUnit)}\n`;
}

/** JSON in ASCII alone, which a database of any encoding takes. */
export function writeAscii(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\u007f-\uffff]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
