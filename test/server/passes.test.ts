/** However many ask for a fresh report, a CRM is read once. The store is real; the reading is a stand-in that is counted. */
import { describe, expect, test } from "bun:test";
import type { Config } from "../../src/config/schema.ts";
import type { PassOptions, PassResult } from "../../src/pass.ts";
import { createFresh, type Ticket } from "../../src/server/passes.ts";
import { openStore } from "../../src/store/open.ts";
import { silent } from "../making/logs.ts";
import { until } from "../making/faults.ts";
import { crmConfig } from "../making/reports.ts";
import { madePass, newStoreUrl, targetOf } from "../making/stores.ts";
import { failedOutcome } from "../making/passes.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;

async function setUp() {
  const store = await openStore(targetOf(await newStoreUrl("SQLite")));
  const state = { now: Date.parse("2026-07-10T21:00:00Z"), dead: [] as string[], kept: [] as string[] };
  /** Of each pass: the CRMs, the hours, and what ends it. */
  const passes: { crms: string[]; hours: number; finish: () => void }[] = [];
  let reading = 0;
  const most = { reading: 0 };
  const stop = new AbortController();
  const crms = ["first", "second", "third"].map((name) => crmConfig("sqlite:/nowhere", {}, name));
  const config = { crms, serve: { minIntervalMs: MINUTE_MS }, store: { retentionMs: 365 * DAY_MS } } as Config;
  const makePass = async ({ crms: chosen, window, nowMs }: PassOptions): Promise<PassResult> => {
    const names = chosen.map(({ name }) => name);
    const { promise, resolve } = Promise.withResolvers<void>();
    passes.push({ crms: names, hours: (window.endMs - window.startMs) / HOUR_MS, finish: resolve });
    reading += 1;
    most.reading = Math.max(most.reading, reading);
    await promise;
    reading -= 1;
    const living = names.filter((name) => !state.dead.includes(name));
    const { pass, reports } = madePass(living, new Date(nowMs).toISOString());
    const times = { window_start: new Date(window.startMs).toISOString(), window_end: new Date(nowMs).toISOString() };
    return {
      document: {
        ...pass,
        outcomes: [
          ...pass.outcomes,
          ...state.dead.filter((name) => names.includes(name)).map((name) => failedOutcome(name, "it is away")),
        ],
      },
      reports: reports.map((report) => ({ ...report, metadata: { ...report.metadata, ...times } })),
      seen: [],
      notExported: [],
    };
  };
  const options = {
    config: () => config,
    store,
    log: silent,
    clock: () => state.now,
    signal: stop.signal,
    makePass,
    onKept: ({ document }: PassResult) => state.kept.push(document.pass_id),
  };
  const fresh = createFresh(options);
  return { store, state, passes, most, stop, fresh, again: () => createFresh(options), config };
}

type SetUp = Awaited<ReturnType<typeof setUp>>;

const begun = async ({ passes }: SetUp, count: number) => await until(() => passes.length >= count);

async function ended({ fresh }: SetUp, { id }: Ticket): Promise<Ticket> {
  await until(() => fresh.find(id)?.state !== "pending");
  return fresh.find(id)!;
}

test("200 requests at once: one pass, one report, one answer for all", async () => {
  const set = await setUp();
  const tickets = await Promise.all(
    Array.from({ length: 200 }, async () => await set.fresh.request(["first", "second"], DAY_MS)),
  );
  expect(new Set(tickets.map(({ id }) => id)).size).toBe(200);
  await begun(set, 1);
  set.passes[0]!.finish();
  const states = await Promise.all(tickets.map(async (ticket) => await ended(set, ticket)));
  expect(set.passes.map(({ crms, hours }) => ({ crms, hours }))).toEqual([{ crms: ["first", "second"], hours: 24 }]);
  expect(
    new Set(states.map((ticket) => JSON.stringify([ticket.state, "passIds" in ticket && ticket.passIds]))),
  ).toEqual(new Set([JSON.stringify(["done", set.state.kept])]));
});

