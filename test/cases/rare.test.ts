/** Rules that run once a day or so are judged by their last runs; durations and retries by the rule's own past. */
import { describe, expect, test } from "bun:test";
import {
  alarms,
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
  SECOND,
} from "../making/cases.ts";

describe.each(ENGINES)("%s", (engine) => {
  test("daily-failure-untold: the nightly sync failed an hour ago, and is told at both slots with its error", async () => {
    const failed = { status: "failed", processed: 0, error: "HTTP 401 Unauthorized" };
    const runs = repeat(
      { rule: "nightly", from: "06-20 03:00", to: "07-10 03:00", every: DAY, takes: 20 * MINUTE },
      (start) => (start === at("07-10 03:00") ? failed : { processed: 250_000 }),
    );
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("0 3 * * *", "nightly")] });
    for (const as of ["07-10 04:00", "07-10 21:00"]) {
      const { report, code } = await ask(warehouse, { as, flags: ["--fail-on", "warning"] });
      expect(code).toBe(1);
      expect(ruleOf(report, "nightly")).toMatchObject({
        condition: "failing",
        severity: "warning",
        since: "2026-07-10T03:20:00Z",
        newest_error: "HTTP 401 Unauthorized",
      });
      expect(alarms(report)).toHaveLength(1);
      expect(report.recommendations.map(({ recommendation }) => recommendation).join()).not.toContain(
        "still scheduled",
      );
    }
  });

  test("daily-zero-records-untold: the nightly sync brings 250,000 records and brought none", async () => {
    const runs = repeat(
      { rule: "nightly", from: "06-20 03:00", to: "07-10 03:00", every: DAY, takes: 20 * MINUTE },
      (start) => ({
        processed: start === at("07-10 03:00") ? 0 : 250_000,
      }),
    );
    const report = await judge(engine, { runs, schedules: [cron("0 3 * * *", "nightly")] });
    expect(ruleOf(report, "nightly")).toMatchObject({
      condition: "empty",
      severity: "warning",
      since: "2026-07-10T03:20:00Z",
    });
    expect(alarms(report)).toHaveLength(1);
  });

  test("zero-records-for-22-hours: 22 runs in a row without records, although two of the window had some", async () => {
    const runs = repeat({ from: "07-01 00:00", to: "07-10 20:00", every: HOUR }, (start) => ({
      processed: start >= at("07-09 23:00") ? 0 : 10_000,
    }));
    const report = await judge(engine, { runs });
    expect(ruleOf(report, "contacts")).toMatchObject({
      condition: "empty",
      severity: "warning",
      since: "2026-07-09T23:01:00Z",
    });
    expect(ruleOf(report, "contacts").message).toContain("22 runs");
  });

  test("stale-for-daily-rules: a daily run of 14 hours, 13 hours in, is running", async () => {
    const runs = repeat(
      { rule: "fullsync", from: "06-15 03:00", to: "07-10 03:00", every: DAY, takes: 14 * HOUR },
      (start) => (start === at("07-10 03:00") ? { status: "running", end: null } : {}),
    );
    const report = await judge(engine, { runs }, { as: "07-10 16:00" });
    expect(ruleOf(report, "fullsync")).toMatchObject({ condition: "running", running: 1, stale: 0, severity: null });
    expect(report.findings).toEqual([]);
  });

  test("retries-are-rows: two failures before each success are a warning about retries", async () => {
    const slots = repeat({ from: "07-08 00:00", to: "07-10 20:00", every: HOUR });
    const runs = slots.flatMap((slot) =>
      [0, 1, 2].map((attempt) => {
        const start = later(slot.start, attempt * 2 * MINUTE);
        const outcome = attempt < 2 ? { status: "failed", error: "HTTP 429 Too Many Requests" } : {};
        return { ...slot, start, end: later(start, 30 * SECOND), ...outcome };
      }),
    );
    const report = await judge(engine, { runs, schedules: [cron("0 * * * *", "contacts")] });
    expect(ruleOf(report, "contacts")).toMatchObject({
      condition: "degraded",
      degradation: "retries",
      severity: "warning",
      missed: 0,
    });
    expect(report.findings.map(({ severity }) => severity)).not.toContain("critical");
  });

  test("daily-duration-collapse: three daily runs of seconds are told, two or somewhat shorter ones are not", async () => {
    const daily = (shortFrom: string, seconds: number) =>
      repeat({ rule: "nightly", from: "06-01 00:00", to: "07-10 00:00", every: DAY }, (start) => ({
        end: later(start, start >= at(shortFrom) ? seconds * SECOND : 10_000 * SECOND),
      }));
    const schedules = [cron("0 0 * * *", "nightly")];
    const told = ruleOf(await judge(engine, { runs: daily("07-08 00:00", 3), schedules }), "nightly");
    expect(told).toMatchObject({ condition: "degraded", severity: "info" });
    expect(told.message).toBe("nightly: its newest 3 runs took 3.0s at most, earlier ones 2h 46m at least");
    for (const runs of [daily("07-09 00:00", 3), daily("07-08 00:00", 600)])
      expect(ruleOf(await judge(engine, { runs, schedules }), "nightly").condition).toBe("ok");
  });

  test("volume-and-duration-collapse: few records, short runs and successes with an error are each told", async () => {
    const every = HOUR;
    const runs = [
      ...repeat({ from: "07-01 00:00", to: "07-10 20:00", every }, (start) => ({
        processed: start > at("07-09 20:00") ? 2 : 10_000,
      })),
      ...repeat({ rule: "deals", from: "07-01 00:00", to: "07-10 20:00", every, takes: 48 * MINUTE }, (start) =>
        start > at("07-09 20:00") ? { end: later(start, 3 * SECOND) } : {},
      ),
      ...repeat({ rule: "users", from: "07-01 00:00", to: "07-10 20:00", every }, (start) => ({
        error: start > at("07-10 06:00") ? "Batch 3 of 9 failed: HTTP 500; skipped" : null,
      })),
    ];
    const report = await judge(engine, { runs });
    expect(ruleOf(report, "contacts")).toMatchObject({
      condition: "degraded",
      degradation: "records",
      severity: "info",
    });
    expect(ruleOf(report, "deals")).toMatchObject({ condition: "degraded", degradation: "duration", severity: "info" });
    expect(report.data_quality).toMatchObject([{ id: "success-with-error", count: 14, rules: ["users"] }]);
    expect(alarms(report)).toEqual([]);
  });

  test("the second of two daily runs has failed for 20 days", async () => {
    const runs = [
      ...repeat({ from: "06-01 03:00", to: "07-10 03:00", every: DAY }),
      ...repeat({ from: "06-01 15:00", to: "07-10 15:00", every: DAY }, (start) =>
        start > at("06-20 16:00") ? { status: "failed", error: "quota exceeded" } : {},
      ),
    ];
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("0 3,15 * * *", "contacts")] });
    for (const as of ["07-10 04:00", "07-10 21:00"]) {
      const { report } = await ask(warehouse, { as });
      expect(alarms(report).map(({ rule_name }) => rule_name)).toContain("contacts");
      expect(ruleOf(report, "contacts").newest_error).toBe("quota exceeded");
    }
  });

  test("one failed run of a rule that runs every quarter of an hour is one line with its error", async () => {
    const runs = repeat({ from: "07-03 00:00", to: "07-10 20:45", every: 15 * MINUTE }, (start) =>
      start === at("07-10 20:45") ? { status: "failed", error: "connection reset" } : {},
    );
    const report = await judge(engine, { runs, schedules: [cron("*/15 * * * *", "contacts")] });
    expect(alarms(report)).toEqual([]);
    expect(report.findings).toMatchObject([{ id: "rule-failing", severity: "info", rule_name: "contacts" }]);
    expect(ruleOf(report, "contacts").newest_error).toBe("connection reset");
  });

  test("one failed run hides no stop: a nightly rule that failed a week ago and never ran since", async () => {
    const runs = repeat({ rule: "nightly", from: "06-10 03:00", to: "07-03 03:00", every: DAY }, (start) =>
      start === at("07-03 03:00") ? { status: "failed", error: "boom" } : {},
    );
    runs.push(...repeat({ from: "06-10 00:00", to: "07-10 20:00", every: HOUR }));
    const report = await judge(engine, {
      runs,
      schedules: [cron("0 3 * * *", "nightly"), cron("0 * * * *", "contacts")],
    });
    expect(ruleOf(report, "nightly")).toMatchObject({ condition: "overdue", severity: "critical" });
  });

  test("a rule that fails every 5 minutes since yesterday evening says since when, and how often", async () => {
    const runs = repeat({ from: "07-08 00:00", to: "07-10 20:55", every: 5 * MINUTE }, (start) =>
      start >= at("07-09 22:00") ? { status: "failed", error: "HTTP 403 Forbidden" } : {},
    );
    const report = await judge(engine, { runs });
    // 22:00 to 20:55 are 22 hours and 55 minutes: 276 runs.
    expect(ruleOf(report, "contacts")).toMatchObject({
      condition: "failing",
      severity: "critical",
      since: "2026-07-09T22:01:00Z",
    });
    expect(ruleOf(report, "contacts").message).toContain("276 runs failed");
  });

  test("nightly-retries-age-out: each night succeeds at the third attempt, which is told after three months as after a week", async () => {
    const runs = repeat({ rule: "nightly", from: "04-01 02:00", to: "07-10 02:00", every: DAY }).flatMap((night) =>
      [0, 2, 4].map((minutes) => {
        const start = later(night.start, minutes * MINUTE);
        const outcome = minutes < 4 ? { status: "failed", error: "HTTP 429" } : {};
        return { ...night, start, end: later(start, MINUTE), ...outcome };
      }),
    );
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("0 2 * * *", "nightly")] });
    for (const as of ["04-15 21:00", "05-10 21:00", "07-10 21:00"]) {
      const { report } = await ask(warehouse, { as });
      expect(alarms(report)).toMatchObject([
        {
          rule_name: "nightly",
          severity: "warning",
          evidence: { retried: 9 },
          message: expect.stringMatching(
            / 9 of the newest 9 runs succeeded only when they were started again/,
          ) as never,
        },
      ]);
    }
  });

  test("usual-of-no-past: where all that is known failed, nothing is said to be usual", async () => {
    const nights = repeat({ rule: "nightly", from: "06-20 02:00", to: "07-10 02:00", every: DAY });
    const runs = nights.flatMap((night) =>
      [0, 30, 60].map((minutes) => {
        const start = later(night.start, minutes * MINUTE);
        const isWell = minutes === 60 && start > at("07-10 00:00");
        return {
          ...night,
          start,
          end: later(start, MINUTE),
          ...(isWell ? {} : { status: "failed", error: "HTTP 429" }),
        };
      }),
    );
    const report = await judge(engine, { runs });
    expect(ruleOf(report, "nightly")).toMatchObject({
      severity: "critical",
      message: expect.stringMatching(
        / failed \(\d+\.\d %\), many since .*; how many usually fail is not known/,
      ) as never,
    });
    expect(JSON.stringify(report.findings)).not.toMatch(/the usual|usually \d/);
  });

  test("rare-rule-with-unknown-word: what a nightly or weekly rule does is unknown from the first such run on", async () => {
    const worded = (from: string) => (start: string) => (start >= at(from) ? { status: "kaputt" } : {});
    const runs = [
      ...repeat({ rule: "nightly", from: "05-01 02:00", to: "07-10 02:00", every: DAY }, worded("07-10 00:00")),
      ...repeat({ rule: "weekly", from: "05-03 02:00", to: "07-05 02:00", every: 7 * DAY }, worded("07-05 00:00")),
      ...repeat({ rule: "hourly", from: "05-01 00:00", to: "07-10 20:00", every: HOUR }, worded("07-10 20:00")),
    ];
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("0 2 * * *", "nightly")] });
    const { report } = await ask(warehouse);
    expect(report.rules.map(({ rule_name, condition }) => [rule_name, condition])).toEqual([
      ["hourly", "ok"],
      ["nightly", "unknown"],
      ["weekly", "unknown"],
    ]);
    const rare = await judge(engine, {
      runs: runs.filter(({ rule }) => rule !== "hourly"),
      schedules: [cron("0 2 * * *", "nightly")],
    });
    expect(rare.findings.map(({ message }) => message).join()).not.toMatch(/nothing says when|nothing was due/);
  });
});

