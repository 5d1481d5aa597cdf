/** Every key that a configuration may have, in words. */
import * as v from "valibot";
import { holdsTables, shapesOf, textOf, type Shape } from "../schema-keys.ts";
import { ConfigSchema } from "./schema.ts";
import { writeTomlValue } from "./write-toml.ts";

export type KeyInWords = {
  /** As the header of its table, NAME for what the writer chooses: `crm.NAME.thresholds`; empty above all tables. */
  section: string;
  key: string;
  /** Such as "duration of 1m to 366d, or seconds". */
  kind: string;
  /** The default as it would be written; null where there is none, or its description says it. */
  preset: string | null;
  description: string;
};

/** In the schema's order, each table followed by its keys. */
export function listKeys(schema: v.GenericSchema = ConfigSchema): KeyInWords[] {
  return listSection(schema, "");
}

function listSection(schema: v.GenericSchema, section: string): KeyInWords[] {
  return shapesOf(schema).flatMap((shape): KeyInWords[] => {
    if (shape.kind === "list") return listSection(shape.item, section);
    if (shape.kind === "names") return listSection(shape.value, `${section}.NAME`);
    if (shape.kind !== "table") return [];
    return Object.entries(shape.keys).flatMap(([key, inside]) => [
      {
        section,
        key,
        kind: describeKind(inside),
        preset: describePreset(inside),
        description: textOf(inside, "description") ?? "",
      },
      ...listSection(inside, section === "" ? key : `${section}.${key}`),
    ]);
  });
}

function describeKind(schema: v.GenericSchema): string {
  return textOf(schema, "title") ?? shapesOf(schema).map(describeShape).join(" or ");
}

function describeShape(shape: Shape): string {
  if (shape.kind === "names") {
    return holdsTables(shape.value) ? "table of tables" : `table, each value ${describeKind(shape.value)}`;
  }
  if (shape.kind === "list") {
    return holdsTables(shape.item) ? "list of tables" : `list, each value ${describeKind(shape.item)}`;
  }
  if (shape.kind === "choice") return `one of ${shape.words.join(", ")}`;
  return shape.kind === "boolean" ? "true or false" : shape.kind;
}

function describePreset(schema: v.GenericSchema): string | null {
  const preset = v.getDefault(schema) ?? null;
  return preset === null || holdsTables(schema) ? null : writeTomlValue(preset);
}
