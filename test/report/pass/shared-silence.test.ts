/** One silence of several CRMs that is over, told from several. */
import { expect, test } from "bun:test";
import { chooseFinding } from "../../../src/report/pass/attention.ts";
import type { Finding, Report } from "../../../src/report/document/schema.ts";
import { findSharedSilence } from "../../../src/report/pass/shared-silence.ts";
import { activity, report } from "../../making/activities.ts";
import { assertHelpful } from "../../making/reports.ts";

type Pause = { source: string; from: string; to: string; due?: number };

/** A report of a CRM in which three rules started nothing from `from` to `to`. */
function paused({ source, from, to, due = 3 }: Pause): Report {
  const made = report(activity({ rules: [] }));
  const finding: Finding = {
    id: "runs-missed-together",
    severity: "warning",
    rule_name: null,
    message: "Nothing started",
    evidence: { rules: ["a", "b", "c"], due, from: `2026-07-10T${from}:00Z`, to: `2026-07-10T${to}:00Z`, missed: 30 },
  };
  return { ...made, metadata: { ...made.metadata, source }, findings: [finding] };
}

const pause = (source: string, from: string, to: string, due?: number): Pause => ({
  source,
  from,
  to,
  ...(due === undefined ? {} : { due }),
});

test.each<{ name: string; pauses: Pause[]; messages: string[]; told: boolean[] }>([
  {
    name: "three CRMs at one time",
    pauses: [pause("x", "11:30", "20:00"), pause("y", "11:45", "20:05"), pause("z", "11:00", "20:30")],
    messages: ["One cause for 3 CRMs (x, y, z): nothing started from 11:45 to 20:00, over now"],
    told: [true, true, true],
  },
  {
    name: "some of the rules of one",
    pauses: [pause("x", "11:30", "20:00"), pause("y", "11:30", "20:00"), pause("z", "11:30", "20:00", 5)],
    messages: ["One cause for 3 CRMs (x, y, z): several of their rules started nothing from 11:30 to 20:00, over now"],
    told: [true, true, false],
  },
  {
    name: "what is longer than the others is told beside them",
    pauses: [pause("x", "11:30", "20:00"), pause("y", "11:30", "20:00"), pause("z", "04:00", "20:00")],
    messages: ["One cause for 3 CRMs (x, y, z): nothing started from 11:30 to 20:00, over now"],
    told: [true, true, false],
  },
  {
    name: "a fourth at another time has its own cause",
    pauses: ["x", "y", "z"].map((source) => pause(source, "11:30", "20:00")).concat(pause("w", "02:00", "05:00")),
    messages: ["One cause for 3 CRMs (x, y, z): nothing started from 11:30 to 20:00, over now"],
    told: [true, true, true, false],
  },
  {
    name: "two may be chance",
    pauses: [pause("x", "11:30", "20:00"), pause("y", "11:30", "20:00")],
    messages: [],
    told: [false, false],
  },
  {
    name: "three, one after the other",
    pauses: [pause("x", "04:00", "08:00"), pause("y", "08:00", "12:00"), pause("z", "12:00", "16:00")],
    messages: [],
    told: [false, false, false],
  },
])("$name", ({ pauses, messages, told }) => {
  const reports = pauses.map(paused);
  const found = findSharedSilence(reports);
  for (const { id, severity } of found) assertHelpful(id, severity);
  expect(found.map(({ message }) => message)).toEqual(messages);
  expect(found.every(({ severity, evidence }) => severity === "warning" && evidence["over"] === true)).toBe(true);
  expect(reports.map((one) => chooseFinding(one, found) === null)).toEqual(told);
});

/** A report of a CRM whose rules have not started since; null: they have. */
function silent(source: string, last: string | null): Report {
  const made = report(activity({ rules: [] }));
  const finding = (since: string): Finding => ({
    id: "rules-stopped",
    severity: "critical",
    rule_name: null,
    message: "Nothing started",
    evidence: { rules: ["a", "b", "c"], due: 3, missed: 30, last_start_at: `2026-07-${since}:00Z` },
  });
  return { ...made, metadata: { ...made.metadata, source }, findings: last === null ? [] : [finding(last)] };
}

test("what stopped together is told once, and what stopped at another time, or in part, by itself", () => {
  const [first, second, third, old, part] = ["a", "b", "c", "old", "part"].map((source) =>
    silent(source, source === "old" ? "08T10:00" : "10T10:20"),
  );
  const reports = [first!, second!, third!, old!, { ...part!, findings: part!.findings.map(inPart) }];
  const found = findSharedSilence(reports);
  expect(found).toHaveLength(1);
  expect(reports.map((one) => chooseFinding(one, found) === null)).toEqual([true, true, true, false, false]);
});

/** Of four rules that were due one goes on. */
function inPart(finding: Finding): Finding {
  return { ...finding, evidence: { ...finding.evidence, due: 4 } };
}

test.each<{ name: string; last: (string | null)[]; messages: unknown[] }>([
  {
    name: "two of four",
    last: ["10T10:00", "10T10:50", null, null],
    messages: [expect.stringContaining("for 2 CRMs (a, b)")],
  },
  { name: "two of five may be chance", last: ["10T10:00", "10T10:50", null, null, null], messages: [] },
  {
    name: "three of twelve: a host that they share",
    last: ["10T10:00", "10T10:20", "10T10:50", ...Array.from({ length: 9 }, () => null)],
    messages: [
      "One cause for 3 CRMs (a, b, c): nothing has started in them since 10 Jul 2026 10:50: is the scheduler alive?",
    ],
  },
  {
    name: "three, each an hour after the other",
    last: ["10T10:00", "10T11:10", "10T12:20", null, null, null, null],
    messages: [],
  },
  {
    name: "what stopped together days ago is told though another stopped today",
    last: ["05T10:00", "05T10:20", "05T10:50", "10T12:00", null, null, null, null],
    messages: [expect.stringMatching(/for 3 CRMs \(a, b, c\): .* since 5 Jul 2026 10:50/)],
  },
])("silent still: $name", ({ last, messages }) => {
  const found = findSharedSilence(last.map((since, index) => silent("abcdefghijkl"[index] ?? "", since)));
  expect<unknown[]>(found.map(({ message }) => message)).toEqual(messages);
  expect(found.every(({ severity }) => severity === "critical")).toBe(true);
});
