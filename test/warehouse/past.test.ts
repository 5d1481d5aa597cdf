/** The past that a report or the memory reads, from every engine and preset. Every figure is counted by hand. */
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { listCells, listStarts, type LogSketch, type Past } from "../../src/report/memory/cells.ts";
import type { ReadActivity } from "../../src/report/activity.ts";
import { collectActivities } from "../../src/warehouse/collect.ts";
import { readHours } from "../../src/warehouse/hours.ts";
import { isKnownElsewhere, pastInVain, unreadablePast } from "../../src/warehouse/past.ts";
import type { HoursResult } from "../../src/warehouse/request.ts";
import { connect } from "../making/postgres-server.ts";
import { crmConfig, WINDOW } from "../making/reports.ts";
import { listEngines, run, type RunRow } from "../making/warehouses.ts";

const HOUR_MS = 3_600_000;
const END_HOUR = WINDOW.endMs / HOUR_MS;

/** Hours before the window's end at 21:00 on 10 July; minutes and seconds of an hour follow. */
const at = (hoursAgo: number, within = "00:00") =>
  `${new Date(WINDOW.endMs - hoursAgo * HOUR_MS).toISOString().slice(0, 14)}${within}Z`;

const RUNS: RunRow[] = [
  // 10 s and 20 s: 2303 and 2996 thousandths. 0 and 99 records: 0 and 4605.
  run({ start: at(30), end: at(30, "00:10"), processed: 0 }),
  run({ start: at(30, "59:50"), end: at(29, "00:10"), processed: 99 }),
  // Less than a second counts as one, and without an end there is no duration.
  run({ start: at(29, "30:00"), end: at(29, "30:00.250"), processed: 99 }),
  run({ start: at(29, "40:00"), status: "failed", error: "HTTP 500 for token s3cret" }),
  // Over 24 clock hours: a start and no cell. Over 23: both.
  run({ rule: "deals", start: at(60), end: at(36) }),
  run({ rule: "deals", start: at(60, "30:00"), end: at(37) }),
  // Beside the cells.
  run({ rule: "users", start: at(29), status: "running" }),
  run({ rule: "users", start: at(29, "10:00"), end: at(29, "10:10"), status: "skipped" }),
  run({ rule: "users", start: at(28, "10:00"), end: at(28, "10:10"), status: "exploded" }),
  run({ rule: "contacts", start: at(29, "20:00"), end: at(29, "20:01"), dryRun: true }),
  run({ rule: "all", start: at(29, "20:00"), end: at(29, "50:00") }),
  run({ crm: "genius", start: at(29, "20:00"), end: at(29, "50:00") }),
];

const CONTACTS = {
  cells: [
    [END_HOUR - 30, "success", 1, [1, 2303, 2303 ** 2, [[23, 1]]], [1, 0, 0, [[0, 1]]], 0, 1],
    // 2 × 4605 = 9210; of 20 s and of less than one.
    [
      END_HOUR - 29,
      "success",
      2,
      [
        2,
        2996,
        2996 ** 2,
        [
          [29, 1],
          [0, 1],
        ],
      ],
      [2, 9210, 2 * 4605 ** 2, [[46, 2]]],
      198,
      0,
    ],
    [END_HOUR - 29, "failed", 1, [0, 0, 0, []], [1, 0, 0, [[0, 1]]], 0, 1],
  ],
  starts: [
    [END_HOUR - 30, 2],
    [END_HOUR - 29, 2],
  ],
};

