/** The formats a pass can be shown in. */
import type { PassDocument } from "../report/pass-schema.ts";
import type { Report } from "../report/schema.ts";
import { renderJson } from "./json.ts";
import { renderTable } from "./table.ts";
import type { View } from "./view.ts";

export const FORMATS = ["table", "json"] as const;
export type Format = (typeof FORMATS)[number];

type Renderer = (pass: PassDocument, reports: Report[], view: View) => string;

export const RENDERERS = { table: renderTable, json: renderJson } satisfies Record<Format, Renderer>;
