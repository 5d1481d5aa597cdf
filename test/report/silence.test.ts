/** A CRM in which nothing finished. The window is the 24 hours to 21:00 UTC. */
import { expect, test } from "bun:test";
import { emptyCounts } from "../../src/report/counts.ts";
import { declared } from "../making/activities.ts";
import { every, type FindingCase, listFound } from "../making/findings.ts";
import { ruleOf } from "../making/rules.ts";

const HOUR = 60;
const DAY = 24 * HOUR;
/** Ended 26 h before the window's end: nothing of it is in the window. */
const weekly = ruleOf("weekly", { runs: "ssss", everyMinutes: 7 * DAY, startedMinutesAgo: 26 * HOUR + 5 });
const hourly = (name: string, startedMinutesAgo: number) =>
  ruleOf(name, { runs: "s".repeat(20), everyMinutes: HOUR, startedMinutesAgo });
const hourlySchedule = (name: string) => declared(name, every("every 1 hours"));

const CASES: FindingCase[] = [
  {
    name: "no run is known at all",
    facts: { rules: [] },
    found: [["no-data", "warning", "Nothing ran in 24 h; no run of this CRM is known"]],
  },
  {
    name: "no run is known, and the name is written otherwise in the warehouse",
    facts: { rules: [], nearSources: ["HubSpot"] },
    found: [["no-data", "warning", 'Nothing ran in 24 h; crm_source is written "HubSpot" there']],
  },
  {
    name: "its one rule was not due: that is told and warns nobody",
    facts: { rules: [weekly], declaredRules: [declared("weekly", every("every 7 days"))] },
    found: [["no-data", "info", "Nothing ran in 24 h; the last success 1d 02h ago; nothing was due"]],
  },
  {
    name: "nor does it where a run was skipped",
    facts: {
      rules: [{ ...weekly, current: { ...emptyCounts(), skipped: 1 } }],
      declaredRules: [declared("weekly", every("every 7 days"))],
    },
    found: [["no-data", "info", "Nothing finished in 24 h; 1 skipped; the last success 1d 02h ago; nothing was due"]],
  },
  {
    name: "a run is known, and nothing says when the next is due",
    facts: { rules: [ruleOf("a", { runs: "s", everyMinutes: HOUR, startedMinutesAgo: 30 * HOUR + 5 })] },
    found: [
      ["no-data", "info", "Nothing ran in 24 h; the last success 1d 06h ago; nothing says when the next run is due"],
    ],
  },
  {
    name: "three runs are known, and it has been silent for twice the longest pause between them",
    facts: { rules: [ruleOf("a", { runs: "sss", everyMinutes: 15 * HOUR, startedMinutesAgo: 30 * HOUR })] },
    found: [
      ["no-data", "info", expect.stringMatching(/^Nothing ran .* nothing says when the next run is due$/) as never],
    ],
  },
  {
    name: "and a minute longer",
    facts: { rules: [ruleOf("a", { runs: "sss", everyMinutes: 15 * HOUR, startedMinutesAgo: 30 * HOUR + 1 })] },
    found: [
      ["no-data", "warning", expect.stringMatching(/^Nothing ran .* nothing says when the next run is due$/) as never],
    ],
  },
  {
    name: "its one rule is overdue: that finding tells it alone",
    facts: { rules: [hourly("a", 30 * HOUR + 5)], declaredRules: [hourlySchedule("a")] },
    found: [["rule-overdue", "critical", "a: last success 1d 06h ago, due every 1h, 29 runs did not start"]],
  },
  {
    name: "three rules stopped together: one finding for all",
    facts: {
      rules: ["a", "b", "c"].map((name) => hourly(name, 30 * HOUR + 5)),
      declaredRules: ["a", "b", "c"].map(hourlySchedule),
    },
    found: [["rules-stopped", "critical", "Nothing has started since 9 Jul 14:55: is the scheduler alive? (a, b, c)"]],
  },
  {
    name: "one run goes on, and another rule is overdue",
    facts: {
      rules: [ruleOf("slow", { runs: "ssssr", everyMinutes: 1600, tookMinutes: 100 }), hourly("b", 30 * HOUR + 5)],
      declaredRules: [hourlySchedule("b")],
    },
    found: [["rule-overdue", "critical", "b: last success 1d 06h ago, due every 1h, 29 runs did not start"]],
  },
];

test.each(CASES)("$name", (given) => {
  expect(listFound(given)).toEqual(given.found);
});
