/** The one statement of a pass on SQLite, with its parameters. */
import { computeBounds } from "../bounds.ts";
import type { ReadRequest } from "../request.ts";
import type { Source } from "../source.ts";
import { fillPlaceholders, numberParameters, type Statement } from "../template.ts";
import { DAY_MS } from "../../time/units.ts";
import { writeBlanks, writeCleanedUp } from "../vocabulary.ts";
import activitySql from "./activity.sql" with { type: "text" };

export type SqliteValue = string | number | null;

export function composeActivity({ actions, rules, dialect }: Source, request: ReadRequest): Statement<SqliteValue> {
  const text = fillPlaceholders(activitySql, {
    actions,
    rules,
    cleaned_up: writeCleanedUp(dialect),
    blanks: writeBlanks(dialect),
  });
  return numberParameters(text, bindRequest(request), dialect);
}

/** Text names a day without its zone, so that a scan begins and ends a day further out. */
function bindRequest(request: ReadRequest): Record<string, SqliteValue> {
  const { crm, recent, nowMs } = request;
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
    lookback_from: bounds.lookbackFromMs,
    week_before: bounds.weekBeforeMs,
    hour_and_week_before: bounds.hourAndWeekBeforeMs,
    first_day: writeDay(Math.min(bounds.scanFromMs, bounds.baselineScanFromMs ?? Infinity) - DAY_MS),
    end_day: writeDay(bounds.toMs + 2 * DAY_MS),
    lookback_day: writeDay(bounds.lookbackFromMs - DAY_MS),
    today: writeDay(nowMs),
    excluded: JSON.stringify(crm.excludeRules),
    wrappers: crm.wrapperRules === null ? null : JSON.stringify(crm.wrapperRules),
    statuses: JSON.stringify(crm.statuses),
    recent,
  };
}

function writeDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
