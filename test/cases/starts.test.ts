/** What came of a rule's starts, and what its schedules could ask of it. The window ends on 10 July 2026, 21:00 UTC, unless said. */
import { describe, expect, test } from "bun:test";
import type { Condition, Severity } from "../../src/report/words.ts";
import {
  alarms,
  ask,
  at,
  cron,
  DAY,
  ENGINES,
  HOUR,
  interval,
  judge,
  makeWarehouse,
  MINUTE,
  repeat,
  type Rows,
  ruleOf,
} from "../making/cases.ts";
import { directoryWith, runCli } from "../making/cli.ts";

type Told = { condition: Condition; severity: Severity | null; since?: string | null; message: string };
type Case = { name: string; rows: Rows; rule?: string; crm?: string; settings?: string; looks: Record<string, Told> };

/** Another rule, which is well all the time. */
const alive = (to = "07-20 23:00") => repeat({ from: "06-01 00:00", to, every: HOUR });
const hourly = (to: string) => repeat({ rule: "a", from: "06-01 00:00", to, every: HOUR });
const hours = (from: string, to: string, status: string) =>
  repeat({ rule: "a", from, to, every: HOUR, takes: status === "skipped" ? 1000 : null }, () => ({ status }));

const CASES: Case[] = [
  {
    name: "hourly runs that are all skipped are an outage, as bad after ten days as after one",
    rows: {
      runs: [...alive(), ...hourly("07-09 15:00"), ...hours("07-09 16:00", "07-20 23:00", "skipped")],
      schedules: [interval(1, "hours", "a")],
    },
    looks: {
      "07-09 18:30": {
        condition: "overdue",
        severity: "critical",
        since: "2026-07-09T16:01:00Z",
        message: "a: all 3 runs since 16:00 were skipped; last success 3h 29m ago, due every 1h",
      },
      "07-10 21:30": {
        condition: "overdue",
        severity: "critical",
        since: "2026-07-09T16:01:00Z",
        message: "a: all runs since 9 Jul 15:01 were skipped (at least 24); last success 1d 06h ago, due every 1h",
      },
      "07-20 21:30": {
        condition: "overdue",
        severity: "critical",
        since: "2026-07-09T16:01:00Z",
        message: "a: all runs since 9 Jul 15:01 were skipped (at least 48); last success 11d 06h ago, due every 1h",
      },
    },
  },
  {
    name: "also where no schedule says how often it runs",
    rows: { runs: [...alive(), ...hourly("07-09 15:00"), ...hours("07-09 16:00", "07-20 23:00", "skipped")] },
    looks: {
      "07-10 21:30": {
        condition: "overdue",
        severity: "critical",
        message:
          "a: all runs since 9 Jul 15:01 were skipped (at least 24); last success 1d 06h ago, not expected to rest so long by its past",
      },
    },
  },
  {
    name: "a rule that skips every night, because there is nothing to do, is well",
    rows: {
      runs: [
        ...alive(),
        ...repeat({ rule: "a", from: "06-01 00:00", to: "07-10 05:00", every: HOUR }, (start) =>
          Number(start.slice(11, 13)) < 6 ? { status: "skipped" } : {},
        ),
      ],
      schedules: [interval(1, "hours", "a")],
    },
    looks: { "07-10 05:30": { condition: "ok", severity: null, message: "a: last success 6h 29m ago" } },
  },
  {
    name: "runs that all hang are an outage once nothing has ended for too long, since when it does not move",
    rows: {
      runs: [...alive(), ...hourly("07-09 15:00"), ...hours("07-09 16:00", "07-20 23:00", "running")],
      schedules: [interval(1, "hours", "a")],
    },
    looks: {
      "07-09 16:45": {
        condition: "stuck",
        severity: "warning",
        since: "2026-07-09T16:00:00Z",
        message: "a: a run started 16:00 and has not ended for 45m (limit 30m)",
      },
      "07-09 22:42": {
        condition: "overdue",
        severity: "critical",
        since: "2026-07-09T16:01:00Z",
        message: "a: none of its 7 runs since 16:00 has ended; last success 7h 41m ago, due every 1h",
      },
      "07-19 15:30": {
        condition: "overdue",
        severity: "critical",
        since: "2026-07-09T16:01:00Z",
        message: "a: none of its runs since 9 Jul 15:01 has ended (at least 72); last success 10d ago, due every 1h",
      },
    },
  },
  {
    name: "queued runs that nobody takes up were never started",
    rows: {
      runs: [...alive(), ...hourly("07-09 15:00"), ...hours("07-09 16:00", "07-20 23:00", "queued")],
      schedules: [interval(1, "hours", "a")],
    },
    looks: {
      "07-09 16:45": {
        condition: "stuck",
        severity: "warning",
        message: "a: a run waits since 16:00 and was never started, for 45m (limit 30m)",
      },
      "07-09 22:42": {
        condition: "overdue",
        severity: "critical",
        since: "2026-07-09T16:01:00Z",
        message: "a: its 7 runs since 16:00 wait and were never started; last success 7h 41m ago, due every 1h",
      },
    },
  },
  {
    name: "a long run that just succeeded is no outage: what was due meanwhile has waited for it",
    rows: {
      runs: [
        ...alive(),
        ...repeat({ rule: "a", from: "06-01 00:00", to: "07-10 18:00", every: 20 * MINUTE }),
        ...repeat({ rule: "a", from: "07-10 18:20", to: "07-10 18:20", every: HOUR, takes: 158 * MINUTE }),
      ],
      schedules: [interval(20, "minutes", "a")],
    },
    looks: {
      "07-10 21:00": {
        condition: "degraded",
        severity: "info",
        message: "a: 7 of 72 runs due in 24 h waited for its run of 18:20, which took 2h 38m",
      },
      "07-10 21:30": {
        condition: "overdue",
        severity: "warning",
        since: "2026-07-10T21:18:00Z",
        message: "a: last success 32m ago, due every 20m, 1 run did not start",
      },
    },
  },
  {
    name: "the open run of yesterday is named, and not the one that waits for it alone",
    rows: {
      runs: [
        ...alive(),
        ...repeat({ rule: "a", from: "06-01 03:00", to: "07-09 03:00", every: DAY, takes: 14 * HOUR }),
        ...hours("07-10 03:00", "07-10 03:00", "running"),
      ],
      schedules: [cron("0 3 * * *", "a")],
    },
    looks: {
      "07-11 08:24": {
        condition: "overdue",
        severity: "warning",
        since: "2026-07-11T03:00:00Z",
        message:
          "a: its run of 10 Jul 03:00 has not ended; last success 1d 15h ago, due daily at 03:00, 1 run did not start",
      },
    },
  },
  {
    name: "a schedule that ended asks for nothing any more",
    rows: {
      runs: [...alive(), ...hourly("07-08 12:00")],
      schedules: [interval(1, "hours", "a", { endAt: at("07-08 12:30") })],
    },
    looks: {
      "07-08 21:00": { condition: "idle", severity: null, message: "a: its schedule ended 12:30" },
      "07-18 21:00": { condition: "idle", severity: null, message: "a: its schedule ended 8 Jul 12:30" },
    },
  },
  {
    name: "but a rule that went on running after that, and then stopped, is silent",
    rows: {
      runs: [...alive(), ...hourly("07-09 12:00")],
      schedules: [interval(1, "hours", "a", { endAt: at("07-01 12:30") })],
    },
    looks: {
      "07-10 21:00": {
        condition: "overdue",
        severity: "critical",
        message:
          "a: nothing has started since 9 Jul 12:00, usually 31 runs would have started since (5 weeks); last success 1d 08h ago",
      },
    },
  },
  {
    name: "a schedule that was made after the last run by hand",
    rows: {
      runs: [
        ...alive(),
        ...["06-01 10:00", "06-11 16:00", "07-03 09:00"].flatMap((day) =>
          repeat({ rule: "a", from: day, to: day, every: HOUR }),
        ),
      ],
      schedules: [interval(1, "hours", "a", { createdAt: at("07-10 20:30"), updatedAt: at("07-10 20:30") })],
    },
    looks: {
      "07-10 21:00": { condition: "idle", severity: null, message: "a: not due yet: its schedule is of 20:30" },
      "07-10 22:15": {
        condition: "overdue",
        severity: "warning",
        since: "2026-07-10T21:30:00Z",
        message: "a: last success 7d 13h ago, due every 1h, 1 run did not start",
      },
    },
  },
  {
    name: "a schedule that begins later than the last run",
    rows: {
      runs: [...alive(), ...hourly("07-03 09:00")],
      schedules: [cron("0 * * * *", "a", { startAt: at("07-10 20:30") })],
    },
    looks: {
      "07-10 20:45": { condition: "idle", severity: null, message: "a: not due yet: its schedule is of 20:30" },
    },
  },
  {
    name: "weekly, in a table whose oldest row is younger than the last Monday",
    rows: {
      runs: repeat({ from: "07-08 21:00", to: "07-14 20:00", every: HOUR }),
      schedules: [cron("0 3 * * 1", "a"), interval(1, "hours", "contacts")],
    },
    looks: {
      "07-10 21:00": {
        condition: "idle",
        severity: null,
        message: "a: not due since 8 Jul 21:00, and no older run is in the table",
      },
      "07-13 20:00": {
        condition: "never",
        severity: "warning",
        message:
          "a: scheduled at 03:00 on Mon, no run found in the whole table: it has stopped, or runs under another name",
      },
    },
  },
  {
    name: "no run of a schedule is known, and a rule without one runs as often",
    rows: {
      runs: [...alive(), ...repeat({ rule: "people", from: "06-01 00:00", to: "07-14 00:00", every: HOUR })],
      schedules: [interval(1, "hours", "Hubspot_Person"), interval(1, "hours", "contacts")],
    },
    rule: "Hubspot_Person",
    looks: {
      "07-10 21:00": {
        condition: "never",
        severity: "warning",
        message:
          "Hubspot_Person: scheduled every 1h, no run found in the whole table: it has stopped, or runs under another name; without a schedule run people",
      },
    },
  },
  {
    name: "or as seldom as no schedule asks for: then it is not the same",
    rows: {
      runs: [...alive(), ...repeat({ rule: "people", from: "06-01 00:00", to: "07-14 00:00", every: DAY })],
      schedules: [interval(1, "hours", "Hubspot_Person"), interval(1, "hours", "contacts")],
    },
    rule: "Hubspot_Person",
    looks: {
      "07-10 21:00": {
        condition: "never",
        severity: "critical",
        message:
          "Hubspot_Person: scheduled every 1h, no run found in the whole table: it has stopped, or runs under another name; without a schedule run people",
      },
    },
  },
  {
    name: "a delta every five minutes hides no nightly run that has not started for 20 nights",
    rows: {
      runs: [
        ...repeat({ rule: "a", from: "06-01 00:00", to: "07-10 20:55", every: 5 * MINUTE }),
        ...repeat({ rule: "a", from: "06-01 02:00:40", to: "06-20 02:00:40", every: DAY, takes: 30 * MINUTE }),
      ],
      schedules: [interval(5, "minutes", "a"), cron("0 2 * * *", "a")],
    },
    looks: {
      "07-10 21:00": {
        condition: "degraded",
        severity: "warning",
        since: "2026-06-21T02:00:00Z",
        message:
          "a: its schedule daily at 02:00 has started nothing since 21 Jun 02:00 (20 runs), while its others go on",
      },
    },
  },
  {
    name: "nor a weekly one, on a day on which it is not due",
    rows: {
      runs: [
        ...repeat({ rule: "a", from: "06-01 00:00", to: "07-10 20:55", every: 5 * MINUTE }),
        ...["06-01", "06-08", "06-15", "06-22"].flatMap((day) =>
          repeat({ rule: "a", from: `${day} 02:00:40`, to: `${day} 02:00:40`, every: DAY }),
        ),
      ],
      schedules: [cron("*/5 * * * *", "a"), cron("0 2 * * 1", "a")],
    },
    looks: {
      "07-10 21:00": {
        condition: "degraded",
        severity: "warning",
        since: "2026-06-29T02:00:00Z",
        message:
          "a: its schedule at 02:00 on Mon has started nothing since 29 Jun 02:00 (2 runs), while its others go on",
      },
    },
  },
  {
    name: "a weekly run beside a delta every five minutes, of which none was ever started, is told on each day",
    rows: {
      runs: repeat({ rule: "a", from: "06-01 00:00", to: "07-10 20:55", every: 5 * MINUTE }),
      schedules: [interval(5, "minutes", "a"), cron("0 2 * * 0", "a")],
    },
    looks: {
      "07-07 21:00": {
        condition: "degraded",
        severity: "warning",
        since: "2026-06-07T02:00:00Z",
        message:
          "a: its schedule at 02:00 on Sun has started nothing at least since 7 Jun 02:00 (5 runs), while its others go on",
      },
      "06-19 21:00": { condition: "ok", severity: null, message: "a: last success 4m ago" },
    },
  },
  {
    name: "a wrapper that fails although its parts are well",
    crm: "genius",
    rule: "all",
    rows: {
      runs: [
        ...repeat({ crm: "genius", rule: "a", from: "07-01 00:01", to: "07-10 20:01", every: HOUR }),
        ...repeat(
          { crm: "genius", rule: "all", from: "07-01 00:00", to: "07-10 20:00", every: HOUR, takes: 5 * MINUTE },
          (start) => (start < at("07-09 16:00") ? {} : { status: "failed", error: "CommandError: users: KeyError id" }),
        ),
      ],
    },
    looks: {
      "07-10 21:00": {
        condition: "failing",
        severity: "critical",
        since: "2026-07-09T16:05:00Z",
        message: "all: its newest 29 runs failed, since 9 Jul 16:05; last success 9 Jul 15:05",
      },
    },
  },
];

