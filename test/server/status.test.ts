/** What a monitor is told of what the store knows: the word, the code and the line. */
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { rankRows } from "../../src/report/pass/attention.ts";
import type { Finding } from "../../src/report/document/schema.ts";
import { digestReport } from "../../src/report/document/digest.ts";
import type { ScheduleJudgement } from "../../src/schedule/judge.ts";
import { drawBadge } from "../../src/server/api/documents/badge.ts";
import { CrmSchema, publishCrm, sortStates } from "../../src/server/api/documents/crms.ts";
import { describeStatus, httpStatusOf, StatusSchema } from "../../src/server/api/documents/status.ts";
import type { CrmState } from "../../src/server/state.ts";
import { activity, declared, report, schedule } from "../making/activities.ts";
import { ruleOf } from "../making/rules.ts";

const END = "2026-07-10T21:00:00Z";

const made = (source: string, runs: string) =>
  report(
    activity({
      source,
      rules: [ruleOf("deals", { runs, everyMinutes: 60, error: "HTTP 500" })],
      declaredRules: [declared("deals", { schedules: [schedule("every 1 hour")] })],
    }),
    { detailed: true },
  );
const WELL = made("hubspot", "ssssssssssssssssssssssss");
const UNKNOWN = { ...WELL, verdict: "unknown" as const, findings: [], rules: [] };
const NO_TABLE = report({
  kind: "missing",
  preset: null,
  lookedFor: ["sync_history"],
  elsewhere: [],
  where: "database d",
  source: "genius",
  window: activity().window,
  querySeconds: 0.01,
});
const SILENT = made("hubspot", "ssssssssssssssssssss....");
const FAILING = made("genius", "ssssssssssssssssssssffff");

const reported = (name: string, of = WELL): CrmState => ({
  name,
  newest: { id: `${name}-1`, origin: "daily", digest: digestReport(of) },
  failure: null,
  seconds: 0.2,
  stale: null,
});
const unread = (name: string): CrmState => ({
  ...reported(name),
  failure: {
    passId: "p",
    atMs: Date.parse(END),
    sinceMs: null,
    windowEndMs: Date.parse(END),
    reason: "connection refused",
  },
});
const critical = { newest: reported("x", FAILING).newest };
const none = (name: string): CrmState => ({ name, newest: null, failure: null, seconds: null, stale: null });
const stale = (name: string, of = WELL): CrmState => ({
  ...reported(name, of),
  stale: "no report of the window to 11 Jul 2026 04:00 UTC was made",
});
const judged = (status: ScheduleJudgement["status"]): ScheduleJudgement => ({
  schedule: "daily",
  status,
  slotMs: Date.parse(END),
  message: `it is ${status}`,
});

