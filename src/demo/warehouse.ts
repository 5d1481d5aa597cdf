/** The demo warehouse as the bytes of an SQLite file, and the configuration that reads it. */
import { Database } from "bun:sqlite";
import { formatInstant } from "../text/figures.ts";
import { TABLES } from "../warehouse/presets.ts";
import { DEMO_CRMS, writeSchedule, type DemoCrm } from "./scenario.ts";
import type { DemoAction } from "./scenario.ts";
import syncHistorySql from "./sync-history.sql" with { type: "text" };

export const DEMO_DATABASE = "warehouse.sqlite";

export function buildWarehouse(actions: DemoAction[]): Uint8Array {
  using database = new Database(":memory:");
  database.run(TABLES.sqlite);
  database.run(syncHistorySql);
  database.transaction(() => {
    for (const crm of DEMO_CRMS) {
      if (crm.preset === "automation") declareRules(database, crm);
      else scheduleSyncs(database, crm);
    }
    const synced = new Set(DEMO_CRMS.filter(({ preset }) => preset === "sync-history").map(({ name }) => name));
    for (const action of actions) recordAction(database, action, synced.has(action.crm));
  })();
  return database.serialize();
}

function declareRules(database: Database, { name: crm, rules }: DemoCrm): void {
  const add = database.query(
    "INSERT INTO automation_rules (crm_source, name, enabled, automation_level, strategy, priority, schedule) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  for (const rule of rules.filter(({ wrapper }) => wrapper !== true)) {
    const enabled = rule.enabled === false ? 0 : 1;
    add.run(crm, rule.name, enabled, rule.level, rule.strategy, rule.priority, writeSchedule(rule));
  }
}

function scheduleSyncs(database: Database, { name: crm, rules, scheduleNames = {} }: DemoCrm): void {
  const add = database.query(
    `INSERT INTO sync_schedule (source_key, name, recurrence_type, every, period, minute, hour, enabled, crm_source, model_name)
     VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?)`,
  );
  for (const [rule, modelName] of Object.entries(scheduleNames)) {
    const everyMinutes = rules.find(({ name }) => name === rule)?.everyMinutes;
    if (everyMinutes === undefined) add.run(crm, modelName, "crontab", null, null, "15", "3", crm, modelName);
    else add.run(crm, modelName, "interval", everyMinutes, "minutes", null, null, crm, modelName);
  }
}

function recordAction(database: Database, action: DemoAction, synced: boolean): void {
  const add = database.query(
    synced
      ? `INSERT INTO sync_history (crm_source, sync_type, status, start_time, end_time, records_processed, records_created,
           records_updated, records_failed, error_message) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
      : `INSERT INTO automation_actions (crm_source, rule, status, started_at, finished_at, records_processed, records_created,
           records_updated, records_failed, error, wrapper) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  // sync_history knows no unknown count: what still runs has done nothing yet.
  const unknown = synced ? 0 : null;
  const values = [
    action.crm,
    action.rule,
    action.status,
    formatInstant(action.startedMs),
    action.finishedMs === null ? null : formatInstant(action.finishedMs),
    action.processed ?? unknown,
    action.created ?? unknown,
    action.updated ?? unknown,
    action.failed ?? unknown,
    action.error,
  ];
  add.run(...(synced ? values : [...values, action.wrapper ? 1 : 0]));
}

/** The first line of a demo's configuration tells it from that of an operator. */
export const DEMO_MARK = "# The demo warehouse of `automation-reports demo`.";

export function writeDemoConfig(): string {
  return `${DEMO_MARK} Its CRMs share one SQLite file.
[defaults]
url = "sqlite:${DEMO_DATABASE}"
preset = "automation"

${DEMO_CRMS.map(({ name, preset }) => `[crm.${name}]\n${preset === "automation" ? "" : `preset = "${preset}"\n`}`).join("\n")}`;
}
