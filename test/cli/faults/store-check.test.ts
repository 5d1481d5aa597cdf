/** `store check` sees whatever would make another command fail, or leave something out: for each such damage it has a line. */
import { describe, expect, test } from "bun:test";
import { openStore } from "../../../src/store/open.ts";
import { directoryWith, runCli } from "../../making/cli.ts";
import { alterStore, madePass, newStoreUrl, STORE_KINDS, targetOf, type StoreKind } from "../../making/stores.ts";
import { numbered } from "../../making/numbers.ts";
import { DAY_MS, HOUR_MS } from "../../../src/time/units.ts";

const SLOT_MS = Date.parse("2026-07-10T21:00:00Z");

/** A store with a slot that made two reports, and a configuration that names it. */
async function installStore(kind: StoreKind): Promise<{ cwd: string; url: string; pass: string }> {
  const url = await newStoreUrl(kind);
  const made = madePass(["hubspot", "genius"]);
  await using store = await openStore(targetOf(url));
  await store.slots.claim({ schedule: "daily", slotMs: SLOT_MS }, "x", 60_000);
  const claimed = { schedule: "daily", slotMs: SLOT_MS, holder: "x", attempt: 1 };
  await store.slots.end(claimed, { state: "made", exitCode: 0, note: null }, made);
  const place = kind === "SQLite" ? `path = "${url.slice("sqlite:".length)}"` : `url = "${url}"`;
  const cwd = directoryWith(
    `[store]\n${place}\n[[schedule]]\nname = "daily"\ncron = "@daily"\n[crm.a]\nurl = "sqlite:none"\n`,
  );
  return { cwd, url, pass: made.pass.pass_id };
}

type Damage = {
  name: string;
  sql: string | Record<StoreKind, string>;
  /** A command that needs what is damaged, and fails. */
  args?: string[];
  /** A command that leaves the row out and says so. */
  without?: string[];
  says: string;
};

const FAR_MS = 9_000_000_000_000_000;
const DAMAGES: Damage[] = [
  {
    name: "a slot's state",
    sql: "UPDATE automation_reports_slots SET state = 'odd'",
    without: ["schedule", "history"],
    says: `slot ${SLOT_MS} of daily: state is not as this program writes it`,
  },
  {
    name: "a time that no calendar has",
    sql: `UPDATE automation_reports_slots SET ended_ms = ${FAR_MS}`,
    without: ["schedule", "history"],
    says: `slot ${SLOT_MS} of daily: ended_ms is not as this program writes it`,
  },
  {
    name: "a report's time that no calendar has",
    sql: `UPDATE automation_reports_reports SET window_end_ms = ${FAR_MS}`,
    without: ["history", "list"],
    says: "window_end_ms is not as this program writes it",
  },
  {
    name: "a report's status",
    sql: "UPDATE automation_reports_reports SET status = 'odd'",
    without: ["history", "list"],
    says: "status is not as this program writes it",
  },
  {
    name: "a pass's document",
    sql: `UPDATE automation_reports_passes SET document = '{"schema_version":2}'`,
    says: "document.pass_id is not as this program writes it",
  },
  {
    name: "a pass that is gone, its reports left",
    sql: "DELETE FROM automation_reports_passes",
    says: "the pass that made it is not kept",
  },
  {
    name: "a column that is gone",
    sql: "ALTER TABLE automation_reports_slots DROP COLUMN note",
    args: ["schedule", "status"],
    says: "the table automation_reports_slots has no column note",
  },
  {
    name: "a table that is gone",
    sql: "DROP TABLE automation_reports_reports",
    args: ["history", "list"],
    says: "the table automation_reports_reports is not there",
  },
  {
    name: "a key that is gone: a slot could be claimed twice",
    sql: {
      SQLite:
        "CREATE TABLE copy AS SELECT * FROM automation_reports_slots; DROP TABLE automation_reports_slots; " +
        "ALTER TABLE copy RENAME TO automation_reports_slots",
      PostgreSQL: "ALTER TABLE automation_reports_slots DROP CONSTRAINT automation_reports_slots_pkey",
    },
    args: ["schedule", "run", "daily"],
    says: "the table automation_reports_slots has no unique key (schedule, slot_ms)",
  },
  {
    name: "the key of a pass that is gone",
    sql: "DROP INDEX automation_reports_passes_attempt",
    says: "the table automation_reports_passes has no unique key (origin, slot_ms, attempt)",
  },
  {
    name: "a trigger that refuses every slot",
    sql: {
      SQLite:
        "DELETE FROM automation_reports_slots; CREATE TRIGGER no BEFORE INSERT ON automation_reports_slots BEGIN SELECT RAISE(ABORT, 'no'); END",
      PostgreSQL: `DELETE FROM automation_reports_slots; CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
        CREATE TRIGGER no BEFORE INSERT ON automation_reports_slots FOR EACH ROW EXECUTE FUNCTION no()`,
    },
    args: ["schedule", "run", "daily"],
    says: "the table automation_reports_slots has a trigger no of somebody else, which changes rows: drop it",
  },
  {
    name: "a key that refuses the second slot of a schedule",
    sql: "CREATE UNIQUE INDEX only_one ON automation_reports_slots (schedule)",
    args: ["schedule", "run", "daily"],
    says: "the table automation_reports_slots has a unique key (schedule) of somebody else, which refuses rows: drop it",
  },
  {
    name: "two versions",
    sql: "INSERT INTO automation_reports_schema (version) VALUES (2)",
    says: "the table automation_reports_schema has 2 rows instead of one",
  },
  {
    name: "no version",
    sql: "DELETE FROM automation_reports_schema",
    args: ["history", "list"],
    says: "the version of its tables is not as this program writes it",
  },
  {
    name: "a version of another kind",
    sql: "UPDATE automation_reports_schema SET version = -1",
    args: ["history", "list"],
    says: "the version of its tables is not as this program writes it",
  },
];

