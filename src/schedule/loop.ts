/** The scheduler in the foreground: sees which slots are due, whatever the clock did, and runs each once. */
import { followWith } from "../text/sentences.ts";
import type { Config, ScheduleConfig } from "../config/schema.ts";
import { AppError } from "../errors.ts";
import { formatInstant, formatPlural } from "../text/figures.ts";
import type { Filler } from "./filler.ts";
import { createGate, type Gate } from "./gate.ts";
import { listDue, MOST_RECORDED, recordMissed } from "./missed.ts";
import { recordEnd, type Ending } from "./record-end.ts";
import { runSlot, type SlotContext, type SlotResult } from "./run-slot.ts";
import { giveUpSlot, skipSlot } from "./skip.ts";
import { latestSlot, nextSlots } from "./slots.ts";
import { MINUTE_MS } from "../time/units.ts";

export type LoopOptions = Omit<SlotContext, "config"> & {
  config: Config;
  /** Called once, when the store has answered for every schedule. */
  onReady: () => void;
  /** Called with each other configuration that is in force from now on. */
  onConfig: (config: Config) => void;
  /** Called with what the daemon is about to do, in one line. */
  onStatus: (text: string) => void;
  /** Called again and again while the loop goes on. */
  onBeat: () => void;
  /** How often the loop reads the clock, milliseconds. A jump of the clock is noticed within this time. */
  beatMs: number;
  reload: Mailbox;
  /** Works on the memory while no report is made. */
  filler: Filler;
  /** Returns after that time, or sooner where a reload or a stop asks for it. */
  rest: (delayMs: number) => Promise<void>;
};

/** `config`: what a reload has left for the loop. `wake`: ends the loop's rest. */
export type Mailbox = { config: Config | null; wake: () => void };

/** A slot that is older than this when the loop first sees it was missed. */
const MISSED_MS = MINUTE_MS;

type LookOptions = LoopOptions & { gate: Gate; telling: Set<Promise<void>> };

type Watch = {
  schedule: ScheduleConfig;
  /** Slots up to this moment have been seen. */
  seenMs: number;
  running: { slotMs: number; work: Promise<void> } | null;
  /** Slots that another process holds. This process takes them over where that one dies. */
  held: number[];
  /** The newest slot that was made or failed. Older slots are no longer made. */
  doneMs: number;
  /** Slots that have ended while the store was away. */
  unrecorded: Ending[];
};

/** Ends when the signal is aborted and what was running has ended. */
export async function runLoop(options: LoopOptions): Promise<void> {
  const { signal, log, clock } = options;
  let { config } = options;
  let watches = await startWatching(config, options, []);
  options.filler.follow(config);
  options.onReady();
  const gate = createGate();
  /** Monitors that are still being told. */
  const telling = new Set<Promise<void>>();
  /** Schedules that a reload removed while something of theirs was left to do. */
  let departed: Watch[] = [];
  while (!signal.aborted) {
    const now = clock();
    for (const watch of watches) {
      options.onBeat();
      await look(watch, now, { ...options, config, gate, telling });
    }
    gate.admitSuspects();
    departed = await settleDeparted(departed, options);
    options.onBeat();
    const next = Math.min(...watches.map(({ schedule }) => nextSlots(schedule, now, 1)[0] ?? Infinity));
    options.onStatus(describeWaiting(watches, next));
    await options.rest(Math.min(options.beatMs, Math.max(0, next - clock())));
    const { config: changed } = options.reload;
    if (changed === null) continue;
    options.reload.config = null;
    const known = [...watches, ...departed];
    const changedWatches = await watchAnew(changed, options, known);
    if (changedWatches === null) continue;
    departed = known.filter((watch) => !changedWatches.includes(watch));
    config = changed;
    options.filler.follow(config);
    watches = changedWatches;
    options.onConfig(config);
    log.info("configuration reloaded", { schedules: watches.length });
  }
  await Promise.all(listWork([...watches, ...departed]));
  await Promise.all(telling);
  await options.filler.stop();
}

