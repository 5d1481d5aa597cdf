/** A rule's own settings beat those of its CRM, each for itself. */
import { expect, test } from "bun:test";
import { settingsOf } from "../../src/config/report-settings.ts";
import { settingsOfRule, type RuleSettings } from "../../src/report/settings.ts";
import { crmConfig } from "../making/reports.ts";

const NOTHING: RuleSettings = { expect: null, staleAfterMs: null, warnAfterMs: null, errorAfterMs: null };
const OF_CRM = { ...NOTHING, staleAfterMs: 1, warnAfterMs: 2, errorAfterMs: 3 };

test.each([
  { name: "a rule without any has its CRM's", rule: "contacts", is: OF_CRM },
  { name: "one that is set alone", rule: "deals", is: { ...OF_CRM, warnAfterMs: 20 } },
  { name: "all of them", rule: "jobs", is: { expect: "@daily", staleAfterMs: 10, warnAfterMs: 20, errorAfterMs: 30 } },
])("$name", ({ rule, is }) => {
  const settings = {
    ...settingsOf(crmConfig("sqlite:x")),
    staleAfterMs: 1,
    freshness: { warnAfterMs: 2, errorAfterMs: 3 },
    rules: {
      deals: { ...NOTHING, warnAfterMs: 20 },
      jobs: { expect: "@daily", staleAfterMs: 10, warnAfterMs: 20, errorAfterMs: 30 },
    },
  };
  expect(settingsOfRule(settings, rule)).toEqual(is);
});

test.each([
  { set: {}, schedules: "UTC", habits: "UTC" },
  { set: { timezone: "Europe/Berlin" }, schedules: "UTC", habits: "Europe/Berlin" },
  { set: { schedule_timezone: "Asia/Tokyo" }, schedules: "Asia/Tokyo", habits: "Asia/Tokyo" },
  { set: { timezone: "Europe/Berlin", schedule_timezone: "UTC" }, schedules: "UTC", habits: "UTC" },
])("schedules are read in $schedules and habits in $habits with $set", ({ set, schedules, habits }) => {
  expect(settingsOf(crmConfig("sqlite:x", set))).toMatchObject({ timezone: schedules, habitTimezone: habits });
});
