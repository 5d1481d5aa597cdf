/** The formats a pass can be shown in. */
import type { PassSummary } from "../report/pass-schema.ts";
import { joinPasses, type SavedPass } from "../report/saved-pass.ts";
import type { Report } from "../report/schema.ts";
import { renderJson } from "./json.ts";
import type { Format, View } from "./view.ts";

type Renderer = (pass: PassSummary, reports: Report[], view: View) => string | Promise<string>;

export const RENDERERS = {
  // Loaded only here: who asks for JSON needs none of it.
  table: async (...shown) => (await import("./terminal/pass.ts")).renderPass(...shown),
  json: renderJson,
} satisfies Record<Format, Renderer>;

/** Reports that were made before: one table for each pass, or one JSON document. */
export async function renderSaved(passes: SavedPass[], format: Format, view: View): Promise<string> {
  if (format === "json") {
    const { pass, reports } = joinPasses(passes);
    return renderJson(pass, reports);
  }
  const texts = passes.map(({ pass, reports }) => RENDERERS[format](pass, reports, view));
  return (await Promise.all(texts)).join("\n");
}
