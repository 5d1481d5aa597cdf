import { afterEach, describe, expect, setSystemTime, test } from "bun:test";
import { Cron } from "croner";
import { listOccurrences, mergeOccurrences } from "../../src/time/occurrences.ts";
import type { CalendarRecurrence, Schedule } from "../../src/time/recurrence.ts";

const at = (instant: string) => Date.parse(`${instant}Z`);
const cron = (pattern: string): CalendarRecurrence => ({ kind: "cron", pattern });
/** Celery's fields in the order in which cron writes them. */
const celery = (fields: string): CalendarRecurrence => {
  const [minute = "", hour = "", dayOfMonth = "", monthOfYear = "", dayOfWeek = ""] = fields.split(" ");
  return { kind: "crontab", minute, hour, dayOfMonth, monthOfYear, dayOfWeek };
};
const schedule = (recurrence: CalendarRecurrence, change: Partial<Schedule> = {}) => ({
  timezone: "UTC",
  startAtMs: null,
  endAtMs: null,
  ...change,
  recurrence,
});
const list = (given: Schedule<CalendarRecurrence>, from: string, to: string) => {
  const result = listOccurrences(given, { startMs: at(from), endMs: at(to) });
  return result.kind === "listed"
    ? result.occurrencesMs.map((ms) => new Date(ms).toISOString().slice(0, 16))
    : result.reason;
};
const BERLIN = { timezone: "Europe/Berlin" };
const NEW_YORK = { timezone: "America/New_York" };

describe("in UTC", () => {
  test.each([
    {
      name: "the window holds its start and not its end",
      given: schedule(cron("0 */4 * * *")),
      from: "2026-07-10T04:00",
      to: "2026-07-10T12:00",
      is: ["2026-07-10T04:00", "2026-07-10T08:00"],
    },
    {
      name: "an occurrence a millisecond before the window is outside",
      given: schedule(cron("0 * * * *")),
      from: "2026-07-10T04:00:00.001",
      to: "2026-07-10T05:00:00.001",
      is: ["2026-07-10T05:00"],
    },
    {
      name: "start_at in mid-window",
      given: schedule(cron("0 * * * *"), { startAtMs: at("2026-07-10T06:00") }),
      from: "2026-07-10T04:00",
      to: "2026-07-10T08:00",
      is: ["2026-07-10T06:00", "2026-07-10T07:00"],
    },
    {
      name: "end_at is no occurrence any more",
      given: schedule(cron("0 * * * *"), { endAtMs: at("2026-07-10T06:00") }),
      from: "2026-07-10T04:00",
      to: "2026-07-10T08:00",
      is: ["2026-07-10T04:00", "2026-07-10T05:00"],
    },
    {
      name: "a schedule that ended before the window",
      given: schedule(cron("0 * * * *"), { endAtMs: at("2026-07-01T00:00") }),
      from: "2026-07-10T04:00",
      to: "2026-07-10T08:00",
      is: [],
    },
    {
      name: "cron: the 13th, and every Friday",
      given: schedule(cron("0 0 13 * 5")),
      from: "2026-07-01T00:00",
      to: "2026-07-15T00:00",
      is: ["2026-07-03T00:00", "2026-07-10T00:00", "2026-07-13T00:00"],
    },
    {
      name: "cron: a step from * in one day field leaves the other one in force",
      given: schedule(cron("0 0 */2 * 1")),
      from: "2026-07-01T00:00",
      to: "2026-08-01T00:00",
      is: ["2026-07-13T00:00", "2026-07-27T00:00"],
    },
    {
      name: "Celery: a Friday that is the 13th",
      given: schedule(celery("0 0 13 * 5")),
      from: "2026-01-01T00:00",
      to: "2026-12-01T00:00",
      is: ["2026-02-13T00:00", "2026-03-13T00:00", "2026-11-13T00:00"],
    },
    {
      name: "Celery: first and third Monday",
      given: schedule(celery("30 6 1-7,15-21 * mon")),
      from: "2026-07-01T00:00",
      to: "2026-08-01T00:00",
      is: ["2026-07-06T06:30", "2026-07-20T06:30"],
    },
    {
      name: "Celery: hours over midnight from Friday to Monday are on those days, not the nights after them",
      given: schedule(celery("0 23-1 * * fri-sat")),
      from: "2026-07-10T00:00",
      to: "2026-07-12T12:00",
      is: [
        "2026-07-10T00:00",
        "2026-07-10T01:00",
        "2026-07-10T23:00",
        "2026-07-11T00:00",
        "2026-07-11T01:00",
        "2026-07-11T23:00",
      ],
    },
    {
      name: "29 February",
      given: schedule(cron("0 12 29 2 *")),
      from: "2028-01-01T00:00",
      to: "2028-12-31T00:00",
      is: ["2028-02-29T12:00"],
    },
    {
      name: "31 February",
      given: schedule(cron("0 12 31 2 *")),
      from: "2026-01-01T00:00",
      to: "2027-01-01T00:00",
      is: "never fires: no such date",
    },
    {
      name: "Celery: 31 in months of 30 days",
      given: schedule(celery("0 12 31 4,6,9,11 *")),
      from: "2026-01-01T00:00",
      to: "2026-01-02T00:00",
      is: "never fires: no such date",
    },
    {
      name: "no time zone",
      given: schedule(cron("0 * * * *"), { timezone: "" }),
      from: "2026-07-10T00:00",
      to: "2026-07-11T00:00",
      is: "unknown time zone: write an IANA name",
    },
    {
      name: "an unknown time zone",
      given: schedule(celery("0 * * * *"), { timezone: "Mars/Olympus" }),
      from: "2026-07-10T00:00",
      to: "2026-07-11T00:00",
      is: "unknown time zone: write an IANA name",
    },
    {
      name: "Celery: an inexpressible field",
      given: schedule(celery("0 0 L * *")),
      from: "2026-07-10T00:00",
      to: "2026-07-11T00:00",
      is: "day_of_month: only numbers, no names",
    },
  ])("$name", ({ given, from, to, is }) => {
    expect(list(given, from, to)).toEqual(is as never);
  });
});