describe.each(ENGINES)("%s", (engine) => {
  test.each(CASES)("$name", async ({ rows, rule = "a", crm = "hubspot", looks }) => {
    await using warehouse = await makeWarehouse(engine, rows);
    for (const [as, told] of Object.entries(looks)) {
      const { report } = await ask(warehouse, { as, crm });
      const { condition, severity, since, message } = ruleOf(report, rule);
      expect([as, { condition, severity, since, message }]).toEqual([as, { since, ...told }]);
    }
  });

  test("a wrapper's own failures are in no rate, and its newest error is told", async () => {
    const { rows } = CASES.at(-1) ?? { rows: { runs: [] } };
    const report = await judge(engine, rows, { crm: "genius" });
    expect(report.performance_metrics).toMatchObject({ total_actions: 24, failed_actions: 0, overall_success_rate: 1 });
    expect(ruleOf(report, "all").newest_error).toBe("CommandError: users: KeyError id");
  });

  test("a wrapper that fails because of its parts is told by them", async () => {
    const failed = { status: "failed", error: "KeyError id" };
    const runs = [
      ...repeat({ crm: "genius", rule: "a", from: "07-01 00:01", to: "07-10 20:01", every: HOUR }, () => failed),
      ...repeat(
        { crm: "genius", rule: "all", from: "07-01 00:00", to: "07-10 20:00", every: HOUR, takes: 5 * MINUTE },
        () => failed,
      ),
    ];
    const report = await judge(engine, { runs }, { crm: "genius" });
    expect(report.rules.map(({ rule_name }) => rule_name)).toEqual(["a"]);
  });

  test("a rule under another spelling goes on there, with its schedule", async () => {
    const rows = {
      runs: [
        ...repeat({ rule: "deals", from: "06-01 00:00", to: "07-08 12:00", every: HOUR }),
        ...repeat({ rule: "Hubspot_Deals", from: "07-08 13:00", to: "07-20 23:00", every: HOUR }),
      ],
      schedules: [interval(1, "hours", "deals")],
    };
    await using warehouse = await makeWarehouse(engine, rows);
    const { report: sameDay } = await ask(warehouse, { as: "07-08 18:30" });
    expect(alarms(sameDay)).toEqual([]);
    expect(ruleOf(sameDay, "Hubspot_Deals")).toMatchObject({ condition: "ok", expected: 6, missed: 0 });
    const { report } = await ask(warehouse, { as: "07-10 21:00" });
    expect(ruleOf(report, "deals")).toMatchObject({
      condition: "idle",
      message: "deals: goes on as Hubspot_Deals since 8 Jul 13:00",
    });
    expect(ruleOf(report, "Hubspot_Deals")).toMatchObject({ condition: "ok", schedules: ["every 1 hours"], missed: 0 });
    expect(alarms(report)).toEqual([]);
  });

  test("a schedule that is written as neither spelling is that of the one that goes on", async () => {
    const rows = {
      runs: [
        ...repeat({ rule: "deal", from: "06-01 00:00", to: "07-08 12:00", every: HOUR }),
        ...repeat({ rule: "Deals", from: "07-08 13:00", to: "07-12 10:00", every: HOUR }),
        ...alive(),
      ],
      schedules: [interval(1, "hours", "Hubspot_Deal")],
    };
    await using warehouse = await makeWarehouse(engine, rows);
    const { report: sameDay } = await ask(warehouse, { as: "07-08 14:00" });
    expect(alarms(sameDay)).toEqual([]);
    const { report } = await ask(warehouse, { as: "07-20 21:00" });
    expect(ruleOf(report, "Deals")).toMatchObject({
      condition: "overdue",
      severity: "critical",
      since: at("07-12 11:00").replace(".000", ""),
    });
    expect(report.rules.map(({ rule_name }) => rule_name)).toEqual(["Deals", "contacts", "deal"]);
  });

  test("two spellings that ran side by side are two rules, of which one stopped", async () => {
    const rows = {
      runs: [
        ...repeat({ rule: "deals", from: "06-01 00:00", to: "07-08 12:00", every: HOUR }),
        ...repeat({ rule: "Hubspot_Deals", from: "06-01 00:00", to: "07-20 23:00", every: HOUR }),
      ],
    };
    const report = await judge(engine, rows);
    expect(ruleOf(report, "deals")).toMatchObject({ condition: "overdue", severity: "critical" });
  });

  test.each([
    { zone: "Europe/Berlin", skipped: "03-29", as: "03-29 20:48" },
    { zone: "America/New_York", skipped: "03-08", as: "03-09 02:00" },
  ])("half past two does not exist in $zone on $skipped: no run is missed", async ({ zone, skipped, as }) => {
    const offset = zone === "Europe/Berlin" ? "01:30" : "07:30";
    const runs = repeat({ rule: "a", from: `02-01 ${offset}`, to: `${skipped} ${offset}`, every: DAY }).slice(0, -1);
    const rows = {
      runs: [...runs, ...repeat({ from: "02-01 00:00", to: as, every: HOUR })],
      schedules: [cron("30 2 * * *", "a")],
    };
    const report = await judge(engine, rows, { as, settings: `schedule_timezone = "${zone}"` });
    expect(ruleOf(report, "a")).toMatchObject({ condition: "ok", missed: 0, expected: 0 });
    expect(alarms(report)).toEqual([]);
  });
});