test("a past that would take too long is not read, and the report and the log say so", async () => {
  const runs = repeat({ from: "06-01 00:00", to: "07-10 20:00", every: HOUR });
  await using warehouse = await makeWarehouse("postgresql", { runs });
  const slow = async (seconds: number) =>
    await warehouse.sql?.unsafe(`CREATE OR REPLACE VIEW orchestration.sync_history
      AS SELECT h.* FROM orchestration.real_history h, (SELECT pg_sleep(${seconds}) OFFSET 0) s`);
  await warehouse.sql?.unsafe("ALTER TABLE orchestration.sync_history RENAME TO real_history");
  await slow(0);
  const quick = await ask(warehouse, { settings: 'timeout = "8s"' });
  expect([quick.stderr, quick.report.metadata.past]).toEqual(["", { known_days: 39, note: null }]);
  await slow(2.1);
  const { stderr, report } = await ask(warehouse, { settings: 'timeout = "8s"' });
  const problem =
    "its past was not read, for there was not enough time within timeout = 8 s: raise it, or keep a [store]";
  expect(stderr).toBe(`warning: hubspot: ${problem}\n`);
  expect(report.metadata.past).toEqual({
    known_days: 0,
    note: `${problem}; nothing is known: rules are judged by their last runs only`,
  });
});

