/** The end of a slot and the pass that it made, recorded together: a kill leaves both or neither. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../config/schema.ts";
import { AppError, EXIT } from "../errors.ts";
import type { Log } from "../log.ts";
import { exitCodeOf, type PassResult } from "../pass.ts";
import { sayForgotten } from "../store/forgotten.ts";
import type { ClaimedSlot } from "../store/slot.ts";
import type { SlotEnd } from "../store/slots.ts";
import type { Ages, Store } from "../store/store.ts";
import { formatInstant } from "../text/figures.ts";

/** An end that is to be recorded. `pass`: what is to be kept with it. */
export type Ending = {
  claimed: ClaimedSlot;
  end: SlotEnd & { exitCode: number };
  pass: PassResult | null;
};

/** How the slot ended as far as it is recorded; `unrecorded`: what the daemon tries to record again. Or it is another process's. */
type Ended = { kind: "ended"; exitCode: number; note: string | null; unrecorded: Ending | null } | { kind: "taken" };

type Recording = {
  config: Pick<Config, "store">;
  store: Store;
  log: Log;
  clock: () => number;
  signal: AbortSignal;
  endRetriesMs: number[];
};

/** A store that restarts is back within this time. */
export const END_RETRIES_MS = [500, 1000, 2000, 10_000, 30_000, 60_000];

/** Tries again, so that a store that is away for a moment neither loses a pass nor leaves a slot unfinished. */
export async function recordEnd(ending: Ending, recording: Recording): Promise<Ended> {
  const { claimed, end, pass } = ending;
  const { log, signal, endRetriesMs } = recording;
  for (const delayMs of [...endRetriesMs, null]) {
    const recorded = await tryToRecord(ending, recording);
    if (recorded === "taken") return { kind: "taken" };
    if (recorded === "ours") return { kind: "ended", ...end, unrecorded: null };
    if (delayMs === null || signal.aborted) break;
    await sleep(delayMs, undefined, { signal }).catch(() => {});
  }
  if (pass !== null) {
    // A store may be too full, or its role without rights, for the reports alone: then the slot still ends.
    const note = ["the reports could not be kept", end.note].filter((part) => part !== null).join("; ");
    const exitCode = exitCodeOf({ ...pass, failedDeliveries: pass.notExported.length + 1 }, null);
    const bare = { ...end, note, exitCode };
    const recorded = await tryToRecord({ claimed, end: bare, pass: null }, recording);
    if (recorded === "taken") return { kind: "taken" };
    if (recorded === "ours") {
      const facts = { schedule: claimed.schedule, slot: formatInstant(claimed.slotMs) };
      log.error("the reports were made, but are not kept", facts);
      return { kind: "ended", ...bare, unrecorded: null };
    }
  }
  return { kind: "ended", ...end, exitCode: EXIT.delivery, unrecorded: ending };
}

/** `taken`: the slot is another process's now, and nothing is left to record. `away`: the store cannot be told. */
async function tryToRecord(
  { claimed, end, pass }: Ending,
  { store, config, log, clock }: Recording,
): Promise<"ours" | "taken" | "away"> {
  let ours: boolean;
  try {
    const onForgotten = (reason: string) => log.warn(sayForgotten(reason), {}, { reason });
    const made = pass === null ? null : { pass: pass.document, reports: pass.reports, seen: pass.seen, onForgotten };
    ours = await store.slots.end(claimed, end, made);
    const facts = { schedule: claimed.schedule, slot: formatInstant(claimed.slotMs), attempt: claimed.attempt };
    if (!ours) log.warn("slot was taken over by another process before it ended: nothing of it is kept", facts);
    else if (made !== null) log.debug("pass kept", { store: store.place });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const facts = { schedule: claimed.schedule, slot: formatInstant(claimed.slotMs) };
    log.error(`the end of the slot could not be recorded: ${error.message}`, facts);
    return "away";
  }
  if (pass !== null) await prune(store, config.store, clock(), log);
  return ours ? "ours" : "taken";
}

/** The pass is kept already: what is too old goes with the next one, should it not go now. */
async function prune(store: Store, ages: Ages, nowMs: number, log: Log): Promise<void> {
  try {
    await store.prune(await store.reports.findSettled(nowMs), ages);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn(`what is too old could not be deleted: ${error.message}`);
  }
}
