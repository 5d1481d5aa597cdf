/** Intervals that begin when the run before has ended. */
import { expect, test } from "bun:test";
import { paceSchedules } from "../../../src/report/expectation/from-end.ts";
import type { RunRow } from "../../../src/report/rules/run-row.ts";
import type { Schedule } from "../../../src/time/recurrence.ts";

const MINUTE_MS = 60_000;
const FROM_MS = Date.parse("2026-07-10T00:00:00Z");

/** Twenty runs of five and of nine minutes by turns, each so long after the end of the one before, the newest first. */
function restFor(minutes: number): RunRow[] {
  const runs: RunRow[] = [];
  let startedMs = FROM_MS;
  for (let nth = 0; nth < 20; nth += 1) {
    const endedMs = startedMs + (nth % 2 === 0 ? 5 : 9) * MINUTE_MS;
    runs.unshift({ id: null, startedMs, endedMs, status: "success", records: 1, error: null });
    startedMs = endedMs + minutes * MINUTE_MS;
  }
  return runs;
}

const TWENTY: Schedule = {
  recurrence: { kind: "interval", everyMs: 20 * MINUTE_MS },
  timezone: "UTC",
  startAtMs: null,
  endAtMs: null,
};

const paceOf = (hours: number, rest: number, schedules = [TWENTY]) =>
  paceSchedules(
    schedules,
    { runs: restFor(rest), duration: null },
    { startMs: FROM_MS, endMs: FROM_MS + hours * 60 * MINUTE_MS },
  ).map(({ recurrence }) => (recurrence.kind === "interval" ? (recurrence.everyMs / MINUTE_MS).toFixed(2) : ""));

// They take 7 minutes on average, and differ by 4 / 2.563 = 1.56; a day has 53.3 of them, an hour 2.2.
test.each<{ name: string; hours: number; rest: number; is: string }>([
  { name: "in a day", hours: 24, rest: 20, is: "27.43" },
  { name: "in an hour two long ones may follow each other", hours: 1, rest: 20, is: "29.09" },
  { name: "what rests for half as long counts from the start", hours: 24, rest: 10, is: "20.00" },
])("$name", ({ hours, rest, is }) => {
  expect(paceOf(hours, rest)).toEqual([is]);
});

test("of several schedules nothing says after which run one waits", () => {
  expect(paceOf(24, 20, [TWENTY, TWENTY])).toEqual(["20.00", "20.00"]);
});
