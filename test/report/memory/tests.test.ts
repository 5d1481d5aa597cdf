/** The tests against a rule's own past, one by one. It is Friday, 21:00 UTC. */
import { describe, expect, test } from "bun:test";
import { findCrowd } from "../../../src/report/memory/crowd.ts";
import { failureTail, findFailureShift } from "../../../src/report/memory/failures.ts";
import { findDurationShift, findRecordsShift } from "../../../src/report/memory/level-shift.ts";
import { readHistories } from "../../../src/report/memory/history.ts";
import { findStreakOnset } from "../../../src/report/memory/onset.ts";
import { measureSilence } from "../../../src/report/memory/silence.ts";
import { type Habit, historyOf, listHabit, NOW_MS, pastOf } from "../../making/habits.ts";

const HOUR_MS = 3_600_000;
const DAYS = 42;
const FAILED = { status: "failed" as const };
/** A tenth more, a tenth less: no two runs of a real rule are alike. */
const jitter = (nth: number) => 10 + (nth % 3) - 1;
const hourly = (override: Partial<Habit> = {}): Habit => ({ days: DAYS, everyMinutes: 60, ...override });
const isOffice = (at: Date) => at.getUTCDay() % 6 !== 0 && at.getUTCHours() >= 8 && at.getUTCHours() < 18;

describe("beta-binomial: at least k of n fail, by hand", () => {
  test.each<{ name: string; now: [failed: number, total: number]; before: [number, number]; is: number }>([
    { name: "one of one, nothing known: the prior of 2 %", now: [1, 1], before: [0, 0], is: 0.02 },
    { name: "none", now: [0, 5], before: [0, 0], is: 1 },
    { name: "one of one after 25 of 25 failures: 25.5 of 50", now: [1, 1], before: [25, 25], is: 0.51 },
    { name: "two of two, nothing known: 0.5/25 · 1.5/26", now: [2, 2], before: [0, 0], is: 0.02 * (1.5 / 26) },
    { name: "no past counts for more than 400 runs: 4.5 of 425", now: [1, 1], before: [10, 1000], is: 4.5 / 425 },
  ])("$name", ({ now: [failed, total], before: [failedBefore, totalBefore], is }) => {
    expect(failureTail({ failed, total }, { failed: failedBefore, total: totalBefore })).toBeCloseTo(is, 10);
  });
});

describe("failures", () => {
  test.each<{ name: string; habit: Habit; is: { failed: number; total: number; hoursAgo: number } | null }>([
    { name: "none", habit: hourly(), is: null },
    {
      name: "one of 50, as ever",
      habit: hourly({ change: (_, nth) => (nth % 50 === 1 ? FAILED : {}) }),
      is: null,
    },
    {
      name: "six of the last twelve of a rule that never failed",
      habit: hourly({ change: (hoursAgo, nth) => (hoursAgo <= 12 && nth % 2 === 0 ? FAILED : {}) }),
      is: { failed: 6, total: 24, hoursAgo: 12 },
    },
    {
      name: "the same of a rule of which every other run fails",
      habit: hourly({ change: (_, nth) => (nth % 2 === 0 ? FAILED : {}) }),
      is: null,
    },
    {
      name: "one long ago, and a block of four that is over: the block",
      habit: hourly({ change: (_, nth) => (nth === 18 || (nth >= 5 && nth <= 8) ? FAILED : {}) }),
      is: { failed: 5, total: 24, hoursAgo: 8 },
    },
    {
      name: "every third one for a day, three of them together: the day",
      habit: hourly({ change: (_, nth) => (nth <= 24 && (nth % 3 === 0 || nth === 7 || nth === 8) ? FAILED : {}) }),
      is: { failed: 10, total: 24, hoursAgo: 24 },
    },
    { name: "one alone is nothing yet", habit: hourly({ change: (_, nth) => (nth === 1 ? FAILED : {}) }), is: null },
  ])("$name", ({ habit, is }) => {
    const shift = findFailureShift(historyOf(habit));
    const found = shift && {
      failed: shift.failed,
      total: shift.total,
      hoursAgo: NOW_MS / HOUR_MS - shift.sinceHour,
    };
    expect(found).toEqual(is);
  });
});

