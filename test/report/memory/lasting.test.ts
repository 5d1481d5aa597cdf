/** What has changed for good is told for five weeks: the days that it is held against must not fill with it. It is Friday, 21:00 UTC. */
import { describe, expect, test } from "bun:test";
import { findBurst, findCrowd } from "../../../src/report/memory/crowd.ts";
import { findFailureShift } from "../../../src/report/memory/failures.ts";
import { findLull } from "../../../src/report/memory/lull.ts";
import { findDurationShift, findRecordsShift } from "../../../src/report/memory/level-shift.ts";
import { type Habit, historyOf, NOW_MS } from "../../making/habits.ts";

const HOUR_MS = 3_600_000;
const NOW_HOUR = NOW_MS / HOUR_MS;
const DAYS = 100;
const LASTING_DAYS = [2, 9, 16, 20, 25, 30, 34];
const FAILED = { status: "failed" as const };
/** A tenth more, a tenth less: no two runs of a real rule are alike. */
const jitter = (nth: number) => 10 + (nth % 3) - 1;

describe.each([
  { rhythm: "hourly", everyMinutes: 60 },
  { rhythm: "three times a day", everyMinutes: 480 },
])("of a rule that runs $rhythm", ({ everyMinutes }) => {
  const habit = (change: NonNullable<Habit["change"]>): Habit => ({ days: DAYS, everyMinutes, change });

  test.each(LASTING_DAYS)("runs that take 2.2 × as long for %d days are told, since then", (days) => {
    const shift = findDurationShift(
      historyOf(habit((hoursAgo, nth) => ({ minutes: jitter(nth) * (hoursAgo <= days * 24 ? 2.2 : 1) }))),
    );
    expect(shift).not.toBeNull();
    expect(Math.abs(NOW_HOUR - (shift?.sinceHour ?? 0) - days * 24)).toBeLessThanOrEqual(everyMinutes / 30);
  });

  test.each(LASTING_DAYS)("a tenth of the records for %d days is told, since then", (days) => {
    const shift = findRecordsShift(
      historyOf(habit((hoursAgo, nth) => ({ records: jitter(nth) * (hoursAgo <= days * 24 ? 10 : 100) }))),
    );
    expect(shift).not.toBeNull();
    expect(Math.abs(NOW_HOUR - (shift?.sinceHour ?? 0) - days * 24)).toBeLessThanOrEqual(everyMinutes / 30);
  });

  test("what grows by one percent a day is as it always was", () => {
    const grown = (hoursAgo: number) => Math.exp(-0.01 * (hoursAgo / 24));
    const history = historyOf(
      habit((hoursAgo, nth) => ({ minutes: 2 * jitter(nth) * grown(hoursAgo), records: 1000 / grown(hoursAgo) })),
    );
    expect([findDurationShift(history), findRecordsShift(history)]).toEqual([null, null]);
  });
});

describe("three of ten runs fail, of a rule that runs three times a day and had one failure in a hundred", () => {
  const failing = (days: number, toDays = 0): Habit => ({
    days: DAYS,
    everyMinutes: 480,
    change: (hoursAgo, nth) =>
      hoursAgo <= days * 24 && hoursAgo > toDays * 24
        ? [1, 4, 8].includes(nth % 10)
          ? FAILED
          : {}
        : nth % 100 === 50
          ? FAILED
          : {},
  });
  test.each(LASTING_DAYS.slice(1))("it is told after %d days", (days) => {
    const shift = findFailureShift(historyOf(failing(days)));
    expect(shift?.isOver).toBe(false);
    expect(Math.abs(NOW_HOUR - (shift?.sinceHour ?? 0) - days * 24)).toBeLessThanOrEqual(48);
  });
  test("it is not told once it has been over for a week", () => {
    expect(findFailureShift(historyOf(failing(30, 8)))).toBeNull();
  });
  test("twice as many as usual over weeks are a drift", () => {
    const drifting: Habit = {
      days: DAYS,
      everyMinutes: 60,
      change: (hoursAgo, nth) => (nth % (hoursAgo <= 28 * 24 ? 8 : 16) === 5 ? FAILED : {}),
    };
    expect(findFailureShift(historyOf(drifting))).toBeNull();
  });
});

describe("ten runs an hour of a rule that started once an hour", () => {
  const crowded = (days: number): Habit => ({
    days: DAYS,
    everyMinutes: 6,
    startsAt: (at) => at.getTime() >= NOW_MS - days * 24 * HOUR_MS || at.getUTCMinutes() === 0,
  });
  test.each([1, 7, 8, 9, 16, 25, 34])("it is told after %d days, since then", (days) => {
    const history = historyOf(crowded(days));
    const crowd = findCrowd(history);
    expect(crowd?.started).toBe(240);
    expect(NOW_HOUR - (findBurst(history, crowd?.settledDays)?.sinceHour ?? 0)).toBe(days * 24);
  });
  test("after six weeks it is usual", () => {
    expect(findCrowd(historyOf(crowded(42)))).toBeNull();
  });
});

