/** Runs that succeed without records are told as long as that lasts. */
import { describe, expect, test } from "bun:test";
import {
  ask,
  at,
  cron,
  DAY,
  ENGINES,
  HOUR,
  judge,
  later,
  makeWarehouse,
  MINUTE,
  repeat,
  ruleOf,
} from "../making/cases.ts";

describe.each(ENGINES)("%s", (engine) => {
  test("hourly runs without records for 1, 4, 10 and 25 days", async () => {
    const runs = repeat({ from: "05-25 00:00", to: "07-10 20:00", every: HOUR }, (start) => ({
      processed: start >= at("06-15 21:00") ? 0 : 10_000,
    }));
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("0 * * * *", "contacts")] });
    for (const as of ["06-16 21:00", "06-19 21:00", "06-25 21:00", "07-10 21:00"]) {
      const { report } = await ask(warehouse, { as });
      expect(ruleOf(report, "contacts")).toMatchObject({ condition: "empty", severity: "warning" });
      expect(ruleOf(report, "contacts").message).toContain("usually 10,000 a run");
    }
  });

  test("empty-before-a-failure: one failure at the end does not hide that all before it brought nothing", async () => {
    const runs = repeat({ from: "05-25 00:00", to: "07-10 20:00", every: HOUR }, (start) => ({
      processed: start >= at("06-20 21:00") ? 0 : 10_000,
      ...(start === at("07-10 20:00") ? { status: "failed", error: "HTTP 500" } : {}),
    }));
    const rule = ruleOf(await judge(engine, { runs, schedules: [cron("0 * * * *", "contacts")] }), "contacts");
    expect(rule).toMatchObject({ condition: "empty", severity: "warning", since: "2026-06-20T21:00:00Z" });
    expect(rule.message).toEndWith("usually 10,000 a run; its newest run failed at 20:01; last success 19:01");
  });

  test("empty-among-failures: what succeeds without records hides in no window that most runs fail", async () => {
    const runs = repeat({ from: "05-25 00:00", to: "07-10 20:00", every: HOUR }, (start, index) => {
      if (start < at("07-09 00:00")) return { processed: 10_000 };
      return index % 8 === 4 ? { processed: 0 } : { processed: 0, status: "failed", error: "HTTP 500" };
    });
    await using warehouse = await makeWarehouse(engine, { runs });
    // The newest run is a success, and the one before it a failure.
    for (const as of ["07-10 21:00", "07-10 20:00"]) {
      for (const flags of [["--time-window", "1h"], [], ["--time-window", "7d"]]) {
        const rule = ruleOf((await ask(warehouse, { as, flags })).report, "contacts");
        expect(rule.severity).toBe("critical");
        if (as === "07-10 21:00") {
          expect(rule.condition).toBe("degraded");
          // By the hour, where the window does not hold the first of them.
          expect(rule.since).toBe(flags.includes("7d") ? "2026-07-09T00:01:00Z" : "2026-07-09T00:00:00Z");
          expect(rule.message).toMatch(/^contacts: 21 of 24 runs failed .*; and 6 runs succeeded with 0 records since/);
        }
      }
    }
  });

  test("empty-and-failing: half of four runs a day fail, and the others bring nothing", async () => {
    const runs = repeat({ from: "05-08 00:00", to: "07-10 18:00", every: 6 * HOUR }, (start, index) => {
      if (start < at("07-06 00:00")) return { processed: 10_000 };
      return index % 2 === 1 ? { processed: 0 } : { processed: 0, status: "failed", error: "HTTP 500" };
    });
    await using warehouse = await makeWarehouse(engine, { runs });
    for (const flags of [["--time-window", "1h"], [], ["--time-window", "7d"]]) {
      const rule = ruleOf((await ask(warehouse, { flags })).report, "contacts");
      expect(rule).toMatchObject({ condition: "empty", severity: "warning", since: "2026-07-06T06:01:00Z" });
      expect(rule.message).toMatch(/ a run; and 10 of 28 runs failed .*; its newest run succeeded$/);
    }
  });

  test("empty-in-each-window: a rule that is known for six days brings nothing since yesterday", async () => {
    const runs = repeat({ from: "07-04 22:00", to: "07-10 20:00", every: HOUR }, (start) => ({
      processed: start >= at("07-09 22:00") ? 0 : 10_000,
    }));
    await using warehouse = await makeWarehouse(engine, { runs });
    for (const flags of [["--time-window", "1h"], [], ["--time-window", "7d"]]) {
      const rule = ruleOf((await ask(warehouse, { flags })).report, "contacts");
      expect(rule).toMatchObject({ condition: "empty", severity: "warning" });
      expect(rule.message).toContain("23 runs succeeded with 0 records since 9 Jul 22:0");
    }
  });

  test("empty-since-a-full-run: those of the same hour that came before it are no part of four in a row", async () => {
    const runs = repeat({ from: "05-25 00:00", to: "07-10 20:55", every: 5 * MINUTE }, (start, index) => {
      const isFull = start < at("07-10 20:00") ? index % 2 === 0 : start === at("07-10 20:35");
      return { processed: isFull ? 10_000 : 0 };
    });
    expect(ruleOf(await judge(engine, { runs }), "contacts")).toMatchObject({ condition: "ok", severity: null });
  });

  test("nightly runs without records for 1 and 20 nights", async () => {
    const runs = repeat({ rule: "nightly", from: "05-25 03:00", to: "07-10 03:00", every: DAY }, (start) => ({
      processed: start >= at("06-20 00:00") ? 0 : 250_000,
    }));
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("0 3 * * *", "nightly")] });
    for (const as of ["06-20 21:00", "07-09 21:00"]) {
      const { report } = await ask(warehouse, { as });
      expect(ruleOf(report, "nightly")).toMatchObject({
        condition: "empty",
        severity: "warning",
        since: "2026-06-20T03:01:00Z",
      });
    }
  });

  test("a nightly rule that brings nothing each eighth night: one such night is no news, three in a row are", async () => {
    for (const [since, condition] of [
      ["07-10 00:00", "ok"],
      ["07-08 00:00", "empty"],
    ] as const) {
      const runs = repeat({ rule: "orders", from: "05-01 03:00", to: "07-10 03:00", every: DAY }, (start, index) => ({
        processed: index % 8 === 0 || start >= at(since) ? 0 : 900,
      }));
      await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("0 3 * * *", "orders")] });
      const { report } = await ask(warehouse);
      expect(ruleOf(report, "orders").condition).toBe(condition);
    }
  });

  test("of two runs a day the one by day has never brought anything, and that is no news; that by night has", async () => {
    const day = (hour: string, processed: (start: string) => number) =>
      repeat({ rule: "deals", from: `05-01 ${hour}:00`, to: `07-10 ${hour}:00`, every: DAY }, (start) => ({
        processed: processed(start),
      }));
    const well = [...day("03", () => 50_000), ...day("15", () => 0)];
    const broken = [...day("03", (start) => (start >= at("07-10 00:00") ? 0 : 50_000)), ...day("15", () => 0)];
    for (const [runs, condition] of [
      [well, "ok"],
      [broken, "empty"],
    ] as const) {
      await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("0 3,15 * * *", "deals")] });
      const { report } = await ask(warehouse);
      expect(ruleOf(report, "deals").condition).toBe(condition);
    }
  });

  test("a weekly run without records is told until the next one, and so are six in a row, on any day of the week", async () => {
    const week = (n: number) =>
      repeat({ rule: "full", from: "04-05 02:00", to: "07-05 02:00", every: 7 * DAY, takes: 10 * MINUTE }, (start) => ({
        processed: start >= later(at("07-05 02:00"), -7 * (n - 1) * DAY) ? 0 : 9000,
      }));
    for (const [n, since] of [
      [1, "2026-07-05T02:10:00Z"],
      [6, "2026-05-31T02:10:00Z"],
    ] as const) {
      const runs = [...repeat({ from: "06-01 00:00", to: "07-10 20:00", every: HOUR }), ...week(n)];
      await using warehouse = await makeWarehouse(engine, { runs });
      for (const as of ["07-05 21:00", "07-08 04:00", "07-10 21:00"]) {
        const { report } = await ask(warehouse, { as });
        expect(ruleOf(report, "full")).toMatchObject({ condition: "empty", severity: "warning", since });
      }
    }
  });

  test("runs every 5 minutes that have never brought records are well", async () => {
    const runs = repeat({ from: "07-01 00:00", to: "07-10 20:55", every: 5 * MINUTE }, () => ({
      processed: 0,
      created: 0,
      updated: 0,
    }));
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("*/5 * * * *", "contacts")] });
    expect((await ask(warehouse)).report.findings).toEqual([]);
  });
});

