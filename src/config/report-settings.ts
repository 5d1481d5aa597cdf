/** The part of a CRM's configuration that decides about its report. */
import type { ReportSettings } from "../report/settings.ts";
import type { CrmConfig } from "./schema.ts";

export function settingsOf(crm: CrmConfig): ReportSettings {
  return {
    thresholds: crm.thresholds,
    timezone: crm.schedule_timezone,
    lateAfterMs: crm.late_after,
    staleAfterMs: crm.stale_after,
    freshness: { warnAfterMs: crm.warn_after, errorAfterMs: crm.error_after },
    rules: Object.fromEntries(
      Object.entries(crm.rules).map(([name, rule]) => [
        name,
        {
          expect: rule.expect,
          staleAfterMs: rule.stale_after,
          warnAfterMs: rule.warn_after,
          errorAfterMs: rule.error_after,
        },
      ]),
    ),
  };
}