function listWork(watches: Watch[]): Promise<void>[] {
  return watches.flatMap(({ running }) => running?.work ?? []);
}

/** Null where the store does not answer: then the old watches stay, and the log says why. */
async function watchAnew(config: Config, options: LoopOptions, known: Watch[]): Promise<Watch[] | null> {
  try {
    return await startWatching(config, options, known);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    options.log.error(followWith(error.message, "The configuration was not reloaded: the old one stays in force"));
    return null;
  }
}

/** A schedule goes on after its newest slot in the store. A new schedule begins now, and the store remembers that. */
async function startWatching(config: Config, options: LoopOptions, known: Watch[]): Promise<Watch[]> {
  const watches: Watch[] = [];
  for (const schedule of config.schedules) {
    const watch = known.find((one) => one.schedule.name === schedule.name);
    watches.push(watch ?? (await watchNew(schedule, options)));
  }
  // Changed only now: the store has answered for all of them.
  for (const [index, schedule] of config.schedules.entries()) if (watches[index]) watches[index].schedule = schedule;
  return watches;
}

async function watchNew(schedule: ScheduleConfig, options: LoopOptions): Promise<Watch> {
  const { store } = options;
  const now = options.clock();
  const past = { schedules: [schedule.name], untilMs: now + 1 };
  const [last] = await store.slots.list({ ...past, limit: 1 });
  const before = last === undefined ? latestSlot(schedule, now - 1) : null;
  if (before !== null) await skipSlot({ schedule: schedule.name, slotMs: before }, "beforeBegin", options);
  // Unfinished slots are tried again: their holders may be dead.
  const unfinished = await store.slots.list({ ...past, states: ["running", "interrupted"], limit: MOST_RECORDED });
  const [done] = await store.slots.list({ ...past, states: ["made", "failed"], limit: 1 });
  return {
    schedule,
    seenMs: last === undefined ? now - 1 : last.slotMs,
    running: null,
    held: unfinished.map(({ slotMs }) => slotMs),
    doneMs: done?.slotMs ?? -Infinity,
    unrecorded: [],
  };
}

async function settleDeparted(departed: Watch[], options: LoopOptions): Promise<Watch[]> {
  for (const watch of departed) await recordEnds(watch, options);
  return departed.filter(({ running, unrecorded }) => running !== null || unrecorded.length > 0);
}

async function look(watch: Watch, now: number, options: LookOptions): Promise<void> {
  const { schedule } = watch;
  // After a step back of the clock the same slots come again: the store knows them.
  const from = Math.min(watch.seenMs, now);
  const due = listDue(schedule, from, now);
  const again = watch.held.filter((slotMs) => !due.includes(slotMs));
  const latest = due.at(-1);
  watch.seenMs = now;
  // The clock may have run ahead and been put back: what is still to come is not done.
  watch.doneMs = Math.min(watch.doneMs, now);
  watch.held = [];
  // With the next beat.
  const lookAgain = () => {
    watch.seenMs = from;
    watch.held = again;
  };
  if (!(await recordEnds(watch, options))) return lookAgain();
  try {
    await recordMissed(schedule, due.slice(0, -1), options);
    for (const slotMs of again) {
      const isOver = latest !== undefined || slotMs < watch.doneMs || isMissed(schedule, slotMs, now);
      await (isOver ? giveUp(watch, slotMs, options) : begin(watch, slotMs, options));
    }
    if (latest === undefined) return;
    await (isMissed(schedule, latest, now) ? recordMissed(schedule, [latest], options) : begin(watch, latest, options));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    options.log.error(`${schedule.name}: ${error.message}`, {}, { schedule: schedule.name, reason: error.message });
    lookAgain();
  }
}