test.each(ENGINES)("%s: a streak says as much of it as is certain, in whatever window", async (engine) => {
  // The first five runs of its first hour brought some.
  const runs = repeat({ from: "05-25 00:00", to: "07-10 20:55", every: 5 * MINUTE }, (start) => ({
    processed: start > at("07-07 02:22") ? 0 : 10_000,
  }));
  await using warehouse = await makeWarehouse(engine, { runs });
  for (const window of ["6 hours", "24 hours"]) {
    const { report } = await ask(warehouse, { flags: ["--time-window", window.replace(" hours", "h")] });
    // Seven more are in its first hour, of which the weeks know no order.
    expect(ruleOf(report, "contacts").message).toBe(
      "contacts: 1,080 runs succeeded with 0 records since 7 Jul 03:00 at least, usually 10,000 a run",
    );
  }
});

test.each(ENGINES)(
  "%s: a streak that is known from the middle of an hour on has all of that hour's runs",
  async (engine) => {
    const runs = repeat({ from: "05-25 00:00", to: "07-10 20:50", every: 10 * MINUTE }, (start) => ({
      processed: start >= at("07-10 02:00") ? 0 : 10_000,
    }));
    await using warehouse = await makeWarehouse(engine, { runs });
    for (const window of ["1h", "6h", "24h"]) {
      const { report } = await ask(warehouse, { flags: ["--time-window", window] });
      const { message } = ruleOf(report, "contacts");
      expect(message).toMatch(/: 114 runs succeeded with 0 records since 02:0[01], usually 10,000 a run$/);
    }
  },
);

