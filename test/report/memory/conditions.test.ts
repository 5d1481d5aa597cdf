/** What a report says of a rule whose past is known. The window ends on Friday, 10 July, 21:00 UTC. */
import { explainRule } from "../../../src/report/explain.ts";
import { describe, expect, test } from "bun:test";
import type { ReadActivity } from "../../../src/report/activity.ts";
import type { RunRow } from "../../../src/report/rules/run-row.ts";
import type { ReportSettings } from "../../../src/report/settings.ts";
import type { Condition, Degradation, Severity } from "../../../src/report/words.ts";
import { emptyCounts } from "../../../src/report/counts.ts";
import { settingsOf } from "../../../src/config/report-settings.ts";
import { activity, declared, report, schedule } from "../../making/activities.ts";
import { type Habit, listHabit, NOW_MS, pastOf } from "../../making/habits.ts";
import { crmConfig } from "../../making/reports.ts";
import { ruleOfRuns } from "../../making/rules.ts";

const DAYS = 42;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KNOWN_RUNS = 20;
const FAILED = { status: "failed" as const, records: 0, error: "HTTP 500" };
const jitter = (nth: number) => 10 + (nth % 3) - 1;
const hourly = (change: NonNullable<Habit["change"]>, days = DAYS): Habit => ({ days, everyMinutes: 60, change });

/** Ten minutes a night, and of late so many. */
function nightlyTakes(minutes: number[]): Habit {
  const change: Habit["change"] = (hoursAgo, nth) => ({ minutes: minutes.at(-hoursAgo / 24) ?? jitter(nth) });
  return { days: DAYS, everyMinutes: 24 * 60, change };
}

/** Six runs at once at moments that nobody knows, four times a day on average; none for the last hours. */
function burstsUntil(hoursAgo: number): Habit {
  return {
    days: DAYS,
    everyMinutes: 2,
    change: () => ({ minutes: 1 }),
    startsAt: (at) => {
      const hour = Math.floor(at.getTime() / HOUR_MS);
      return (
        at.getUTCMinutes() < 12 && ((hour * 2654435761) % 4294967296) / 4294967296 < 1 / 6 && !isSince(at, hoursAgo)
      );
    },
  };
}

function isSince(at: Date, hours: number): boolean {
  return at.getTime() >= NOW_MS - hours * HOUR_MS;
}

/** What the statement tells of those runs: all of the last day, and the newest 20. */
function found(name: string, runs: RunRow[]) {
  const newest = runs.toReversed();
  const within = newest.filter(({ startedMs }) => startedMs >= NOW_MS - DAY_MS);
  return ruleOfRuns(name, newest.slice(0, Math.max(KNOWN_RUNS, within.length)));
}

type Case = {
  name: string;
  habit: Habit;
  settings?: Partial<ReportSettings>;
  is: [condition: Condition, degradation: Degradation | null, severity: Severity | null];
  says?: string;
};

