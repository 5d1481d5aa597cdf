/** Dashboard, API and metrics beside the scheduler: store → HTTP → scheduler, until it is told to stop. They are closed in reverse. */
import { runDaemon, whenAborted, type DaemonOptions } from "./daemon.ts";
import { AppError } from "./errors.ts";
import { logCritical, runPass } from "./pass.ts";
import { createAnswering } from "./server/answer.ts";
import { answerError } from "./server/app.ts";
import type { SchedulerState, ServeContext } from "./server/context.ts";
import { createEvents, type Events } from "./server/events.ts";
import { secure } from "./server/finish.ts";
import { followStore } from "./server/follow-store.ts";
import { listen } from "./server/listen.ts";
import { createFresh } from "./server/passes.ts";
import { stateOf } from "./server/state.ts";
import { formatInstant } from "./text/figures.ts";
import { ASKED_WINDOW_MS } from "./server/usual-window.ts";
import { VERSION } from "./version.ts";

/** For what is being answered when the server is told to stop. */
const CLOSE_MS = 3000;
/** So many requests are a load: what answers them is worth compiling from then on. */
const COMPILED_AFTER = 1000;

/** Ends when the signal is aborted and what was going on has ended, within 5 s. */
export async function serve(options: Omit<DaemonOptions, "beside">): Promise<void> {
  const { store, log, clock, signal } = options;
  let config = options.config;
  const { listen: where } = config.serve;
  const scheduler: SchedulerState = { lastBeatMs: null };
  const events = createEvents(Bun.randomUUIDv7());
  const publish: Events["publish"] = (type, data) => {
    answering.forget();
    events.publish(type, data);
  };
  const kept = followStore({
    store,
    clock,
    signal,
    isAwaited: () => events.count() > 0,
    onPass: (passId) => publish("pass", { pass_id: passId }),
  });
  const fresh = createFresh({
    config: () => config,
    store,
    log,
    clock,
    signal,
    makePass: runPass,
    onKept: ({ document, reports }) => {
      logCritical(reports, log);
      kept.tell(document.pass_id);
    },
  });
  const context: ServeContext = {
    config: () => config,
    store,
    log,
    clock,
    fresh,
    events,
    scheduler: () => scheduler,
    version: VERSION,
  };
  let answering = createAnswering(context);
  let asked = 0;
  const listening = await listen(
    where,
    (request, line) => {
      asked += 1;
      if (asked === COMPILED_AFTER) Bun.unsafe.setJITPolicy(1);
      return answering.answer(request, line);
    },
    (error) => secure(answerError(error, log)),
  );
  log.info("serving", { at: listening.place, base_path: config.serve.basePath });
  const closing = Promise.withResolvers<void>();
  whenAborted(signal, () => {
    events.close();
    closing.resolve(listening.close(CLOSE_MS));
  });
  void readUnread(context);
  await runDaemon({
    ...options,
    beside: {
      makePass: fresh.schedule,
      onSlot: ({ schedule, slotMs, state, passId }) => {
        publish("slot", { schedule, slot: formatInstant(slotMs), state });
        if (passId === null) return;
        fresh.settle(passId);
        kept.tell(passId);
      },
      onBeat: () => (scheduler.lastBeatMs = clock()),
      onConfig: (changed) => {
        if (!Bun.deepEquals(changed.serve.listen, where)) {
          log.warn("[serve] listen has changed: the new address is listened on after a restart");
        }
        const isAccessSame = Bun.deepEquals(changed.serve, config.serve);
        config = changed;
        answering = createAnswering(context);
        publish("config", {});
        void readUnread(context);
        // Whoever may still follow comes back by itself.
        if (!isAccessSame) events.close();
      },
      rest: async () => {
        await Promise.all([closing.promise, fresh.rest()]);
      },
    },
  });
}

/**
 * CRMs of which the store has no report, or one that is too old, are read at once, at the start and after a reload: the first page
 * has something to say about now.
 */
async function readUnread(context: ServeContext): Promise<void> {
  try {
    const states = await stateOf(context).crms();
    const unread = states.filter(({ newest, stale }) => newest === null || stale !== null).map(({ name }) => name);
    if (unread.length > 0) await context.fresh.request(unread, ASKED_WINDOW_MS);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    context.log.warn(`whether there are reports is not known: ${error.message}`);
  }
}
