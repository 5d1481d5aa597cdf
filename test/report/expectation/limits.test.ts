import { expect, test } from "bun:test";
import { deriveFreshness, judgeFreshness, type Habit } from "../../../src/report/expectation/limits.ts";
import { readRecurrence, type Schedule } from "../../../src/time/recurrence.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (instant: string) => Date.parse(`${instant}Z`);
const NOTHING = { warnAfterMs: null, errorAfterMs: null };
const schedule = (text: string, change: Partial<Schedule> = {}): Schedule => {
  const recurrence = readRecurrence(text);
  if (recurrence.kind === "inexpressible") throw new Error(recurrence.reason);
  return { recurrence, timezone: "UTC", startAtMs: null, endAtMs: null, ...change };
};
const week = Array.from({ length: 10 }, (_, index) => (index + 0.5) * HOUR);
const habit = (change: Partial<Habit>): Habit => ({
  intervalMs: HOUR,
  shortestMs: 0,
  n: 50,
  weekAgesMs: week,
  dayAgeMs: null,
  ...change,
});
/** Ten runs, one every two minutes. */
const crowd = (newestMinutes: number) => Array.from({ length: 10 }, (_, index) => (newestMinutes + 2 * index) * MINUTE);
type Facts = Partial<Parameters<typeof deriveFreshness>[0]>;
/** 10 July 2026 is a Friday. */
const derive = (change: Facts) =>
  deriveFreshness({
    configured: NOTHING,
    schedules: [],
    windowEndMs: at("2026-07-10T21:00"),
    lateAfterMs: 10 * MINUTE,
    habit: null,
    ...change,
  });

