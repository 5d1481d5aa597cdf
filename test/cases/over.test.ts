/** What went wrong for a while and is over, by hand-made rows: since when, and that it is over, where the rows tell. */
import { describe, expect, test } from "bun:test";
import type { RunRow } from "../making/warehouses.ts";
import {
  ask,
  at,
  type CaseWarehouse,
  cron,
  DAY,
  ENGINES,
  HOUR,
  interval,
  judge,
  later,
  makeWarehouse,
  MINUTE,
  repeat,
  ruleOf,
  type ScheduleRow,
} from "../making/cases.ts";

const hourly = (rule: string, change: (start: string) => Partial<RunRow> = () => ({})) =>
  repeat({ rule, from: "06-01 00:00", to: "07-11 20:00", every: HOUR }, change);
const isWithin = (from: string, to: string) => (start: string) => start >= at(from) && start < at(to);

async function told(warehouse: CaseWarehouse, rule: string, as: string): Promise<unknown[]> {
  const { severity, since, message } = ruleOf((await ask(warehouse, { as })).report, rule);
  return [severity, since, message.slice(`${rule}: `.length)];
}

describe.each(ENGINES)("%s", (engine) => {
  test.each([
    { name: "a crontab", schedule: cron("0 * * * *", "deals") },
    { name: "an interval", schedule: interval(1, "hours", "deals") },
  ])("missed-runs-over: $name says from when to when, and that three have started since", async ({ schedule }) => {
    const isAway = isWithin("07-10 08:00", "07-10 14:00");
    const runs = hourly("deals").filter(({ start }) => !isAway(start));
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [schedule] });
    const begun = "6 of 24 runs due in 24 h did not start, those due from 08:00 to 13:00";
    expect(await told(warehouse, "deals", "07-10 16:30")).toEqual([
      "warning",
      "2026-07-10T08:00:00Z",
      `${begun}; over: it runs again since 14:00`,
    ]);
    expect(await told(warehouse, "deals", "07-10 15:30")).toEqual(["warning", "2026-07-10T08:00:00Z", begun]);
  });

  test("missed-runs-here-and-there: no time in which they were missed is told", async () => {
    const gone = ["07-10 08:00", "07-10 11:00", "07-10 14:00"].map(at);
    const runs = hourly("deals").filter(({ start }) => !gone.includes(start));
    const report = await judge(engine, { runs, schedules: [cron("0 * * * *", "deals")] }, { as: "07-10 20:30" });
    expect(ruleOf(report, "deals")).toMatchObject({
      severity: "warning",
      since: null,
      message: "deals: 3 of 24 runs due in 24 h did not start, the last one due 14:00",
    });
  });

  test("poor-runs-over: what the newest ones bring or take is told until it is over", async () => {
    const isPoor = isWithin("07-10 02:00", "07-10 18:00");
    const runs = [
      ...hourly("deals", (start) => ({ processed: isPoor(start) ? 50 : 5000 })),
      ...hourly("leads", (start) => ({ end: later(start, isPoor(start) ? 40 * MINUTE : 5 * MINUTE) })),
    ];
    await using warehouse = await makeWarehouse(engine, { runs });
    const few = "fewer records than usual at these hours since 02:00: 50 a run, usually 4,998 (5 weeks)";
    const slow = "8.0 × slower than usual at these hours since 02:00: p50 39m 59s, usually 5m (5 weeks)";
    const since = "2026-07-10T02:00:00Z";
    expect(await told(warehouse, "deals", "07-10 17:55")).toEqual(["warning", since, few]);
    expect(await told(warehouse, "leads", "07-10 17:55")).toEqual(["warning", since, slow]);
    const one = await told(warehouse, "deals", "07-10 18:30");
    expect(one).toEqual(["warning", since, `${few}; its newest run brought 5,000`]);
    expect(await told(warehouse, "leads", "07-10 19:30")).toEqual([
      "warning",
      since,
      `${slow}; its newest 2 runs took 5m at most`,
    ]);
    expect(await told(warehouse, "deals", "07-10 20:30")).toEqual([null, null, "last success 29m ago"]);
  });

  test.each<{ name: string; schedules: ScheduleRow[]; usual: string }>([
    { name: "its past", schedules: [], usual: " weeks)" },
    { name: "its schedule", schedules: [cron("0 * * * *", "deals")], usual: " expected by its schedule" },
  ])("too-often-over: a burst by $name, which has been over for three hours", async ({ schedules, usual }) => {
    const burst = repeat({ rule: "deals", from: "07-10 08:05", to: "07-10 15:55", every: 5 * MINUTE });
    await using warehouse = await makeWarehouse(engine, { runs: [...hourly("deals"), ...burst], schedules });
    const since = "2026-07-10T08:00:00Z";
    expect(await told(warehouse, "deals", "07-10 17:30")).toEqual([
      "warning",
      since,
      expect.stringMatching(new RegExp(`${RegExp.escape(usual)}; since 08:00$`)),
    ]);
    expect(await told(warehouse, "deals", "07-10 20:30")).toEqual([
      "warning",
      since,
      expect.stringMatching(new RegExp(`${RegExp.escape(usual)}; over: as often as usual since 16:00$`)),
    ]);
    const { findings } = (await ask(warehouse, { as: "07-10 20:30" })).report;
    const ofRule = findings.find(({ rule_name: name }) => name === "deals");
    expect(ofRule?.evidence).toMatchObject({ calm_since: "2026-07-10T16:00:00Z" });
  });

  test("last-failure-of-many: a rate that holds it alone, after 20 successes, is as usual", async () => {
    const isBad = isWithin("06-15 00:00", "07-10 18:00");
    const runs = [
      ...hourly("deals", (start) => (isBad(start) ? { status: "failed", error: "HTTP 401" } : {})),
      ...hourly("leads"),
    ];
    await using warehouse = await makeWarehouse(engine, { runs });
    const before = await ask(warehouse, { as: "07-10 17:30" });
    expect(before.report.findings.map(({ id }) => id)).toContain("success-rate-low");
    const { findings } = (await ask(warehouse, { as: "07-11 17:00" })).report;
    expect(findings.map(({ id, message }) => [id, message.split("; ").at(-1)])).toEqual([
      ["rule-degraded", "over: its newest 20 runs succeeded"],
    ]);
  });

  test("rate-of-an-outage-that-is-over: eight failures of one hour, which are fewer than are told for themselves", async () => {
    const isBad = isWithin("07-10 10:00", "07-10 11:00");
    const error = "Could not resolve proxy.internal";
    const failing = (start: string) => (isBad(start) ? { status: "failed", error } : {});
    const often = { from: "06-15 00:00", to: "07-10 20:45", every: 15 * MINUTE };
    // One failed run of a rule is nothing to tell of it.
    const seldom = ["jobs", "leads", "quotes", "users"].flatMap((rule) => hourly(rule, failing));
    const runs = [...repeat({ rule: "deals", ...often }, failing), ...seldom];
    await using warehouse = await makeWarehouse(engine, { runs });
    const { findings, recommendations } = (await ask(warehouse)).report;
    const low = findings.findIndex(({ id }) => id === "success-rate-low");
    expect(findings[low]?.message).toEndWith(", below the usual 100.0 % (5 weeks); over: none since 10:46");
    expect(recommendations.find(({ finding }) => finding === low)?.recommendation).toBe(
      `See the logs of that time, so that it does not come again: "${error}" (deals, jobs, leads)`,
    );
    const during = (await ask(warehouse, { as: "07-10 11:00" })).report.findings.map(({ message }) => message);
    expect(during.join()).not.toContain("over: none");
  });

  test("rare-failures-over: three nights of failures are an info after three that succeeded", async () => {
    const isBad = isWithin("07-05 00:00", "07-08 00:00");
    const runs = repeat({ rule: "deals", from: "06-01 02:00", to: "07-11 02:00", every: DAY }, (start) =>
      isBad(start) ? { status: "failed", error: "HTTP 401" } : {},
    );
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("0 2 * * *", "deals")] });
    const severities: unknown[] = [];
    for (const as of ["07-07 21:00", "07-08 21:00", "07-09 21:00", "07-10 21:00"])
      severities.push((await told(warehouse, "deals", as))[0]);
    expect(severities).toEqual(["critical", "warning", "warning", "info"]);
    expect((await told(warehouse, "deals", "07-10 21:00"))[2]).toEndWith("; over: its newest 3 runs succeeded");
  });
});

test("rare-failures-that-come-back: as many successes as between its failures are no end", async () => {
  const bad = ["07-02", "07-03", "07-07", "07-08"].map((day) => at(`${day} 02:00`));
  const runs = repeat({ rule: "deals", from: "06-01 02:00", to: "07-11 02:00", every: DAY }, (start) =>
    bad.includes(start) ? { status: "failed", error: "HTTP 401" } : {},
  );
  const report = await judge("sqlite", { runs, schedules: [cron("0 2 * * *", "deals")] }, { as: "07-11 21:00" });
  expect(ruleOf(report, "deals").severity).not.toBe("info");
});
