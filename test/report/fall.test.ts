/** When a success rate fell: still good enough, of enough runs, and by more than chance explains. */
import { expect, test } from "bun:test";
import { activity, report, rule, THRESHOLDS } from "../making/activities.ts";

type Rate = [successful: number, total: number];

function findFall(now: Rate, before: Rate, minActions: number) {
  const counts = ([successful, total]: Rate) => ({ success: successful, failed: total - successful });
  const made = report(activity({ rules: [rule("a", counts(now), { startsMs: null, previous: counts(before) })] }), {
    thresholds: { ...THRESHOLDS, min_actions: minActions },
  });
  return made.findings.filter(({ id }) => id === "success-rate-fell");
}

test("it is said with both rates", () => {
  expect(findFall([970, 1000], [998, 1000], 3)).toEqual([
    {
      id: "success-rate-fell",
      severity: "info",
      rule_name: null,
      message: "Success rate fell from 99.8 % (of 1,000 runs) to 97.0 % (of 1,000), more than chance explains",
      evidence: { successful: 970, total: 1000, successful_before: 998, total_before: 1000 },
    },
  ]);
});

test.each<{ name: string; now: Rate; before: Rate; minActions?: number; found: number }>([
  { name: "at the limit of a low rate it fell", now: [950, 1000], before: [998, 1000], found: 1 },
  { name: "below the limit by no more than chance it fell", now: [949, 1000], before: [998, 1000], found: 1 },
  { name: "below the limit the low rate itself is found", now: [920, 1000], before: [998, 1000], found: 0 },
  { name: "it rose", now: [998, 1000], before: [970, 1000], found: 0 },
  { name: "it is the same", now: [970, 1000], before: [970, 1000], found: 0 },
  { name: "by no more than chance explains", now: [97, 100], before: [99, 100], found: 0 },
  { name: "just enough runs", now: [970, 1000], before: [998, 1000], minActions: 1000, found: 1 },
  { name: "one run too few now", now: [969, 999], before: [998, 1000], minActions: 1000, found: 0 },
  { name: "one run too few before", now: [970, 1000], before: [997, 999], minActions: 1000, found: 0 },
  { name: "nothing before", now: [970, 1000], before: [0, 0], found: 0 },
  { name: "nothing now", now: [0, 0], before: [998, 1000], found: 0 },
])("$name", ({ now, before, minActions = 3, found }) => {
  expect(findFall(now, before, minActions)).toHaveLength(found);
});
