import { describe, expect, test } from "bun:test";
import { compareRuns, isTooOften } from "../../../src/report/expectation/compare.ts";
import { readRecurrence, type Schedule } from "../../../src/time/recurrence.ts";

const MINUTE = 60_000;
const day = (time: string) => Date.parse(`2026-07-10T${time.length === 5 ? `${time}:00` : time}Z`);
const schedule = (text: string, change: Partial<Schedule> = {}): Schedule => {
  const recurrence = readRecurrence(text);
  if (recurrence.kind === "inexpressible") throw new Error(recurrence.reason);
  return { recurrence, timezone: "UTC", startAtMs: null, endAtMs: null, ...change };
};
const HOURLY = [schedule("0 * * * *")];
const EVERY_HOUR = [schedule("every hour")];

/** From 08:00 to 12:00 unless said otherwise, late after 10 minutes. */
const compare = (
  schedules: readonly Schedule[],
  starts: readonly string[] | number,
  {
    from = "08:00",
    to = "12:00",
    before,
    changed,
  }: { from?: string; to?: string; before?: string | undefined; changed?: string } = {},
) => {
  const startsMs = typeof starts === "number" ? null : starts.map(day);
  const seen = startsMs?.length ?? Number(starts);
  return compareRuns({
    schedules: [...schedules],
    timezone: schedules[0]?.timezone ?? "UTC",
    startsMs,
    beforeMs: before === undefined ? null : day(before),
    seen,
    around: seen,
    window: { startMs: day(from), endMs: day(to) },
    lateAfterMs: 10 * MINUTE,
    unseenMs: 0,
    unknownUntilMs: changed === undefined ? null : day(changed),
  });
};

describe("starts before a change of the schedules", () => {
  const starts = ["08:00", "08:20", "08:40", "09:00", "09:20", "10:00", "11:00", "11:20"];
  const since = { startAtMs: day("09:30") };
  test.each([
    { name: "are not extra beside a calendar", schedules: [schedule("0 * * * *", since)], starts, extra: 1 },
    { name: "are not extra beside an interval", schedules: [schedule("every hour", since)], starts, extra: 0 },
    {
      name: "are not extra beside both",
      schedules: [schedule("0 * * * *", since), schedule("every hour", since)],
      starts,
      extra: 0,
    },
    { name: "are not known to be where they are not listed", schedules: HOURLY, starts: 8, extra: null },
  ])("$name", ({ schedules, starts: seen, extra }) => {
    expect(compare(schedules, seen, { changed: "09:30" })).toMatchObject({ seen: 8, extra });
  });
});

