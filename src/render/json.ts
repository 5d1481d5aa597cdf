/** The published documents, as they are exported. */
import type { PassDocument } from "../report/pass-schema.ts";
import type { Report } from "../report/schema.ts";
import { writeJson } from "../text/json.ts";
import type { View } from "./view.ts";

/** One object where one CRM was named, nothing at all where that one could not be read; else a list. */
export function renderJson(_pass: PassDocument, reports: Report[], view: View): string {
  if (!view.single) return writeJson(reports);
  const [report] = reports;
  return report === undefined ? "" : writeJson(report);
}
