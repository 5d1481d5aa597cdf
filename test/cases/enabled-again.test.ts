/** A rule that earlier reports found disabled is awaited from when it is enabled again: what it did not run meanwhile is no outage. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import type { Report } from "../../src/report/document/schema.ts";
import {
  alarms,
  at,
  cron,
  DAY,
  ENGINES,
  HOUR,
  makeWarehouse,
  repeat,
  ruleOf,
  type CaseWarehouse,
} from "../making/cases.ts";
import { directoryWith, runCli } from "../making/cli.ts";
import { reportsIn } from "../making/passes.ts";

const OFF = { enabled: false, updatedAt: at("07-03 12:00") };

/** Contacts ran each hour, and tags on Mondays, until both were disabled on a Friday; deals go on. */
const ROWS = {
  runs: [
    ...repeat({ from: "06-01 00:00", to: "07-03 11:00", every: HOUR }),
    ...repeat({ from: "05-04 03:00", to: "06-29 03:00", every: 7 * DAY, rule: "tags" }),
    ...repeat({ from: "06-01 00:00", to: "07-13 03:00", every: HOUR, rule: "deals" }),
  ],
  schedules: [cron("0 * * * *", "contacts", OFF), cron("0 3 * * 1", "tags", OFF), cron("0 * * * *", "deals")],
};

async function look(cwd: string, as: string): Promise<Report> {
  const { stdout, stderr } = await runCli(["generate", "-f", "json", "--as-of", at(as)], { cwd });
  const [report] = reportsIn(stdout);
  if (report === undefined) throw new Error(stderr);
  return report;
}

/** `changedAt`: null where nothing says when the rows were written. */
async function enable({ url, sql }: CaseWarehouse, changedAt: string | null): Promise<void> {
  const text = `SET enabled = ${sql === null ? 1 : "true"}, updated_at = ${changedAt === null ? "NULL" : `'${at(changedAt)}'`}`;
  const which = "WHERE model_name IN ('contacts', 'tags')";
  if (sql !== null) await sql.unsafe(`UPDATE orchestration.sync_schedule ${text} ${which}`);
  else {
    using database = new Database(url.slice("sqlite:".length));
    database.run(`UPDATE sync_schedule ${text} ${which}`);
  }
}

const told = (report: Report) => alarms(report).map(({ rule_name: rule, severity }) => [rule, severity]);

describe.each(ENGINES)("%s", (engine) => {
  test("not due yet, then late by what was due since; a second rule waits for its own day", async () => {
    await using warehouse = await makeWarehouse(engine, ROWS);
    const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n[store]\npath = "store.sqlite"\n`);
    expect(told(await look(cwd, "07-06 20:00"))).toEqual([]);
    expect(told(await look(cwd, "07-10 20:00"))).toEqual([]);
    await enable(warehouse, "07-10 20:30");
    const soon = await look(cwd, "07-10 20:59");
    expect(told(soon)).toEqual([]);
    expect(ruleOf(soon, "contacts")).toMatchObject({
      condition: "idle",
      message: "contacts: not due yet: it was disabled until 20:30",
    });
    const late = await look(cwd, "07-11 02:30");
    expect(told(late)).toEqual([["contacts", "critical"]]);
    expect(ruleOf(late, "contacts")).toMatchObject({ condition: "overdue", since: "2026-07-10T21:00:00Z" });
    expect(ruleOf(late, "contacts").message).toEndWith("due hourly at :00, 6 runs did not start");
    expect(ruleOf(late, "tags")).toMatchObject({ condition: "idle", severity: null });
    expect(told(await look(cwd, "07-13 04:00"))).toEqual([
      ["contacts", "critical"],
      ["tags", expect.any(String)],
    ]);
  });

  test("nothing says when the row was written: since it was last seen disabled", async () => {
    await using warehouse = await makeWarehouse(engine, ROWS);
    const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n[store]\npath = "store.sqlite"\n`);
    await look(cwd, "07-10 20:10");
    await enable(warehouse, null);
    const soon = await look(cwd, "07-10 20:59");
    expect(ruleOf(soon, "contacts").message).toBe("contacts: not due yet: it was disabled until 20:10");
    expect(told(await look(cwd, "07-11 02:30"))).toEqual([["contacts", "critical"]]);
  });

  test("a row that is written at each tick excuses nothing for longer than a day after it was seen disabled", async () => {
    await using warehouse = await makeWarehouse(engine, ROWS);
    const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n[store]\npath = "store.sqlite"\n`);
    await look(cwd, "07-10 20:10");
    await enable(warehouse, "07-12 20:58");
    const report = await look(cwd, "07-12 20:59");
    expect(ruleOf(report, "contacts")).toMatchObject({ condition: "overdue", severity: "critical" });
    expect(ruleOf(report, "contacts").since).toBe("2026-07-10T21:00:00Z");
  });

  test("what nobody saw disabled is an outage, whatever its row says of a change", async () => {
    await using warehouse = await makeWarehouse(engine, ROWS);
    const cwd = directoryWith(`[crm.hubspot]\nurl = "${warehouse.url}"\n[store]\npath = "store.sqlite"\n`);
    await enable(warehouse, "07-10 20:30");
    const { message } = ruleOf(await look(cwd, "07-10 20:59"), "contacts");
    expect(message).toContain("last success 7d 09h ago, due hourly at :00, 177 runs did not start");
    expect(message).toEndWith("its schedule was changed at 20:30, and may have been off until then");
  });
});
