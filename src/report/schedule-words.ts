/** Schedules as a sentence says them. */
import { formatDuration } from "../text/figures.ts";
import { readRecurrence } from "../time/recurrence.ts";

/** Seconds alone are as clear as they are written. */
const SHORT_MS = 10_000;
const DAILY = /^(\d{1,2}) (\d{1,2}) \* \* \*$/;
const EVERY_FEW_MINUTES = /^\*\/(\d{1,2}) \* \* \* \*$/;
const HOURLY = /^(\d{1,2}) \* \* \* \*$/;

/**
 * Such as `every 4h` or `daily at 19:00`; what has no such words stays as it is written. `timezone`: of the patterns; null: not known. A time of day is said in UTC alone, as all others are.
 */
export function sayWhenDue(schedules: string[], timezone: string | null): string {
  return schedules.map((text) => sayOne(text, timezone) ?? text).join("; ");
}

function sayOne(text: string, timezone: string | null): string | null {
  const recurrence = readRecurrence(text);
  if (recurrence.kind === "interval") {
    return recurrence.everyMs < SHORT_MS ? null : `every ${formatDuration(recurrence.everyMs / 1000)}`;
  }
  const pattern = recurrence.kind === "cron" ? recurrence.pattern : text;
  const [, few] = EVERY_FEW_MINUTES.exec(pattern) ?? [];
  // Other steps begin anew with each hour.
  if (few !== undefined && 60 % Number(few) === 0) return `every ${formatDuration(Number(few) * 60)}`;
  const [, minute] = HOURLY.exec(pattern) ?? [];
  if (minute !== undefined) return `hourly at :${minute.padStart(2, "0")}`;
  const [, at, hour] = DAILY.exec(pattern) ?? [];
  if (at === undefined || hour === undefined || timezone !== "UTC") return null;
  return `daily at ${hour.padStart(2, "0")}:${at.padStart(2, "0")}`;
}
