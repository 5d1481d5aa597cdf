/**
 * Who of a daemon's slots may begin. One whose schedule has ended a process before, a suspect, is made alone and after all
 * others, so that no innocent slot is ended with its process, or blamed for it.
 */

export type Gate = {
  /** Waits for its turn. `crashes`: how many processes have ended in the schedule's newest slots. Call what it returns at the end. */
  enter: (crashes: number) => Promise<() => void>;
  /** Lets suspects in: call it when all that is due has asked. */
  admitSuspects: () => void;
};

type Waiting = { crashes: number; admit: () => void };

export function createGate(): Gate {
  let inside = 0;
  let isAlone = false;
  /** A suspect has waited since before: whoever comes now waits behind it. */
  let isBarred = false;
  let waiting: Waiting[] = [];

  const leave = () => {
    inside -= 1;
    if (isAlone) {
      isAlone = false;
      isBarred = false;
      admit(waiting.filter(({ crashes }) => crashes === 0));
    }
    admitSuspects();
  };
  const admit = (chosen: Waiting[]) => {
    waiting = waiting.filter((one) => !chosen.includes(one));
    inside += chosen.length;
    for (const one of chosen) one.admit();
  };
  const admitSuspects = () => {
    const [first] = waiting.filter(({ crashes }) => crashes > 0).toSorted((a, b) => a.crashes - b.crashes);
    if (first === undefined || isAlone) return;
    isBarred = true;
    if (inside > 0) return;
    isAlone = true;
    admit([first]);
  };
  return {
    enter: async (crashes) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const one = { crashes, admit: resolve };
      waiting.push(one);
      if (crashes === 0 && !isBarred) admit([one]);
      await promise;
      return leave;
    },
    admitSuspects,
  };
}
