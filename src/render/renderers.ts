/** The formats a pass can be shown in. */
import type { PassSummary } from "../report/document/pass-schema.ts";
import { joinPasses, type SavedPass } from "../report/document/saved-pass.ts";
import type { Report } from "../report/document/schema.ts";
import { renderJson } from "./json.ts";
import type { PassFormat, View } from "./view.ts";

type Renderer = (pass: PassSummary, reports: Report[], view: View) => string | Promise<string>;

export const RENDERERS = {
  // Loaded only here: who asks for JSON needs none of it.
  table: async (...shown) => (await import("./terminal/pass.ts")).renderPass(...shown),
  json: renderJson,
  findings: async (pass, reports) => (await import("./findings.ts")).renderFindings(pass, reports),
  openmetrics: async (pass, reports, { perRule }) =>
    await (await import("./metrics.ts")).renderMetrics(pass, reports, perRule),
} satisfies Record<PassFormat, Renderer>;

/** Reports that were made before: one table for each pass, or one document. */
export async function renderSaved(passes: SavedPass[], format: PassFormat, view: View): Promise<string> {
  const shown = format === "table" ? passes : [joinPasses(passes)];
  const texts: string[] = [];
  for (const { pass, reports } of shown) texts.push(await RENDERERS[format](pass, reports, view));
  return texts.join("\n");
}