describe("fewer runs than usual at these hours", () => {
  const QUARTER = 15;
  const since = (days: number) => NOW_MS - days * 24 * HOUR_MS;
  const minutesOf = (at: Date) => at.getTime() / 60_000;
  /** Every so many minutes instead of every 15, since so many days. */
  const slowed = (days: number, every: number, isOn: (at: Date) => boolean = () => true): Habit => ({
    days: DAYS,
    everyMinutes: QUARTER,
    startsAt: (at) => isOn(at) && (at.getTime() < since(days) || minutesOf(at) % every === 0),
  });

  test.each([1, 2, 5, 8, 9, 16, 25, 34])("a quarter of them for %d days: told, since then", (days) => {
    const lull = findLull(historyOf(slowed(days, 60)));
    expect(lull).toMatchObject({ started: 24, hours: 24 });
    expect(Math.round(lull?.expected ?? 0)).toBeWithin(94, 97);
    expect(NOW_HOUR - (lull?.sinceHour ?? 0)).toBe(days * 24);
  });
  test.each([30, 45, 120, 240])("every %d minutes instead of 15 for three days", (every) => {
    expect(findLull(historyOf(slowed(3, every)))?.started).toBe(1440 / every);
  });
  test("of three runs a day one, by a week of them", () => {
    const daily: Habit = {
      days: DAYS,
      everyMinutes: 480,
      startsAt: (at) => at.getTime() < since(8) || at.getUTCHours() === 13,
    };
    expect(findLull(historyOf(daily))).toMatchObject({ started: 7, hours: 168 });
  });
  /** From 0 to 1, the same for each moment of an hour; of 600 such rules these had the quietest week beside even ones. */
  const drawHour = (hour: number, nth: number) => {
    const mixed = Math.imul(
      (Math.floor(hour) + nth * 100_003) ^ ((Math.floor(hour) + nth * 100_003) >>> 15),
      0x2c1b3c6d,
    );
    const again = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
    return ((again ^ (again >>> 15)) >>> 0) / 2 ** 32;
  };
  const isWorking = (at: Date) => at.getUTCDay() % 6 !== 0;
  /** Independent of each other: so many an hour on average, drawn by their moment. */
  const drawn = (share: number, at: Date) => ((minutesOf(at) * 2654435761) % 4294967296) / 4294967296 < share;
  test.each<{ name: string; habit: Habit; settings?: Parameters<typeof historyOf>[1] }>([
    { name: "as ever", habit: slowed(0, 60) },
    { name: "after six weeks it is usual", habit: slowed(45, 60) },
    {
      name: "one run in five is left out",
      habit: {
        days: DAYS,
        everyMinutes: QUARTER,
        startsAt: (at) => at.getTime() < since(3) || minutesOf(at) % 75 !== 0,
      },
    },
    {
      name: "a pause of fifteen hours that is over",
      habit: {
        days: DAYS,
        everyMinutes: QUARTER,
        startsAt: (at) => at.getTime() < since(1) || at.getTime() > NOW_MS - 9 * HOUR_MS,
      },
    },
    { name: "nights without runs", habit: slowed(0, 60, (at) => at.getUTCHours() >= 6 && at.getUTCHours() < 20) },
    {
      name: "a holiday that is named: a Sunday's runs on a Friday",
      habit: {
        days: DAYS,
        everyMinutes: QUARTER,
        startsAt: (at) => (isWorking(at) && at.toISOString().slice(0, 10) !== "2026-07-10") || at.getUTCMinutes() === 0,
      },
      settings: { holidays: ["2026-07-10"] },
    },
    { name: "known for two weeks", habit: { ...slowed(2, 60), days: 14 } },
    {
      name: "each third day is as quiet as this one",
      habit: {
        days: DAYS,
        everyMinutes: QUARTER,
        startsAt: (at) =>
          Math.floor((NOW_MS - 1 - at.getTime()) / (24 * HOUR_MS)) % 3 !== 0 || minutesOf(at) % 60 === 0,
      },
    },
    {
      name: "as it pleases, ten a day on average",
      habit: { days: DAYS, everyMinutes: 1, startsAt: (at) => drawn(10 / 1440, at) },
    },
    ...[58, 122, 569].map((nth) => ({
      name: `six at once as it pleases, three times a day on average, and seldom this week (${nth})`,
      habit: {
        days: DAYS,
        everyMinutes: 2,
        change: () => ({ minutes: 1 }),
        startsAt: (at: Date) => at.getUTCMinutes() < 12 && drawHour(at.getTime() / HOUR_MS, nth) < 1 / 8,
      },
    })),
  ])("no alarm: $name", ({ habit, settings }) => {
    expect(findLull(historyOf(habit, settings))).toBeNull();
  });
});
