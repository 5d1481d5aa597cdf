/** Which visits a signal cut off: the others had ended, each for its own reason. */

export type VisitLog = {
  /** The names that are being visited now, as `VisitOptions.onProgress` has them. */
  onProgress: (visiting: string[]) => void;
  /** Whether its visit had not begun, or not ended, when the signal came. */
  wasCut: (crm: string) => boolean;
};

export function logVisits(signal: AbortSignal): VisitLog {
  const begun = new Set<string>();
  let visiting: string[] = [];
  return {
    onProgress: (now) => {
      // What ends after the signal was ended by it.
      if (signal.aborted) return;
      visiting = now;
      for (const name of now) begun.add(name);
    },
    wasCut: (crm) => signal.aborted && (!begun.has(crm) || visiting.includes(crm)),
  };
}
