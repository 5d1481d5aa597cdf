/** The published documents, as they are exported. */
import type { PassDocument } from "../report/pass-schema.ts";
import type { Report } from "../report/schema.ts";
import type { View } from "./view.ts";

/** What JSON allows inside strings although a terminal acts on it: DEL, C1 controls, line and direction marks. */
const ACTING = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** One object where one CRM was named, nothing at all where that one could not be read; else a list. */
export function renderJson(_pass: PassDocument, reports: Report[], view: View): string {
  if (!view.single) return writeJson(reports);
  const [report] = reports;
  return report === undefined ? "" : writeJson(report);
}

/** Indented JSON in which every acting character is escaped; parsing it gives the same document. */
export function writeJson(document: unknown): string {
  const escape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return `${JSON.stringify(document, null, 2).replace(ACTING, escape)}\n`;
}
