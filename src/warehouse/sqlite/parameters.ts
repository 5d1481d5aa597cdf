/** The parameters of the activity query, in the order of activity.sql. */
import type { ReadRequest } from "../request.ts";

const DAY_MS = 86_400_000;

export function bindParameters({ crm, window, recent }: ReadRequest): (string | number | null)[] {
  return [
    crm.crm_source,
    window.startMs,
    window.endMs,
    JSON.stringify(crm.exclude_rules),
    crm.wrapper_rules === null ? null : JSON.stringify(crm.wrapper_rules),
    JSON.stringify(crm.statuses),
    crm.stale_after / 1000,
    recent,
    formatDay(2 * window.startMs - window.endMs - DAY_MS),
    formatDay(window.endMs + 2 * DAY_MS),
  ];
}

function formatDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
