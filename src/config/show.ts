/** Every setting that is in force, with where it comes from. */
import * as v from "valibot";
import { holdsTables, isTable, listTables, type Path, type TablePlace } from "../schema-keys.ts";
import { layDefaults } from "./defaults.ts";
import type { ConfigDocument } from "./document.ts";
import { ConfigSchema } from "./schema.ts";
import { findPositions, type Table } from "./toml.ts";
import type { Position } from "./toml-mistakes.ts";

export type Setting = {
  /** Such as crm, hubspot, timeout. */
  path: Path;
  /** As it is written, with its variables expanded; null: not set. */
  value: unknown;
  origin: "file" | "defaults" | "built-in";
  /** What would hold without the file, however it is written: `60` is `1m`. */
  isDefault: boolean;
  /** Where it stands in the file. */
  position: Position | null;
  /** The environment variables that its text names. */
  variables: string[];
};

type Source = { path: Path; origin: "file" | "defaults" };

/** Table by table, `[defaults]` folded into the CRMs. Values are not redacted: showing them safely is the caller's part. */
export async function listSettings(
  document: ConfigDocument,
  schema: v.GenericSchema = ConfigSchema,
): Promise<Setting[]> {
  const found = listTables(schema, foldDefaults(document.raw))
    .filter(({ path }) => path[0] !== "defaults")
    .flatMap(listValues)
    .filter(({ path }) => !isHidden(path, document.raw))
    .map((setting) => ({ ...setting, source: findSource(setting.path, document.raw) }));
  const positions = await findPositions(
    document.text,
    found.map(({ source }) => source?.path ?? []),
  );
  return found.map(({ path, value, isPreset, source }, index) => ({
    path,
    value: source === null && isCrmSource(path) ? path[1] : value,
    origin: source?.origin ?? "built-in",
    isDefault: source === null || isPreset || (isCrmSource(path) && value === path[1]),
    position: source === null ? null : (positions[index] ?? null),
    variables: source === null ? [] : listVariables(valueAt(document.written, source.path)),
  }));
}

function foldDefaults({ crm, defaults = {}, ...general }: ConfigDocument["raw"]): Table {
  const crms = Object.entries(crm).map(([name, own]) => [name, layDefaults(own, defaults)]);
  return { ...general, crm: Object.fromEntries(crms) };
}

/** A table within is a place of its own; a list of tables is a value only where it holds none. */
function listValues({ path, keys, value: table }: TablePlace): { path: Path; value: unknown; isPreset: boolean }[] {
  return Object.entries(keys ?? {}).flatMap(([key, schema]) => {
    const written = isTable(table) && Object.hasOwn(table, key) ? table[key] : undefined;
    const value = written ?? v.getDefault(schema) ?? null;
    const isEmptyList = Array.isArray(value) && value.length === 0;
    return holdsTables(schema) && !isEmptyList
      ? []
      : [{ path: [...path, key], value, isPreset: isPreset(schema, value) }];
  });
}

/** Whether the value means what the default means. */
function isPreset(schema: v.GenericSchema, value: unknown): boolean {
  const [given, preset] = [v.safeParse(schema, value), v.safeParse(schema, undefined)];
  return given.success && preset.success && Bun.deepEquals(given.output, preset.output);
}

/** A CRM's own url hides the url_file of `[defaults]`, and the other way round. */
function isHidden(path: Path, raw: ConfigDocument["raw"]): boolean {
  const [section, crm = "", key = ""] = path;
  const other = section === "crm" && path.length === 3 ? { url: "url_file", url_file: "url" }[key] : undefined;
  return other !== undefined && hasValue(raw, ["crm", crm, other]) && !hasValue(raw, path);
}

/** The CRM's own table first, `[defaults]` behind it. */
function findSource(path: Path, raw: ConfigDocument["raw"]): Source | null {
  if (hasValue(raw, path)) return { path, origin: "file" };
  const behind = ["defaults", ...path.slice(2)];
  return path[0] === "crm" && hasValue(raw, behind) ? { path: behind, origin: "defaults" } : null;
}

function isCrmSource(path: Path): boolean {
  return path.length === 3 && path[0] === "crm" && path[2] === "crm_source";
}

function hasValue(table: unknown, path: Path): boolean {
  return valueAt(table, path) !== undefined;
}

function valueAt(table: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, key) => {
    const holds = node !== null && typeof node === "object" && Object.hasOwn(node, key);
    return holds ? (node as Record<string | number, unknown>)[key] : undefined;
  }, table);
}

function listVariables(written: unknown): string[] {
  const text = JSON.stringify(written) ?? "";
  return [...new Set([...text.replaceAll("$$", "").matchAll(/\$\{([A-Za-z_]\w*)/g)].map(([, name = ""]) => name))];
}
