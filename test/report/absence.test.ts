/** What did not run: of each rule one finding, the one that says most. */
import { describe, expect, test } from "bun:test";
import { activity, declared, goingOn, report, rule, schedule } from "../making/activities.ts";
import { ago, alive, every, type FindingCase, hourly, listFound, minutesAgo, runs } from "../making/findings.ts";

const CASES: FindingCase[] = [
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
    name: "a declared rule that never ran, where only the newest rows were looked at",
    facts: {
      rules: [alive],
      lookback: "newest-rows",
      declaredRules: [declared("alive"), declared("deals", every("every 4 hours"))],
    },
    found: [
      ["never-ran", "warning", "deals: never ran among the newest rows of 30 days, 6 runs expected in this window"],
    ],
  },
  {
    name: "a new rule whose first run may still start has not never run",
    facts: {
      rules: [alive],
      lookback: "each-rule",
      declaredRules: [declared("alive"), declared("deals", every("55 20 * * *"))],
    },
    found: [],
  },
  {
    name: "a rule whose first run goes on has run",
    facts: {
      rules: [alive, rule("deals", { running: 1 }, { startsMs: [ago(0.5)], running: goingOn(0.5) })],
      lookback: "each-rule",
      declaredRules: [declared("alive"), declared("deals", every("30 19,20 * * *"))],
    },
    found: [
      [
        "runs-missed",
        "warning",
        "deals: 1 of 2 runs expected in 24 h did not happen, the last one due 10 Jul 2026 19:30",
      ],
    ],
  },
  {
    name: "a rule that fails no more than it may is overdue",
    facts: {
      rules: [alive, rule("deals", { success: 19, failed: 1 }, { startsMs: null, lastSuccessMs: ago(4) })],
      declaredRules: [declared("deals", every("every 1 hours"))],
    },
    found: [
      [
        "rule-overdue",
        "critical",
        "deals: last success 4h 00m ago, expected within 3h 00m by its schedule; 20 runs ended in 24 h",
      ],
    ],
  },
  {
    name: "two failing runs are too few to be a finding: the rule is overdue",
    facts: {
      rules: [alive, rule("deals", { failed: 2 }, { startsMs: null, lastSuccessMs: ago(13) })],
      declaredRules: [declared("deals", every("every 4 hours"))],
    },
    found: [
      [
        "rule-overdue",
        "critical",
        "deals: last success 13h 00m ago, expected within 12h 00m by its schedule; 2 runs ended in 24 h",
      ],
    ],
  },
  {
    name: "rehearsals and wrappers are no runs: a rule that has nothing else is silent",
    facts: {
      rules: [
        alive,
        rule("deals", { dry_run: 3 }, { previous: { success: 3, dry_run: 1 } }),
        rule("jobs", { wrapper: 3 }, { previous: { success: 3, wrapper: 1 } }),
        rule("users", {}, { previous: { success: 2, dry_run: 1, wrapper: 1 } }),
      ],
    },
    found: [
      ["rule-silent", "warning", "deals: no run in 24 h, 3 runs in the 24 h before"],
      ["rule-silent", "warning", "jobs: no run in 24 h, 3 runs in the 24 h before"],
    ],
  },
];

test.each(CASES)("$name", (given) => {
  expect(listFound(given)).toEqual(given.found);
});

describe("few missed runs warn nobody: fewer than three, and fewer than a tenth of those expected", () => {
  test.each([
    { expected: 40, missed: 2, severity: "info" },
    { expected: 40, missed: 3, severity: "warning" },
    { expected: 20, missed: 1, severity: "info" },
    { expected: 20, missed: 2, severity: "warning" },
    { expected: 10, missed: 1, severity: "warning" },
    { expected: 6, missed: 1, severity: "warning" },
  ])("$missed of $expected: $severity", ({ expected, missed, severity }) => {
    // Each half hour from midnight on, which was 21 hours ago.
    const dueMs = Array.from({ length: expected }, (_, index) => ago(21 - index / 2));
    const startsMs = dueMs.slice(missed);
    const deals = rule("deals", { success: startsMs.length }, { startsMs, lastSuccessMs: startsMs.at(-1) ?? null });
    const declaredRules = [declared("deals", every(`0,30 0-${expected / 2 - 1} * * *`))];
    const { findings } = report(activity({ rules: [deals], declaredRules }));
    expect(findings).toMatchObject([{ id: "runs-missed", severity, evidence: { expected, missed } }]);
  });
});
