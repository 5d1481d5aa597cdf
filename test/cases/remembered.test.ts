/** A small warehouse is judged alike whatever a store remembers of it, but for what the warehouse has deleted and the operator leaves out. */
import { Database } from "bun:sqlite";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import {
  alarms,
  cron,
  DAY,
  ENGINES,
  HOUR,
  interval,
  makeWarehouse,
  MINUTE,
  ruleOf,
  type CaseWarehouse,
} from "../making/cases.ts";
import { directoryWith, runCli } from "../making/cli.ts";
import { reportsIn } from "../making/passes.ts";
import { run, type RunRow } from "../making/warehouses.ts";

/** Today's midnight: what is read back ends with the real time. */
const TODAY = Math.floor(Date.now() / DAY) * DAY;

type Hours = { fromMs: number; toMs: number; every?: number };

/** One success after the other. */
function repeat({ fromMs, toMs, every = HOUR }: Hours, change: (ms: number) => Partial<RunRow> = () => ({})): RunRow[] {
  const count = Math.ceil((toMs - fromMs) / every);
  return Array.from({ length: count }, (_, index) => {
    const ms = fromMs + index * every;
    const [start, end] = [ms, ms + MINUTE].map((one) => new Date(one).toISOString());
    return run({ rule: "orders", start: start!, end: end!, processed: 1000, ...change(ms) });
  });
}

const configurationOf = ({ url }: Pick<CaseWarehouse, "url">) =>
  `[crm.hubspot]\nurl = "${url}"\n[store]\npath = "store.sqlite"\n`;

const configure = (warehouse: Pick<CaseWarehouse, "url">) => directoryWith(configurationOf(warehouse));

async function ask(cwd: string, asOfMs: number, ...flags: string[]) {
  const asOf = new Date(asOfMs).toISOString();
  const { code, stdout } = await runCli(["generate", "-f", "json", "--as-of", asOf, ...flags], { cwd });
  expect(code).toBe(0);
  return reportsIn(stdout)[0]!;
}

const memory = async (cwd: string, ...words: string[]) => {
  const { code } = await runCli(["memory", ...words], { cwd });
  expect(code).toBe(0);
};

test("what was before a pause of weeks is known after a fill as before it", async () => {
  const slow = (ms: number) => (ms < TODAY - 4 * DAY ? {} : { processed: 100 });
  await using warehouse = await makeWarehouse("sqlite", {
    runs: [
      ...repeat({ fromMs: TODAY - 90 * DAY, toMs: TODAY - 22 * DAY }),
      ...repeat({ fromMs: TODAY - 4 * DAY, toMs: TODAY }, slow),
    ],
  });
  const cwd = configure(warehouse);
  const messages = async () => alarms(await ask(cwd, TODAY, "--no-store")).map(({ message }) => message);
  const before = await messages();
  expect(before).toEqual([expect.stringContaining("fewer records than usual")]);
  await memory(cwd, "fill");
  expect(await messages()).toEqual(before);
});

test.each(ENGINES)("%s: hours that are ignored are no part of the past, whoever remembers it", async (engine) => {
  const [badFromMs, badToMs] = [TODAY - 20 * DAY, TODAY - 10 * DAY];
  const failing = (ms: number) =>
    ms >= badFromMs && ms < badToMs && ms % (3 * HOUR) !== 0 ? { status: "failed", error: "HTTP 500" } : {};
  await using warehouse = await makeWarehouse(engine, {
    runs: repeat({ fromMs: TODAY - 70 * DAY, toMs: TODAY }, failing),
  });
  const cwd = configure(warehouse);
  const failed = async () => ruleOf(await ask(cwd, TODAY, "--no-store"), "orders").usual?.failures?.failed;
  expect(await failed()).toBe(160);
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  await memory(cwd, "ignore", "--from", day(badFromMs), "--to", day(badToMs));
  expect(await failed()).toBe(0);
  // What the memory knows is told by the warehouse, too.
  await memory(cwd, "fill", "--since", "15d");
  expect(await failed()).toBe(0);
});

test("rows that are deleted each night are remembered, and what ran after them is judged by them", async () => {
  await using warehouse = await makeWarehouse("sqlite", { runs: [] });
  const cwd = configure(warehouse);
  using database = new Database(warehouse.url.replace("sqlite:", ""));
  const add = database.prepare(`INSERT INTO sync_history (crm_source, sync_type, start_time, end_time, status,
    records_processed, records_created, records_updated, records_failed) VALUES ('hubspot', ?, ?, ?, ?, ?, 0, 0, 0)`);
  const refill = (runs: RunRow[]) => {
    database.run("DELETE FROM sync_history");
    database.transaction(() => {
      for (const { rule, start, end, status, processed } of runs) add.run(rule, start, end, status, processed);
    })();
  };
  const yesterday = TODAY - DAY;
  for (let day = yesterday - 19 * DAY; day < yesterday; day += DAY) {
    const toMs = day + 21 * HOUR;
    refill(repeat({ fromMs: day + 2 * HOUR, toMs, every: 30 * MINUTE }));
    expect(alarms(await ask(cwd, toMs)).map(({ message }) => message)).toEqual([]);
  }
  using store = new Database(join(cwd, "store.sqlite"), { readonly: true });
  const masks = store.query<{ hours: number }, []>("SELECT hours FROM automation_reports_memory_days").all();
  // The hours from 02:00 to 21:00: what ran in the others was deleted before it was seen.
  expect(masks.map(({ hours }) => hours)).toEqual(Array.from({ length: 19 }, () => 2 ** 21 - 2 ** 2));
  // Nothing has run since the night: the table is empty, and what usually runs is known.
  refill([]);
  const [alarm] = alarms(await ask(cwd, yesterday + 10 * HOUR));
  expect(alarm).toMatchObject({ severity: "critical", message: expect.stringContaining("nothing has started since") });
});

