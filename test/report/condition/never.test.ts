/** A scheduled rule of which no run is known: by how far back runs were read, and by what else ran. The window ends at 21:00 UTC. */
import { expect, test } from "bun:test";
import type { ReadActivity } from "../../../src/report/activity.ts";
import { activity, declared, goingOn, report, rule, schedule } from "../../making/activities.ts";
import { ago, alive, every } from "../../making/findings.ts";

const due4h = declared("deals", every("every 4 hours"));
const whole = { knownSinceMs: 0 };

test.each<{ name: string; facts: Partial<ReadActivity>; is: [string, string | null]; says?: string }>([
  {
    name: "the whole table was read",
    facts: { rules: [], declaredRules: [due4h], ...whole },
    is: ["never", "critical"],
    says: "deals: scheduled every 4h, no run found in the whole table: it has stopped, or runs under another name",
  },
  {
    name: "the whole table was read, and a rule runs that nothing schedules: it is probably this one",
    facts: { rules: [alive], declaredRules: [{ ...due4h, unmatched: true }], ...whole },
    is: ["never", "warning"],
    says: "deals: scheduled every 4h, no run found in the whole table: it has stopped, or runs under another name; without a schedule run alive",
  },
  {
    name: "its schedule is older than the oldest row: its runs may have been deleted, and it has stopped",
    facts: {
      rules: [alive],
      declaredRules: [
        declared("deals", { schedules: [schedule("every 4 hours", { changedMs: ago(90 * 24) })], unmatched: true }),
      ],
      ...whole,
      tableSinceMs: ago(30 * 24),
    },
    is: ["never", "critical"],
  },
  {
    name: "its schedule is younger than the oldest row: had it run, its runs would be there",
    facts: {
      rules: [alive],
      declaredRules: [
        declared("deals", { schedules: [schedule("every 4 hours", { changedMs: ago(20 * 24) })], unmatched: true }),
      ],
      ...whole,
      tableSinceMs: ago(30 * 24),
    },
    is: ["never", "warning"],
  },
  {
    name: "only the newest rows were read: an older run may be there, and it has stopped",
    facts: { rules: [alive], declaredRules: [{ ...due4h, unmatched: true }], knownSinceMs: ago(72) },
    is: ["never", "critical"],
    says: "deals: scheduled every 4h, no run found since 7 Jul 21:00, as far back as was read: it has stopped, or runs under another name; without a schedule run alive",
  },
  {
    name: "what was read reaches further back than runs are counted",
    facts: { rules: [], declaredRules: [due4h], knownSinceMs: ago(100 * 24) },
    is: ["never", "critical"],
    says: "deals: scheduled every 4h, no run found since 1 Apr 21:00, as far back as was read: it has stopped, or runs under another name",
  },
  {
    name: "two runs were due: too few to be certain",
    facts: { rules: [], declaredRules: [declared("deals", every("0 18 * * *"))], knownSinceMs: ago(48) },
    is: ["never", "warning"],
  },
  {
    name: "three were due",
    facts: { rules: [], declaredRules: [declared("deals", every("0 18 * * *"))], knownSinceMs: ago(72) },
    is: ["never", "critical"],
  },
  {
    name: "the first one may still start",
    facts: { rules: [], declaredRules: [declared("deals", every("55 20 10 * *"))], ...whole },
    is: ["idle", null],
  },
  {
    name: "its first run goes on",
    facts: {
      rules: [
        rule(
          "deals",
          { running: 1 },
          {
            startsMs: [ago(0.5)],
            newestStartMs: ago(0.5),
            running: goingOn(0.5),
            runs: [{ id: "1", startedMs: ago(0.5), endedMs: null, status: "running", records: null, error: null }],
          },
        ),
      ],
      declaredRules: [declared("deals", every("30 20 * * *"))],
      ...whole,
    },
    is: ["running", null],
  },
  {
    name: "it is switched off",
    facts: { rules: [], declaredRules: [declared("deals", { ...every("every 4 hours"), enabled: false })], ...whole },
    is: ["idle", null],
  },
])("$name", ({ facts, is, says }) => {
  const deals = report(activity(facts)).rules.find(({ rule_name: name }) => name === "deals");
  expect([deals?.condition, deals?.severity]).toEqual([...is] as never);
  if (says !== undefined) expect(deals?.message).toBe(says);
});

test.each<{ name: string; changedMs: number | null; knownSinceMs: number; since: string | null }>([
  { name: "the edge of what was read is no start", changedMs: null, knownSinceMs: ago(72), since: null },
  { name: "nor is that of the days that are counted", changedMs: null, knownSinceMs: 0, since: null },
  { name: "nor where the schedule is older", changedMs: ago(90 * 24), knownSinceMs: 0, since: null },
  {
    name: "a schedule that was made since then is one",
    changedMs: ago(50),
    knownSinceMs: 0,
    since: "2026-07-08T23:00:00Z",
  },
])("since when it should have run: $name", ({ changedMs, knownSinceMs, since }) => {
  const due = declared("deals", { schedules: [schedule("every 4 hours", { changedMs })] });
  const { rules, findings } = report(activity({ rules: [], declaredRules: [due], knownSinceMs }));
  expect(rules[0]).toMatchObject({ condition: "never", since });
  expect(findings.find(({ id }) => id === "rule-never")?.evidence["expected_is_minimum"]).toBe(since === null);
});

test("how far back was read, and how many runs were due, are evidence", () => {
  const evidenceOf = (knownSinceMs: number) =>
    report(activity({ rules: [], declaredRules: [due4h], knownSinceMs })).findings.find(({ id }) => id === "rule-never")
      ?.evidence;
  // Of thirty days, in each of which six runs were due; the last one may still start.
  expect(evidenceOf(0)).toMatchObject({ complete: true, looked_back_to: null, expected: 179 });
  expect(evidenceOf(ago(100 * 24))).toMatchObject({
    complete: false,
    looked_back_to: "2026-04-01T21:00:00Z",
    expected: 179,
  });
});
