/** One PostgreSQL database and one SQLite file with the same rows, emptied and filled again for each drawn case. */
import { Database } from "bun:sqlite";
import { listEngines, type RuleRow, type RunRow } from "./warehouses.ts";
import { connect } from "./postgres-server.ts";

export type Preset = "sync-history" | "automation";

export type Refillable = {
  postgres: string;
  sqlite: string;
  refill: (runs: RunRow[], rules: RuleRow[]) => Promise<void>;
  close: () => Promise<void>;
};

/** Statements that empty both tables and fill them from one JSON array each; `->>` means the same in both. */
const TABLES: Record<Preset, { actions: string; rules: string; runs: Insert; declared: Insert }> = {
  "sync-history": {
    actions: "sync_history",
    rules: "sync_schedule",
    runs: {
      columns: `crm_source, sync_type, start_time, end_time, status, records_processed, records_created, records_updated,
        records_failed, error_message, configuration, performance_metrics, created_at`,
      values: (time) => `value->>'crm', value->>'rule', ${time("start")}, ${time("end")}, value->>'status',
        #int(value->>'processed'), #int(value->>'created'), #int(value->>'updated'), #int(value->>'failed'),
        value->>'error', #jsonb(value->>'configuration'), #jsonb('{}'), #timestamptz('2026-07-10 21:00:00')`,
    },
    declared: {
      columns: "source_key, name, mode, recurrence_type, every, period, enabled, crm_source, model_name",
      values: () => `value->>'crm', value->>'name', 'delta', 'interval', #int(value->>'every'), 'hours',
        #boolean(value->>'enabled'), value->>'crm', value->>'name'`,
    },
  },
  automation: {
    actions: "automation_actions",
    rules: "automation_rules",
    runs: {
      columns: `crm_source, rule, status, started_at, finished_at, records_processed, records_created, records_updated,
        records_failed, error, dry_run, wrapper`,
      values: (time) => `value->>'crm', value->>'rule', value->>'status', ${time("start")}, ${time("end")},
        #bigint(value->>'processed'), #bigint(value->>'created'), #bigint(value->>'updated'), #bigint(value->>'failed'),
        value->>'error', #boolean(value->>'dryRun'), #boolean(value->>'wrapper')`,
    },
    declared: {
      columns: "crm_source, name, enabled, automation_level, strategy, priority",
      values: () => `value->>'crm', value->>'name', #boolean(value->>'enabled'), value->>'level', value->>'strategy',
        value->>'priority'`,
    },
  },
};

type Insert = { columns: string; values: (time: (key: string) => string) => string };

export async function makeRefillable(preset: Preset): Promise<Refillable> {
  const [onPostgres, onSqlite] = ["packaged, ", "sqlite, "].map((kind) =>
    listEngines().find((engine) => engine.name.startsWith(kind) && engine.preset === preset),
  );
  const [postgres, sqlite] = await Promise.all([onPostgres!.make([], []), onSqlite!.make([], [])]);
  const sql = connect(postgres.url);
  const database = new Database(sqlite.url.slice("sqlite:".length));
  database.run("PRAGMA synchronous = OFF");
  const { actions, rules, runs, declared } = TABLES[preset];
  // Both engines' schedules are made now.
  for (const column of preset === "automation" ? [] : ["created_at", "updated_at"])
    database.run(`ALTER TABLE ${rules} ADD COLUMN ${column} TEXT DEFAULT '${new Date().toISOString()}'`);
  const [actionsTable, rulesTable] =
    preset === "automation" ? [actions, rules] : [`orchestration.${actions}`, `orchestration.${rules}`];
  const optional = preset === "automation" ? "" : ", options, created_at, updated_at";
  const emptyOptions = preset === "automation" ? "" : ", '{}', now(), now()";
  const fillSqlite = database.transaction((runsJson: string, rulesJson: string) => {
    database.run(`DELETE FROM ${actions}`);
    database.run(`DELETE FROM ${rules}`);
    database.run(`INSERT INTO ${actions} (${runs.columns}) SELECT ${forSqlite(runs, preset)} FROM json_each(?)`, [
      runsJson,
    ]);
    database.run(`INSERT INTO ${rules} (${declared.columns}) SELECT ${forSqlite(declared, preset)} FROM json_each(?)`, [
      rulesJson,
    ]);
  });
  return {
    postgres: postgres.url,
    sqlite: sqlite.url,
    refill: async (runRows, ruleRows) => {
      const [runsJson, rulesJson] = [JSON.stringify(runRows.map(writeRun)), JSON.stringify(ruleRows.map(writeRule))];
      fillSqlite(runsJson, rulesJson);
      await sql.begin(async (sql) => {
        await sql.unsafe(`TRUNCATE ${actionsTable}, ${rulesTable} RESTART IDENTITY`);
        await sql.unsafe(
          `INSERT INTO ${actionsTable} (${runs.columns}) SELECT ${forPostgres(runs)} FROM json_array_elements($1::text::json)`,
          [runsJson],
        );
        await sql.unsafe(
          `INSERT INTO ${rulesTable} (${declared.columns}${optional}) SELECT ${forPostgres(declared)}${emptyOptions} FROM json_array_elements($1::text::json)`,
          [rulesJson],
        );
        // SQLite counts the rows itself: the server knows from this how few they are.
        await sql.unsafe(`ANALYZE ${actionsTable}`);
      });
    },
    close: async () => {
      database.close();
      await sql.end({ timeout: 1 });
      await Promise.all([postgres.close(), sqlite.close()]);
    },
  };
}

/** Only a sync-history row has a configuration; only an automation row says itself that it is a wrapper. */
function writeRun(row: RunRow) {
  return { ...row, configuration: row.configuration ?? "{}", wrapper: row.rule === "all" };
}

function writeRule(row: RuleRow) {
  return { ...row, every: row.every ?? 1 };
}

function forPostgres({ values }: Insert): string {
  return values((key) => `(value->>'${key}')::timestamptz`).replaceAll(/#(\w+)(\((?:[^()]|\([^()]*\))*\))/g, "$2::$1");
}

/** Django stores a UTC time without its zone; the automation tables hold RFC 3339. */
function forSqlite({ values }: Insert, preset: Preset): string {
  const time = (key: string) =>
    preset === "automation" ? `value->>'${key}'` : `replace(replace(value->>'${key}', 'T', ' '), 'Z', '')`;
  return values(time).replaceAll(/#\w+/g, "");
}