describe("failures that are over", () => {
  const outFor = (from: number, to: number, hoursAgo: number) => hoursAgo <= from && hoursAgo > to;
  test.each<{ name: string; habit: Habit; isOver: boolean }>([
    {
      name: "five days of them, repaired twelve hours ago",
      habit: hourly({ change: (hoursAgo) => (outFor(132, 12, hoursAgo) ? FAILED : {}) }),
      isOver: true,
    },
    {
      name: "repaired two hours ago: too few runs to be sure",
      habit: hourly({ change: (hoursAgo) => (outFor(132, 2, hoursAgo) ? FAILED : {}) }),
      isOver: false,
    },
    {
      name: "repaired, and one has failed since, as one of fifty ever did",
      habit: hourly({
        change: (hoursAgo, nth) => (outFor(132, 36, hoursAgo) || nth % 50 === 10 ? FAILED : {}),
      }),
      isOver: true,
    },
    {
      name: "repaired, and every third one has failed since: that is not how it was",
      habit: hourly({
        change: (hoursAgo, nth) => (outFor(132, 36, hoursAgo) || (hoursAgo <= 36 && nth % 3 === 2) ? FAILED : {}),
      }),
      isOver: false,
    },
    {
      name: "two outages, both of them repaired",
      habit: hourly({
        change: (hoursAgo) => (outFor(160, 130, hoursAgo) || outFor(110, 100, hoursAgo) ? FAILED : {}),
      }),
      isOver: true,
    },
    {
      name: "every other run for three days",
      habit: hourly({ change: (hoursAgo, nth) => (hoursAgo <= 72 && nth % 2 === 0 ? FAILED : {}) }),
      isOver: false,
    },
    {
      name: "a night of them, and another one: it has rested by day before",
      habit: hourly({
        everyMinutes: 10,
        change: (hoursAgo, _, at) => (hoursAgo <= 72 && at.getUTCHours() < 9 ? FAILED : {}),
      }),
      isOver: false,
    },
  ])("$name", ({ habit, isOver }) => {
    expect(findFailureShift(historyOf(habit))?.isOver).toBe(isOver);
  });
});

describe("where a streak of failures began, of which the newest five are known", () => {
  const HALF_AN_HOUR = 30;
  /** Two runs an hour of ten minutes: the fifth one ended in the middle of an hour. */
  const known = { known: 5, sinceMs: NOW_MS - 140 * 60_000 };
  const onsetOf = (change: NonNullable<Habit["change"]>) => {
    const { finished } = historyOf({ days: DAYS, everyMinutes: HALF_AN_HOUR, change });
    const onset = findStreakOnset(finished, known);
    return onset && [onset.n, onset.sinceHour && NOW_MS / HOUR_MS - onset.sinceHour, onset.isWhole];
  };
  test.each<{ name: string; failing: number; is: ReturnType<typeof onsetOf> }>([
    { name: "ten hours ago, after an hour of successes", failing: 20, is: [20, 10, true] },
    { name: "in the middle of an hour: how much of it is not known", failing: 21, is: [20, 10, false] },
    { name: "in the hour of the known ones: all of it", failing: 6, is: [6, 3, true] },
    { name: "before all that is remembered", failing: Infinity, is: [DAYS * 48, DAYS * 24, false] },
  ])("$name", ({ failing, is }) => {
    expect(onsetOf((_, nth) => (nth <= failing ? FAILED : {}))).toEqual(is);
  });
  test("the known ones begin in the middle of an hour: its others count too", () => {
    const { finished } = historyOf({
      days: DAYS,
      everyMinutes: 10,
      change: (_, nth) => ({ minutes: 5, ...(nth <= 24 ? FAILED : {}) }),
    });
    expect(findStreakOnset(finished, { known: 9, sinceMs: NOW_MS - 85 * 60_000 })).toMatchObject({ n: 24 });
    expect(findStreakOnset(finished, { known: 21, sinceMs: NOW_MS - 205 * 60_000 })).toMatchObject({
      n: 24,
      sinceHour: NOW_MS / HOUR_MS - 4,
      isWhole: true,
    });
  });
});

