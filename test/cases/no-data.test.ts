/** Runs that did not count: the advice is about what became of them, and not about a scheduler that works. */
import { Database } from "bun:sqlite";
import { expect, describe, test } from "bun:test";
import { ask, DAY, ENGINES, HOUR, judge, makeWarehouse, repeat, type Rows } from "../making/cases.ts";
import type { Report } from "../../src/report/document/schema.ts";
import type { RunRow } from "../making/warehouses.ts";

const DRY = '{"dry_run":true}';
const SCHEDULER = "Check that the scheduler and its workers are running";

/** One run an hour in the 24 hours to 21:00, each of them changed alike. */
const hourly = (change: (start: string, index: number) => Partial<RunRow>) =>
  repeat({ from: "07-09 21:30", to: "07-10 20:30", every: HOUR, rule: "deals" }, change);

function adviceOf({ findings, recommendations }: Report): [string, string][] {
  return recommendations.map(({ finding, recommendation }) => [findings[finding]?.id ?? "", recommendation]);
}

const REASONS: { name: string; runs: RunRow[]; settings?: string; says: [string, unknown][] }[] = [
  {
    name: "no word for a status is known",
    runs: hourly((_, index) => (index < 2 ? { configuration: DRY } : { status: String(index % 5) })),
    says: [
      ["unknown-status", expect.stringContaining("under statuses in the configuration")],
      ["no-data", "Say under statuses what their words mean, and it is known what finished; the runs do start"],
    ],
  },
  {
    name: "only dry runs",
    runs: hourly(() => ({ configuration: DRY })),
    says: [["no-data", "See who set the automations to dry runs, which store nothing, and set them back"]],
  },
  {
    name: "only skipped, and a dry run",
    runs: hourly((_, index) => (index === 0 ? { configuration: DRY } : { status: "skipped" })),
    says: [["no-data", "See why the runs are skipped: a lock that was left behind, or a run that does not end"]],
  },
  {
    name: "only excluded rules",
    runs: hourly(() => ({})),
    settings: 'exclude_rules = ["deals"]',
    says: [["no-data", expect.stringContaining("Take the rules that matter out of exclude_rules")]],
  },
  {
    name: "only runs under another spelling of the CRM",
    runs: hourly(() => ({ crm: "HubSpot" })),
    says: [["no-data", expect.stringContaining('Set crm_source = "HubSpot" for this CRM if')]],
  },
  {
    name: "one run that goes on",
    runs: [
      ...repeat({ from: "07-10 20:30", to: "07-10 20:30", every: HOUR, takes: null }, () => ({ status: "running" })),
    ],
    says: [["no-data", expect.stringContaining("Compare how long it has run")]],
  },
  {
    name: "no run at all: the scheduler",
    runs: hourly(() => ({ crm: "genius" })),
    says: [["no-data", expect.stringContaining(SCHEDULER)]],
  },
];

describe.each(ENGINES)("%s", (engine) => {
  test.each(REASONS)("$name", async ({ runs, settings = "", says }) => {
    const report = await judge(engine, { runs }, { settings });
    expect(report.metadata.status).toBe("no_data");
    expect(adviceOf(report)).toEqual(says as [string, string][]);
  });

  test("unknown words are told, and that nothing finished", async () => {
    const report = await judge(engine, { runs: hourly(() => ({ status: "3" })) });
    expect(report.findings.map(({ id, message }) => [id, message])).toEqual([
      ["unknown-status", '24 runs with an unknown status, counted in no rate: "3"'],
      ["no-data", "Nothing finished in 24 h; 24 of unknown status"],
    ]);
  });

  test.each([
    { name: "none", written: "NULL" },
    { name: "an empty one", written: "''" },
    { name: "one of blanks", written: "'  '" },
  ])("a status that is missing ($name) is no word that a setting could explain", async ({ written }) => {
    await using warehouse = await makeWarehouse(engine, { runs: hourly(() => ({})) });
    if (warehouse.sql === null) {
      using database = new Database(warehouse.url.slice("sqlite:".length));
      database.run(`UPDATE sync_history SET status = ${written}`);
    } else {
      const table = "orchestration.sync_history";
      await warehouse.sql.unsafe(
        `ALTER TABLE ${table} ALTER status DROP NOT NULL; UPDATE ${table} SET status = ${written}`,
      );
    }
    const { report } = await ask(warehouse);
    expect(report.findings.map(({ id, message }) => [id, message])).toEqual([
      ["unknown-status", "24 runs without a status, counted in no rate"],
      ["no-data", "Nothing finished in 24 h; 24 of unknown status"],
    ]);
    expect(report.rules[0]?.message).toContain("have no status; no success known");
    expect(report.recommendations[0]?.recommendation).toBe(
      "Let the syncs write how each run ended, or read a view that says what a row without a status means; until then these runs are in no rate",
    );
  });

  test("a scheduled rule of which only dry runs are there is no rule that never ran under this name", async () => {
    const rows: Rows = { runs: hourly(() => ({ configuration: DRY })) };
    await using warehouse = await makeWarehouse(engine, rows);
    const { report } = await ask(warehouse, { settings: '[crm.hubspot.rules.deals]\nexpect = "every 1 hour"' });
    expect(report.findings.map(({ severity, message }) => [severity, message])).toContainEqual([
      "critical",
      "deals: scheduled every 1h, 24 dry runs in 24 h and no other found in the whole table",
    ]);
    expect(adviceOf(report).map(([, advice]) => advice)).toContain(
      "See who set deals to dry runs, which store nothing, and set it back",
    );
  });

  test("starts ahead of the clock: the clock or the zone of what writes them", async () => {
    const start = new Date(Date.now() + DAY).toISOString();
    const [one] = hourly(() => ({ start, end: null, status: "running" }));
    const report = await judge(engine, { runs: [one!] }, { flags: [], as: nowShort() });
    expect(adviceOf(report)).toContainEqual([
      "no-data",
      "Set the clock of the workers, or set timezone where they write local time",
    ]);
  });
});

/** The present minute as `ask` takes it. */
function nowShort(): string {
  return new Date().toISOString().slice(5, 16).replace("T", " ");
}
