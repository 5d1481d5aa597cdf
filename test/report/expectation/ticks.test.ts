/** Every time at which a rule was due has one reason; the report's own counts are never contradicted. */
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import type { Report } from "../../../src/report/document/schema.ts";
import { TicksSchema, type Ticks } from "../../../src/report/document/tick-schema.ts";
import { listTicks, MOST_TICKS } from "../../../src/report/expectation/ticks.ts";
import type { ActionStatus } from "../../../src/report/words.ts";
import { activity, declared, report, schedule } from "../../making/activities.ts";
import { ruleOf } from "../../making/rules.ts";

type RuleReport = Report["rules"][number];
type Run = [start: string, end: string | null, status?: ActionStatus];

const LATE_MS = 15 * 60_000;
const NOW_MS = Date.parse("2026-07-10T21:00:00Z");

/** A rule of the window from 12:00 to 21:00, its runs by their times of day. */
function ticksOf(schedules: string[], runs: Run[], override: Partial<RuleReport> = {}): Ticks {
  const base = report(
    activity({ rules: [ruleOf("deals", { runs: "s", everyMinutes: 60 })], declaredRules: [declared("deals")] }),
    { detailed: true },
  );
  const [rule] = base.rules;
  if (rule === undefined || base.detailed_metrics === null) throw new Error("no rule");
  const at = (time: string) => `2026-07-10T${time}:00Z`;
  const made: Report = {
    ...base,
    metadata: { ...base.metadata, window_start: at("12:00"), window_end: at("21:00") },
    expectations: { timezone: "UTC", unmatched: [], inexpressible: [] },
    detailed_metrics: {
      ...base.detailed_metrics,
      rule_runs: {
        deals: {
          week_before: null,
          runs: runs.map(([start, end, status = "success"], index) => ({
            id: String(index),
            status,
            started_at: at(start),
            ended_at: end === null ? null : at(end),
            duration_seconds: null,
            records: null,
            error: null,
          })),
        },
      },
    },
  };
  const ticks = listTicks(
    made,
    { ...rule, schedules, missed: 0, missed_at: [], last_run_at: null, ...override },
    { lateAfterMs: LATE_MS, nowMs: NOW_MS },
  );
  v.parse(TicksSchema, ticks);
  return ticks;
}

const short = ({ ticks }: Ticks) =>
  ticks.map(
    ({ at, reason, run }) => `${at.slice(11, 16)} ${reason}${run === null ? "" : ` ${run.started_at.slice(11, 16)}`}`,
  );

const hours = (from: number, to: number): Run[] =>
  Array.from({ length: to - from + 1 }, (_, n) => [`${from + n}:00`, `${from + n}:05`]);

describe("calendars", () => {
  const EVERY_THREE = ["0 12-20/3 * * *"];
  test.each<{ name: string; runs: Run[]; override?: Partial<RuleReport>; ticks: string[] }>([
    {
      name: "in time, and a little before it",
      runs: [
        ["12:00", "12:05"],
        ["14:58", "15:01"],
        ["18:15", "18:20"],
      ],
      ticks: ["12:00 ok 12:00", "15:00 ok 14:58", "18:00 ok 18:15"],
    },
    {
      name: "late after the limit",
      runs: [
        ["12:16", "12:20"],
        ["15:00", "15:05"],
        ["18:00", "18:05"],
      ],
      ticks: ["12:00 late 12:16", "15:00 ok 15:00", "18:00 ok 18:00"],
    },
    {
      name: "late because the run before it was still going",
      runs: [
        ["12:00", "15:40"],
        ["15:41", "15:50"],
        ["18:00", "18:05"],
      ],
      ticks: ["12:00 ok 12:00", "15:00 waited 15:41", "18:00 ok 18:00"],
    },
    {
      name: "never started, because the run before it still goes",
      runs: [
        ["12:00", "12:05"],
        ["15:00", null, "running"],
      ],
      override: { missed: 1, missed_at: ["2026-07-10T18:00:00Z"] },
      ticks: ["12:00 ok 12:00", "15:00 ok 15:00", "18:00 waited"],
    },
    {
      name: "missed, as the report has it",
      runs: [
        ["12:00", "12:05"],
        ["18:00", "18:05"],
      ],
      override: { missed: 1, missed_at: ["2026-07-10T15:00:00Z"] },
      ticks: ["12:00 ok 12:00", "15:00 missed", "18:00 ok 18:00"],
    },
    {
      name: "not known to be missed where the report counts none: the schedule may have been another",
      runs: [["18:00", "18:05"]],
      ticks: ["12:00 unknown", "15:00 unknown", "18:00 ok 18:00"],
    },
    {
      name: "skipped and waiting, as their rows say",
      runs: [
        ["12:00", "12:00", "skipped"],
        ["15:00", "15:05"],
        ["18:00", null, "pending"],
      ],
      ticks: ["12:00 skipped 12:00", "15:00 ok 15:00", "18:00 pending 18:00"],
    },
  ])("$name", ({ runs, override = {}, ticks }) => {
    expect(short(ticksOf(EVERY_THREE, runs, override))).toEqual(ticks);
  });

  test("what is due shortly before the end may still start", () => {
    expect(short(ticksOf(["50 20 * * *"], []))).toEqual(["20:50 pending"]);
    expect(short(ticksOf(["40 20 * * *"], [], { missed: 1, missed_at: ["2026-07-10T20:40:00Z"] }))).toEqual([
      "20:40 missed",
    ]);
  });

  test("of very many the newest are listed, and how many are not", () => {
    const ticks = ticksOf(["* * * * *"], []);
    expect(ticks.ticks.length).toBe(MOST_TICKS);
    expect(ticks.omitted).toBe(9 * 60 - MOST_TICKS);
    expect(ticks.ticks.at(-1)?.at).toBe("2026-07-10T20:59:00Z");
  });

  test("its words and the next three times", () => {
    const { words, next, timezone } = ticksOf(["0 19 * * *"], []);
    expect({ words, next, timezone }).toEqual({
      words: "daily at 19:00",
      next: ["2026-07-11T19:00:00Z", "2026-07-12T19:00:00Z", "2026-07-13T19:00:00Z"],
      timezone: "UTC",
    });
  });
});

