/** The one statement of a pass: the activity query of a dialect over a preset's two relations. */
import { PRESETS, type Dialect } from "./presets.ts";
import type { Located, TableName } from "./tables.ts";

/** A warehouse without a rules table declares no rules. */
const NO_RULES = `SELECT CAST(NULL AS text) AS crm_source, CAST(NULL AS text) AS name, CAST(NULL AS boolean) AS enabled,
  CAST(NULL AS text) AS automation_level, CAST(NULL AS text) AS strategy, CAST(NULL AS text) AS priority,
  CAST(NULL AS text) AS schedule WHERE 1 = 0`;

/** `activity` holds the placeholders `{actions}` and `{rules}`. */
export function composeStatement(
  activity: string,
  located: Extract<Located, { kind: "located" }>,
  dialect: Dialect,
): string {
  const [actions = "", rules = ""] = PRESETS[located.preset].sql[dialect].split(/;\n+/);
  return activity
    .replace("{actions}", () => readFrom(actions, located.actions))
    .replace("{rules}", () => (located.rules === null ? NO_RULES : readFrom(rules, located.rules)));
}

/** The preset names its table on the one line that starts with FROM. */
function readFrom(relation: string, table: TableName): string {
  return relation.replace(/^FROM [\w.]+/m, () => `FROM ${quoteTable(table)}`);
}

function quoteTable({ schema, name }: TableName): string {
  const quote = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`;
  return schema === null ? quote(name) : `${quote(schema)}.${quote(name)}`;
}
