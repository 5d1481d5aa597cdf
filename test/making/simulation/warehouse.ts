/** A simulated CRM as an SQLite warehouse of its own, and the configuration that reads it. */
import { Database } from "bun:sqlite";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { CrmConfig } from "../../../src/config/schema.ts";
import syncHistorySql from "../../../src/demo/sync-history.sql" with { type: "text" };
import { crmConfig } from "../reports.ts";
import type { SimulatedCrm, SimulatedRule } from "./crms.ts";

/** Writes every row of it, those of the future too: who looks says as of when. A file of an earlier form of it is replaced. */
export function writeCrm(crm: SimulatedCrm, directory: string): CrmConfig {
  const path = join(directory, `${crm.name}.sqlite`);
  rmSync(path, { force: true });
  using database = new Database(path);
  database.run("PRAGMA synchronous = OFF");
  database.run(syncHistorySql);
  database.transaction(() => {
    for (const rule of crm.rules) {
      insertRuns(database, crm.name, rule);
      insertSchedule(database, crm.name, rule);
    }
  })();
  return crmConfig(`sqlite:${path}`, { preset: "sync-history", schedule_timezone: crm.timezone }, crm.name);
}

function insertRuns(database: Database, source: string, { name, runs }: SimulatedRule): void {
  const add = database.query(
    `INSERT INTO sync_history (crm_source, sync_type, start_time, end_time, status, records_processed, records_updated, error_message)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const { status, startedMs, endedMs, records, error } of runs) {
    const end = endedMs === null ? null : formatTime(endedMs);
    add.run(source, name, formatTime(startedMs), end, status, records, records, error);
  }
}

function insertSchedule(database: Database, source: string, { name, schedule }: SimulatedRule): void {
  if (schedule === null) return;
  const columns = {
    ...schedule.row,
    source_key: source,
    name,
    enabled: schedule.enabled ? 1 : 0,
    crm_source: source,
    model_name: name,
  };
  const names = Object.keys(columns);
  database
    .query(`INSERT INTO sync_schedule (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`)
    .run(...Object.values(columns));
}

function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}
