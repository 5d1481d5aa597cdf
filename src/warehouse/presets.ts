/** The presets: what turns one kind of warehouse into actions and rules, and which tables that takes. */
import { WRAPPER_NAMES } from "../report/vocabulary.ts";
import type { PresetName } from "../report/words.ts";
import type { ColumnKinds } from "./casts.ts";
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

/** How rule rows find their actions, beside `rule_names`: schedule rows carry other names than the sync types they start. */
export type RuleNames = "exact" | "normalized";

/** The columns an index for the report is made of: CRM, rule, start, and what the query reads besides. */
export type ActionColumns = { source: string; rule: string; start: string; end: string; included: string[] };

export type Preset = {
  /** Where the tables are by default; null: the search path. */
  schema: string | null;
  actionsTable: string;
  rulesTable: string;
  columns: ActionColumns;
  ruleNames: RuleNames;
  /** Rules whose runs contain runs that have rows of their own, where the configuration names none. */
  wrapperRules: string[];
  /** Every column that the relations read and that must be of one kind; any other column may be of any type. */
  kinds: { actions: ColumnKinds; rules: ColumnKinds };
  /** A column that not every table of runs has: without it there are no dry runs. */
  optional: string | null;
  /** There are two known shapes of the table, and its performance_metrics may hold rates in two scales. */
  isHistory: boolean;
  /** The relation of the runs. Its placeholders are the table, the words that syncs write, blanks, in SQLite counts and flags. */
  actions: Record<Dialect, string>;
  /** The relation of the rules. Its placeholders are the table, blanks, when a schedule begins and ends and when its row was changed, in SQLite counts and flags. */
  rules: Record<Dialect, string>;
};

const COUNTS: ColumnKinds = {
  records_processed: "number",
  records_created: "number",
  records_updated: "number",
  records_failed: "number",
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
      end: "end_time",
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
    kinds: {
      actions: {
        crm_source: "text",
        sync_type: "text",
        status: "text",
        start_time: "start",
        end_time: "end",
        ...COUNTS,
        error_message: "message",
        configuration: "document",
      },
      rules: {
        crm_source: "text",
        source_key: "text",
        name: "text",
        model_name: "text",
        enabled: "flag",
        recurrence_type: "text",
        every: "number",
        period: "text",
        minute: "text",
        hour: "text",
        day_of_week: "text",
        day_of_month: "text",
        month_of_year: "text",
        start_at: "time",
        end_at: "time",
      },
    },
    optional: "configuration",
    isHistory: true,
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
      end: "finished_at",
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
    kinds: {
      actions: {
        crm_source: "text",
        rule: "text",
        status: "text",
        started_at: "start",
        finished_at: "end",
        ...COUNTS,
        error: "message",
        dry_run: "flag",
        wrapper: "flag",
      },
      rules: {
        crm_source: "text",
        name: "text",
        enabled: "flag",
        automation_level: "text",
        strategy: "text",
        priority: "text",
        schedule: "text",
      },
    },
    optional: null,
    isHistory: false,
    actions: { postgres: automationActionsPostgres, sqlite: automationActionsSqlite },
    rules: { postgres: automationRulesPostgres, sqlite: automationRulesSqlite },
  },
} satisfies Record<PresetName, Preset>;

/** The automation preset's tables, for anyone who has none. */
export const TABLES: Record<Dialect, string> = { postgres: tablesPostgres, sqlite: tablesSqlite };
