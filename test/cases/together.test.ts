/** What several rules of a CRM do together, and what one does twice. */
import type { RunRow } from "../making/warehouses.ts";
import { describe, expect, test } from "bun:test";
import {
  alarms,
  ask,
  at,
  cron,
  ENGINES,
  HOUR,
  judge,
  later,
  makeWarehouse,
  MINUTE,
  repeat,
  ruleOf,
} from "../making/cases.ts";

const FREQUENT = ["contacts", "deals", "leads", "tickets"];
const TO = "07-10 20:05";
const hourly = (rule: string, to = TO, change?: Parameters<typeof repeat>[1]) =>
  repeat({ rule, from: "06-01 00:05", to, every: HOUR }, change);

describe.each(ENGINES)("%s", (engine) => {
  test("rules-that-rest-hide-a-dead-scheduler: nothing has started, whatever was not due", async () => {
    const monthly = ["a", "b", "c", "d", "e"].map((rule) => `closing_${rule}`);
    const report = await judge(engine, {
      runs: [
        ...FREQUENT.flatMap((rule) => hourly(rule, "07-10 13:05")),
        ...monthly.flatMap((rule) =>
          ["05-01 02:05", "06-01 02:05", "07-01 02:05"].flatMap((from) =>
            repeat({ rule, from, to: from, every: HOUR }),
          ),
        ),
      ],
      schedules: [
        ...FREQUENT.map((rule) => cron("5 * * * *", rule)),
        ...monthly.map((rule) => cron("5 2 1 * *", rule)),
      ],
    });
    expect(alarms(report)).toMatchObject([{ id: "rules-stopped", evidence: { rules: FREQUENT, due: 4 } }]);
    expect(report.findings[0]?.message).toStartWith("Nothing has started since 13:05: is the scheduler alive?");
  });

  test("rules-that-go-on: they are counted among those that were due", async () => {
    const report = await judge(engine, {
      runs: FREQUENT.flatMap((rule) => hourly(rule, rule === "leads" ? TO : "07-10 13:05")),
      schedules: FREQUENT.map((rule) => cron("5 * * * *", rule)),
    });
    expect(report.findings[0]).toMatchObject({
      message: "3 of 4 rules that were due have started nothing since 13:05 (contacts, deals, tickets)",
      evidence: { since: "2026-07-10T14:05:00Z", last_start_at: "2026-07-10T13:05:00Z" },
    });
  });

  test("rules-that-stopped-apart: on three days they are three faults, unless nothing goes on", async () => {
    const stops = ["07-08 13:05", "07-09 13:05", "07-10 13:05"];
    const names = ["a", "b", "c", "d", "e", "f"];
    const runs = names.flatMap((rule, nth) => hourly(rule, stops[nth]));
    const schedules = names.map((rule) => cron("5 * * * *", rule));
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    const { report } = await ask(warehouse);
    expect(alarms(report).map(({ id, rule_name }) => [id, rule_name])).toEqual([
      ["rule-overdue", "a"],
      ["rule-overdue", "b"],
      ["rule-overdue", "c"],
    ]);
    const none = await judge(engine, {
      runs: runs.filter(({ rule }) => rule <= "c"),
      schedules: schedules.slice(0, 3),
    });
    expect(alarms(none)).toMatchObject([{ id: "rules-stopped", evidence: { rules: ["a", "b", "c"], due: 3 } }]);
  });

  test("rules-of-each-rhythm: what stopped at one moment was last seen at many", async () => {
    const every: [string, number, string][] = [
      ["often", 10 * MINUTE, "*/10 * * * *"],
      ["hourly", HOUR, "0 * * * *"],
      ["daily", 24 * HOUR, "0 0 * * *"],
    ];
    const runs = [
      ...every.flatMap(([rule, ms]) => repeat({ rule, from: "06-20 00:00", to: "07-08 12:00", every: ms })),
      ...["on", "off"].flatMap((rule) => hourly(rule, rule === "on" ? TO : "07-03 12:05")),
    ];
    const schedules = [
      ...every.map(([rule, , fields]) => cron(fields, rule)),
      ...["on", "off"].map((rule) => cron("5 * * * *", rule)),
    ];
    const report = await judge(engine, { runs, schedules });
    expect(alarms(report).map(({ id, message }) => [id, message.replace(/:.*/, "")])).toEqual([
      ["rules-stopped", "3 of 4 rules that were due have started nothing since 8 Jul 12"],
      ["rule-overdue", "off"],
    ]);
  });

  test("outage-of-three-hours: many failures are critical until they are over", async () => {
    const rules = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    const runs = rules.flatMap((rule) =>
      hourly(rule, TO, (start) =>
        start >= at("07-10 07:00") && start < at("07-10 10:00")
          ? { status: "failed", error: "connection refused" }
          : {},
      ),
    );
    await using warehouse = await makeWarehouse(engine, { runs });
    const severities: unknown[] = [];
    for (const as of ["07-10 09:30", "07-10 10:30", "07-10 20:30"]) {
      const { report } = await ask(warehouse, { as });
      const found = report.findings.find(({ id }) => id === "failures-many");
      severities.push([found?.severity, found?.evidence["over"]]);
    }
    expect(severities).toEqual([
      ["critical", false],
      ["critical", false],
      ["warning", true],
    ]);
  });

  test("outage-of-ten-hours: five hours of successes end it, and it is one finding", async () => {
    const isDown = (start: string) => start >= at("07-10 00:00") && start < at("07-10 10:00");
    const runs = FREQUENT.flatMap((rule) =>
      hourly(rule, TO, (start) => (isDown(start) ? { status: "failed", error: "connection refused" } : {})),
    );
    const young = runs.filter(({ start }) => start >= at("07-09 12:00"));
    for (const known of [runs, young]) {
      await using warehouse = await makeWarehouse(engine, { runs: known });
      const told: unknown[] = [];
      for (const as of ["07-10 09:30", "07-10 11:30", "07-10 15:30"]) {
        const { report } = await ask(warehouse, { as });
        const found = report.findings.find(({ id }) => id === "failures-many");
        told.push([report.verdict, found?.severity]);
      }
      expect(told).toEqual([
        ["critical", "critical"],
        ["critical", "critical"],
        ["warning", "warning"],
      ]);
    }
    const report = await judge(engine, { runs }, { as: "07-10 15:30" });
    expect(alarms(report).map(({ message }) => message)).toEqual([
      '40 of 96 runs failed in 24 h, all of them with "connection refused"; over: none since 09:06',
    ]);
    for (const rule of FREQUENT) expect(ruleOf(report, rule).severity).toBe("warning");
  });

  test("outage-that-rests: as many successes as it had before are no end of it", async () => {
    const isDown = (start: string) =>
      ["00", "01", "02", "03", "09", "10", "11"].includes(start.slice(11, 13)) && start >= at("07-10 00:00");
    const runs = FREQUENT.flatMap((rule) =>
      hourly(rule, TO, (start) => (isDown(start) ? { status: "failed", error: "connection refused" } : {})),
    );
    for (const known of [runs, runs.filter(({ start }) => start >= at("07-09 12:00"))]) {
      const report = await judge(engine, { runs: known }, { as: "07-10 16:30" });
      expect(report.findings[0]).toMatchObject({ id: "failures-many", severity: "critical" });
    }
  });

  test("pause-of-a-scheduler: while it lasts it is one finding, and when it is over", async () => {
    const isPaused = ({ start }: RunRow) => start > at("07-10 08:00") && start < at("07-10 12:00");
    const runs = [
      ...FREQUENT.flatMap((rule) => hourly(rule)),
      ...repeat({ rule: "often", from: "06-20 00:00", to: TO, every: 10 * MINUTE }),
    ].filter((run) => !isPaused(run));
    const schedules = [...FREQUENT.map((rule) => cron("5 * * * *", rule)), cron("*/10 * * * *", "often")];
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    const told: unknown[] = [];
    for (const as of ["07-10 11:30", "07-10 12:30"]) {
      const { report } = await ask(warehouse, { as });
      told.push(alarms(report).map(({ id, severity }) => `${id} ${severity}`));
    }
    expect(told).toEqual([["rules-stopped critical"], ["runs-missed-together warning"]]);
    const { report } = await ask(warehouse, { as: "07-10 20:06" });
    expect(report.findings[0]).toMatchObject({
      message:
        "Nothing started from 08:00 to 12:00, over now: 39 runs did not start (contacts, deals, leads, often, tickets)",
      evidence: { due: 5, missed: 39 },
    });
    for (const rule of FREQUENT) expect(ruleOf(report, rule).condition).toBe("degraded");
  });

  test("pause-of-weeks: it did not begin with the window, and is one finding until that holds nothing of it", async () => {
    const isPaused = ({ start }: RunRow) => start > at("06-20 00:00") && start < at("07-09 12:00");
    const runs = [...FREQUENT.flatMap((rule) => hourly(rule)).filter((run) => !isPaused(run)), ...hourly("often")];
    const schedules = [...FREQUENT, "often"].map((rule) => cron("5 * * * *", rule));
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    for (const [as, until, missed] of [
      ["07-09 12:30", "9 Jul 12:05", 92],
      ["07-09 21:00", "9 Jul 12:05", 60],
      ["07-10 11:00", "9 Jul 12:05", 4],
    ] as const) {
      expect(alarms((await ask(warehouse, { as })).report).map(({ message }) => message)).toEqual([
        `4 of 5 rules started nothing from 19 Jun 23:05 to ${until}, over now: ${missed} runs due in 24 h did not start (contacts, deals, leads, tickets)`,
      ]);
    }
  });

  test("pause-without-schedules: the past tells what would have started, of one rule or of all", async () => {
    const isPaused = ({ start }: RunRow) => start > at("07-10 02:00") && start < at("07-10 12:00");
    const runs = FREQUENT.flatMap((rule) => hourly(rule));
    await using warehouse = await makeWarehouse(engine, { runs: runs.filter((run) => !isPaused(run)) });
    const told: unknown[] = [];
    for (const as of ["07-10 11:30", "07-10 12:30"]) {
      const { report } = await ask(warehouse, { as });
      told.push(alarms(report).map(({ id, severity }) => `${id} ${severity}`));
    }
    expect(told).toEqual([["rules-stopped critical"], ["runs-missed-together warning"]]);
    const { report } = await ask(warehouse);
    expect(alarms(report).map(({ message }) => message)).toEqual([
      "Nothing started from 01:05 to 12:05, over now: usually 36 runs would have started (contacts, deals, leads, tickets)",
    ]);
    expect(ruleOf(report, "deals")).toMatchObject({ condition: "degraded", since: "2026-07-10T02:00:00Z" });
    const one = await judge(engine, { runs: runs.filter((run) => run.rule !== "deals" || !isPaused(run)) });
    expect(alarms(one)).toMatchObject([
      {
        id: "rule-degraded",
        severity: "warning",
        message: "deals: nothing started from 01:05 to 12:05, over now: usually 9 runs would have started (5 weeks)",
      },
    ]);
  });

  test("rests-without-schedules: nights, weekends and a run of ten hours are no pause", async () => {
    const isOpen = ({ start }: RunRow) =>
      ![0, 6].includes(new Date(start).getUTCDay()) && start.slice(11, 13) >= "08" && start.slice(11, 13) < "18";
    const runs = [
      ...FREQUENT.flatMap((rule) => hourly(rule)).filter(isOpen),
      ...hourly("long")
        .filter(({ start }) => start <= at("07-10 02:05") || start > at("07-10 12:00"))
        .map((run) => (run.start === at("07-10 02:05") ? { ...run, end: at("07-10 12:00") } : run)),
    ];
    await using warehouse = await makeWarehouse(engine, { runs });
    for (const as of ["07-06 12:00", "07-09 12:00", "07-10 21:00"]) {
      const { report } = await ask(warehouse, { as });
      expect(report.findings.filter(({ message }) => message.includes("over now"))).toEqual([]);
    }
  });

  test("two-schedulers: each run twice, by its schedule once", async () => {
    const runs = [
      ...hourly("deals"),
      ...repeat({ rule: "deals", from: "07-08 10:07", to: "07-10 20:07", every: HOUR }),
    ];
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("5 * * * *", "deals")] });
    for (const as of ["07-09 04:00", "07-09 21:00", "07-10 21:00"]) {
      const { severity, message } = ruleOf((await ask(warehouse, { as })).report, "deals");
      expect(severity).toBe("warning");
      expect(message).toContain("24 expected by its schedule, as if two schedulers started it");
    }
  });
});

