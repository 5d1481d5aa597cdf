/** The formats a pass can be shown in. */
import type { PassDocument } from "../report/pass-schema.ts";
import { describeSavedPass } from "../report/saved-pass.ts";
import type { Report } from "../report/schema.ts";
import type { Format, View } from "./view.ts";

type Renderer = (pass: PassDocument, reports: Report[], view: View) => string;

/** Loaded when one is asked for: JSON needs nothing of what lays out a table. */
const RENDERERS: Record<Format, () => Promise<Renderer>> = {
  table: async () => (await import("./table.ts")).renderTable,
  json: async () => (await import("./json.ts")).renderJson,
};

export async function renderPass(format: Format, pass: PassDocument, reports: Report[], view: View): Promise<string> {
  const render = await RENDERERS[format]();
  return render(pass, reports, view);
}

/** Reports of any passes: one table for each pass, or one JSON document. */
export async function renderSaved(format: Format, reports: [Report, ...Report[]], view: View): Promise<string> {
  if (format === "json") return await renderPass(format, describeSavedPass(reports), reports, view);
  const passes = Map.groupBy(reports, ({ metadata }) => metadata.pass_id);
  const texts = [...passes.values()].map(async (ofPass) => {
    const all = ofPass as [Report, ...Report[]];
    return await renderPass(format, describeSavedPass(all), all, view);
  });
  return (await Promise.all(texts)).join("\n");
}
