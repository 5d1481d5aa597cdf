/** One slot from its claim to its end. Of all processes that try, exactly one makes its reports. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Config, ScheduleConfig } from "../config/schema.ts";
import { AppError, EXIT } from "../errors.ts";
import type { Log } from "../log.ts";
import { keepPass } from "../deliver.ts";
import { exitCodeOf, reaches, type PassOptions, type PassResult } from "../pass.ts";
import { formatDuration, formatInstant } from "../text/figures.ts";
import type { FinalState, SlotEnd, SlotKey, SlotState } from "../store/slots.ts";
import type { Store } from "../store/store.ts";
import { describeScheduledPass } from "./scheduled-pass.ts";
import { pingEnd, pingStart, type PingOutcome } from "./ping.ts";
import { MINUTE_MS } from "../time/units.ts";

export type SlotContext = {
  config: Config;
  store: Store;
  log: Log;
  /** This process, as claims name it. */
  holder: string;
  /** The real clock, epoch milliseconds. */
  clock: () => number;
  /** Aborted when the process is told to stop. */
  signal: AbortSignal;
  /** Makes the reports: `runPass`. */
  makePass: (options: PassOptions) => Promise<PassResult>;
  /** Called with every finished pass, in this order. */
  onPass: ((pass: PassResult) => void)[];
  /** How long to wait before each further try to record the end of a slot: `END_RETRIES_MS`. */
  endRetriesMs: number[];
};

export type SlotResult =
  | {
      kind: "ran";
      state: SlotState;
      exitCode: number;
      note: string | null;
      /** The end that could not be recorded; the daemon tries again. */
      unrecorded: SlotEnd | null;
    }
  /** Another process runs the slot. */
  | { kind: "held"; holder: string }
  /** Another slot of the schedule is running. This one is skipped, unless it was begun before. */
  | { kind: "overlapping"; holder: string; skipped: boolean }
  /** The slot had ended before. */
  | { kind: "ended"; state: FinalState };

const LEASE_MS = MINUTE_MS;
/** A slot that starts this much after its time is late. */
const LATE_MS = MINUTE_MS;
const FIRST_RETRY_MS = 5000;
/** A store that restarts is back within this time. */
export const END_RETRIES_MS = [500, 1000, 2000, 10_000, 30_000, 60_000];

export async function runSlot(schedule: ScheduleConfig, slotMs: number, context: SlotContext): Promise<SlotResult> {
  const { store, holder, log, clock } = context;
  const key = { schedule: schedule.name, slotMs };
  const claim = await store.slots.claim(key, holder, LEASE_MS);
  if (claim.kind === "overlapping") return { ...claim, skipped: await skipOverlapping(key, context) };
  if (claim.kind !== "claimed") return claim;
  const lateMs = clock() - slotMs;
  const facts = { schedule: schedule.name, slot: formatInstant(slotMs), attempt: claim.attempt };
  log.info("slot started", lateMs > LATE_MS ? { ...facts, late_seconds: Math.round(lateMs / 1000) } : facts);
  const started = performance.now();
  const outcome = await runClaimed(schedule, slotMs, key, context);
  const note = [lateMs > LATE_MS ? `late by ${formatDuration(lateMs / 1000)}` : "", outcome.note ?? ""]
    .filter((part) => part !== "")
    .join("; ");
  const { state, exitCode, passId } = outcome;
  const end = { state, exitCode, note: note === "" ? null : note, passId };
  const recorded = await recordEnd(key, end, context);
  if (recorded === false) log.warn("slot was taken over by another process before it ended", facts);
  const seconds = Math.round(performance.now() - started) / 1000;
  log.info("slot ended", { ...facts, state, exit: exitCode, seconds });
  return {
    kind: "ran",
    state,
    exitCode: recorded === null ? EXIT.delivery : exitCode,
    note: end.note,
    unrecorded: recorded === null ? end : null,
  };
}

/**
 * Two passes of one schedule never overlap: a slot that comes while one runs, on any machine, is recorded as skipped. False
 * where the slot is recorded already.
 */
export async function skipOverlapping(
  key: SlotKey,
  { store, log }: Pick<SlotContext, "store" | "log">,
): Promise<boolean> {
  if (!(await store.slots.skip(key, "the report before it was still being made"))) return false;
  const facts = { schedule: key.schedule, slot: formatInstant(key.slotMs) };
  log.warn("slot skipped: the report before it is still being made", facts);
  return true;
}

/**
 * Tries again, so that a store that is away for a moment leaves no slot unfinished. False where the slot is another process's
 * now; null where the store stays away.
 */
