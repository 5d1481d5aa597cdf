/** What was found out about a warehouse, as the judges of `check` receive it. Times are epoch milliseconds. */
import type { MissingTables, UnreadableStarts, RulesProblem } from "../report/activity.ts";
import type { PresetName } from "../report/words.ts";
import type { LikelyColumns } from "./likely-columns.ts";
import type { ActionColumns } from "./presets.ts";
import type { UnusedSetting } from "./unused-settings.ts";

export type TableFacts = {
  /** As SQL writes it. */
  name: string;
  /** The name alone, as plans write it. */
  relation: string;
  /** A table, not a view: only it has indexes and statistics. */
  stored: boolean;
  readable: boolean;
  /** What this role may do to it besides reading: INSERT, UPDATE, DELETE, TRUNCATE. */
  writes: string[];
  /** The planner's estimate; null where the table was never analysed. */
  rows: number | null;
  /** Pages of 8 KiB, as the planner knows them, without indexes; 0 in SQLite. */
  pages: number;
  /** With indexes and long values. */
  bytes: number;
  /** Null: a table of its own, its partitions or children included. */
  hides: Hidden | null;
  /** Its rows are in partitions or children. */
  inParts: boolean;
  /** The row policies that stand on it, or behind a view, with the roles they are for. */
  policies: { name: string; roles: string[] }[];
  /** As whom the tables behind a view that have row security are read: its owner, or with security_invoker this role. */
  readers: string[];
  /** Policies hold for this role, or for the owner of a view, so the server refuses to read the table. */
  refused: boolean;
  /** The policies of a table hide no row of it from this role. */
  showsAll: boolean;
};

/** What is read instead. Of a view the tables that it reads in the end, of a foreign table its server; as far as is known. */
export type Hidden = { kind: "view" | "materialized view" | "foreign table"; behind: string[] };

export type IndexFacts = {
  /** As SQL reads it: with its schema, quoted where it must be. */
  name: string;
  valid: boolean;
  /** Key columns, then included ones. */
  columns: string[];
  keyColumns: number;
  /** A partial index serves only the rows of its predicate. */
  partial: boolean;
};

/** The plan of a statement as EXPLAIN (FORMAT JSON) of PostgreSQL writes it, as far as it is looked at. */
export type PlanDocument = { Plan: PlanNode; "Execution Time"?: number; JIT?: object };

export type PlanNode = {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Index Cond"?: string;
  "Recheck Cond"?: string;
  "Actual Rows"?: number;
  "Actual Loops"?: number;
  "Rows Removed by Filter"?: number;
  "Heap Fetches"?: number;
  "Sort Method"?: string;
  "Disk Usage"?: number;
  Plans?: PlanNode[];
};

export type PostgresFacts = {
  kind: "postgres";
  openMs: number;
  roundTripMs: number;
  version: string;
  versionNumber: number;
  /** Seconds since the last replayed transaction where it is a standby that knows; null on a primary. */
  standby: { replaySeconds: number | null } | null;
  tls: { protocol: string | null; verified: "nothing" | "authority" | "authority and name"; needed: boolean };
  /** The server's clock minus ours. */
  clockDifferenceMs: number;
  /** As `ReadActivity.assumedZone`. */
  assumedZone: string | null;
  role: { name: string; superuser: boolean };
  statistics: { analyzedMs: number | null; modifiedShare: number | null } | null;
  indexes: IndexFacts[];
  /** How many relations a report of that window locks at the same time where these are too many; else null. */
  excessLocks: number | null;
  /** Null where it could not be asked for; `problem` says why. */
  plan: { document: PlanDocument | null; problem: string | null };
};

type SqliteFacts = { kind: "sqlite"; journalMode: string; bytes: number; plan: string[]; indexes: IndexFacts[] };

export type FoundTables = {
  preset: PresetName;
  /** How the table came to be: by the migrations (M), by hand (H), or neither; null for other presets. */
  shape: "M" | "H" | "other" | null;
  actions: TableFacts;
  rules: TableFacts | null;
  /** As `ReadActivity.rulesProblem`. */
  rulesProblem?: RulesProblem;
  columns: ActionColumns;
};

/** A table or view that may hold runs. `name` and `schema`: as SQL writes them; null: there are no schemas. */
export type OtherTable = {
  name: string;
  schema: string | null;
  likely: LikelyColumns;
  names: Names;
  /** Its end is never empty, and so is no end of a run that goes on. */
  alwaysEnds?: boolean;
  failures?: FailureTable;
  /** Where a clean-up puts its older runs, with the same columns; as SQL writes it. */
  archive?: string | undefined;
};

/** Where the runs have a key alone: the table that has the name to it. */
export type Names = Partial<Record<"crm_source" | "rule", NameTable>>;

/**
 * `table`: as SQL writes it. `otherwise`: the column of the run that tells what has no name there. `isOfOtherType`: its key is of
 * another type than that of the run.
 */
export type NameTable = { table: string; key: string; name: string; otherwise?: string; isOfOtherType?: boolean };

/** The table that has a row for each run that failed, and its columns. `id`, `end`: those of the runs, which do not say what they came to. */
export type FailureTable = {
  table: string;
  key: string;
  at: string | null;
  error: string | null;
  id: string;
  end: string;
};

export type RowFacts = {
  unreadable: UnreadableStarts[];
  oldestMs: number | null;
  newestMs: number | null;
  /** The newest was looked for in 30 days only, because more would cost too much. */
  isRecentOnly: boolean;
  /** Values of crm_source in the last 7 days. */
  sources: string[];
  /** How many rows of the last 7 days have none. */
  nameless: number;
  /** How many success rates of the last 7 days are between 0 and 1, and how many above; null: not looked at. */
  scale: { fractions: number; percentages: number } | null;
};

/** Names in the CRM's settings that its rows do not have. */
export type SettingFacts = {
  unused: UnusedSetting[];
  /** How many of the newest runs were looked at, where there are more of them. */
  newest: number | null;
};

export type WarehouseFacts = (PostgresFacts | SqliteFacts) & {
  tables:
    | { kind: "found"; found: FoundTables }
    /** `schemas`: those in which a table of the name has every column that is read. */
    | ({ kind: "missing"; schemas: string[]; others: OtherTable[] } & Pick<
        MissingTables,
        "lookedFor" | "elsewhere" | "advice"
      >)
    /** The table has not all columns that the preset reads. */
    | { kind: "incomplete"; preset: PresetName; table: OtherTable; missing: string[] }
    | { kind: "problem"; problem: string };
  /** Other tables of the same names, which no report reads. */
  copies: TableFacts[];
  /** Null where looking would have cost too much, or the table may not be read. */
  rows: RowFacts | null;
  /** Null as `rows`. */
  settings: SettingFacts | null;
};
