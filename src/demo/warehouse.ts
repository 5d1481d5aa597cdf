/** The demo warehouse as the bytes of an SQLite file, and the configuration that reads it. */
import { Database } from "bun:sqlite";
import { formatInstant } from "../report/figures.ts";
import { TABLES } from "../warehouse/presets.ts";
import { DEMO_CRMS } from "./scenario.ts";
import type { DemoAction } from "./simulate.ts";

export const DEMO_DATABASE = "warehouse.sqlite";

export function buildWarehouse(actions: DemoAction[]): Uint8Array {
  using database = new Database(":memory:");
  database.run(TABLES.sqlite);
  const addRule = database.query(
    "INSERT INTO automation_rules (crm_source, name, enabled, automation_level, strategy, priority, schedule) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const addAction = database.query(
    `INSERT INTO automation_actions (crm_source, rule, status, started_at, finished_at,
       records_processed, records_created, records_updated, records_failed, error, wrapper)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  database.transaction(() => {
    for (const { name: crm, rules } of DEMO_CRMS) {
      for (const rule of rules.filter(({ wrapper }) => wrapper !== true)) {
        const enabled = rule.enabled === false ? 0 : 1;
        addRule.run(
          crm,
          rule.name,
          enabled,
          rule.level,
          rule.strategy,
          rule.priority,
          `every ${rule.everyMinutes} minutes`,
        );
      }
    }
    for (const action of actions) {
      addAction.run(
        action.crm,
        action.rule,
        action.status,
        formatInstant(action.startedMs),
        action.finishedMs === null ? null : formatInstant(action.finishedMs),
        action.processed,
        action.created,
        action.updated,
        action.failed,
        action.error,
        action.wrapper ? 1 : 0,
      );
    }
  })();
  return database.serialize();
}

export function writeDemoConfig(): string {
  return `# The demo warehouse of \`automation-reports demo\`. Its three CRMs share one SQLite file.
[defaults]
url = "sqlite:${DEMO_DATABASE}"
preset = "automation"

${DEMO_CRMS.map(({ name }) => `[crm.${name}]\n`).join("\n")}`;
}