test("a time that comes twice is missed when it has come twice", async () => {
  const series = (to: string) => [
    ...repeat({ rule: "a", from: "09-20 00:30", to: "10-24 00:30", every: DAY }),
    ...repeat({ from: "09-20 00:00", to, every: HOUR }),
  ];
  const look = async (as: string) => {
    const rows = { runs: series(as), schedules: [cron("30 2 * * *", "a")] };
    const report = await judge("sqlite", rows, { as, settings: 'schedule_timezone = "Europe/Berlin"' });
    const { condition, severity, missed } = ruleOf(report, "a");
    return [condition, severity, missed];
  };
  // 02:30 is at 00:30 and at 01:30 UTC on 25 October. A run that is two hours late is overdue.
  expect(await look("10-25 01:00")).toEqual(["ok", null, 0]);
  expect(await look("10-25 01:50")).toEqual(["degraded", "warning", 1]);
  expect(await look("10-25 03:45")).toEqual(["overdue", "warning", 1]);
});

describe.each(ENGINES)("%s: skipped-beside-a-hung-run", (engine) => {
  const runs = repeat({ from: "06-01 00:00", to: "07-10 20:00", every: HOUR }, (start) =>
    start < at("07-08 12:00")
      ? {}
      : start === at("07-08 12:00")
        ? { status: "running", end: null }
        : { status: "skipped", end: start, error: "a previous run is still running" },
  );

  test("the list says that it skips, as the finding does, and the advice names the run that must end", async () => {
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("0 * * * *", "contacts")] });
    const { report } = await ask(warehouse);
    const row = runs.findIndex(({ status }) => status === "running") + 1;
    expect(ruleOf(report, "contacts")).toMatchObject({ condition: "overdue", severity: "critical" });
    expect(report.recommendations[0]?.recommendation).toBe(
      `contacts skips its runs beside one that has not ended: check whether row ${row} still runs; if not, mark it failed`,
    );
    const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`);
    const { stdout } = await runCli(["generate", "--no-store", "--as-of", at("07-10 21:00")], { cwd });
    expect(stdout).toContain("contacts skips its runs, the last success 2d 09h ago (due hourly at :00)");
  });
});

test.each(ENGINES)("%s: of a run that no worker took up nobody is asked whether it still runs", async (engine) => {
  const runs = repeat({ rule: "a", from: "07-08 06:00", to: "07-08 06:00", every: HOUR, takes: null }, () => ({
    status: "queued",
  }));
  await using warehouse = await makeWarehouse(engine, { runs: [...alive("07-10 20:00"), ...runs] });
  const { report } = await ask(warehouse);
  expect(ruleOf(report, "a").condition).toBe("stuck");
  expect(report.recommendations[0]?.recommendation).toBe("See why no worker takes up the runs of a that wait");
  const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`);
  const generated = await runCli(["generate", "--no-store", "--as-of", at("07-10 21:00")], { cwd });
  expect(generated.stdout).toContain("a waits for a worker since 8 Jul 06:00");
  const explained = await runCli(["explain", "hubspot", "a", "--as-of", at("07-10 21:00")], { cwd });
  expect(explained.stdout).toMatch(/; it is then unknown$/m);
});

test("first-run-hangs: one run is not called several", async () => {
  const rows = {
    runs: [
      ...alive(),
      ...repeat({ rule: "a", from: "07-09 20:00", to: "07-09 20:00", every: HOUR, takes: null }, () => ({
        status: "running",
      })),
    ],
    schedules: [cron("0 * * * *", "a", { createdAt: at("07-09 19:50"), updatedAt: at("07-09 19:50") })],
  };
  expect(ruleOf(await judge("sqlite", rows), "a").message).toBe(
    "a: its run of 9 Jul 20:00 has not ended; no success known, due hourly at :00",
  );
});
