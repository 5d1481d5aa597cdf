/** The one thing to know of a finding, in few words, and nothing that the words do not know. */
import { describe, expect, test } from "bun:test";
import type { ReadActivity } from "../../../src/report/activity.ts";
import type { Finding, Report } from "../../../src/report/document/schema.ts";
import {
  describeBriefly,
  describeCause,
  describeUnread,
  describeUnreadShortly,
} from "../../../src/render/terminal/brief.ts";
import { activity, declared, report, rule } from "../../making/activities.ts";
import { every } from "../../making/findings.ts";
import { WINDOW } from "../../making/reports.ts";
import { ruleOf } from "../../making/rules.ts";

const at = (time: string) => Date.parse(`2026-07-10T${time}:00Z`);
const HALF_HOURLY = every("every 30 minutes");
const SCHEDULED = ["a", "b", "c"].map((name) => declared(name, HALF_HOURLY));
const stopped = (name: string) => ruleOf(name, { runs: "s".repeat(40), everyMinutes: 30, startedMinutesAgo: 900 });
const busy = ruleOf("busy", { runs: "s".repeat(40), everyMinutes: 30 });

/** The words of the first finding of that kind. */
function brief(facts: Partial<ReadActivity>, id: Finding["id"]): string {
  const made = report(activity(facts));
  const found = made.findings.find((finding) => finding.id === id);
  if (found === undefined) throw new Error(`no ${id} among ${made.findings.map((finding) => finding.id).join(", ")}`);
  return describeBriefly(found, made);
}

const cases: { id: Finding["id"]; name: string; facts: Partial<ReadActivity>; words: string }[] = [
  {
    id: "rules-stopped",
    name: "since the last start of any rule",
    facts: { rules: ["a", "b", "c"].map(stopped), declaredRules: SCHEDULED },
    words: "nothing since 06:00: 3 rules stopped",
  },
  {
    id: "rules-stopped",
    name: "since their own last start, where another rule goes on",
    facts: {
      rules: [busy, ...["a", "b", "c"].map(stopped)],
      declaredRules: [declared("busy", HALF_HOURLY), ...SCHEDULED],
    },
    words: "3 of 4 rules started nothing since 06:00",
  },
  {
    id: "rules-stopped",
    name: "that never started",
    facts: { declaredRules: SCHEDULED },
    words: "3 rules stopped",
  },
  {
    id: "rule-overdue",
    name: "how long ago, and when it is due",
    facts: { rules: [busy, stopped("a")], declaredRules: [declared("busy"), declared("a", HALF_HOURLY)] },
    words: "a stopped 14h 55m ago (due every 30m)",
  },
  {
    id: "rule-overdue",
    name: "that it has no row, where its run may go on without one",
    facts: {
      rules: [busy, ruleOf("a", { runs: "s".repeat(20), everyMinutes: 360, startedMinutesAgo: 660, tookMinutes: 60 })],
      declaredRules: [declared("busy"), declared("a", every("every 6 hours"))],
    },
    words: "a has left no row since its success 10h ago (due every 6h)",
  },
  {
    id: "rule-never",
    name: "when it is due",
    facts: { rules: [busy], declaredRules: [declared("busy"), declared("a", every("0 */4 * * *"))] },
    words: "a never ran (due every 4h)",
  },
  {
    id: "rule-never",
    name: "when it is due, in the words of its finding",
    facts: { rules: [busy], declaredRules: [declared("busy"), declared("a", every("15 3 * * *"))] },
    words: "a never ran (due daily at 03:15)",
  },
  {
    id: "rule-failing",
    name: "how many times, since when, of what",
    facts: { rules: [ruleOf("a", { runs: "sssfffff", everyMinutes: 60, error: "HTTP 401" })] },
    words: "a failed 5 times since 16:55: HTTP 401",
  },
  {
    id: "rule-failing",
    name: "once",
    facts: { rules: [ruleOf("a", { runs: `${"s".repeat(9)}f`, everyMinutes: 60 })] },
    words: "a failed at 20:55",
  },
  {
    id: "rule-failing",
    name: "on an earlier day, with its day",
    facts: { rules: [ruleOf("a", { runs: `ss${"f".repeat(24)}`, everyMinutes: 60 })] },
    words: "a failed 24 times since 9 Jul 21:55",
  },
  {
    id: "rule-stuck",
    name: "since when",
    facts: {
      rules: [ruleOf("a", { runs: `${"s".repeat(20)}r`, everyMinutes: 180, startedMinutesAgo: 179, tookMinutes: 1 })],
    },
    words: "a hangs since 18:01",
  },
  {
    id: "rule-overdue",
    name: "that has been running",
    facts: { rules: [busy, ruleOf("a", { runs: "sssssssssr", everyMinutes: 60, startedMinutesAgo: 600 })] },
    words: "a has been running since 11:00",
  },
  {
    id: "rule-empty",
    name: "since when",
    facts: {
      rules: [
        ruleOf(
          "a",
          { runs: "s".repeat(20), everyMinutes: 1440, startedMinutesAgo: 18 * 60 },
          { emptyStreak: { n: 1, written: 0, sinceMs: at("03:00"), usual: 250_000, fullHours: [] } },
        ),
      ],
      declaredRules: [declared("a", every("0 3 * * *"))],
    },
    words: "a brings no records since 03:00",
  },
  {
    id: "success-rate-low",
    name: "how many, and the most frequent causes",
    facts: {
      rules: [rule("a", { success: 40, failed: 14 })],
      failures: [
        failure("HTTP 429 Too Many Requests", 6),
        failure("Read timed out", 5),
        failure(`Oh: ${"words ".repeat(20)}`, 2),
        failure(null, 1),
      ],
    },
    words: "14 of 54 failed: rate-limit (6), timeout (5), Oh: words words words words words words… (2), others (1)",
  },
];

