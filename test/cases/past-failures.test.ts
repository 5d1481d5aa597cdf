/** Failures that are older than the runs that are known: what is said of them must not be more than is known. */
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
  judge,
  makeWarehouse,
  MINUTE,
  repeat,
  ruleOf,
} from "../making/cases.ts";

test.each(ENGINES)("%s: a burst of failures three days ago, and 77 successes since", async (engine) => {
  const runs = repeat({ from: "05-20 00:00", to: "07-10 20:00", every: HOUR }, (start) =>
    start >= at("07-07 09:00") && start <= at("07-07 15:00") ? { status: "failed", error: "HTTP 503" } : {},
  );
  const report = await judge(engine, { runs });
  const { condition, message } = ruleOf(report, "contacts");
  expect(condition).toBe("degraded");
  expect(message).toContain("7 of 168 runs failed");
  expect(message).toEndWith("; over: at least its newest 40 runs succeeded");
  const advice = report.recommendations.map(({ recommendation }) => recommendation).join("\n");
  expect(advice).toContain("contacts works again: see its log of that time, so that it does not come again");
  expect(advice).not.toContain("left no message");
});

test.each(ENGINES)("%s: two of three runs fail, whichever the newest is", async (engine) => {
  const runs = repeat({ from: "05-20 00:00", to: "07-10 20:50", every: 10 * MINUTE }, (start, index) =>
    start >= at("07-09 20:00") && index % 3 !== 0 ? { status: "failed", error: "HTTP 500" } : {},
  );
  await using warehouse = await makeWarehouse(engine, { runs });
  for (const as of ["07-10 20:32", "07-10 20:42", "07-10 20:52"]) {
    const { severity, message } = ruleOf((await ask(warehouse, { as })).report, "contacts");
    expect(severity).toBe("critical");
    expect(message).toContain("more than usual since 9 Jul 20:");
  }
});

test.each(ENGINES)("%s: failures that are over began with the first of them, and not with its hour", async (engine) => {
  const runs = repeat({ from: "06-19 00:00", to: "07-10 20:55", every: 5 * MINUTE }, (start) =>
    start >= at("07-10 14:50") && start < at("07-10 16:00") ? { status: "failed", error: "HTTP 503" } : {},
  );
  await using warehouse = await makeWarehouse(engine, { runs });
  const { report } = await ask(warehouse);
  const { since, message } = ruleOf(report, "contacts");
  expect(since).toBe("2026-07-10T14:51:00Z");
  expect(message).toContain("14 of 288 runs failed (4.9 %), more than usual since 14:51: ");
  // Of a window that begins within that hour, what was before is not known.
  const later = await ask(warehouse, { flags: ["--time-window", "370m"] });
  expect(ruleOf(later.report, "contacts").since).toBe("2026-07-10T14:00:00Z");
});

const LOGIN = "HTTP 401 Unauthorized: token expired";

test.each(ENGINES)(
  "%s: an outage of five days is critical until it is repaired, and never again after it",
  async (engine) => {
    const runs = repeat({ from: "05-04 00:00", to: "07-10 20:45", every: 15 * MINUTE }, (start) =>
      start >= at("06-30 10:07") && start < at("07-05 09:00") ? { status: "failed", error: LOGIN } : {},
    );
    await using warehouse = await makeWarehouse(engine, { runs });
    const looks: [as: string, flags: string[], condition: Condition, severity: Severity][] = [
      ["07-05 04:00", [], "failing", "critical"],
      // Hardly anything has succeeded since.
      ["07-05 09:47", [], "degraded", "critical"],
      ["07-05 12:14", [], "degraded", "warning"],
      ["07-05 21:00", [], "degraded", "warning"],
      ["07-06 04:00", [], "degraded", "warning"],
      ["07-06 21:00", [], "degraded", "info"],
      ["07-07 21:00", [], "degraded", "info"],
      ["07-09 04:00", [], "degraded", "info"],
      ["07-10 21:00", ["--time-window", "240"], "degraded", "warning"],
    ];
    for (const [as, flags, condition, severity] of looks) {
      const { report } = await ask(warehouse, { as, flags });
      expect({ as, ...pick(ruleOf(report, "contacts")) }).toEqual({ as, condition, severity });
      if (severity === "info") expect(ruleOf(report, "contacts").message).toContain("; over: ");
    }
    const { report } = await ask(warehouse, { as: "07-06 21:00" });
    const advice = report.recommendations.find(({ rule_name: rule }) => rule === "contacts");
    expect(advice).toMatchObject({
      priority: "low",
      recommendation: expect.stringMatching(/^contacts works again: see its log of that time/),
    });
  },
);

test.each(ENGINES)("%s: what still fails is told as ever, also after an outage that is over", async (engine) => {
  const runs = repeat({ from: "05-04 00:00", to: "07-10 20:45", every: 15 * MINUTE }, (start, index) => {
    const isOut = start >= at("07-03 10:00") && start < at("07-06 09:00");
    const isSick = start >= at("07-08 23:00") && index % 3 !== 0;
    return isOut || isSick ? { status: "failed", error: LOGIN } : {};
  });
  await using warehouse = await makeWarehouse(engine, { runs });
  for (const as of ["07-09 21:10", "07-10 21:10"]) {
    const { report } = await ask(warehouse, { as });
    expect(pick(ruleOf(report, "contacts"))).toEqual({ condition: "degraded", severity: "critical" });
  }
});