test.each(ENGINES)("%s: a count below zero is not known, and no run without records", async (engine) => {
  const runs = (zeros: number, unknown: number) => [
    ...repeat({ rule: "nightly", from: "05-25 03:00", to: "07-10 03:00", every: DAY }, (start) => {
      const daysAgo = Math.round((Date.parse(at("07-10 03:00")) - Date.parse(start)) / DAY);
      return { processed: daysAgo < zeros ? 0 : daysAgo < zeros + unknown ? -1 : 250_000 };
    }),
    ...repeat({ from: "05-25 00:00", to: "07-10 20:00", every: HOUR }, (start) => {
      const hoursAgo = Math.round((Date.parse(at("07-10 20:00")) - Date.parse(start)) / HOUR);
      return { processed: hoursAgo < zeros ? 0 : hoursAgo < zeros + unknown ? -1 : 10_000 };
    }),
  ];
  await using unknown = await makeWarehouse(engine, { runs: runs(0, 3) });
  await using both = await makeWarehouse(engine, { runs: runs(4, 3) });
  for (const window of ["24h", "168h"]) {
    const flags = ["--time-window", window];
    const { report } = await ask(unknown, { flags });
    for (const rule of ["nightly", "contacts"]) expect(ruleOf(report, rule).condition).not.toBe("empty");
    const { report: later } = await ask(both, { flags });
    expect(ruleOf(later, "nightly").message).toStartWith("nightly: 4 runs succeeded with 0 records since 7 Jul 03:0");
    expect(ruleOf(later, "contacts").message).toStartWith("contacts: 4 runs succeeded with 0 records since 17:0");
  }
});

const NOON = at("07-09 12:00");
const HOURLY = { from: "06-10 00:00", to: "07-10 20:00", every: HOUR };