describe.each(listEngines().filter(({ name }) => /^(?:packaged|sqlite)/.test(name)))(
  "$name",
  ({ name, preset, make }) => {
    let warehouse: Awaited<ReturnType<typeof make>>;

    beforeAll(async () => {
      // The wrapper of one preset is known by its name, of the other by a column.
      warehouse = await make(RUNS, []);
      if (preset === "automation")
        await exec(warehouse.url, "UPDATE automation_actions SET wrapper = true WHERE rule = 'all'");
      if (!name.startsWith("sqlite")) await exec(warehouse.url, "ANALYZE");
    });
    afterAll(async () => await warehouse.close());

    test("the hours that are asked for are counted by rule, status and clock hour", async () => {
      const { past } = mustRead(await readSpan(warehouse.url, 62, 27));
      // The table's oldest row is of the third of these hours.
      expect(past.covered).toEqual([[END_HOUR - 60, END_HOUR - 27]]);
      expect(past.rules.map(({ rule }) => rule)).toEqual(["contacts", "deals", "users"]);
      expect(shorten(past, "contacts")).toEqual(CONTACTS);
      expect(shorten(past, "deals")).toEqual({
        cells: [[END_HOUR - 37, "success", 1, [1, 11_302, 11_302 ** 2, [[113, 1]]], [1, 0, 0, [[0, 1]]], 0, 1]],
        starts: [[END_HOUR - 60, 2]],
      });
      expect(shorten(past, "users")).toEqual({
        cells: [],
        starts: [
          [END_HOUR - 29, 2],
          [END_HOUR - 28, 1],
        ],
      });
      expect(past.rules[0]?.firstMs).toBe(WINDOW.endMs - 30 * HOUR_MS);
    });

    test("what began before is in the cell of its end, and its start in none", async () => {
      const { past } = mustRead(await readSpan(warehouse.url, 29, 28));
      const contacts = shorten(past, "contacts");
      expect(contacts.cells).toEqual(CONTACTS.cells.slice(1));
      expect(contacts.starts).toEqual([[END_HOUR - 29, 2]]);
    });

    test("a run that had not ended by then is not among the newest, and their errors hold no secret", async () => {
      const { past } = mustRead(await readSpan(warehouse.url, 31, 29));
      const [contacts] = past.rules;
      expect(contacts?.runs.map(({ endedMs }) => endedMs)).toEqual([WINDOW.endMs - 30 * HOUR_MS + 10_000]);
      const later = mustRead(await readSpan(warehouse.url, 29, 28)).past.rules[0]?.runs;
      expect(later?.find(({ status }) => status === "failed")?.error).toBe("HTTP 500 for token ***");
    });

    test("a report brings the hours of both windows, and of so small a table the last 56 days", async () => {
      const { hourly, past, tableSinceMs } = await readReport(warehouse.url);
      expect(hourly?.covered).toEqual([[END_HOUR - 48, END_HOUR]]);
      expect(shorten(hourly!, "contacts")).toEqual(CONTACTS);
      // Of the runs that began before both windows only the ends are known.
      expect(shorten(hourly!, "deals").starts).toEqual([]);
      // Where it is not known since when the table is, it is known since its first run.
      expect(tableSinceMs ?? WINDOW.endMs - 60 * HOUR_MS).toBe(WINDOW.endMs - 60 * HOUR_MS);
      expect(past?.covered).toEqual([[END_HOUR - 60, END_HOUR]]);
      expect(shorten(past!, "contacts")).toEqual(CONTACTS);
      expect(shorten(past!, "deals").starts).toEqual([[END_HOUR - 60, 2]]);
    });

    test("windows of more than a week are not told by their hours, and their finished runs are counted all the same", async () => {
      const { hourly, hours, past } = await readReport(warehouse.url, 8 * 24);
      expect(hourly).toBeNull();
      expect(hours.map(({ hourMs, total, successful }) => [hourMs / HOUR_MS - END_HOUR, total, successful])).toEqual([
        [-37, 1, 1],
        [-36, 1, 1],
        [-30, 1, 1],
        [-29, 3, 2],
      ]);
      expect(shorten(past!, "contacts")).toEqual(CONTACTS);
    });

    test("where there is no memory the windows are not told by their hours, and a report has the same figures", async () => {
      const [told, untold] = [await readReport(warehouse.url), await readReport(warehouse.url, 24, 0, false)];
      expect(told.hourly).not.toBeNull();
      expect(untold).toEqual({ ...told, hourly: null, querySeconds: expect.any(Number) } as never);
    });

    test("the hours at a window's ends that are not whole are told, and not covered", async () => {
      const { hourly } = await readReport(warehouse.url, 24, -29.5 * HOUR_MS);
      expect(hourly?.covered).toEqual([[END_HOUR - 77, END_HOUR - 30]]);
      expect(shorten(hourly!, "contacts").cells.map(([hour, status]) => [hour, status])).toEqual([
        [END_HOUR - 30, "success"],
      ]);
    });
  },
);