describe("in a time zone", () => {
  test.each([
    {
      name: "nine in Berlin is seven UTC in summer",
      given: schedule(cron("0 9 * * *"), BERLIN),
      from: "2026-07-10T00:00",
      to: "2026-07-11T00:00",
      is: ["2026-07-10T07:00"],
    },
    {
      name: "a day of the month is the zone's own",
      given: schedule(celery("0 22 31 * *"), NEW_YORK),
      from: "2026-07-30T00:00",
      to: "2026-08-02T00:00",
      is: ["2026-08-01T02:00"],
    },
    {
      name: "half-hour zones",
      given: schedule(cron("0 0 * * *"), { timezone: "Asia/Kolkata" }),
      from: "2026-07-10T00:00",
      to: "2026-07-11T00:00",
      is: ["2026-07-10T18:30"],
    },
  ])("$name", ({ given, from, to, is }) => {
    expect(list(given, from, to)).toEqual(is as never);
  });
});

/** Berlin: 29 March, 01:00Z is 03:00 after 01:59; 25 October, 01:00Z is 02:00 again. New York: 8 March 07:00Z, 1 November 06:00Z. */
describe("when the clocks change", () => {
  const SPRING = { from: "2026-03-28T23:00", to: "2026-03-29T05:00" };
  const AUTUMN = { from: "2026-10-24T22:00", to: "2026-10-25T05:00" };
  test.each([
    {
      name: "Berlin, spring: a missing time is at the end of the gap",
      both: "30 2 * * *",
      zone: BERLIN,
      ...SPRING,
      is: ["2026-03-29T01:00"],
    },
    {
      name: "Berlin, spring: several missing times are one",
      both: "10,40 2 * * *",
      zone: BERLIN,
      ...SPRING,
      is: ["2026-03-29T01:00"],
    },
    {
      name: "Berlin, spring: nothing more where it fires in the hour after anyway",
      both: "30 2-3 * * *",
      zone: BERLIN,
      ...SPRING,
      is: ["2026-03-29T01:30"],
    },
    {
      name: "Berlin, spring: three o'clock is there",
      both: "0 3 * * *",
      zone: BERLIN,
      ...SPRING,
      is: ["2026-03-29T01:00"],
    },
    {
      name: "New York, spring: a missing time is at the end of the gap",
      both: "30 2 * * *",
      zone: NEW_YORK,
      from: "2026-03-08T05:00",
      to: "2026-03-09T05:00",
      is: ["2026-03-08T07:00"],
    },
    {
      name: "Berlin, autumn: a repeated time is its first one",
      both: "30 2 * * *",
      zone: BERLIN,
      ...AUTUMN,
      is: ["2026-10-25T00:30"],
    },
    {
      name: "Berlin, autumn: also where the window begins in the second hour",
      both: "30 2 * * *",
      zone: BERLIN,
      from: "2026-10-25T01:10",
      to: "2026-10-25T05:00",
      is: [],
    },
    {
      name: "New York, autumn: a repeated time is its first one",
      both: "0,30 1 * * *",
      zone: NEW_YORK,
      from: "2026-11-01T04:00",
      to: "2026-11-02T04:00",
      is: ["2026-11-01T05:00", "2026-11-01T05:30"],
    },
    {
      name: "a gap at the end of the day",
      both: "30 23 * * *",
      zone: { timezone: "America/Scoresbysund" },
      from: "2026-03-28T12:00",
      to: "2026-03-29T12:00",
      is: ["2026-03-29T01:00"],
    },
  ])("$name", ({ both, zone, from, to, is }) => {
    expect(list(schedule(cron(both), zone), from, to)).toEqual(is as never);
    expect(list(schedule(celery(both), zone), from, to)).toEqual(is as never);
  });

  test("an hourly cron goes on through the change", () => {
    const hourly = schedule(cron("0 * * * *"), BERLIN);
    expect(list(hourly, "2026-03-29T00:00", "2026-03-29T03:00")).toEqual([
      "2026-03-29T00:00",
      "2026-03-29T01:00",
      "2026-03-29T02:00",
    ]);
    expect(list(hourly, "2026-10-25T00:00", "2026-10-25T03:00")).toEqual([
      "2026-10-25T00:00",
      "2026-10-25T01:00",
      "2026-10-25T02:00",
    ]);
  });

  test("an hourly crontab of Celery rests for the repeated hour", () => {
    const hourly = schedule(celery("0 * * * *"), BERLIN);
    expect(list(hourly, "2026-10-25T00:00", "2026-10-25T03:00")).toEqual(["2026-10-25T00:00", "2026-10-25T02:00"]);
  });

  test.each([
    { zone: "Europe/Berlin", from: "2026-03-22T00:00", fixed: 7, hourly: 168 },
    { zone: "Europe/Berlin", from: "2026-10-19T00:00", fixed: 7, hourly: 168 },
    { zone: "America/New_York", from: "2026-03-03T00:00", fixed: 7, hourly: 168 },
    { zone: "America/New_York", from: "2026-10-27T00:00", fixed: 7, hourly: 168 },
  ])("the week of $from in $zone has 7 days of 02:30 and 168 hours", ({ zone: timezone, from, fixed, hourly }) => {
    const window = { startMs: at(from), endMs: at(from) + 168 * 3_600_000 };
    const count = (pattern: string) => {
      const result = listOccurrences(schedule(cron(pattern), { timezone }), window);
      return result.kind === "listed" ? result.occurrencesMs.length : result.reason;
    };
    expect([count("30 2 * * *"), count("0 * * * *")]).toEqual([fixed, hourly]);
  });
});

