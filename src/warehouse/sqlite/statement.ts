/** The one statement of a pass, and its parameters in the order of activity.sql. */
import type { ReadRequest } from "../request.ts";
import { DAY_MS } from "../../time/units.ts";
import { windowBefore } from "../../time/window.ts";
import type { Source } from "../source.ts";
import { fillPlaceholders } from "../template.ts";
import activitySql from "./activity.sql" with { type: "text" };

export type SqliteValue = string | number | null;

const LOOKBACK_DAYS = 30;
const LOOKBACK_ROWS = 10_000;

export function composeActivity(
  { actions, rules }: Source,
  request: ReadRequest,
): { text: string; values: SqliteValue[] } {
  return { text: fillPlaceholders(activitySql, { actions, rules }), values: bindParameters(request) };
}

function bindParameters(request: ReadRequest): SqliteValue[] {
  const { crm, window, recent, baselineSeconds, nowMs } = request;
  const firstMs = Math.min(
    windowBefore(window).startMs,
    baselineSeconds === null ? Infinity : window.startMs - baselineSeconds * 1000,
  );
  return [
    crm.crm_source,
    window.startMs,
    window.endMs,
    JSON.stringify(crm.exclude_rules),
    crm.wrapper_rules === null ? null : JSON.stringify(crm.wrapper_rules),
    JSON.stringify(crm.statuses),
    recent,
    baselineSeconds,
    nowMs,
    LOOKBACK_ROWS,
    formatDay(firstMs - DAY_MS),
    formatDay(window.endMs + 2 * DAY_MS),
    formatDay(window.endMs - (LOOKBACK_DAYS + 1) * DAY_MS),
  ];
}

function formatDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
