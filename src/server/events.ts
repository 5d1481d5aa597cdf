/** What happened, for pages that are open. */

/** `hello`: nothing was seen before. `resync`: some were missed, everything is to be asked for again. */
export type ServerEvent = {
  id: string;
  type: "hello" | "resync" | "pass" | "slot" | "config";
  /** `pass`: `pass_id`. `slot`: `schedule`, `slot` and `state`. */
  data: Record<string, unknown>;
};

type Listener = {
  tell: (event: ServerEvent) => void;
  /** The server is told to stop, or who may follow has changed. */
  close: () => void;
};

export type Events = {
  publish: (type: "pass" | "slot" | "config", data: ServerEvent["data"]) => void;
  /** First what was missed since `lastId`; null: nothing was seen before. Returns what ends it. */
  subscribe: (lastId: string | null, listener: Listener) => () => void;
  /** How many subscribe. */
  count: () => number;
  /** Ends every subscription. */
  close: () => void;
};

/** How many events a page may have missed and still catches up one by one. */
const KEPT = 256;

/** `boot`: tells this process's events from those of the one before. */
export function createEvents(boot: string): Events {
  const kept: ServerEvent[] = [];
  const listeners = new Set<Listener>();
  let sequence = 0;
  const idOf = (number: number) => `${boot}-${number}`;
  const listMissed = (lastId: string | null): ServerEvent[] => {
    const newest = idOf(sequence);
    if (lastId === null) return [{ id: newest, type: "hello", data: {} }];
    if (lastId === newest) return [];
    const index = kept.findIndex(({ id }) => id === lastId);
    // Of the event before the oldest that is kept, none is missing either.
    const isWhole = index >= 0 || lastId === idOf(sequence - kept.length);
    return isWhole ? kept.slice(index + 1) : [{ id: newest, type: "resync", data: {} }];
  };
  return {
    publish: (type, data) => {
      sequence += 1;
      const event: ServerEvent = { id: idOf(sequence), type, data };
      kept.push(event);
      if (kept.length > KEPT) kept.shift();
      for (const { tell } of listeners) tell(event);
    },
    subscribe: (lastId, listener) => {
      for (const event of listMissed(lastId)) listener.tell(event);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    count: () => listeners.size,
    close: () => {
      for (const { close } of listeners) close();
    },
  };
}
