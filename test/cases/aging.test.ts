/** Outages that grow old: silence is never milder with time. */
import { describe, expect, test } from "bun:test";
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
  later,
  makeWarehouse,
  MINUTE,
  repeat,
  ruleOf,
} from "../making/cases.ts";
import { run } from "../making/warehouses.ts";

const RANK = { info: 1, warning: 2, critical: 3 };

describe.each(ENGINES)("%s", (engine) => {
  test("outage-ages-out: four of five rules have been dead since 1 June, and that stays critical", async () => {
    const dead = ["job_financings", "user_titles", "marketing_sources", "quotes"];
    const crm = "genius";
    const runs = [
      ...repeat({ crm, rule: "appointments", from: "05-01 00:00", to: "07-10 20:00", every: HOUR }),
      ...dead.flatMap((rule) => repeat({ crm, rule, from: "05-01 00:00", to: "06-01 00:00", every: HOUR })),
    ];
    const schedules = ["appointments", ...dead].map((rule) => interval(1, "hours", rule, { crm }));
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    for (const as of ["06-02 21:00", "06-30 21:00", "07-02 21:00", "07-10 21:00"]) {
      const { code, report } = await ask(warehouse, { as, crm, flags: ["--fail-on", "critical"] });
      expect(code).toBe(1);
      expect(report.verdict).toBe("critical");
      const [finding] = report.findings;
      expect(finding).toMatchObject({ id: "rules-stopped", severity: "critical" });
      expect(finding?.evidence["rules"]).toEqual(dead.toSorted());
      for (const rule of dead) expect(["overdue", "never"]).toContain(ruleOf(report, rule).condition);
    }
  });

  test("a scheduled rule that stopped is critical on day 4, 14, 31 and 40", async () => {
    const runs = [
      ...repeat({ rule: "users", from: "05-15 00:00", to: "07-10 20:00", every: HOUR }),
      ...repeat({ rule: "deals", from: "05-01 00:00", to: "06-01 00:00", every: HOUR }),
    ];
    const schedules = [cron("0 * * * *", "users"), cron("0 * * * *", "deals")];
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    for (const as of ["06-05 21:00", "06-15 21:00", "07-02 21:00", "07-10 21:00"]) {
      const { report } = await ask(warehouse, { as });
      expect(ruleOf(report, "deals").severity).toBe("critical");
      expect(ruleOf(report, "users").severity).toBeNull();
    }
  });

  test("a weekly rule whose last three weeks are missing is never milder a week later", async () => {
    const runs = [
      ...repeat({ from: "05-15 00:00", to: "07-10 20:00", every: HOUR }),
      ...repeat({ rule: "full", from: "05-01 02:00", to: "06-12 02:00", every: 7 * DAY, takes: HOUR }),
    ];
    const schedules = [cron("0 * * * *", "contacts"), cron("0 2 * * 5", "full")];
    await using warehouse = await makeWarehouse(engine, { runs, schedules });
    const ranks: number[] = [];
    for (const as of ["06-19 21:00", "06-26 21:00", "07-03 21:00", "07-10 21:00"]) {
      const { severity } = ruleOf((await ask(warehouse, { as })).report, "full");
      ranks.push(severity === null ? 0 : RANK[severity]);
    }
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
    expect(ranks[0]).toBeGreaterThanOrEqual(2);
  });

  test("fails-for-months: since the last success, also when its first failures are older than what is counted", async () => {
    const runs = repeat({ rule: "nightly", from: "01-05 02:00", to: "07-10 02:00", every: DAY }, (start) =>
      start > at("02-01 12:00") ? { status: "failed", error: "HTTP 401" } : {},
    );
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("0 2 * * *", "nightly")] });
    // By it each rule's newest 20 runs alone are looked back on, and no success is known.
    await warehouse.sql?.unsafe("DROP INDEX orchestration.sync_history_crm_source_sync_type_start_time_idx");
    for (const [as, since] of [
      ["05-20 21:00", "2026-02-02T02:00:00Z"],
      ["06-04 21:00", "2026-02-01T02:01:00Z"],
      ["07-10 21:00", "2026-02-01T02:01:00Z"],
    ] as const) {
      const rule = ruleOf((await ask(warehouse, { as })).report, "nightly");
      expect(rule).toMatchObject({ condition: "failing", severity: "critical", since });
    }
    const { report } = await ask(warehouse);
    expect(ruleOf(report, "nightly").message).toBe(
      "nightly: none of its runs succeeded since 1 Feb 02:01, at least 120 failed",
    );
  });

  test.each([
    {
      name: "each first Monday of a month",
      days: ["08-04", "09-01", "10-06", "11-03", "12-01", "01-05", "02-02", "03-02", "04-06"],
      looks: [
        ["06-01 04:00", "warning"],
        ["06-20 21:00", "critical"],
      ],
      since: "2026-05-28T17:01:00Z",
    },
    {
      name: "on the first and fifteenth of each month",
      days: ["01-01", "01-15", "02-01", "02-15", "03-01", "03-15", "04-01", "04-15"],
      looks: [
        ["05-12 21:00", "warning"],
        ["06-20 21:00", "critical"],
      ],
      since: null,
    },
  ])(
    "regular-but-seldom: a rule without a schedule that ran $name is told when the next but one is missing",
    async (row) => {
      const { days, looks, since } = row;
      const runs = [
        ...days.map((day) => {
          const start = `${day > "07" ? 2025 : 2026}-${day}T05:00:00.000Z`;
          return run({ rule: "invoices", start, end: later(start, MINUTE) });
        }),
        ...repeat({ from: "05-01 00:00", to: "07-10 20:00", every: HOUR }),
      ];
      await using warehouse = await makeWarehouse(engine, { runs });
      const told = [];
      for (const [as = "", severity] of looks) {
        const rule = ruleOf((await ask(warehouse, { as })).report, "invoices");
        expect(rule).toMatchObject({ condition: "overdue", severity });
        told.push(rule.since);
      }
      expect(new Set(told).size).toBe(1);
      if (since !== null) expect(told[0]).toBe(since);
    },
  );

  describe("since 10 May, at the end of a day, of three weeks, of a month and of two", () => {
    const DAYS = ["05-11 00:30", "05-31 01:30", "06-14 00:30", "07-08 01:30"];
    const others = ["a", "b", "c", "d", "e", "f", "g", "h", "i"].flatMap((rule) =>
      repeat({ rule, from: "04-10 00:00", to: "07-09 00:00", every: HOUR }),
    );
    const before = repeat({ rule: "deals", from: "04-10 00:00", to: "05-09 23:00", every: HOUR }, () => ({
      processed: 5000,
    }));
    const since = (change: Parameters<typeof repeat>[1]) => [
      ...others,
      ...before,
      ...repeat({ rule: "deals", from: "05-10 00:00", to: "07-09 00:00", every: HOUR }, change),
    ];
    const tell = async (runs: ReturnType<typeof repeat>) => {
      await using warehouse = await makeWarehouse(engine, { runs });
      const told = [];
      for (const as of DAYS) {
        const { report } = await ask(warehouse, { as });
        const { condition, severity, since: sinceAt } = ruleOf(report, "deals");
        told.push([report.verdict, condition, severity, sinceAt?.slice(0, 13)]);
      }
      return told;
    };

    test("a rule fails all the time", async () => {
      const told = await tell(since(() => ({ status: "failed", error: "INVALID_LOGIN" })));
      expect(told).toEqual(DAYS.map(() => ["critical", "failing", "critical", "2026-05-10T00"]));
    });

    test("a rule brings no records", async () => {
      expect(await tell(since(() => ({ processed: 0, created: 0, updated: 0 })))).toEqual(
        DAYS.map(() => ["warning", "empty", "warning", "2026-05-10T00"]),
      );
    });

    test("every other run fails, whether the newest one did or not", async () => {
      const told = await tell(
        since((_, index) => (index % 2 === 0 ? { status: "failed", error: "504 Gateway Time-out" } : {})),
      );
      expect(told.map((said) => said.slice(0, 3))).toEqual(DAYS.map(() => ["critical", "degraded", "warning"]));
    });

    test("every other run of its only rule fails", async () => {
      const runs = since((_, index) => (index % 2 === 0 ? { status: "failed", error: "504 Gateway Time-out" } : {}));
      const told = await tell(runs.filter(({ rule }) => rule === "deals"));
      expect(told.map(([verdict]) => verdict)).toEqual(DAYS.map(() => "critical"));
    });
  });

  test("an outage of 20 hours is none the less one after a run that failed, and one the day after", async () => {
    const runs = [
      ...repeat({ from: "06-15 00:00", to: "07-10 20:00", every: HOUR }),
      ...repeat({ rule: "deals", from: "06-15 00:00", to: "07-09 21:00", every: HOUR }),
      ...repeat({ rule: "deals", from: "07-10 18:00", to: "07-10 18:00", every: HOUR }, () => ({
        status: "failed",
        error: "boom",
      })),
    ];
    for (const schedules of [[], [interval(1, "hours", "contacts"), interval(1, "hours", "deals")]]) {
      await using warehouse = await makeWarehouse(engine, { runs, schedules });
      for (const as of ["07-10 17:30", "07-10 18:30", "07-10 20:54"]) {
        const { report } = await ask(warehouse, { as });
        expect(ruleOf(report, "deals").severity).toBe("critical");
        expect(ruleOf(report, "contacts").severity).toBeNull();
      }
    }
  });

  test("a rule without a schedule that ran every quarter of an hour and stopped three days ago is overdue", async () => {
    const runs = [
      ...repeat({ from: "07-01 00:00", to: "07-10 20:45", every: 15 * MINUTE }),
      ...repeat({ rule: "deals", from: "07-01 00:00", to: "07-07 20:45", every: 15 * MINUTE }),
    ];
    const report = await judge(engine, { runs });
    expect(ruleOf(report, "deals")).toMatchObject({ condition: "overdue", severity: "critical" });
    expect(alarms(report).map(({ rule_name }) => rule_name)).toEqual(["deals"]);
  });

  test("a rule without a schedule that stopped is critical on day 4, 14, 31 and 40", async () => {
    const runs = [
      ...repeat({ rule: "users", from: "05-15 00:00", to: "07-10 20:00", every: HOUR }),
      ...repeat({ rule: "deals", from: "05-15 00:00", to: "06-01 00:00", every: HOUR }),
    ];
    await using warehouse = await makeWarehouse(engine, { runs });
    for (const as of ["06-05 21:00", "06-15 21:00", "07-02 21:00", "07-10 21:00"]) {
      const { report } = await ask(warehouse, { as });
      expect(ruleOf(report, "deals")).toMatchObject({ severity: "critical", last_success_at: "2026-06-01T00:01:00Z" });
      expect(report.metadata.rules_known_since).toBeNull();
    }
  });

  describe("dead since 1 June", () => {
    const alive = repeat({ rule: "users", from: "05-01 00:07", to: "07-10 20:07", every: HOUR });
    const dead = repeat({ rule: "deals", from: "05-01 00:00", to: "06-01 00:00", every: HOUR });
    const hourly = [cron("7 * * * *", "users"), cron("0 * * * *", "deals")];
    const since = "2026-06-01T01:00:00Z";

    test("schedule-made-in-an-outage: a row that was deleted and made anew ends none", async () => {
      const made = at("07-08 10:00");
      const schedules = [cron("7 * * * *", "users"), cron("0 * * * *", "deals", { createdAt: made, updatedAt: made })];
      await using warehouse = await makeWarehouse(engine, { runs: [...alive, ...dead], schedules });
      for (const [as, told] of [
        ["07-08 09:30", ""],
        ["07-08 10:05", "; its schedule is of 10:00"],
        ["07-10 21:00", "; its schedule is of 8 Jul 10:00"],
      ] as const) {
        const { condition, severity, since: from, message } = ruleOf((await ask(warehouse, { as })).report, "deals");
        expect([as, condition, severity, from]).toEqual([as, "overdue", "critical", since]);
        expect(message).toStartWith("deals: nothing has started since 1 Jun 00:00, ");
        expect(message).toMatch(new RegExp(`last success 3[79]d \\d+h ago${told}$`));
      }
    });

    test("attempt-that-hangs: a run that began, and does not end, ends none", async () => {
      const hung = repeat({ rule: "deals", from: "07-10 16:00", to: "07-10 16:00", every: HOUR, takes: null }, () => ({
        status: "running",
      }));
      await using warehouse = await makeWarehouse(engine, { runs: [...alive, ...dead, ...hung], schedules: hourly });
      for (const as of ["07-10 16:40", "07-10 18:00", "07-10 21:00"]) {
        const { condition, severity, since: from, message } = ruleOf((await ask(warehouse, { as })).report, "deals");
        expect([as, condition, severity, from]).toEqual([as, "overdue", "critical", since]);
        expect(message).toStartWith("deals: its run of 16:00 has not ended; last success 39d ");
      }
    });

    test("runs-again-after-weeks: since when none did is told, and that it is over", async () => {
      const again = repeat({ rule: "deals", from: "07-10 18:00", to: "07-10 20:00", every: HOUR });
      for (const schedule of [cron("0 * * * *", "deals"), interval(1, "hours", "deals")]) {
        const schedules = [cron("7 * * * *", "users"), schedule];
        await using warehouse = await makeWarehouse(engine, { runs: [...alive, ...dead, ...again], schedules });
        const {
          severity,
          since: from,
          message,
        } = ruleOf((await ask(warehouse, { as: "07-10 20:40" })).report, "deals");
        expect([severity, from, message]).toEqual([
          "warning",
          since,
          "deals: 21 of 24 runs due in 24 h did not start; none did from 1 Jun 01:00 to 10 Jul 17:00; over: it runs again since 18:00",
        ]);
      }
    });
  });

  test("fails-then-skips: what failed for weeks, and is skipped since two days, was not skipped all the time", async () => {
    const runs = [
      ...repeat({ rule: "users", from: "05-01 00:07", to: "07-10 20:07", every: HOUR }),
      ...repeat({ rule: "deals", from: "05-01 00:00", to: "07-10 20:00", every: HOUR }, (start) => {
        if (start > at("07-08 00:00")) return { status: "skipped", processed: 0 };
        return start > at("06-01 00:00") ? { status: "failed", error: "HTTP 401" } : {};
      }),
    ];
    const report = await judge(engine, { runs, schedules: [cron("0 * * * *", "deals")] });
    expect(ruleOf(report, "deals")).toMatchObject({
      condition: "overdue",
      severity: "critical",
      since: "2026-06-01T01:00:00Z",
      // So old a success is read from SQLite, and remembered by its hour of PostgreSQL.
      message: expect.stringMatching(
        /^deals: all runs since 8 Jul 01:00 were skipped \(at least 48\); last success (39d 20h ago|in the hour after 1 Jun 00:00), due hourly at :00$/,
      ),
    });
  });
});