const cases: Case[] = [
  {
    name: "as ever",
    habit: hourly((_, nth) => ({ minutes: jitter(nth), records: 10 * jitter(nth) })),
    is: ["ok", null, null],
  },
  {
    name: "twice as slow since yesterday",
    habit: hourly((hoursAgo, nth) => ({ minutes: jitter(nth) * (hoursAgo <= 24 ? 2 : 1) })),
    is: ["degraded", "duration", "warning"],
    says: "deals: 2.0 × slower than usual at these hours since 9 Jul 21:00: p50 20m, usually 10m (5 weeks)",
  },
  {
    name: "a tenth of the records",
    habit: hourly((hoursAgo, nth) => ({ minutes: jitter(nth), records: jitter(nth) * (hoursAgo <= 24 ? 10 : 100) })),
    is: ["degraded", "records", "warning"],
    says: "deals: fewer records than usual at these hours since 9 Jul 21:00: 100 a run, usually 1,000 (5 weeks)",
  },
  {
    name: "two and a half times as slow for three days, and four times today: the figure is of all the time since",
    habit: hourly((hoursAgo, nth) => ({
      minutes: jitter(nth) * (hoursAgo <= 24 ? 4 : hoursAgo <= 72 ? 2.5 : 1),
    })),
    is: ["degraded", "duration", "warning"],
    says: "deals: 2.5 × slower than usual at these hours since 7 Jul 21:00: p50 25m 01s, usually 10m (5 weeks)",
  },
  {
    name: "three times as slow for fourteen hours: the morning was as usual",
    habit: hourly((hoursAgo, nth) => ({ minutes: (10 + (nth % 5) - 2) * (hoursAgo <= 14 ? 3 : 1) })),
    is: ["degraded", "duration", "warning"],
    says: "deals: 3.0 × slower than usual at these hours since 07:00: p50 30m 01s, usually 10m (5 weeks)",
  },
  {
    name: "a quarter of the records for three days, and a tenth today",
    habit: hourly((hoursAgo, nth) => ({
      minutes: jitter(nth),
      records: jitter(nth) * (hoursAgo <= 24 ? 10 : hoursAgo <= 72 ? 25 : 100),
    })),
    is: ["degraded", "records", "warning"],
    says: "deals: fewer records than usual at these hours since 7 Jul 21:00: 250 a run, usually 1,000 (5 weeks)",
  },
  {
    name: "1.5 times as slow for eleven days, a little more within a week",
    habit: nightlyTakes([14.5, 14.5, 14.5, 14.5, 15.5, 15.5, 16.5, 16.5, 16.5, 16.5, 16.5]),
    is: ["degraded", "duration", "warning"],
  },
  {
    name: "the same, and the newest night as ever: perhaps it is over",
    habit: nightlyTakes([14.5, 14.5, 14.5, 14.5, 15.5, 15.5, 16.5, 16.5, 16.5, 16.5, 10]),
    is: ["degraded", "duration", "info"],
  },
  {
    name: "four times as slow for three nights, and the newest as ever: a quarter of them",
    habit: nightlyTakes([40, 40, 40, 10]),
    is: ["degraded", "duration", "info"],
  },
  {
    name: "for six nights, and the newest as ever: hardly over",
    habit: nightlyTakes([40, 40, 40, 40, 40, 40, 10]),
    is: ["degraded", "duration", "warning"],
  },
  {
    name: "six runs at once, now and then, and none for 18 hours: it rested longer before",
    habit: burstsUntil(18),
    is: ["ok", null, null],
  },
  {
    name: "none for four days: it never did",
    habit: burstsUntil(96),
    is: ["overdue", null, "critical"],
  },
  {
    name: "every third run fails since noon, of a rule that never failed",
    habit: hourly((hoursAgo, nth) => (hoursAgo <= 18 && nth % 3 === 0 ? FAILED : {})),
    is: ["degraded", "failures", "warning"],
    says: "deals: 6 of 24 runs failed (25.0 %), more than usual since 03:00: usually 0.0 % (5 weeks); its newest 2 runs succeeded",
  },
  {
    name: "one partial run long ago, and a block of failures that is over",
    habit: hourly((_, nth) => (nth === 18 ? { status: "partial" } : nth >= 5 && nth <= 8 ? FAILED : {})),
    is: ["degraded", "failures", "warning"],
    says: "deals: 5 of 24 runs failed (20.8 %), more than usual since 13:00: usually 0.0 % (5 weeks); its newest 4 runs succeeded",
  },
  {
    name: "every fourth run has always failed",
    habit: hourly((_, nth) => (nth % 4 === 2 ? FAILED : {})),
    is: ["ok", null, null],
  },
  {
    name: "the same where the operator said that 95 of 100 must succeed",
    habit: hourly((_, nth) => (nth % 4 === 2 ? FAILED : {})),
    settings: { ownThresholds: ["rule_success_rate"] },
    is: ["degraded", "failures", "warning"],
    says: "deals: 18 of 24 runs succeeded (75.0 %)",
  },
  {
    name: "two of three have always failed: that is no state to be in",
    habit: hourly((_, nth) => (nth % 3 === 1 ? {} : FAILED)),
    is: ["degraded", "failures", "warning"],
  },
  {
    name: "the newest two failed, of a rule that never failed",
    habit: hourly((_, nth) => (nth <= 2 ? FAILED : {})),
    is: ["failing", null, "warning"],
  },
  {
    name: "the newest two failed, of a rule of which every other run fails",
    habit: hourly((_, nth) => (nth <= 2 || nth % 2 === 0 ? FAILED : {})),
    is: ["degraded", "failures", "warning"],
  },
  {
    name: "every fourth run fails since yesterday, and succeeds when it is started again minutes later",
    habit: {
      days: DAYS,
      everyMinutes: 10,
      startsAt: (at) =>
        at.getUTCMinutes() === 0 || (at.getUTCMinutes() === 10 && isSince(at, 24) && at.getUTCHours() % 4 === 1),
      change: (hoursAgo, _, at) => ({
        minutes: 5,
        ...(hoursAgo <= 24 && at.getUTCMinutes() === 0 && at.getUTCHours() % 4 === 1 ? FAILED : {}),
      }),
    },
    is: ["degraded", "retries", "info"],
    says: "deals: 6 of the newest 24 runs succeeded only when they were started again; 6 failures in 24 h",
  },
  {
    name: "known for six days: judged by its last runs only",
    habit: hourly((hoursAgo, nth) => ({ minutes: jitter(nth) * (hoursAgo <= 24 ? 2 : 1) }), 6),
    is: ["ok", null, null],
  },
];

