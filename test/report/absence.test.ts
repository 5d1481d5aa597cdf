/** What did not run: of each rule one finding, the one that says most. */
import { describe, expect, test } from "bun:test";
import type { ReadActivity } from "../../src/report/activity.ts";
import type { ReportSettings } from "../../src/report/settings.ts";
import { activity, declared, report, rule, schedule } from "../making/activities.ts";
import { WINDOW } from "../making/reports.ts";

const HOUR_MS = 3_600_000;
const ago = (hours: number) => WINDOW.endMs - hours * HOUR_MS;
const runs = (...hoursAgo: number[]) => hoursAgo.map(ago).toReversed();
const minutesAgo = (...minutes: number[]) => minutes.map((each) => WINDOW.endMs - each * 60_000);
const hourly = runs(...Array.from({ length: 24 }, (_, index) => index + 0.5));

/** Something else runs, so that the CRM as a whole is not silent. */
const alive = rule("alive", { success: 24 }, { startsMs: hourly, lastSuccessMs: ago(0.5), previous: { success: 24 } });

const ONCE_A_WEEK = {
  lastSuccessMs: ago(100),
  newestStartMs: ago(100),
  lookback: { startsMs: [100, 268, 436, 604].map(ago), stuck: 0, weekStartsMs: [268, 436, 604].map(ago) },
};

type Case = {
  name: string;
  facts: Partial<ReadActivity>;
  settings?: Partial<ReportSettings>;
  found: [id: string, severity: string, message: string][];
};

const every = (text: string) => ({ schedules: [schedule(text)] });

