/** Work that goes on only while no report is made: it stops as soon as one begins. */
import type { Config } from "../config/schema.ts";

export type Filler = {
  /** From now on it fills by this configuration; what goes on by another begins anew. */
  follow: (config: Config) => void;
  /** Called before a report. Returns when nothing is read beside it any more. */
  pause: () => Promise<void>;
  /** Called after each `pause`. `wasMade`: there is something to fill; else only what was broken off goes on. */
  resume: (wasMade: boolean) => void;
  /** Ends for good. */
  stop: () => Promise<void>;
};

/** `fill` ends at the signal, and throws nothing. */
export function createFiller(fill: (config: Config, signal: AbortSignal) => Promise<void>): Filler {
  let reports = 0;
  let current: { work: Promise<void>; abort: AbortController } | null = null;
  /** The one that is in force. */
  let config: Config | null = null;
  /** There is something to fill, or was not filled to its end. */
  let isWanted = false;
  const begin = () => {
    if (reports > 0 || current !== null || config === null || !isWanted) return;
    const abort = new AbortController();
    const work = fill(config, abort.signal).finally(() => {
      current = null;
      if (!abort.signal.aborted) isWanted = false;
    });
    current = { work, abort };
  };
  const end = async () => {
    current?.abort.abort();
    await current?.work;
  };
  return {
    follow: (changed) => {
      config = changed;
      void end().then(begin);
    },
    pause: async () => {
      reports += 1;
      await end();
    },
    resume: (wasMade) => {
      reports -= 1;
      isWanted ||= wasMade;
      begin();
    },
    stop: async () => {
      reports += 1;
      await end();
    },
  };
}
