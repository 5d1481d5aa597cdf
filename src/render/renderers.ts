/** The formats a pass can be shown in. */
import type { PassDocument } from "../report/pass-schema.ts";
import { inferPass } from "../report/infer-pass.ts";
import type { Report } from "../report/schema.ts";
import { renderJson } from "./json.ts";
import type { Format, View } from "./view.ts";

type Renderer = (pass: PassDocument, reports: Report[], view: View) => string | Promise<string>;

export const RENDERERS = {
  // Loaded only here: who asks for JSON needs none of it.
  table: async (...shown) => (await import("./terminal/table.ts")).renderTable(...shown),
  json: renderJson,
} satisfies Record<Format, Renderer>;

/** Reports of any passes: one table for each pass, or one JSON document. */
export async function renderSaved(reports: [Report, ...Report[]], format: Format, view: View): Promise<string> {
  if (format === "json") return renderJson(inferPass(reports), reports, view);
  const passes = Map.groupBy(reports, ({ metadata }) => metadata.pass_id);
  const texts = [...passes.values()]
    .flatMap(([first, ...others]) => (first === undefined ? [] : [[first, ...others] as [Report, ...Report[]]]))
    .map((ofPass) => RENDERERS[format](inferPass(ofPass), ofPass, view));
  return (await Promise.all(texts)).join("\n");
}
