/** Which of a CRM's reports tell how it stands: those of the window that its schedules use, not of a minute that somebody asked about. */
import type { ScheduleConfig } from "../config/schema.ts";
import { covers } from "../schedule/coverage.ts";
import type { ReportRow, Reports } from "../store/reports.ts";
import { DAY_MS } from "../time/units.ts";

/** Of a report that is asked for without a window. */
export const ASKED_WINDOW_MS = DAY_MS;

/** `newest`: the CRM's newest reports. The newest so many of a usual window; those that were given where none is kept. */
export async function chooseUsual(
  source: string,
  newest: ReportRow[],
  schedules: ScheduleConfig[],
  { reports, ...filter }: { reports: Pick<Reports, "list">; limit: number; untilMs: number },
): Promise<ReportRow[]> {
  const windowsMs = listUsualWindows(source, schedules);
  if (windowsMs === null || newest.every((row) => windowsMs.includes(row.windowEndMs - row.windowStartMs)))
    return newest;
  const usual = await reports.list({ sources: [source], windowsMs, ...filter });
  return usual.length > 0 ? usual : newest;
}

/** Null: no schedule reports on the CRM, and any window is as usual as another. */
function listUsualWindows(source: string, schedules: ScheduleConfig[]): number[] | null {
  const mine = schedules.filter((schedule) => covers(schedule, source));
  return mine.length === 0 ? null : [...new Set([...mine.map(({ timeWindowMs }) => timeWindowMs), ASKED_WINDOW_MS])];
}
