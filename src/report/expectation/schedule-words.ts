/** Schedules as a sentence says them. */
import { formatDuration } from "../../text/figures.ts";
import { listCronValues, type CronValues } from "../../time/cron.ts";
import { readRecurrence } from "../../time/recurrence.ts";

/** Seconds alone are as clear as they are written. */
const SHORT_MS = 10_000;
const MINUTES = 60;
const HOURS = 24;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
export const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
/** More times, or days, are no sentence. */
const MOST_LISTED = 4;

/**
 * Such as `every 4h` or `at 19:00 on weekdays`; what has no such words stays as it is written. `timezone`: of the patterns; null: not known.
 * Times of day and days are said with their zone, but for UTC, in which all other times are.
 */
export function sayWhenDue(schedules: string[], timezone: string | null): string {
  return schedules.map((text) => sayOne(text, timezone) ?? text).join("; ");
}

function sayOne(text: string, timezone: string | null): string | null {
  const recurrence = readRecurrence(text);
  if (recurrence.kind === "interval") {
    return recurrence.everyMs < SHORT_MS ? null : `every ${formatDuration(recurrence.everyMs / 1000)}`;
  }
  const values = listCronValues(recurrence.kind === "cron" ? recurrence.pattern : text);
  if ("kind" in values) return null;
  const days = sayDays(values);
  if (days === null) return null;
  const often = sayHowOften(values);
  if (often !== null && days === "") return often;
  const times = often ?? sayTimes(values);
  if (times === null || timezone === null) return null;
  const when = days === "" && times.startsWith("at ") ? `daily ${times}` : `${times}${days}`;
  return timezone === "UTC" ? when : `${when} (${timezone})`;
}

/** All day long, at whatever hours that is elsewhere. */
function sayHowOften({ minute, hour }: CronValues): string | null {
  const [first = 0] = minute;
  if (hour.length === HOURS) {
    const everyMinutes = stepOf(minute, MINUTES);
    if (everyMinutes !== null && first === 0 && minute.length > 1) return `every ${formatDuration(everyMinutes * 60)}`;
    return minute.length > MOST_LISTED ? null : `hourly at ${join(minute.map((one) => `:${pad(one)}`))}`;
  }
  const everyHours = stepOf(hour, HOURS);
  if (everyHours === null || hour.length < 2 || hour[0] !== 0 || minute.length > 1) return null;
  return `every ${formatDuration(everyHours * 3600)}${first === 0 ? "" : ` at :${pad(first)}`}`;
}

function sayTimes({ minute, hour }: CronValues): string | null {
  const [first = 0, last = 0] = [minute[0], minute.at(-1)];
  const [from = 0, to = 0] = [hour[0], hour.at(-1)];
  if (minute.length * hour.length <= MOST_LISTED)
    return `at ${join(hour.flatMap((hours) => minute.map((minutes) => `${pad(hours)}:${pad(minutes)}`)))}`;
  const everyMinutes = stepOf(minute, MINUTES);
  if (to - from + 1 !== hour.length || everyMinutes === null) return null;
  const often = minute.length === 1 ? "hourly" : `every ${formatDuration(everyMinutes * 60)}`;
  return `${often} from ${pad(from)}:${pad(first)} to ${pad(to)}:${pad(last)}`;
}

/** Empty: every day. Null: there are no such words. */
function sayDays({ dayOfMonth, month, dayOfWeek, eitherDayField }: CronValues): string | null {
  const isAnyMonth = month.length === MONTHS.length;
  if (eitherDayField || (!isAnyMonth && month.length > MOST_LISTED)) return null;
  const months = join(month.map((one) => MONTHS[one - 1] ?? ""));
  const isAnyDate = dayOfMonth.length === 31;
  if (dayOfWeek.length === 7) {
    if (isAnyDate) return isAnyMonth ? "" : ` each day of ${months}`;
    if (dayOfMonth.length > MOST_LISTED) return null;
    const which = isAnyMonth ? "the month" : months;
    return ` on ${dayOfMonth.length === 1 ? "day" : "days"} ${join(dayOfMonth.map(String))} of ${which}`;
  }
  if (!isAnyDate) return null;
  const weekdays = sayWeekdays(dayOfWeek);
  return isAnyMonth ? weekdays : `${weekdays} in ${months}`;
}

function sayWeekdays(dayOfWeek: number[]): string {
  const days = dayOfWeek.join("");
  if (days === "12345") return " on weekdays";
  if (days === "06") return " on weekends";
  const named = dayOfWeek.map((day) => WEEKDAYS[day] ?? "");
  const [first = 0, last = 0] = [dayOfWeek[0], dayOfWeek.at(-1)];
  if (named.length > 2 && last - first + 1 === named.length) return ` from ${named[0]} to ${named.at(-1)}`;
  return ` on ${join(named)}`;
}

/** The step of values that fill a whole of that size evenly; null where they do not. */
function stepOf(values: number[], whole: number): number | null {
  const step = whole / values.length;
  const isEven = values.every((value, index) => value === (values[0] ?? 0) + index * step);
  return Number.isInteger(step) && isEven ? step : null;
}

function join(words: string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
