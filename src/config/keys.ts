/** Every key that a configuration may have, in words. */
import * as v from "valibot";
import { ConfigSchema } from "./schema.ts";

export type KeyInWords = {
  /** As the header of its table, NAME for what the writer chooses: `crm.NAME.thresholds`; empty above all tables. */
  section: string;
  key: string;
  kind: string;
  /** The default as it would be written; null where there is none. */
  preset: string | null;
  description: string;
};

type Schema = v.GenericSchema & {
  wrapped?: Schema;
  item?: Schema;
  value?: Schema;
  entries?: Record<string, Schema>;
  options?: readonly (string | Schema)[];
};

/** In the schema's order, each table followed by its keys. */
export function listKeys(): KeyInWords[] {
  return listSection(ConfigSchema, "");
}

function listSection(wrapped: Schema, section: string): KeyInWords[] {
  const { entries, item, value } = unwrap(wrapped);
  if (entries !== undefined) {
    return Object.entries(entries).flatMap(([key, schema]) => [
      { section, key, kind: describeKind(schema), preset: describePreset(schema), description: "" },
      ...listSection(schema, section === "" ? key : `${section}.${key}`),
    ]);
  }
  if (item !== undefined) return listSection(item, section);
  return value === undefined ? [] : listSection(value, `${section}.NAME`);
}

function describeKind(schema: Schema): string {
  const { type, options = [] } = unwrap(schema);
  if (type === "picklist") return `one of ${options.map(String).join(", ")}`;
  if (type === "union") return options.map((option) => describeKind(option as Schema)).join(" or ");
  const words: Record<string, string> = { string: "text", boolean: "true or false", array: "list" };
  return words[type] ?? (type === "number" ? "number" : "table");
}

function describePreset(schema: Schema): string | null {
  const preset = v.getDefault(schema) ?? null;
  return preset === null || unwrap(schema).entries !== undefined ? null : JSON.stringify(preset);
}

function unwrap(schema: Schema): Schema {
  return schema.wrapped === undefined ? schema : unwrap(schema.wrapped);
}