describe("no second scheduler", () => {
  const schedules = [cron("5 * * * *", "deals")];
  const twice = (from: string) => repeat({ rule: "deals", from, to: "07-10 20:07", every: HOUR });
  test.each<{ name: string; runs: RunRow[] }>([
    { name: "always two rows for each run", runs: [...hourly("deals"), ...twice("06-01 00:07")] },
    {
      name: "what was missed is made up for at once",
      runs: [
        ...hourly("deals").filter(({ start }) => start < at("07-10 01:00") || start > at("07-10 13:00")),
        ...repeat({ rule: "deals", from: "07-10 13:06", to: "07-10 13:30", every: 2 * MINUTE }),
      ],
    },
    {
      name: "each failed and was started again",
      runs: hourly("deals").flatMap((run): RunRow[] =>
        run.start < at("07-10 00:00")
          ? [run]
          : [
              { ...run, status: "failed", error: "HTTP 503" },
              { ...run, start: later(run.start, 2 * MINUTE), end: later(run.start, 3 * MINUTE) },
            ],
      ),
    },
    { name: "five by hand", runs: [...hourly("deals"), ...twice("07-10 16:07")] },
  ])("$name", async ({ runs }) => {
    expect(ruleOf(await judge("sqlite", { runs, schedules }), "deals").message).not.toContain("two schedulers");
  });
});