describe("silence, in the runs that usually start in such a time", () => {
  const silentFor = (hours: number, habit: Habit) => {
    const runs = listHabit({
      ...habit,
      startsAt: (at) => at.getTime() <= NOW_MS - hours * HOUR_MS && (habit.startsAt?.(at) ?? true),
    });
    const history = historyOf({ ...habit, startsAt: (at) => runs.some(({ startedMs }) => startedMs === at.getTime()) });
    const silence = measureSilence(history, runs.at(-1)!.startedMs);
    return silence === null ? null : silence.expected > silence.limit;
  };
  test.each<{ name: string; hours: number; habit: Habit; is: boolean | null }>([
    { name: "an hourly rule, two hours", hours: 2, habit: hourly(), is: false },
    { name: "four hours", hours: 4, habit: hourly(), is: true },
    {
      name: "an hourly rule of office hours, since its last run at 17:00",
      hours: 3,
      habit: hourly({ startsAt: isOffice }),
      is: false,
    },
    { name: "since noon", hours: 9, habit: hourly({ startsAt: isOffice }), is: true },
    {
      name: "a daily rule, a day and an hour late",
      hours: 25,
      habit: { days: DAYS, everyMinutes: 24 * 60 },
      is: false,
    },
    { name: "two days late", hours: 73, habit: { days: DAYS, everyMinutes: 24 * 60 }, is: true },
    { name: "known for ten days", hours: 30, habit: hourly({ days: 10 }), is: null },
  ])("$name", ({ hours, habit, is }) => {
    expect(silentFor(hours, habit)).toBe(is);
  });
});

test("a holiday counts like a Sunday: a rule of working days is not missed on it", () => {
  const startsAt = (at: Date) =>
    at.getUTCDay() % 6 !== 0 && at.getUTCHours() === 3 && at.getUTCDate() !== 10 && at.getUTCDate() !== 9;
  const habit = { days: DAYS, everyMinutes: 60, startsAt };
  const lastStartMs = listHabit(habit).at(-1)!.startedMs;
  const [plain, holy] = [[], ["2026-07-09", "2026-07-10"]].map((holidays) => {
    const silence = measureSilence(historyOf(habit, { holidays }), lastStartMs);
    return Math.round(silence?.expected ?? NaN);
  });
  expect({ plain, holy }).toEqual({ plain: 2, holy: 0 });
});

test("what starts on Sundays is not missed on holidays", () => {
  const startsAt = (at: Date) => at.getUTCDay() === 0 && at.getUTCHours() === 3;
  const habit = { days: DAYS, everyMinutes: 60, startsAt };
  const lastStartMs = listHabit(habit).at(-1)!.startedMs;
  const holidays = ["2026-07-08", "2026-07-09", "2026-07-10"];
  const silence = measureSilence(historyOf(habit, { holidays }), lastStartMs);
  expect(Math.round(silence?.expected ?? NaN)).toBe(0);
});

test("a few runs without any rhythm tell of no usual rest", () => {
  const days = ["2026-05-30T10", "2026-05-31T15", "2026-06-04T09", "2026-06-09T13", "2026-06-13T16"];
  const habit = { days: DAYS, everyMinutes: 60, startsAt: (at: Date) => days.includes(at.toISOString().slice(0, 13)) };
  const silence = measureSilence(historyOf(habit), listHabit(habit).at(-1)!.startedMs);
  // Four rests: the next is longer than 18.5 times their mean once in a thousand.
  expect(silence?.expected).toBeLessThan(silence?.limit ?? 0);
});

