/** Rules are shown by the names the warehouse gives them, without the secrets in these names. */
import { expect, test } from "bun:test";
import { maskName } from "../../src/report/errors/redact.ts";
import { activity, declared, report, rule, schedule } from "../making/activities.ts";
import { WINDOW } from "../making/reports.ts";

test.each([
  "contacts",
  "Hubspot_Contacts",
  "  two  spaces\tand a tab ",
  "nightly – full sync (v2)",
  "HubspotContactsIncrementalSyncV2Daily",
  "SyncHubSpotDealsToWarehouse2Full",
  "sync:deals:2026-07-10",
  "deal-550e8400-e29b-41d4-a716-446655440000",
  "token refresh",
  "password_reset_mails",
  "primary key: id",
  "Basic Sync2",
  "digest to ops@example.com",
  "👩‍💻 deals",
  "soft\u00adhyphen",
  "crontab: 0 4 * * *",
  "manage.py sync --all -p 5",
  "",
])("%j stays as it is", (name) => {
  expect(maskName(name)).toBe(name);
});

test.each([
  { from: "sync --token canary", to: "sync --token ***" },
  { from: "sync (password=canary)", to: "sync (password=***)" },
  { from: "postgres://u:canary@h/d nightly", to: "postgres://***@h/d nightly" },
  { from: "pass\u200bword: canary", to: "password: ***" },
  { from: "deals pat-na1-canary", to: "deals ***" },
  { from: "ghp_canary", to: "***" },
  { from: "deals.eyJcanarycanary", to: "deals.***" },
  { from: "deals-AKIACANARYCANARY1", to: "deals-***" },
  { from: "age-secret-key-1canarycanary", to: "***" },
  { from: "deals.9fQ2xZ7bT4kW1mR8sV3n", to: "deals.***" },
  { from: "--token=canary", to: "--token=***" },
  { from: "deals:token:canary", to: "deals:token:***" },
])("$from is shown as $to", ({ from, to }) => {
  expect(maskName(from)).toBe(to);
});

const NAME = "deals --token canary";

/** `NAME` wherever a report names rules. */
function reportOn(names: string[]) {
  return report(
    activity({
      rules: names.map((name) => rule(name, { success: 5, failed: 15 })),
      failures: names.map((name) => ({
        rule: name,
        message: "bad",
        n: 15,
        firstMs: WINDOW.startMs,
        lastMs: WINDOW.startMs,
        current: true,
        minutes: [],
      })),
      contradictions: names.map((name) => ({ kind: "end-before-start", rule: name, n: 1, ids: ["1"] })),
      wrappers: names.map((name) => ({ rule: name, id: "1", status: "success", total: 5, successful: 1 })),
      recent: names.map((name) => ({
        rule: name,
        status: "failed",
        startedMs: WINDOW.startMs,
        durationSeconds: 1,
        error: "bad",
      })),
      declaredRules: names.map((name) => declared(name, { schedules: [schedule("*/5 * * * *")], unmatched: true })),
    }),
    { detailed: true, settings: { rules: Object.fromEntries(names.map((name) => [name, expectHourly()])) } },
  );
}

function expectHourly() {
  return { expect: "0 * * * *", staleAfterMs: null, warnAfterMs: null, errorAfterMs: null };
}

test("no part of a report shows a secret in a rule's name", () => {
  const made = JSON.stringify(reportOn([NAME]));
  expect(made).not.toContain("canary");
  expect(made.split("deals --token ***").length).toBeGreaterThan(10);
});

test("the settings of such a rule still count", () => {
  const [state] = reportOn([NAME]).rules;
  expect(state).toMatchObject({ rule_name: "deals --token ***", expected: 24 });
  const named = JSON.stringify(reportOn(["deals"]).rules[0]);
  expect(JSON.parse(named.replaceAll("deals", "deals --token ***"))).toEqual(state!);
});

test("rules that differ in their secrets only stay several", () => {
  const made = reportOn([NAME, "deals --token canary2", "contacts"]);
  expect(Object.keys(made.quality_metrics.rule_reliability).toSorted()).toEqual([
    "contacts",
    "deals --token ***",
    "deals --token *** (2)",
  ]);
});
