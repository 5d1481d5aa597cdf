/** Wall-clock times of a pattern, without a time zone. Cron's syntax and calendar are croner's; it is always given the day to start from. */
import { Cron } from "croner";
import { DAY_MS, HOUR_MS, MINUTE_MS, WEEK_MS } from "./units.ts";

/** A schedule that cannot be expressed is listed with its reason, which never quotes the schedule. */
export type Inexpressible = { kind: "inexpressible"; reason: string };

/** Five fields in cron's syntax. */
export type CronFields = { minute: string; hour: string; dayOfMonth: string; month: string; dayOfWeek: string };

export type Calendar = {
  kind: "calendar";
  /** Milliseconds since midnight, ascending. */
  times: number[];
  /** Fires at midnight of each day on which the times apply, as if in UTC. */
  days: Cron;
  /**
   * What happens when the clocks change. A steady pattern has `*` or a step from `*` in the minute or hour. It skips the hour
   * that does not exist, and fires in both passes of a repeated hour. Any other pattern fires once at the end of the gap, and
   * once in a repeated hour.
   */
  steady: boolean;
};

const MAX_FIELD_LENGTH = 500;
const FIELD_PART = /^(?:\*|(?:\d{1,2}|[a-z]{3})(?:-(?:\d{1,2}|[a-z]{3}))?)(?:\/\d{1,3})?$/i;
/** The first day of a year that holds every date and every weekday: a pattern's values are read off that year. */
const SOME_SUNDAY_MS = Date.UTC(2012, 0, 1);
const YEAR_MS = 366 * DAY_MS;
const NOT_CRON: Inexpressible = {
  kind: "inexpressible",
  reason: "not five cron fields of numbers, names, lists, ranges and steps",
};
/** Else a date that never comes is looked for until the year 10000, for up to half a second. */
const NO_DAY_AFTER = new Date(Date.UTC(2200, 0, 1));

/** What each field allows, ascending; Sunday is 0. */
export type CronValues = Record<keyof CronFields, number[]> & {
  /** A day that fits one of its two day fields is enough. */
  eitherDayField: boolean;
};

/**
 * Reads a five-field pattern with the meaning that Vixie's cron gives it: where neither day field starts with `*`, either
 * of them is enough. What other crons add (`L`, `W`, `#`, `?`, seconds, years) is refused: they do not agree about it.
 */
export function readCron(pattern: string): Calendar | Inexpressible {
  const fields = splitFields(pattern);
  if (fields === null) return NOT_CRON;
  const steady = fields.minute.startsWith("*") || fields.hour.startsWith("*");
  return makeCalendar(fields, { bothDayFields: !isEitherDayEnough(fields), steady });
}

/** What each field of a pattern allows, with the meaning that `readCron` gives it. */
export function listCronValues(pattern: string): CronValues | Inexpressible {
  const fields = splitFields(pattern);
  if (fields === null) return NOT_CRON;
  const { minute, hour, dayOfMonth, month, dayOfWeek } = fields;
  try {
    const days = listRuns(openCron(`0 0 ${dayOfMonth} * *`, false), SOME_SUNDAY_MS, SOME_SUNDAY_MS + YEAR_MS);
    const months = listRuns(openCron(`0 0 * ${month} *`, false), SOME_SUNDAY_MS, SOME_SUNDAY_MS + YEAR_MS);
    const weekdays = listRuns(openCron(`0 0 * * ${dayOfWeek}`, false), SOME_SUNDAY_MS, SOME_SUNDAY_MS + WEEK_MS);
    return {
      minute: listTimes(`${minute} 0 * * *`).map((ms) => ms / MINUTE_MS),
      hour: listTimes(`0 ${hour} * * *`).map((ms) => ms / HOUR_MS),
      dayOfMonth: sortUnique(days.map((ms) => new Date(ms).getUTCDate())),
      month: sortUnique(months.map((ms) => new Date(ms).getUTCMonth() + 1)),
      dayOfWeek: weekdays.map((ms) => new Date(ms).getUTCDay()),
      eitherDayField: isEitherDayEnough(fields),
    };
  } catch (error) {
    return explainPattern(error);
  }
}

/** The fields as a calendar; `bothDayFields`: a day must match the day of the month and the day of the week. */
export function makeCalendar(
  { minute, hour, dayOfMonth, month, dayOfWeek }: CronFields,
  { bothDayFields, steady }: { bothDayFields: boolean; steady: boolean },
): Calendar | Inexpressible {
  try {
    const minutes = listTimes(`${minute} 0 * * *`);
    return {
      kind: "calendar",
      times: listTimes(`0 ${hour} * * *`).flatMap((hourMs) => minutes.map((minuteMs) => hourMs + minuteMs)),
      days: openCron(`0 0 ${dayOfMonth} ${month} ${dayOfWeek}`, bothDayFields),
      steady,
    };
  } catch (error) {
    return explainPattern(error);
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

function splitFields(pattern: string): CronFields | null {
  const fields = pattern.trim().split(/\s+/);
  if (fields.length !== 5 || !fields.every(isCronField)) return null;
  const [minute = "", hour = "", dayOfMonth = "", month = "", dayOfWeek = ""] = fields;
  return { minute, hour, dayOfMonth, month, dayOfWeek };
}

function isEitherDayEnough({ dayOfMonth, dayOfWeek }: CronFields): boolean {
  return !dayOfMonth.startsWith("*") && !dayOfWeek.startsWith("*");
}

function explainPattern(error: unknown): Inexpressible {
  const detail = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : "unknown reason";
  return { kind: "inexpressible", reason: `not a cron pattern: ${detail}` };
}

function isCronField(field: string): boolean {
  return field.length <= MAX_FIELD_LENGTH && field.split(",").every((part) => FIELD_PART.test(part));
}

function openCron(pattern: string, domAndDow: boolean): Cron {
  return new Cron(pattern, { mode: "5-part", utcOffset: 0, paused: true, domAndDow, stopAt: NO_DAY_AFTER });
}

/** The times of any day at which the pattern fires, milliseconds since midnight. */
function listTimes(pattern: string): number[] {
  const runs = listRuns(openCron(pattern, false), SOME_SUNDAY_MS, SOME_SUNDAY_MS + DAY_MS);
  return runs.map((ms) => ms - SOME_SUNDAY_MS);
}

function sortUnique(values: number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
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
