/** The part of a CRM's configuration that decides about its report. */
import type { ReportSettings } from "../report/settings.ts";
import type { CrmConfig } from "./schema.ts";

export function settingsOf(crm: CrmConfig): ReportSettings {
  const { thresholds, ownThresholds, scheduleTimezone, excludeRules, lateAfterMs, staleAfterMs, warnAfterMs } = crm;
  const { errorAfterMs, holidays, rules } = crm;
  return {
    crmSource: crm.crmSource,
    thresholds,
    ownThresholds,
    timezone: scheduleTimezone ?? "UTC",
    habitTimezone: scheduleTimezone ?? crm.timezone ?? "UTC",
    excludedRules: excludeRules,
    lateAfterMs,
    staleAfterMs,
    freshness: { warnAfterMs, errorAfterMs },
    holidays,
    retiredRules: crm.retiredRules.map((rule) => ({ rule, sinceMs: null })),
    disabledRules: [],
    ignoredHours: [],
    rules,
  };
}
