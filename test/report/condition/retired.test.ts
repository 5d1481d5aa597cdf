/** A rule that the operator called over: nothing is told of it until it runs again. The window ends at 21:00 UTC. */
import { describe, expect, test } from "bun:test";
import type { ReadActivity } from "../../../src/report/activity.ts";
import { activity, declared, report } from "../../making/activities.ts";
import { ago, alive, every } from "../../making/findings.ts";
import { ruleOf, type Strip } from "../../making/rules.ts";

const hourly = declared("deals", every("every 1 hours"));
const ofDeals = (strip: Strip, override: Partial<ReadActivity> = {}): Partial<ReadActivity> => ({
  rules: [alive, ruleOf("deals", strip)],
  declaredRules: [hourly],
  ...override,
});

type Case = { name: string; facts: Partial<ReadActivity>; flagged: string };

/** None of them has run for three hours at least, though one was due each hour. */
const cases: Case[] = [
  {
    name: "it stopped within the window",
    facts: ofDeals({ runs: "s".repeat(30), everyMinutes: 60, startedMinutesAgo: 310 }),
    flagged: "overdue",
  },
  {
    name: "its last runs failed, and nothing says when the next is due",
    facts: ofDeals({ runs: "sfff", everyMinutes: 60, startedMinutesAgo: 30 * 60 }, { declaredRules: [] }),
    flagged: "failing",
  },
  {
    name: "its last run was left open",
    facts: ofDeals({ runs: "ssssr", everyMinutes: 60, startedMinutesAgo: 300 }),
    flagged: "overdue",
  },
  { name: "it never ran", facts: { rules: [alive], declaredRules: [hourly], knownSinceMs: 0 }, flagged: "never" },
  {
    name: "its schedule is not understood, and it never ran",
    facts: { rules: [alive], declaredRules: [declared("deals", every("0 0 L * *"))] },
    flagged: "unknown",
  },
];

describe.each([
  { by: "rules retire", sinceMs: ago(1) },
  { by: "retired_rules", sinceMs: null },
])("$by: idle, and no finding is about it", ({ sinceMs }) => {
  test.each(cases)("$name", ({ facts, flagged }) => {
    const before = report(activity(facts));
    expect(before.rules.find(({ rule_name: name }) => name === "deals")?.condition as string).toBe(flagged);
    expect(JSON.stringify(before.findings)).toContain("deals");
    const { rules, findings } = report(activity(facts), { settings: { retiredRules: [{ rule: "deals", sinceMs }] } });
    expect(rules.find(({ rule_name: name }) => name === "deals")).toMatchObject({
      condition: "idle",
      severity: null,
      degradation: null,
      since: null,
      message: "deals: retired by the operator",
    });
    expect(JSON.stringify(findings)).not.toContain("deals");
  });
});

test.each([
  { name: "it ran after it was called over", startedMinutesAgo: 10, sinceMs: ago(2), is: "failing" },
  {
    name: "it still runs in time, and nothing says since when it is over",
    startedMinutesAgo: 10,
    sinceMs: null,
    is: "failing",
  },
  { name: "it ran after it was called over, and stopped", startedMinutesAgo: 600, sinceMs: ago(20), is: "overdue" },
])("judged again: $name", ({ startedMinutesAgo, sinceMs, is }) => {
  const facts = ofDeals({ runs: `${"s".repeat(20)}fff`, everyMinutes: 60, startedMinutesAgo });
  const { rules } = report(activity(facts), { settings: { retiredRules: [{ rule: "deals", sinceMs }] } });
  expect(rules.find(({ rule_name: name }) => name === "deals")?.condition as string).toBe(is);
});

test.each([
  { called: "deals", is: "idle" },
  { called: "leads", is: "never" },
])("a schedule whose runs are no longer known, where $called is called over, is $is", ({ called, is }) => {
  const schedule = { ...hourly, name: "Hubspot_Deals", unmatched: true };
  const facts = { rules: [alive], declaredRules: [schedule], knownSinceMs: 0 };
  const settings = { retiredRules: [{ rule: called, sinceMs: null }] };
  const { rules } = report(activity(facts), { settings });
  expect(rules.find(({ rule_name: name }) => name === "Hubspot_Deals")?.condition as string).toBe(is);
});