describe("a rule against its own past", () => {
  test.each(cases)("$name", ({ habit, settings = {}, is, says }) => {
    const runs = listHabit(habit);
    const { rules, findings } = report(activity({ rules: [found("deals", runs)] }), {
      past: pastOf({ deals: runs }, habit.days),
      settings,
    });
    const [deals] = rules;
    expect([deals?.condition, deals?.degradation, deals?.severity]).toEqual(is);
    if (says !== undefined) expect(deals?.message).toBe(says);
    expect(findings.filter(({ rule_name: name }) => name === "deals")).toHaveLength(is[2] === null ? 0 : 1);
  });
});

test.each<{
  name: string;
  isLeftOut: (hour: number) => boolean;
  degradation: Degradation;
  says: string;
  also: Degradation[];
}>([
  {
    name: "slower, and three runs missed by night: slower comes first",
    isLeftOut: (hour) => hour >= 1 && hour < 4,
    degradation: "duration",
    says: "deals: 2.0 × slower than usual at these hours since 9 Jul 21:00: p50 20m, usually 10m (5 weeks); and 3 of 24 runs due in 24 h did not start, those due from 01:00 to 03:00; over: it runs again since 04:00",
    also: ["missed"],
  },
  {
    name: "slower, and half of the runs missed: these come first",
    isLeftOut: (hour) => hour % 2 === 1,
    degradation: "missed",
    says: "deals: 12 of 24 runs due in 24 h did not start, the last one due 19:00; fewer start than usual since 9 Jul 21:00; and 2.0 × slower than usual at these hours since 9 Jul 22:00: p50 20m, usually 10m (5 weeks)",
    also: ["duration"],
  },
])("one finding names all that is wrong: $name", ({ isLeftOut, degradation, says, also }) => {
  const runs = listHabit({
    ...hourly((hoursAgo, nth) => ({ minutes: jitter(nth) * (hoursAgo <= 24 ? 2 : 1) })),
    startsAt: (at) => !isSince(at, 24) || !isLeftOut(at.getUTCHours()),
  });
  const { rules, findings, recommendations } = report(
    activity({
      rules: [found("deals", runs)],
      declaredRules: [declared("deals", { schedules: [schedule("0 * * * *", {})] })],
    }),
    { past: pastOf({ deals: runs }, DAYS) },
  );
  expect(rules[0]).toMatchObject({ condition: "degraded", severity: "warning", degradation, message: says });
  const told = findings.filter(({ rule_name: name }) => name === "deals");
  expect(told.map(({ evidence }) => [evidence["degradation"], evidence["also"], evidence["missed"]])).toEqual([
    [degradation, also, degradation === "missed" ? 12 : 3],
  ]);
  const advice = recommendations.find(({ rule_name: name }) => name === "deals")?.recommendation;
  expect(advice).toContain("See what was changed in deals");
  expect(advice).toContain("See whether the scheduler or the worker of deals was down");
});

