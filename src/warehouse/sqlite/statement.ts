/** The one statement of a pass on SQLite, with its parameters. */
import { computeBounds } from "../bounds.ts";
import type { ReadRequest } from "../request.ts";
import type { Source } from "../source.ts";
import { fillPlaceholders, numberParameters, type Statement } from "../template.ts";
import { writeBlanks, writeCleanedUp } from "../vocabulary.ts";
import { writeInstantMs, writeRange } from "./instants.ts";
import activitySql from "./activity.sql" with { type: "text" };

/** Beside each range, so that an index on CRM and start helps. */
const OF_CRM = "crm_source = :crm AND ";
/** Later starts are not looked for. */
const LAST_MS = Date.parse("9998-01-01T00:00:00Z");

export type SqliteValue = string | number | null;

export function composeActivity({ actions, rules, dialect }: Source, request: ReadRequest): Statement<SqliteValue> {
  const bounds = computeBounds(request);
  const scanFromMs = Math.min(bounds.scanFromMs, bounds.baselineScanFromMs ?? Infinity);
  const text = fillPlaceholders(activitySql, {
    actions,
    rules,
    cleaned_up: writeCleanedUp(dialect),
    blanks: writeBlanks(dialect),
    start_ms: writeInstantMs("started_at"),
    finish_ms: writeInstantMs("finished_at"),
    begin_ms: writeInstantMs("starts_at"),
    stop_ms: writeInstantMs("ends_at"),
    change_ms: writeInstantMs("changed_at"),
    scan_range: writeRange(OF_CRM, "started_at", scanFromMs, bounds.toMs),
    near_range: writeRange("", "started_at", scanFromMs, bounds.toMs),
    later_range: writeRange(OF_CRM, "started_at", bounds.beforeMs, LAST_MS),
    future_range: writeRange(OF_CRM, "started_at", request.nowMs, LAST_MS),
  });
  return numberParameters(text, bindRequest(request), dialect);
}

function bindRequest(request: ReadRequest): Record<string, SqliteValue> {
  const { crm, recent } = request;
  const bounds = computeBounds(request);
  return {
    crm: crm.crmSource,
    from: bounds.fromMs,
    to: bounds.toMs,
    before: bounds.beforeMs,
    scan_from: bounds.scanFromMs,
    starts_from: bounds.startsFromMs,
    latest_end: bounds.latestEndMs,
    baseline_scan_from: bounds.baselineScanFromMs,
    baseline_from: bounds.baselineFromMs,
    baseline_to: bounds.baselineToMs,
    latest_start: bounds.latestStartMs,
    week_before: bounds.weekBeforeMs,
    hour_and_week_before: bounds.hourAndWeekBeforeMs,
    excluded: JSON.stringify(crm.excludeRules),
    wrappers: crm.wrapperRules === null ? null : JSON.stringify(crm.wrapperRules),
    statuses: JSON.stringify(crm.statuses),
    recent,
  };
}
