/** `check` and `config check --online` name the settings that match nothing in the warehouse. */
import { describe, expect, test } from "bun:test";
import type { CheckDocument } from "../../src/check/schema.ts";
import { ENGINES, interval, makeWarehouse, MINUTE, type Rows } from "../making/cases.ts";
import { directoryWith, runCli } from "../making/cli.ts";
import { freePort } from "../making/postgres-server.ts";
import { run } from "../making/warehouses.ts";

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const finished = { start: ago(20 * MINUTE), end: ago(19 * MINUTE) };

const ROWS: Rows = {
  runs: [
    run({ ...finished, rule: "contacts" }),
    run({ ...finished, rule: "deals", status: " Exploded\n" }),
    run({ ...finished, rule: "deals", status: "Übersprungen" }),
    run({ ...finished, crm: "genius", rule: "leads" }),
  ],
  schedules: [interval(1, "hours", "Hubspot_Thing"), interval(1, "hours", "Hubspot_User")],
};

const SETTINGS = `exclude_rules = ["Contacts", "deals", "users"]
wrapper_rules = ["everything"]
rule_names = { Old_Contact = "contacts", Hubspot_Thing = "things", hubspot_user = "Deal" }
statuses = { EXPLODED = "failed", "Übersprungen" = "skipped", vanished = "failed", success = "success" }
[crm.hubspot.rules.Contact]
warn_after = "2h"
[crm.hubspot.rules.deals]
warn_after = "2h"
`;

const GONE = "correct the name, or take it out of the configuration; it does nothing now";

async function warningsOf(config: string, env: Record<string, string> = {}) {
  const { stdout } = await runCli(["check", "--format", "json"], { cwd: directoryWith(config), env });
  const documents = [JSON.parse(stdout)].flat() as CheckDocument[];
  return documents.map(({ items }) => items.filter(({ id }) => id === "settings"));
}