test("what is usual, each with the time that says so", () => {
  const runs = listHabit(
    hourly((_, nth) => ({ ...(nth % 50 === 10 ? FAILED : {}), minutes: jitter(nth), records: 500 })),
  );
  const { rules, metadata } = report(activity({ rules: [found("deals", runs)] }), {
    past: pastOf({ deals: runs }, DAYS),
  });
  expect(rules[0]?.usual).toMatchObject({
    known_days: DAYS,
    judged_by: "past",
    interval: { seconds: 3600, days: 35, limit_runs: 1.5 },
    duration: { seconds: expect.closeTo(600, 0), days: 35 },
    records: { records: 500, days: 35 },
    failures: { failed: 17, total: 840, days: 35 },
  });
  expect(metadata.past).toEqual({ known_days: DAYS, note: null });
});

test("what is wrong with a rule for days is no part of what is usual for it", () => {
  const usualOf = (habit: Habit) => {
    const runs = listHabit(habit);
    return report(activity({ rules: [found("deals", runs)] }), { past: pastOf({ deals: runs }, DAYS) }).rules[0];
  };
  // Ten days of failures, before them 32 known days of which one run failed.
  expect(usualOf(hourly((hoursAgo, nth) => (hoursAgo <= 240 || nth === 700 ? FAILED : {})))).toMatchObject({
    condition: "failing",
    usual: { interval: { seconds: 3600, days: 32 }, failures: { failed: 1, total: 768, days: 32 } },
  });
  const everyFiveMinutes = (hours: number): Habit => ({
    days: DAYS,
    everyMinutes: 5,
    startsAt: (at) => isSince(at, hours) || at.getUTCMinutes() === 0,
  });
  expect(usualOf(everyFiveMinutes(12))).toMatchObject({
    degradation: "too-often",
    usual: { interval: { seconds: 3600, days: 35 } },
  });
});

test("the limit that its past sets is explained, where nothing else sets one", () => {
  const runs = listHabit(hourly((_, nth) => ({ minutes: jitter(nth) })));
  const explain = (facts: Partial<ReadActivity>) =>
    explainRule(
      report(activity({ rules: [found("deals", runs)], ...facts }), { past: pastOf({ deals: runs }, DAYS) }),
      "deals",
      [],
      () => null,
    )?.limits.filter(({ name }) => name.includes("silence"));
  expect(explain({})).toEqual([
    {
      name: "warning after a silence of",
      seconds: 5400,
      from: "its past: 1.5 runs that usually start in such a time, longer at night and where it rests (5 weeks)",
    },
  ]);
  expect(explain({ declaredRules: [declared("deals", { schedules: [schedule("0 * * * *", {})] })] })).toEqual([]);
});

test("what the past cannot yet say is said once, and so is that it could not be read", () => {
  const runs = listHabit(hourly(() => ({}), 6));
  const facts = activity({ rules: [found("deals", runs), found("users", runs)] });
  const past = pastOf({ deals: runs, users: runs }, 6);
  expect(report(facts, { past }).metadata.past?.note).toBe(
    "known for 6 days: rules are judged by their last runs only",
  );
  expect(report(facts).metadata.past?.note).toBe("nothing is known: rules are judged by their last runs only");
});