const TODAY = Math.floor(Date.now() / DAY_MS);

/** A memory of three days of one rule, in which every table has a row. */
async function installMemory(kind: StoreKind): Promise<{ cwd: string; url: string }> {
  const { cwd, url } = await installStore(kind);
  await using store = await openStore(targetOf(url));
  const hours = [24 * (TODAY - 4), 24 * (TODAY - 1)] as const;
  const cells = [cell(hours[0] + 1), cell(hours[1] - 1)];
  const deals = { rule: "deals", firstMs: hours[0] * HOUR_MS, cells, starts: [], runs: [] };
  const past = { covered: [[...hours] as [number, number]], rules: [deals] };
  await store.memory.write([{ source: "a", past, disabled: { rules: ["tags"], seenMs: Date.now() } }], "add");
  await store.memory.stopFill("a", { kind: "costly", atMs: Date.now(), reason: "no index" });
  await store.memory.ignore("a", [24 * (TODAY - 3), 24 * (TODAY - 3) + 1]);
  await store.memory.retire("a", "contacts", Date.now());
  return { cwd, url };
}

const cell = (hour: number) => {
  const nothing = { n: 0, sum: 0, squares: 0, buckets: new Map<number, number>() };
  return { hour, status: "success" as const, ended: 1, seconds: nothing, records: nothing, processed: 0, empty: 0 };
};

/** `isShown`: false where the row lies before what is shown. */
const MEMORY_DAMAGES: { name: string; sql: string; says: string; isShown?: boolean }[] = [
  {
    name: "a stop that is no JSON",
    sql: "UPDATE automation_reports_memory_rules SET stopped = '{'",
    says: "why its past is not read back any further is not as this program writes it",
  },
  {
    name: "the time of a stop that no calendar has",
    sql: "UPDATE automation_reports_memory_rules SET stopped_ms = 9223372036854775807",
    says: "why its past is not read back any further is not as this program writes it",
  },
  {
    name: "a stop without its time",
    sql: "UPDATE automation_reports_memory_rules SET stopped_ms = NULL",
    says: "why its past is not read back any further is not as this program writes it",
  },
  {
    name: "a day that no calendar has",
    sql: `INSERT INTO automation_reports_memory_days SELECT source, -9223372036854775807 - 1, hours, cells
      FROM automation_reports_memory_days WHERE day = ${TODAY - 4}`,
    says: "day is not as this program writes it",
    isShown: false,
  },
  {
    name: "a day of a year that no calendar has",
    sql: `UPDATE automation_reports_memory_days SET day = 4611686018427387904 WHERE day = ${TODAY - 4}`,
    says: "day is not as this program writes it",
  },
  {
    name: "hours that no day has",
    sql: `UPDATE automation_reports_memory_days SET hours = 16777216 WHERE day = ${TODAY - 4}`,
    says: "hours is not as this program writes it",
  },
  {
    name: "ignored hours that end before they begin",
    sql: "INSERT INTO automation_reports_memory_ignored VALUES ('a', 9, 5)",
    says: "to_hour is not as this program writes it",
  },
  {
    name: "ignored hours that no calendar has",
    sql: "UPDATE automation_reports_memory_ignored SET from_hour = -4611686018427387904",
    says: "from_hour is not as this program writes it",
  },
  {
    name: "a retired rule whose name is no JSON",
    sql: "UPDATE automation_reports_memory_retired SET rule = '__proto__'",
    says: "a rule that is over: rule is not as this program writes it",
  },
  {
    name: "a retired rule's time that no calendar has",
    sql: "UPDATE automation_reports_memory_retired SET since_ms = 9223372036854775807",
    says: "a rule that is over: since_ms is not as this program writes it",
  },
  {
    name: "a disabled rule whose name is no JSON",
    sql: "UPDATE automation_reports_memory_disabled SET rule = '__proto__'",
    says: "a rule that was disabled: rule is not as this program writes it",
  },
];

