/** Passes that come into the store, whoever made them: this process, a timer, or somebody's command. */
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { SECOND_MS } from "../time/units.ts";

export type Following = {
  /** This process has kept a pass: it is told at once. */
  tell: (passId: string) => void;
};

const EVERY_MS = 5 * SECOND_MS;

/** Until the signal. Others' passes are looked for while `isAwaited`. `onPass` is called for the newest, once. */
export function followStore(options: {
  store: Store;
  clock: () => number;
  signal: AbortSignal;
  isAwaited: () => boolean;
  onPass: (passId: string) => void;
}): Following {
  const { store, clock, signal, isAwaited, onPass } = options;
  let newest: string | null = null;
  const tell = (passId: string) => {
    if (passId === newest) return;
    newest = passId;
    onPass(passId);
  };
  const look = async () => {
    try {
      // A pass that could read no CRM has no reports.
      const untilMs = await store.reports.findPresent(clock());
      const [pass] = await store.reports.listPasses({ untilMs, limit: 1 });
      if (pass !== undefined) tell(pass.id);
    } catch (error) {
      // The scheduler says that the store is away.
      if (!(error instanceof AppError)) throw error;
    }
  };
  const follow = async () => {
    while (!signal.aborted) {
      await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
      if (!signal.aborted && isAwaited()) await look();
    }
  };
  void follow();
  return { tell };
}