describe.each(cases)("$id", ({ name, id, facts, words }) => {
  test(name, () => {
    expect(brief(facts, id)).toBe(words);
  });
});

test("failures that are over are so in the words of each finding that counts them", () => {
  const facts = {
    rules: [
      ruleOf("a", { runs: `${"s".repeat(10)}${"f".repeat(14)}${"s".repeat(40)}`, everyMinutes: 20, error: "HTTP 500" }),
    ],
    failures: [
      { ...failure("HTTP 500", 12), firstMs: at("03:00"), lastMs: at("07:35") },
      { ...failure("Read timed out", 2), firstMs: at("03:00"), lastMs: at("07:35") },
    ],
  };
  const words = "14 of 64 failed, over: HTTP 500 (12), timeout (2)";
  expect([brief(facts, "failures-many"), brief(facts, "success-rate-low")]).toEqual([words, words]);
});

test("what has no shorter words keeps its own", () => {
  const facts = { rules: [rule("a", { unknown: 6, success: 5 })], unknownStatuses: [{ word: "odd", n: 6 }] };
  expect(brief(facts, "unknown-status")).toBe('6 runs with an unknown status, counted in no rate: "odd"');
});

test("hostile names and errors are shown, not executed", () => {
  const hostile = "\u001b]0;owned\u0007";
  const facts = { rules: [ruleOf(hostile, { runs: "sssfffff", everyMinutes: 60, error: `x ${hostile}` })] };
  expect(brief(facts, "rule-failing")).toStartWith("\\u{1b}]0;owned\\u{7} failed 5 times");
});

