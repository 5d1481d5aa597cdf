/** The columns that each preset's SQL cannot do without, and which of them a table does not have. */
import type { PresetName } from "../report/words.ts";
import type { Dialect } from "./presets.ts";
import type { TableName } from "./tables.ts";

const RECORDS = ["records_processed", "records_created", "records_updated", "records_failed"];

const NEEDED: Record<PresetName, { actions: string[]; rules: string[] }> = {
  "sync-history": {
    actions: ["id", "crm_source", "sync_type", "status", "start_time", "end_time", ...RECORDS, "error_message"],
    rules: [
      "crm_source",
      "source_key",
      "model_name",
      "name",
      "enabled",
      "recurrence_type",
      "every",
      "period",
      "minute",
      "hour",
      "day_of_month",
      "month_of_year",
      "day_of_week",
    ],
  },
  automation: {
    actions: [
      "id",
      "crm_source",
      "rule",
      "status",
      "started_at",
      "finished_at",
      ...RECORDS,
      "error",
      "dry_run",
      "wrapper",
    ],
    rules: ["crm_source", "name", "enabled", "automation_level", "strategy", "priority", "schedule"],
  },
};

/** A table that lacks columns of its preset. */
export type Incomplete = { table: TableName; missing: string[]; columns: string[] };

/** Null where it has them all, or its columns are not known. SQLite reads their names in any case of letters. */
export function findIncomplete(
  table: TableName | null,
  preset: PresetName,
  relation: "actions" | "rules",
  dialect: Dialect,
): Incomplete | null {
  const columns = table?.columns ?? Object.keys(table?.types ?? {});
  if (table === null || columns.length === 0) return null;
  const known = dialect === "sqlite" ? columns.map((name) => name.toLowerCase()) : columns;
  const missing = NEEDED[preset][relation].filter((name) => !known.includes(name));
  return missing.length === 0 ? null : { table, missing, columns };
}

/** In one line, for whoever only wanted a report. */
export function describeIncomplete(incomplete: Incomplete, name: string, preset: PresetName): string {
  return `${describeMissing(incomplete, name, preset)}: \`automation-reports check\` shows a view to begin with`;
}

export function describeMissing({ missing }: Incomplete, name: string, preset: PresetName): string {
  const columns = missing.length === 1 ? "the column" : "the columns";
  return `${name} lacks ${columns} ${missing.join(", ")} of the preset ${preset}`;
}
