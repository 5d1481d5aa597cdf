/** Wall-clock times of a pattern, without a time zone. Cron's syntax is croner's; the days are counted here, a thousand times as fast. */
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
  /** On which days the times apply. */
  days: DayRule;
  /**
   * What happens when the clocks change. A steady pattern has `*` or a step from `*` in the minute or hour. It skips the hour
   * that does not exist, and fires in both passes of a repeated hour. Any other pattern fires once at the end of the gap, and
   * once in a repeated hour.
   */
  steady: boolean;
};

const MAX_FIELD_LENGTH = 500;
const FIELD_PART = /^(?:\*|(?:\d{1,2}|[a-z]{3})(?:-(?:\d{1,2}|[a-z]{3}))?)(?:\/\d{1,3})?$/i;
/** The first day of a leap year, off which the values of a pattern are read. */
const SOME_SUNDAY_MS = Date.UTC(2012, 0, 1);
const YEAR_MS = 366 * DAY_MS;
const NOT_CRON: Inexpressible = {
  kind: "inexpressible",
  reason: "not five cron fields of numbers, names, lists, ranges and steps",
};
/** The days of each month in a leap year, January at 1. */
const LONGEST_MONTHS = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

type DayRule = {
  /** By day of the month, month and weekday; Sunday is 0. */
  allows: Record<"dayOfMonth" | "month" | "dayOfWeek", boolean[]>;
  /** A day that fits one of its two day fields is enough. */
  eitherDayField: boolean;
};

export type CronValues = FieldValues & {
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
  const values = readValues(fields);
  if ("kind" in values) return values;
  const steady = fields.minute.startsWith("*") || fields.hour.startsWith("*");
  return makeCalendar(values, { eitherDayField: isEitherDayEnough(fields), steady });
}

/** What each field of a pattern allows, with the meaning that `readCron` gives it. */
export function listCronValues(pattern: string): CronValues | Inexpressible {
  const fields = splitFields(pattern);
  if (fields === null) return NOT_CRON;
  const values = readValues(fields);
  return "kind" in values ? values : { ...values, eitherDayField: isEitherDayEnough(fields) };
}

/** The values of the fields as a calendar. */
export function makeCalendar(
  { minute, hour, dayOfMonth, month, dayOfWeek }: FieldValues,
  { eitherDayField, steady }: { eitherDayField: boolean; steady: boolean },
): Calendar {
  const allows = { dayOfMonth: markAll(dayOfMonth), month: markAll(month), dayOfWeek: markAll(dayOfWeek) };
  return {
    kind: "calendar",
    times: hour.flatMap((hours) => minute.map((minutes) => hours * HOUR_MS + minutes * MINUTE_MS)),
    days: { allows, eitherDayField },
    steady,
  };
}

/** The wall-clock times in `[fromMs, untilMs)`, all written as if they were in UTC. */
export function listWallTimes({ days, times }: Calendar, fromMs: number, untilMs: number): number[] {
  const walls: number[] = [];
  for (let dayMs = Math.floor(fromMs / DAY_MS) * DAY_MS; dayMs < untilMs; dayMs += DAY_MS) {
    if (!firesOn(days, dayMs)) continue;
    for (const time of times) if (dayMs + time >= fromMs && dayMs + time < untilMs) walls.push(dayMs + time);
  }
  return walls;
}

/** Whether any day has the pattern's date: each date comes back on every weekday. */
export function everFires({ days: { allows, eitherDayField } }: Calendar): boolean {
  return (
    eitherDayField ||
    LONGEST_MONTHS.some((length, month) => allows.month[month] === true && allows.dayOfMonth.indexOf(true) <= length)
  );
}

function firesOn({ allows, eitherDayField }: DayRule, dayMs: number): boolean {
  const date = new Date(dayMs);
  if (allows.month[date.getUTCMonth() + 1] !== true) return false;
  const ofMonth = allows.dayOfMonth[date.getUTCDate()] === true;
  const ofWeek = allows.dayOfWeek[date.getUTCDay()] === true;
  return eitherDayField ? ofMonth || ofWeek : ofMonth && ofWeek;
}

function markAll(values: number[]): boolean[] {
  const marks: boolean[] = [];
  for (const value of values) marks[value] = true;
  return marks;
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

/** What each field allows, ascending; Sunday is 0. */
export type FieldValues = Record<keyof CronFields, number[]>;

type FieldPlace = {
  first: number;
  last: number;
  /** A pattern that fires once in the window for each value of the field, which the firing then has. */
  patternOf: (text: string) => string;
  untilMs: number;
  valueOf: (at: Date) => number;
};

/** January of that year holds every day of a month, and its first week every weekday. */
const FIELDS: Record<keyof CronFields, FieldPlace> = {
  minute: {
    first: 0,
    last: 59,
    patternOf: (text) => `${text} 0 * * *`,
    untilMs: HOUR_MS,
    valueOf: (at) => at.getUTCMinutes(),
  },
  hour: {
    first: 0,
    last: 23,
    patternOf: (text) => `0 ${text} * * *`,
    untilMs: DAY_MS,
    valueOf: (at) => at.getUTCHours(),
  },
  dayOfMonth: {
    first: 1,
    last: 31,
    patternOf: (text) => `0 0 ${text} * *`,
    untilMs: 31 * DAY_MS,
    valueOf: (at) => at.getUTCDate(),
  },
  month: {
    first: 1,
    last: 12,
    patternOf: (text) => `0 0 1 ${text} *`,
    untilMs: YEAR_MS,
    valueOf: (at) => at.getUTCMonth() + 1,
  },
  dayOfWeek: {
    first: 0,
    last: 6,
    patternOf: (text) => `0 0 * * ${text}`,
    untilMs: WEEK_MS,
    valueOf: (at) => at.getUTCDay(),
  },
};

/** What croner made of a field. Thousands of schedules have a few dozen of them, and each costs it milliseconds. */
const known = new Map<string, number[]>();
const MOST_KNOWN = 1000;

function readValues(fields: CronFields): FieldValues | Inexpressible {
  try {
    return {
      minute: readField("minute", fields.minute),
      hour: readField("hour", fields.hour),
      dayOfMonth: readField("dayOfMonth", fields.dayOfMonth),
      month: readField("month", fields.month),
      dayOfWeek: readField("dayOfWeek", fields.dayOfWeek),
    };
  } catch (error) {
    return explainPattern(error);
  }
}

function readField(name: keyof CronFields, text: string): number[] {
  const key = `${name} ${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const { first, last, patternOf, untilMs, valueOf } = FIELDS[name];
  if (text === "*") return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const cron = new Cron(patternOf(text), { mode: "5-part", utcOffset: 0, paused: true });
  const values = new Set<number>();
  let next = cron.nextRun(new Date(SOME_SUNDAY_MS - 1000));
  while (next !== null && next.getTime() < SOME_SUNDAY_MS + untilMs) {
    values.add(valueOf(next));
    next = cron.nextRun(next);
  }
  const ascending = [...values].sort((a, b) => a - b);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, ascending);
  return ascending;
}
