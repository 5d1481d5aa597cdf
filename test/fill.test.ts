/** What a fill beside reports reads, and what keeps it from reading more. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { fillBeside, fillMemory } from "../src/fill.ts";
import type { Log } from "../src/log.ts";
import { openStore } from "../src/store/open.ts";
import type { Store } from "../src/store/store.ts";
import { silent } from "./making/logs.ts";
import { startPeer } from "./making/peers.ts";
import { connect } from "./making/postgres-server.ts";
import { crmConfig } from "./making/reports.ts";
import { newStoreUrl, targetOf } from "./making/stores.ts";
import { listEngines, run } from "./making/warehouses.ts";

// Eight weeks are read a day at a time, with pauses.
setDefaultTimeout(90_000);

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.parse("2026-07-10T09:30:00Z");
const TODAY = Math.floor(NOW / DAY_MS);
// As most warehouses are.
const engine = listEngines().find(({ name }) => name === "packaged, sync-history shape H")!;

/** One run at noon of each of these days before today. */
async function makeWarehouse(daysAgo: number[]): Promise<string> {
  const starts = daysAgo.map((days) => new Date((TODAY - days) * DAY_MS + 12 * HOUR_MS).toISOString());
  const { url } = await engine.make(
    starts.map((start) => run({ start, end: start.replace("12:00", "12:05") })),
    [],
  );
  return url;
}

async function openFresh(): Promise<Store> {
  return await openStore(targetOf(await newStoreUrl("SQLite")));
}

/** How many days were read, after as many reports as that takes on this machine, and what was warned of. */
async function fill(store: Store, url: string, nowMs = NOW): Promise<{ read: number; warnings: string[] }> {
  const filled = await fillOnce(store, url, nowMs);
  if (filled.read === 0) return filled;
  const { read, warnings } = await fill(store, url, nowMs);
  return { read: filled.read + read, warnings: [...filled.warnings, ...warnings] };
}

