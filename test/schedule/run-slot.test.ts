/** A slot that another process has taken over meanwhile is that one's: how it ended is not told by the one that stood still. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { AppError } from "../../src/errors.ts";
import type { Log } from "../../src/log.ts";
import type { PassResult } from "../../src/pass.ts";
import { runSlot } from "../../src/schedule/run-slot.ts";
import type { SlotNews } from "../../src/store/slot.ts";
import { openStore } from "../../src/store/open.ts";
import { silent } from "../making/logs.ts";
import { configOf } from "../making/loop-driver.ts";
import { failedOutcome } from "../making/passes.ts";
import { SCHEDULE } from "../making/schedules.ts";
import { madePass, newStoreUrl, STORE_KINDS, targetOf } from "../making/stores.ts";

const KEY = { schedule: SCHEDULE.name, slotMs: Date.parse("2026-07-10T21:00:00Z") };
const WARNING = "slot was taken over by another process before it ended: nothing of it is kept";
const pings: string[] = [];
let monitor: ReturnType<typeof Bun.serve>;

beforeAll(() => {
  monitor = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      pings.push(new URL(request.url).pathname);
      return new Response("OK");
    },
  });
});
afterAll(async () => await monitor.stop(true));

const passOf = (): PassResult => {
  const { pass, reports } = madePass(["hubspot"]);
  return { document: pass, reports, seen: [], notExported: [] };
};
/** As a pass ends whose deadline ran out while its process stood still. */
const endLate = (): PassResult => {
  throw new AppError("interrupted", "interrupted: nothing was reported");
};

describe.each(STORE_KINDS)("%s: why a slot ended as it did is kept", (kind) => {
  const whole = passOf();
  const [outcome] = whole.document.outcomes;
  const unread = { ...whole.document, outcomes: [...(outcome ? [outcome] : []), failedOutcome("genius", "gone")] };
  test.each<{
    name: string;
    pass: PassResult;
    lateMs?: number;
    isFull?: boolean;
    exitCode: number;
    note: string | null;
  }>([
    { name: "all was made", pass: whole, exitCode: 0, note: null },
    { name: "late", pass: whole, lateMs: 185_000, exitCode: 0, note: "late by 3m 05s" },
    {
      name: "not exported",
      pass: { ...whole, notExported: ["hubspot", "arrivy"] },
      exitCode: 5,
      note: "could not be exported: hubspot, arrivy",
    },
    {
      name: "not exported, and late, which is no reason",
      pass: { ...whole, notExported: ["hubspot"] },
      lateMs: 185_000,
      exitCode: 5,
      note: "could not be exported: hubspot; late by 3m 05s",
    },
    {
      name: "one not read, another not exported",
      pass: { ...whole, document: unread, notExported: ["hubspot"] },
      exitCode: 3,
      note: "could not be read: genius; could not be exported: hubspot",
    },
    {
      name: "not kept, and late",
      pass: whole,
      lateMs: 185_000,
      isFull: true,
      exitCode: 5,
      note: "the reports could not be kept; late by 3m 05s",
    },
  ])("$name", async ({ pass, lateMs = 0, isFull = false, exitCode, note }) => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    const end: typeof store.slots.end = async (claimed, ended, made) => {
      if (isFull && made !== null) throw new AppError("delivery", "store: full");
      return await store.slots.end(claimed, ended, made);
    };
    await runSlot(SCHEDULE, KEY.slotMs, {
      config: configOf([SCHEDULE]),
      store: { ...store, slots: { ...store.slots, end } },
      log: silent,
      holder: "one",
      clock: () => KEY.slotMs + lateMs,
      signal: new AbortController().signal,
      makePass: async () => await Promise.resolve(pass),
      onPass: [],
      onSlot: null,
      endRetriesMs: [],
    });
    expect(await store.slots.list({ limit: 10 })).toMatchObject([{ state: "made", exitCode, note }]);
  });
});

test.each(
  STORE_KINDS.flatMap((kind) => [
    { kind, how: "made its reports all the same", finish: passOf },
    { kind, how: "made none", finish: endLate },
    { kind, how: "failed", finish: () => ({ ...passOf(), notExported: ["hubspot"] }) },
  ]),
)("$kind: a process that was overtaken and $how says so, and nothing else", async ({ kind, finish }) => {
  await using store = await openStore(targetOf(await newStoreUrl(kind)));
  const warnings: string[] = [];
  const infos: string[] = [];
  const log: Log = { ...silent, warn: (text) => warnings.push(text), info: (text) => infos.push(text) };
  const told: SlotNews[] = [];
  pings.length = 0;
  const result = await runSlot({ ...SCHEDULE, pingUrl: `${monitor.url.href}id` }, KEY.slotMs, {
    config: configOf([SCHEDULE]),
    // A lease that is over at once.
    store: {
      ...store,
      slots: { ...store.slots, claim: async (key, holder) => await store.slots.claim(key, holder, -1) },
    },
    log,
    holder: "one",
    clock: () => KEY.slotMs,
    signal: new AbortController().signal,
    makePass: async () => {
      expect(await store.slots.claim(KEY, "other", 60_000)).toEqual({ kind: "claimed", attempt: 2 });
      const end = { state: "made", exitCode: 0, note: null } as const;
      expect(await store.slots.end({ ...KEY, holder: "other", attempt: 2 }, end, madePass(["hubspot"]))).toBe(true);
      return finish();
    },
    onPass: [],
    onSlot: (news) => told.push(news),
    endRetriesMs: [],
  });
  expect(result).toEqual({ kind: "taken" });
  expect([infos, warnings]).toEqual([["slot started"], [WARNING]]);
  expect(told.map(({ state }) => state)).toEqual(["running", "made"]);
  expect(pings.filter((path) => path !== "/id/start")).toEqual([]);
  expect(await store.slots.list({ limit: 10 })).toMatchObject([{ state: "made", holder: "other", exitCode: 0 }]);
});
