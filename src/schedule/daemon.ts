/** The scheduler in the foreground: sees which slots are due, whatever the clock did, and runs each once. */
import type { Config, ScheduleConfig } from "../config/schema.ts";
import { AppError } from "../errors.ts";
import { formatInstant, formatPlural } from "../report/figures.ts";
import { runSlot, type SlotContext, type SlotResult } from "./run-slot.ts";
import { latestSlot, listSlots, nextSlots } from "./slots.ts";

export type DaemonOptions = Omit<SlotContext, "config"> & {
  config: Config;
  /** Called with what the daemon is about to do, in one line. */
  onStatus: (text: string) => void;
  /** Called whenever the loop is alive. */
  onBeat: () => void;
  /** How often the loop looks at the clock, milliseconds: a jump of it is noticed within this. */
  beatMs: number;
  reload: Mailbox;
  /** Returns after that time, or sooner where there is something to do. */
  rest: (delayMs: number) => Promise<void>;
  run: typeof runSlot;
};

/** Where another configuration is left, and who is to be woken when it is. */
export type Mailbox = { config: Config | null; wake: () => void };

/** A slot older than this when it is seen was missed, not just waited for. */
const MISSED_MS = 60_000;
/** After a long time without a scheduler only the newest missed slots are written down. */
const MOST_RECORDED = 100;
const GIVE_UP_LEASE_MS = 10_000;

type Watch = {
  schedule: ScheduleConfig;
  /** Slots up to this moment have been seen. */
  seenMs: number;
  running: { slotMs: number; work: Promise<void> } | null;
  /** Slots of which somebody else holds the claim: taken over if he dies. */
  held: number[];
};

/** Ends when the signal is aborted and what was running has ended. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { signal, log, clock } = options;
  let { config } = options;
  let watches = await startWatching(config, options, []);
  while (!signal.aborted) {
    options.onBeat();
    const now = clock();
    for (const watch of watches) await look(watch, now, { ...options, config });
    const next = Math.min(...watches.map(({ schedule }) => nextSlots(schedule, now, 1)[0] ?? Infinity));
    options.onStatus(describeWaiting(watches, next));
    await options.rest(Math.min(options.beatMs, Math.max(0, next - clock())));
    const { config: changed } = options.reload;
    if (changed === null) continue;
    options.reload.config = null;
    config = changed;
    watches = await startWatching(config, options, watches);
    log.info("configuration reloaded", { schedules: watches.length });
  }
  await Promise.all(watches.map(({ running }) => running?.work));
}

/** From the newest slot that the store knows; a schedule that is new begins now, and that is remembered. */
async function startWatching(config: Config, { store, clock }: DaemonOptions, known: Watch[]): Promise<Watch[]> {
  const watches: Watch[] = [];
  for (const schedule of config.schedules) {
    const watch = known.find((one) => one.schedule.name === schedule.name);
    if (watch !== undefined) {
      watch.schedule = schedule;
      watches.push(watch);
      continue;
    }
    const newest = (await store.listSlots({ schedules: [schedule.name], limit: 20 })).filter(
      ({ slotMs }) => slotMs <= clock(),
    );
    const [last] = newest;
    const before = last === undefined ? latestSlot(schedule, clock() - 1) : null;
    if (before !== null) await store.skipSlot({ schedule: schedule.name, slotMs: before }, "before the schedule began");
    // What was left in the middle is looked at again: its holder may be dead.
    const unfinished = newest
      .filter(({ state }) => state === "running" || state === "interrupted")
      .map(({ slotMs }) => slotMs);
    watches.push({
      schedule,
      seenMs: last === undefined ? clock() - 1 : Math.min(clock(), last.slotMs),
      running: null,
      held: unfinished,
    });
  }
  return watches;
}

async function look(watch: Watch, now: number, options: DaemonOptions): Promise<void> {
  const { schedule } = watch;
  // After a step back of the clock the same slots come again: the store knows them.
  const from = Math.min(watch.seenMs, now);
  const due = listSlots(schedule, from + 1, now + 1);
  const again = watch.held.filter((slotMs) => !due.includes(slotMs));
  const latest = due.at(-1);
  watch.seenMs = now;
  watch.held = [];
  try {
    await recordMissed(schedule, due.slice(0, -1), options);
    for (const slotMs of again) {
      const isOver = latest !== undefined || isMissed(schedule, slotMs, now);
      await (isOver ? giveUp(watch, slotMs, options) : begin(watch, slotMs, options));
    }
    if (latest === undefined) return;
    await (isMissed(schedule, latest, now) ? recordMissed(schedule, [latest], options) : begin(watch, latest, options));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    options.log.error(`${schedule.name}: ${error.message}`);
    // Looked at again with the next beat.
    watch.seenMs = from;
    watch.held = again;
  }
}

/** Whether nobody is to catch up with it. */
function isMissed({ catchUp }: ScheduleConfig, slotMs: number, now: number): boolean {
  return catchUp === "none" && now - slotMs > MISSED_MS;
}

async function recordMissed({ name }: ScheduleConfig, slots: number[], { store, log }: DaemonOptions): Promise<void> {
  if (slots.length === 0) return;
  log.warn("slots were missed while nobody ran", { schedule: name, slots: slots.length });
  for (const slotMs of slots.slice(-MOST_RECORDED))
    await store.skipSlot({ schedule: name, slotMs }, "missed: nobody ran then");
}

/** A slot that its holder left in the middle, when it is too late for it: the one after it is due. */
async function giveUp(watch: Watch, slotMs: number, { store, holder }: DaemonOptions): Promise<void> {
  const key = { schedule: watch.schedule.name, slotMs };
  const claim = await store.claimSlot(key, holder, GIVE_UP_LEASE_MS);
  if (claim.kind === "held") watch.held.push(slotMs);
  if (claim.kind !== "claimed") return;
  const note = "left in the middle, and not caught up with";
  await store.endSlot(key, holder, { state: "skipped", exitCode: null, note, passId: null });
}

/** Two passes of one schedule never overlap: a slot that comes while one runs, here or elsewhere, is skipped and counted. */
async function begin(watch: Watch, slotMs: number, options: DaemonOptions): Promise<void> {
  const { schedule } = watch;
  const { store, log, clock } = options;
  if (watch.running?.slotMs === slotMs) return;
  const others = await store.listSlots({ schedules: [schedule.name], limit: 5 });
  const busy = others.find(
    (row) => row.state === "running" && row.slotMs !== slotMs && (row.leaseUntilMs ?? 0) > clock(),
  );
  if (watch.running !== null || busy !== undefined) {
    const skipped = await store.skipSlot(
      { schedule: schedule.name, slotMs },
      "skipped: the slot before it was still running",
    );
    if (skipped)
      log.warn("slot skipped: the one before it is still running", {
        schedule: schedule.name,
        slot: formatInstant(slotMs),
      });
    return;
  }
  const work = options
    .run(schedule, slotMs, options)
    .then((result) => follow(watch, slotMs, result))
    .catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      log.error(`${schedule.name}: ${error.message}`);
      watch.held.push(slotMs);
    })
    .finally(() => {
      watch.running = null;
    });
  watch.running = { slotMs, work };
}

function follow(watch: Watch, slotMs: number, result: SlotResult): void {
  if (result.kind === "held") watch.held.push(slotMs);
}

/** Until the time is over, the signal aborted or a configuration has come. */
export async function restUntil(
  delayMs: number,
  { signal, reload }: Pick<DaemonOptions, "signal" | "reload">,
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
