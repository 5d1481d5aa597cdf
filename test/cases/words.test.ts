/** Status words beside the known ones, ends that are none, rows of wrappers only. */
import { describe, expect, test } from "bun:test";
import { alarms, at, cron, DAY, ENGINES, HOUR, judge, MINUTE, repeat, ruleOf } from "../making/cases.ts";
import { run } from "../making/warehouses.ts";

function worded(words: Record<string, number>, rule = "contacts") {
  const statuses = Object.entries(words).flatMap(([word, n]) => Array.from({ length: n }, () => word));
  return repeat({ rule, from: "07-09 21:00", to: "07-10 20:30", every: 30 * MINUTE }, (_, index) => ({
    status: statuses[index] ?? "success",
  })).slice(0, statuses.length);
}

describe.each(ENGINES)("%s", (engine) => {
  test("words-of-celery-and-others: Celery's words", async () => {
    const report = await judge(engine, { runs: worded({ SUCCESS: 24, FAILURE: 16, REVOKED: 2, RETRY: 2 }) });
    // A retry waits: it is no outcome.
    expect(report.performance_metrics).toMatchObject({ total_actions: 42, successful_actions: 24, failed_actions: 18 });
    expect(report.findings.map(({ id }) => id)).not.toContain("unknown-status");
    expect(ruleOf(report, "contacts").pending).toBe(2);
  });

  test("words-of-celery-and-others: pg_cron's and Airbyte's words", async () => {
    const report = await judge(engine, { runs: worded({ succeeded: 30, failed: 10 }) });
    expect(report.performance_metrics).toMatchObject({ total_actions: 40, overall_success_rate: 0.75 });
  });

  test("rate-of-half-unknown-words: where no rate is known, none is told", async () => {
    const words = ["failed", "kaputt", "erledigt", "success"];
    const runs = repeat({ from: "07-09 21:00", to: "07-10 20:00", every: HOUR }, (_, index) => ({
      status: words[index % words.length] ?? "",
    }));
    const report = await judge(engine, { runs });
    expect(report.performance_metrics).toMatchObject({ total_actions: 12, overall_success_rate: null });
    expect(ruleOf(report, "contacts").message).toBe("contacts: 6 of 12 runs succeeded");
  });

  test("ends-that-mean-none: the years 1, 1970 and 9999 are no ends", async () => {
    const [zero, epoch, never] = ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T00:00:00Z"];
    const ahead = new Date(Date.now() + 30 * DAY).toISOString();
    const start = at("07-10 13:00");
    const runs = [
      ...repeat({ from: "06-25 00:00", to: "07-10 12:00", every: HOUR }),
      run({ start, end: zero, status: "running" }),
      run({ rule: "deals", start, end: never, status: "running" }),
      run({ rule: "users", start, end: epoch, status: "running" }),
      run({ rule: "nul", start, end: null, status: "running" }),
      run({ rule: "ok1", start, end: never, status: "success" }),
      run({ rule: "f1", start, end: never, status: "failed" }),
      run({ rule: "f2", start, end: ahead, status: "failed", error: "HTTP 401" }),
    ];
    const report = await judge(engine, { runs });
    expect(report.rules.map(({ rule_name, stale }) => [rule_name, stale])).toEqual([
      ["contacts", 1],
      ["deals", 1],
      ["f1", 0],
      ["f2", 0],
      ["nul", 1],
      ["ok1", 0],
      ["users", 1],
    ]);
    for (const rule of ["f1", "f2"]) expect(ruleOf(report, rule)).toMatchObject({ condition: "failing", failed: 1 });
    expect(ruleOf(report, "ok1")).toMatchObject({ successful: 1, severity: null });
    for (const rule of ["deals", "nul", "users"]) {
      expect(ruleOf(report, rule)).toMatchObject({
        condition: "stuck",
        severity: "warning",
        since: "2026-07-10T13:00:00Z",
      });
    }
    expect(report.data_quality).toMatchObject([{ id: "finished-without-end", count: 3, rules: ["f1", "f2", "ok1"] }]);
  });

  test("only-wrapper-rows: a CRM that writes wrappers only is judged by them", async () => {
    const runs = repeat({ rule: "all", from: "07-01 00:00", to: "07-10 20:00", every: HOUR }, (start) =>
      start > at("07-09 20:00") ? { status: "failed", error: "HTTP 401 Unauthorized" } : {},
    );
    const report = await judge(engine, { runs });
    expect(report.performance_metrics).toMatchObject({ total_actions: 24, failed_actions: 24 });
    expect(ruleOf(report, "all")).toMatchObject({
      condition: "failing",
      severity: "critical",
      since: "2026-07-09T21:01:00Z",
    });
    expect(ruleOf(report, "all").message).toContain("its newest 24 runs failed");
    expect(report.error_groups).toMatchObject([{ count: 24, example: "HTTP 401 Unauthorized" }]);
  });

  test.each(["ALL", " All", "all-entities", "AllEntities"])(
    "wrappers called %j are known by any letters",
    async (rule) => {
      const wrapped = repeat({ rule, from: "06-20 00:00", to: "07-09 20:00", every: HOUR });
      const schedules = [cron("0 * * * *", rule)];
      const alone = await judge(engine, { runs: wrapped, schedules });
      expect(ruleOf(alone, rule)).toMatchObject({ condition: "overdue", expected: 24, missed: 24 });
      const runs = [...wrapped, ...repeat({ from: "06-20 00:00", to: "07-10 20:00", every: HOUR })];
      const beside = await judge(engine, { runs, schedules }, { as: "07-09 21:00" });
      expect(beside.performance_metrics).toMatchObject({ total_actions: 24, wrapper_actions: 24 });
      expect(beside.rules.map(({ rule_name }) => rule_name)).toEqual(["contacts"]);
    },
  );

  test("a CRM of wrappers only is held against their schedules", async () => {
    const wrapped = repeat({ rule: "all", from: "06-01 02:00", to: "07-09 02:00", every: DAY, takes: 10 * MINUTE });
    const daily = cron("0 2 * * *", "all");
    const asked = { as: "07-10 04:30" };
    const plain = await judge(
      engine,
      { runs: wrapped.map((row) => ({ ...row, rule: "jobs" })), schedules: [{ ...daily, model: "jobs" }] },
      asked,
    );
    const { condition, severity, message } = ruleOf(plain, "jobs");
    expect(severity).toBe("warning");
    const missed = await judge(engine, { runs: wrapped, schedules: [daily] }, asked);
    expect(ruleOf(missed, "all")).toMatchObject({ condition, severity, message: message.replace("jobs", "all") });
    const long = await judge(engine, { runs: wrapped, schedules: [daily] }, { as: "07-15 04:30" });
    expect(ruleOf(long, "all")).toMatchObject({ condition: "overdue", severity: "critical" });
    const disabled = cron("0 2 * * *", "all", { enabled: false, updatedAt: at("07-09 12:00") });
    const over = await judge(engine, { runs: wrapped, schedules: [disabled] }, { as: "07-15 04:30" });
    expect(ruleOf(over, "all")).toMatchObject({ condition: "idle", severity: null, message: "all: disabled" });
  });

  test("where other rules run beside wrappers, or ran before both windows, the wrappers' schedules are left out", async () => {
    const schedules = [cron("0 2 * * *", "all"), cron("0 2 * * *", "contacts")];
    const runs = ["all", "contacts"].flatMap((rule) =>
      repeat({ rule, from: "06-01 02:00", to: "07-06 02:00", every: DAY, takes: 10 * MINUTE }),
    );
    for (const as of ["07-06 12:00", "07-10 04:30"]) {
      const report = await judge(engine, { runs, schedules }, { as });
      expect(report.rules.map(({ rule_name, schedules: texts }) => [rule_name, texts])).toContainEqual([
        "contacts",
        ["0 2 * * *"],
      ]);
      expect(report.rules.flatMap((one) => (one.rule_name === "all" ? one.schedules : []))).toEqual([]);
    }
  });

  test("with half of the words unknown, no rate is told", async () => {
    const runs = repeat({ from: "07-08 00:00", to: "07-10 20:30", every: 30 * MINUTE }, (_, index) => ({
      status: index % 2 === 0 ? "success" : "zzz",
    }));
    const report = await judge(engine, { runs });
    expect(report.performance_metrics).toMatchObject({ total_actions: 24, overall_success_rate: null });
    expect(alarms(report)).toMatchObject([{ id: "unknown-status", evidence: { statuses: { zzz: 24 } } }]);
  });

  test("blanks, newlines and capitals around a word change nothing", async () => {
    const report = await judge(engine, { runs: worded({ " Success\n": 10, "FAILED ": 5, "\tCompleted": 5 }) });
    expect(report.performance_metrics).toMatchObject({ total_actions: 20, successful_actions: 15, failed_actions: 5 });
  });

  test("what waits is pending: neither running nor an outcome", async () => {
    const runs = [
      ...repeat({ from: "07-05 00:00", to: "07-10 20:00", every: HOUR }),
      run({ start: at("07-10 20:55"), status: "pending" }),
    ];
    const report = await judge(engine, { runs, schedules: [cron("0 * * * *", "contacts")] });
    expect(ruleOf(report, "contacts")).toMatchObject({ pending: 1, running: 0, total: 24, success_rate: 1 });
    expect(alarms(report)).toEqual([]);
  });

  test("wrappers beside their runs are counted beside them", async () => {
    const runs = ["all", "contacts"].flatMap((rule) =>
      repeat({ rule, from: "07-05 00:00", to: "07-10 20:00", every: HOUR }),
    );
    const report = await judge(engine, { runs });
    expect(report.performance_metrics.total_actions).toBe(24);
    expect(report.rules.map(({ rule_name }) => rule_name)).toEqual(["contacts"]);
  });

  test("what writers that always fill the column write for no error is no error of a success", async () => {
    const none = [
      "None",
      "null",
      " NULL ",
      "nan",
      "N/A",
      "-",
      "--",
      "{}",
      "[]",
      '""',
      "<nil>",
      "OK",
      "No errors",
      "Success",
      "0",
    ];
    const texts = [...none, '{"error": null}', '{"errors": []}', "\n", "HTTP 401", "no errors but one: disk full"];
    const runs = repeat({ from: "07-10 01:00", to: "07-10 20:00", every: HOUR }, (_, index) => ({
      error: texts[index]!,
    }));
    expect(runs.length).toBe(texts.length);
    const report = await judge(engine, { runs });
    expect(report.data_quality).toMatchObject([{ id: "success-with-error", count: 2 }]);
  });
});
