/** One slot from its claim to its end. Of all processes that try, exactly one makes its reports. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Config, ScheduleConfig } from "../config/schema.ts";
import { AppError, EXIT } from "../errors.ts";
import type { Log } from "../log.ts";
import { exitCodeOf, reaches, type PassOptions, type PassResult } from "../pass.ts";
import { formatDuration, formatInstant } from "../text/figures.ts";
import type { ClaimedSlot, FinalState, SlotKey, SlotNews, SlotState } from "../store/slot.ts";
import type { Store } from "../store/store.ts";
import { describeScheduledPass } from "./scheduled-pass.ts";
import { pingEnd, pingStart, type PingOutcome } from "./ping.ts";
import { recordEnd, type Ending } from "./record-end.ts";
import { skipSlot } from "./skip.ts";
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
  /** Called when a slot has begun, and when its end is recorded; null: nobody asks. */
  onSlot: ((news: SlotNews) => void) | null;
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
      unrecorded: Ending | null;
      /** Resolves when the monitor has been told, or has not answered. */
      told: Promise<void>;
    }
  /** Another process took the slot over while this one stood still: how it ended is that one's to tell. */
  | { kind: "taken" }
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

export async function runSlot(schedule: ScheduleConfig, slotMs: number, context: SlotContext): Promise<SlotResult> {
  const { store, holder, log, clock, signal } = context;
  const key = { schedule: schedule.name, slotMs };
  const claim = await store.slots.claim(key, holder, LEASE_MS);
  // Two passes of one schedule never overlap: a slot that comes while one runs, on any machine, is skipped.
  if (claim.kind === "overlapping") return { ...claim, skipped: await skipSlot(key, "overlapping", context) };
  if (claim.kind === "crashed") {
    const { exitCode, note } = claim;
    log.error(`slot failed: ${note}`, nameFacts(key));
    const told = schedule.pingUrl === null ? null : tellPing(pingEnd(schedule.pingUrl, exitCode, { signal }), key, log);
    return { kind: "ran", state: "failed", exitCode, note, unrecorded: null, told: told ?? Promise.resolve() };
  }
  if (claim.kind !== "claimed") return claim;
  const lateMs = clock() - slotMs;
  const facts = { ...nameFacts(key), attempt: claim.attempt };
  context.onSlot?.({ ...key, state: "running", passId: null });
  log.info("slot started", lateMs > LATE_MS ? { ...facts, late_seconds: Math.round(lateMs / 1000) } : facts);
  const started = performance.now();
  const claimed = { ...key, holder, attempt: claim.attempt };
  const late = lateMs > LATE_MS ? `late by ${formatDuration(lateMs / 1000)}` : null;
  const result = await runClaimed(schedule, claimed, late, context);
  if (result.kind === "taken") return result;
  const seconds = Math.round(performance.now() - started) / 1000;
  log.info("slot ended", { ...facts, state: result.state, exit: result.exitCode, seconds });
  return result;
}

/** `pass`: what there is to keep. `ping`: what the monitor is told; none where the slot is made again. */
type Outcome = Ending["end"] & { pass: PassResult | null; ping: "exit" | "failure" | "none" };

/**
 * Makes the reports within the deadline, renews the lease until the end is recorded, and pings the start and the end. A monitor that
 * does not answer keeps no slot from beginning.
 */
async function runClaimed(
  schedule: ScheduleConfig,
  claimed: ClaimedSlot,
  late: string | null,
  context: SlotContext,
): Promise<Extract<SlotResult, { kind: "ran" | "taken" }>> {
  const { log, signal } = context;
  const over = new AbortController();
  const lost = new AbortController();
  const renewing = renewLease(claimed, context, over.signal, () => lost.abort());
  const { pingUrl } = schedule;
  const begun = pingUrl === null ? null : tellPing(pingStart(pingUrl, { signal }), claimed, log);
  try {
    const outcome = await makeReports(schedule, claimed, context, lost.signal);
    // Why it ended as it did comes first: that it was late is none of the reasons.
    const note = [outcome.note, late].filter((part) => part !== null).join("; ");
    const end = { state: outcome.state, exitCode: outcome.exitCode, note: note === "" ? null : note };
    const ended = await recordEnd({ claimed, end, pass: outcome.pass }, context);
    over.abort();
    const passId = outcome.pass?.document.pass_id ?? null;
    const state = ended.kind === "taken" ? await askState(claimed, context) : outcome.state;
    context.onSlot?.({ schedule: schedule.name, slotMs: claimed.slotMs, state, passId });
    if (ended.kind === "taken") return ended;
    const tellEnd = async () => {
      await begun;
      if (pingUrl === null || outcome.ping === "none") return;
      await tellPing(pingEnd(pingUrl, outcome.ping === "exit" ? ended.exitCode : null, { signal }), claimed, log);
    };
    return { ...ended, kind: "ran", state: outcome.state, told: tellEnd() };
  } finally {
    over.abort();
    await renewing;
  }
}