test("without an index that leads to a day none is read, and the advice names the columns", async () => {
  const engine = listEngines().find(({ name }) => name === "packaged, sync-history shape M")!;
  const warehouse = await engine.make(RUNS, []);
  try {
    await exec(warehouse.url, "DROP INDEX orchestration.sync_history_start_time_idx");
    // As the planner knows a table that is not small.
    await exec(
      warehouse.url,
      "UPDATE pg_class SET reltuples = 300000 WHERE oid = 'orchestration.sync_history'::regclass",
    );
    expect(await readSpan(warehouse.url, 62, 27)).toEqual({
      kind: "unindexed",
      problem:
        'no index of "orchestration"."sync_history" leads to the runs of a day: CREATE INDEX CONCURRENTLY ON "orchestration"."sync_history" (crm_source, start_time)',
    });
  } finally {
    await warehouse.close();
  }
});

test("a table that was never analysed and has wide rows is counted, and its past is read", async () => {
  const engine = listEngines().find(({ name }) => name === "packaged, sync-history shape M")!;
  const warehouse = await engine.make(RUNS, []);
  try {
    // 15 MB: by its size it could hold more than 200,000 rows.
    await exec(
      warehouse.url,
      `ALTER TABLE orchestration.sync_history SET (autovacuum_enabled = false);
      INSERT INTO orchestration.sync_history (crm_source, sync_type, start_time, end_time, status, records_processed, records_created,
        records_updated, records_failed, configuration, performance_metrics, created_at)
      SELECT 'wide', 'x', now(), now(), 'success', 0, 0, 0, 0, '{}', to_jsonb(repeat('x', 1500)), now() FROM generate_series(1, 10000)`,
    );
    expect((await readReport(warehouse.url)).past).not.toBeNull();
  } finally {
    await warehouse.close();
  }
});

const redact = (text: string) => text.replaceAll("s3cret", "***");

async function readSpan(url: string, fromHoursAgo: number, toHoursAgo: number): Promise<HoursResult> {
  const [fromMs, toMs] = [fromHoursAgo, toHoursAgo].map((hours) => WINDOW.endMs - hours * HOUR_MS);
  const request = { crm: crmConfig(url), fromMs: fromMs!, toMs: toMs!, nowMs: WINDOW.endMs };
  return await readHours(request, redact, new AbortController().signal);
}

function mustRead(result: HoursResult): { past: Past } {
  if (result.kind !== "read") throw new Error(JSON.stringify(result));
  return result;
}