describe("durations, 10 minutes and usually as long", () => {
  test.each<{ name: string; habit: Habit; times: number | null; hoursAgo?: number }>([
    { name: "as ever", habit: hourly({ change: (_, nth) => ({ minutes: jitter(nth) }) }), times: null },
    {
      name: "twice as long since yesterday",
      habit: hourly({ change: (hoursAgo, nth) => ({ minutes: jitter(nth) * (hoursAgo <= 24 ? 2 : 1) }) }),
      times: 2,
      hoursAgo: 24,
    },
    {
      name: "half as long again is too little",
      habit: hourly({ change: (hoursAgo, nth) => ({ minutes: jitter(nth) * (hoursAgo <= 24 ? 1.5 : 1) }) }),
      times: null,
    },
    {
      name: "six times as long each night",
      habit: hourly({ change: (_, nth, at) => ({ minutes: (jitter(nth) * (at.getUTCHours() < 6 ? 6 : 1)) / 2 }) }),
      times: null,
    },
    {
      name: "one run that hung",
      habit: hourly({ change: (_, nth) => ({ minutes: nth === 3 ? 55 : jitter(nth) }) }),
      times: null,
    },
    {
      name: "twice as long, known for ten days",
      habit: hourly({ days: 10, change: (hoursAgo, nth) => ({ minutes: jitter(nth) * (hoursAgo <= 24 ? 2 : 1) }) }),
      times: null,
    },
    {
      name: "the newest three of a daily rule",
      habit: {
        days: DAYS,
        everyMinutes: 24 * 60,
        change: (hoursAgo, nth) => ({ minutes: jitter(nth) * (hoursAgo <= 72 ? 3 : 1) }),
      },
      times: 3,
      hoursAgo: 72,
    },
    {
      name: "the newest one of a daily rule",
      habit: {
        days: DAYS,
        everyMinutes: 24 * 60,
        change: (_, nth) => ({ minutes: jitter(nth) * (nth === 1 ? 3 : 1) }),
      },
      times: null,
    },
    {
      name: "three times as long for five days of each month, of a daily rule",
      habit: {
        days: 84,
        everyMinutes: 24 * 60,
        change: (_, nth) => ({ minutes: jitter(nth) * ((nth - 1) % 30 < 5 ? 3 : 1) }),
      },
      times: null,
    },
  ])("$name", ({ habit, times, hoursAgo }) => {
    const shift = findDurationShift(historyOf(habit));
    if (times === null) return expect(shift).toBeNull();
    expect(Math.exp((shift?.change ?? 0) / 1000)).toBeCloseTo(times, 0);
    expect(NOW_MS / HOUR_MS - (shift?.sinceHour ?? 0)).toBe(hoursAgo ?? NaN);
  });
});

describe("durations, twice as long for some days", () => {
  const slowFor = (from: number, to: number): NonNullable<Habit["change"]> => {
    return (hoursAgo, nth) => ({ minutes: jitter(nth) * (hoursAgo <= from && hoursAgo > to ? 2 : 1) });
  };
  /** Runs as unlike as real ones: a quarter longer or shorter. */
  const DEVIATIONS = [0.2, -1.3, 0.7, 1.6, -0.4, -0.9, 0.1, 1.1, -1.8, 0.5, -0.1];
  const scattered = (nth: number) => 10 * Math.exp(0.25 * (DEVIATIONS[(nth * 7) % DEVIATIONS.length] ?? 0));
  const sinceHours = (change: NonNullable<Habit["change"]>) => {
    const shift = findDurationShift(historyOf(hourly({ change })));
    return shift && NOW_MS / HOUR_MS - shift.sinceHour;
  };
  test.each<{ name: string; change: NonNullable<Habit["change"]>; is: number | null }>([
    { name: "that go on", change: slowFor(120, 0), is: 120 },
    {
      name: "of which some hours were as usual",
      change: (hoursAgo, nth) => ({ minutes: jitter(nth) * (hoursAgo <= 60 && ![20, 40, 41].includes(nth) ? 2 : 1) }),
      is: 60,
    },
    { name: "and as ever for eleven hours", change: slowFor(131, 11), is: null },
    { name: "and as ever for a day", change: slowFor(144, 24), is: null },
    { name: "and as ever for three days", change: slowFor(192, 72), is: null },
    {
      name: "by day only, and it is night: that rest is one as before",
      change: (hoursAgo, nth) => ({ minutes: jitter(nth) * (hoursAgo <= 95 && hoursAgo % 24 > 9 ? 2 : 1) }),
      is: 95,
    },
  ])("$name", ({ change, is }) => {
    expect(sinceHours(change)).toBe(is);
  });

  test.each([30, 54, 78, 102])("whatever single hours say, for %d hours", (hours) => {
    const since = sinceHours((hoursAgo, nth) => ({ minutes: scattered(nth) * (hoursAgo <= hours ? 2 : 1) }));
    expect(Math.abs((since ?? NaN) - hours)).toBeLessThanOrEqual(2);
  });
});