describe("calendar schedules", () => {
  test.each([
    {
      name: "all on time",
      schedules: HOURLY,
      starts: ["08:00:05", "09:00:07", "10:00:01", "11:00:02"],
      is: { expected: 4, seen: 4, missed: 0, late: 0, extra: 0, pending: 0, missedAtMs: [] },
    },
    {
      name: "two missed, the newest first",
      schedules: HOURLY,
      starts: ["08:00", "11:00"],
      is: { expected: 4, seen: 2, missed: 2, late: 0, extra: 0, missedAtMs: [day("10:00"), day("09:00")] },
    },
    {
      name: "never ran",
      schedules: HOURLY,
      starts: [],
      is: { expected: 4, seen: 0, missed: 4, late: 0, extra: 0, pending: 0 },
    },
    {
      name: "ten minutes is not late, a second more is",
      schedules: HOURLY,
      starts: ["08:10", "09:10:01", "10:58:59", "11:00"],
      is: { expected: 4, missed: 0, late: 2, extra: 0 },
    },
    {
      name: "up to a minute early is the next occurrence's run",
      schedules: HOURLY,
      starts: ["08:00", "08:59", "10:00", "11:00"],
      is: { expected: 4, missed: 0, late: 0, extra: 0 },
    },
    {
      name: "two minutes early is the next occurrence's run, and early",
      schedules: HOURLY,
      starts: ["08:00", "08:58", "10:00", "11:00"],
      is: { expected: 4, missed: 0, late: 0, early: 1, extra: 0 },
    },
    {
      name: "more than five minutes early is an extra run of the one before",
      schedules: HOURLY,
      starts: ["08:00", "08:54:59", "10:00", "11:00"],
      is: { expected: 4, missed: 1, late: 0, extra: 1, missedAtMs: [day("09:00")] },
    },
    {
      name: "every minute, two seconds late each",
      schedules: [schedule("* * * * *")],
      starts: ["08:00:02", "08:01:02", "08:02:02", "08:03:02"],
      window: { from: "08:00", to: "08:04" },
      is: { expected: 4, missed: 0, late: 0, extra: 0, pending: 0 },
    },
    {
      name: "two starts of one occurrence: one is extra",
      schedules: HOURLY,
      starts: ["08:00", "08:00:03", "09:00", "10:00", "11:00"],
      is: { expected: 4, seen: 5, missed: 0, extra: 1 },
    },
    {
      name: "due nine minutes before the end is pending",
      schedules: HOURLY,
      starts: ["08:00", "09:00", "10:00"],
      window: { to: "11:09" },
      is: { expected: 4, missed: 0, pending: 1, missedAtMs: [] },
    },
    {
      name: "due ten minutes before the end is still pending: a start at the end would be on time",
      schedules: HOURLY,
      starts: ["08:00", "09:00", "10:00"],
      window: { to: "11:10" },
      is: { expected: 4, missed: 0, pending: 1 },
    },
    {
      name: "due eleven minutes before the end is missed",
      schedules: HOURLY,
      starts: ["08:00", "09:00", "10:00"],
      window: { to: "11:11" },
      is: { expected: 4, missed: 1, pending: 0, missedAtMs: [day("11:00")] },
    },
    {
      name: "the run of an occurrence just before the window is no extra",
      schedules: HOURLY,
      starts: ["08:06", "09:00", "10:00", "11:00"],
      window: { from: "08:05" },
      is: { expected: 3, seen: 4, missed: 0, extra: 0 },
    },
    {
      name: "long after an occurrence before the window it is",
      schedules: HOURLY,
      starts: ["08:20", "09:00", "10:00", "11:00"],
      window: { from: "08:05" },
      is: { expected: 3, seen: 4, missed: 0, extra: 1 },
    },
    {
      name: "an early run of the occurrence at the window's end is no extra",
      schedules: HOURLY,
      starts: ["08:00", "09:00", "10:00", "11:00", "11:59:30"],
      is: { expected: 4, seen: 5, missed: 0, extra: 0 },
    },
    {
      name: "start_at in mid-window: what ran before it is extra",
      schedules: [schedule("0 * * * *", { startAtMs: day("09:30") })],
      starts: ["08:00", "10:00", "11:00"],
      is: { expected: 2, seen: 3, missed: 0, extra: 1 },
    },
    {
      name: "end_at in mid-window",
      schedules: [schedule("0 * * * *", { endAtMs: day("10:00") })],
      starts: ["08:00"],
      is: { expected: 2, seen: 1, missed: 1, missedAtMs: [day("09:00")] },
    },
    {
      name: "a start at the very begin of a schedule is expected",
      schedules: [schedule("0 * * * *", { startAtMs: day("09:00") })],
      starts: ["09:00", "10:00", "11:00"],
      is: { expected: 3, seen: 3, missed: 0, extra: 0 },
    },
    {
      name: "a start at the very end of a schedule is extra",
      schedules: [schedule("0 * * * *", { endAtMs: day("10:00") })],
      starts: ["08:00", "09:00", "10:00"],
      is: { expected: 2, seen: 3, missed: 0, extra: 1 },
    },
    {
      name: "several schedules together, the common hour once",
      schedules: [schedule("0 */2 * * *"), schedule("0 */5 * * *"), schedule("30 9 * * *")],
      starts: ["08:00", "09:30", "10:00"],
      is: { expected: 3, seen: 3, missed: 0, extra: 0 },
    },
    {
      name: "only the newest ten missed are named",
      schedules: [schedule("*/5 * * * *")],
      starts: [],
      window: { from: "08:00", to: "10:00" },
      is: {
        expected: 24,
        missed: 22,
        pending: 2,
        missedAtMs: ["09:45", "09:40", "09:35", "09:30", "09:25", "09:20", "09:15", "09:10", "09:05", "09:00"].map(day),
      },
    },
    {
      name: "nothing is due in the window",
      schedules: [schedule("@monthly")],
      starts: ["09:00"],
      is: { expected: 0, seen: 1, missed: 0, extra: 1, pending: 0 },
    },
    {
      name: "starts that are not listed: numbers alone",
      schedules: HOURLY,
      starts: 3,
      is: { expected: 4, seen: 3, missed: 1, late: null, extra: 0, missedAtMs: [], pending: 0 },
    },
    {
      name: "not listed, and the newest may still start",
      schedules: HOURLY,
      starts: 3,
      window: { to: "11:05" },
      is: { expected: 4, seen: 3, missed: 0, pending: 1 },
    },
    {
      name: "not listed, and too many",
      schedules: HOURLY,
      starts: 960,
      is: { expected: 4, seen: 960, missed: 0, late: null, extra: 956 },
    },
  ])("$name", ({ schedules, starts, window, is }) => {
    expect(compare(schedules, starts, window)).toMatchObject({ kind: "compared", ...is });
  });
});