describe("a cause", () => {
  const cause = (evidence: object, message = "One cause"): Finding => ({
    id: "failures-shared",
    severity: "critical",
    rule_name: null,
    message,
    evidence: { from: "2026-07-10T13:00:00Z", to: "2026-07-10T13:01:00Z", family: "connection", ...evidence },
  });
  test.each<{ name: string; evidence: object; others: string[]; words: string }>([
    { name: "its family and time", evidence: {}, others: [], words: "connection errors 13:00–13:01" },
    { name: "that is over", evidence: { over: true }, others: [], words: "connection errors 13:00–13:01, over" },
    {
      name: "that goes on, as nothing has succeeded",
      evidence: { over: false, without_success: ["a"] },
      others: [],
      words: "connection errors 13:00–13:01, going on",
    },
    {
      name: "since which nothing has had the time to succeed",
      evidence: { over: false },
      others: [],
      words: "connection errors 13:00–13:01, not known to be over",
    },
    {
      name: "its example and the CRMs that are not named beside it",
      evidence: { example: "refused" },
      others: ["a", "b"],
      words: "connection errors (also a, b) 13:00–13:01: refused",
    },
    { name: "of no family", evidence: { family: "other" }, others: [], words: "failures alike 13:00–13:01" },
    {
      name: "of the day before",
      evidence: { from: "2026-07-09T22:00:00Z", to: "2026-07-10T02:00:00Z" },
      others: [],
      words: "connection errors 9 Jul 22:00–02:00",
    },
    {
      name: "within the day before",
      evidence: { from: "2026-07-09T22:00:00Z", to: "2026-07-09T22:01:00Z" },
      others: [],
      words: "connection errors 9 Jul 22:00–22:01",
    },
    {
      name: "from the day before the last to the day before",
      evidence: { from: "2026-07-08T22:00:00Z", to: "2026-07-09T22:01:00Z" },
      others: [],
      words: "connection errors 8 Jul 22:00–9 Jul 22:01",
    },
  ])("$name", ({ evidence, others, words }) => {
    expect(describeCause(cause(evidence), others, WINDOW.endMs)).toBe(words);
  });

  test.each([
    { whole: true, words: "nothing started 13:00–13:01, over" },
    { whole: false, words: "several rules started nothing 13:00–13:01, over" },
  ])("a silence that is over, whole: $whole", ({ whole, words }) => {
    const silence: Finding = { ...cause({ whole, over: true }), id: "silence-shared" };
    expect(describeCause(silence, [], WINDOW.endMs)).toBe(words);
  });

  test.each([
    { whole: true, words: "nothing started (also b) since 13:00: is the scheduler alive?" },
    { whole: false, words: "several rules started nothing (also b) since 13:00: is the scheduler alive?" },
  ])("a silence that goes on, whole: $whole, without the names beside it", ({ whole, words }) => {
    const silence: Finding = {
      ...cause({ from: undefined, to: undefined, since: "2026-07-10T13:00:00Z", whole }),
      id: "silence-shared",
    };
    expect(describeCause(silence, ["b"], WINDOW.endMs)).toBe(words);
  });

  test("without a time its own message", () => {
    const silence = cause({ from: undefined, to: undefined }, "nothing has started\u0007");
    expect(describeCause(silence, [], WINDOW.endMs)).toBe("nothing has started\\u{7}");
  });
});

test.each([
  { reason: "db:5432 refuses the connection", words: "db:5432 refuses the connection" },
  { reason: "first line\nsecond line", words: "first line" },
  { reason: null, words: "could not be read" },
])("why a CRM was not read: $reason", ({ reason, words }) => {
  expect(describeUnread({ source: "a", report: null as Report | null, reason })).toBe(words);
});

test.each<{ reason: string; words: string }>([
  {
    reason:
      "db:5432 refuses the connection: is PostgreSQL running there, listening on that port, and reachable from here?",
    words: "db:5432 refuses the connection",
  },
  {
    reason:
      "a:1 cannot be reached: check the network and firewalls; b:2 has no free connection: raise max_connections or the role's limit, or try later",
    words: "a:1 cannot be reached; b:2 has no free connection",
  },
  {
    reason:
      'db: relation "x" does not exist. The table is not as the preset expects it: check preset, schema and table',
    words: 'db: relation "x" does not exist. The table is not as the preset expects it',
  },
  { reason: "no answer within 10 s", words: "no answer within 10 s" },
])("the same in a list, without what to do: $words", ({ reason, words }) => {
  expect(describeUnreadShortly({ source: "a", report: null as Report | null, reason })).toBe(words);
});

function failure(message: string | null, n: number) {
  return { rule: "a", message, n, firstMs: WINDOW.startMs, lastMs: WINDOW.startMs, current: true, minutes: [] };
}
