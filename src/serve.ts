/** Dashboard, API and metrics beside the scheduler: store → HTTP → scheduler, until it is told to stop. They are closed in reverse. */
import { runDaemon, type DaemonOptions } from "./daemon.ts";
import { runPass } from "./pass.ts";
import { createApp } from "./server/app.ts";
import type { SchedulerState, ServeContext } from "./server/context.ts";
import { createEvents } from "./server/events.ts";
import { listen } from "./server/listen.ts";
import { VERSION } from "./version.ts";

const CLOSE_MS = 3000;

/** Ends when the signal is aborted, as `runDaemon` does. */
export async function serve(options: Omit<DaemonOptions, "beside">): Promise<void> {
  const { store, log, clock, signal } = options;
  let config = options.config;
  const scheduler: SchedulerState = { lastBeatMs: null };
  const events = createEvents(crypto.randomUUID());
  const context: ServeContext = {
    config: () => config,
    store,
    log,
    clock,
    fresh: { request: async () => await Promise.reject(new Error("not built yet")), find: () => null },
    events,
    scheduler: () => scheduler,
    version: VERSION,
  };
  const listening = listen(config.serve.listen, createApp(context), context);
  log.info("serving", { at: listening.place });
  let closed = Promise.resolve();
  const close = () => {
    closed = listening.close(CLOSE_MS);
  };
  signal.addEventListener("abort", close, { once: true });
  await runDaemon({
    ...options,
    beside: {
      makePass: runPass,
      onSlot: ({ schedule, slotMs, state, passId }) => {
        events.publish("slot", { schedule, slot: slotMs, state });
        if (passId !== null) events.publish("pass", { pass_id: passId });
      },
      onBeat: () => (scheduler.lastBeatMs = clock()),
      onConfig: (changed) => {
        config = changed;
        listening.replace(createApp(context));
        events.publish("config", {});
      },
    },
  });
  await closed;
}
