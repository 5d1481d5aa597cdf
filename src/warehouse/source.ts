/** Where the rows of one CRM come from: its tables, read as one of the presets says. */
import { maskName } from "../report/errors/redact.ts";
import type { RulesProblem } from "../report/activity.ts";
import type { PresetName } from "../report/words.ts";
import type { FirstShowing } from "../time/clock-changes.ts";
import { castCounts, castFlags, castTable, listUnreadable, spellStarts, writeTime } from "./casts.ts";
import { boundTable } from "./long-values.ts";
import { describeMissing, findIncomplete, type Incomplete } from "./needed-columns.ts";
import { PRESETS, type ActionColumns, type Dialect, type Preset, type RuleNames } from "./presets.ts";
import { listNamed, locateTables, quoteTable, type Located, type TableConfig, type TableName } from "./tables.ts";
import { fillPlaceholders } from "./template.ts";
import { plainWord } from "../report/vocabulary.ts";
import { writeBlanks, writeList, writeStatus, writeWord } from "./vocabulary.ts";

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
  /** Starts as they are written and as they are read, on a server whose column of them holds text or may hold none; else null. */
  spelled: string | null;
  columns: ActionColumns;
  ruleNames: RuleNames;
  /** Rules whose runs contain runs that have rows of their own, where the configuration names none. */
  wrapperRules: string[];
  /** Why a table of rules that is there is not read; null: it is read, or there is none. */
  rulesProblem: RulesProblem | null;
};

/** The source with the tables it reads, or why there is none. */
export type Found<T extends TableName> =
  | { kind: "found"; source: Source; actions: T; rules: T | null }
  /** The tables are there, and one of them has not the columns that the preset reads. */
  | { kind: "incomplete"; preset: PresetName; incomplete: Incomplete }
  | Exclude<Located<T>, LocatedTables<T>>;

const NO_RULES = `SELECT CAST(NULL AS text) AS crm_source, CAST(NULL AS text) AS name, CAST(NULL AS boolean) AS enabled,
  CAST(NULL AS text) AS automation_level, CAST(NULL AS text) AS strategy, CAST(NULL AS text) AS priority,
  CAST(NULL AS text) AS schedule, NULL AS recurrence, {time} AS starts_at, {time} AS ends_at, {time} AS created_at, {time} AS changed_at WHERE 1 = 0`;
const NO_TIME: Record<Dialect, string> = { postgres: "CAST(NULL AS timestamptz)", sqlite: "NULL" };

/** When a schedule begins and ends, which not every table of rules says. */
const [START_AT, END_AT] = ["start_at", "end_at"] as const;

/** Chooses among the tables that are there. `chooseFirst`: of what the table of the runs is read as one of a first showing. */
export function findSource<T extends TableName>(
  tables: T[],
  crm: TableConfig,
  dialect: Dialect,
  chooseFirst: (actions: T) => FirstShowing | null = () => null,
): Found<T> {
  const located = locateTables(tables, crm, dialect);
  if (located.kind !== "located") return located;
  const { preset, actions } = located;
  const incomplete = findIncomplete(actions, preset, "actions", dialect);
  if (incomplete !== null) return { kind: "incomplete", preset, incomplete };
  const unfit = explainUnfit(located, dialect);
  const read = unfit === null ? located : { ...located, rules: null, rulesProblem: unfit };
  return { kind: "found", source: makeSource(read, dialect, chooseFirst(actions)), actions, rules: read.rules };
}

/** Why the table of rules cannot be read, so that the runs are read without it; null: it can, or there is none. */
function explainUnfit<T extends TableName>({ preset, rules }: LocatedTables<T>, dialect: Dialect): RulesProblem | null {
  if (rules === null) return null;
  const lacking = findIncomplete(rules, preset, "rules", dialect);
  if (lacking !== null)
    return {
      fact: describeMissing(lacking, quoteTable(rules), preset),
      advice: "name a view that has them in rules_table",
    };
  const unreadable = listUnreadable(rules.types ?? {}, PRESETS[preset].kinds.rules);
  if (unreadable.length === 0) return null;
  const columns = unreadable.map(({ column, type }) => `${column} (${type})`).join(", ");
  return {
    fact: `columns of ${quoteTable(rules)} are of other types than a report needs: ${columns}`,
    advice: "name a view that casts them in rules_table",
  };
}

/** Schemas in which a table has the wanted name and every column, as they are shown. */
export function listSchemas(tables: TableName[], crm: TableConfig, dialect: Dialect): string[] {
  const complete = listNamed(tables, crm).filter(
    ({ preset, table }) => findIncomplete(table, preset, "actions", dialect) === null,
  );
  return [...new Set(complete.flatMap(({ table: { schema } }) => (schema === null ? [] : maskName(schema))))];
}

