/** Runs that wait for a retry, rehearsals, and schedules that are seldom due or not understood. */
import { describe, expect, test } from "bun:test";
import { at, cron, DAY, ENGINES, HOUR, interval, judge, MINUTE, repeat, ruleOf } from "../making/cases.ts";

const hourly = (to = "07-10 20:00", rule = "contacts") => repeat({ rule, from: "06-26 00:00", to, every: HOUR });

describe.each(ENGINES)("%s", (engine) => {
  test("retried-forever: runs that ended and wait for another start did start", async () => {
    const retried = repeat({ from: "07-10 00:00", to: "07-10 20:40", every: 20 * MINUTE }, () => ({
      status: "RETRY",
      error: "HTTP 503 Service Unavailable",
    }));
    const report = await judge(engine, { runs: [...hourly("07-09 23:00"), ...retried] });
    const told = ruleOf(report, "contacts");
    expect(told).toMatchObject({ condition: "overdue", severity: "critical" });
    expect(told?.message).toContain("none of its runs since 9 Jul 23:01 succeeded, and each waits to be started again");
    expect(told?.message).toContain("(HTTP 503 Service Unavailable)");
    expect(report.recommendations.map(({ recommendation }) => recommendation).join()).toContain(
      "started again and again",
    );
  });

  test("rehearsed-only: what stores nothing is named, and no restart advised", async () => {
    const rehearsed = repeat({ from: "07-09 10:00", to: "07-10 20:00", every: HOUR }, () => ({
      configuration: '{"dry_run":true}',
    }));
    const report = await judge(engine, { runs: [...hourly("07-09 09:00"), ...rehearsed] });
    const told = ruleOf(report, "contacts");
    expect(told).toMatchObject({ condition: "overdue", severity: "critical" });
    expect(told?.message).toEndWith("; all of its 24 runs in 24 h were dry runs");
    expect(report.recommendations.map(({ recommendation }) => recommendation).join()).toContain("dry runs");
  });
});

test("not-understood: a schedule that is not understood and never ran is no idle one", async () => {
  const report = await judge("sqlite", { runs: hourly(), schedules: [cron("0 4 * * 9", "invoices")] });
  const told = ruleOf(report, "invoices");
  expect(told?.condition).toBe("unknown");
  expect(told?.message).toStartWith("invoices: its schedule is not understood (day_of_week: ");
  expect(told?.message).toEndWith("; no run known");
});

test("leap-day: 29 February is in force, and not due for two years", async () => {
  const report = await judge("sqlite", { runs: hourly(), schedules: [cron("0 3 29 2 *", "leap")] });
  expect(ruleOf(report, "leap")?.message).toBe("leap: not due since 26 Jun 00:00, and no older run is in the table");
});

test("yearly: when it is due is said with its month", async () => {
  const yearly = { rule: "tax", from: "01-01 03:00", to: "01-01 03:00", every: DAY };
  const runs = [...hourly(), ...repeat(yearly, () => ({ start: "2025-01-01T03:00:00Z", end: "2025-01-01T03:01:00Z" }))];
  const changes = { createdAt: "2024-01-01T00:00:00Z", updatedAt: "2024-01-01T00:00:00Z" };
  const report = await judge("sqlite", { runs, schedules: [cron("0 3 1 1 *", "tax", changes)] });
  const told = ruleOf(report, "tax");
  expect(told).toMatchObject({ condition: "overdue", severity: "critical" });
  expect(told?.message).toEndWith(", due at 03:00 on day 1 of Jan, at least 1 run did not start");
});

test.each(["h", "hr", "hrs", "hours"])("an interval of 1 %s is understood", async (period) => {
  const runs = hourly().filter(({ start }) => start < at("07-10 12:00"));
  const report = await judge("sqlite", { runs, schedules: [interval(1, period, "contacts")] });
  expect(ruleOf(report, "contacts")).toMatchObject({ condition: "overdue", severity: "critical" });
  expect(ruleOf(report, "contacts")?.message).toContain("due every 1h");
});

test("rested-before: by hand, a rule that rested 37 days is not told after 31", async () => {
  const days = ["04-03", "04-20", "05-02", "06-08", "06-09"];
  const byHand = days.flatMap((day) => repeat({ rule: "adhoc", from: `${day} 15:00`, to: `${day} 15:00`, every: DAY }));
  const others = repeat({ from: "04-01 00:00", to: "07-10 20:00", every: 4 * HOUR });
  const report = await judge("sqlite", { runs: [...others, ...byHand] });
  expect(ruleOf(report, "adhoc")).toMatchObject({ condition: "ok", severity: null });
});

describe("no run is known, but for", () => {
  test("those of excluded rules", async () => {
    const report = await judge("sqlite", { runs: hourly() }, { settings: 'exclude_rules = ["contacts"]' });
    expect(report.findings[0]?.message).toBe(
      "Nothing ran in 24 h; no run of this CRM is known, but for those of the excluded rules",
    );
  });
  test("those in the future", async () => {
    const runs = hourly().map((row) => ({
      ...row,
      start: row.start.replace("2026", "2027"),
      end: row.end?.replace("2026", "2027") ?? null,
    }));
    const report = await judge("sqlite", { runs });
    expect(report.findings[0]?.message).toStartWith("Nothing ran in 24 h; no run of this CRM is known, but for ");
    expect(report.findings[0]?.message).toEndWith(" that start in the future");
  });
});
