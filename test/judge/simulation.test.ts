/** The simulator itself: healthy runs at the right moments, and the moment from which a fault can be known. */
import { describe, expect, test } from "bun:test";
import type { Finding } from "../../src/report/document/schema.ts";
import { sumCases } from "../making/judging/faulted.ts";
import { listReportTimes, mentions } from "../making/judging/looks.ts";
import { simulatePattern } from "../making/simulation/crms.ts";
import { type FaultName, FAULTS } from "../making/simulation/faults.ts";
import { atWallTimes, everyMinutes } from "../making/simulation/rhythms.ts";
import type { SimulatedRun } from "../making/simulation/runs.ts";

const HOUR_MS = 3_600_000;

describe("times of the wall clock", () => {
  const half = { minutes: [30], hours: [2] };
  test.each<{ name: string; timezone: string; from: string; due: string[] }>([
    {
      name: "Berlin skips 02:30 on 29 March: it comes an hour later",
      timezone: "Europe/Berlin",
      from: "2026-03-28T00:00:00Z",
      due: ["2026-03-28T01:30:00.000Z", "2026-03-29T01:30:00.000Z", "2026-03-30T00:30:00.000Z"],
    },
    {
      name: "Berlin repeats 02:30 on 25 October: it comes once",
      timezone: "Europe/Berlin",
      from: "2026-10-24T00:00:00Z",
      due: ["2026-10-24T00:30:00.000Z", "2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"],
    },
    {
      name: "New York skips 02:30 on 8 March",
      timezone: "America/New_York",
      from: "2026-03-07T00:00:00Z",
      due: ["2026-03-07T07:30:00.000Z", "2026-03-08T07:30:00.000Z", "2026-03-09T06:30:00.000Z"],
    },
    {
      name: "UTC knows no change",
      timezone: "UTC",
      from: "2026-03-28T00:00:00Z",
      due: ["2026-03-28T02:30:00.000Z", "2026-03-29T02:30:00.000Z", "2026-03-30T02:30:00.000Z"],
    },
  ])("$name", ({ timezone, from, due }) => {
    const startMs = Date.parse(from);
    const listed = atWallTimes(half).listDue({ startMs, endMs: startMs + 72 * HOUR_MS }, timezone, () => 0);
    expect(listed.map((ms) => new Date(ms).toISOString())).toEqual(due);
  });
  test("an interval goes on through a change", () => {
    const startMs = Date.parse("2026-03-29T00:00:00Z");
    const listed = everyMinutes(60).listDue({ startMs, endMs: startMs + 4 * HOUR_MS }, "Europe/Berlin", () => 0.5);
    expect(listed.map((ms) => (ms - startMs) / HOUR_MS)).toEqual([0.5, 1.5, 2.5, 3.5]);
  });
});

test("a seed makes the same rows each time, and another seed others", () => {
  expect(simulatePattern(7, "nightly")).toEqual(simulatePattern(7, "nightly"));
  expect(simulatePattern(7, "nightly")).not.toEqual(simulatePattern(8, "nightly"));
});

test("2 of 100 runs fail", () => {
  const [first] = simulatePattern(1, "every-5-minutes");
  const runs = first!.crm.rules[0]!.runs;
  expect(runs).toHaveLength(34_560);
  const failed = runs.filter(({ status }) => status !== "success").length;
  expect(failed).toBeGreaterThan(600);
  expect(failed).toBeLessThan(780);
});

/** Runs at every full hour, ten minutes long; those from hour 100 on are struck. */
function hourly(): { before: SimulatedRun[]; spared: SimulatedRun[] } {
  const runs = Array.from({ length: 200 }, (_, hour): SimulatedRun => {
    const startedMs = hour * HOUR_MS;
    return { status: "success", startedMs, endedMs: startedMs + HOUR_MS / 6, records: 50, error: null };
  });
  return { before: runs.slice(0, 100), spared: runs.slice(100) };
}

describe("from when on a fault of an hourly rule can be known, in hours", () => {
  test.each<{ name: string; fault: FaultName; isDeclared?: boolean; isRare?: boolean; hour: number }>([
    { name: "a stop: an hour after the first missing run", fault: "stops", hour: 101 },
    { name: "the same by its schedule", fault: "stops", isDeclared: true, hour: 101 },
    { name: "failures: the end of the second", fault: "every-run-fails", hour: 101 + 5 / 3600 },
    { name: "failures of a rare rule: of the first", fault: "every-run-fails", isRare: true, hour: 100 + 5 / 3600 },
    { name: "partial runs: the end of the second", fault: "every-run-partial", hour: 101 + 1 / 6 },
    { name: "a stuck run: three times the longest", fault: "one-run-stuck", hour: 100.5 },
    { name: "no records: the third success", fault: "zero-records", hour: 102 + 1 / 6 },
    { name: "retries: the third attempt", fault: "retries-exhausted", hour: 100 + 4 / 60 + 5 / 3600 },
    { name: "ten times as often: 49 within a day", fault: "ten-times-as-often", hour: 102.7 },
  ])("$name", ({ fault, isDeclared = false, isRare = false, hour }) => {
    const { before, spared } = hourly();
    const { strike, findKnowable } = FAULTS[fault];
    const knowableMs = findKnowable({ before, spared, struck: strike(spared, () => 0.5), isDeclared, isRare });
    expect((knowableMs ?? Number.NaN) / HOUR_MS).toBeCloseTo(hour, 6);
  });
});

describe("a finding is about a rule", () => {
  const finding: Finding = { id: "no-data", severity: "warning", message: "deals", rule_name: null, evidence: {} };
  test.each<{ name: string; override: Partial<Finding>; is: boolean }>([
    { name: "by its name", override: { rule_name: "deals" }, is: true },
    { name: "by a list in its evidence", override: { evidence: { worst_rules: ["users", "deals"] } }, is: true },
    { name: "by its evidence", override: { evidence: { overdue_rule: "deals" } }, is: true },
    { name: "not by its message", override: {}, is: false },
    { name: "not by a part of a name", override: { rule_name: "deals_v2" }, is: false },
  ])("$name", ({ override, is }) => {
    expect(mentions({ ...finding, ...override }, "deals")).toBe(is);
  });
});

test("reports are made at 04:00 and 21:00, after the beginning until the end", () => {
  const window = { startMs: Date.parse("2026-03-01T04:00:00Z"), endMs: Date.parse("2026-03-03T04:00:00Z") };
  expect(listReportTimes(window).map((ms) => new Date(ms).toISOString().slice(8, 16))).toEqual([
    "01T21:00",
    "02T04:00",
    "02T21:00",
    "03T04:00",
  ]);
});

test("of three faults one is told at once, one two reports later, one never", () => {
  const reports = (...told: boolean[]) =>
    told.map((is, nth) => ({ nth, hours: 12 * (nth + 1), weight: 1, day: 0, told: is, severity: null }));
  const made = (told: boolean[]) => ({
    fault: "stops" as const,
    subject: "deals",
    pattern: null,
    knowableMs: 0,
    reports: reports(...told),
  });
  expect(sumCases([made([true, true]), made([false, false, true, true]), made([false, false])])).toEqual({
    cases: 3,
    named: 2,
    namedAtOnce: 1,
    medianDelay: 0,
    latestDelay: 2,
    toldShare: 0.5,
    medianHours: 12,
    soonestHours: 12,
    lastingShare: 0.5,
    knowableShare: 1,
  });
});
