/** `rule_names` in the preset `automation`: a declared rule whose runs bear another name. */
import { describe, expect, test } from "bun:test";
import type { CheckDocument } from "../../src/check/schema.ts";
import { TABLES } from "../../src/warehouse/presets.ts";
import { alarms, ask, at, DAY, ENGINES, later, ruleOf, type CaseEngine } from "../making/cases.ts";
import { directoryWith, runCli } from "../making/cli.ts";
import { makeTables, type OwnTables } from "../making/own-tables.ts";

const TASK = "sync.tasks.sync_owners";
const MAPPED = `rule_names = { "${TASK}" = "owners" }`;

/** `owners` ran at 06:30 of each of the last 14 days. Each declared rule: name, enabled, schedule. */
async function makeOwners(engine: CaseEngine, declared: [string, boolean, string | null][]): Promise<OwnTables> {
  const starts = Array.from({ length: 14 }, (_, day) => later(at("07-10 06:30"), -day * DAY));
  const zulu = (instant: string) => instant.replace(".000Z", "Z");
  const runs = starts.map(
    (start) => `('hubspot', 'owners', 'success', '${zulu(start)}', '${zulu(later(start, 60_000))}')`,
  );
  const rules = declared.map(
    ([name, enabled, schedule]) =>
      `('hubspot', '${name}', ${enabled}, ${schedule === null ? "NULL" : `'${schedule}'`}, 'manual', 'delta')`,
  );
  return await makeTables(
    engine,
    `${TABLES[engine === "sqlite" ? "sqlite" : "postgres"]};
     INSERT INTO automation_actions (crm_source, rule, status, started_at, finished_at) VALUES ${runs.join()};
     INSERT INTO automation_rules (crm_source, name, enabled, schedule, automation_level, strategy) VALUES ${rules.join()}`,
  );
}

describe.each(ENGINES)("%s", (engine) => {
  test("a schedule of another name never ran; the line that the advice names ends that", async () => {
    await using tables = await makeOwners(engine, [[TASK, true, "30 6 * * *"]]);
    const { report } = await ask(tables);
    expect(alarms(report).map(({ id, rule_name: rule }) => [id, rule])).toEqual([["rule-never", TASK]]);
    expect(report.recommendations[0]?.recommendation).toContain(
      `rule_names = { ${JSON.stringify(TASK)} = "the name of its runs" }`,
    );
    const { report: mapped } = await ask(tables, { settings: MAPPED });
    expect(alarms(mapped)).toEqual([]);
    expect(mapped.rules.map(({ rule_name: name }) => name)).toEqual(["owners"]);
    expect(mapped.system_health.total_rules).toBe(1);
  });

  test("the schedule then holds for those runs: two days without one are an alarm", async () => {
    await using tables = await makeOwners(engine, [[TASK, true, "30 6 * * *"]]);
    const { report } = await ask(tables, { settings: MAPPED, as: "07-12 21:00" });
    expect(ruleOf(report, "owners")).toMatchObject({ condition: "overdue", schedules: ["30 6 * * *"] });
  });

  test("beside a row of the runs' own name it is one rule, with what either row says", async () => {
    await using tables = await makeOwners(engine, [
      [TASK, true, "30 6 * * *"],
      ["owners", false, null],
    ]);
    const { report } = await ask(tables, { settings: MAPPED });
    expect(alarms(report)).toEqual([]);
    expect(ruleOf(report, "owners")).toMatchObject({ condition: "ok", enabled: true });
    const { report: late } = await ask(tables, { settings: MAPPED, as: "07-12 21:00" });
    expect(ruleOf(late, "owners")).toMatchObject({ condition: "overdue", schedules: ["30 6 * * *"] });
  });

  test("it is left out by the name of its runs", async () => {
    await using tables = await makeOwners(engine, [[TASK, true, "30 6 * * *"]]);
    const { report } = await ask(tables, { settings: `${MAPPED}\nexclude_rules = ["owners"]` });
    expect(report.rules).toEqual([]);
  });

  test("check names what matches nothing, and is silent about what does", async () => {
    await using tables = await makeOwners(engine, [[TASK, true, "30 6 * * *"]]);
    await tables.execute(
      "INSERT INTO automation_actions (crm_source, rule, status, started_at) " +
        `VALUES ('hubspot', 'owners', 'running', '${new Date(Date.now() - 60_000).toISOString()}')`,
    );
    const cwd = directoryWith(
      `[crm.hubspot]\nurl = "${tables.url}"\nrule_names = { "${TASK}" = "owners", gone = "owners", other = "Owner" }\n`,
    );
    const { stdout } = await runCli(["check", "--format", "json"], { cwd });
    const [document] = JSON.parse(stdout) as CheckDocument[];
    const nowhere = engine === "postgresql" ? "no run of the last 30 days" : "no run there";
    expect(document?.items.filter(({ id }) => id === "settings").map(({ message }) => message)).toEqual([
      'rule_names names "gone", "other", which no schedule has',
      `rule_names names "Owner", which ${nowhere} has; there is "owners" for "Owner"`,
    ]);
  });
});