describe.each(ENGINES)("%s", (engine) => {
  const nowhere = engine === "postgresql" ? "no run of the last 30 days" : "no run there";

  test("each setting that matches nothing is one warning, with what is there instead; others are silent", async () => {
    await using warehouse = await makeWarehouse(engine, ROWS);
    const [items = []] = await warningsOf(`[crm.hubspot]\nurl = "${warehouse.url}"\n${SETTINGS}`);
    expect(items.map(({ message }) => message)).toEqual([
      `[crm.hubspot.rules] names "Contact", which ${nowhere} and no schedule has; there is "contacts" for "Contact"`,
      `exclude_rules names "Contacts", which ${nowhere} and no schedule has; there is "contacts" for "Contacts"`,
      `wrapper_rules names "everything", which ${nowhere} and no schedule has`,
      'rule_names names "Old_Contact", "hubspot_user", which no schedule has; there is "Hubspot_User" for "hubspot_user"',
      `rule_names names "things", "Deal", which ${nowhere} has; there is "deals" for "Deal"`,
      `statuses names "vanished", which ${nowhere} has`,
    ]);
    expect(new Set(items.map(({ status, advice }) => `${status} ${advice ?? ""}`))).toEqual(new Set([`warn ${GONE}`]));
  });

  test("a rule of the configuration that expects runs does something: a report misses them", async () => {
    await using warehouse = await makeWarehouse(engine, ROWS);
    const rules = '[crm.hubspot.rules.deels]\nexpect = "every 1 hour"\n[crm.hubspot.rules.ghost]\nwarn_after = "2h"\n';
    const [items = []] = await warningsOf(`[crm.hubspot]\nurl = "${warehouse.url}"\n${rules}`);
    expect(items.map(({ message, advice }) => [message, advice])).toEqual([
      [`[crm.hubspot.rules] names "ghost", which ${nowhere} and no schedule has`, GONE],
      [
        `[crm.hubspot.rules] names "deels", which ${nowhere} and no schedule has`,
        "correct the name, or take it out of the configuration; until then a report misses the runs that it expects",
      ],
    ]);
  });

  test("config check --online says the same and looks at nothing else, exit 0", async () => {
    await using warehouse = await makeWarehouse(engine, ROWS);
    const config = `[crm.hubspot]\nurl = "${warehouse.url}"\ncrm_source = "HUBSPOT"\n[crm.genius]\nurl = "${warehouse.url}"\nexclude_rules = ["lead"]\n`;
    const cwd = directoryWith(config);
    const { code, stdout } = await runCli(["config", "check", "--online"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain(" is valid\n");
    expect(stdout).toContain('crm_source is also written "hubspot" there, which is not read as "HUBSPOT"');
    expect(stdout).toContain(
      `exclude_rules names "lead", which ${nowhere} and no schedule has; there is "leads" for "lead"`,
    );
    expect(stdout).toContain("2 CRMs checked: 0 ok, 2 with warnings (hubspot, genius), 0 with errors");
    for (const id of ["plan", "indexes", "statistics", "report"]) expect(stdout).not.toMatch(new RegExp(` ${id} +`));
    const offline = await runCli(["config", "check"], { cwd });
    expect(stdout).toStartWith(offline.stdout);
    expect(offline.stdout).not.toContain("checked");
  });

  test("what stands in [defaults] is told only where no CRM uses it", async () => {
    await using warehouse = await makeWarehouse(engine, ROWS);
    const defaults = `[defaults]\nurl = "${warehouse.url}"\nexclude_rules = ["leads", "nobodys"]\n`;
    const [hubspot = [], genius = []] = await warningsOf(`${defaults}[crm.hubspot]\n[crm.genius]\n`);
    const message = `exclude_rules names "nobodys", which ${nowhere} and no schedule has`;
    expect([hubspot, genius].map((items) => items.map((item) => item.message))).toEqual([[message], [message]]);
  });

  test("a setting for runs without a status is told that they have no word", async () => {
    await using warehouse = await makeWarehouse(engine, ROWS);
    const [items = []] = await warningsOf(
      `[crm.hubspot]\nurl = "${warehouse.url}"\nstatuses = { "(null)" = "success", gone = "failed", null = "success" }\n`,
    );
    expect(items.map(({ message, advice }) => [message, advice])).toEqual([
      [`statuses names "gone", which ${nowhere} has`, GONE],
      [
        'statuses names "(null)", "null": a run without a status has no word that could be explained',
        "let the syncs write how each run ended, or read a view that says what a row without a status means",
      ],
    ]);
  });

  test("names of settings and rows are masked as a report masks them", async () => {
    const secret = "canaryX9zzQ";
    const runs = [
      ...ROWS.runs,
      run({ ...finished, rule: `deals?api_key=${secret}s` }),
      run({ ...finished, crm: `https://etl:${secret}@h/x` }),
    ];
    await using warehouse = await makeWarehouse(engine, { ...ROWS, runs });
    const config = `[crm.hubspot]\nurl = "${warehouse.url}"\nexclude_rules = ["deals?api_key=${secret}"]
retired_rules = ["password=${secret}"]
rule_names = { "contacts?token=${secret}" = "https://etl:${secret}@api.example.com/contacts" }
[crm.hubspot.rules."x?api_key=${secret}"]\nwarn_after = "2h"\n`;
    const cwd = directoryWith(config);
    for (const args of [
      ["check"],
      ["check", "-f", "json"],
      ["config", "check", "--online"],
      ["config", "show"],
      ["config", "show", "--set"],
    ]) {
      const { code, stdout, stderr } = await runCli(args, { cwd });
      expect([args, code]).toEqual([args, 0]);
      expect(`${stdout}${stderr}`).not.toContain(secret);
    }
  });

  test("a CRM without a run has no warning about its settings, and a secret in a name is hidden", async () => {
    await using warehouse = await makeWarehouse(engine, ROWS);
    const config = `[defaults]\nurl = "${warehouse.url}"\n[crm.arrivy]\nexclude_rules = ["x"]
[crm.hubspot]\nexclude_rules = ["\${SECRET}"]\n[crm.other]\nurl = "postgres://u:\${SECRET}@127.0.0.1:${freePort()}/d"\n`;
    const [arrivy, hubspot = []] = await warningsOf(config, { SECRET: "canary-of-names" });
    expect(arrivy).toEqual([]);
    expect(hubspot).toHaveLength(1);
    expect(JSON.stringify(hubspot)).not.toContain("canary-of-names");
  });
});

test("config check --online, where no warehouse answers: the configuration is valid, and exit 4", async () => {
  const cwd = directoryWith(`[crm.hubspot]\nurl = "postgres://u@127.0.0.1:${freePort()}/d"\n`);
  const { code, stdout } = await runCli(["config", "check", "--online"], { cwd });
  expect([code, stdout.split("\n")[0]]).toEqual([4, expect.stringContaining(" is valid")]);
  expect(stdout).toContain("1 CRM checked: 0 ok, 0 with warnings, 1 with errors");
});
