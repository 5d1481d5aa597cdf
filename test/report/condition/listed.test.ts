/** Which rules are listed with a condition. */
import { expect, test } from "bun:test";
import type { ReadActivity } from "../../../src/report/activity.ts";
import { activity, declared, report, rule } from "../../making/activities.ts";
import { ago, every } from "../../making/findings.ts";

const RAN = { lastSuccessMs: ago(1), newestStartMs: ago(1.1) };
const SEEN = { startsMs: [ago(300)], stuck: 0, weekStartsMs: [] };

test.each<{ name: string; facts: Partial<ReadActivity>; rules: string[] }>([
  {
    name: "rules that ran, by name",
    facts: { rules: [rule("b", { success: 1 }, RAN), rule("a", { failed: 1 }), rule("c", { running: 1 })] },
    rules: ["a unknown", "b unknown", "c unknown"],
  },
  {
    name: "a rule that ran in the window before",
    facts: { rules: [rule("a", {}, { previous: { partial: 1 } })] },
    rules: ["a unknown"],
  },
  {
    name: "a disabled rule that ran",
    facts: {
      rules: [rule("a", { success: 1 }, RAN), rule("off", { success: 1 }, RAN)],
      declaredRules: [declared("a"), declared("off", { enabled: false })],
    },
    rules: ["a unknown", "off idle"],
  },
  {
    name: "a scheduled rule of which nothing is known, and one that is declared alone",
    facts: { rules: [], declaredRules: [declared("a", every("every 4 hours")), declared("unscheduled")] },
    rules: ["a never", "unscheduled unknown"],
  },
  {
    name: "rehearsals and wrappers are no runs",
    facts: { rules: [rule("a", { dry_run: 3 }), rule("b", { wrapper: 3 }, { previous: { dry_run: 1, wrapper: 1 } })] },
    rules: [],
  },
  {
    name: "unless runs of its own were found before",
    facts: { rules: [rule("a", { dry_run: 3 }, { lookback: SEEN })] },
    rules: ["a unknown"],
  },
])("$name", ({ facts, rules }) => {
  expect(report(activity(facts)).rules.map(({ rule_name: name, condition }) => `${name} ${condition}`)).toEqual(rules);
});
