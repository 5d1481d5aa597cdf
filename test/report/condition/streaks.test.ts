/** Long streaks of failures, stops after a failure, and collapses of records and durations. The window ends at 21:00 UTC. */
import { describe, expect, test } from "bun:test";
import type { FailStreak, RuleActivity } from "../../../src/report/activity.ts";
import type { RunRow } from "../../../src/report/rules/run-row.ts";
import { activity, declared, report, schedule } from "../../making/activities.ts";
import { WINDOW } from "../../making/reports.ts";
import { ruleOf, ruleOfRuns, type Strip } from "../../making/rules.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY = 24 * 60;

function judged(deals: RuleActivity, due?: string) {
  const declaredRules = due === undefined ? [] : [declared("deals", { schedules: [schedule(due, {})] })];
  const [rule] = report(activity({ rules: [deals], declaredRules })).rules;
  return rule;
}

describe("a streak of failures is as long as the warehouse says", () => {
  const strip: Strip = { runs: "f".repeat(20), everyMinutes: 60 };
  const sinceMs = WINDOW.endMs - 40 * HOUR_MS;
  test.each<{ name: string; failStreak: FailStreak | null; says: string }>([
    {
      name: "a success before it",
      failStreak: { n: 40, sinceMs, whole: true },
      says: "newest 40 runs failed, since 9 Jul 05:00;",
    },
    {
      name: "no success known",
      failStreak: { n: 40, sinceMs, whole: false },
      says: "newest 40 runs failed, since 9 Jul 05:00 at least;",
    },
    { name: "nobody counted", failStreak: null, says: "newest 20 runs failed, since 01:55 at least;" },
  ])("$name", ({ failStreak, says }) => {
    const rule = judged(ruleOf("deals", strip, { failStreak }));
    expect(rule).toMatchObject({ condition: "failing", severity: "critical" });
    expect(rule?.message).toContain(says);
  });
});

test("a streak older than all that is counted of it is known to have followed the last success", () => {
  const failStreak = { n: 40, sinceMs: WINDOW.endMs - 40 * HOUR_MS, whole: false };
  const lastSuccessMs = WINDOW.endMs - 100 * HOUR_MS;
  const rule = judged(ruleOf("deals", { runs: "f".repeat(20), everyMinutes: 60 }, { failStreak, lastSuccessMs }));
  expect(rule).toMatchObject({ condition: "failing", severity: "critical", since: "2026-07-06T17:00:00Z" });
  expect(rule?.message).toBe("deals: none of its runs succeeded since 6 Jul 17:00, at least 40 failed");
});

test("runs without records that may have begun earlier", () => {
  const emptyStreak = {
    n: 68,
    sinceMs: WINDOW.endMs - 68 * HOUR_MS,
    usual: 10_000,
    written: 0,
    fullHours: [],
    atLeast: true as const,
  };
  const rule = judged(ruleOf("deals", { runs: "s".repeat(20), everyMinutes: 60 }, { emptyStreak }));
  expect(rule?.message).toBe(
    "deals: 68 runs succeeded with 0 records since 8 Jul 01:00 at least, usually 10,000 a run",
  );
});

describe("a stop after a failure", () => {
  test.each([
    { name: "a night later", startedMinutesAgo: 18 * 60, condition: "failing", severity: "warning" },
    { name: "a week later", startedMinutesAgo: 7 * DAY, condition: "overdue", severity: "critical" },
    { name: "a month later", startedMinutesAgo: 30 * DAY, condition: "overdue", severity: "critical" },
  ])("$name", ({ startedMinutesAgo, condition, severity }) => {
    const deals = ruleOf("deals", { runs: "ssssssssssf", everyMinutes: DAY, startedMinutesAgo, error: "HTTP 401" });
    expect(judged(deals, "0 3 * * *")).toMatchObject({ condition, severity, newest_error: "HTTP 401" });
  });

  test("says that the last run failed", () => {
    const deals = ruleOf("deals", { runs: "ssssssssssf", everyMinutes: DAY, startedMinutesAgo: 7 * DAY });
    expect(judged(deals, "0 3 * * *")?.message).toEndWith("; its newest run failed at 3 Jul 21:05");
  });
});

/** The newest first; one an hour. */
function runsOf(values: readonly { records: number; minutes: number }[]): RunRow[] {
  return values.map(({ records, minutes }, index) => {
    const endedMs = WINDOW.endMs - (10 + index * 60) * MINUTE_MS;
    return {
      id: String(index),
      startedMs: endedMs - minutes * MINUTE_MS,
      endedMs,
      status: "success",
      records,
      error: null,
    };
  });
}