describe("a rule that only the memory knows", () => {
  const gone = (daysAgo: number, everyMinutes = 60) =>
    listHabit({ days: DAYS, everyMinutes, startsAt: (at) => at.getTime() < NOW_MS - daysAgo * DAY_MS });
  const others = listHabit(hourly(() => ({})));
  const reportOn = (deals: RunRow[], options: { settings?: Partial<ReportSettings>; enabled?: boolean } = {}) => {
    const declaredRules =
      options.enabled === undefined
        ? []
        : [declared("deals", { enabled: options.enabled, schedules: [schedule("every 1 hours", {})] })];
    return report(activity({ rules: [found("users", others)], declaredRules }), {
      past: pastOf({ deals, users: others }, DAYS),
      settings: options.settings ?? {},
    }).rules.find(({ rule_name: name }) => name === "deals");
  };
  test("is not overdue where its last run is known to the hour only, and began in the minute of its schedule", () => {
    const startedMs = Date.parse("2026-07-02T05:29:10Z");
    const monthly = listHabit({
      days: 1,
      everyMinutes: 24 * 60,
      change: () => ({ startedMs, endedMs: startedMs + 50 * 60_000 }),
    });
    const past = pastOf({ deals: monthly, users: others }, DAYS);
    const withoutRuns = {
      ...past,
      rules: past.rules.map((rule) => (rule.rule === "deals" ? { ...rule, runs: [] } : rule)),
    };
    const { rules } = report(
      activity({
        rules: [found("users", others)],
        declaredRules: [declared("deals", { schedules: [schedule("29 5 2 * *")] })],
      }),
      { past: withoutRuns },
    );
    expect(rules.find(({ rule_name: name }) => name === "deals")).toMatchObject({ condition: "ok", severity: null });
  });
  test("is overdue, whatever else runs", () => {
    expect(reportOn(gone(20))).toMatchObject({ condition: "overdue", severity: "critical" });
  });
  test("is no milder later", () => {
    expect(reportOn(gone(27))).toMatchObject({ condition: "overdue", severity: "critical" });
  });
  test("is idle once it is disabled", () => {
    expect(reportOn(gone(20), { enabled: false })).toMatchObject({ condition: "idle", severity: null });
  });
  test("is idle once the operator calls it over", () => {
    const retiredRules = [{ rule: "deals", sinceMs: NOW_MS - DAY_MS }];
    expect(reportOn(gone(20), { settings: { retiredRules } })).toMatchObject({ condition: "idle", severity: null });
  });
  test("is judged again when it has run since", () => {
    const retiredRules = [{ rule: "deals", sinceMs: NOW_MS - 25 * DAY_MS }];
    expect(reportOn(gone(20), { settings: { retiredRules } })).toMatchObject({ condition: "overdue" });
  });
  test("is not told where it is excluded", () => {
    expect(reportOn(gone(20), { settings: { excludedRules: ["deals"] } })).toBeUndefined();
  });
  test("names the rule that began where it ended, with the same rhythm", () => {
    const deals = gone(10);
    const renamed = listHabit({ days: 10, everyMinutes: 60 });
    const { rules } = report(activity({ rules: [found("users", others), found("deals_v2", renamed)] }), {
      past: pastOf({ deals, users: others, deals_v2: renamed }, DAYS),
    });
    const told = rules.find(({ rule_name: name }) => name === "deals");
    expect(told).toMatchObject({ condition: "overdue", severity: "warning" });
    expect(told?.message).toEndWith("deals_v2 began 30 Jun 21:00 with the same rhythm, and is probably its new name");
  });
  test.each([
    { name: "after 118 days, of which two nights of it are told hour by hour", goneDays: 118 },
    { name: "after 120 days", goneDays: 120 },
    { name: "after 200 days, which no hour tells any more", goneDays: 200 },
    {
      name: "but not where the memory knows no more of it than its newest rows",
      goneDays: 200,
      known: 20,
      isNamed: false,
    },
  ])("names it, $name", ({ goneDays, known = 50, isNamed = true }) => {
    const nightly = (fromDays: number, toDays: number) =>
      listHabit({
        days: fromDays,
        everyMinutes: 24 * 60,
        startsAt: (at) => at.getTime() < NOW_MS - toDays * DAY_MS,
      });
    const [deals, renamed, always] = [nightly(goneDays + known, goneDays), nightly(goneDays, 0), nightly(300, 0)];
    const { rules } = report(
      activity({ rules: [found("deals", deals), found("deals_v2", renamed), found("users", always)] }),
      {
        past: pastOf({ deals, deals_v2: renamed, users: always }, 300),
      },
    );
    const told = rules.find(({ rule_name: name }) => name === "deals");
    expect(told).toMatchObject({ condition: "overdue", severity: isNamed ? "warning" : "critical" });
    expect(told?.message.includes("; deals_v2 began ")).toBe(isNamed);
  });
});

