/** The one statement of a pass: the activity query of a dialect over a preset's two relations. */
import { PRESETS, type Dialect } from "./presets.ts";
import type { PresetName } from "../report/words.ts";
import type { Located, TableName } from "./tables.ts";

type LocatedTables = Extract<Located, { kind: "located" }>;

/** A warehouse without a rules table declares no rules. */
const NO_RULES = `SELECT CAST(NULL AS text) AS crm_source, CAST(NULL AS text) AS name, CAST(NULL AS boolean) AS enabled,
  CAST(NULL AS text) AS automation_level, CAST(NULL AS text) AS strategy, CAST(NULL AS text) AS priority,
  CAST(NULL AS text) AS schedule, NULL AS recurrence, {time} AS starts_at, {time} AS ends_at WHERE 1 = 0`;
const NO_TIME: Record<Dialect, string> = { postgres: "CAST(NULL AS timestamptz)", sqlite: "NULL" };

/** The file `activity` with the preset's relations, and `more`, in place of its `{actions}`, `{rules}` and others. */
export function composeStatement(
  activity: string,
  located: LocatedTables,
  dialect: Dialect,
  more: Record<string, string> = {},
): string {
  const [, rules = ""] = splitRelations(located.preset, dialect);
  return fillPlaceholders(activity, {
    ...more,
    actions: composeActions(located, dialect),
    rules:
      located.rules === null ? fillPlaceholders(NO_RULES, { time: NO_TIME[dialect] }) : readFrom(rules, located.rules),
  });
}

/** A statement's `{name}` are its placeholders. All in one reading: a table may be called `{rules}`. */
export function fillPlaceholders(statement: string, texts: Record<string, string>): string {
  return statement.replace(/\{([a-z]+)\}/g, (placeholder, name: string) => {
    const text = texts[name];
    if (text === undefined) throw new Error(`nothing is given for ${placeholder}`);
    return text;
  });
}

/** The relation `actions` alone, for queries of their own. */
export function composeActions(located: Pick<LocatedTables, "preset" | "actions">, dialect: Dialect): string {
  const [actions = ""] = splitRelations(located.preset, dialect);
  return readFrom(actions, located.actions);
}

/** A preset's file holds its two relations, actions and rules, one after the other. */
function splitRelations(preset: PresetName, dialect: Dialect): string[] {
  return PRESETS[preset].sql[dialect].split(/;\n+/);
}

/** The preset names its table on the one line that starts with FROM. */
function readFrom(relation: string, table: TableName): string {
  return relation.replace(/^FROM [\w.]+/m, () => `FROM ${quoteTable(table)}`);
}

/** The table's name as SQL reads it. */
export function quoteTable({ schema, name }: TableName): string {
  return schema === null ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
