/** What is told of a rule is of its newest runs, and what is advised helps. */
import { describe, expect, test } from "bun:test";
import type { RunRow } from "../making/warehouses.ts";
import {
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
  NOW,
  repeat,
  ruleOf,
} from "../making/cases.ts";
import { directoryWith, runCli } from "../making/cli.ts";

const TO = "07-10 20:05";
const hourly = (rule: string, change?: Parameters<typeof repeat>[1], to = TO) =>
  repeat({ rule, from: "06-01 00:05", to, every: HOUR }, change);
const adviceOf = ({ recommendations }: Awaited<ReturnType<typeof judge>>, rule: string) =>
  recommendations.filter(({ rule_name: name }) => name === rule).map(({ recommendation }) => recommendation);

describe.each(ENGINES)("%s", (engine) => {
  test("renamed-in-a-deploy: to restart the old name is not the first thing to do", async () => {
    const runs = [
      ...hourly("deals", undefined, "07-09 11:05"),
      ...repeat({ rule: "opportunities", from: "07-09 12:05", to: TO, every: HOUR }),
    ];
    const [scheduled] = adviceOf(await judge(engine, { runs, schedules: [cron("5 * * * *", "deals")] }), "deals");
    expect(scheduled).toStartWith(
      `If opportunities is its new name, call the old one over with automation-reports rules retire deals, and map its schedule in the CRM's table: rule_names = { "deals" = "opportunities" }. Else restart deals`,
    );
    const [byHabit] = adviceOf(await judge(engine, { runs }), "deals");
    expect(byHabit).toStartWith(
      "If opportunities is its new name, call the old one over with automation-reports rules retire deals. Else restart deals",
    );
  });

  test("renamed-in-a-deploy: the line of configuration that explain tells calls the old name over", async () => {
    const runs = [
      ...hourly("deals", undefined, "07-09 11:05"),
      ...repeat({ rule: "opportunities", from: "07-09 12:05", to: TO, every: HOUR }),
    ];
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [cron("5 * * * *", "deals")] });
    const settings = 'retired_rules = ["invoices"]';
    const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n${settings}\n`);
    const { stdout } = await runCli(["explain", "hubspot", "deals", "--as-of", at(NOW)], { cwd });
    const line = 'retired_rules = ["invoices","deals"]';
    expect(stdout).toContain(`  [crm.hubspot]  ${line}\n`);
    expect(stdout).toContain("where opportunities is its new name");
    const { report } = await ask(warehouse, { settings: line });
    expect(ruleOf(report, "deals")).toMatchObject({ condition: "idle", severity: null });
  });

  test("first-of-several: the list of explain begins with the rule that generate tells first", async () => {
    const runs = [
      ...hourly("calls", undefined, "07-10 15:05"),
      ...hourly("deals", (start) => (start >= at("07-10 12:00") ? { status: "failed", error: "HTTP 401" } : {})),
      ...hourly("leads"),
    ];
    await using warehouse = await makeWarehouse(engine, { runs });
    const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`);
    const lastOf = ({ stdout }: { stdout: string }) => stdout.trimEnd().split("\n").at(-1);
    const listed = await runCli(["explain", "hubspot", "--as-of", at(NOW)], { cwd });
    const names = listed.stdout.split("\n").map((line) => line.split(" ")[0]);
    expect(names.slice(1, 4)).toEqual(["deals", "calls", "leads"]);
    const generated = await runCli(["generate", "--no-store", "--as-of", at(NOW)], { cwd });
    expect(lastOf(listed)).toBe(lastOf(generated));
  });

  test("expect-of-two-runs: the interval that explain offers is no shorter than the rest that is known", async () => {
    const runs = [
      ...hourly("leads"),
      ...repeat({ rule: "weekly", from: "07-01 03:00", to: "07-08 03:00", every: 7 * DAY }),
    ];
    await using warehouse = await makeWarehouse(engine, { runs });
    const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n`);
    const { stdout } = await runCli(["explain", "hubspot", "weekly", "--as-of", at(NOW)], { cwd });
    expect(stdout).toContain('  [crm.hubspot.rules.weekly]  expect = "every 7 days"\n');
  });

  test("dry-runs-left-on: told at once as what they are", async () => {
    const runs = hourly("invoices", (start) =>
      start >= at("07-10 12:00") ? { configuration: '{"dry_run": true}' } : {},
    );
    const report = await judge(engine, { runs, schedules: [cron("5 * * * *", "invoices")] });
    const { message } = ruleOf(report, "invoices");
    expect(message).toContain("9 runs due since were dry runs");
    expect(message).not.toContain("did not start");
    expect(adviceOf(report, "invoices")).toEqual([
      "See who set invoices to dry runs, which store nothing, and set it back",
    ]);
  });

  test("dry-runs-left-on, of a rule without a schedule, and for longer than the window: neither silent nor to be restarted", async () => {
    const since = (from: string) => (start: string) =>
      start >= at(from) ? { configuration: '{"dry_run": true}' } : {};
    const judged = async (from: string, schedules: Parameters<typeof judge>[1]["schedules"] = []) => {
      const report = await judge(engine, { runs: hourly("invoices", since(from)), schedules });
      expect(adviceOf(report, "invoices")).toEqual([
        "See who set invoices to dry runs, which store nothing, and set it back",
      ]);
      return ruleOf(report, "invoices").message;
    };
    expect(await judged("07-10 12:00")).toBe(
      "invoices: nothing but 9 dry runs has started since 11:05, usually 8 runs would have started since (5 weeks); last success 9h 54m ago",
    );
    const message = await judged("07-09 12:00", [cron("5 * * * *", "invoices")]);
    expect(message).toEndWith(", 33 runs due since; all of its 24 runs in 24 h were dry runs");
    expect(message).not.toContain("did not start");
    expect(await judged("06-20 12:00", [cron("5 * * * *", "invoices")])).not.toContain("did not start");
  });

  test("dry runs beside its own all along are no reason that these stopped", async () => {
    const runs = [
      ...hourly("invoices", undefined, "07-10 11:05"),
      ...repeat({ rule: "invoices", from: "06-01 00:37", to: "07-10 20:37", every: HOUR }, () => ({
        configuration: '{"dry_run": true}',
      })),
    ];
    const report = await judge(engine, { runs, schedules: [cron("5 * * * *", "invoices")] });
    expect(ruleOf(report, "invoices").message).toEndWith(", 9 runs did not start; beside its own 24 dry runs in 24 h");
    expect(adviceOf(report, "invoices")).toEqual(["Restart invoices, or its scheduler and worker"]);
  });

  test("ended-by-a-clean-up: no run overlaps the time until then", async () => {
    const runs = hourly("deals", (start) =>
      start === at("07-10 02:05")
        ? { status: "failed", end: at("07-10 15:00"), error: "Marked as failed by cleanup: stale running sync" }
        : {},
    );
    const { message } = ruleOf(await judge(engine, { runs }), "deals");
    expect(message).not.toContain("had ended");
  });

  test("failures-that-are-over, of a rule known for three days: between those listed and older ones lies what is not known", async () => {
    const young = (rule: string, change: Parameters<typeof repeat>[1]) =>
      repeat({ rule, from: "07-07 18:05", to: TO, every: 30 * MINUTE }, change);
    const wasDown = (start: string) => start >= at("07-08 04:00") && start < at("07-08 20:30");
    const report = await judge(engine, {
      runs: [
        ...young("deals", (start) => (wasDown(start) ? { status: "failed", error: "HTTP 500" } : {})),
        ...young("leads", (start) =>
          wasDown(start) && start.includes(":05:") ? { status: "failed", error: "HTTP 500" } : {},
        ),
      ],
    });
    expect(ruleOf(report, "deals").message).not.toContain("newest");
    expect(ruleOf(report, "leads").message).not.toContain("newest");
    expect([ruleOf(report, "deals").severity, ruleOf(report, "leads").severity]).toEqual([null, null]);
  });

  test("overlaps-that-are-over: the newest runs are those of the window", async () => {
    const runs = hourly("deals", (start) => (start < at("07-09 20:00") ? { end: later(start, 90 * MINUTE) } : {}));
    await using warehouse = await makeWarehouse(engine, { runs });
    expect(ruleOf((await ask(warehouse, { as: "07-09 19:00" })).report, "deals").message).toContain("had ended");
    expect(ruleOf((await ask(warehouse)).report, "deals").message).not.toContain("had ended");
  });

  test("unknown-words: the newest is named", async () => {
    const runs = hourly("deals", (start) => ({ status: start < at("07-10 08:00") ? "erfolgreich" : "fehlschlag" }));
    expect(ruleOf(await judge(engine, { runs }), "deals").message).toContain('unknown statuses, such as "fehlschlag"');
  });

  test("processed-minus-one: negative counts, and nothing failed", async () => {
    const report = await judge(engine, { runs: hourly("deals", () => ({ processed: -1 })) });
    expect(report.findings.map(({ message }) => message).join("\n")).toContain("24 negative counts");
    expect(report.findings.map(({ message }) => message).join("\n")).not.toContain("more failed than processed");
  });

  test("schedule-not-understood: its own rhythm is offered", async () => {
    const runs: RunRow[] = ["03-31", "04-30", "05-31", "06-30"].flatMap((day) =>
      repeat({ rule: "closing", from: `${day} 02:00`, to: `${day} 02:00`, every: DAY }),
    );
    const report = await judge(engine, {
      runs: [...runs, ...hourly("deals")],
      schedules: [cron("0 2 L * *", "closing")],
    });
    const [advice] = adviceOf(report, "closing");
    expect(advice).toMatch(/rules\."closing" = \{ expect = "every 3[12] days" \}$/);
  });

  test("interval-longer-than-the-window: what is overdue was due", async () => {
    const runs = repeat({ rule: "payroll", from: "05-15 03:00", to: "06-26 03:00", every: 14 * DAY });
    await using warehouse = await makeWarehouse(engine, { runs, schedules: [interval(14, "days", "payroll")] });
    const payrollAt = async (as: string) => ruleOf((await ask(warehouse, { as })).report, "payroll");
    expect(await payrollAt("07-10 21:00")).toMatchObject({ condition: "overdue", expected: 1, pending_runs: 1 });
    expect(await payrollAt("07-12 21:00")).toMatchObject({ condition: "overdue", expected: 0, pending_runs: 0 });
  });
});

test.each(ENGINES)(
  "%s: as-many-failures-as-are-listed: what ran before them is not the look-back's last run",
  async (engine) => {
    const runs = repeat({ from: "06-01 00:00", to: "07-10 20:00", every: HOUR }, (start) =>
      start > at("07-10 00:00") ? { status: "failed", error: "HTTP 401 Unauthorized" } : {},
    );
    const report = await judge(engine, { runs, schedules: [cron("0 * * * *", "contacts")] });
    expect(ruleOf(report, "contacts")).toMatchObject({
      message: "contacts: its newest 20 runs failed, since 01:01; last success 00:01",
      since: at("07-10 01:01").replace(".000", ""),
    });
  },
);