function makeSource<T extends TableName>(
  located: LocatedTables<T>,
  dialect: Dialect,
  first: FirstShowing | null,
): Source {
  const { actions, rules, columns, ruleNames, wrapperRules, kinds, optional }: Preset = PRESETS[located.preset];
  const absent = optional !== null && lacks(located.actions, optional) ? optional : null;
  const beside = absent === null || dialect === "sqlite" ? undefined : `NULL::text AS ${absent}`;
  const actionsTable = castTable(quoteTable(located.actions), located.actions.types ?? {}, kinds.actions, {
    beside,
    first,
  });
  return {
    preset: located.preset,
    dialect,
    actionsTable,
    actions: fillPlaceholders(actions[dialect], {
      table:
        dialect === "sqlite"
          ? boundTable(located.actions, kinds.actions, listKeys(columns), absent === null ? [] : [absent])
          : actionsTable,
      status: writeStatus(dialect),
      rule_word: writeWord(dialect, columns.rule),
      wrappers: writeList(wrapperRules.map(plainWord)),
      blanks: writeBlanks(dialect),
      ...(dialect === "sqlite" ? { ...castCounts(kinds.actions), ...castFlags(kinds.actions) } : {}),
    }),
    rules:
      located.rules === null
        ? fillPlaceholders(NO_RULES, { time: NO_TIME[dialect] })
        : fillPlaceholders(rules[dialect], {
            table:
              dialect === "sqlite"
                ? boundTable(
                    located.rules,
                    kinds.rules,
                    listChangeColumns(located.rules),
                    listAbsent(located.rules, [START_AT, END_AT]),
                  )
                : castTable(quoteTable(located.rules), located.rules.types ?? {}, kinds.rules),
            blanks: writeBlanks(dialect),
            ...(dialect === "sqlite" ? { ...castCounts(kinds.rules, "NULL"), ...castFlags(kinds.rules) } : {}),
            starts_at: writeOptionalTime(located.rules, START_AT, dialect),
            ends_at: writeOptionalTime(located.rules, END_AT, dialect),
            created_at: writeChangedAt(located.rules, dialect, ["created_at"]),
            changed_at: writeChangedAt(located.rules, dialect),
          }),
    spelled: spellStarts(quoteTable(located.actions), located.actions.types ?? {}, kinds.actions, {
      columns,
      mayBeNull: located.actions.nullable?.includes(columns.start) === true,
    }),
    columns,
    ruleNames,
    wrapperRules,
    rulesProblem: located.rulesProblem,
  };
}

/** A clean-up of old runs leaves those that never ended, so many at most: the table begins after them. */
export const OLDEST_ROWS = 50;

/** The relation of the runs without what must be computed of them. */
export function writeStarts({ columns: { source, start, end }, actionsTable }: Source): string {
  return `  SELECT id, ${source} AS crm_source, ${start} AS started_at, ${end} AS finished_at FROM ${actionsTable} AS source_row`;
}

/** Why a table of rules may not be read. `hidesRows`: the role has the right, but not to all rows. */
export function explainForbidden(rules: TableName, hidesRows: boolean): RulesProblem {
  const name = quoteTable(rules);
  return hidesRows
    ? {
        fact: `row-level security would hide rows of ${name}`,
        advice:
          "ALTER ROLE … BYPASSRLS (of the view's owner, where a view without security_invoker is read), or read a view of the table's owner",
      }
    : { fact: `${name} may not be read`, advice: "GRANT SELECT on it to the role" };
}

/** Why a table of rules that may be read cannot be: a view that fails, a lock, a foreign server that is away. */
export function explainBroken(rules: TableName, reason: string): RulesProblem {
  const name = quoteTable(rules);
  return {
    fact: `${name} cannot be read: ${reason}`,
    advice: `mend what SELECT * FROM ${name} says, or name another in rules_table`,
  };
}

/** `withinMs`: of the CRM's time so much is theirs. */
export function explainSlow(rules: TableName, withinMs: number): RulesProblem {
  const name = quoteTable(rules);
  return {
    fact: `${name} cannot be read: no complete answer within ${withinMs / 1000} s, a quarter of its time`,
    advice: `see why SELECT * FROM ${name} takes so long, raise timeout, or name another in rules_table`,
  };
}

/** The same runs without the rules, where those may not or cannot be read. */
export function withoutRules(source: Source, problem: RulesProblem): Source {
  return { ...source, rules: fillPlaceholders(NO_RULES, { time: NO_TIME[source.dialect] }), rulesProblem: problem };
}

/** Of a column that not every table of rules has. */
function writeOptionalTime({ columns, types }: TableName, column: string, dialect: Dialect): string {
  const there = columns?.map((name) => name.toLowerCase()) ?? Object.keys(types ?? {});
  if (!there.includes(column)) return NO_TIME[dialect];
  return dialect === "sqlite" ? column : `${column}::timestamptz`;
}

function listAbsent(table: TableName, names: string[]): string[] {
  return names.filter((name) => lacks(table, name));
}

function lacks({ columns, types }: TableName, column: string): boolean {
  const there = columns ?? Object.keys(types ?? {});
  return there.length > 0 && !there.some((name) => (types === undefined ? name.toLowerCase() : name) === column);
}

/** Where an index helps to find runs. */
function listKeys({ source, rule, start }: ActionColumns): string[] {
  return ["id", source, rule, start];
}

/** Not every table has the columns that say when a row was written, and only where these can be read as times do they say it. */
function listChangeColumns({ columns = [], types }: TableName, names = ["created_at", "updated_at"]): string[] {
  return names.filter((name) => (types === undefined ? columns.includes(name) : writeTime(types, name) !== null));
}

function writeChangedAt(table: TableName, dialect: Dialect, names?: string[]): string {
  const there = listChangeColumns(table, names);
  if (dialect === "sqlite") return there.length < 2 ? (there[0] ?? "NULL") : `max(${there.join(", ")})`;
  const times = there.map((name) => `(${writeTime(table.types ?? {}, name)})::timestamptz`);
  return times.length === 0 ? NO_TIME.postgres : `greatest(${times.join(", ")})`;
}