describe("a collapse", () => {
  const of = (n: number, records: number, minutes = 1) => Array.from({ length: n }, () => ({ records, minutes }));
  test.each([
    { name: "of records by twenty", runs: [...of(10, 500), ...of(10, 10_000)], is: "records" },
    { name: "of records by less", runs: [...of(10, 501), ...of(10, 10_000)], is: null },
    { name: "of records in too few runs", runs: [...of(9, 2), ...of(11, 10_000)], is: null },
    { name: "of records after too few", runs: [...of(11, 2), ...of(9, 10_000)], is: null },
    { name: "of few records", runs: [...of(10, 1), ...of(10, 99)], is: null },
    {
      name: "of records, where one earlier run had few too",
      runs: [...of(10, 2), ...of(9, 10_000), ...of(1, 2)],
      is: null,
    },
    { name: "to more records is none", runs: [...of(10, 10_000), ...of(10, 2)], is: null },
    { name: "of durations", runs: [...of(10, 5, 2), ...of(10, 5, 40)], is: "duration" },
    { name: "to durations of many times as long", runs: [...of(10, 5, 40), ...of(10, 5, 2)], is: "duration" },
    { name: "of short durations", runs: [...of(10, 5, 0.04), ...of(10, 5, 0.9)], is: null },
  ])("$name", ({ runs, is }) => {
    const startsMs = runsOf([...runs]).map(({ startedMs }) => startedMs);
    const strip: Strip = { runs: "s".repeat(20), everyMinutes: 60, startedMinutesAgo: 11 };
    const rule = judged(ruleOf("deals", strip, { runs: runsOf([...runs]), startsMs: startsMs.toReversed() }));
    expect([rule?.degradation, rule?.severity]).toEqual(is === null ? [null, null] : [is, "info"]);
  });

  test("is told with both sides of it", () => {
    const rule = judged(
      ruleOf("deals", { runs: "s".repeat(20), everyMinutes: 60 }, { runs: runsOf([...of(10, 2), ...of(10, 10_000)]) }),
    );
    expect(rule?.message).toBe("deals: its newest 10 runs brought 2 records at most, earlier ones 10,000 at least");
  });
});

describe("a run that was due is no retry, however soon it begins after the one that failed", () => {
  test.each<{ name: string; strip: Strip; due?: string }>([
    { name: "hourly runs of 58 minutes", strip: { runs: "sssssssffffffff", everyMinutes: 60, tookMinutes: 58 } },
    { name: "by a schedule", strip: { runs: "sssssssffffffff", everyMinutes: 60, tookMinutes: 58 }, due: "0 * * * *" },
    { name: "hourly runs of two hours", strip: { runs: "sssssssffffffff", everyMinutes: 60, tookMinutes: 121 } },
    { name: "one after the other", strip: { runs: "sssssssffffffff", everyMinutes: 10, tookMinutes: 9.98 } },
    { name: "without a success known", strip: { runs: "f".repeat(20), everyMinutes: 10, tookMinutes: 9.98 } },
  ])("$name", ({ strip, due }) => {
    const rule = judged(ruleOf("deals", { startedMinutesAgo: strip.tookMinutes ?? 0, ...strip }), due);
    expect(rule).toMatchObject({ condition: "failing", severity: "critical" });
  });

  /** Hourly successes of `tookMinutes`, and runs that failed `failedMinutesAgo`. */
  const rowsOf = (tookMinutes: number, failedMinutesAgo: number[]): RunRow[] => {
    const runAt = (minutesAgo: number, status: "success" | "failed", minutes: number): RunRow => {
      const startedMs = WINDOW.endMs - minutesAgo * MINUTE_MS;
      const endedMs = startedMs + minutes * MINUTE_MS;
      return { id: String(minutesAgo), startedMs, endedMs, status, records: null, error: null };
    };
    const hourly = Array.from({ length: 24 }, (_, hour) => runAt((hour + 2) * 60, "success", tookMinutes));
    return [...failedMinutesAgo.map((ago) => runAt(ago, "failed", 1)), ...hourly];
  };

  test("runs that fail at once and are started again with no more rest than usual", () => {
    const rule = judged(ruleOfRuns("deals", rowsOf(59.9, [55, 56.1, 57.2, 58.3, 59.4])));
    expect(rule).toMatchObject({ condition: "failing", severity: "critical" });
  });

  test.each([
    { name: "repeats within the hour are one attempt", tookMinutes: 5 },
    { name: "by a schedule, also where it usually rests no longer", tookMinutes: 59.9, due: "0 * * * *" },
  ])("$name", ({ tookMinutes, due }) => {
    const rule = judged(ruleOfRuns("deals", rowsOf(tookMinutes, [54, 57, 60])), due);
    expect(rule).toMatchObject({ condition: "failing", severity: "info" });
  });
});
