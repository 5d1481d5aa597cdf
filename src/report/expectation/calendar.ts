/** Wall-clock times of a pattern, without a time zone. Cron's syntax and calendar are croner's; it is always given the day to start from. */
import { Cron } from "croner";
import type { Inexpressible } from "./recurrence.ts";

/** Five fields in cron's syntax. */
export type CalendarFields = { minute: string; hour: string; dayOfMonth: string; month: string; dayOfWeek: string };

export type Calendar = {
  kind: "calendar";
  /** Milliseconds since midnight, ascending. */
  times: number[];
  /** Fires at midnight of each day on which the times apply, as if in UTC. */
  days: Cron;
  /**
   * What happens when the clocks change. A steady pattern (`*` or a step from `*` in the minute or hour) skips the hour that
   * does not exist and fires in both of a repeated hour; any other fires once at the end of the gap, and once.
   */
  steady: boolean;
};

const DAY_MS = 86_400_000;
const MAX_FIELD_LENGTH = 500;
const FIELD_PART = /^(?:\*|(?:\d{1,2}|[a-z]{3})(?:-(?:\d{1,2}|[a-z]{3}))?)(?:\/\d{1,3})?$/i;
/** Any day will do: it only holds the times that every day has. */
const SOME_DAY_MS = Date.UTC(2000, 0, 1);
/** Else a date that never comes is looked for until the year 10000, for up to half a second. */
const NO_DAY_AFTER = new Date(Date.UTC(2200, 0, 1));

/**
 * Reads a five-field pattern with the meaning that Vixie's cron gives it: where neither day field starts with `*`, either
 * of them is enough. What other crons add (`L`, `W`, `#`, `?`, seconds, years) is refused: they do not agree about it.
 */
export function readCron(pattern: string): Calendar | Inexpressible {
  const fields = pattern.trim().split(/\s+/);
  const [minute = "", hour = "", dayOfMonth = "", month = "", dayOfWeek = ""] = fields;
  if (fields.length !== 5 || !fields.every(isCronField)) {
    return { kind: "inexpressible", reason: "not five cron fields of numbers, names, lists, ranges and steps" };
  }
  return makeCalendar(
    { minute, hour, dayOfMonth, month, dayOfWeek },
    {
      bothDayFields: dayOfMonth.startsWith("*") || dayOfWeek.startsWith("*"),
      steady: minute.startsWith("*") || hour.startsWith("*"),
    },
  );
}

/** The fields as a calendar; `bothDayFields`: a day must match the day of the month and the day of the week. */
export function makeCalendar(
  { minute, hour, dayOfMonth, month, dayOfWeek }: CalendarFields,
  { bothDayFields, steady }: { bothDayFields: boolean; steady: boolean },
): Calendar | Inexpressible {
  try {
    const minutes = listRuns(openCron(`${minute} 0 * * *`, false), SOME_DAY_MS, SOME_DAY_MS + DAY_MS);
    const hours = listRuns(openCron(`0 ${hour} * * *`, false), SOME_DAY_MS, SOME_DAY_MS + DAY_MS);
    return {
      kind: "calendar",
      times: hours.flatMap((hourMs) => minutes.map((minuteMs) => hourMs + minuteMs - 2 * SOME_DAY_MS)),
      days: openCron(`0 0 ${dayOfMonth} ${month} ${dayOfWeek}`, bothDayFields),
      steady,
    };
  } catch (error) {
    const detail = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : "unknown reason";
    return { kind: "inexpressible", reason: `not a cron pattern: ${detail}` };
  }
}

/** The wall-clock times in `[fromMs, untilMs)`, all written as if they were in UTC. */
export function listWallTimes(calendar: Calendar, fromMs: number, untilMs: number): number[] {
  const firstDayMs = Math.floor(fromMs / DAY_MS) * DAY_MS;
  return listRuns(calendar.days, firstDayMs, untilMs).flatMap((dayMs) =>
    calendar.times.map((time) => dayMs + time).filter((wallMs) => wallMs >= fromMs && wallMs < untilMs),
  );
}

/** Whether any day at or after this one has the pattern's date. */
export function everFires(calendar: Calendar, fromMs: number): boolean {
  return calendar.days.nextRun(new Date(fromMs)) !== null;
}

function isCronField(field: string): boolean {
  return field.length <= MAX_FIELD_LENGTH && field.split(",").every((part) => FIELD_PART.test(part));
}

function openCron(pattern: string, domAndDow: boolean): Cron {
  return new Cron(pattern, { mode: "5-part", utcOffset: 0, paused: true, domAndDow, stopAt: NO_DAY_AFTER });
}

function listRuns(cron: Cron, fromMs: number, untilMs: number): number[] {
  const runs: number[] = [];
  let next = cron.nextRun(new Date(fromMs - 1000));
  while (next !== null && next.getTime() < untilMs) {
    runs.push(next.getTime());
    next = cron.nextRun(next);
  }
  return runs;
}