test.each([
  {
    name: "the configuration beats all",
    given: { configured: { warnAfterMs: HOUR, errorAfterMs: 2 * HOUR }, schedules: [schedule("@daily")] },
    is: { warnAfterMs: HOUR, errorAfterMs: 2 * HOUR, basis: "config" },
  },
  {
    name: "one configured limit stands alone",
    given: { configured: { warnAfterMs: null, errorAfterMs: 2 * HOUR }, schedules: [schedule("@daily")] },
    is: { warnAfterMs: null, errorAfterMs: 2 * HOUR, basis: "config" },
  },
  {
    name: "without a schedule, each day for nine days",
    given: { habit: habit({ intervalMs: 24 * HOUR, shortestMs: 23 * HOUR, n: 9, weekAgesMs: null }) },
    is: { warnAfterMs: 36 * HOUR, errorAfterMs: 48 * HOUR, basis: "usual-interval" },
  },
  {
    name: "each day, and for no week yet: it may rest at weekends",
    given: { habit: habit({ intervalMs: 24 * HOUR, shortestMs: 23 * HOUR, n: 5, weekAgesMs: null }) },
    is: { warnAfterMs: 72 * HOUR, errorAfterMs: 144 * HOUR, basis: "usual-interval" },
  },
  {
    name: "each month",
    given: { habit: habit({ intervalMs: 31 * 24 * HOUR, shortestMs: 28 * 24 * HOUR, n: 5, weekAgesMs: [] }) },
    is: { warnAfterMs: 46.5 * 24 * HOUR, errorAfterMs: 62 * 24 * HOUR, basis: "usual-interval" },
  },
  {
    name: "on working days: it rests for three of them",
    given: { habit: habit({ intervalMs: 72 * HOUR, shortestMs: 24 * HOUR, n: 15, weekAgesMs: [] }) },
    is: { warnAfterMs: 216 * HOUR, errorAfterMs: 432 * HOUR, basis: "usual-interval" },
  },
  {
    name: "daily",
    given: { schedules: [schedule("0 3 * * *")] },
    is: { warnAfterMs: 26 * HOUR, errorAfterMs: 50 * HOUR, basis: "schedule" },
  },
  {
    name: "every minute: ten and thirty minutes more than the gap",
    given: { schedules: [schedule("* * * * *")] },
    is: { warnAfterMs: 11 * MINUTE, errorAfterMs: 31 * MINUTE, basis: "schedule" },
  },
  {
    name: "twenty minutes: both rules agree",
    given: { schedules: [schedule("*/20 * * * *")] },
    is: { warnAfterMs: 30 * MINUTE, errorAfterMs: 60 * MINUTE, basis: "schedule" },
  },
  {
    name: "hourly in office hours: the weekend is no fault",
    given: { schedules: [schedule("0 9-17 * * mon-fri")] },
    is: { warnAfterMs: 66 * HOUR, errorAfterMs: 90 * HOUR, basis: "schedule" },
  },
  {
    name: "monthly: 31 days is the longest gap of a year",
    given: { schedules: [schedule("@monthly")] },
    is: { warnAfterMs: 31 * DAY + 2 * HOUR, errorAfterMs: 31 * DAY + 26 * HOUR, basis: "schedule" },
  },
  {
    name: "several schedules fill each other's gaps",
    given: { schedules: [schedule("0 0 * * *"), schedule("0 6 * * *")] },
    is: { warnAfterMs: 20 * HOUR, errorAfterMs: 44 * HOUR, basis: "schedule" },
  },
  {
    name: "the interval",
    given: { schedules: [schedule("every 2 hours")] },
    is: { warnAfterMs: 3 * HOUR, errorAfterMs: 6 * HOUR, basis: "schedule" },
  },
  {
    name: "an interval beside a daily schedule",
    given: { schedules: [schedule("@daily"), schedule("every 2 hours")] },
    is: { warnAfterMs: 3 * HOUR, errorAfterMs: 6 * HOUR, basis: "schedule" },
  },
  {
    name: "a schedule that began an hour ago",
    given: { schedules: [schedule("0 3 * * *", { startAtMs: at("2026-07-10T20:00") })] },
    is: { warnAfterMs: 26 * HOUR, errorAfterMs: 50 * HOUR, basis: "schedule" },
  },
  {
    name: "a schedule that has ended asks for nothing, and neither does habit",
    given: {
      schedules: [schedule("0 3 * * *", { endAtMs: at("2026-07-10T20:00") })],
      habit: habit({}),
    },
    is: { ...NOTHING, basis: "unknown" },
  },
  {
    name: "an inexpressible schedule leaves it to habit",
    given: { schedules: [schedule("0 0 31 2 *")], habit: habit({}) },
    is: { warnAfterMs: 3 * HOUR, errorAfterMs: 6 * HOUR, basis: "usual-interval" },
  },
  {
    name: "habit, from three intervals on",
    given: { habit: habit({ intervalMs: 24 * HOUR, n: 3 }) },
    is: { warnAfterMs: 72 * HOUR, errorAfterMs: 144 * HOUR, basis: "usual-interval" },
  },
  {
    name: "habit of every minute",
    given: { habit: habit({ intervalMs: MINUTE, n: 1000, weekAgesMs: week.map((ageMs) => ageMs / 60) }) },
    is: { warnAfterMs: 30 * MINUTE, errorAfterMs: 60 * MINUTE, basis: "usual-interval" },
  },
  {
    name: "two intervals are no habit",
    given: { habit: habit({ intervalMs: 24 * HOUR, n: 2 }) },
    is: { ...NOTHING, basis: "unknown" },
  },
  {
    name: "who is known for less than a week is in error after three days",
    given: { habit: habit({ weekAgesMs: null }) },
    is: { warnAfterMs: 3 * HOUR, errorAfterMs: 72 * HOUR, basis: "usual-interval" },
  },
  {
    name: "a night, known from the day before",
    given: { habit: habit({ weekAgesMs: null, dayAgeMs: 13 * HOUR }) },
    is: { warnAfterMs: 16 * HOUR, errorAfterMs: 72 * HOUR, basis: "usual-interval" },
  },
  {
    name: "daily, known for less than a week",
    given: { habit: habit({ intervalMs: 24 * HOUR, weekAgesMs: null, dayAgeMs: 13 * HOUR }) },
    is: { warnAfterMs: 72 * HOUR, errorAfterMs: 144 * HOUR, basis: "usual-interval" },
  },
  {
    name: "a weekend, known from the week before",
    given: { habit: habit({ weekAgesMs: [60, 61, 62].map((hours) => hours * HOUR), dayAgeMs: 36 * HOUR }) },
    is: { warnAfterMs: 65 * HOUR, errorAfterMs: 68 * HOUR, basis: "usual-interval" },
  },
  {
    name: "a run by hand at the weekend before",
    given: { habit: habit({ weekAgesMs: [5, 60, 61].map((hours) => hours * HOUR) }) },
    is: { warnAfterMs: 64 * HOUR, errorAfterMs: 67 * HOUR, basis: "usual-interval" },
  },
  {
    name: "a run by hand that was recorded twice",
    given: { habit: habit({ weekAgesMs: [5, 5 + 1 / 1800, 60, 61].map((hours) => hours * HOUR) }) },
    is: { warnAfterMs: 64 * HOUR, errorAfterMs: 67 * HOUR, basis: "usual-interval" },
  },
  {
    name: "Monday, an hour after the first run of the Monday before",
    given: { habit: habit({ weekAgesMs: [1, 64, 65].map((hours) => hours * HOUR) }) },
    is: { warnAfterMs: 68 * HOUR, errorAfterMs: 72 * HOUR, basis: "usual-interval" },
  },
  {
    name: "Monday, two hours after it: two runs late",
    given: { habit: habit({ weekAgesMs: [1, 2, 64, 65].map((hours) => hours * HOUR) }) },
    is: { warnAfterMs: 3 * HOUR, errorAfterMs: 72 * HOUR, basis: "usual-interval" },
  },
  {
    name: "Monday, five hours after it",
    given: { habit: habit({ weekAgesMs: [1, 2, 3, 4, 5, 64].map((hours) => hours * HOUR) }) },
    is: { warnAfterMs: 3 * HOUR, errorAfterMs: 6 * HOUR, basis: "usual-interval" },
  },
  {
    name: "every 2 minutes, day and night",
    given: { habit: habit({ intervalMs: 2 * MINUTE, weekAgesMs: [...crowd(0), 60 * MINUTE, 62 * MINUTE] }) },
    is: { warnAfterMs: 30 * MINUTE, errorAfterMs: 60 * MINUTE, basis: "usual-interval" },
  },
  {
    name: "every 2 minutes, half an hour after the first run of the Monday before",
    given: { habit: habit({ intervalMs: 2 * MINUTE, weekAgesMs: [...crowd(0), 61 * HOUR, 62 * HOUR] }) },
    is: { warnAfterMs: 63.5 * HOUR, errorAfterMs: 64 * HOUR, basis: "usual-interval" },
  },
  {
    name: "every 2 minutes, half an hour after the last run of the evening a week before",
    given: { habit: habit({ intervalMs: 2 * MINUTE, weekAgesMs: [...crowd(31), 61 * MINUTE, 63 * MINUTE] }) },
    is: { warnAfterMs: 123 * MINUTE, errorAfterMs: 123 * MINUTE, basis: "usual-interval" },
  },
  {
    name: "silent for longer than a week: no rest is so long",
    given: { habit: habit({ weekAgesMs: [] }) },
    is: { warnAfterMs: 3 * HOUR, errorAfterMs: 6 * HOUR, basis: "usual-interval" },
  },
  { name: "nothing known", given: {}, is: { ...NOTHING, basis: "unknown" } },
])("limits: $name", ({ given, is }) => {
  expect(derive(given as Facts)).toEqual(is as never);
});

const LIMITS = { warnAfterMs: HOUR, errorAfterMs: 3 * HOUR };
test.each([
  { name: "at the warning's limit", ageMs: HOUR, limits: LIMITS, is: "pass" },
  { name: "above it", ageMs: HOUR + 1, limits: LIMITS, is: "warn" },
  { name: "at the error's limit", ageMs: 3 * HOUR, limits: LIMITS, is: "warn" },
  { name: "above that", ageMs: 3 * HOUR + 1, limits: LIMITS, is: "error" },
  { name: "only a warning is configured", ageMs: 900 * HOUR, limits: { ...LIMITS, errorAfterMs: null }, is: "warn" },
  { name: "only an error is configured", ageMs: 2 * HOUR, limits: { ...LIMITS, warnAfterMs: null }, is: "pass" },
  { name: "no success known", ageMs: null, limits: LIMITS, is: "unknown" },
  { name: "no limits known", ageMs: HOUR, limits: NOTHING, is: "unknown" },
])("judged: $name", ({ ageMs, limits, is }) => {
  expect(judgeFreshness(ageMs, limits)).toBe(is as never);
});
