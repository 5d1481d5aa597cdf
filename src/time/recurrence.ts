/** When something should run, as a schedule row, a rule or the configuration says it. */
import { readCron, type Inexpressible } from "./cron.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, WEEK_MS } from "./units.ts";

/** The five fields of a Celery crontab, in Celery's own syntax. */
export type Crontab = {
  kind: "crontab";
  minute: string;
  hour: string;
  dayOfWeek: string;
  dayOfMonth: string;
  monthOfYear: string;
};

/** Wall-clock times of a calendar: they can be listed before anything ran. */
export type CalendarRecurrence = Crontab | { kind: "cron"; pattern: string };

/** So long after the last run, whenever that was: only the number of runs can be expected. */
export type IntervalRecurrence = { kind: "interval"; everyMs: number };

export type Recurrence = CalendarRecurrence | IntervalRecurrence;

/** In force during `[startAtMs, endAtMs)`; the time zone is an IANA name and means nothing to an interval. */
export type Schedule<R extends Recurrence = Recurrence> = {
  recurrence: R;
  timezone: string;
  startAtMs: number | null;
  endAtMs: number | null;
};

const NICKNAMES = new Map([
  ["@hourly", "0 * * * *"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@weekly", "0 0 * * 0"],
  ["@monthly", "0 0 1 * *"],
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
]);
const UNITS_MS: Record<string, number> = {
  second: SECOND_MS,
  minute: MINUTE_MS,
  hour: HOUR_MS,
  day: DAY_MS,
  week: WEEK_MS,
};
/** As some tables shorten them; `m` may be a month. */
const SHORT_UNITS: Record<string, string> = {
  s: "second",
  sec: "second",
  min: "minute",
  h: "hour",
  hr: "hour",
  d: "day",
};
const INTERVAL = /^every\s+(?:(\d{1,6})\s+)?(?:(second|minute|hour|day|week|sec|min|hr)s?|([shd]))$/i;

const NOT_AN_INTERVAL: Inexpressible = {
  kind: "inexpressible",
  reason: `an interval is a number of ${Object.keys(UNITS_MS).join("s, ")}s`,
};

/** Reads five-field cron, `@daily` and its like, and `every 30 minutes`; all else is inexpressible, never guessed. */
export function readRecurrence(text: string): Recurrence | Inexpressible {
  const trimmed = text.trim();
  const interval = INTERVAL.exec(trimmed);
  if (interval === null && /^every\s/i.test(trimmed)) return NOT_AN_INTERVAL;
  if (interval !== null) return readInterval(Number(interval[1] ?? 1), interval[2] ?? interval[3] ?? "");
  if (trimmed.startsWith("@") && !NICKNAMES.has(trimmed.toLowerCase())) {
    return {
      kind: "inexpressible",
      reason: `of the names with @, only ${[...NICKNAMES.keys()].join(", ")} are known`,
    };
  }
  const pattern = NICKNAMES.get(trimmed.toLowerCase()) ?? trimmed;
  const calendar = readCron(pattern);
  return calendar.kind === "inexpressible" ? calendar : { kind: "cron", pattern };
}

/** Whether the schedule's occurrences can be listed. */
export function isCalendar(schedule: Schedule): schedule is Schedule<CalendarRecurrence> {
  return schedule.recurrence.kind !== "interval";
}

/** Whether only the number of the schedule's runs can be expected. */
export function isInterval(schedule: Schedule): schedule is Schedule<IntervalRecurrence> {
  return schedule.recurrence.kind === "interval";
}

/** Whether the schedule starts runs at this instant. */
export function isInForce(schedule: Schedule, atMs: number): boolean {
  return (schedule.startAtMs ?? -Infinity) <= atMs && atMs < (schedule.endAtMs ?? Infinity);
}

function readInterval(count: number, unit: string): Recurrence | Inexpressible {
  const name = unit.toLowerCase();
  const everyMs = count * (UNITS_MS[SHORT_UNITS[name] ?? name] ?? 0);
  if (everyMs <= 0) return { kind: "inexpressible", reason: "an interval must be longer than 0" };
  return { kind: "interval", everyMs };
}
