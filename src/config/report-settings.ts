/** The part of a CRM's configuration that decides about its report. */
import type { ReportSettings } from "../report/settings.ts";
import type { CrmConfig } from "./schema.ts";

export function settingsOf(crm: CrmConfig): ReportSettings {
  const { thresholds, scheduleTimezone, lateAfterMs, staleAfterMs, warnAfterMs, errorAfterMs, rules } = crm;
  return {
    thresholds,
    timezone: scheduleTimezone,
    lateAfterMs,
    staleAfterMs,
    freshness: { warnAfterMs, errorAfterMs },
    holidays: [],
    retiredRules: [],
    rules,
  };
}