test.each([
  { pattern: "*/20 1-3 * * *", timezone: "Europe/Berlin" },
  { pattern: "15 2 * * 0", timezone: "America/New_York" },
  { pattern: "0 */6 1,15 * 3", timezone: "Australia/Lord_Howe" },
  { pattern: "30 23 28-31 mar,oct *", timezone: "Pacific/Auckland" },
  { pattern: "45 1,4 * 2-11 mon-fri", timezone: "America/New_York" },
])("croner lists the same for $pattern in $timezone over a year", ({ pattern, timezone }) => {
  const window = { startMs: at("2026-01-01T00:00"), endMs: at("2027-01-01T00:00") };
  const job = new Cron(pattern, { timezone, mode: "5-part", paused: true, fixedTimeRule: "no-wildcard" });
  const expected: number[] = [];
  for (const run of job.enumerate(new Date(window.startMs - 1000))) {
    if (run.getTime() >= window.endMs) break;
    expected.push(run.getTime());
  }
  expect(expected.length).toBeGreaterThan(5);
  expect(listOccurrences(schedule(cron(pattern), { timezone }), window)).toEqual({
    kind: "listed",
    occurrencesMs: expected,
  });
});

test("a leap year of every minute is listed at once", () => {
  const window = { startMs: at("2027-07-01T00:00"), endMs: at("2028-07-01T00:00") };
  const began = performance.now();
  const result = listOccurrences(schedule(cron("* * * * *"), BERLIN), window);
  expect(result.kind === "listed" && result.occurrencesMs.length).toBe(527_040);
  expect(performance.now() - began).toBeLessThan(20_000);
});

describe("several schedules", () => {
  test("equal instants count once, in order", () => {
    const window = { startMs: at("2026-07-10T00:00"), endMs: at("2026-07-10T12:00") };
    const merged = mergeOccurrences([schedule(cron("0 */6 * * *")), schedule(celery("0 */4 * * *"))], window);
    expect(merged).toEqual({
      occurrencesMs: ["00", "04", "06", "08"].map((hour) => at(`2026-07-10T${hour}:00`)),
      reasons: [],
    });
  });

  test("those that cannot be expressed are left out, each reason once", () => {
    const window = { startMs: at("2026-07-10T00:00"), endMs: at("2026-07-10T12:00") };
    const never = schedule(cron("0 0 30 2 *"));
    expect(mergeOccurrences([schedule(cron("0 11 * * *")), never, never], window)).toEqual({
      occurrencesMs: [at("2026-07-10T11:00")],
      reasons: ["never fires: no such date"],
    });
  });
});

describe("the clock", () => {
  afterEach(() => void setSystemTime());
  test.each(["1999-12-31T23:59:59Z", "2060-06-01T00:00:00Z"])("at %s changes nothing", (now) => {
    setSystemTime(new Date(now));
    const given = schedule(celery("0 9 * * *"), BERLIN);
    expect(list(given, "2026-07-10T00:00", "2026-07-12T00:00")).toEqual(["2026-07-10T07:00", "2026-07-11T07:00"]);
  });
});
