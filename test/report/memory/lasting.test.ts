/** What has changed for good is told for five weeks: the days that it is held against must not fill with it. It is Friday, 21:00 UTC. */
import { describe, expect, test } from "bun:test";
import { findBurst, findCrowd } from "../../../src/report/memory/crowd.ts";
import { findFailureShift } from "../../../src/report/memory/failures.ts";
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
