/** Whether the process lives, and whether it does its work. The warehouses have no part in it. */
import { AppError } from "../errors.ts";
import { writeJson } from "../text/json.ts";
import { SECOND_MS } from "../time/units.ts";
import type { ServeContext } from "./context.ts";

export type Health = {
  live: () => Response;
  ready: () => Promise<Response>;
};

/** The scheduler goes on at least every 15 s, and longer while it waits for the store. */
const LATEST_BEAT_MS = 60 * SECOND_MS;
/** However often it is asked, the store is not. */
const KNOWN_FOR_MS = 2 * SECOND_MS;
const PLAIN = { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" };

export function createHealth({ store, scheduler, clock, log }: ServeContext): Health {
  let known: { atMs: number; writable: Promise<boolean> } | null = null;
  const isWritable = async () => {
    const now = clock();
    if (known === null || Math.abs(now - known.atMs) > KNOWN_FOR_MS) {
      known = { atMs: now, writable: tryToWrite() };
    }
    return await known.writable;
  };
  const tryToWrite = async () => {
    try {
      await store.tryToWrite();
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.debug("the store is not ready", { reason: error.message });
      return false;
    }
  };
  return {
    live: () => new Response("ok\n", { headers: PLAIN }),
    ready: async () => {
      const { lastBeatMs } = scheduler();
      const checks = {
        // A configuration that is wrong does not start, and a wrong new one does not come into force.
        config: true,
        store: await isWritable(),
        scheduler: lastBeatMs !== null && clock() - lastBeatMs <= LATEST_BEAT_MS,
      };
      const isReady = Object.values(checks).every(Boolean);
      return new Response(writeJson({ ready: isReady, checks }), {
        status: isReady ? 200 : 503,
        headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
      });
    },
  };
}