test.each(ENGINES)(
  "%s: written-not-counted: what created and updated as many as usual brought them",
  async (engine) => {
    const uncounted = repeat(HOURLY, (start) => (start > NOON ? { processed: 0 } : {}));
    const few = repeat({ ...HOURLY, rule: "deals" }, (start) => ({ processed: start > NOON ? 0 : 900 }));
    const report = await judge(engine, { runs: [...uncounted, ...few] });
    expect(ruleOf(report, "contacts")).toMatchObject({ condition: "ok", records: { processed: 0, updated: 2160 } });
    expect(ruleOf(report, "deals")).toMatchObject({
      condition: "empty",
      message: "deals: 32 runs succeeded with 0 records since 9 Jul 13:01, usually 900 a run",
    });
    expect(report.data_quality?.find(({ id }) => id === "processed-not-counted")).toMatchObject({
      count: 48,
      rules: ["contacts", "deals"],
    });
  },
);

test("written-not-counted, of a rule known for three days, and never counted", async () => {
  const young = repeat({ ...HOURLY, from: "07-08 00:00" }, (start) => (start > NOON ? { processed: 0 } : {}));
  const never = repeat({ ...HOURLY, rule: "deals" }, () => ({ processed: 0 }));
  const { rules, data_quality: rows } = await judge("sqlite", { runs: [...young, ...never] });
  expect(rules.map(({ condition }) => condition)).toEqual(["ok", "ok"]);
  expect(rows?.map(({ id, count }) => [id, count])).toEqual([["processed-not-counted", 48]]);
});

test.each(ENGINES)("%s: each-record-failed: a success that stored none of them brought none", async (engine) => {
  const runs = repeat(HOURLY, (start) => (start > NOON ? { created: 0, updated: 0, failed: 100 } : {}));
  const { verdict, findings, recommendations } = await judge(engine, { runs });
  expect(verdict).toBe("warning");
  expect(findings.find(({ id }) => id === "rule-empty")?.message).toBe(
    "contacts: 32 runs succeeded with 0 records since 9 Jul 13:01, usually 100 a run; 2,400 records failed in 24 h",
  );
  expect(recommendations.map(({ recommendation }) => recommendation)).toContain(
    "See in the log of contacts why its records fail; a permission or a changed field is likely",
  );
});

test.each(ENGINES)(
  "%s: some-records-failed: what stored a part of them, or another count, is not empty",
  async (engine) => {
    const stored = repeat(HOURLY, () => ({ created: 1, updated: 0, failed: 100 }));
    const apart = repeat({ ...HOURLY, rule: "deals" }, () => ({ created: 0, updated: 0, failed: 7 }));
    const { rules } = await judge(engine, { runs: [...stored, ...apart] });
    expect(rules.map(({ condition }) => condition)).toEqual(["ok", "ok"]);
  },
);

const ON_START = "CREATE INDEX ON orchestration.sync_history (start_time)";

/** Each finds the rows before both windows in another way. */
test.each([
  { name: "none", indexes: "" },
  { name: "one on the start", indexes: ON_START },
  {
    name: "those of shape M",
    indexes: `CREATE INDEX ON orchestration.sync_history (crm_source, sync_type); ${ON_START}`,
  },
  {
    name: "those of shape H",
    indexes: "CREATE INDEX ON orchestration.sync_history (crm_source, sync_type, start_time)",
  },
  { name: "SQLite", indexes: null },
])("the records that are usual of what grows are the same with any index: $name", async ({ indexes }) => {
  const runs = [
    ...repeat({ from: "06-01 00:00", to: "07-10 20:30", every: 30 * MINUTE }, (start, index) => ({
      processed: start >= at("07-09 20:00") ? 0 : index + 1,
    })),
    ...repeat({ rule: "nightly", from: "06-01 03:00", to: "07-10 03:00", every: DAY }, (_, index) => ({
      processed: (index + 1) * 1000,
    })),
  ];
  await using warehouse = await makeWarehouse(indexes === null ? "sqlite" : "postgresql", { runs });
  await warehouse.sql?.unsafe(`DO $$ DECLARE index text; BEGIN
      FOR index IN SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'orchestration.sync_history'::regclass AND NOT indisprimary
      LOOP EXECUTE 'DROP INDEX ' || index; END LOOP; END $$; ${indexes}; ANALYZE`);
  const { report } = await ask(warehouse, { flags: ["--time-window", "1h"] });
  expect(ruleOf(report, "nightly").usual_records).toBe(30_500);
  expect(ruleOf(report, "contacts")).toMatchObject({ condition: "empty", usual_records: 1387.5 });
});