test("within min_interval the last report is the answer, at once; then the CRM is read again", async () => {
  const set = await setUp();
  const first = await set.fresh.request(["first"], DAY_MS);
  await begun(set, 1);
  set.passes[0]!.finish();
  await ended(set, first);
  set.state.now += MINUTE_MS - 1;
  expect(await set.fresh.request(["first"], DAY_MS)).toMatchObject({ state: "done", passIds: set.state.kept });
  set.state.now += 1;
  expect(await set.fresh.request(["first"], DAY_MS)).toMatchObject({ state: "pending" });
  await begun(set, 2);
  set.passes[1]!.finish();
});

test("what another process has kept within min_interval counts too", async () => {
  const set = await setUp();
  const first = await set.fresh.request(["first"], DAY_MS);
  await begun(set, 1);
  set.passes[0]!.finish();
  await ended(set, first);
  const other = { ...set, fresh: set.again() };
  expect(await ended(other, await other.fresh.request(["first"], DAY_MS))).toMatchObject({
    state: "done",
    passIds: set.state.kept,
  });
  expect(set.passes).toHaveLength(1);
});

test("of several CRMs only those are read that are not being read", async () => {
  const set = await setUp();
  const one = await set.fresh.request(["first", "second"], DAY_MS);
  const other = await set.fresh.request(["second", "third"], DAY_MS);
  await begun(set, 1);
  set.passes[0]!.finish();
  await begun(set, 2);
  set.passes[1]!.finish();
  expect(set.passes.map(({ crms }) => crms)).toEqual([["first", "second"], ["third"]]);
  expect(await ended(set, one)).toMatchObject({ state: "done", passIds: [set.state.kept[0]!] });
  expect(await ended(set, other)).toMatchObject({ state: "done", passIds: set.state.kept });
});

test("windows of other lengths are read, one after another", async () => {
  const set = await setUp();
  const tickets = await Promise.all(
    [1, 2, 3].map(async (hours) => await set.fresh.request(["first"], hours * HOUR_MS)),
  );
  for (let count = 1; count <= 3; count += 1) {
    await begun(set, count);
    set.passes[count - 1]!.finish();
  }
  for (const ticket of tickets) expect(await ended(set, ticket)).toMatchObject({ state: "done" });
  expect(set.passes.map(({ hours }) => hours)).toEqual([1, 2, 3]);
  expect(set.most.reading).toBe(1);
});

test("whoever asks for ever more windows is told to come back", async () => {
  const set = await setUp();
  const tickets: Ticket[] = [];
  for (let hours = 1; hours <= 20; hours += 1) tickets.push(await set.fresh.request(["first"], hours * HOUR_MS));
  expect(tickets.map(({ state }) => state)).toEqual([
    ...Array.from({ length: 16 }, () => "pending" as const),
    ...Array.from({ length: 4 }, () => "failed" as const),
  ]);
  expect(tickets.at(-1)).toMatchObject({ reason: "too many reports are waiting: ask again later" });
});

test("a CRM that cannot be read is part of the pass, and is not asked again at once", async () => {
  const set = await setUp();
  set.state.dead = ["first"];
  const ticket = await set.fresh.request(["first"], DAY_MS);
  await begun(set, 1);
  set.passes[0]!.finish();
  expect(await ended(set, ticket)).toMatchObject({ state: "done", passIds: set.state.kept });
  expect(await set.fresh.request(["first"], DAY_MS)).toMatchObject({ state: "done", passIds: set.state.kept });
});

