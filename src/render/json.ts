/** The pass as it is published: one shape, however many CRMs it is about and whatever became of them. */
import type { PassDocument, PassSummary } from "../report/document/pass-schema.ts";
import type { Report } from "../report/document/schema.ts";
import { writeJson } from "../text/json.ts";

export function renderJson(pass: PassSummary, reports: Report[]): string {
  return writeJson({ ...pass, reports } satisfies PassDocument);
}