describe("runs missed in one go", () => {
  const pause = (since: string | null, back: string | null, startedSince: number) => ({
    sinceMs: since === null ? null : day(since),
    backMs: back === null ? null : day(back),
    startedSince,
  });
  const longer = { from: "06:00", to: "12:00" };
  test.each([
    {
      name: "by a calendar",
      schedules: HOURLY,
      starts: ["06:00", "09:01", "10:00", "11:00"],
      is: pause("07:00", "09:01", 3),
    },
    {
      name: "one alone",
      schedules: HOURLY,
      starts: ["06:00", "07:00", "09:00", "10:00", "11:00"],
      is: pause("08:00", "09:00", 3),
    },
    {
      name: "from before the window on",
      schedules: HOURLY,
      starts: ["08:00", "09:00", "10:00", "11:00"],
      is: pause(null, "08:00", 4),
    },
    { name: "until now", schedules: HOURLY, starts: ["06:00", "07:00"], is: pause("08:00", null, 0) },
    { name: "twice", schedules: HOURLY, starts: ["06:00", "08:00", "10:00", "11:00"], is: null },
    { name: "none", schedules: HOURLY, starts: ["06:00", "07:00", "08:00", "09:00", "10:00", "11:00"], is: null },
    {
      name: "by an interval",
      schedules: EVERY_HOUR,
      starts: ["06:20", "09:25", "10:25", "11:25"],
      is: pause("07:20", "09:25", 3),
    },
    {
      name: "by an interval, from before the window on",
      schedules: EVERY_HOUR,
      starts: ["09:25", "10:25", "11:25"],
      is: pause(null, "09:25", 3),
    },
    { name: "by an interval, twice", schedules: EVERY_HOUR, starts: ["06:20", "08:20", "10:20", "11:20"], is: null },
    { name: "of starts that are not listed", schedules: HOURLY, starts: 3, is: null },
  ])("$name", ({ schedules, starts, is }) => {
    expect(compare(schedules, starts, longer)).toMatchObject({ kind: "compared", pause: is });
  });
});