describe("intervals", () => {
  test.each<{ name: string; runs: Run[]; override?: Partial<RuleReport>; ticks: string[] }>([
    {
      name: "each start is a time of its own",
      runs: [
        ["12:10", "12:15"],
        ["15:12", "15:20"],
        ["18:15", "18:20"],
      ],
      ticks: ["12:10 ok 12:10", "15:12 ok 15:12", "18:15 ok 18:15"],
    },
    {
      name: "what fits between two starts was missed",
      runs: [
        ["12:10", "12:15"],
        ["18:15", "18:20"],
      ],
      override: { missed: 1 },
      ticks: ["12:10 ok 12:10", "15:10 missed", "18:15 ok 18:15"],
    },
    {
      name: "after the last start the next is awaited for half an interval",
      runs: [
        ["13:30", "13:35"],
        ["16:45", "16:50"],
      ],
      ticks: ["13:30 ok 13:30", "16:45 ok 16:45", "19:45 pending"],
    },
    {
      name: "what ran before the window tells when it was due",
      runs: [],
      override: { missed: 2, last_run_at: "2026-07-10T10:45:00Z" },
      ticks: ["13:45 missed", "16:45 missed", "19:45 pending"],
    },
  ])("$name", ({ runs, override = {}, ticks }) => {
    expect(short(ticksOf(["every 3 hours"], runs, { last_run_at: "2026-07-10T12:00:00Z", ...override }))).toEqual(
      ticks,
    );
  });

  test("before the oldest of the newest twenty nothing is known", () => {
    const quarter = (n: number) => `${15 + Math.floor(n / 4)}:${String((n % 4) * 15).padStart(2, "0")}`;
    const runs = Array.from({ length: 20 }, (_, n): Run => [quarter(n), quarter(n)]);
    const reasons = ticksOf(["every 15 minutes"], runs, { last_run_at: "2026-07-10T19:45:00Z", missed: 4 }).ticks;
    const count = (wanted: string) => reasons.filter(({ reason }) => reason === wanted).length;
    // 12 quarters from 12:00 to 14:45; 20 runs to 19:45; 20:00 to 20:45 were missed, 21:00 is the window's end.
    expect({ unknown: count("unknown"), ok: count("ok"), missed: count("missed") }).toEqual({
      unknown: 12,
      ok: 20,
      missed: 4,
    });
  });

  test("the next times are counted from the newest start", () => {
    expect(ticksOf(["every 4 hours"], hours(18, 18), { last_run_at: "2026-07-10T18:00:00Z" }).next).toEqual([
      "2026-07-10T22:00:00Z",
      "2026-07-11T02:00:00Z",
      "2026-07-11T06:00:00Z",
    ]);
  });
});

test.each<[schedules: string[], problem: string]>([
  [[], "nothing is scheduled, so no run is expected at a time"],
  [["whenever"], "a schedule of the rule is not understood"],
  [["every 2 hours", "every 3 hours"], "several intervals: nothing says which of them started which run"],
  [["every 2 hours", "0 4 * * *"], "an interval beside other schedules: nothing says which of them started which run"],
  [["every 2 hours"], "no run is known from which its interval could be counted"],
])("%j has no ticks, and why", (schedules, problem) => {
  const { ticks, not_comparable: found } = ticksOf(schedules, []);
  expect({ ticks, found }).toEqual({ ticks: [], found: problem });
});

test("a real report's missed runs are its missed ticks", () => {
  const made = report(
    activity({
      rules: [ruleOf("deals", { runs: "sss..ss", everyMinutes: 60, startedMinutesAgo: 60 })],
      declaredRules: [declared("deals", { schedules: [schedule("0 * * * *")] })],
    }),
    { detailed: true },
  );
  const [rule] = made.rules;
  if (rule === undefined) throw new Error("no rule");
  const { ticks } = listTicks(made, rule, { lateAfterMs: LATE_MS, nowMs: NOW_MS });
  const missed = ticks.filter(({ reason }) => reason === "missed").map(({ at }) => at);
  expect(missed.toReversed().slice(0, rule.missed_at.length)).toEqual(rule.missed_at);
  expect(missed.length).toBe(rule.missed ?? -1);
  expect(missed.length).toBeGreaterThan(0);
});