test.each(ENGINES)("%s: failures of each night are not over by day", async (engine) => {
  const runs = repeat({ from: "05-04 00:00", to: "07-10 20:55", every: 5 * MINUTE }, (start) =>
    start >= at("07-05 00:00") && Number(start.slice(11, 13)) < 14 ? { status: "failed", error: LOGIN } : {},
  );
  const report = await judge(engine, { runs });
  expect(pick(ruleOf(report, "contacts"))).toEqual({ condition: "degraded", severity: "critical" });
});

test.each(ENGINES)(
  "%s: the sentence counts the runs of the row beside it, also away from the full hour",
  async (engine) => {
    const runs = repeat({ from: "05-04 00:00", to: "07-10 12:10", every: 15 * MINUTE }, (start, index) =>
      start >= at("07-08 10:00") && index % 4 !== 0 ? { status: "failed", error: LOGIN } : {},
    );
    await using warehouse = await makeWarehouse(engine, { runs });
    const { total, failed, message } = ruleOf((await ask(warehouse, { as: "07-10 12:14" })).report, "contacts");
    expect(message).toContain(`contacts: ${failed} of ${total} runs failed (`);
    const ofHour = ruleOf(
      (await ask(warehouse, { as: "07-10 12:14", flags: ["--time-window", "1"] })).report,
      "contacts",
    );
    expect(ofHour.message).toMatch(/contacts: \d+ of \d+ runs failed in 24 h \(/);
  },
);

describe.each(ENGINES)("%s: runs that end only in part", (engine) => {
  const limit = "3 of 9 pages failed: HTTP 429 Too Many Requests";
  const others = repeat({ from: "06-18 00:00", to: "07-10 20:00", every: HOUR });

  test("are never critical, however many of them are known", async () => {
    const runs = repeat({ rule: "part", from: "06-18 02:00", to: "07-10 02:00", every: DAY }, () => ({
      status: "partial",
      error: limit,
      failed: 30,
    }));
    await using warehouse = await makeWarehouse(engine, { runs: [...others, ...runs] });
    for (const flags of [[], ["--time-window", "168"], ["--time-window", "1"]]) {
      const { severity, message } = ruleOf((await ask(warehouse, { flags })).report, "part");
      expect(severity).toBe("warning");
      expect(message).toContain("its newest 23 runs ended only in part, since 18 Jun 02:0");
    }
  });

  test("are called what they are where some succeed", async () => {
    const runs = repeat({ rule: "part", from: "05-18 02:00", to: "07-10 20:00", every: HOUR }, (start, index) =>
      start >= at("07-09 00:00") && index % 8 !== 2 ? { status: "partial", error: limit, failed: 30 } : {},
    );
    const { severity, message } = ruleOf(await judge(engine, { runs: [...others, ...runs] }), "part");
    expect(severity).toBe("warning");
    expect(message).toContain("ended only in part");
  });

  test("beside as many that failed are an outage", async () => {
    const runs = repeat({ rule: "part", from: "05-18 02:00", to: "07-10 20:30", every: 30 * MINUTE }, (start, index) =>
      start >= at("07-09 00:00") && index % 8 !== 2
        ? { status: index % 8 === 0 ? "partial" : "failed", error: limit, failed: 30 }
        : {},
    );
    expect(ruleOf(await judge(engine, { runs: [...others, ...runs] }), "part").severity).toBe("critical");
  });
});

function pick({ condition, severity }: ReturnType<typeof ruleOf>) {
  return { condition, severity };
}

describe.each(ENGINES)("%s: a rule that failed, and was then disabled", (engine) => {
  const well = repeat({ rule: "well", from: "05-01 00:00", to: "07-10 20:00", every: HOUR });
  const failed = repeat({ rule: "over", from: "05-01 00:00", to: "07-10 00:00", every: HOUR }, (start) =>
    start >= at("07-09 20:00") ? { status: "failed", error: "HTTP 401" } : {},
  );
  const schedules = [cron("0 * * * *", "over", { enabled: false, updatedAt: at("07-10 00:30") })];

  test("disabled-after-failures: its failures are in the totals, and no low success rate", async () => {
    const report = await judge(engine, { runs: [...well, ...failed], schedules });
    expect(report.performance_metrics).toMatchObject({ total_actions: 28, failed_actions: 4 });
    expect(ruleOf(report, "over").message).toBe("over: disabled");
    expect(alarms(report)).toEqual([]);
    // Enabled, it would be told.
    const enabled = await judge(engine, { runs: [...well, ...failed] });
    expect(enabled.findings.map(({ id }) => id)).toContain("success-rate-low");
  });

  test("what fails beside it is told by its own runs", async () => {
    const sick = well.map((row) =>
      row.start !== null && row.start >= at("07-10 13:00") ? { ...row, status: "failed", error: "HTTP 500" } : row,
    );
    const report = await judge(engine, { runs: [...sick, ...failed], schedules });
    const low = report.findings.find(({ id }) => id === "success-rate-low");
    expect(low).toMatchObject({ severity: "warning", evidence: { successful: 16, total: 24, worst_rules: ["well"] } });
    expect(low?.message).toEndWith("; without over, which is disabled or retired");
  });
});