describe("an interval", () => {
  test.each([
    {
      name: "drifts, and nothing is missed",
      starts: ["08:20", "09:20:10", "10:20:25", "11:20:40"],
      is: { expected: 4, seen: 4, missed: 0, late: null, extra: 0, pending: 0 },
    },
    {
      name: "a gap of nearly one and a half is a late run",
      starts: ["08:20", "09:49", "10:49", "11:49"],
      is: { missed: 0, extra: 0 },
    },
    {
      name: "a gap of one and a half misses one, due an hour after the start before it",
      starts: ["08:20", "09:50", "10:50", "11:50"],
      is: { missed: 1, missedAtMs: [day("09:20")] },
    },
    {
      name: "a gap of three misses two",
      starts: ["08:10", "11:10"],
      is: { expected: 4, seen: 2, missed: 2, missedAtMs: [day("10:10"), day("09:10")] },
    },
    {
      name: "silence before the first start: nobody knows when they were due",
      starts: ["11:00"],
      is: { expected: 4, missed: 2, missedAtMs: [], pending: 1 },
    },
    {
      name: "silence after the last start",
      starts: ["08:00"],
      is: { expected: 4, seen: 1, missed: 3, pending: 0, missedAtMs: [day("11:00"), day("10:00"), day("09:00")] },
    },
    {
      name: "due a quarter of an hour before the end is pending",
      starts: ["08:45", "09:45", "10:45"],
      is: { missed: 0, pending: 1, extra: 0 },
    },
    {
      name: "never ran: the last one may still come",
      starts: [],
      is: { expected: 4, seen: 0, missed: 3, pending: 1, extra: 0, missedAtMs: [] },
    },
    {
      name: "twice as often",
      starts: ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30", "11:00", "11:30"],
      is: { expected: 4, seen: 8, missed: 0, extra: 4 },
    },
  ])("$name", ({ starts, is }) => {
    expect(compare(EVERY_HOUR, starts)).toMatchObject({ kind: "compared", ...is });
  });

  test.each([
    {
      name: "start_at in mid-window: only what is after it is expected",
      change: { startAtMs: day("10:00") },
      starts: ["08:30", "10:00", "11:00"],
      is: { expected: 2, seen: 3, missed: 0, extra: 1 },
    },
    {
      name: "ended in mid-window: nothing is pending",
      change: { endAtMs: day("10:00") },
      starts: ["08:00", "09:00"],
      is: { expected: 2, missed: 0, pending: 0 },
    },
    {
      name: "a start at the very begin is expected",
      change: { startAtMs: day("10:00") },
      starts: ["10:00", "11:00"],
      is: { expected: 2, missed: 0, extra: 0 },
    },
    {
      name: "a start at the very end is extra",
      change: { endAtMs: day("10:30") },
      starts: ["08:40", "10:30"],
      is: { expected: 2, missed: 1, extra: 1, missedAtMs: [day("09:40")] },
    },
    {
      name: "a part of an interval may hold one more run",
      change: { endAtMs: day("11:30") },
      starts: ["08:00", "09:00", "10:00", "11:00"],
      is: { expected: 4, missed: 0, extra: 0 },
    },
    {
      name: "not in force at all",
      change: { startAtMs: day("13:00") },
      starts: ["08:00"],
      is: { expected: 0, missed: 0, pending: 0, extra: 1 },
    },
  ])("$name", ({ change, starts, is }) => {
    expect(compare([schedule("every hour", change)], starts)).toMatchObject({ kind: "compared", ...is });
  });

  test("longer than the window expects nothing", () => {
    expect(compare([schedule("every 1 days")], [])).toMatchObject({ expected: 0, missed: 0, pending: 0 });
  });

  test("240 runs in an hour that should have held one", () => {
    const starts = Array.from({ length: 240 }, (_, n) =>
      new Date(day("08:00") + n * 15_000).toISOString().slice(11, 19),
    );
    const compared = compare(EVERY_HOUR, starts, { from: "08:00", to: "09:00" });
    expect(compared).toMatchObject({ expected: 1, seen: 240, missed: 0, extra: 239 });
    expect(compared.kind === "compared" && isTooOften(compared)).toBe(true);
  });
});

