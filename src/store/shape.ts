/** What the store's tables must have for the statements of all commands, and what they must not: code and keys of others. */
import type { Engine } from "./engine.ts";

type Table = { columns: string[]; keys: string[] };

/** A key is written as its columns, in their order. */
const TABLES: Record<string, Table> = {
  automation_reports_schema: { columns: ["version"], keys: [] },
  automation_reports_passes: {
    columns: ["id", "origin", "slot_ms", "started_ms", "document", "attempt"],
    keys: ["id", "origin, slot_ms, attempt"],
  },
  automation_reports_reports: {
    columns: [
      "id",
      "pass_id",
      "source",
      "origin",
      "generated_ms",
      "window_start_ms",
      "window_end_ms",
      "status",
      "document",
      "verdict",
      "successful",
      "total",
      "critical",
    ],
    keys: ["id"],
  },
  automation_reports_slots: {
    columns: [
      "schedule",
      "slot_ms",
      "state",
      "holder",
      "attempts",
      "claimed_ms",
      "ended_ms",
      "lease_until_ms",
      "exit_code",
      "note",
      "pass_id",
      "crashes",
    ],
    keys: ["schedule, slot_ms"],
  },
  automation_reports_memory_days: { columns: ["source", "day", "hours", "cells"], keys: ["source, day"] },
  automation_reports_memory_weeks: { columns: ["source", "week", "stamp", "sums"], keys: ["source, week"] },
  automation_reports_memory_rules: { columns: ["source", "rules", "stopped_ms", "stopped"], keys: ["source"] },
  automation_reports_memory_ignored: {
    columns: ["source", "from_hour", "to_hour"],
    keys: ["source, from_hour, to_hour"],
  },
  automation_reports_memory_retired: { columns: ["source", "rule", "since_ms"], keys: ["source, rule"] },
  automation_reports_memory_disabled: { columns: ["source", "rule", "seen_ms"], keys: ["source, rule"] },
};

/** One line for each table, column or key that is not there, and for what refuses or changes the rows of every command. */
export async function checkShape(engine: Engine): Promise<string[]> {
  return await engine.look(async (ask) => {
    const columns = await ask(engine.listColumns, []);
    const keys = await ask(engine.listKeys, []);
    const triggers = await ask(engine.listTriggers, []);
    const listOf = (rows: Record<string, unknown>[], table: string) =>
      rows.filter((row) => row["table"] === table).map((row) => String(row["what"]));
    const has = (rows: Record<string, unknown>[], table: string, what: string) =>
      rows.some((row) => row["table"] === table && row["what"] === what);
    const problems = Object.entries(TABLES).flatMap(([table, expected]) =>
      columns.some((row) => row["table"] === table)
        ? [
            ...expected.columns.filter((name) => !has(columns, table, name)).map((name) => `no column ${name}`),
            ...expected.keys.filter((key) => !has(keys, table, key)).map((key) => `no unique key (${key})`),
            ...listOf(keys, table)
              .filter((key) => !expected.keys.includes(key))
              .map((key) => `a unique key (${key}) of somebody else, which refuses rows: drop it`),
            ...listOf(triggers, table).map((name) => `a trigger ${name} of somebody else, which changes rows: drop it`),
          ].map((lack) => `the table ${table} has ${lack}`)
        : [`the table ${table} is not there`],
    );
    if (problems.length > 0) return problems;
    const versions = await ask("SELECT version FROM automation_reports_schema", []);
    return versions.length === 1
      ? []
      : [`the table automation_reports_schema has ${versions.length} rows instead of one`];
  });
}