async function fillOnce(store: Store, url: string, nowMs: number): Promise<{ read: number; warnings: string[] }> {
  const filled = { read: 0, warnings: [] as string[] };
  const log: Log = {
    ...silent,
    warn: (message) => filled.warnings.push(message),
    progress: (waiting) => (filled.read += waiting === null ? 0 : 1),
  };
  await fillBeside({
    crms: [crmConfig(url)],
    memory: store.memory,
    nowMs,
    isBusy: async () => false,
    redact: (text) => text,
    log,
    signal: new AbortController().signal,
  });
  return filled;
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const known = async (store: Store) =>
  [...(await store.memory.listHours("hubspot", 0)).keys()].map((day) => TODAY - day).toSorted((a, b) => a - b);

test("today is not over: it is left to the reports", async () => {
  await using store = await openFresh();
  await fill(store, await makeWarehouse(range(0, 60)));
  const days = await known(store);
  expect(days[0]).toBe(1);
  // Eight weeks, and the begin of the week in which these begin.
  expect(days.length).toBeGreaterThanOrEqual(56);
  expect(days.length).toBeLessThanOrEqual(62);
});

test.each<{ name: string; daysAgo: number[] }>([
  { name: "fewer empty days than a fortnight are left of the eight weeks", daysAgo: range(1, 50) },
  { name: "there is a fortnight without a run", daysAgo: range(1, 10) },
  { name: "there is no run at all", daysAgo: [] },
])("where the runs begin is looked for once: $name", async ({ daysAgo }) => {
  await using store = await openFresh();
  const url = await makeWarehouse(daysAgo);
  expect((await fill(store, url)).read).toBeGreaterThan(daysAgo.length);
  expect(await known(store)).toEqual(daysAgo);
  expect(await store.memory.readStop("hubspot")).toMatchObject({
    kind: "begin",
    fromMs: (TODAY - (daysAgo.at(-1) ?? 0)) * DAY_MS,
  });
  expect((await fill(store, url)).read).toBe(0);
  // Tomorrow there is one more day, and after a week the days before are looked at again.
  expect((await fill(store, url, NOW + DAY_MS)).read).toBe(1);
  expect((await fill(store, url, NOW + 8 * DAY_MS)).read).toBeGreaterThan(5);
});

test("empty days between days with runs are known, and read once", async () => {
  await using store = await openFresh();
  const url = await makeWarehouse([...range(1, 3), ...range(30, 60)]);
  // The days before the rest are known already.
  const older = (TODAY - 30) * 24;
  await store.memory.write([{ source: "hubspot", past: { covered: [[older - 24, older + 24]], rules: [] } }], "add");
  await fill(store, url);
  expect((await known(store)).slice(0, 40)).toEqual(range(1, 40));
  expect((await fill(store, url)).read).toBe(0);
});

test("behind a pause of weeks the past goes on", async () => {
  await using store = await openFresh();
  const url = await makeWarehouse([1, 2, ...range(20, 22)]);
  await fill(store, url);
  expect(await known(store)).toEqual(range(1, 22));
  expect(await store.memory.readStop("hubspot")).toMatchObject({ kind: "begin", fromMs: (TODAY - 22) * DAY_MS });
});

test("days whose rows were deleted are not called empty, and what is remembered of them stays", async () => {
  await using store = await openFresh();
  const url = await makeWarehouse(range(1, 3));
  // From 06:00 to 18:00 each day is remembered.
  const spans = range(1, 30).map((days): [number, number] => [(TODAY - days) * 24 + 6, (TODAY - days) * 24 + 18]);
  await store.memory.write([{ source: "hubspot", past: { covered: spans.toReversed(), rules: [] } }], "add");
  await fill(store, url);
  const masks = await store.memory.listHours("hubspot", 0);
  const [whole, half] = [2 ** 24 - 1, 2 ** 18 - 2 ** 6];
  expect(range(1, 30).map((days) => masks.get(TODAY - days))).toEqual(
    range(1, 30).map((days) => (days <= 3 ? whole : half)),
  );
  expect((await fill(store, url)).read).toBe(0);
});

test("what failed is tried again after the next report, and said once", async () => {
  await using store = await openFresh();
  const url = await makeWarehouse(range(1, 60));
  const sql = connect(url);
  await sql`ALTER SCHEMA orchestration RENAME TO away`;
  expect((await fill(store, url)).warnings).toEqual([expect.stringContaining("its past is not read back any further")]);
  expect(await store.memory.readStop("hubspot")).toMatchObject({ kind: "failed" });
  expect((await fill(store, url)).warnings).toEqual([]);
  await sql`ALTER SCHEMA away RENAME TO orchestration`;
  await sql.end();
  expect((await fill(store, url)).read).toBeGreaterThan(50);
  expect(await store.memory.readStop("hubspot")).toMatchObject({ kind: "begin", fromMs: (TODAY - 60) * DAY_MS });
});

test("a small table is read back as far as a report would look, which then reads none of it", async () => {
  await using store = await openFresh();
  await fill(store, await makeWarehouse(range(1, 150)));
  const days = await known(store);
  // And the begin of the week in which these begin.
  expect(days.slice(0, 120)).toEqual(range(1, 120));
  expect(days.length).toBeLessThanOrEqual(126);
  expect(await store.memory.readStop("hubspot")).toBeNull();
});

test("what would cost too much is left alone for a week", async () => {
  await using store = await openFresh();
  const url = await makeWarehouse(range(1, 60));
  await store.memory.stopFill("hubspot", { kind: "costly", atMs: NOW - 6 * DAY_MS, reason: "too slow" });
  expect((await fill(store, url)).read).toBe(0);
  expect((await fill(store, url, NOW + 2 * DAY_MS)).read).toBeGreaterThan(50);
});

test("what was said while the clock was years ahead holds nothing up", async () => {
  await using store = await openFresh();
  const url = await makeWarehouse(range(1, 60));
  await store.memory.stopFill("hubspot", { kind: "costly", atMs: NOW + 5000 * DAY_MS, reason: "too slow" });
  expect((await fill(store, url)).read).toBeGreaterThan(50);
});

test.each([
  { server: "that answers nothing", kind: "failed", says: "no complete answer within 1 s: no session was opened" },
  { server: "that works on the query", kind: "costly", says: "takes longer than 1.0s: see automation-reports check" },
])("of a server $server at the limit of a day: $kind", async ({ kind, says }) => {
  await using store = await openFresh();
  using peer = startPeer({});
  const url = await makeWarehouse([1]);
  const sql = connect(url);
  await sql.unsafe(`ALTER TABLE orchestration.sync_history RENAME TO kept;
    CREATE VIEW orchestration.sync_history AS SELECT kept.* FROM orchestration.kept, LATERAL (SELECT pg_sleep(60)) late`);
  await sql.end();
  const crm = crmConfig(kind === "failed" ? `postgres://u@127.0.0.1:${peer.port}/d?sslmode=disable` : url);
  const [filled] = await fillMemory({
    crms: [crm],
    memory: store.memory,
    sinceMs: NOW - 2 * DAY_MS,
    untilMs: TODAY * DAY_MS,
    nowMs: NOW,
    beginsMs: new Map(),
    again: false,
    isThorough: false,
    limits: { totalMs: null, dayMs: 1000 },
    isBusy: async () => false,
    redact: (text) => text,
    log: silent,
    signal: new AbortController().signal,
  });
  expect(filled).toMatchObject({ end: "failed", reason: expect.stringContaining(says) });
  expect(await store.memory.readStop("hubspot")).toMatchObject({ kind });
});
