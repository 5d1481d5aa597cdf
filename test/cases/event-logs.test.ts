/** Logs that write a row when a run starts and another when it ends: no run is two, and none of them hangs. */
import { describe, expect, test } from "bun:test";
import {
  alarms,
  ask,
  cron,
  DAY,
  ENGINES,
  HOUR,
  later,
  makeWarehouse,
  MINUTE,
  repeat,
  ruleOf,
} from "../making/cases.ts";
import type { RunRow } from "../making/warehouses.ts";

const TAKES = 10 * MINUTE;

/** An open row beside each; the row of the end starts with it, or when the run has ended. */
const twice = (runs: RunRow[], isAtEnd: boolean): RunRow[] =>
  runs.flatMap((run): RunRow[] => {
    const end = later(run.start, TAKES);
    return [{ ...run, status: "running", end: null }, isAtEnd ? { ...run, start: end, end } : { ...run, end }];
  });

describe.each(ENGINES)("%s", (engine) => {
  test.each([
    { name: "hourly, with the same start", every: HOUR, fields: "0 * * * *", isAtEnd: false, due: 24 },
    { name: "hourly, with the end as start", every: HOUR, fields: "0 * * * *", isAtEnd: true, due: 24 },
    { name: "daily", every: DAY, fields: "0 2 * * *", isAtEnd: false, due: 1 },
    { name: "daily, with the end as start", every: DAY, fields: "0 2 * * *", isAtEnd: true, due: 1 },
  ])("$name: each run is one, and has ended", async ({ every, fields, isAtEnd, due }) => {
    const runs = twice(repeat({ from: "06-01 02:00", to: "07-10 20:00", every }), isAtEnd);
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron(fields, "contacts")] });
    const { report } = await ask(warehouse);
    expect(report.findings).toEqual([]);
    expect(ruleOf(report, "contacts")).toMatchObject({
      condition: "ok",
      expected: due,
      seen: due,
      extra: 0,
      missed: 0,
    });
    expect(report.performance_metrics).toMatchObject({ running_actions: 0, stale_actions: 0 });
    await using hung = await makeWarehouse(engine, { runs: runs.slice(0, -1), schedules: [cron(fields, "contacts")] });
    const after = await ask(hung, { as: every === DAY ? "07-10 21:00" : "07-11 02:30" });
    expect(alarms(after.report)).toMatchObject([{ rule_name: "contacts" }]);
    expect(after.report.performance_metrics.stale_actions).toBe(1);
  });

  test("one that never ended is told beside those that did", async () => {
    const runs = twice(repeat({ from: "06-01 02:00", to: "07-10 20:00", every: HOUR }), false);
    const isLost = ({ start, status }: RunRow) => status !== "running" && start.slice(5, 13) === "07-10T08";
    await using warehouse = await makeWarehouse(engine, { runs: runs.filter((run) => !isLost(run)) });
    const { report } = await ask(warehouse);
    expect(report.findings).toMatchObject([
      { id: "stale-actions", severity: "info", evidence: { stale: 1, older: 0, rules: ["contacts"] } },
    ]);
  });
});
