/**
 * Cron patterns as systemd's calendar events (systemd.time(7)). They agree except where clocks change: see the tests. Where
 * cron takes a day that fits either of its day fields, there are two events.
 */
import { readRecurrence } from "../report/expectation/recurrence.ts";

export type CalendarEvents = { kind: "events"; events: string[] } | { kind: "inexpressible"; reason: string };

type Field = { min: number; max: number; names?: string[] };
const MINUTE: Field = { min: 0, max: 59 };
const HOUR: Field = { min: 0, max: 23 };
const DAY: Field = { min: 1, max: 31 };
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH: Field = { min: 1, max: 12, names: ["", ...MONTHS] };
/** Sunday is 0 and 7. */
const WEEKDAY: Field = { min: 0, max: 7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };
const WEEKDAYS = ["", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

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
    const [minutes = "", hours = "", ...days] = recurrence.pattern.trim().toLowerCase().split(/\s+/);
    const minute = writeValues(readField(minutes, MINUTE), MINUTE);
    for (const day of listDays(days)) {
      const event = `${day} HOUR:${minute}:00 ${zone}`;
      hoursOf.set(event, (hoursOf.get(event) ?? new Set()).union(readField(hours, HOUR)));
    }
  }
  const events = [...hoursOf].map(([event, hours]) => event.replace("HOUR", writeValues(hours, HOUR)));
  return { kind: "events", events };
}

/** As systemd finds it in the time zone database; null for an offset. */
function nameZone(timezone: string): string | null {
  if (/^[+-]/.test(timezone)) return null;
  return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timezone).timeZoneId;
}

/** One date, or two where either day field is enough: neither of them begins with `*`. */
function listDays([dayOfMonth = "", month = "", dayOfWeek = ""]: string[]): string[] {
  const days = writeValues(readField(dayOfMonth, DAY), DAY);
  const months = writeValues(readField(month, MONTH), MONTH);
  const week = writeWeekdays(readField(dayOfWeek, WEEKDAY));
  if (dayOfMonth.startsWith("*") || dayOfWeek.startsWith("*")) return [`${week}*-${months}-${days}`];
  return [...new Set([`*-${months}-${days}`, `${week}*-${months}-*`])];
}

/** Of a field that `readRecurrence` has found to be one. */
function readField(text: string, { min, max, names = [] }: Field): Set<number> {
  const readNumber = (word: string) => (names.includes(word) ? names.indexOf(word) : Number(word));
  const values = text.split(",").flatMap((part) => {
    const [range = "", step] = part.split("/");
    const [first = "", last] = range.split("-");
    const from = range === "*" ? min : readNumber(first);
    const to = range === "*" ? max : last === undefined ? from : readNumber(last);
    const by = Number(step ?? 1);
    return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);
  });
  return new Set(values);
}

function writeWeekdays(values: Set<number>): string {
  const days = new Set([...values].map((day) => (day === 0 ? 7 : day)));
  if (days.size === 7) return "";
  const sorted = [...days].sort((a, b) => a - b);
  const [first = 0] = sorted;
  const last = sorted.at(-1) ?? first;
  if (days.size > 2 && last - first === days.size - 1) return `${WEEKDAYS[first]}..${WEEKDAYS[last]} `;
  return `${sorted.map((day) => WEEKDAYS[day]).join(",")} `;
}

/** `*`, a range or a step where the values are one, else a list; always two digits. */
function writeValues(values: Set<number>, { min, max }: Field): string {
  const sorted = [...values].sort((a, b) => a - b);
  const [first = min, second = first] = sorted;
  const last = sorted.at(-1) ?? first;
  const step = second - first;
  if (sorted.length === max - min + 1) return "*";
  const even = sorted.length > 2 && sorted.every((value, index) => value === first + index * step);
  if (!even) return sorted.map(pad).join(",");
  // Never `01/9` without an end: from the last days of December systemd 252 finds no 1 January by it.
  return `${pad(first)}..${pad(last)}${step === 1 ? "" : `/${step}`}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