describe("a rule of office hours is judged at night and at a weekend as after its last run", () => {
  const durationsAt = (hoursLater: number, change: NonNullable<Habit["change"]>) => {
    const runs = listHabit({ days: DAYS, everyMinutes: 60, startsAt: isOffice, change });
    const nowMs = NOW_MS + hoursLater * HOUR_MS;
    const covered: [number, number][] = [[NOW_MS / HOUR_MS - DAYS * 24, nowMs / HOUR_MS]];
    const past = { ...pastOf({ deals: runs }, DAYS), covered };
    const history = readHistories(past, { nowMs, timezone: "UTC", holidays: [] }).get("deals");
    return history === undefined ? null : findDurationShift(history);
  };
  const slowFor = (hours: number): NonNullable<Habit["change"]> => {
    return (hoursAgo, nth) => ({ minutes: jitter(nth) * (hoursAgo <= hours ? 4 : 1) });
  };
  test.each([0, 8, 17, 24, 36, 47])("%d hours after Friday, 21:00", (hoursLater) => {
    // The last three of Friday's ten.
    expect(durationsAt(hoursLater, slowFor(6))).toBeNull();
    expect(durationsAt(hoursLater, slowFor(13))).toMatchObject({ sinceHour: NOW_MS / HOUR_MS - 13 });
  });
});

describe("records, 100 a run", () => {
  const varied = (nth: number) => 10 * jitter(nth);
  const isEmptyNight = (nth: number) => (nth <= 7 ? [2, 3, 5, 6].includes(nth) : nth % 6 === 0);
  const nightly = (records: (nth: number) => number): Habit => {
    return { days: DAYS, everyMinutes: 24 * 60, change: (_, nth) => ({ records: records(nth) }) };
  };
  test.each<{ name: string; habit: Habit; is: boolean }>([
    { name: "as ever", habit: hourly({ change: (_, nth) => ({ records: varied(nth) }) }), is: false },
    {
      name: "none since yesterday",
      habit: hourly({ change: (hoursAgo, nth) => ({ records: hoursAgo <= 24 ? 0 : varied(nth) }) }),
      is: true,
    },
    {
      name: "a tenth since yesterday",
      habit: hourly({ change: (hoursAgo, nth) => ({ records: varied(nth) / (hoursAgo <= 24 ? 10 : 1) }) }),
      is: true,
    },
    {
      name: "ten times as many are no trouble",
      habit: hourly({ change: (hoursAgo, nth) => ({ records: varied(nth) * (hoursAgo <= 24 ? 10 : 1) }) }),
      is: false,
    },
    {
      name: "none at night, as ever",
      habit: hourly({ change: (_, nth, at) => ({ records: at.getUTCHours() < 8 ? 0 : varied(nth) }) }),
      is: false,
    },
    {
      name: "a fifth at weekends, as ever",
      habit: hourly({ change: (_, nth, at) => ({ records: varied(nth) / (at.getUTCDay() % 6 === 0 ? 5 : 1) }) }),
      is: false,
    },
    {
      name: "none at night, as ever, and since yesterday in two of three hours by day",
      habit: hourly({
        change: (hoursAgo, nth, at) => ({
          records: at.getUTCHours() < 8 || (hoursAgo <= 24 && nth % 3 !== 0) ? 0 : varied(nth),
        }),
      }),
      is: true,
    },
    {
      name: "none in each sixth night, and by chance in four of the last seven",
      habit: nightly((nth) => (isEmptyNight(nth) ? 0 : varied(nth))),
      is: false,
    },
    {
      name: "none in each sixth night, and in none of the last seven any",
      habit: nightly((nth) => (nth <= 7 || nth % 6 === 0 ? 0 : varied(nth))),
      is: true,
    },
    {
      name: "none in each sixth night, and a tenth in the others of the last seven",
      habit: nightly((nth) => (nth % 6 === 0 ? 0 : varied(nth) / (nth <= 7 ? 10 : 1))),
      is: true,
    },
  ])("$name", ({ habit, is }) => {
    expect(findRecordsShift(historyOf(habit)) !== null).toBe(is);
  });
});

describe("starts, 24 a day", () => {
  test.each<{ name: string; habit: Habit; is: number | null }>([
    { name: "as ever", habit: hourly(), is: null },
    {
      name: "every six minutes since yesterday",
      habit: {
        days: DAYS,
        everyMinutes: 6,
        startsAt: (at) => at.getUTCMinutes() === 0 || at.getTime() >= NOW_MS - 24 * HOUR_MS,
      },
      is: 240,
    },
    {
      name: "every six minutes on Fridays, as ever",
      habit: { days: DAYS, everyMinutes: 6, startsAt: (at) => at.getUTCMinutes() === 0 || at.getUTCDay() === 5 },
      is: null,
    },
  ])("$name", ({ habit, is }) => {
    expect(findCrowd(historyOf(habit))?.started ?? null).toBe(is);
  });
});