const CASES: Case[] = [
  {
    name: "all is well",
    facts: { rules: [alive], declaredRules: [declared("alive", every("every 1 hours"))] },
    found: [],
  },
  {
    name: "a success exactly as old as the warning's limit",
    facts: {
      rules: [alive, rule("deals", { success: 8 }, { startsMs: null, lastSuccessMs: ago(6) })],
      declaredRules: [declared("deals", every("every 4 hours"))],
    },
    found: [],
  },
  {
    name: "a minute older",
    facts: {
      rules: [alive, rule("deals", { success: 8 }, { startsMs: null, lastSuccessMs: ago(6) - 60_000 })],
      declaredRules: [declared("deals", every("every 4 hours"))],
    },
    found: [
      [
        "rule-overdue",
        "warning",
        "deals: last success 6h 01m ago, expected within 6h 00m by its schedule; 8 runs ended in 24 h",
      ],
    ],
  },
  {
    name: "older than the error's limit, and missed: said once",
    facts: {
      rules: [alive, rule("deals", {}, { lastSuccessMs: ago(30), previous: { success: 4 } })],
      declaredRules: [declared("deals", every("every 4 hours"))],
    },
    found: [
      [
        "rule-overdue",
        "critical",
        "deals: last success 1d 06h ago, expected within 12h 00m by its schedule; no run in 24 h",
      ],
    ],
  },
  {
    name: "a rule whose failing runs are a finding is not overdue besides",
    facts: {
      rules: [alive, rule("deals", { failed: 6 }, { startsMs: runs(2, 6, 10, 14, 18, 22), lastSuccessMs: ago(30) })],
      declaredRules: [declared("deals", every("every 4 hours"))],
    },
    found: [["rule-success-rate-low", "critical", "deals: 0 of 6 runs succeeded (0.0 %), the last success 1d 06h ago"]],
  },
  {
    name: "runs missed while the last success is fresh",
    facts: {
      rules: [
        alive,
        rule(
          "deals",
          { success: 18 },
          { startsMs: hourly.filter((_, index) => index < 3 || index > 8), lastSuccessMs: ago(0.5) },
        ),
      ],
      declaredRules: [declared("deals", { schedules: [schedule("30 * * * *")] })],
    },
    found: [
      [
        "runs-missed",
        "warning",
        "deals: 6 of 24 runs expected in 24 h did not happen, the last one due 10 Jul 2026 05:30",
      ],
    ],
  },
  {
    name: "one of many missed warns nobody",
    facts: {
      rules: [
        alive,
        rule("deals", { success: 23 }, { startsMs: hourly.filter((_, index) => index !== 5), lastSuccessMs: ago(0.5) }),
      ],
      declaredRules: [declared("deals", { schedules: [schedule("30 * * * *")] })],
    },
    found: [
      [
        "runs-missed",
        "info",
        "deals: 1 of 24 runs expected in 24 h did not happen, the last one due 10 Jul 2026 02:30",
      ],
    ],
  },
  {
    name: "a declared rule that never ran",
    facts: {
      rules: [alive],
      lookback: "each-rule",
      declaredRules: [declared("alive"), declared("deals", every("every 4 hours"))],
    },
    found: [["never-ran", "warning", "deals: never ran in 30 days, 6 runs expected in this window"]],
  },
  {
    name: "without a look-back nobody knows that it never ran",
    facts: {
      rules: [alive],
      lookback: "none",
      declaredRules: [declared("alive"), declared("deals", every("every 4 hours"))],
    },
    found: [["runs-missed", "warning", "deals: 5 of 6 runs expected in 24 h did not happen"]],
  },
  {
    name: "a disabled rule is expected by nobody",
    facts: {
      rules: [alive],
      lookback: "each-rule",
      declaredRules: [declared("alive"), declared("deals", { enabled: false })],
    },
    found: [],
  },
  {
    name: "silent since the window before, nothing known of its rhythm",
    facts: { rules: [alive, rule("deals", {}, { previous: { failed: 3 } })] },
    found: [["rule-silent", "warning", "deals: no run in 24 h, 3 runs in the 24 h before"]],
  },
  {
    name: "a weekly rule is not silent on the other days",
    facts: {
      rules: [
        alive,
        rule(
          "weekly",
          {},
          {
            lastSuccessMs: ago(40),
            newestStartMs: ago(40),
            previous: { success: 3 },
            lookback: { startsMs: [40, 208, 376, 544].map(ago), stuck: 0, weekStartsMs: [208, 376, 544].map(ago) },
          },
        ),
      ],
    },
    found: [],
  },
  {
    name: "where the whole CRM is silent, that is one finding; what is usual makes it no critical one",
    facts: {
      rules: [
        rule("a", {}, { previous: { success: 9 }, lastSuccessMs: ago(30) }),
        rule("b", {}, { previous: { success: 9 } }),
      ],
    },
    found: [["no-data", "warning", "Nothing ran in 24 h; the last success 1d 06h ago"]],
  },
  {
    name: "a silent CRM with schedules: what was expected is said",
    facts: {
      rules: [rule("a", {}, { previous: { success: 6 }, lastSuccessMs: ago(25) })],
      declaredRules: [declared("a", every("every 4 hours")), declared("b", { schedules: [schedule("30 */2 * * *")] })],
    },
    found: [
      [
        "no-data",
        "critical",
        "Nothing ran in 24 h; a: last success 1d 01h ago, expected within 12h 00m by its schedule; 17 of 17 runs expected did not happen",
      ],
    ],
  },
  {
    name: "a CRM so long silent that no success is known, but its schedules",
    facts: { rules: [], declaredRules: [declared("a", every("every 4 hours"))] },
    found: [["no-data", "critical", "Nothing ran in 24 h; 5 of 5 runs expected did not happen"]],
  },
  {
    name: "a CRM that rests no longer than it usually does warns nobody",
    facts: {
      rules: [rule("weekly", {}, ONCE_A_WEEK)],
    },
    found: [["no-data", "info", "Nothing ran in 24 h; the last success 4d 04h ago"]],
  },
  {
    name: "a CRM that rests no longer than it usually does, but for a run that was skipped",
    facts: {
      rules: [rule("weekly", { skipped: 1 }, ONCE_A_WEEK)],
    },
    found: [["no-data", "warning", "Nothing finished in 24 h; 1 skipped; the last success 4d 04h ago"]],
  },
  {
    name: "a CRM in which nothing ran, for no longer than the configuration allows",
    facts: {
      rules: [
        rule("weekly", {}, { lastSuccessMs: ago(100), lookback: { startsMs: [ago(100)], stuck: 0, weekStartsMs: [] } }),
      ],
    },
    settings: { freshness: { warnAfterMs: 200 * HOUR_MS, errorAfterMs: null } },
    found: [["no-data", "info", "Nothing ran in 24 h; the last success 4d 04h ago"]],
  },
  {
    name: "a rule of every minute",
    facts: {
      rules: [
        alive,
        rule(
          "deals",
          { success: 3 },
          {
            startsMs: minutesAgo(122, 121, 120),
            previousStartMs: ago(24),
            lastSuccessMs: ago(2),
            newestStartMs: ago(2),
            lookback: { startsMs: minutesAgo(3600, 3601, 3602), stuck: 0, weekStartsMs: [] },
          },
        ),
      ],
    },
    found: [
      [
        "rule-overdue",
        "warning",
        "deals: last success 2h 00m ago, expected within 30m 00s by its usual interval; 3 runs ended in 24 h",
      ],
    ],
  },
  {
    name: "a CRM in which nothing ran, and much did in the same window a week before",
    facts: {
      rules: [
        rule(
          "daily",
          {},
          {
            lastSuccessMs: ago(40),
            previousStartMs: ago(40),
            newestStartMs: ago(40),
            lookback: { startsMs: [64, 88, 112, 136].map(ago), stuck: 0, weekStartsMs: [184, 208].map(ago) },
          },
        ),
      ],
    },
    found: [["no-data", "warning", "Nothing ran in 24 h; the last success 1d 16h ago"]],
  },
  {
    name: "a rule that succeeded at first and fails since: its age makes it critical",
    facts: {
      rules: [
        alive,
        rule(
          "deals",
          { success: 15, failed: 9 },
          { startsMs: hourly, lastSuccessMs: ago(9.5), newestError: "HTTP 401" },
        ),
      ],
      declaredRules: [declared("deals", every("every 1 hours"))],
    },
    found: [
      ["rule-success-rate-low", "critical", "deals: 15 of 24 runs succeeded (62.5 %), the last success 9h 30m ago"],
    ],
  },
  {
    name: "a run that never ended is why its rule is overdue: said once",
    facts: {
      rules: [
        alive,
        rule(
          "deals",
          { success: 3, running: 1 },
          { startsMs: null, lastSuccessMs: ago(13), running: [{ startedMs: ago(12.5), id: "7" }] },
        ),
      ],
      declaredRules: [declared("deals", every("every 4 hours"))],
    },
    found: [
      [
        "rule-overdue",
        "critical",
        "deals: running since 10 Jul 2026 08:30 and not ended; last success 13h 00m ago, expected within 12h 00m by its schedule; 3 runs ended in 24 h",
      ],
    ],
  },
  {
    name: "a run that never ended and began before the last success is not why its rule is overdue",
    facts: {
      rules: [
        alive,
        rule(
          "deals",
          { failed: 2 },
          { startsMs: null, lastSuccessMs: ago(26), runningBefore: [{ startedMs: ago(40), id: "7" }] },
        ),
      ],
      declaredRules: [declared("deals", every("every 4 hours"))],
    },
    found: [
      [
        "rule-overdue",
        "critical",
        "deals: last success 1d 02h ago, expected within 12h 00m by its schedule; 2 runs ended in 24 h",
      ],
      ["stale-actions", "warning", "1 run started and never ended: deals, the oldest since 9 Jul 2026 05:00"],
    ],
  },
  {
    name: "while one run goes on, each overdue rule is told of for itself, and the CRM's silence warns",
    facts: {
      rules: [
        rule("a", { running: 1 }, { running: [{ startedMs: ago(0.1), id: "7" }] }),
        rule("b", {}, { lastSuccessMs: ago(30), previous: { success: 4 } }),
      ],
      declaredRules: [declared("b", every("every 4 hours"))],
    },
    found: [
      [
        "rule-overdue",
        "critical",
        "b: last success 1d 06h ago, expected within 12h 00m by its schedule; no run in 24 h",
      ],
      [
        "no-data",
        "warning",
        "Nothing finished in 24 h; 1 still running; the last success 1d 06h ago; 5 of 5 runs expected did not happen",
      ],
    ],
  },
  {
    name: "a run that began before the window and never ended",
    facts: { rules: [alive, rule("deals", {}, { runningBefore: [{ startedMs: ago(30), id: "7" }] })] },
    found: [["stale-actions", "warning", "1 run started and never ended: deals, the oldest since 9 Jul 2026 15:00"]],
  },
  {
    name: "a schedule that is not understood is listed, not guessed",
    facts: { rules: [alive], declaredRules: [declared("alive", { schedules: [schedule("when somebody asks")] })] },
    found: [
      [
        "schedule-inexpressible",
        "info",
        expect.stringMatching(/^alive: its schedule is not understood and not compared: /) as never,
      ],
    ],
  },
  {
    name: "what the configuration expects wins over the schedule",
    facts: { rules: [alive], declaredRules: [declared("alive", every("every 5 minutes"))] },
    settings: { rules: { alive: { expect: "30 * * * *", warnAfterMs: null, errorAfterMs: null, staleAfterMs: null } } },
    found: [],
  },
  {
    name: "half of the runs start late",
    facts: {
      rules: [
        alive,
        rule(
          "deals",
          { success: 24 },
          {
            startsMs: hourly.map((startedMs, index) => startedMs + (index % 2) * 900_000),
            lastSuccessMs: ago(0.5),
          },
        ),
      ],
      declaredRules: [declared("deals", { schedules: [schedule("30 * * * *")] })],
    },
    found: [["runs-late", "info", "deals: 12 of 24 runs expected in 24 h started late"]],
  },
  {
    name: "three times as often as in the window before, and ten more",
    facts: {
      rules: [
        alive,
        rule("deals", { success: 41 }, { startsMs: null, lastSuccessMs: ago(0.5), previous: { success: 10 } }),
      ],
    },
    found: [["runs-too-often", "warning", "deals: 41 runs in 24 h, 10 in the window before"]],
  },
  {
    name: "as often as it usually runs, after a window in which it rested",
    facts: {
      rules: [
        alive,
        rule(
          "deals",
          { success: 41 },
          {
            startsMs: null,
            lastSuccessMs: ago(0.5),
            previous: { success: 10 },
            lookback: { startsMs: [60, 60.25, 60.5, 60.75].map(ago), stuck: 0, weekStartsMs: [] },
          },
        ),
      ],
    },
    found: [],
  },
  {
    name: "three times as often as it usually runs, and ten more",
    facts: {
      rules: [
        alive,
        rule(
          "deals",
          { success: 73 },
          {
            startsMs: null,
            lastSuccessMs: ago(0.5),
            previous: { success: 10 },
            lookback: { startsMs: [60, 61, 62, 63].map(ago), stuck: 0, weekStartsMs: [] },
          },
        ),
      ],
    },
    found: [["runs-too-often", "warning", "deals: 73 runs in 24 h, 24 at its usual pace"]],
  },
];