describe("missed now and then", () => {
  const nightly = [cron("0 3 * * *", "nightly")];
  const nights = (isThere: (nth: number) => boolean, to = "07-10 03:00") =>
    repeat({ rule: "nightly", from: "05-01 03:00", to, every: DAY }).filter(({ start }) =>
      isThere(Math.round((Date.parse(start) - Date.parse(at("06-20 03:00"))) / DAY)),
    );

  test("each-other-night: told also on the days after a night on which it ran", async () => {
    const runs = nights((nth) => nth < 0 || nth % 2 === 1);
    await using warehouse = await makeWarehouse("postgresql", { runs, schedules: nightly });
    const [bad, good] = [await ask(warehouse, { as: "07-08 21:00" }), await ask(warehouse, { as: "07-09 21:00" })];
    expect(ruleOf(bad.report, "nightly")).toMatchObject({ condition: "overdue", severity: "warning" });
    expect(ruleOf(good.report, "nightly")).toMatchObject({
      condition: "degraded",
      degradation: "missed",
      severity: "warning",
      since: "2026-06-20T03:00:00Z",
      message: "nightly: 10 of 20 runs due since 20 Jun 03:00 did not start, the last one due 8 Jul 03:00",
    });
  });

  test("each-other-week: told on each day of the week after", async () => {
    const runs = repeat({ rule: "nightly", from: "03-01 03:00", to: "07-05 03:00", every: 7 * DAY }).filter(
      ({ start }, nth) => start < at("05-10 00:00") || nth % 2 === 0,
    );
    await using warehouse = await makeWarehouse("sqlite", { runs, schedules: [cron("0 3 * * 0", "nightly")] });
    for (const as of ["07-05 21:00", "07-08 21:00", "07-11 21:00"]) {
      expect(ruleOf((await ask(warehouse, { as })).report, "nightly").message).toBe(
        "nightly: 4 of 8 runs due since 17 May 03:00 did not start, the last one due 28 Jun 03:00",
      );
    }
  });

  test.each<{ name: string; isThere: (nth: number) => boolean }>([
    { name: "all in one go", isThere: (nth) => nth < 10 || nth > 18 },
    { name: "two of them", isThere: (nth) => nth !== 16 && nth !== 18 },
    { name: "over: three have started since", isThere: (nth) => nth < 0 || nth > 17 || nth % 2 === 1 },
    { name: "as seldom as one in five", isThere: (nth) => nth < 0 || nth % 5 !== 3 },
  ])("no alarm: $name", async ({ isThere }) => {
    const report = await judge("sqlite", { runs: nights(isThere), schedules: nightly });
    expect(ruleOf(report, "nightly")).toMatchObject({ condition: "ok", severity: null });
  });
});
