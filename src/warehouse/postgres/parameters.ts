/** The parameters of the activity query, in the order of activity.sql. */
import type postgres from "postgres";
import type { ReadRequest } from "../request.ts";

export function bindParameters({ crm, window, recent }: ReadRequest): postgres.ParameterOrJSON<never>[] {
  return [
    crm.crm_source,
    new Date(window.startMs).toISOString(),
    new Date(window.endMs).toISOString(),
    crm.exclude_rules.length === 0 ? null : crm.exclude_rules,
    crm.wrapper_rules,
    Object.keys(crm.statuses).length === 0 ? null : crm.statuses,
    crm.stale_after / 1000,
    recent,
  ];
}
