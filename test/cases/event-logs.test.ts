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

/** What the row of an end tells: the start and the end, the end as both, or one time alone, as Fivetran's log does. */
type EndRow = "whole" | "at-end" | "one-time";

/** An open row beside each. */
const twice = (runs: RunRow[], endRow: EndRow): RunRow[] =>
  runs.flatMap((run): RunRow[] => {
    const end = later(run.start, TAKES);
    const start = endRow === "whole" ? run.start : end;
    return [
      { ...run, status: "running", end: null },
      { ...run, start, end: endRow === "one-time" ? null : end },
    ];
  });

describe.each(ENGINES)("%s", (engine) => {
  test.each([
    { name: "hourly, with the same start", every: HOUR, fields: "0 * * * *", endRow: "whole", due: 24 },
    { name: "hourly, with the end as start", every: HOUR, fields: "0 * * * *", endRow: "at-end", due: 24 },
    { name: "hourly, with one time for each row", every: HOUR, fields: "0 * * * *", endRow: "one-time", due: 24 },
    { name: "daily", every: DAY, fields: "0 2 * * *", endRow: "whole", due: 1 },
    { name: "daily, with the end as start", every: DAY, fields: "0 2 * * *", endRow: "at-end", due: 1 },
    { name: "daily, with one time for each row", every: DAY, fields: "0 2 * * *", endRow: "one-time", due: 1 },
  ] as const)("a-row-for-each-end, $name: each run is one, and has ended", async ({ every, fields, endRow, due }) => {
    const runs = twice(repeat({ from: "06-01 02:00", to: "07-10 20:00", every }), endRow);
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron(fields, "contacts")] });
    const { report } = await ask(warehouse);
    // That its durations are unknown is told of the rows.
    expect(report.findings.filter(({ id }) => endRow !== "one-time" || id !== "rows-contradictory")).toEqual([]);
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

  test.each(["whole", "at-end", "one-time"] as const)(
    "a rule that stopped before both windows has stopped, and none of its runs hangs, %s",
    async (endRow) => {
      const runs = twice(repeat({ from: "06-01 02:00", to: "07-08 12:00", every: HOUR }), endRow);
      await using warehouse = await makeWarehouse(engine, { runs });
      const { report } = await ask(warehouse);
      const { severity, message, usual } = ruleOf(report, "contacts");
      expect([severity, usual?.interval?.seconds]).toEqual(["critical", HOUR / 1000]);
      expect(message).toStartWith("contacts: nothing has started since 8 Jul 12:");
      expect(report.findings.map(({ id }) => id)).not.toContain("stale-actions");
    },
  );

  test("one that never ended is told beside those that did", async () => {
    const runs = twice(repeat({ from: "06-01 02:00", to: "07-10 20:00", every: HOUR }), "whole");
    const isLost = ({ start, status }: RunRow) => status !== "running" && start.slice(5, 13) === "07-10T08";
    await using warehouse = await makeWarehouse(engine, { runs: runs.filter((run) => !isLost(run)) });
    const { report } = await ask(warehouse);
    expect(report.findings).toMatchObject([
      { id: "stale-actions", severity: "info", evidence: { stale: 1, older: 0, rules: ["contacts"] } },
    ]);
  });
});