describe("an interval whose newest start before the window is known", () => {
  test.each([
    {
      name: "nothing has run since: each missed run has its time, and none is pending",
      before: "06:20",
      starts: [],
      is: { expected: 4, seen: 0, missed: 4, pending: 0, missedAtMs: ["11:20", "10:20", "09:20", "08:20"].map(day) },
    },
    {
      name: "a run that may still start is due, and not missed",
      before: "05:40",
      starts: ["08:40", "09:40", "10:40"],
      is: { expected: 4, missed: 0, pending: 1, missedAtMs: [] },
    },
    {
      name: "what was missed before the window counts there alone",
      before: "05:00",
      starts: ["09:00", "10:00", "11:00"],
      is: { expected: 4, missed: 1, pending: 0, missedAtMs: [day("08:00")] },
    },
    {
      name: "the run before the first of the window is not missed",
      before: "07:45",
      starts: ["08:45", "09:45", "10:45", "11:45"],
      is: { expected: 4, missed: 0, pending: 0, extra: 0 },
    },
  ])("$name", ({ before, starts, is }) => {
    expect(compare(EVERY_HOUR, starts, { before })).toMatchObject({ kind: "compared", ...is });
  });
});

describe("an interval and a calendar on one rule are compared each for itself", () => {
  const mixed = [schedule("every hour"), schedule("30 9 * * *")];
  test.each([
    {
      name: "enough",
      schedules: mixed,
      starts: ["08:00", "09:00", "09:30", "10:00", "11:00"],
      is: { expected: 5, missed: 0, extra: 0 },
    },
    {
      name: "the calendar's run is missing among the interval's",
      schedules: mixed,
      starts: ["08:00", "09:00", "10:00", "11:00"],
      is: {
        expected: 5,
        missed: 1,
        missedShare: 1,
        pending: 0,
        late: null,
        missedAtMs: [day("09:30")],
        atTimes: { expected: 1, missed: 1, pending: 0 },
      },
    },
    {
      name: "both miss runs",
      schedules: mixed,
      starts: ["08:00", "09:00"],
      is: { expected: 5, missed: 3, pending: 0, missedAtMs: [day("11:00"), day("10:00"), day("09:30")] },
    },
    {
      name: "two intervals",
      schedules: [schedule("every hour"), schedule("every 2 hours")],
      starts: 7,
      is: { expected: 6, missed: 0, extra: 1, atTimes: null },
    },
    {
      name: "the same interval twice, and one run for both",
      schedules: [schedule("every hour"), schedule("every 60 minutes")],
      starts: 4,
      is: { expected: 4, missed: 0, extra: 0 },
    },
    {
      name: "the same interval twice, and a run for each",
      schedules: [schedule("every hour"), schedule("every 60 minutes")],
      starts: 8,
      is: { expected: 8, missed: 0, extra: 0 },
    },
    {
      name: "the same interval twice, and fewer runs than for one",
      schedules: [schedule("every hour"), schedule("every 60 minutes")],
      starts: 1,
      is: { expected: 4, missed: 1, pending: 2, extra: 0 },
    },
    {
      name: "the same interval twice, and too many runs",
      schedules: [schedule("every hour"), schedule("every 60 minutes")],
      starts: 11,
      is: { expected: 8, missed: 0, extra: 3 },
    },
  ])("$name", ({ schedules, starts, is }) => {
    expect(compare(schedules, starts)).toMatchObject({ kind: "compared", ...is });
  });
});

test.each([
  { name: "no schedule", schedules: [], reasons: ["no schedule"] },
  { name: "31 February", schedules: [schedule("0 0 31 2 *")], reasons: ["never fires: no such date"] },
  {
    name: "one of two is enough",
    schedules: [...HOURLY, schedule("0 9 * * *", { timezone: "Nowhere" })],
    reasons: ["unknown time zone: write an IANA name"],
  },
])("$name cannot be compared", ({ schedules, reasons }) => {
  expect(compare(schedules, ["08:00"])).toEqual({ kind: "inexpressible", reasons: [...reasons] });
});

test.each([
  { name: "240 instead of 1", expected: 1, seen: 240, is: true },
  { name: "three times is not", expected: 24, seen: 72, is: false },
  { name: "more than three times is", expected: 24, seen: 73, is: true },
  { name: "nine more by hand is not", expected: 1, seen: 10, is: false },
  { name: "ten more is", expected: 1, seen: 11, is: true },
  { name: "none expected, ten seen", expected: 0, seen: 10, is: true },
])("too often: $name", ({ expected, seen, is }) => {
  expect(isTooOften({ expected, seen })).toBe(is);
});
