/** Work that goes on only while no report is made: it stops as soon as one begins. */
import type { Config } from "../config/schema.ts";

export type Filler = {
  /** Called before a report. Returns when nothing is read beside it any more. */
  pause: () => Promise<void>;
  /** Called after a report, with the configuration that is in force. */
  resume: (config: Config) => void;
  /** Ends for good. */
  stop: () => Promise<void>;
};

/** `fill` ends at the signal, and throws nothing. */
export function createFiller(fill: (config: Config, signal: AbortSignal) => Promise<void>): Filler {
  let reports = 0;
  let current: { work: Promise<void>; abort: AbortController } | null = null;
  const end = async () => {
    current?.abort.abort();
    await current?.work;
  };
  return {
    pause: async () => {
      reports += 1;
      await end();
    },
    resume: (config) => {
      reports -= 1;
      if (reports > 0 || current !== null) return;
      const abort = new AbortController();
      const work = fill(config, abort.signal).finally(() => {
        current = null;
      });
      current = { work, abort };
    },
    stop: async () => {
      reports += 1;
      await end();
    },
  };
}
