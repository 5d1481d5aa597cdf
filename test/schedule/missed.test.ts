/** Slots that came while nobody looked, as whoever makes one slot at a time leaves them in the store. */
import { describe, expect, test } from "bun:test";
import type { ScheduleConfig } from "../../src/config/schema.ts";
import { recordMissedBefore } from "../../src/schedule/missed.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { silent } from "../making/logs.ts";
import { SCHEDULE } from "../making/schedules.ts";
import { newStoreUrl, STORE_KINDS, targetOf } from "../making/stores.ts";

const HOURLY: ScheduleConfig = { ...SCHEDULE, name: "hourly", cron: ["0 * * * *"] };
const MISSED = "no scheduler was running";
const BUSY = "the report before it was still being made";
/** In the same day, so that slots are told by their hour. */
const hour = (hours: number) => Date.parse("2026-07-10T00:00:00Z") + hours * 3_600_000;
const NOW = hour(9) + 60_000;

async function make(store: Store, hours: number): Promise<void> {
  const key = { schedule: "hourly", slotMs: hour(hours) };
  await store.slots.claim(key, "x", 60_000);
  await store.slots.end({ ...key, holder: "x", attempt: 1 }, { state: "made", exitCode: 0, note: null }, null);
}

/** A store whose clock gives that slot's end. */
function endingAt(store: Store, endedMs: number): Store {
  const list: Store["slots"]["list"] = async (filter) =>
    (await store.slots.list(filter)).map((slot) => ({ ...slot, endedMs }));
  return { ...store, slots: { ...store.slots, list } };
}

async function listNotes(store: Store): Promise<string[]> {
  const slots = await store.slots.list({ schedules: ["hourly"], limit: 200 });
  return slots.map(({ slotMs, state, note }) => `${new Date(slotMs).getUTCHours()} ${state} ${note ?? ""}`.trim());
}

describe.each(STORE_KINDS)("%s", (kind) => {
  test("those between the newest one known and the one that is due, whatever catch_up says", async () => {
    for (const catchUp of ["latest", "none"] as const) {
      await using store = await openStore(targetOf(await newStoreUrl(kind)));
      await make(store, 6);
      const record = async () =>
        await recordMissedBefore({ ...HOURLY, catchUp }, NOW, {
          store: endingAt(store, hour(6) + 1),
          log: silent,
          onSlot: null,
        });
      await record();
      expect(await listNotes(store)).toEqual([`8 skipped ${MISSED}`, `7 skipped ${MISSED}`, "6 made"]);
      await record();
      expect((await listNotes(store)).length).toBe(3);
    }
  });

  test("where the schedule never ran, or the slot that is due is known, nothing was missed", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    await recordMissedBefore(HOURLY, NOW, { store, log: silent, onSlot: null });
    expect(await listNotes(store)).toEqual([]);
    await make(store, 4);
    await make(store, 9);
    await recordMissedBefore(HOURLY, NOW, { store, log: silent, onSlot: null });
    expect(await listNotes(store)).toEqual(["9 made", "4 made"]);
  });

  test("what came while the report before it was made was no outage", async () => {
    await using store = await openStore(targetOf(await newStoreUrl(kind)));
    await make(store, 5);
    await recordMissedBefore(HOURLY, NOW, { store: endingAt(store, hour(7) + 1), log: silent, onSlot: null });
    expect(await listNotes(store)).toEqual([`8 skipped ${MISSED}`, `7 skipped ${BUSY}`, `6 skipped ${BUSY}`, "5 made"]);
  });
});

test("after a long time the newest are recorded, and the others not counted", async () => {
  await using store = await openStore(targetOf(await newStoreUrl("SQLite")));
  const minutely = { ...HOURLY, cron: ["* * * * *"] };
  await make(store, -24 * 365);
  const log = { ...silent, warn: (_: string, facts: object = {}) => said.push(facts) };
  const said: object[] = [];
  const onSlot = null;
  await recordMissedBefore(minutely, NOW, { store: endingAt(store, hour(-24 * 365)), log, onSlot });
  expect((await store.slots.list({ states: ["skipped"], limit: 1000 })).length).toBe(100);
  expect(said).toEqual([{ schedule: "hourly", slots: 7 * 24 * 60 - 1 }]);
});
