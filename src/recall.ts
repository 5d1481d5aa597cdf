/** What is known of the CRMs' pasts before their reports are made. Where it cannot be read, that is said and no report waits. */
import { setTimeout as sleep } from "node:timers/promises";
import { settingsOf } from "./config/report-settings.ts";
import type { CrmConfig } from "./config/schema.ts";
import { AppError } from "./errors.ts";
import type { Log } from "./log.ts";
import type { Past } from "./report/memory/cells.ts";
import { pastUntil } from "./report/memory/remember.ts";
import type { ReportSettings } from "./report/settings.ts";
import type { Memory } from "./store/memory.ts";
import type { Remembered } from "./store/memory/read.ts";
import { WEEK_MS } from "./time/units.ts";
import type { Window } from "./time/window.ts";

export type Recalled = {
  /** Null: nothing is known, or it could not be read. */
  pastOf: (crm: CrmConfig) => Past | null;
  /** With what the operator said of its rules in the store. */
  settingsOf: (crm: CrmConfig) => ReportSettings;
  /** What the reports say of a memory that could not be read. */
  context: { memoryProblem?: string };
};

type RecallOptions = {
  crms: CrmConfig[];
  window: Window;
  readMemory: Memory["read"] | null;
  isKept?: boolean | undefined;
  log: Log;
};

/** Five weeks are judged by, and rare rules by more. */
const REMEMBERED_MS = 8 * WEEK_MS;
/** A store that is slow must not keep the reports from the operator. */
const PATIENCE_MS = 2000;
const WITHOUT = "the report is made without it";

export async function recallPasts({ crms, window, readMemory, isKept, log }: RecallOptions): Promise<Recalled> {
  if (readMemory === null) return describe(new Map(), window, null);
  // The warehouses are asked first: they work meanwhile.
  await sleep(0);
  try {
    const sources = crms.map(({ name }) => name);
    const remembered = await Promise.race([readMemory(sources, window.endMs - REMEMBERED_MS), rejectLate()]);
    for (const [crm, { unreadable }] of remembered)
      if (unreadable > 0)
        log.warn(`${crm}: a part of its memory can no longer be read: see automation-reports store check`, {}, { crm });
    return describe(remembered, window, null);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // One line is enough for one cause.
    const say = isKept === true ? log.debug : log.warn;
    say(`the memory could not be read: ${error.message}. The reports are made without it`);
    return describe(new Map(), window, `the memory could not be read: ${WITHOUT}`);
  }
}

async function rejectLate(): Promise<never> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const { promise, reject } = Promise.withResolvers<never>();
  const late = new AppError("delivery", `the store did not answer within ${PATIENCE_MS / 1000} s`);
  patience.addEventListener("abort", () => reject(late), { once: true });
  return await promise;
}

function describe(remembered: Map<string, Remembered>, window: Window, problem: string | null): Recalled {
  return {
    pastOf: (crm) => {
      const known = remembered.get(crm.name);
      const leftOut = [...crm.excludeRules, ...(crm.wrapperRules ?? [])];
      return known === undefined ? null : pastUntil(known.past, window.endMs, leftOut);
    },
    settingsOf: (crm) => {
      const settings = settingsOf(crm);
      const retired = remembered.get(crm.name)?.retired ?? [];
      return { ...settings, retiredRules: [...settings.retiredRules, ...retired] };
    },
    context: problem === null ? {} : { memoryProblem: problem },
  };
}