describe("a table that was emptied", () => {
  const runs = listHabit(hourly(() => ({})));
  const empty = { ...found("deals", runs), current: emptyCounts(), previous: emptyCounts(), startsMs: [], runs: [] };
  // As the memory knows it: its newest run is hardly an hour old.
  const emptied = activity({
    rules: [{ ...empty, newestStartMs: NOW_MS - HOUR_MS, lastSuccessMs: NOW_MS - 50 * 60_000 }],
  });
  test("what is remembered of the window is said to be missing", () => {
    const { findings } = report(emptied, { past: pastOf({ deals: runs }, DAYS) });
    expect(findings.find(({ id }) => id === "no-data")).toMatchObject({
      severity: "warning",
      message:
        "Nothing ran in 24 h; the last success 50m ago; 24 runs of this window are remembered and no longer in the table: was it purged, or is it another one?",
    });
  });
});

describe("the CRM as a whole", () => {
  const rulesOf = (change: NonNullable<Habit["change"]>) => {
    const names = ["calls", "deals", "users", "tasks"];
    return Object.fromEntries(names.map((name) => [name, listHabit(hourly(change))]));
  };
  const idsOf = (change: NonNullable<Habit["change"]>, settings: Partial<ReportSettings> = {}) => {
    const runs = rulesOf(change);
    const rules = Object.entries(runs).map(([name, all]) => found(name, all));
    return report(activity({ rules }), { past: pastOf(runs, DAYS), settings }).findings.map(({ id }) => id);
  };
  const oneInEight: NonNullable<Habit["change"]> = (_, nth) => (nth % 8 === 4 ? FAILED : {});
  test("fails as it always did", () => expect(idsOf(oneInEight)).not.toContain("success-rate-low"));
  test("failed for half a day three days ago, and today all is well", () => {
    const ids = idsOf((hoursAgo) => (hoursAgo > 60 && hoursAgo <= 72 ? FAILED : {}));
    expect(ids.filter((id) => ["success-rate-low", "failures-many", "success-rate-fell"].includes(id))).toEqual([]);
  });
  test("fails more than usual, and no more than the operator accepts", () => {
    const half: Partial<ReportSettings> = {
      thresholds: { ...settingsOf(crmConfig("sqlite:x")).thresholds, success_rate: 0.5 },
      ownThresholds: ["success_rate"],
    };
    const everyFourth: NonNullable<Habit["change"]> = (hoursAgo, nth) =>
      hoursAgo <= 24 && nth % 4 === 1 ? FAILED : {};
    expect(idsOf(everyFourth)).toContain("failures-many");
    expect(idsOf(everyFourth, half)).not.toContain("failures-many");
    expect(idsOf(everyFourth, half)).not.toContain("success-rate-low");
  });
  test("fails as it always did, and the operator wants better", () =>
    expect(idsOf(oneInEight, { ownThresholds: ["success_rate"] })).toContain("success-rate-low"));
  test("fails more than it did", () =>
    expect(idsOf((hoursAgo, nth) => (hoursAgo <= 24 && nth % 8 === 4 ? FAILED : {}))).toContain("success-rate-low"));
});