async function recordEnd(
  key: SlotKey,
  end: SlotEnd,
  { store, holder, log, signal, endRetriesMs }: SlotContext,
): Promise<boolean | null> {
  for (const delayMs of [...endRetriesMs, null]) {
    try {
      return await store.slots.end(key, holder, end);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.error(`the end of the slot could not be recorded: ${error.message}`, {}, { reason: error.message });
      if (delayMs === null || signal.aborted) return null;
      await sleep(delayMs, undefined, { signal }).catch(() => {});
    }
  }
  return null;
}

type Outcome = SlotEnd & { exitCode: number };

/** Makes the reports within the deadline, renews the lease meanwhile, and pings the start and the end. */
async function runClaimed(
  schedule: ScheduleConfig,
  slotMs: number,
  key: SlotKey,
  context: SlotContext,
): Promise<Outcome> {
  const { log, signal } = context;
  const deadline = AbortSignal.timeout(schedule.deadlineMs);
  const over = new AbortController();
  const lost = new AbortController();
  const renewing = renewLease(key, context, over.signal, () => lost.abort());
  const { pingUrl } = schedule;
  const begun = pingUrl === null ? null : tellPing(pingStart(pingUrl, { signal }), log);
  try {
    const outcome = await makeReports(schedule, slotMs, context, AbortSignal.any([signal, deadline, lost.signal]));
    await begun;
    if (pingUrl !== null) await tellPing(pingEnd(pingUrl, outcome.exitCode, { signal }), log);
    return outcome;
  } catch (error) {
    // After an interruption or a lost lease the slot is made again: that run pings the end.
    if (pingUrl !== null && deadline.aborted) await tellPing(pingEnd(pingUrl, null, { signal }), log);
    if (!(error instanceof AppError)) throw error;
    if (error.kind !== "interrupted")
      return { state: "failed", exitCode: EXIT.delivery, note: error.message, passId: null };
    if (signal.aborted)
      return { state: "interrupted", exitCode: EXIT.sigterm, note: "stopped by a signal", passId: null };
    const note = lost.signal.aborted
      ? "another process took the slot over"
      : `not done within its deadline of ${schedule.deadlineMs / 1000} s`;
    return { state: "failed", exitCode: EXIT.noneReadable, note, passId: null };
  } finally {
    over.abort();
    await renewing;
  }
}

async function makeReports(
  schedule: ScheduleConfig,
  slotMs: number,
  { config, store, log, clock, makePass, onPass }: SlotContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const pass = await makePass({
    // Late or not, the report is of the window that ends at its slot.
    ...describeScheduledPass(schedule, slotMs, config),
    nowMs: clock(),
    retryDelaysMs: Array.from({ length: schedule.retries }, (_, index) => FIRST_RETRY_MS * 4 ** index),
    log,
    signal,
  });
  for (const tell of onPass) tell(pass);
  const { retentionMs } = config.store;
  const notKept = await keepPass(pass, { store, origin: schedule.name, slotMs, retentionMs, nowMs: clock(), log });
  const exitCode = exitCodeOf({ ...pass, failedDeliveries: pass.failedDeliveries + notKept }, schedule.failOn);
  const failed = pass.document.outcomes.filter(({ status }) => status === "failed").map(({ source }) => source);
  return {
    state: failed.length < pass.document.outcomes.length ? "made" : "failed",
    exitCode,
    note: failed.length > 0 ? `could not be read: ${failed.join(", ")}` : describeReached(pass, schedule.failOn),
    passId: pass.document.pass_id,
  };
}

/** Which CRMs have a finding that is as severe as `fail_on`; null: none. */
function describeReached({ document, reports }: PassResult, failOn: ScheduleConfig["failOn"]): string | null {
  if (failOn === null) return null;
  const sources = reports.filter(({ findings }) => reaches(findings, failOn)).map(({ metadata }) => metadata.source);
  const names = reaches(document.findings, failOn) ? [...sources, "several CRMs together"] : sources;
  return names.length === 0
    ? null
    : `${failOn === "warning" ? "warning or critical" : "critical"}: ${names.join(", ")}`;
}

/** A ping that fails is logged, and fails nothing else. */
async function tellPing(sent: Promise<PingOutcome>, log: Log): Promise<void> {
  const outcome = await sent;
  if (outcome.status === "failed") log.warn(`the ping failed: ${outcome.reason}`, {}, { reason: outcome.reason });
}

/** Goes on until `over` is aborted. Calls `onLost` where the slot is no longer this process's. */
async function renewLease(
  key: SlotKey,
  { store, holder, log }: SlotContext,
  over: AbortSignal,
  onLost: () => void,
): Promise<void> {
  for (;;) {
    await sleep(LEASE_MS / 3, undefined, { signal: over }).catch(() => {});
    if (over.aborted) return;
    try {
      if (await store.slots.renew(key, holder, LEASE_MS)) continue;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // The store may be back before the lease has passed.
      log.warn(`the claim on this slot could not be renewed: ${error.message}`, {}, { reason: error.message });
      continue;
    }
    onLost();
    return;
  }
}
