/** The scheduler's loop under a clock that a test drives, over a real store. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config, ScheduleConfig } from "../../src/config/schema.ts";
import { AppError } from "../../src/errors.ts";
import type { PassResult } from "../../src/pass.ts";
import { runLoop, type Mailbox } from "../../src/schedule/loop.ts";
import type { SlotNews } from "../../src/store/slot.ts";
import { openStore } from "../../src/store/open.ts";
import type { SlotKey } from "../../src/store/slot.ts";
import type { Store } from "../../src/store/store.ts";
import { activity, report } from "./activities.ts";
import { silent } from "./logs.ts";
import { madeOutcome, passDocument } from "./passes.ts";
import { SCHEDULE } from "./schedules.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** When the clock starts, unless a test says otherwise. */
export const START = Date.parse("2026-07-10T20:00:00Z");

/** A store of SQLite that nobody used yet. */
export async function freshStore(): Promise<Store> {
  const path = join(mkdtempSync(join(tmpdir(), "automation-reports-daemon-")), "store.sqlite");
  return await openStore({ kind: "sqlite", path });
}

export type Driven = {
  store: Store;
  /** What was run, in order. */
  ran: { slotMs: number; atMs: number }[];
  /** Runs the loop until the clock has come that far. */
  until: (endMs: number) => Promise<void>;
  clock: { ms: number };
  reload: Mailbox;
  /** Configurations that a reload brought into force. */
  inForce: Config[];
  /** What whoever follows the scheduler was told. */
  told: SlotNews[];
};

type Options = {
  /** The clock goes on while a slot is being made. */
  concurrent?: boolean;
  beatMs?: number;
  schedules?: ScheduleConfig[];
  store?: Store;
  startMs?: number;
  run?: (driven: Driven, slotMs: number) => Promise<void>;
  /** Called whenever the loop rests. */
  onRest?: (driven: Driven) => void;
  /** Of these the store cannot be told at once that they are over. */
  unrecorded?: number[];
};

/** `run` stands for the reading of warehouses alone: the claim, the store and the slot's end are the real ones. */
export async function drive({
  concurrent = false,
  beatMs = MINUTE_MS,
  schedules = [SCHEDULE],
  store,
  startMs = START,
  run = async () => {},
  onRest = () => {},
  unrecorded = [],
}: Options = {}): Promise<Driven> {
  const clock = { ms: startMs };
  const working = new Set<Promise<unknown>>();
  const driven: Driven = {
    store: store ?? (await freshStore()),
    ran: [],
    told: [],
    inForce: [],
    clock,
    reload: { config: null, wake: () => {} },
    until: async (endMs) => {
      const stop = new AbortController();
      const { reload } = driven;
      await runLoop({
        config: configOf(schedules),
        store: countWork(forgetEnds(driven.store, unrecorded), working),
        log: silent,
        holder: "driver",
        clock: () => clock.ms,
        signal: stop.signal,
        makePass: async ({ window, nowMs }) => {
          driven.ran.push({ slotMs: window.endMs, atMs: clock.ms });
          await run(driven, window.endMs);
          return passOf(window.endMs, nowMs);
        },
        onPass: [],
        onSlot: (news) => driven.told.push(news),
        endRetriesMs: [],
        filler: { follow: () => {}, pause: async () => {}, resume: () => {}, stop: async () => {} },
        onReady: () => {},
        onStatus: () => {},
        onConfig: (config) => driven.inForce.push(config),
        onBeat: () => {},
        beatMs,
        reload,
        rest: async (delayMs) => {
          if (!concurrent) await settle(working);
          clock.ms += Math.max(1, delayMs);
          onRest(driven);
          if (clock.ms >= endMs) stop.abort();
          await Bun.sleep(0);
        },
      });
    },
  };
  return driven;
}

export function configOf(schedules: ScheduleConfig[]): Config {
  const store = {
    target: { kind: "sqlite", path: "" },
    retentionMs: 3660 * 24 * HOUR_MS,
    memoryMs: 3660 * 24 * HOUR_MS,
    group: null,
    configured: true,
  } as const;
  return { schedules, crms: [], export: { enabled: false, dir: null, keep: null }, store } as unknown as Config;
}

const REPORT = report(activity());

/** A pass that made one report, its window ending at the slot. */
function passOf(slotMs: number, nowMs: number): PassResult {
  const instant = (ms: number) => new Date(ms).toISOString();
  const document = passDocument({
    pass_id: `pass-${slotMs}-${nowMs}`,
    started_at: instant(nowMs),
    window: { start: instant(slotMs - 24 * HOUR_MS), end: instant(slotMs) },
    outcomes: [madeOutcome(REPORT)],
  });
  const made = {
    ...REPORT,
    metadata: { ...REPORT.metadata, pass_id: document.pass_id, report_generated_at: instant(nowMs) },
  };
  return { document, reports: [made], seen: [], notExported: [] };
}

/** A store that cannot be told once that these slots are over. */
function forgetEnds(store: Store, slots: number[]): Store {
  // With its pass, and without.
  const untold = [...slots, ...slots];
  return {
    ...store,
    slots: {
      ...store.slots,
      end: async (claimed, end, made) => {
        const index = untold.indexOf(claimed.slotMs);
        if (index === -1) return await store.slots.end(claimed, end, made);
        untold.splice(index, 1);
        throw new AppError("delivery", "store: away");
      },
    },
  };
}

/** A store whose slots between claim and end are listed in `working`. */
function countWork(store: Store, working: Set<Promise<unknown>>): Store {
  const ends = new Map<number, () => void>();
  const end = ({ slotMs }: SlotKey) => ends.get(slotMs)?.();
  const slots: Store["slots"] = {
    ...store.slots,
    claim: async (key, holder, leaseMs) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      working.add(promise);
      ends.set(key.slotMs, () => {
        working.delete(promise);
        resolve();
      });
      const claim = await store.slots.claim(key, holder, leaseMs).catch((error: unknown) => {
        end(key);
        throw error;
      });
      if (claim.kind !== "claimed") end(key);
      return claim;
    },
    end: async (claimed, how, made) => await store.slots.end(claimed, how, made).finally(() => end(claimed)),
  };
  return { ...store, slots };
}

async function settle(working: Set<Promise<unknown>>): Promise<void> {
  while (working.size > 0) await Promise.all(working);
  // What follows the end in the loop itself.
  await Bun.sleep(0);
}

/** The slots that were run, such as `07-10T21:00`. */
export const times = ({ ran }: Driven) => ran.map(({ slotMs }) => new Date(slotMs).toISOString().slice(5, 16));
export const statesOf = async (store: Store, limit = 100) =>
  (await store.slots.list({ limit }))
    .map(({ slotMs, state }) => [new Date(slotMs).toISOString().slice(5, 16), state])
    .toReversed();
