/** The formats a pass can be shown in. */
import type { PassDocument } from "../report/pass-schema.ts";
import type { Report } from "../report/schema.ts";
import { renderJson } from "./json.ts";
import { renderTable } from "./table.ts";

export const FORMATS = ["table", "json"] as const;
export type Format = (typeof FORMATS)[number];

export type View = {
  color: boolean;
  /** Columns of the terminal. */
  width: number;
  detailed: boolean;
  /** Exactly one CRM was named, so the answer is one document instead of a list. */
  single: boolean;
  elapsedSeconds: number;
};

export type Renderer = (pass: PassDocument, reports: Report[], view: View) => string;

export const RENDERERS = { table: renderTable, json: renderJson } satisfies Record<Format, Renderer>;
