/** One row for the start of a run and one for its end. The window ends at 21:00 UTC. */
import { describe, expect, test } from "bun:test";
import type { RunRow } from "../../../src/report/rules/run-row.ts";
import { activity, report } from "../../making/activities.ts";
import { WINDOW } from "../../making/reports.ts";
import { ruleOfRuns } from "../../making/rules.ts";

const MINUTE_MS = 60_000;

/** Newest first by their ends. `laterSeconds`: between the start that the row with the end tells and that of the open row. */
function hourly(hours: number, isPaired: (hour: number) => boolean, laterSeconds = 0): RunRow[] {
  return Array.from({ length: hours }, (_, hour): RunRow[] => {
    const startedMs = WINDOW.endMs - (hour + 1) * 60 * MINUTE_MS;
    const row = { id: null, startedMs, endedMs: startedMs + MINUTE_MS, records: null, error: null };
    const open: RunRow = { ...row, startedMs: startedMs + laterSeconds * 1000, endedMs: null, status: "running" };
    return [{ ...row, status: "success" }, ...(isPaired(hour) ? [open] : [])];
  }).flat();
}

/** The row of an end starts when the run has ended; its own start is known by the open row alone. */
const apart = (runs: RunRow[]) =>
  runs.map((run) =>
    run.status === "running"
      ? run
      : { ...run, startedMs: run.startedMs + MINUTE_MS, endedMs: run.startedMs + MINUTE_MS },
  );

function conditionOf(runs: RunRow[]) {
  return report(activity({ rules: [ruleOfRuns("deals", runs)] })).rules[0]?.condition;
}

describe("a run with a row for its start and one for its end has ended", () => {
  test.each([
    { name: "each of the newest", runs: hourly(10, () => true), condition: "ok" },
    { name: "its open row starts 2 s later", runs: hourly(10, () => true, 2), condition: "ok" },
    { name: "6 s later it is another run", runs: hourly(10, () => true, 6), condition: "stuck" },
    {
      name: "one of two that start together hangs",
      runs: hourly(10, (hour) => hour === 0 || hour === 5),
      condition: "stuck",
    },
    { name: "the newest has not ended", runs: hourly(10, () => true).slice(1), condition: "stuck" },
    { name: "the row of an end starts at it", runs: apart(hourly(10, () => true)), condition: "ok" },
    {
      name: "the row of an end starts at it, and one run hangs",
      runs: apart(hourly(10, () => true).filter(({ status }, nth) => status === "running" || nth > 0)),
      condition: "stuck",
    },
  ])("$name: $condition", ({ runs, condition }) => {
    expect(conditionOf(runs)).toBe(condition as "ok");
  });
});
