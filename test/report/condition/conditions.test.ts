/** The condition of a rule, by its newest runs and its schedule. The window ends at 21:00 UTC. */
import { describe, expect, test } from "bun:test";
import type { ReadActivity, RuleActivity } from "../../../src/report/activity.ts";
import type { ReportSettings } from "../../../src/report/settings.ts";
import type { Condition, Severity } from "../../../src/report/words.ts";
import { activity, declared, report, schedule } from "../../making/activities.ts";
import { ruleOf, type Strip } from "../../making/rules.ts";
import { WINDOW } from "../../making/reports.ts";

const HOUR_MS = 3_600_000;
const DAY = 24 * 60;
const s = (n: number) => "s".repeat(n);

type Case = {
  name: string;
  strip: Strip;
  override?: Partial<RuleActivity>;
  /** The rule's schedule; none: nobody says when it runs. */
  due?: string;
  changedHoursAgo?: number;
  enabled?: boolean;
  settings?: Partial<ReportSettings>;
  facts?: Partial<ReadActivity>;
  is: [condition: Condition, severity: Severity | null];
  says?: string;
};

const cases: Record<string, Case[]> = {
  "by its newest runs": [
    { name: "all is well", strip: { runs: s(24), everyMinutes: 60 }, due: "every 1 hours", is: ["ok", null] },
    {
      name: "one failure of a rule that runs every 15 minutes is a line and no warning",
      strip: { runs: `${s(199)}f`, everyMinutes: 15, error: "HTTP 503" },
      due: "every 15 minutes",
      is: ["failing", "info"],
      says: "deals: its newest run failed at 20:55; last success 20:40",
    },
    {
      name: "nor is it one of a rule that runs by day only, although it rests for 14 hours",
      strip: { runs: `${s(30)}${".".repeat(27)}${s(12)}f`, everyMinutes: 30 },
      is: ["failing", "info"],
    },
    {
      name: "two in a row are a warning",
      strip: { runs: `${s(22)}ff`, everyMinutes: 15 },
      due: "every 15 minutes",
      is: ["failing", "warning"],
    },
    {
      name: "three are critical",
      strip: { runs: `${s(21)}fff`, everyMinutes: 15 },
      due: "every 15 minutes",
      is: ["failing", "critical"],
      says: "deals: its newest 3 runs failed, since 20:25; last success 20:10",
    },
    {
      name: "the nightly run that failed last night is told at once",
      strip: { runs: `${s(10)}f`, everyMinutes: DAY, startedMinutesAgo: 18 * 60, error: "HTTP 401" },
      due: "0 3 * * *",
      is: ["failing", "warning"],
    },
    {
      name: "the second of two daily runs has failed for ten days, and just succeeded the first",
      strip: { runs: "sfsfsfsfsfsfsfsfsfsfs", everyMinutes: 12 * 60, startedMinutesAgo: 30 },
      due: "30 8,20 * * *",
      is: ["degraded", "warning"],
      says: "deals: 10 of its newest 21 runs failed, the last one 08:35",
    },
    {
      name: "one failure of six is no warning",
      strip: { runs: "sssfss", everyMinutes: 240 },
      due: "every 4 hours",
      is: ["ok", null],
    },
    {
      name: "one old failure does not hide that the rule stopped",
      strip: { runs: "ssfsss", everyMinutes: 60, startedMinutesAgo: 9 * 60 },
      due: "every 1 hours",
      is: ["overdue", "critical"],
    },
    {
      name: "nor does it hide that two runs did not start",
      strip: { runs: `${s(30)}f`, everyMinutes: 60, startedMinutesAgo: 180 },
      due: "0 * * * *",
      is: ["overdue", "warning"],
      says: "deals: last success 3h 55m ago, due hourly at :00, 2 runs did not start; its newest run failed at 18:05",
    },
    {
      name: "one that has failed often is not less so because two runs did not start",
      strip: { runs: `${s(30)}ff`, everyMinutes: 60, startedMinutesAgo: 180 },
      due: "0 * * * *",
      is: ["failing", "critical"],
      says: "deals: its newest 2 runs failed, since 17:05; last success 16:05; 2 runs due since then did not start",
    },
    {
      name: "a nightly run failed, and the next did not start",
      strip: { runs: `${s(30)}f`, everyMinutes: DAY, startedMinutesAgo: DAY + 9 * 60 },
      due: "0 12 * * *",
      is: ["failing", "warning"],
      says: "deals: its newest run failed at 9 Jul 12:05; last success 8 Jul 12:05; 1 run due since then did not start",
    },
    {
      name: "nor did the one after it",
      strip: { runs: `${s(30)}f`, everyMinutes: DAY, startedMinutesAgo: 2 * DAY + 9 * 60 },
      due: "0 12 * * *",
      is: ["overdue", "critical"],
    },
    {
      name: "runs that end only in part are failures, and warn",
      strip: { runs: `${s(20)}pppp`, everyMinutes: 60 },
      due: "every 1 hours",
      is: ["failing", "warning"],
      says: "deals: its newest 4 runs ended only in part, since 17:55; last success 16:55",
    },
    {
      name: "three attempts for each run, the third succeeds",
      strip: { runs: `ffs${".".repeat(27)}`.repeat(24), everyMinutes: 2, tookMinutes: 1, startedMinutesAgo: 0 },
      due: "0 * * * *",
      is: ["degraded", "warning"],
    },
  ],
  "by its schedule": [
    {
      name: "a quarter of an hour late is not overdue",
      strip: { runs: s(24), everyMinutes: 60, startedMinutesAgo: 75 },
      due: "every 1 hours",
      is: ["ok", null],
    },
    {
      name: "half an hour and a minute late warns",
      strip: { runs: s(24), everyMinutes: 60, startedMinutesAgo: 91 },
      due: "every 1 hours",
      is: ["overdue", "warning"],
      says: "deals: last success 1h 26m ago, due every 1h, 1 run did not start",
    },
    {
      name: "two hours and a minute late is critical",
      strip: { runs: s(20), everyMinutes: 60, startedMinutesAgo: 181 },
      due: "every 1 hours",
      is: ["overdue", "critical"],
    },
    {
      name: "silent for forty days is as critical as for four",
      strip: { runs: s(20), everyMinutes: 60, startedMinutesAgo: 40 * DAY },
      due: "every 1 hours",
      is: ["overdue", "critical"],
    },
    {
      name: "a daily run that did not start six hours ago",
      strip: { runs: s(20), everyMinutes: DAY, startedMinutesAgo: 30 * 60 },
      due: "0 15 * * *",
      is: ["overdue", "warning"],
    },
    {
      name: "a daily run due at the report's own minute is not waited for",
      strip: { runs: s(20), everyMinutes: DAY, startedMinutesAgo: DAY },
      due: "0 21 * * *",
      is: ["ok", null],
    },
    {
      name: "nor one whose worker was two seconds early yesterday",
      strip: { runs: s(20), everyMinutes: DAY, startedMinutesAgo: DAY + 1 / 30 },
      due: "0 21 * * *",
      is: ["ok", null],
    },
    {
      name: "an hourly run of fifty minutes is young ten minutes before its next end",
      strip: { runs: `${s(24)}r`, everyMinutes: 60, startedMinutesAgo: 0.1, tookMinutes: 50 },
      due: "0 * * * *",
      is: ["running", null],
    },
    {
      name: "overlapping runs that all succeed are told, and no outage",
      strip: { runs: `${s(24)}rrr`, everyMinutes: 60, startedMinutesAgo: 60, tookMinutes: 210 },
      due: "0 * * * *",
      is: ["degraded", "info"],
    },
    {
      name: "never ran, and nothing runs that could be it",
      strip: { runs: "", everyMinutes: 60 },
      due: "every 1 hours",
      override: { lookback: null },
      facts: { rules: [] },
      is: ["never", "critical"],
    },
    {
      name: "a schedule made half an hour ago is not waited for",
      strip: { runs: "", everyMinutes: 60 },
      due: "every 1 hours",
      changedHoursAgo: 0.5,
      facts: { rules: [] },
      is: ["idle", null],
    },
    {
      name: "changed an hour ago from hourly to every five minutes: nothing was missed",
      strip: { runs: s(12), everyMinutes: 5, startedMinutesAgo: 3, tookMinutes: 1 },
      due: "every 5 minutes",
      changedHoursAgo: 1,
      is: ["ok", null],
    },
    {
      name: "a row that is written every minute excuses no silence",
      strip: { runs: s(20), everyMinutes: 60, startedMinutesAgo: 4 * DAY },
      due: "every 1 hours",
      changedHoursAgo: 0.01,
      is: ["overdue", "critical"],
    },
    {
      name: "one of 48 missed in a day is told and warns nobody",
      strip: { runs: `${s(20)}.${s(30)}`, everyMinutes: 30 },
      due: "every 30 minutes",
      is: ["degraded", "info"],
    },
    {
      name: "a disabled rule that does not run",
      strip: { runs: s(3), everyMinutes: 60, startedMinutesAgo: 3 * DAY },
      due: "every 1 hours",
      enabled: false,
      is: ["idle", null],
    },
    {
      name: "a disabled rule that runs",
      strip: { runs: s(16), everyMinutes: 60 },
      due: "every 1 hours",
      enabled: false,
      is: ["idle", "info"],
      says: "deals: disabled, and yet 16 runs ended in the window",
    },
  ],
  "by how long a run is open": [
    {
      name: "thirteen hours into a run that always takes fourteen",
      strip: { runs: `${s(20)}r`, everyMinutes: DAY, startedMinutesAgo: 13 * 60, tookMinutes: 14 * 60 },
      due: "0 8 * * *",
      is: ["running", null],
    },
    {
      name: "a minute's work open for three hours, nothing ended since",
      strip: { runs: `${s(20)}r`, everyMinutes: 180, startedMinutesAgo: 179, tookMinutes: 1 },
      is: ["stuck", "warning"],
    },
    {
      name: "and a run left open days before excuses it not",
      strip: { runs: `${s(3)}r${s(20)}r`, everyMinutes: 180, startedMinutesAgo: 179, tookMinutes: 1 },
      is: ["stuck", "warning"],
      says: "deals: a run started 18:01 and has not ended for 2h 59m (limit 10m)",
    },
    {
      name: "six runs hang, and the one before the first of them ended after that one's start",
      strip: { runs: `${s(20)}rrrrrr`, everyMinutes: 60, tookMinutes: 90 },
      due: "every 1 hours",
      is: ["overdue", "critical"],
      says: "deals: its run of 15:50 has not ended; last success 4h 40m ago, due every 1h",
    },
    {
      name: "left open while later runs end: the rule is well",
      strip: { runs: `${s(20)}r${s(10)}`, everyMinutes: 60, tookMinutes: 1 },
      due: "every 1 hours",
      is: ["ok", null],
    },
  ],
  "by the configuration": [
    {
      name: "an age just allowed",
      strip: { runs: s(20), everyMinutes: 60, startedMinutesAgo: 125 },
      settings: { freshness: { warnAfterMs: 2 * HOUR_MS, errorAfterMs: null } },
      is: ["ok", null],
    },
    {
      name: "a minute older",
      strip: { runs: s(20), everyMinutes: 60, startedMinutesAgo: 126 },
      settings: { freshness: { warnAfterMs: 2 * HOUR_MS, errorAfterMs: null } },
      is: ["overdue", "warning"],
      says: "deals: last success 2h 01m ago, expected within 2h by the configuration",
    },
  ],
  "by its records": [
    {
      name: "one run of nothing, of a rule that runs every half hour by day only",
      strip: { runs: `${s(30)}${".".repeat(27)}${s(13)}`, everyMinutes: 30 },
      override: { emptyStreak: { n: 1, written: 0, sinceMs: WINDOW.endMs - 5 * 60_000, usual: 500, fullHours: [] } },
      is: ["ok", null],
    },
    {
      name: "the nightly run brought nothing",
      strip: { runs: s(20), everyMinutes: DAY, startedMinutesAgo: 18 * 60 },
      due: "0 3 * * *",
      override: {
        emptyStreak: { n: 1, written: 0, sinceMs: WINDOW.endMs - 18 * HOUR_MS, usual: 250_000, fullHours: [] },
      },
      is: ["empty", "warning"],
      says: "deals: 1 run succeeded with 0 records since 03:00, usually 250,000 a run",
    },
    {
      name: "an hour of nothing by night, as the night before",
      strip: { runs: s(100), everyMinutes: 15 },
      due: "every 15 minutes",
      override: { emptyStreak: { n: 4, written: 0, sinceMs: WINDOW.endMs - HOUR_MS, usual: 10_000, fullHours: [] } },
      is: ["ok", null],
    },
    {
      name: "22 hours of nothing, where the day before brought something in each of them",
      strip: { runs: s(24), everyMinutes: 60 },
      due: "every 1 hours",
      override: {
        emptyStreak: {
          n: 22,
          written: 0,
          sinceMs: WINDOW.endMs - 22 * HOUR_MS,
          usual: 10_000,
          fullHours: Array.from({ length: 26 }, (_, index) => WINDOW.endMs / HOUR_MS - 48 + index),
        },
      },
      is: ["empty", "warning"],
    },
    {
      name: "a rule that usually brings a few may find nothing",
      strip: { runs: s(20), everyMinutes: DAY, startedMinutesAgo: 18 * 60 },
      due: "0 3 * * *",
      override: { emptyStreak: { n: 3, written: 0, sinceMs: WINDOW.endMs - 60 * HOUR_MS, usual: 99, fullHours: [] } },
      is: ["ok", null],
    },
  ],
};

describe.each(Object.entries(cases))("%s", (_, table) => {
  test.each(table)("$name", (one) => {
    const { rules } = report(
      activity({
        rules: one.facts?.rules ?? [ruleOf("deals", one.strip, one.override ?? {})],
        declaredRules:
          one.due === undefined
            ? []
            : [
                declared("deals", {
                  enabled: one.enabled ?? true,
                  schedules: [
                    schedule(one.due, {
                      changedMs:
                        one.changedHoursAgo === undefined ? null : WINDOW.endMs - one.changedHoursAgo * HOUR_MS,
                    }),
                  ],
                }),
              ],
      }),
      one.settings === undefined ? {} : { settings: one.settings },
    );
    const [deals] = rules;
    expect([deals?.condition, deals?.severity]).toEqual([...one.is]);
    if (one.says !== undefined) expect(deals?.message).toBe(one.says);
  });
});