describe.each(STORE_KINDS)("%s", (kind) => {
  const at = STORE_KINDS.indexOf(kind) + 1;

  test(`D1.${at} nothing is damaged, on ${kind} → store check says so, exit 0`, async () => {
    const { cwd } = await installStore(kind);
    const { code, stdout, stderr } = await runCli(["store", "check"], { cwd });
    expect([code, stdout, stderr]).toEqual([0, expect.stringContaining("is in order"), ""]);
  });

  test.each(numbered(`D2.${at}`, DAMAGES))(`$no $name, on ${kind} → $says`, async ({ sql, args, without, says }) => {
    const { cwd, url } = await installStore(kind);
    await alterStore(kind, url, typeof sql === "string" ? sql : sql[kind]);
    const check = await runCli(["store", "check"], { cwd });
    expect([check.code, check.stdout, check.stderr]).toEqual([5, "", expect.stringContaining(says)]);
    if (without !== undefined) {
      const { code, stdout, stderr } = await runCli(without, { cwd });
      expect([code, stderr]).toEqual([0, expect.stringMatching(/^warning: store /)]);
      expect(stderr).toContain(`${says}: it is left out: see automation-reports store check`);
      expect(stdout).not.toContain("2026-07-10");
    }
    if (args === undefined) return;
    const command = await runCli(args, { cwd });
    expect([command.code, command.stderr]).toEqual([5, expect.stringMatching(/^error: store /)]);
  });

  test.each(numbered(`D3.${at}`, MEMORY_DAMAGES))(
    `$no $name, on ${kind} → memory show goes on, exit 0; store check: $says`,
    async ({ sql, says, isShown }) => {
      const { cwd, url } = await installMemory(kind);
      expect((await runCli(["memory", "show", "a"], { cwd })).stderr).toBe("");
      await alterStore(kind, url, sql);
      const check = await runCli(["store", "check"], { cwd });
      expect([check.code, check.stdout, check.stderr]).toEqual([
        5,
        "",
        expect.stringMatching(/^error: .*: memory of a: /),
      ]);
      expect(check.stderr).toContain(says);
      const show = await runCli(["memory", "show", "a"], { cwd });
      const warning = isShown === false ? "" : expect.stringContaining("a: a part of its memory can no longer be read");
      expect([show.code, show.stderr]).toEqual([0, warning]);
      expect(show.stdout).toContain("deals");
    },
  );
});

const NAMES_TAKEN = [
  {
    name: "a view",
    sql: "CREATE VIEW automation_reports_slots AS SELECT 1 AS a",
    says: "automation_reports_slots, which the store needs, is taken (view)",
  },
  {
    name: "a view of the first table",
    sql: "CREATE VIEW automation_reports_schema AS SELECT 1 AS version",
    says: "automation_reports_schema, which the store needs, is taken (view)",
  },
  {
    name: "a sequence",
    sql: "CREATE SEQUENCE automation_reports_passes",
    says: "automation_reports_passes, which the store needs, is taken (sequence)",
  },
  {
    name: "an index",
    sql: "CREATE TABLE t (a int); CREATE INDEX automation_reports_slots_slot ON t (a)",
    says: "automation_reports_slots_slot, which the store needs, is taken (index)",
  },
  {
    name: "a type",
    sql: "CREATE TYPE automation_reports_memory_days AS ENUM ('a')",
    says: "automation_reports_memory_days, which the store needs, is taken (type)",
  },
  {
    name: "a table",
    sql: "CREATE TABLE automation_reports_memory_rules (a int)",
    says: "automation_reports_memory_rules, which the store needs, is taken (table)",
  },
].map((one) => ({ ...one, says: `the name ${one.says}` }));

test.each(
  numbered("D6", [
    ...NAMES_TAKEN.map((one) => ({ ...one, name: `a name of its tables is taken by ${one.name}` })),
    {
      name: "a search path without a schema",
      sql: "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = nowhere', current_database()); END $$",
      says: "the role's search path names no schema: create one",
    },
  ]),
)("$no $name, on PostgreSQL → store check and whoever writes exit 5: $says", async ({ sql, says }) => {
  const url = await newStoreUrl("PostgreSQL");
  await alterStore("PostgreSQL", url, sql);
  const cwd = directoryWith(
    `[store]\nurl = "${url}"\n[[schedule]]\nname = "daily"\ncron = "@daily"\n[crm.a]\nurl = "sqlite:none"\n`,
  );
  for (const args of [
    ["store", "check"],
    ["schedule", "run", "daily"],
    ["history", "list"],
  ]) {
    const { code, stdout, stderr } = await runCli(args, { cwd });
    expect([code, stdout, stderr]).toEqual([5, "", expect.stringMatching(/^error: store [^\n]*\n$/)]);
    expect(stderr).toContain(says);
  }
});