describe("status", () => {
  test.each<{ name: string; states: CrmState[]; schedules?: ScheduleJudgement[]; code: 200 | 503; line: string }>([
    {
      name: "all well",
      states: [reported("hubspot"), reported("genius")],
      schedules: [judged("ok")],
      code: 200,
      line: "ok: 2 CRMs, reported on up to 10 Jul 2026 21:00 UTC",
    },
    {
      name: "a critical rule",
      states: [reported("hubspot"), reported("genius", FAILING)],
      code: 503,
      line: "critical: genius: deals: its newest 4 runs failed, since 17:55; last success 16:55",
    },
    {
      name: "an age is that of the report, however much later it is asked for",
      states: [reported("hubspot", SILENT)],
      code: 503,
      line: "critical: hubspot: deals: last success 4h 05m ago, due every 1h, 3 runs did not start, as of 10 Jul 2026 21:00 UTC",
    },
    {
      name: "a CRM that could not be read, whatever its last report said",
      states: [unread("hubspot")],
      code: 503,
      line: "critical: hubspot: could not be read: connection refused",
    },
    { name: "no report yet", states: [none("hubspot")], code: 503, line: "critical: hubspot: no report was made yet" },
    {
      name: "a report too old to tell of now",
      states: [stale("hubspot")],
      code: 503,
      line: "critical: hubspot: no report of the window to 11 Jul 2026 04:00 UTC was made",
    },
    {
      name: "an outage stays told when no newer report comes",
      states: [stale("genius", FAILING)],
      code: 503,
      line: "critical: genius: deals: its newest 4 runs failed, since 17:55; last success 16:55, by the report to 10 Jul 2026 21:00 UTC; no report of the window to 11 Jul 2026 04:00 UTC was made",
    },
    {
      name: "an outage stays told when the CRM cannot be read any more",
      states: [{ ...reported("genius", FAILING), failure: unread("genius").failure }],
      code: 503,
      line: "critical: genius: could not be read: connection refused; by the report to 10 Jul 2026 21:00 UTC: deals: its newest 4 runs failed, since 17:55; last success 16:55",
    },
    {
      name: "that there is no table is told once, although a report says so too",
      states: [{ ...unread("genius"), newest: { id: "g-1", origin: "daily", digest: digestReport(NO_TABLE) } }],
      code: 503,
      line: "critical: genius: could not be read: connection refused",
    },
    {
      name: "a schedule that is late",
      states: [reported("hubspot")],
      schedules: [judged("late")],
      code: 503,
      line: "critical: schedule daily: it is late",
    },
    {
      name: "a schedule that was skipped",
      states: [reported("hubspot")],
      schedules: [judged("skipped")],
      code: 200,
      line: "warning: schedule daily: it is skipped",
    },
    {
      name: "a schedule that is new",
      states: [reported("hubspot")],
      schedules: [judged("never-run")],
      code: 200,
      line: "ok: 1 CRM, reported on up to 10 Jul 2026 21:00 UTC",
    },
    {
      name: "a schedule that does its work is no word on a CRM that cannot be judged",
      states: [reported("hubspot", UNKNOWN)],
      schedules: [judged("ok"), judged("running"), judged("not-due")],
      code: 200,
      line: "unknown: hubspot: too little is known to judge it",
    },
    {
      name: "one CRM that cannot be judged takes nothing from what is known of another",
      states: [reported("hubspot"), reported("genius", UNKNOWN)],
      schedules: [judged("ok")],
      code: 200,
      line: "ok: 2 CRMs, reported on up to 10 Jul 2026 21:00 UTC",
    },
    {
      name: "of many three are named",
      states: ["a", "b", "c", "d", "e"].map(none),
      code: 503,
      line: "critical: a: no report was made yet; b: no report was made yet; c: no report was made yet; and 2 more",
    },
  ])("$name", ({ states, schedules = [], code, line }) => {
    const status = describeStatus(states, schedules, []);
    v.parse(StatusSchema, status);
    expect({ code: httpStatusOf(status), line: status.message }).toEqual({ code, line });
  });

  test("what CRMs share is critical though each of them is well", () => {
    const cause: Finding = {
      id: "failures-shared",
      severity: "critical",
      rule_name: null,
      message: "One cause for 2 CRMs (hubspot, genius): they failed alike",
      evidence: { sources: ["hubspot", "genius"] },
    };
    const status = describeStatus([reported("hubspot"), unread("a")], [], [cause]);
    v.parse(StatusSchema, status);
    expect(status.causes).toEqual([{ severity: "critical", crms: ["hubspot", "genius"], message: cause.message }]);
    expect([httpStatusOf(status), status.message]).toEqual([
      503,
      `critical: a: could not be read: connection refused; ${cause.message}`,
    ]);
    expect(httpStatusOf(describeStatus([reported("hubspot")], [], [{ ...cause, severity: "warning" }]))).toBe(200);
  });

  test("the worst comes first, what could not be read before all, so that no line is cut before it", () => {
    const states = [reported("a"), reported("b", FAILING), reported("c", FAILING), reported("d", FAILING)];
    const status = describeStatus([...states, stale("e"), unread("f")], [judged("late")], []);
    expect(status.crms.map(({ crm }) => crm)).toEqual(["f", "e", "b", "c", "d", "a"]);
    expect(status.message).toStartWith("critical: f: could not be read: connection refused; e: no report");
    expect(status.message).toEndWith("; and 3 more");
  });

  test("of two that are critical the one with more findings comes first, as in the terminal and on the page", () => {
    const two = report(
      activity({
        source: "two",
        rules: ["deals", "jobs"].map((name) => ruleOf(name, { runs: "ssssffff", everyMinutes: 60, error: "HTTP 500" })),
        declaredRules: ["deals", "jobs"].map((name) => declared(name, { schedules: [schedule("every 1 hour")] })),
      }),
      { detailed: true },
    );
    const older = made("older", "ssssssssssssssssssffffff");
    const reports = [WELL, FAILING, older, two];
    const states = reports.map((one, index) => reported(`crm-${index}`, one));
    const ranked = rankRows(
      reports.map((one, index) => ({ source: `crm-${index}`, report: one, reason: null })),
      [],
    );
    const order = describeStatus(states, [], []).crms.map(({ crm }) => crm);
    expect(order).toEqual(["crm-3", "crm-2", "crm-1", "crm-0"]);
    expect(order).toEqual(ranked.map(({ source }) => source));
    expect(sortStates(states).map(({ name }) => name)).toEqual(order);
  });

  test.each([
    { name: "that could not be read", state: unread("hubspot"), verdict: "unknown" },
    {
      name: "that was critical and could not be read since",
      state: { ...unread("x"), ...critical },
      verdict: "critical",
    },
    { name: "of which the report is too old", state: stale("hubspot"), verdict: "unknown" },
    { name: "of which there is no report", state: none("hubspot"), verdict: "unknown" },
  ])("of a CRM $name is critical, its own verdict $verdict", ({ state, verdict }) => {
    const status = describeStatus([state], [], []);
    expect([status.verdict, status.crms[0]?.verdict]).toEqual(["critical", verdict as never]);
  });

  test("since when a CRM could not be read is told", () => {
    const failure = { passId: "p", atMs: Date.parse(END), sinceMs: Date.parse("2026-07-10T20:40:00Z") };
    const state = { ...reported("a"), failure: { ...failure, windowEndMs: Date.parse(END), reason: "refused" } };
    expect(describeStatus([state], [], []).message).toBe(
      "critical: a: could not be read since 10 Jul 2026 20:40 UTC: refused",
    );
  });

  test("text of a database stays on its line", () => {
    const hostile = {
      ...none("a"),
      failure: { passId: "p", atMs: 0, sinceMs: null, windowEndMs: 0, reason: "a\nb\u001b[31m\u202e" },
    };
    expect(describeStatus([hostile], [], []).message).toBe(
      "critical: a: could not be read: a\\u{a}b\\u{1b}[31m\\u{202e}",
    );
  });
});

