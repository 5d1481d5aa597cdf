/** Which of the tables that are there belong to which preset. */
import type { CrmConfig } from "../config/schema.ts";
import { PRESET_NAMES, type PresetName } from "../report/words.ts";
import type { ColumnTypes } from "./casts.ts";
import { PRESETS, type Dialect } from "./presets.ts";

/** A table or view of the warehouse. `visible`: found without naming its schema. */
export type TableName = {
  schema: string | null;
  name: string;
  visible: boolean;
  /** Where they are asked for. */
  columns?: string[];
  types?: ColumnTypes;
};

export type Located<T extends TableName> =
  | { kind: "located"; preset: PresetName; actions: T; rules: T | null }
  | {
      kind: "missing";
      preset: PresetName | null;
      lookedFor: string[];
      /** Tables of those names in schemas that are not read. */
      elsewhere: string[];
    }
  | { kind: "ambiguous"; presets: PresetName[] };

/** How many tables of other schemas are named. */
const MOST_NAMED = 5;

export type TableConfig = Pick<CrmConfig, "preset" | "schema" | "table" | "rulesTable">;

/** Every table name worth asking the catalog for. */
export function candidateNames(crm: TableConfig): string[] {
  const names = wantedPresets(crm).flatMap((preset) =>
    (["actions", "rules"] as const).flatMap((relation) => spellings(preset, relation, crm).map(({ name }) => name)),
  );
  return [...new Set(names)];
}

/** Chooses the preset whose actions table is there. */
export function locateTables<T extends TableName>(found: T[], crm: TableConfig, dialect: Dialect): Located<T> {
  const wanted = wantedPresets(crm);
  const find = (preset: PresetName, relation: Relation) => findTable(found, preset, relation, crm, dialect);
  const there = wanted.filter((preset) => find(preset, "actions") !== null);
  if (there.length > 1) return { kind: "ambiguous", presets: there };
  const [preset] = there;
  const actions = preset === undefined ? null : find(preset, "actions");
  if (preset === undefined || actions === null) {
    return {
      kind: "missing",
      preset: crm.preset === "auto" ? null : crm.preset,
      elsewhere: found.map(({ schema, name }) => (schema === null ? name : `${schema}.${name}`)).slice(0, MOST_NAMED),
      lookedFor: wanted.flatMap((name) => {
        const [wantedTable] = spellings(name, "actions", crm);
        return wantedTable === undefined ? [] : writeName(wantedTable, dialect);
      }),
    };
  }
  return { kind: "located", preset, actions, rules: find(preset, "rules") };
}

export function describeAmbiguity(presets: PresetName[]): string {
  return `the tables of several presets are there: choose one with preset = "${presets.join('" or "')}"`;
}

/** The table's name as SQL reads it. */
export function quoteTable({ schema, name }: TableName): string {
  return schema === null ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

type Relation = "actions" | "rules";
type Spelling = { schema: string | null; name: string };

function wantedPresets(crm: TableConfig): PresetName[] {
  return crm.preset === "auto" ? [...PRESET_NAMES] : [crm.preset];
}

/** The names a table may have, best first. A dot inside a table's own name occurs where a tool quoted it wrongly. */
function spellings(preset: PresetName, relation: Relation, crm: TableConfig): Spelling[] {
  const defaults = PRESETS[preset];
  const configured = relation === "actions" ? crm.table : crm.rulesTable;
  const name = configured ?? (relation === "actions" ? defaults.actionsTable : defaults.rulesTable);
  const schema = crm.schema ?? defaults.schema;
  const dotted = defaults.schema !== null && crm.schema === null && configured === null;
  return dotted
    ? [
        { schema, name },
        { schema: null, name: `${defaults.schema}.${name}` },
      ]
    : [{ schema, name }];
}

function findTable<T extends TableName>(
  found: T[],
  preset: PresetName,
  relation: Relation,
  crm: TableConfig,
  dialect: Dialect,
): T | null {
  for (const wanted of spellings(preset, relation, crm)) {
    const bySchema = dialect === "postgres" && wanted.schema !== null;
    const match = found.find(
      (table) => table.name === wanted.name && (bySchema ? table.schema === wanted.schema : table.visible),
    );
    if (match !== undefined) return match;
  }
  return null;
}

function writeName(wanted: Spelling, dialect: Dialect): string {
  return wanted.schema !== null && dialect === "postgres" ? `${wanted.schema}.${wanted.name}` : wanted.name;
}
