/** Work that goes on only while no report is made: it stops as soon as one begins. */
import type { Config } from "../config/schema.ts";

export type Filler = {
  /** Called before a report. Returns when nothing is read beside it any more. */
  pause: () => Promise<void>;
  /** Called after each `pause`, with the configuration that is in force; null: no report was made, so nothing is begun for it. */
  resume: (config: Config | null) => void;
  /** Ends for good. */
  stop: () => Promise<void>;
};

/** `fill` ends at the signal, and throws nothing. */
export function createFiller(fill: (config: Config, signal: AbortSignal) => Promise<void>): Filler {
  let reports = 0;
  let current: { work: Promise<void>; abort: AbortController } | null = null;
  /** What is to be filled, or was not to its end. */
  let wanted: Config | null = null;
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
      wanted = config ?? wanted;
      if (reports > 0 || current !== null || wanted === null) return;
      const abort = new AbortController();
      const work = fill(wanted, abort.signal).finally(() => {
        current = null;
        if (!abort.signal.aborted) wanted = null;
      });
      current = { work, abort };
    },
    stop: async () => {
      reports += 1;
      await end();
    },
  };
}
