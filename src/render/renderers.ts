/** The formats a pass can be shown in. */
import type { PassDocument } from "../report/pass-schema.ts";
import { inferPass } from "../report/infer-pass.ts";
import type { Report } from "../report/schema.ts";
import { renderJson } from "./json.ts";
import { renderTable } from "./terminal/table.ts";
import type { Format, View } from "./view.ts";

type Renderer = (pass: PassDocument, reports: Report[], view: View) => string;

export const RENDERERS = { table: renderTable, json: renderJson } satisfies Record<Format, Renderer>;

/** Reports of any passes: one table for each pass, or one JSON document. */
export function renderSaved(reports: [Report, ...Report[]], format: Format, view: View): string {
  if (format === "json") return renderJson(inferPass(reports), reports, view);
  const passes = Map.groupBy(reports, ({ metadata }) => metadata.pass_id);
  return [...passes.values()]
    .flatMap(([first, ...others]) => (first === undefined ? [] : [[first, ...others] as [Report, ...Report[]]]))
    .map((ofPass) => RENDERERS[format](inferPass(ofPass), ofPass, view))
    .join("\n");
}
