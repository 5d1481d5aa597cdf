/** The page of a CRM: never milder than what is known of now. */
import { expect, test } from "bun:test";
import { linksBelow } from "../../src/dashboard/links.ts";
import { renderPage } from "../../src/dashboard/render.tsx";
import type { Durations } from "../../src/dashboard/view.ts";
import { viewCrm } from "../../src/dashboard/views/crm.ts";
import { framePage } from "../../src/dashboard/views/frame.ts";
import type { Finding, Report } from "../../src/report/document/schema.ts";
import { activity, declared, report, rule, schedule } from "../making/activities.ts";
import { ruleOf } from "../making/rules.ts";

const WELL: Report = {
  ...report(activity({ rules: [rule("contacts", { success: 150 })] })),
  verdict: "ok",
  findings: [],
};

const NOW_MS = Date.parse("2026-07-10T21:04:00Z");
const LINKS = linksBelow("");

const NO_DURATIONS = { at: [], p50: [], p95: [], p99: [] };

function view(
  outdated: string | null,
  isConfigured = true,
  made = WELL,
  durations: Durations = NO_DURATIONS,
  causes: Finding[] = [],
) {
  const place = { report: made, id: "hubspot-1", isLatest: true, kept: [], notices: [], outdated, isConfigured };
  const past = { hours: [], durations };
  const query = { q: "", condition: "", sort: "urgency" as const, down: true };
  const facts = { causes, past, range: "24h" as const, query, lateAfterMs: 900_000, nowMs: NOW_MS, rangeHref: null };
  return viewCrm({ place, ...facts }, LINKS);
}

/** The page as HTML. */
function read(content: ReturnType<typeof view>, events: string | null): string {
  const facts = {
    here: { page: "crm" as const, crm: "hubspot", report: null },
    crms: [],
    hasSchedules: false,
    nowMs: NOW_MS,
    version: "0.0.0",
    place: "server" as const,
    events,
    signOut: null,
    iconOf: () => "",
  };
  return renderPage(framePage(content, facts, LINKS), { script: "", style: "" });
}

test.each([
  { name: "its report tells of now", outdated: null, isConfigured: true, shown: ["ok", "ok", "all is well"] },
  {
    name: "it could not be read since",
    outdated: "not read since 21:02; below is the report to 21:00",
    isConfigured: true,
    shown: ["critical", "unread", "not read since 21:02; below is the report to 21:00"],
  },
  {
    name: "it was taken out of the configuration: nobody's fault, and nothing that is known of now",
    outdated: "no longer in the configuration: nothing reads it; below is the report to 21:00",
    isConfigured: false,
    shown: ["unknown", "unknown", "no longer in the configuration: nothing reads it; below is the report to 21:00"],
  },
])("$name: $shown.1", ({ outdated, isConfigured, shown }) => {
  const { verdict, standing, headline } = view(outdated, isConfigured);
  expect([verdict, standing, headline]).toEqual(shown as never);
});

test("a well CRM that shares a cause with others stands as the cause does, and says so", () => {
  const cause: Finding = {
    id: "failures-shared",
    severity: "critical",
    rule_name: null,
    message: "One cause",
    evidence: {
      sources: ["hubspot", "genius"],
      family: "connection",
      from: "2026-07-10T20:50:00Z",
      to: "2026-07-10T20:54:00Z",
      over: false,
      example: "refused",
    },
  };
  const { verdict, standing, headline } = view(null, true, WELL, NO_DURATIONS, [cause]);
  expect([verdict, standing, headline]).toEqual([
    "critical",
    "critical",
    "connection errors (also genius) 20:50–20:54, not known to be over: refused",
  ]);
});

test("an age stands with the moment at which it was right: the page may be read hours later", () => {
  const rules = [ruleOf("deals", { runs: "ssssssssssssssssssss....", everyMinutes: 60 })];
  const declaredRules = [declared("deals", { schedules: [schedule("every 1 hour")] })];
  const silent = view(null, true, report(activity({ rules, declaredRules }), { detailed: true }));
  const asOf = "as of 10 Jul 2026 21:00 UTC";
  expect([silent.headline, silent.findings[0]?.text, silent.rules[0]?.text]).toEqual([
    `deals stopped 4h 05m ago (due every 1h), ${asOf}`,
    `last success 4h 05m ago, due every 1h, 3 runs did not start, ${asOf}`,
    `last success 4h 05m ago, due every 1h, 3 runs did not start, ${asOf}`,
  ]);
});

