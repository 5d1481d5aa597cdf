/** Which of the tables that are there belong to which preset. */
import { maskName } from "../report/errors/redact.ts";
import type { RulesProblem } from "../report/activity.ts";
import type { CrmConfig } from "../config/schema.ts";
import { PRESET_NAMES, type PresetName } from "../report/words.ts";
import type { ColumnTypes } from "./casts.ts";
import { PRESETS, type Dialect } from "./presets.ts";

/** A table or view of the warehouse. `visible`: found without naming its schema; those of several schemas come in the search path's order. */
export type TableName = {
  schema: string | null;
  name: string;
  visible: boolean;
  owner?: string;
  /** False: its owner was only allowed to create something in that schema. */
  trusted?: boolean;
  /** Where they are asked for. */
  columns?: string[];
  types?: ColumnTypes;
  /** Columns that may hold nothing, where the newest rows are cheap to look at. */
  nullable?: string[];
};

export type Located<T extends TableName> =
  | { kind: "located"; preset: PresetName; actions: T; rules: T | null; rulesProblem: RulesProblem | null }
  | {
      kind: "missing";
      preset: PresetName | null;
      lookedFor: string[];
      /** Tables of those names in schemas that are not read. */
      elsewhere: string[];
      advice?: string;
    }
  | { kind: "ambiguous"; problem: string };

/** How many tables of other schemas are named. */
const MOST_NAMED = 5;

export type TableConfig = Pick<CrmConfig, "preset" | "schema" | "table" | "rulesTable">;

/** Every table name worth asking the catalog for: perhaps the table that is named is misspelt, and needs no name. */
export function candidateNames(crm: TableConfig): string[] {
  return [...new Set([...wantedNames(crm), ...wantedPresets(crm).map((preset) => PRESETS[preset].actionsTable)])];
}

/** The names that the CRM's own tables may have. */
export function wantedNames(crm: TableConfig): string[] {
  return wantedPresets(crm).flatMap((preset) =>
    (["actions", "rules"] as const).flatMap((relation) => spellings(preset, relation, crm).map(({ name }) => name)),
  );
}

/** Chooses the preset whose actions table is there. */
export function locateTables<T extends TableName>(found: T[], crm: TableConfig, dialect: Dialect): Located<T> {
  const wanted = wantedPresets(crm);
  const there = wanted.flatMap((preset) => {
    const place = findActions(found, preset, crm, dialect);
    return place === null ? [] : { preset, ...place };
  });
  // What was put into the search path by somebody else is no reason to doubt a table that is where it should be.
  const sure = there.filter(({ isSure }) => isSure);
  const [place, ...others] = sure.length > 0 ? sure : there;
  if (place === undefined) {
    return {
      kind: "missing",
      preset: crm.preset === "auto" ? null : crm.preset,
      elsewhere: listNamed(found, crm)
        .map(({ table }) => nameTable(table))
        .slice(0, MOST_NAMED),
      lookedFor: wanted.flatMap((name) => {
        const [wantedTable] = spellings(name, "actions", crm);
        return wantedTable === undefined ? [] : writeName(wantedTable, dialect);
      }),
      ...(adviseOnDot(crm, dialect) ?? adviseOnOthers(found, crm)),
    };
  }
  if (others.length > 0) {
    const presets = [place, ...others].map(({ preset }) => preset);
    const problem = `the tables of several presets are there: choose one with preset = "${presets.join('" or "')}"`;
    return { kind: "ambiguous", problem };
  }
  const { preset, tables } = place;
  const [actions] = tables;
  if (tables.length > 1 || actions === undefined) {
    const names = tables.map(({ schema, owner }) => `${schema ?? ""} (of ${owner ?? "nobody"})`).join(", ");
    const problem = `${tables[0]?.name ?? ""} is in several schemas of the search path: ${names}. Choose one with schema`;
    return { kind: "ambiguous", problem };
  }
  return { kind: "located", preset, actions, ...findRules(found, preset, actions, crm, dialect) };
}

/** Tables that a CRM reads if its schema is named. */
export function listNamed(found: TableName[], crm: TableConfig): { preset: PresetName; table: TableName }[] {
  return wantedPresets(crm).flatMap((preset) => {
    const name = crm.table ?? PRESETS[preset].actionsTable;
    return found.filter((table) => table.name === name).map((table) => ({ preset, table }));
  });
}

