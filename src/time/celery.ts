/**
 * Celery's crontab syntax, which only looks like cron's: a day must match day of month, month and day of week alike; ranges
 * wrap around (`22-2`, `fri-mon`); a step counts along the range from its first value, and one longer than the range leaves
 * that value alone; Sunday is 0 and never 7; names of weekdays, and in newer versions of months, count by their first three
 * letters. Compared with the parsers of Celery 5.2 and 5.6; what only they let pass by accident (`mon/2`, a weekday as an
 * hour) is refused here.
 */
import type { CronFields, FieldValues, Inexpressible } from "./cron.ts";
import type { Crontab } from "./recurrence.ts";

type FieldRule = { field: Exclude<keyof Crontab, "kind">; column: string; min: number; max: number; names: string[] };

const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTHS = ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const RULES = {
  minute: { field: "minute", column: "minute", min: 0, max: 59, names: [] },
  hour: { field: "hour", column: "hour", min: 0, max: 23, names: [] },
  dayOfMonth: { field: "dayOfMonth", column: "day_of_month", min: 1, max: 31, names: [] },
  month: { field: "monthOfYear", column: "month_of_year", min: 1, max: 12, names: MONTHS },
  dayOfWeek: { field: "dayOfWeek", column: "day_of_week", min: 0, max: 6, names: WEEKDAYS },
} satisfies Record<keyof CronFields, FieldRule>;
const PART = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/;
/** Celery takes blanks around a number, and nowhere else. */
const NUMBER_WITH_BLANKS = /^\s*\d+\s*$/;
const MAX_FIELD_LENGTH = 500;

/** What every field of the crontab allows. */
export function expandCrontab(crontab: Crontab): ({ kind: "fields" } & FieldValues) | Inexpressible {
  const expanded: FieldValues = { minute: [], hour: [], dayOfMonth: [], month: [], dayOfWeek: [] };
  for (const [name, rule] of Object.entries(RULES) as [keyof CronFields, FieldRule][]) {
    const values = expandField(crontab[rule.field], rule);
    if (typeof values === "string") return { kind: "inexpressible", reason: `${rule.column}: ${values}` };
    expanded[name] = values;
  }
  return { kind: "fields", ...expanded };
}

/** The field's values, ascending; or why Celery itself would refuse it. */
function expandField(text: string, rule: FieldRule): number[] | string {
  if (text.length > MAX_FIELD_LENGTH) return `longer than ${MAX_FIELD_LENGTH} characters`;
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const found = expandPart(NUMBER_WITH_BLANKS.test(part) ? part.trim() : part, rule);
    if (typeof found === "string") return found;
    for (const value of found) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function expandPart(part: string, rule: FieldRule): number[] | string {
  const [matched, star, first = "", last, step] = PART.exec(part) ?? [];
  if (matched === undefined) return "not a list of numbers, ranges and steps as Celery reads them";
  if (star === undefined && last === undefined && step !== undefined) return "a step needs * or a range before it";
  if (step !== undefined && Number(step) === 0) return "a step of 0";
  const from = star === undefined ? readValue(first, rule) : rule.min;
  const to = star === undefined ? readValue(last ?? first, rule) : rule.max;
  if (typeof from === "string") return from;
  if (typeof to === "string") return to;
  return listRange(from, to, rule).filter((_, index) => index % Number(step ?? 1) === 0);
}

/** From the first value to the last one, past the field's end and on from its beginning where the last is the smaller. */
function listRange(from: number, to: number, { min, max }: FieldRule): number[] {
  const size = max - min + 1;
  const length = ((to - from + size) % size) + 1;
  return Array.from({ length }, (_, index) => min + ((from - min + index) % size));
}

function readValue(word: string, { names, min, max }: FieldRule): number | string {
  const value = /^\d+$/.test(word) ? Number(word) : names.indexOf(word.slice(0, 3).toLowerCase());
  if (value === -1)
    return names.length === 0 ? "only numbers, no names" : "neither a number nor a name that belongs here";
  return value < min || value > max ? `outside ${min} to ${max}` : value;
}
