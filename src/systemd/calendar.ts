/**
 * Cron patterns as systemd's calendar events (systemd.time(7)). They agree except where clocks change: see the tests. A
 * pattern for which a day may fit either of its day fields becomes two events.
 */
import { listCronValues, type CronValues } from "../time/cron.ts";
import { readRecurrence } from "../time/recurrence.ts";

export type CalendarEvents = { kind: "events"; events: string[] } | { kind: "inexpressible"; reason: string };

const MINUTES = 60;
const HOURS = 24;
const DAYS = 31;
const MONTHS = 12;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** The values of `OnCalendar=` that fire when the patterns do. Patterns that differ only in their hours share one. */
export function toCalendarEvents(patterns: string[], timezone: string): CalendarEvents {
  const zone = nameZone(timezone);
  if (zone === null) {
    return { kind: "inexpressible", reason: "systemd knows time zones only by name: write one such as Europe/Berlin" };
  }
  const hoursOf = new Map<string, Set<number>>();
  for (const text of patterns) {
    const recurrence = readRecurrence(text);
    if (recurrence.kind === "inexpressible") return recurrence;
    if (recurrence.kind !== "cron") return { kind: "inexpressible", reason: "not a cron pattern" };
    const values = listCronValues(recurrence.pattern);
    if ("kind" in values) return values;
    const minute = writeValues(values.minute, MINUTES);
    for (const day of listDays(values)) {
      const event = `${day} HOUR:${minute}:00 ${zone}`;
      hoursOf.set(event, (hoursOf.get(event) ?? new Set()).union(new Set(values.hour)));
    }
  }
  const events = [...hoursOf].map(([event, hours]) => event.replace("HOUR", writeValues([...hours], HOURS)));
  return { kind: "events", events };
}

/** As systemd finds it in the time zone database; null for an offset. */
function nameZone(timezone: string): string | null {
  if (/^[+-]/.test(timezone)) return null;
  return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timezone).timeZoneId;
}

/** One date, or two where a day may fit either of the day fields. */
function listDays({ dayOfMonth, month, dayOfWeek, eitherDayField }: CronValues): string[] {
  const days = writeValues(dayOfMonth, DAYS);
  const months = writeValues(month, MONTHS);
  const week = writeWeekdays(dayOfWeek);
  if (!eitherDayField) return [`${week}*-${months}-${days}`];
  return [...new Set([`*-${months}-${days}`, `${week}*-${months}-*`])];
}

/** Empty for every day; systemd's week begins on Monday. */
function writeWeekdays(values: number[]): string {
  if (values.length === WEEKDAYS.length) return "";
  const days = values.map((day) => (day + 6) % 7).toSorted((a, b) => a - b);
  const [first = 0] = days;
  const last = days.at(-1) ?? first;
  if (days.length > 2 && last - first === days.length - 1) return `${WEEKDAYS[first]}..${WEEKDAYS[last]} `;
  return `${days.map((day) => WEEKDAYS[day]).join(",")} `;
}

/** `*` for all of `size` values, a range or a step where the values form one, else a list. Two digits each. */
function writeValues(values: number[], size: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [first = 0, second = first] = sorted;
  const last = sorted.at(-1) ?? first;
  const step = second - first;
  if (sorted.length === size) return "*";
  const even = sorted.length > 2 && sorted.every((value, index) => value === first + index * step);
  if (!even) return sorted.map(pad).join(",");
  // Never `01/9` without an end: from the last days of December systemd 252 finds no 1 January by it.
  return `${pad(first)}..${pad(last)}${step === 1 ? "" : `/${step}`}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
