/** The parameters of the activity query, in the order of activity.sql. */
import type { ReadRequest } from "../request.ts";
import { DAY_MS } from "../../time/units.ts";
import { windowBefore } from "../../time/window.ts";

const LOOKBACK_DAYS = 30;
const LOOKBACK_ROWS = 10_000;

export function bindParameters(request: ReadRequest): (string | number | null)[] {
  const { crm, window, recent, baselineSeconds, nowMs } = request;
  const firstMs = Math.min(
    windowBefore(window).startMs,
    baselineSeconds === null ? Infinity : window.startMs - baselineSeconds * 1000,
  );
  return [
    crm.crmSource,
    window.startMs,
    window.endMs,
    JSON.stringify(crm.excludeRules),
    crm.wrapperRules === null ? null : JSON.stringify(crm.wrapperRules),
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
