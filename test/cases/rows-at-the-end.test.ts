/** Tables whose rows are written when runs end, as dlt and many logs write them: of a run that goes on there is no row. */
import { describe, expect, test } from "bun:test";
import { at, cron, DAY, ENGINES, HOUR, interval, judge, MINUTE, repeat, type Rows, ruleOf } from "../making/cases.ts";
import type { RunRow } from "../making/warehouses.ts";

const NIGHTLY = { rule: "nightly", from: "06-15 01:00", to: "07-12 01:00", every: DAY, takes: 4 * HOUR };
const RUNS = [
  ...repeat(NIGHTLY),
  ...repeat({ rule: "hourly", from: "07-01 00:00", to: "07-12 00:00", every: HOUR, takes: 50 * MINUTE }),
  ...repeat({ rule: "quarter", from: "07-07 00:00", to: "07-12 00:00", every: 15 * MINUTE, takes: 13 * MINUTE }),
  ...repeat({ rule: "daily", from: "06-15 05:00", to: "07-12 05:00", every: DAY, takes: 20 * HOUR }),
];
const SCHEDULES = [
  cron("0 1 * * *", "nightly"),
  cron("0 * * * *", "hourly"),
  interval(15, "minutes", "quarter"),
  cron("0 5 * * *", "daily"),
];

/** What such a table holds at a moment, in the order of the ends; a run that starts at `except` leaves no row. */
function writtenBy(as: string, except?: string): Rows {
  const runs = RUNS.filter(
    ({ start, end }) => (end ?? start) < at(as) && !(except !== undefined && start === at(except)),
  );
  return { runs: runs.toSorted(by("end")), schedules: SCHEDULES };
}

function by(time: "start" | "end") {
  return (a: RunRow, b: RunRow) => (a[time] ?? "").localeCompare(b[time] ?? "");
}

describe.each(ENGINES)("%s", (engine) => {
  test("rows-at-the-end: runs that go on are neither missed nor late, at whatever minute", async () => {
    for (const as of ["07-10 01:20", "07-10 04:00", "07-10 04:49", "07-10 21:00", "07-10 21:14", "07-11 00:58"]) {
      const report = await judge(engine, writtenBy(as), { as });
      expect([as, report.findings.map(({ message }) => message)]).toEqual([as, []]);
    }
  });

  test("rows-at-the-end: one that takes too long may not have ended, and one that is long over did not start", async () => {
    const told = async (as: string) => {
      const { recommendations, rules, findings } = await judge(engine, writtenBy(as, "07-10 01:00"), { as });
      const nightly = findings.findIndex(({ rule_name: rule }) => rule === "nightly");
      const advice = recommendations.find(({ finding }) => finding === nightly)?.recommendation ?? null;
      const { severity, message } = rules.find(({ rule_name: rule }) => rule === "nightly") ?? {};
      return [severity, message, advice];
    };
    const goesOn = "See whether a run of nightly goes on, if its rows are written when it ends";
    expect(await told("07-10 05:30")).toEqual([
      "warning",
      "nightly: 1 of 1 run due in 24 h has no row, the last one due 01:00: not started, or not ended yet",
      `${goesOn}; if not, whether its scheduler or worker was down`,
    ]);
    expect(await told("07-10 21:00")).toEqual([
      "warning",
      "nightly: last success 1d 16h ago, due daily at 01:00, 1 run has no row: not started, or not ended yet",
      `${goesOn}; if not, restart nightly, or its scheduler and worker`,
    ]);
  });

  test("beside a row that is open, which shows that runs have one from their start on, nothing is waited for", async () => {
    const { runs, schedules = [] } = writtenBy("07-10 04:00", "07-10 01:00");
    const open = repeat({ rule: "hourly", from: "07-10 04:00", to: "07-10 04:00", every: HOUR }, () => ({
      status: "running",
      end: null,
    }));
    const report = await judge(engine, { runs: [...runs, ...open], schedules }, { as: "07-10 04:01" });
    expect(ruleOf(report, "nightly").message).toBe(
      "nightly: last success 23h 01m ago, due daily at 01:00, 1 run did not start",
    );
  });

  test("rows whose ids follow the starts were written at these: what has none did not start", async () => {
    const { runs, schedules = [] } = writtenBy("07-10 04:50", "07-10 01:00");
    const inOrder = (order: (a: RunRow, b: RunRow) => number) => ({ runs: runs.toSorted(order), schedules });
    const [atStarts, atEnds] = await Promise.all(
      [by("start"), by("end")].map(async (order) =>
        ruleOf(await judge(engine, inOrder(order), { as: "07-10 04:50" }), "nightly"),
      ),
    );
    expect(atStarts?.message).toBe("nightly: last success 23h 50m ago, due daily at 01:00, 1 run did not start");
    expect(atEnds).toMatchObject({ condition: "ok", severity: null });
  });

  test("a single run that took long excuses no silence of others that do not", async () => {
    const short = repeat({ rule: "hourly", from: "07-01 00:00", to: "07-10 12:00", every: HOUR, takes: MINUTE });
    const long = repeat({ rule: "hourly", from: "07-10 12:30", to: "07-10 12:30", every: HOUR, takes: 5 * HOUR });
    const within = repeat({ rule: "other", from: "07-01 13:10", to: "07-10 17:10", every: 2 * HOUR });
    const rows = { runs: [...short, ...long, ...within].toSorted(by("end")), schedules: [cron("0 * * * *", "hourly")] };
    expect(ruleOf(await judge(engine, rows), "hourly")).toMatchObject({
      severity: "critical",
      message: expect.stringContaining("last success 3h 30m ago, due hourly at :00, 3 runs did not start") as never,
    });
  });
});
