/** Every accepted row was checked against the parser of Celery 5.2.6, those with months' names against that of 5.6.3. */
import { expect, test } from "bun:test";
import { expandCrontab } from "../../src/time/celery.ts";
import type { Crontab } from "../../src/time/recurrence.ts";

const EVERY: Crontab = { kind: "crontab", minute: "*", hour: "*", dayOfWeek: "*", dayOfMonth: "*", monthOfYear: "*" };

test.each([
  { name: "a step counts from the field's minimum", given: { minute: "*/15" }, minute: "0,15,30,45" },
  { name: "a step that does not divide the hour starts anew each hour", given: { minute: "*/25" }, minute: "0,25,50" },
  { name: "a step longer than the field is its first value", given: { minute: "*/100" }, minute: "0" },
  { name: "steps along a range start at its first value", given: { minute: "3-20/5" }, minute: "3,8,13,18" },
  { name: "lists of all kinds", given: { minute: "1,13,30-33,50-59/4" }, minute: "1,13,30,31,32,33,50,54,58" },
  { name: "blanks around numbers", given: { minute: " 5, 10 ,15" }, minute: "5,10,15" },
  { name: "leading zeros", given: { hour: "08" }, hour: "8" },
  { name: "hours over midnight", given: { hour: "22-2" }, hour: "0,1,2,22,23" },
  { name: "steps over midnight", given: { hour: "22-4/2" }, hour: "0,2,4,22" },
  { name: "a step of days counts from the first", given: { dayOfMonth: "*/10" }, dayOfMonth: "1,11,21,31" },
  { name: "days over the end of the month", given: { dayOfMonth: "29-2" }, dayOfMonth: "1,2,29,30,31" },
  { name: "quarters", given: { monthOfYear: "*/3" }, month: "1,4,7,10" },
  { name: "months over the new year", given: { monthOfYear: "11-1" }, month: "1,11,12" },
  {
    name: "months by name, as newer versions have it",
    given: { monthOfYear: "jan,March,oct-dec" },
    month: "1,3,10,11,12",
  },
  { name: "working days", given: { dayOfWeek: "mon-fri" }, dayOfWeek: "1,2,3,4,5" },
  { name: "Sunday is 0, in any spelling", given: { dayOfWeek: "SUN,sunday,0" }, dayOfWeek: "0" },
  { name: "weekdays over the end of the week", given: { dayOfWeek: "fri-mon" }, dayOfWeek: "0,1,5,6" },
  { name: "every second weekday is divisible by two", given: { dayOfWeek: "*/2" }, dayOfWeek: "0,2,4,6" },
])("$name", (row) => {
  const { given, name, ...expanded } = row;
  const values = Object.entries(expandCrontab({ ...EVERY, ...given })).map(([field, value]) => [field, String(value)]);
  expect(Object.fromEntries(values), name).toMatchObject(expanded);
});

test.each([
  { name: "Sunday as 7", given: { dayOfWeek: "7" }, reason: "day_of_week: outside 0 to 6" },
  { name: "day 0", given: { dayOfMonth: "0" }, reason: "day_of_month: outside 1 to 31" },
  { name: "minute 60", given: { minute: "60" }, reason: "minute: outside 0 to 59" },
  { name: "hour 24 as a range's end", given: { hour: "20-24" }, reason: "hour: outside 0 to 23" },
  { name: "month 13", given: { monthOfYear: "13" }, reason: "month_of_year: outside 1 to 12" },
  { name: "a step from a number", given: { minute: "5/15" }, reason: "minute: a step needs * or a range before it" },
  { name: "a step of 0", given: { minute: "*/0" }, reason: "minute: a step of 0" },
  {
    name: "an empty field",
    given: { minute: "" },
    reason: "minute: not a list of numbers, ranges and steps as Celery reads them",
  },
  {
    name: "an empty part",
    given: { minute: "1,,2" },
    reason: "minute: not a list of numbers, ranges and steps as Celery reads them",
  },
  { name: "the last day of the month", given: { dayOfMonth: "L" }, reason: "day_of_month: only numbers, no names" },
  { name: "the nearest weekday", given: { dayOfMonth: "15W" }, reason: "day_of_month: only numbers, no names" },
  {
    name: "the second Friday",
    given: { dayOfWeek: "5#2" },
    reason: "day_of_week: not a list of numbers, ranges and steps as Celery reads them",
  },
  { name: "a weekday as an hour", given: { hour: "mon" }, reason: "hour: only numbers, no names" },
  {
    name: "no weekday",
    given: { dayOfWeek: "day" },
    reason: "day_of_week: neither a number nor a name that belongs here",
  },
  {
    name: "blanks before a range",
    given: { hour: "1, 3-5" },
    reason: "hour: not a list of numbers, ranges and steps as Celery reads them",
  },
  { name: "a field without end", given: { hour: "1,".repeat(300) }, reason: "hour: longer than 500 characters" },
])("$name is refused", ({ given, reason }) => {
  expect(expandCrontab({ ...EVERY, ...given })).toEqual({ kind: "inexpressible", reason });
});
