/** The presets: what turns one kind of warehouse into actions and rules, and which tables that takes. */
import { WRAPPER_NAMES } from "../report/vocabulary.ts";
import type { PresetName } from "../report/words.ts";
import automationActionsPostgres from "./presets/automation/actions.postgres.sql" with { type: "text" };
import automationActionsSqlite from "./presets/automation/actions.sqlite.sql" with { type: "text" };
import automationRulesPostgres from "./presets/automation/rules.postgres.sql" with { type: "text" };
import automationRulesSqlite from "./presets/automation/rules.sqlite.sql" with { type: "text" };
import syncHistoryActionsPostgres from "./presets/sync-history/actions.postgres.sql" with { type: "text" };
import syncHistoryActionsSqlite from "./presets/sync-history/actions.sqlite.sql" with { type: "text" };
import syncHistoryRulesPostgres from "./presets/sync-history/rules.postgres.sql" with { type: "text" };
import syncHistoryRulesSqlite from "./presets/sync-history/rules.sqlite.sql" with { type: "text" };
import tablesPostgres from "./presets/tables.postgres.sql" with { type: "text" };
import tablesSqlite from "./presets/tables.sqlite.sql" with { type: "text" };

export type Dialect = "postgres" | "sqlite";

/** How rule rows find their actions: schedule rows carry other names than the sync types they start. */
export type RuleNames = "exact" | "normalized";

/** The columns an index for the report is made of: CRM, rule, start, and what the query reads besides. */
export type ActionColumns = { source: string; rule: string; start: string; included: string[] };

export type Preset = {
  /** Where the tables are by default; null: the search path. */
  schema: string | null;
  actionsTable: string;
  rulesTable: string;
  columns: ActionColumns;
  ruleNames: RuleNames;
  /** Rules whose runs contain runs that have rows of their own, where the configuration names none. */
  wrapperRules: string[];
  /** The relation of the runs. Its placeholders are the table, and the words that syncs write (source.ts). */
  actions: Record<Dialect, string>;
  /** The relation of the rules. Its placeholder is the table. */
  rules: Record<Dialect, string>;
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
    wrapperRules: WRAPPER_NAMES,
    actions: { postgres: syncHistoryActionsPostgres, sqlite: syncHistoryActionsSqlite },
    rules: { postgres: syncHistoryRulesPostgres, sqlite: syncHistoryRulesSqlite },
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
    actions: { postgres: automationActionsPostgres, sqlite: automationActionsSqlite },
    rules: { postgres: automationRulesPostgres, sqlite: automationRulesSqlite },
  },
} satisfies Record<PresetName, Preset>;

/** The automation preset's tables, for anyone who has none. */
export const TABLES: Record<Dialect, string> = { postgres: tablesPostgres, sqlite: tablesSqlite };