/** Whether it is too late for the slot, by the schedule's `catch_up`. */
function isMissed({ catchUp }: ScheduleConfig, slotMs: number, now: number): boolean {
  return catchUp === "none" && now - slotMs > MISSED_MS;
}

/** Skips an unfinished slot for which it is too late: a later one is due or was made. */
async function giveUp(watch: Watch, slotMs: number, options: LoopOptions): Promise<void> {
  const key = { schedule: watch.schedule.name, slotMs };
  if (await skipSlot(key, "unreachable", options)) return;
  if (!(await giveUpSlot(key, options))) watch.held.push(slotMs);
}

/** False where the store is still away. */
async function recordEnds(watch: Watch, options: LoopOptions): Promise<boolean> {
  for (const ending of watch.unrecorded.slice()) {
    const ended = await recordEnd(ending, { ...options, endRetriesMs: [] });
    if (ended.kind === "ended" && ended.unrecorded !== null) return false;
    watch.unrecorded = watch.unrecorded.filter((one) => one !== ending);
  }
  return true;
}

async function begin(watch: Watch, slotMs: number, options: LookOptions): Promise<void> {
  const { schedule } = watch;
  const { log } = options;
  if (watch.running?.slotMs === slotMs) return;
  if (watch.running !== null) {
    if (!(await skipSlot({ schedule: schedule.name, slotMs }, "overlapping", options))) watch.held.push(slotMs);
    return;
  }
  const work = runInTurn(schedule, slotMs, await options.store.slots.countCrashes(schedule.name), options)
    .then((result) => (result === null ? undefined : follow(watch, slotMs, result)))
    .catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      log.error(`${schedule.name}: ${error.message}`, {}, { schedule: schedule.name, reason: error.message });
      watch.held.push(slotMs);
    })
    .finally(() => {
      watch.running = null;
    });
  watch.running = { slotMs, work };
}

/** Claims nothing before its turn: a process that ends meanwhile was not ended by this slot. Null: told to stop while it waited. */
async function runInTurn(
  schedule: ScheduleConfig,
  slotMs: number,
  crashes: number,
  options: LookOptions,
): Promise<SlotResult | null> {
  const leave = await options.gate.enter(crashes);
  try {
    if (options.signal.aborted) return null;
    await options.filler.pause();
    let hasRun = false;
    try {
      const result = await runSlot(schedule, slotMs, options);
      if (result.kind === "ran") {
        hasRun = true;
        const told = result.told.finally(() => options.telling.delete(told));
        options.telling.add(told);
      }
      return result;
    } finally {
      options.filler.resume(hasRun);
    }
  } finally {
    leave();
  }
}

function follow(watch: Watch, slotMs: number, result: SlotResult): void {
  if (["held", "taken"].includes(result.kind) || (result.kind === "overlapping" && !result.skipped))
    watch.held.push(slotMs);
  if (result.kind === "ran" && result.unrecorded !== null) watch.unrecorded.push(result.unrecorded);
  const isDone = (result.kind === "ran" || result.kind === "ended") && ["made", "failed"].includes(result.state);
  if (isDone) watch.doneMs = Math.max(watch.doneMs, slotMs);
}

/** Returns when the time is over, the signal is aborted or a reload has left a configuration. */
export async function restUntil(
  delayMs: number,
  { signal, reload }: Pick<LoopOptions, "signal" | "reload">,
): Promise<void> {
  if (signal.aborted || reload.config !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, delayMs);
  const stop = () => resolve();
  signal.addEventListener("abort", stop, { once: true });
  reload.wake = stop;
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
}

function describeWaiting(watches: Watch[], next: number): string {
  const running = watches.filter((watch) => watch.running !== null).map(({ schedule }) => schedule.name);
  const waiting = Number.isFinite(next) ? `next slot ${formatInstant(next)}` : "no slot to come";
  return running.length > 0
    ? `running ${running.join(", ")}; ${waiting}`
    : `${formatPlural(watches.length, "schedule")}, ${waiting}`;
}
