/** The scheduler in the foreground: store → notifier → loop, until it is told to stop. They are closed in reverse. */
import type { Config } from "./config/schema.ts";
import { fillBeside } from "./fill.ts";
import type { Log } from "./log.ts";
import { createFiller } from "./schedule/filler.ts";
import { logCritical, runPass, type PassOptions, type PassResult } from "./pass.ts";
import { restUntil, runLoop, type Mailbox } from "./schedule/loop.ts";
import { END_RETRIES_MS } from "./schedule/record-end.ts";
import { describeHolder } from "./processes.ts";
import type { SlotNews } from "./store/slot.ts";
import type { Store } from "./store/store.ts";
import { createRedactor } from "./text/redact.ts";
import { createNotifier, type NotifyVariables } from "./systemd/notify.ts";

export type DaemonOptions = {
  config: Config;
  store: Store;
  log: Log;
  /** sd_notify(3)'s variables. */
  systemd: NotifyVariables;
  /** The real clock, epoch milliseconds. */
  clock: () => number;
  /** Aborted when the process is told to stop. */
  signal: AbortSignal;
  /** Registers what a request for another configuration (SIGHUP) calls. */
  onReload: (reload: () => void) => void;
  /** Reads the configuration again; null where the new one is wrong, which the log explains. */
  loadAgain: () => Promise<Config | null>;
  /** What else goes on in this process and follows the scheduler; null: nothing. */
  beside: Beside | null;
};

/** What `serve` is told. */
type Beside = {
  makePass: (options: PassOptions) => Promise<PassResult>;
  onSlot: (news: SlotNews) => void;
  onBeat: () => void;
  /** The scheduler has taken the new configuration. */
  onConfig: (config: Config) => void;
  /** Returns when what it had begun has ended; asked for after the stop. */
  rest: () => Promise<void>;
};

const BEAT_MS = 15_000;
/** A daemon that is told to stop must have ended within 5 s. */
const STOP_MS = 4500;

/** Ends when the signal is aborted and what was running has ended, or after `STOP_MS`. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { config, store, log, signal, clock, beside } = options;
  const notifier = createNotifier(options.systemd);
  if (notifier.problem !== null) log.warn(notifier.problem);
  whenAborted(signal, () => notifier.stopping());
  const reload: Mailbox = { config: null, wake: () => {} };
  const loadAnew = async () => {
    notifier.reloading();
    const changed = await options.loadAgain();
    reload.config = changed;
    reload.wake();
    notifier.ready();
  };
  options.onReload(() => void loadAnew());
  const work = runLoop({
    config,
    store,
    log,
    holder: describeHolder(),
    clock,
    signal,
    makePass: beside?.makePass ?? runPass,
    onSlot: beside?.onSlot ?? null,
    onPass: [({ reports }: PassResult) => logCritical(reports, log)],
    endRetriesMs: END_RETRIES_MS,
    filler: createFiller(
      async (current, idle) =>
        await fillBeside({
          crms: current.crms,
          memory: store.memory,
          nowMs: clock(),
          isBusy: async () => await store.slots.areRunning(),
          redact: createRedactor(current.secrets),
          log,
          signal: AbortSignal.any([signal, idle]),
        }),
    ),
    onReady: () => {
      log.info("scheduler started", { config: config.path, schedules: config.schedules.length, store: store.place });
      notifier.ready();
    },
    onConfig: (changed) => {
      const isStoreSame =
        Bun.deepEquals(changed.store.target, config.store.target) && changed.store.group === config.store.group;
      if (!isStoreSame) log.warn("[store] has changed: the new store is used after a restart");
      beside?.onConfig(changed);
    },
    onStatus: (text) => notifier.status(text),
    onBeat: () => {
      notifier.watchdog();
      beside?.onBeat();
    },
    beatMs: Math.min(BEAT_MS, notifier.watchdogEveryMs ?? BEAT_MS),
    reload,
    rest: async (delayMs) => await restUntil(delayMs, { signal, reload }),
  });
  const rest = async () => {
    await work;
    await beside?.rest();
  };
  await Promise.race([rest(), waitForStop(signal, log)]);
}

/** Called once, with the signal or at once: the stop may have come while the process was starting. */
export function whenAborted(signal: AbortSignal, stop: () => void): void {
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
}

/** Settles `STOP_MS` after the signal. Work that goes on then is left unfinished. */
async function waitForStop(signal: AbortSignal, log: Log): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const begin = () => {
    const timer = setTimeout(() => {
      log.warn("a report was not done within 4.5 s of the stop: it is left unfinished, and its slot can be run again");
      resolve();
    }, STOP_MS);
    timer.unref();
  };
  whenAborted(signal, begin);
  await promise;
}