async function readReport(url: string, windowHours = 24, shiftMs = 0, hours = true): Promise<ReadActivity> {
  const endMs = WINDOW.endMs + shiftMs;
  const [outcome] = await collectActivities({
    crms: [crmConfig(url)],
    window: { startMs: endMs - windowHours * HOUR_MS, endMs },
    recent: 0,
    baselineSeconds: null,
    hours,
    nowMs: WINDOW.endMs,
    concurrency: 1,
    redact,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  if (outcome?.status !== "read" || outcome.activity.kind !== "read") throw new Error(JSON.stringify(outcome));
  return outcome.activity;
}

/** A rule's past in few characters: hour, status, ended, seconds, records, processed, empty. */
function shorten({ rules }: Past, name: string): { cells: unknown[][]; starts: number[][] } {
  const past = rules.find(({ rule }) => rule === name);
  if (past === undefined) return { cells: [], starts: [] };
  const sketch = ({ n, sum, squares, buckets }: LogSketch) => [
    n,
    sum,
    squares,
    [...buckets].toSorted(([a], [b]) => b - a),
  ];
  return {
    cells: listCells(past).map(({ hour, status, ended, seconds, records, processed, empty }) => [
      hour,
      status,
      ended,
      sketch(seconds),
      sketch(records),
      processed,
      empty,
    ]),
    starts: listStarts(past),
  };
}

async function exec(url: string, statement: string): Promise<void> {
  if (url.startsWith("sqlite:")) {
    using database = new Database(url.slice("sqlite:".length));
    database.run(statement);
    return;
  }
  const sql = connect(url);
  await sql.unsafe(statement);
  await sql.end({ timeout: 1 });
}

test.each([
  { name: "with a store it is", hours: true, advice: "raise it" },
  { name: "without one it may be kept instead", hours: false, advice: "raise it, or keep a [store]" },
])("where the past takes too long, the limit is to be raised: $name", ({ hours, advice }) => {
  expect(pastInVain({ crm: crmConfig("sqlite:w.db"), hours }).pastProblem).toBe(
    `its past was not read, for there was not enough time within timeout = 30 s: ${advice}`,
  );
});

test.each([
  {
    name: "a code is told",
    error: Object.assign(new Error("token s3cret"), { code: "53200" }),
    says: "its past could not be read (53200)",
  },
  { name: "words are not", error: new Error("token s3cret"), says: "its past could not be read" },
])("where the past fails and the report does not, $name", ({ error, says }) => {
  expect(unreadablePast(error)).toEqual({ past: null, pastProblem: says });
});

const DAY_MS = 24 * HOUR_MS;
const daysAgo = (days: number) => WINDOW.endMs - days * DAY_MS;

test.each([
  { name: "nothing is known", known: null, since: null, isKnown: false },
  { name: "as far as a report looks", known: daysAgo(120), since: null, isKnown: true },
  { name: "not quite as far", known: daysAgo(119), since: null, isKnown: false },
  { name: "not as far as the table", known: daysAgo(40), since: daysAgo(41), isKnown: false },
  { name: "as far as the table", known: daysAgo(40), since: daysAgo(40), isKnown: true },
  { name: "farther than a table of which rows were deleted", known: daysAgo(40), since: daysAgo(10), isKnown: true },
])("whether a small table's past is known elsewhere: $name", ({ known, since, isKnown }) => {
  const request = { crm: crmConfig("sqlite:w.db"), window: WINDOW, nowMs: WINDOW.endMs };
  expect(isKnownElsewhere(request, known, since)).toBe(isKnown);
});

describe.each(listEngines().filter(({ name }) => /^(?:packaged, sync-history shape M|sqlite)/.test(name)))(
  "$name",
  ({ make }) => {
    test("a small table whose whole past is known is not read for it", async () => {
      const { url } = await make([run({ start: at(100), end: at(99) }), run({ start: at(3), end: at(2) })], []);
      const read = async (knownFromMs: number) => {
        const [outcome] = await collectActivities({
          crms: [crmConfig(url)],
          window: WINDOW,
          recent: 0,
          baselineSeconds: null,
          nowMs: WINDOW.endMs,
          pastKnownFromMs: async () => knownFromMs,
          concurrency: 1,
          redact: (text) => text,
          signal: new AbortController().signal,
          onProgress: () => {},
        });
        return outcome?.status === "read" && outcome.activity.kind === "read" ? outcome.activity.past : outcome;
      };
      expect(await read(daysAgo(6))).toBeNull();
      expect(await read(daysAgo(3))).toMatchObject({ covered: [expect.any(Array)] });
    });
  },
);