describe.each(ENGINES)("%s: rows-deleted-after-a-stop", (engine) => {
  const stopMs = TODAY - 10 * DAY;
  const goesOn = repeat({ fromMs: TODAY - 20 * DAY, toMs: TODAY }, () => ({ rule: "deals" }));
  const stopped = repeat({ fromMs: TODAY - 20 * DAY, toMs: stopMs });
  const hourly = interval(1, "hours", "Hubspot_Deals");

  /** The alarms after all that is older than a week was deleted, of what was seen before. */
  async function listAfterPurge(enabled: boolean) {
    const schedules = [hourly, interval(1, "hours", "Hubspot_Orders", { enabled })];
    const kept = goesOn.filter(({ start }) => Date.parse(start) >= TODAY - 7 * DAY);
    await using whole = await makeWarehouse(engine, { runs: [...goesOn, ...stopped], schedules });
    await using purged = await makeWarehouse(engine, { runs: kept, schedules });
    const cwd = configure(whole);
    await ask(cwd, stopMs);
    writeFileSync(join(cwd, "automation-reports.toml"), configurationOf(purged));
    const report = await ask(cwd, TODAY);
    expect(report.rules.map(({ rule_name }) => rule_name).toSorted()).toEqual(["deals", "orders"]);
    return alarms(report).map(({ severity, message }) => [severity, message]);
  }

  test("a schedule is that of the rule that only the store knows: one finding, and not a second rule that never ran", async () => {
    expect(await listAfterPurge(true)).toEqual([
      ["critical", "orders: last success 10d ago, due every 1h, 240 runs did not start"],
    ]);
  });

  test("a rule that is disabled and that only the store knows is not overdue", async () => {
    expect(await listAfterPurge(false)).toEqual([]);
  });

  test("runs that are remembered and deleted were not missed: that the table lacks them is told", async () => {
    const runs = repeat({ fromMs: TODAY - 3 * DAY, toMs: TODAY });
    const schedules = [interval(1, "hours", "Hubspot_Orders")];
    await using whole = await makeWarehouse(engine, { runs, schedules });
    await using emptied = await makeWarehouse(engine, { runs: [], schedules });
    const cwd = configure(whole);
    await ask(cwd, TODAY);
    writeFileSync(join(cwd, "automation-reports.toml"), configurationOf(emptied));
    expect(alarms(await ask(cwd, TODAY)).map(({ id, message }) => [id, message])).toEqual([
      ["no-data", expect.stringContaining("24 runs of this window are remembered and no longer in the table")],
    ]);
  });
});

describe.each(ENGINES)("%s: purged-between-two-looks", (engine) => {
  const MIDNIGHT = TODAY - DAY;

  /** Rows of before 04:00 are deleted at 04:00: a nightly run of 02:30 was seen for the last time `seenMs` before midnight. */
  async function askAfterPurge({ seenMs, lookedAtMs }: { seenMs: number; lookedAtMs: number }) {
    const nightly = repeat(
      { fromMs: MIDNIGHT - 20 * DAY + 2.5 * HOUR, toMs: MIDNIGHT - seenMs + DAY, every: DAY },
      () => ({
        rule: "full",
      }),
    );
    const hourly = repeat({ fromMs: MIDNIGHT - 20 * DAY, toMs: MIDNIGHT + 7 * HOUR });
    const schedules = [interval(1, "hours", "Hubspot_Orders"), cron("30 2 * * *", "full")];
    await using whole = await makeWarehouse(engine, { runs: [...nightly, ...hourly], schedules });
    const kept = hourly.filter(({ start }) => Date.parse(start) >= MIDNIGHT + 4 * HOUR);
    await using purged = await makeWarehouse(engine, { runs: kept, schedules });
    const cwd = configure(whole);
    await ask(cwd, lookedAtMs);
    writeFileSync(join(cwd, "automation-reports.toml"), configurationOf(purged));
    const { condition, severity, message } = ruleOf(await ask(cwd, MIDNIGHT + 7 * HOUR), "full");
    return [condition, severity, message];
  }

  test("what was due when nobody looked may have run", async () => {
    expect(await askAfterPurge({ seenMs: DAY, lookedAtMs: MIDNIGHT - 3 * HOUR })).toEqual([
      "idle",
      null,
      "full: not due since 04:00, and no older run is in the table",
    ]);
  });

  test("what was due when somebody looked did not", async () => {
    expect(await askAfterPurge({ seenMs: DAY, lookedAtMs: MIDNIGHT + 3 * HOUR })).toEqual([
      "overdue",
      "warning",
      "full: last success 1d 04h ago, due daily at 02:30, 1 run did not start",
    ]);
  });

  test("what has not run for longer than it ever rests is overdue all the same", async () => {
    expect(await askAfterPurge({ seenMs: 4 * DAY, lookedAtMs: MIDNIGHT - 3 * HOUR })).toEqual([
      "overdue",
      "critical",
      "full: last success 4d 04h ago, due daily at 02:30, 4 runs did not start",
    ]);
  });
});