describe("a CRM", () => {
  const hrefOf = (id: string) => `/api/v1/reports/${id}`;
  test("with a report: its conditions are counted", () => {
    const crm = publishCrm(reported("genius", FAILING), hrefOf);
    v.parse(CrmSchema, crm);
    expect(crm).toMatchObject({
      verdict: "critical",
      state: "reported",
      conditions: { failing: 1, ok: 0 },
      findings: { critical: 1 },
      report: { id: "genius-1", href: "/api/v1/reports/genius-1", total_actions: 24, overall_success_rate: 20 / 24 },
    });
  });
  test("without one: nothing is claimed", () => {
    const crm = publishCrm(none("genius"), hrefOf);
    v.parse(CrmSchema, crm);
    expect(crm).toMatchObject({ verdict: "unknown", state: "none", conditions: null, findings: null, report: null });
  });
});

describe("badge", () => {
  test("is as wide as its words", () => {
    expect(drawBadge("hubspot", "ok")).toContain('aria-label="hubspot: ok"');
    expect(drawBadge("hubspot", "ok")).toStartWith('<svg xmlns="http://www.w3.org/2000/svg" width="87" height="20"');
  });
  test("markup in a name stays text", () => {
    expect(drawBadge('<script>"&', "critical")).toContain("<title>&lt;script&gt;&quot;&amp;: critical</title>");
  });
});