/** Whether a CRM may read a table of that name, as far as its configuration says it. `table`: as SQL reads it. */
export function mayRead(crm: TableConfig, { name, relation }: { name: string; relation: string }): boolean {
  return wantedPresets(crm)
    .flatMap((preset) => [...spellings(preset, "actions", crm), ...spellings(preset, "rules", crm)])
    .some((wanted) => (wanted.schema === null ? wanted.name === relation : quoteTable(wanted) === name));
}

/** A dot is no sign in a name: what stands before it is not read as a schema. */
function adviseOnDot({ table }: TableConfig, dialect: Dialect): { advice: string } | null {
  const dot = table?.indexOf(".") ?? -1;
  if (table === null || dot === -1) return null;
  const [schema, name] = [table.slice(0, dot), table.slice(dot + 1)].map((part) => JSON.stringify(part));
  const settings = dialect === "sqlite" ? `table = ${name}` : `schema = ${schema} and table = ${name}`;
  return { advice: `the dot is part of that name: set ${settings}` };
}

/** What is there of the presets, where no table of that name is. */
function adviseOnOthers(found: TableName[], crm: TableConfig): { advice?: string } {
  const without = listNamed(found, { ...crm, table: null });
  const [usual] = crm.table === null ? [] : without;
  if (usual !== undefined) return { advice: `${nameTable(usual.table)} is there: leave table out to read it` };
  const rules = wantedPresets(crm).flatMap((preset) => spellings(preset, "rules", crm).map(({ name }) => name));
  const there = found.find(({ name }) => rules.includes(name));
  return there === undefined || without.length > 0
    ? {}
    : { advice: `${nameTable(there)} is there, so only the table of the runs is missing` };
}

/** As it is shown: whoever made the table chose its names. */
function nameTable({ schema, name }: TableName): string {
  return schema === null ? maskName(name) : `${maskName(schema)}.${maskName(name)}`;
}

/** The table's name as SQL reads it. */
export function quoteTable({ schema, name }: Pick<TableName, "schema" | "name">): string {
  return schema === null ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function quoteIdentifier(name: string): string {
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

/** Of the search path the first table; those of others count only where there is no such table, and then all of them. */
function findActions<T extends TableName>(
  found: T[],
  preset: PresetName,
  crm: TableConfig,
  dialect: Dialect,
): { tables: T[]; isSure: boolean } | null {
  for (const wanted of spellings(preset, "actions", crm)) {
    const tables = listTables(found, wanted, dialect);
    if (tables.length === 0) continue;
    const sure = tables.find(({ trusted }) => isNamed(wanted, dialect) || trusted !== false);
    return sure === undefined ? { tables, isSure: false } : { tables: [sure], isSure: true };
  }
  return null;
}

/** Beside the runs; where no schema was named, also of the same owner. */
function findRules<T extends TableName>(
  found: T[],
  preset: PresetName,
  actions: T,
  crm: TableConfig,
  dialect: Dialect,
): { rules: T | null; rulesProblem: RulesProblem | null } {
  for (const wanted of spellings(preset, "rules", crm)) {
    const rules = listTables(found, wanted, dialect).find(
      ({ schema }) => isNamed(wanted, dialect) || schema === actions.schema,
    );
    if (rules === undefined) continue;
    const isOurs = isNamed(wanted, dialect) || crm.rulesTable !== null || rules.trusted !== false;
    if (isOurs || rules.owner === actions.owner) return { rules, rulesProblem: null };
    const advice = "set schema or rules_table if it is the right one";
    return {
      rules: null,
      rulesProblem: {
        fact: `${quoteTable(rules)} belongs to ${rules.owner ?? ""}, and the runs to ${actions.owner ?? ""}`,
        advice,
      },
    };
  }
  return { rules: null, rulesProblem: null };
}

function listTables<T extends TableName>(found: T[], wanted: Spelling, dialect: Dialect): T[] {
  return found.filter(
    (table) =>
      table.name === wanted.name && (isNamed(wanted, dialect) ? table.schema === wanted.schema : table.visible),
  );
}

/** SQLite has no schemas to name. */
function isNamed({ schema }: Spelling, dialect: Dialect): boolean {
  return dialect === "postgres" && schema !== null;
}

function writeName(wanted: Spelling, dialect: Dialect): string {
  return isNamed(wanted, dialect) ? `${wanted.schema}.${wanted.name}` : wanted.name;
}