describe("beside the scheduler", () => {
  const slot = ({ state, config }: SetUp, endMs = state.now) =>
    ({
      crms: config.crms.filter(({ name }) => name === "first"),
      window: { startMs: endMs - DAY_MS, endMs },
      nowMs: state.now,
      signal: new AbortController().signal,
    }) as unknown as PassOptions;

  test("a request while a slot is made waits for it, until it is kept", async () => {
    const set = await setUp();
    const scheduled = set.fresh.schedule(slot(set));
    await begun(set, 1);
    const ticket = await set.fresh.request(["first"], DAY_MS);
    set.passes[0]!.finish();
    const { document } = await scheduled;
    expect(set.fresh.find(ticket.id)).toMatchObject({ state: "pending" });
    set.fresh.settle(document.pass_id);
    expect(await ended(set, ticket)).toMatchObject({ state: "done", passIds: [document.pass_id] });
    expect(set.passes).toHaveLength(1);
  });

  test("a slot waits for a pass on demand of the same CRM", async () => {
    const set = await setUp();
    const ticket = await set.fresh.request(["first"], DAY_MS);
    await begun(set, 1);
    const scheduled = set.fresh.schedule(slot(set));
    set.passes[0]!.finish();
    await ended(set, ticket);
    await begun(set, 2);
    set.passes[1]!.finish();
    await scheduled;
    expect(set.most.reading).toBe(1);
  });

  test("a slot that waits for a pass on demand heeds its deadline", async () => {
    const set = await setUp();
    await set.fresh.request(["first"], DAY_MS);
    await begun(set, 1);
    const deadline = new AbortController();
    const scheduled = set.fresh.schedule({ ...slot(set), signal: deadline.signal });
    deadline.abort();
    await begun(set, 2);
    for (const pass of set.passes) pass.finish();
    await scheduled;
  });

  test("while a slot waits for a second CRM, the first is not read beside it", async () => {
    const set = await setUp();
    const one = await set.fresh.request(["first"], DAY_MS);
    await set.fresh.request(["second"], DAY_MS);
    await begun(set, 1);
    const pass = { ...slot(set), crms: set.config.crms.slice(0, 2) };
    const scheduled = set.fresh.schedule(pass);
    set.passes[0]!.finish();
    await ended(set, one);
    set.state.now += 2 * MINUTE_MS;
    const again = await set.fresh.request(["first"], DAY_MS);
    await begun(set, 2);
    set.passes[1]!.finish();
    await begun(set, 3);
    expect(set.passes.map(({ crms }) => crms)).toEqual([["first"], ["second"], ["first", "second"]]);
    const third = await set.fresh.request(["second"], DAY_MS);
    set.passes[2]!.finish();
    const { document } = await scheduled;
    set.fresh.settle(document.pass_id);
    for (const ticket of [again, third]) {
      expect(await ended(set, ticket)).toMatchObject({ state: "done", passIds: [document.pass_id] });
    }
    expect(set.passes).toHaveLength(3);
    expect(set.most.reading).toBe(1);
  });

  test("a late slot is about the past: a request is not answered with it", async () => {
    const set = await setUp();
    const scheduled = set.fresh.schedule(slot(set, set.state.now - HOUR_MS));
    await begun(set, 1);
    set.passes[0]!.finish();
    await scheduled;
    expect(await set.fresh.request(["first"], DAY_MS)).toMatchObject({ state: "pending" });
    await begun(set, 2);
    set.passes[1]!.finish();
  });
});

test("nothing is begun once the server is told to stop", async () => {
  const set = await setUp();
  set.stop.abort();
  expect(await set.fresh.request(["first"], DAY_MS)).toMatchObject({
    state: "failed",
    reason: "the server is being stopped",
  });
  await set.fresh.rest();
});

test("tickets are remembered, but not for ever", async () => {
  const set = await setUp();
  set.stop.abort();
  const first = await set.fresh.request(["first"], DAY_MS);
  expect(set.fresh.find(first.id)).toEqual(first);
  for (let count = 0; count < 1001; count += 1) await set.fresh.request(["first"], DAY_MS);
  expect([set.fresh.find(first.id), set.fresh.find("made up")]).toEqual([null, null]);
});
