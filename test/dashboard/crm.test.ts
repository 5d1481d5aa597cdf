/** The page of a CRM: never milder than what is known of now. */
import { expect, test } from "bun:test";
import { linksBelow } from "../../src/dashboard/links.ts";
import { viewCrm } from "../../src/dashboard/views/crm.ts";
import { activity, report, rule } from "../making/activities.ts";

const WELL = {
  ...report(activity({ rules: [rule("contacts", { success: 150 })] })),
  verdict: "ok" as const,
  findings: [],
};

function view(outdated: string | null) {
  const place = { report: WELL, id: "hubspot-1", isLatest: true, kept: [], notices: [], outdated };
  const past = { hours: [], durations: { at: [], p50: [], p95: [], p99: [] } };
  const query = { q: "", condition: "", sort: "urgency" as const, down: true };
  const nowMs = Date.parse("2026-07-10T21:04:00Z");
  return viewCrm({ place, past, range: "24h", query, lateAfterMs: 900_000, nowMs, rangeHref: null }, linksBelow(""));
}

test.each([
  { name: "its report tells of now", outdated: null, shown: ["ok", "ok", "all is well"] },
  {
    name: "it could not be read since",
    outdated: "not read since 21:02; below is the report to 21:00",
    shown: ["critical", "unread", "not read since 21:02; below is the report to 21:00"],
  },
])("$name: $shown.1", ({ outdated, shown }) => {
  const { verdict, standing, headline } = view(outdated);
  expect([verdict, standing, headline]).toEqual(shown as never);
});
