import { defineCommand } from "citty";
import type { Config } from "../config/schema.ts";
import { AppError, EXIT } from "../errors.ts";
import type { Log } from "../log.ts";
import { restUntil, runDaemon, type Mailbox } from "../schedule/daemon.ts";
import { runSlot } from "../schedule/run-slot.ts";
import { describeHolder } from "../store/holder.ts";
import { createNotifier } from "../systemd/notify.ts";
import { loadConfigured, openConfigured } from "./configured.ts";
import { CONFIG_FLAG, OUTPUT_FLAGS, withLog } from "./flags.ts";
import type { CommandResult, Runtime } from "./runtime.ts";

const BEAT_MS = 15_000;
/** A stop that takes longer than systemd's patience is no stop. */
const STOP_MS = 4500;

export default defineCommand({
  meta: { name: "schedule", description: "Make reports on schedule, in the foreground" },
  args: { ...CONFIG_FLAG, ...OUTPUT_FLAGS },
  async run({ args, data }): CommandResult {
    const runtime = data as Runtime;
    return await withLog(args, runtime, async (log) => {
      // The build lets the JIT wait, which pays for a command that ends at once; this one goes on.
      Bun.unsafe.setJITPolicy(1);
      const { config, store } = await openConfigured(args, runtime, log);
      await using _ = store;
      const notifier = createNotifier(runtime.environment.systemd);
      const reload: Mailbox = { config: null, wake: () => {} };
      runtime.signals.expectStop();
      const loadAnew = async () => {
        notifier.reloading();
        reload.config = await loadAgain(config.path, runtime, log);
        reload.wake();
        notifier.ready();
      };
      runtime.signals.onReload(() => void loadAnew());
      if (notifier.problem !== null) log.warn(notifier.problem);
      runtime.signal.addEventListener("abort", () => notifier.stopping(), { once: true });
      const facts = { config: config.path, schedules: config.schedules.length, store: store.place };
      const work = runDaemon({
        config,
        store,
        log,
        holder: describeHolder(),
        clock: Date.now,
        signal: runtime.signal,
        onReady: () => {
          log.info("scheduler started", facts);
          notifier.ready();
        },
        onStatus: (text) => notifier.status(text),
        onBeat: () => notifier.watchdog(),
        beatMs: Math.min(BEAT_MS, notifier.watchdogEveryMs ?? BEAT_MS),
        reload,
        rest: async (delayMs) => await restUntil(delayMs, { signal: runtime.signal, reload }),
        run: runSlot,
      });
      await Promise.race([work, stopAfter(runtime.signal, log)]);
      return EXIT.ok;
    });
  },
});

/** Null, and said why, where the new configuration is no good: the old one stays. */
async function loadAgain(path: string, runtime: Runtime, log: Log): Promise<Config | null> {
  try {
    return await loadConfigured({ config: path }, runtime, log);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    for (const line of error.message.split("\n")) log.error(line);
    log.error("the configuration was not reloaded: the old one stays in force");
    return null;
  }
}

async function stopAfter(signal: AbortSignal, log: Log): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const begin = () => {
    const timer = setTimeout(() => {
      log.warn("what was running did not end in time and is left");
      resolve();
    }, STOP_MS);
    timer.unref();
  };
  signal.addEventListener("abort", begin, { once: true });
  await promise;
}