describe.each(CASES)("$name", ({ facts, settings = {}, found }) => {
  const made = report(activity(facts), { settings });

  test("is found once, or not at all", () => {
    const about = made.findings.filter(
      ({ id }) => !["success-rate-low", "utilization-low", "rule-undeclared"].includes(id),
    );
    expect(about.map(({ id, severity, message }) => [id, severity, message])).toEqual(found as never);
  });
});

test("where most failures have one cause, that is advised on once, and nothing else about the rate", () => {
  const error = "HTTP 401 Unauthorized: token expired";
  const failing = ["a", "b"].map((name) => rule(name, { failed: 6 }, { newestError: error, startsMs: null }));
  const failures = failing.map(({ rule: name }) => ({
    rule: name,
    message: error,
    n: 6,
    firstMs: ago(9),
    lastMs: ago(1),
    current: true,
    minutes: [],
  }));
  const { findings, recommendations } = report(activity({ rules: [alive, ...failing], failures }));
  expect(findings.map(({ id }) => id)).toContain("success-rate-low");
  expect(findings.find(({ id }) => id === "failures-many")?.message).toBe("12 of 36 runs failed in 24 h, all alike");
  expect(recommendations.map(({ recommendation }) => recommendation)).toEqual([
    `Look at what they share: ${error}; renew its credentials`,
  ]);
});

test("at most ten recommendations, most urgent first, and rules that fail alike are advised on once", () => {
  const failing = Array.from({ length: 6 }, (_, index) =>
    rule(
      `r${index}`,
      { failed: 5 },
      { newestError: `HTTP 429 Too Many Requests: retry in ${index} s`, startsMs: null },
    ),
  );
  const silent = Array.from({ length: 12 }, (_, index) => rule(`s${index}`, {}, { previous: { success: 9 } }));
  const { recommendations, findings } = report(activity({ rules: [...failing, ...silent] }));
  expect(findings.length).toBeGreaterThan(18);
  expect(recommendations).toHaveLength(10);
  const reviews = recommendations.filter(({ id }) => id === "review-rule");
  expect(reviews.map(({ rule_name, recommendation }) => [rule_name, recommendation])).toEqual([
    [
      "r0",
      "Look at the newest error of r0: HTTP 429 Too Many Requests: retry in 0 s; lower its request rate or spread its schedule. The same of r1, r2, r3, r4, r5",
    ],
  ]);
});
