import { expect, test } from "bun:test";
import { attachSchedules } from "../../src/warehouse/schedule-names.ts";
import { declared, rule, schedule as every } from "../making/activities.ts";

test.each([
  { schedule: "Genius_Appointment", type: "appointments" },
  { schedule: "genius_users", type: "users" },
  { schedule: "Genius User", type: "genius_users" },
  { schedule: "Entity", type: "entities" },
  { schedule: "Status", type: "statuses" },
  { schedule: "Database", type: "databases" },
  { schedule: "Address", type: "addresses" },
  { schedule: "APPOINTMENTS", type: "appointments" },
  { schedule: "Genius_JobChangeOrderType", type: "job_change_order_types" },
  { schedule: "Genius_MarketSharpSource", type: "marketsharp_sources" },
  { schedule: "Genius_UserData", type: "user_data" },
  { schedule: "GeniusProspectSource", type: "prospect_sources" },
  { schedule: "genius-lead", type: "Leads" },
  { schedule: "HTTPServerLog", type: "http_server_logs" },
  { schedule: "Genius_Oauth2Token", type: "oauth2_tokens" },
  { schedule: "Genius", type: "genius" },
  { schedule: "SyncGeniusMarketSharpSource", type: "marketsharp_sources" },
  { schedule: "genius_sync_owners", type: "owners" },
  { schedule: "GeniusProspectSources", type: "prospect_source" },
  { schedule: "GENIUSAppointment", type: "appointments" },
  { schedule: "Genius_MarketingLead2024", type: "marketing_leads_2024" },
  { schedule: "Genius_S3Bucket", type: "s3_buckets" },
  { schedule: "GeniusHTTP2Server", type: "http2_servers" },
  { schedule: "Warehouse", type: "warehouses" },
  { schedule: "Movie", type: "movies" },
  { schedule: "Menu", type: "menus" },
  { schedule: "Cache", type: "caches" },
  { schedule: "Sync", type: "syncs" },
])("$schedule starts $type", ({ schedule, type }) => {
  const attached = attachSchedules(
    [declared(schedule, { schedules: [every("every 1 hours")] })],
    [rule(type, { success: 1 })],
    "genius",
    {},
  );
  expect(attached).toEqual([declared(type, { schedules: [every("every 1 hours")] })]);
});

test("two types of the same normalised name: neither is guessed", () => {
  const rules = [rule("genius_lead", { success: 1 }), rule("leads", { success: 1 })];
  const attached = attachSchedules([declared("Lead")], rules, "genius", {});
  expect(attached.filter(({ unmatched }) => unmatched).map(({ name }) => name)).toEqual(["Lead"]);
});

test.each(["contacts", "CONTACTS"])("a schedule named %s starts the rule of exactly that name", (name) => {
  const rules = [rule("CONTACTS", { success: 72 }), rule("contacts", { success: 6 })];
  const attached = attachSchedules([declared(name, { schedules: [every("every 4 hours")] })], rules, "hubspot", {});
  expect(attached.filter(({ schedules }) => schedules.length > 0).map((one) => one.name)).toEqual([name]);
});

test("of two rules in other capitals than the schedule's name that is meant which goes on", () => {
  const ranAt = (startedMs: number) => ({
    startsMs: [startedMs],
    newestStartMs: startedMs,
    runs: [{ id: "1", startedMs, endedMs: startedMs, status: "success" as const, records: 1, error: null }],
  });
  const rules = [
    rule("CONTACTS", { success: 1 }, ranAt(1_000_000)),
    rule("contacts", { success: 1 }, ranAt(9_000_000)),
  ];
  const attached = attachSchedules(
    [declared("Contacts", { schedules: [every("every 4 hours")] })],
    rules,
    "hubspot",
    {},
  );
  expect(attached.filter(({ schedules }) => schedules.length > 0).map((one) => one.name)).toEqual(["contacts"]);
});

test("without schedule rows nothing is declared", () => {
  expect(attachSchedules([], [rule("leads", { success: 1 })], "genius", {})).toEqual([]);
});

test.each([
  { schedule: "Genius_Job", type: "job_statuses" },
  { schedule: "Geniuses", type: "es" },
  { schedule: "Genius_User", type: "user_titles" },
  { schedule: "SyncLog", type: "logs" },
  { schedule: "genius_sync", type: "genius" },
  { schedule: "Hubspot_Lead", type: "leads" },
  { schedule: "Genius_Lead", type: "leads_2024" },
  { schedule: "Genius_Lead2023", type: "leads_2024" },
  { schedule: "Genius_Plan", type: "planes" },
])("$schedule is not $type", ({ schedule, type }) => {
  const attached = attachSchedules([declared(schedule)], [rule(type, { success: 1 })], "genius", {});
  expect(attached.filter(({ unmatched }) => unmatched).map(({ name }) => name)).toEqual([schedule]);
});

test.each([
  { crm: "five9", schedule: "Five9Call", type: "calls" },
  { crm: "hubspot", schedule: "HubSpot_Contact", type: "contacts" },
  { crm: "sales-pro", schedule: "SalesPro_Lead", type: "leads" },
])("of $crm, $schedule starts $type", ({ crm, schedule, type }) => {
  const attached = attachSchedules([declared(schedule)], [rule(type, { success: 1 })], crm, {});
  expect(attached.map(({ name, unmatched }) => [name, unmatched])).toEqual([[type, false]]);
});
