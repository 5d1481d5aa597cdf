/** What several findings have in common is advised on once. */
import { expect, test } from "bun:test";
import { activity, report, rule } from "../making/activities.ts";
import { ago, alive } from "../making/findings.ts";

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
