/** Where the rows of one CRM come from: its tables, read as one of the presets says. */
import type { PresetName } from "../report/words.ts";
import { castTable } from "./casts.ts";
import { PRESETS, type ActionColumns, type Dialect, type Preset, type RuleNames } from "./presets.ts";
import { locateTables, quoteTable, type Located, type TableConfig, type TableName } from "./tables.ts";
import { fillPlaceholders } from "./template.ts";
import { writeBlanks, writeList, writeStatuses } from "./vocabulary.ts";

type LocatedTables<T extends TableName> = Extract<Located<T>, { kind: "located" }>;

export type Source = {
  preset: PresetName;
  dialect: Dialect;
  /** The table of the runs, as SQL reads it. */
  actionsTable: string;
  /** The relation of the runs, a query without parameters. */
  actions: string;
  /** The relation of the rules, without a row where there is no table of rules. */
  rules: string;
  columns: ActionColumns;
  ruleNames: RuleNames;
  /** Rules whose runs contain runs that have rows of their own, where the configuration names none. */
  wrapperRules: string[];
};

/** The source with the tables it reads, or why there is none. */
export type Found<T extends TableName> =
  | { kind: "found"; source: Source; actions: T; rules: T | null }
  | Exclude<Located<T>, LocatedTables<T>>;

const NO_RULES = `SELECT CAST(NULL AS text) AS crm_source, CAST(NULL AS text) AS name, CAST(NULL AS boolean) AS enabled,
  CAST(NULL AS text) AS automation_level, CAST(NULL AS text) AS strategy, CAST(NULL AS text) AS priority,
  CAST(NULL AS text) AS schedule, NULL AS recurrence, {time} AS starts_at, {time} AS ends_at, {time} AS changed_at WHERE 1 = 0`;
const NO_TIME: Record<Dialect, string> = { postgres: "CAST(NULL AS timestamptz)", sqlite: "NULL" };

/** In SQLite any column may hold a text: one that is no number is no count. A sum of whole numbers above 2^63 would be an error. */
const COUNTS = Object.fromEntries(
  ["records_processed", "records_created", "records_updated", "records_failed", "every"].map((column) => [
    column,
    `CASE typeof(${column}) WHEN 'text' THEN iif(trim(${column}) GLOB '[0-9]*' AND trim(${column}) NOT GLOB '*[^0-9.]*',
      CAST(${column} AS NUMERIC) * 1.0, NULL) WHEN 'blob' THEN NULL
      WHEN 'integer' THEN iif(${column} BETWEEN -1e12 AND 1e12, ${column}, ${column} * 1.0) ELSE ${column} END`,
  ]),
);

/** Chooses among the tables that are there. */
export function findSource<T extends TableName>(tables: T[], crm: TableConfig, dialect: Dialect): Found<T> {
  const located = locateTables(tables, crm, dialect);
  if (located.kind !== "located") return located;
  const { actions, rules } = located;
  return { kind: "found", source: makeSource(located, dialect), actions, rules };
}

function makeSource<T extends TableName>(located: LocatedTables<T>, dialect: Dialect): Source {
  const { actions, rules, columns, ruleNames, wrapperRules }: Preset = PRESETS[located.preset];
  const actionsTable = castTable(quoteTable(located.actions), located.actions.types ?? {});
  return {
    preset: located.preset,
    dialect,
    actionsTable,
    actions: fillPlaceholders(actions[dialect], {
      table: actionsTable,
      statuses: writeStatuses(),
      wrappers: writeList(wrapperRules),
      blanks: writeBlanks(dialect),
      ...(dialect === "sqlite" ? COUNTS : {}),
    }),
    rules:
      located.rules === null
        ? fillPlaceholders(NO_RULES, { time: NO_TIME[dialect] })
        : fillPlaceholders(rules[dialect], {
            table: castTable(quoteTable(located.rules), located.rules.types ?? {}),
            blanks: writeBlanks(dialect),
            ...(dialect === "sqlite" ? COUNTS : {}),
            changed_at: writeChangedAt(located.rules, dialect),
          }),
    columns,
    ruleNames,
    wrapperRules,
  };
}

const INSTANTS = ["timestamp with time zone", "timestamp without time zone", "date"];

/** Not every table has the columns that say when a row was written, and none can be asked for one that may be missing. */
function writeChangedAt({ columns = [], types = {} }: TableName, dialect: Dialect): string {
  const names = ["created_at", "updated_at"];
  if (dialect === "postgres") {
    const there = names.filter((name) => INSTANTS.includes(types[name] ?? ""));
    return there.length === 0
      ? NO_TIME.postgres
      : `greatest(${there.map((name) => `${name}::timestamptz`).join(", ")})`;
  }
  const there = names.filter((name) => columns.includes(name));
  return there.length === 0 ? "NULL" : there.length === 1 ? (there[0] ?? "NULL") : `max(${there.join(", ")})`;
}
