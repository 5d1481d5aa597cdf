/** What runs too late or too often. */
import { describe, expect, test } from "bun:test";
import { activity, declared, report, rule, schedule } from "../making/activities.ts";
import { ago, alive, type FindingCase, hourly, listFound } from "../making/findings.ts";

const CASES: FindingCase[] = [
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
  {
    name: "more than three times three runs, and eleven more",
    facts: {
      rules: [
        alive,
        rule("deals", { success: 14 }, { startsMs: null, lastSuccessMs: ago(0.5), previous: { success: 3 } }),
      ],
    },
    found: [["runs-too-often", "warning", "deals: 14 runs in 24 h, 3 in the window before"]],
  },
  {
    name: "two runs before are too few to compare with",
    facts: {
      rules: [
        alive,
        rule("deals", { success: 14 }, { startsMs: null, lastSuccessMs: ago(0.5), previous: { success: 2 } }),
      ],
    },
    found: [],
  },
];

test.each(CASES)("$name", (given) => {
  expect(listFound(given)).toEqual(given.found);
});

describe("more than sixty runs an hour are too many, whatever was usual", () => {
  test.each([
    { hours: 24, seen: 1440, found: [] },
    { hours: 24, seen: 1441, found: ["deals: 1,441 runs in 24 h, 60 an hour"] },
    { hours: 0.5, seen: 60, found: [] },
    { hours: 0.5, seen: 61, found: ["deals: 61 runs in 30 min, 122 an hour"] },
  ])("$seen in $hours h", ({ hours, seen, found }) => {
    const window = { startMs: ago(hours), endMs: ago(0) };
    const { findings } = report(activity({ window, rules: [rule("deals", { success: seen }, { startsMs: null })] }));
    expect(findings.map(({ message }) => message)).toEqual([...found]);
  });
});

describe("late runs are told from three on, and from a fifth of those expected", () => {
  test.each([
    { expected: 10, late: 2, found: 0 },
    { expected: 10, late: 3, found: 1 },
    { expected: 15, late: 3, found: 1 },
    { expected: 16, late: 3, found: 0 },
    { expected: 20, late: 4, found: 1 },
    { expected: 21, late: 4, found: 0 },
  ])("$late of $expected: $found", ({ expected, late, found }) => {
    // Half past each hour from midnight on, which was 21 hours ago; late is a quarter of an hour.
    const startsMs = Array.from({ length: expected }, (_, index) => ago(20.5 - index - (index < late ? 0.25 : 0)));
    const deals = rule("deals", { success: expected }, { startsMs, lastSuccessMs: startsMs.at(-1) ?? null });
    const declaredRules = [declared("deals", { schedules: [schedule(`30 0-${expected - 1} * * *`)] })];
    const { findings } = report(activity({ rules: [deals], declaredRules }));
    expect(findings.filter(({ id }) => id === "runs-late")).toHaveLength(found);
  });
});