/** What was made, or why nothing was. */
async function makeReports(
  schedule: ScheduleConfig,
  { slotMs }: SlotKey,
  context: SlotContext,
  lost: AbortSignal,
): Promise<Outcome> {
  const deadline = AbortSignal.timeout(schedule.deadlineMs);
  try {
    const pass = await makePass(schedule, slotMs, context, AbortSignal.any([context.signal, deadline, lost]));
    const unread = listUnread(pass);
    return {
      state: unread.length < pass.document.outcomes.length ? "made" : "failed",
      exitCode: exitCodeOf({ ...pass, failedDeliveries: pass.notExported.length }, schedule.failOn),
      note: describeProblems(pass, schedule.failOn),
      pass,
      ping: "exit",
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const nothing = { pass: null, ping: deadline.aborted ? "failure" : "none" } as const;
    if (error.kind !== "interrupted")
      return { state: "failed", exitCode: EXIT.delivery, note: error.message, ...nothing };
    // After an interruption or a lost lease the slot is made again: that run pings the end.
    if (context.signal.aborted)
      return { state: "interrupted", exitCode: EXIT.sigterm, note: "stopped by a signal", ...nothing };
    const note = lost.aborted
      ? "another process took the slot over"
      : `not done within its deadline of ${schedule.deadlineMs / 1000} s`;
    return { state: "failed", exitCode: EXIT.noneReadable, note, ...nothing };
  }
}

async function makePass(
  schedule: ScheduleConfig,
  slotMs: number,
  { config, store, log, clock, makePass: make, onPass }: SlotContext,
  signal: AbortSignal,
): Promise<PassResult> {
  const pass = await make({
    // Late or not, the report is of the window that ends at its slot.
    ...describeScheduledPass(schedule, slotMs, config),
    nowMs: clock(),
    readMemory: store.memory.recall,
    isKept: true,
    retryDelaysMs: Array.from({ length: schedule.retries }, (_, index) => FIRST_RETRY_MS * 4 ** index),
    log,
    signal,
  });
  for (const tell of onPass) tell(pass);
  return pass;
}

/** Of a slot that is another process's, which may have ended it. */
async function askState({ schedule, slotMs }: SlotKey, { store }: SlotContext): Promise<SlotState> {
  try {
    const only = { schedules: [schedule], sinceMs: slotMs, untilMs: slotMs + 1, limit: 1 };
    const [slot] = await store.slots.list(only);
    return slot?.state ?? "running";
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return "running";
  }
}

function listUnread({ document }: PassResult): string[] {
  return document.outcomes.filter(({ status }) => status === "failed").map(({ source }) => source);
}

/** What could not be read or delivered; where all was, why it ended with 1 all the same. Null: all is as it should be. */
function describeProblems(pass: PassResult, failOn: ScheduleConfig["failOn"]): string | null {
  const unread = listUnread(pass);
  const parts = [
    ...(unread.length > 0 ? [`could not be read: ${unread.join(", ")}`] : []),
    ...(pass.notExported.length > 0 ? [`could not be exported: ${pass.notExported.join(", ")}`] : []),
  ];
  return parts.length > 0 ? parts.join("; ") : describeReached(pass, failOn);
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
async function tellPing(sent: Promise<PingOutcome>, key: SlotKey, log: Log): Promise<void> {
  const outcome = await sent;
  if (outcome.status !== "failed") return;
  log.warn(`the ping failed: ${outcome.reason}`, nameFacts(key), { reason: outcome.reason });
}

/** Several slots may be made at once: each line says of which it is. */
function nameFacts({ schedule, slotMs }: SlotKey): { schedule: string; slot: string } {
  return { schedule, slot: formatInstant(slotMs) };
}

/** Goes on until `over` is aborted. Calls `onLost` where the slot is no longer this process's. */
async function renewLease(
  claimed: ClaimedSlot,
  { store, log }: SlotContext,
  over: AbortSignal,
  onLost: () => void,
): Promise<void> {
  for (;;) {
    await sleep(LEASE_MS / 3, undefined, { signal: over }).catch(() => {});
    if (over.aborted) return;
    try {
      if (await store.slots.renew(claimed, LEASE_MS)) continue;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // The store may be back before the lease has passed.
      const facts = nameFacts(claimed);
      log.warn(`the claim on this slot could not be renewed: ${error.message}`, facts, { reason: error.message });
      continue;
    }
    onLost();
    return;
  }
}
