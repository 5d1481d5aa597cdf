/** What runs too late or too often. */
import { expect, test } from "bun:test";
import { rule } from "../making/activities.ts";
import { ago, alive, type FindingCase, listFound } from "../making/findings.ts";

const CASES: FindingCase[] = [
  {
    name: "three times as often as in the window before, and ten more",
    facts: {
      rules: [
        alive,
        rule("deals", { success: 41 }, { startsMs: null, lastSuccessMs: ago(0.5), previous: { success: 10 } }),
      ],
    },
    found: [["rule-degraded", "warning", "deals: 41 runs in 24 h, 10 in the window before"]],
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
    found: [["rule-degraded", "warning", "deals: 73 runs in 24 h, 24 at its usual pace"]],
  },
  {
    name: "more than three times three runs, and eleven more",
    facts: {
      rules: [
        alive,
        rule("deals", { success: 14 }, { startsMs: null, lastSuccessMs: ago(0.5), previous: { success: 3 } }),
      ],
    },
    found: [["rule-degraded", "warning", "deals: 14 runs in 24 h, 3 in the window before"]],
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
