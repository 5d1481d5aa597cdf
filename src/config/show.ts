/** Every setting that is in force, with where it comes from. */
import * as v from "valibot";
import type { ConfigDocument } from "./document.ts";
import type { Path } from "../schema-keys.ts";
import { ConfigSchema } from "./schema.ts";
import { CrmSchema } from "./sections/crm.ts";
import { findPositions, type Position, type Table } from "./toml.ts";

export type Setting = {
  /** Such as `crm.hubspot.timeout`. */
  key: string;
  /** As it is written, with its variables expanded; null: not set. */
  value: unknown;
  origin: "file" | "defaults" | "built-in";
  /** Where it stands in the file. */
  position: Position | null;
  /** The environment variables that its text names. */
  variables: string[];
};

/** Values are not redacted: whoever shows them does that. */
export async function listSettings(document: ConfigDocument): Promise<Setting[]> {
  const { crm: crms, defaults = {}, ...general } = document.raw;
  const { crm: _crm, defaults: _defaults, schedule, export: exporting, store, ...own } = ConfigSchema.entries;
  const settings = [
    ...listTable(own, [{ table: general, path: [], origin: "file" }], []),
    ...Object.entries({ export: exporting, store }).flatMap(([name, { wrapped }]) =>
      listTable(wrapped.entries, [{ table: tableAt(general, name), path: [name], origin: "file" }], [name]),
    ),
    ...listSchedules(schedule, general),
    ...Object.entries(crms).flatMap(([name, crm]) => listCrm(name, crm, defaults)),
  ];
  const positions = await findPositions(
    document.text,
    settings.map(({ from }) => from?.path ?? []),
  );
  return settings.map(({ path, value, from }, index) => ({
    key: path.join("."),
    value,
    origin: from?.origin ?? "built-in",
    position: from === null ? null : (positions[index] ?? null),
    variables: from === null ? [] : namesIn(valueAt(document.written, from.path)),
  }));
}

type Layer = { table: Table; path: Path; origin: "file" | "defaults" };
type Found = { path: Path; value: unknown; from: { path: Path; origin: Layer["origin"] } | null };

/** Each by its number; the built-in one where none is written. */
function listSchedules(schema: typeof ConfigSchema.entries.schedule, general: Table): Found[] {
  const written = general["schedule"] as Table[] | undefined;
  const tables: readonly Table[] = written ?? v.getDefault(schema);
  return tables.flatMap((table, index) => {
    const path = ["schedule", index];
    const found = listTable(schema.wrapped.item.entries, [{ table, path, origin: "file" }], path);
    return written === undefined ? found.map((setting) => ({ ...setting, from: null })) : found;
  });
}

/** A CRM's own table first, `[defaults]` behind it; thresholds one by one, words of both together. */
function listCrm(name: string, own: Table, defaults: Table): Found[] {
  const path = ["crm", name];
  const { thresholds, ...entries } = CrmSchema.entries;
  const layersOf = (inside: string[]): Layer[] => {
    const within = (table: Table) => inside.reduce(tableAt, table);
    return [
      { table: within(own), path: [...path, ...inside], origin: "file" },
      { table: within(defaults), path: ["defaults", ...inside], origin: "defaults" },
    ];
  };
  const found = [
    ...listTable(entries, layersOf([]), path),
    ...listTable(thresholds.wrapped.entries, layersOf(["thresholds"]), [...path, "thresholds"]),
  ];
  const isGiven = (key: string) => key in own;
  const statuses = { ...tableAt(defaults, "statuses"), ...tableAt(own, "statuses") };
  return found
    .filter((setting) => !hiddenByOther(setting, isGiven))
    .map((setting) => (setting.path.at(-1) === "statuses" ? { ...setting, value: statuses } : setting))
    .map((setting) =>
      setting.path.at(-1) === "crm_source" && setting.from === null ? { ...setting, value: name } : setting,
    );
}

/** A CRM's own url hides the url_file of `[defaults]`, and the other way round. */
function hiddenByOther({ path, from }: Found, isGiven: (key: string) => boolean): boolean {
  const other = { url: "url_file", url_file: "url" }[String(path.at(-1))];
  return other !== undefined && from?.origin !== "file" && isGiven(other);
}

function listTable(entries: Record<string, v.GenericSchema>, layers: Layer[], path: Path): Found[] {
  return Object.entries(entries).map(([key, schema]) => {
    const layer = layers.find(({ table }) => key in table);
    return layer === undefined
      ? { path: [...path, key], value: v.getDefault(schema) ?? null, from: null }
      : {
          path: [...path, key],
          value: layer.table[key],
          from: { path: [...layer.path, key], origin: layer.origin },
        };
  });
}

function tableAt(table: Table, key: string): Table {
  const inside = table[key];
  return inside !== null && typeof inside === "object" ? (inside as Table) : {};
}

function valueAt(table: unknown, path: Path): unknown {
  return path.reduce((node, key) => (node as Record<string, unknown> | undefined)?.[key], table);
}

function namesIn(written: unknown): string[] {
  const text = JSON.stringify(written) ?? "";
  return [...new Set([...text.replaceAll("$$", "").matchAll(/\$\{([A-Za-z_]\w*)/g)].map(([, name = ""]) => name))];
}
