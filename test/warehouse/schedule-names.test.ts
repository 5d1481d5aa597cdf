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

test("without schedule rows nothing is declared", () => {
  expect(attachSchedules([], [rule("leads", { success: 1 })], "genius", {})).toEqual([]);
});
