/** Which of several names is probably meant by another. */
import { expect, test } from "bun:test";
import { findNearestName } from "../../src/text/alike-names.ts";

const TYPES = ["contactz", "forms", "kunden", "leads", "marketing_emails", "notes", "owners", "people", "pipelines"];

test.each([
  { name: "tasks.hubspot.sync_notes", near: "notes" },
  { name: "hubspot_daily_owner", near: "owners" },
  { name: "MarketingEmailSyncTask", near: "marketing_emails" },
  { name: "Sync Forms (HubSpot)", near: "forms" },
  { name: "hs_pipelines", near: "pipelines" },
  { name: "ContactsSync", near: "contactz" },
  { name: "Hubspot_Kunde", near: "kunden" },
  { name: "hubspot2_leads", near: "leads" },
  { name: "Hubspot_Person", near: null },
  { name: "Hubspot_Email", near: null },
  { name: "", near: null },
])("$name: $near", ({ name, near }) => {
  expect(findNearestName(name, TYPES)).toBe(near);
});

test("of several the longest, and the same before what differs in a letter", () => {
  expect(findNearestName("sync_email_statuses", ["emails", "email_status"])).toBe("email_status");
  expect(findNearestName("sync_contacts", ["contactz", "contact"])).toBe("contact");
});