test.each([
  { name: "of now: how long it lasts is counted on", events: "/events", outdated: null, says: "for 3 h" },
  { name: "an earlier report: it may be over", events: null, outdated: null, says: "since 17:55" },
  { name: "too old a report", events: "/events", outdated: "not read since 21:02", says: "since 17:55" },
])("since when a rule fails, $name", ({ events, outdated, says }) => {
  const rules = [ruleOf("deals", { runs: "ssssffff", everyMinutes: 60, error: "HTTP 500" })];
  const declaredRules = [declared("deals", { schedules: [schedule("every 1 hour")] })];
  const failing = report(activity({ rules, declaredRules }), { detailed: true });
  const text = read(view(outdated, true, failing), events).replaceAll(/<[^>]*>/g, "");
  // The finding, and the row of the rule.
  expect(text).toContain(`its newest 4 runs failed, since 17:55; last success 16:55 · ${says}`);
  expect(text).toContain(`failing ${says}`);
});

test.each<{ name: string; evidence: Report["findings"][number]["evidence"]; lasts: boolean }>([
  { name: "failures that are over", evidence: { over: true }, lasts: false },
  { name: "missed runs that are over", evidence: { back_since: "2026-07-10T19:00:00Z" }, lasts: false },
  { name: "a burst that is over", evidence: { calm_since: "2026-07-10T19:00:00Z" }, lasts: false },
  { name: "a pause, which has an end", evidence: { to: "2026-07-10T19:00:00Z" }, lasts: false },
  { name: "one thing of two that are told is over", evidence: { over: true, also: ["duration"] }, lasts: true },
  { name: "nothing of it is over", evidence: { over: false }, lasts: true },
])("for how long it lasts is said of what lasts: $name", ({ evidence, lasts }) => {
  const rules = [ruleOf("deals", { runs: "ssssffff", everyMinutes: 60, error: "HTTP 500" })];
  const made = report(activity({ rules }));
  const [first] = made.findings;
  if (first === undefined) throw new Error("nothing was found");
  const { findings, rules: rows } = view(null, true, { ...made, findings: [{ ...first, evidence }] });
  const since = lasts ? "2026-07-10T17:55:00Z" : null;
  expect([findings[0]?.since, rows[0]?.since]).toEqual([since, since]);
});

test("the middle of an axis is the time there, however unevenly reports were made", () => {
  const at = ["2026-07-09T21:00:00Z", "2026-07-10T20:00:00Z", "2026-07-10T21:00:00Z"].map(
    (time) => Date.parse(time) / 1000,
  );
  const each = [60, 60, 60];
  const page = read(view(null, true, WELL, { at, p50: each, p95: each, p99: each }), null);
  const axis = page.slice(page.indexOf("Duration of a run, by report")).match(/<div class="axis.*?<\/div>/)?.[0] ?? "";
  expect([...axis.matchAll(/>([^<]+)<\/time>/g)].map(([, text]) => text)).toEqual(["9 Jul 21:00", "09:00", "21:00"]);
});

test("the table of rules begins with the rule that the page tells first", () => {
  const rules = [
    ruleOf("b-overdue", { runs: "s".repeat(20), everyMinutes: 60, startedMinutesAgo: 300 }),
    ruleOf("c-failing", { runs: "sssssfffff", everyMinutes: 60 }),
  ];
  const declaredRules = rules.map(({ rule: name }) => declared(name, { schedules: [schedule("every 1 hour")] }));
  const shown = view(null, true, report(activity({ rules, declaredRules })));
  expect([shown.findings[0]?.rule, shown.rules.map(({ name }) => name)]).toEqual([
    "c-failing",
    ["c-failing", "b-overdue"],
  ]);
});
