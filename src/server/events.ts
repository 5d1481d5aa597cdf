/** What happened, for pages that are open: server-sent events. */

/** `resync`: some were missed, everything is to be asked for again. */
export type ServerEvent = {
  id: string;
  type: "pass" | "slot" | "config" | "resync";
  /** `pass`: its id and the CRMs; `slot`: schedule, slot and state. */
  data: Record<string, unknown>;
};

export type Events = {
  publish: (type: ServerEvent["type"], data: ServerEvent["data"]) => void;
  /** First what was missed since `lastId`; null: nothing was seen before. Returns what ends it. */
  subscribe: (lastId: string | null, onEvent: (event: ServerEvent) => void) => () => void;
  /** How many subscribe. */
  count: () => number;
};

/** How many events a page may have missed and still catches up one by one. */
const KEPT = 256;

/** `boot`: tells this process's events from those of the one before. */
export function createEvents(boot: string): Events {
  const kept: ServerEvent[] = [];
  const listeners = new Set<(event: ServerEvent) => void>();
  let sequence = 0;
  const listMissed = (lastId: string): ServerEvent[] => {
    const newest = `${boot}-${sequence}`;
    if (lastId === newest) return [];
    const index = kept.findIndex(({ id }) => id === lastId);
    // The one before the oldest that is kept was seen: none is missing either.
    const isWhole = index >= 0 || lastId === `${boot}-${sequence - kept.length}`;
    return isWhole ? kept.slice(index + 1) : [{ id: newest, type: "resync", data: {} }];
  };
  return {
    publish: (type, data) => {
      sequence += 1;
      const event = { id: `${boot}-${sequence}`, type, data };
      kept.push(event);
      if (kept.length > KEPT) kept.shift();
      for (const listener of listeners) listener(event);
    },
    subscribe: (lastId, onEvent) => {
      if (lastId !== null) for (const event of listMissed(lastId)) onEvent(event);
      listeners.add(onEvent);
      return () => listeners.delete(onEvent);
    },
    count: () => listeners.size,
  };
}
