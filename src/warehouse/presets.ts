/** The presets: what turns one kind of warehouse into actions and rules, and which tables that takes. */
import type { PresetName } from "../report/words.ts";
import automationPostgres from "./presets/automation.postgres.sql" with { type: "text" };
import automationSqlite from "./presets/automation.sqlite.sql" with { type: "text" };
import tablesPostgres from "./presets/tables.postgres.sql" with { type: "text" };
import tablesSqlite from "./presets/tables.sqlite.sql" with { type: "text" };
import syncHistoryPostgres from "./presets/sync-history.postgres.sql" with { type: "text" };
import syncHistorySqlite from "./presets/sync-history.sqlite.sql" with { type: "text" };

export type Dialect = "postgres" | "sqlite";

export type Preset = {
  /** Where the tables are by default; null: the search path. */
  schema: string | null;
  actionsTable: string;
  rulesTable: string;
  /** The columns an index for the report is made of: CRM, rule, start, and what the query reads besides. */
  columns: { source: string; rule: string; start: string; included: string[] };
  /** How rule rows find their actions: schedule rows carry other names than the sync types they start. */
  ruleNames: "exact" | "normalized";
  /** Rules whose runs contain runs that have rows of their own, where the configuration names none. */
  wrapperRules: string[];
  /** Two relations, actions and rules, each a complete statement ending in a semicolon. */
  sql: Record<Dialect, string>;
};

/** In the order in which `preset = "auto"` looks for them. */
export const PRESETS = {
  "sync-history": {
    schema: "orchestration",
    actionsTable: "sync_history",
    rulesTable: "sync_schedule",
    columns: {
      source: "crm_source",
      rule: "sync_type",
      start: "start_time",
      included: [
        "sync_type",
        "status",
        "end_time",
        "records_processed",
        "records_created",
        "records_updated",
        "records_failed",
      ],
    },
    ruleNames: "normalized",
    wrapperRules: ["all", "all_entities"],
    sql: { postgres: syncHistoryPostgres, sqlite: syncHistorySqlite },
  },
  automation: {
    schema: null,
    actionsTable: "automation_actions",
    rulesTable: "automation_rules",
    columns: {
      source: "crm_source",
      rule: "rule",
      start: "started_at",
      included: [
        "rule",
        "status",
        "finished_at",
        "records_processed",
        "records_created",
        "records_updated",
        "records_failed",
      ],
    },
    ruleNames: "exact",
    wrapperRules: [],
    sql: { postgres: automationPostgres, sqlite: automationSqlite },
  },
} satisfies Record<PresetName, Preset>;

/** The automation preset's tables, for anyone who has none. */
export const TABLES: Record<Dialect, string> = { postgres: tablesPostgres, sqlite: tablesSqlite };
