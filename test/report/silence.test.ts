/** A CRM in which nothing finished, and runs that never end. */
import { expect, test } from "bun:test";
import { declared, rule, schedule } from "../making/activities.ts";
import { ago, alive, every, type FindingCase, HOUR_MS, listFound } from "../making/findings.ts";

const ONCE_A_WEEK = {
  lastSuccessMs: ago(100),
  newestStartMs: ago(100),
  lookback: { startsMs: [100, 268, 436, 604].map(ago), stuck: 0, weekStartsMs: [268, 436, 604].map(ago) },
};

const lastSeen = (hours: number) => ({
  lastSuccessMs: ago(hours),
  lookback: { startsMs: [ago(hours)], stuck: 0, weekStartsMs: [] },
});

const CASES: FindingCase[] = [
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
    name: "runs of the look-back that never ended",
    facts: { rules: [alive, rule("deals", {}, { lookback: { startsMs: [ago(300)], stuck: 2, weekStartsMs: [] } })] },
    found: [["stale-actions", "info", "2 runs of the last 30 days never ended: deals"]],
  },
  {
    name: "beside newer ones they are counted",
    facts: {
      rules: [
        alive,
        rule("deals", {}, { lookback: { startsMs: [ago(300)], stuck: 2, weekStartsMs: [] } }),
        rule("jobs", { running: 1 }, { running: [{ startedMs: ago(12), id: "7" }] }),
      ],
    },
    found: [
      [
        "stale-actions",
        "warning",
        "1 run started and never ended: deals, jobs, the oldest since 10 Jul 2026 09:00; 2 older",
      ],
    ],
  },
  {
    name: "of several silent rules the one that should run most often is told of",
    facts: {
      rules: [rule("a", {}, lastSeen(80)), rule("b", {}, lastSeen(90))],
      declaredRules: [declared("a", every("every 1 days")), declared("b", every("every 4 hours"))],
    },
    found: [
      [
        "no-data",
        "critical",
        "Nothing ran in 24 h; the last success 3d 08h ago; b: last success 3d 18h ago, expected within 12h 00m by its schedule; 5 of 5 runs expected did not happen",
      ],
    ],
  },
  {
    name: "two missed runs, and no success known, are too few to be critical",
    facts: { rules: [], declaredRules: [declared("a", every("0 3,15 * * *"))] },
    found: [["no-data", "warning", "Nothing ran in 24 h; 2 of 2 runs expected did not happen"]],
  },
  {
    name: "three are enough",
    facts: { rules: [], declaredRules: [declared("a", every("0 3,9,15 * * *"))] },
    found: [["no-data", "critical", "Nothing ran in 24 h; 3 of 3 runs expected did not happen"]],
  },
];

test.each(CASES)("$name", (given) => {
  expect(listFound(given)).toEqual(given.found);
});
