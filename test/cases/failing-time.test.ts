/** Runs of one time fail each time, beside others of the same rule that succeed: a nightly run of a rule that also runs each hour. */
import { describe, expect, test } from "bun:test";
import type { RunRow } from "../making/warehouses.ts";
import { at, cron, DAY, ENGINES, HOUR, judge, MINUTE, repeat, ruleOf } from "../making/cases.ts";

const TO = "07-10 20:00";
const hourly = (change?: Parameters<typeof repeat>[1], from = "06-10 00:00") =>
  repeat({ from, to: TO, every: HOUR }, change);
const BROKEN: Partial<RunRow> = { status: "failed", error: "MemoryError" };

/** One each night at 02:30, which fails from that day on. */
function nightly(failsFrom: string, failsTo = "07-10 02:30", every = DAY, from = "06-10 02:30"): RunRow[] {
  return repeat({ from, to: "07-10 02:30", every, takes: 25 * MINUTE }, (start) =>
    start >= at(failsFrom) && start <= at(failsTo) ? BROKEN : { processed: 90_000 },
  );
}

const DELTA = cron("0 * * * *", "contacts");
const FULL = cron("30 2 * * *", "contacts");

describe.each(ENGINES)("%s", (engine) => {
  test("nightly-fails-beside-hourly: eight nights in a row are critical, with the error", async () => {
    const report = await judge(engine, { runs: [...hourly(), ...nightly("07-03 02:30")], schedules: [DELTA, FULL] });
    expect(ruleOf(report, "contacts")).toMatchObject({
      condition: "degraded",
      severity: "critical",
      since: "2026-07-03T02:30:00Z",
      message:
        "contacts: its runs daily at 02:30 failed 8 times in a row, since 3 Jul 02:30, while its others go on: MemoryError",
    });
    expect(report.findings.filter(({ rule_name }) => rule_name === "contacts")).toHaveLength(1);
  });

  test("nightly-fails-without-schedules: what is known is the hour of the day, and it is a warning", async () => {
    const report = await judge(engine, { runs: [...hourly(), ...nightly("07-03 02:30")] });
    expect(ruleOf(report, "contacts")).toMatchObject({
      condition: "degraded",
      severity: "warning",
      message:
        "contacts: its runs that end in the hour after 02:00 failed on 8 days in a row, since 3 Jul 02:00, while its others go on: MemoryError",
    });
  });
});

test("nightly-fails-beside-quarters: no newest run tells its error, and the window does", async () => {
  const quarters = repeat({ from: "06-10 00:00", to: "07-10 20:45", every: 15 * MINUTE });
  const report = await judge("sqlite", {
    runs: [...quarters, ...nightly("07-09 02:30")],
    schedules: [cron("*/15 * * * *", "contacts"), FULL],
  });
  expect(ruleOf(report, "contacts")).toMatchObject({ severity: "warning" });
  expect(ruleOf(report, "contacts")?.message).toContain("failed 2 times in a row, since 9 Jul 02:30");
  expect(ruleOf(report, "contacts")?.message).toEndWith(": MemoryError");
});

test("weekly-fails-beside-hourly: it is told on each day of the week after", async () => {
  const runs = [...hourly(undefined, "05-20 00:00"), ...nightly("06-14 02:30", "07-10 02:30", 7 * DAY, "05-24 02:30")];
  const report = await judge("sqlite", { runs, schedules: [DELTA, cron("30 2 * * 0", "contacts")] });
  expect(ruleOf(report, "contacts")).toMatchObject({ severity: "critical", since: "2026-06-14T02:30:00Z" });
});

describe("not one time alone", () => {
  const failing = (isFailing: (minuteOfDay: number) => boolean, every: number) =>
    repeat({ from: "05-10 00:07", to: "07-10 20:57", every }, (start) => {
      const minuteOfDay = (Date.parse(start) % DAY) / MINUTE;
      return start >= at("07-03 00:00") && isFailing(minuteOfDay) ? BROKEN : {};
    });
  test.each([
    { name: "each second hour", runs: failing((minute) => Math.floor(minute / 60) % 2 === 1, HOUR), failed: "50.0 %" },
    { name: "one of six in each hour", runs: failing((minute) => minute % 60 < 10, 10 * MINUTE), failed: "16.7 %" },
    { name: "the night", runs: failing((minute) => minute < 8 * 60, HOUR), failed: "33.3 %" },
  ])("$name", async ({ runs, failed }) => {
    const { message, severity } = ruleOf(await judge("sqlite", { runs }), "contacts");
    expect(message).toContain(`(${failed}), more than usual`);
    expect(severity).toBe("warning");
  });
});

describe("no alarm", () => {
  const nightOf = (start: string, hour: string) => start.slice(11, 16) === hour;
  test.each<{ name: string; runs: RunRow[] }>([
    { name: "the newest night is well", runs: [...hourly(), ...nightly("07-03 02:30", "07-09 02:30")] },
    {
      name: "each failure was started again, and succeeded",
      runs: [
        ...hourly(),
        ...nightly("07-03 02:30").map((row) => (row.status === "failed" ? { ...row, end: at("07-03 02:40") } : row)),
      ].flatMap((row): RunRow[] => {
        if (row.status !== "failed") return [row];
        const day = row.start.slice(5, 10);
        return [
          { ...row, end: at(`${day} 02:31`) },
          { ...row, status: "success", error: null, start: at(`${day} 02:35`), end: at(`${day} 02:55`) },
        ];
      }),
    },
    {
      name: "an hour of the day that always failed",
      runs: hourly((start) => (nightOf(start, "03:00") ? BROKEN : {})),
    },
    {
      name: "two runs of one hour failed",
      runs: hourly((start) => (start >= at("07-09 00:00") && nightOf(start, "03:00") ? BROKEN : {})),
    },
  ])("$name", async ({ runs }) => {
    const report = await judge("sqlite", { runs, schedules: [DELTA, FULL] });
    expect(ruleOf(report, "contacts")?.message).not.toMatch(/failed.*, while its others go on/);
  });
});
