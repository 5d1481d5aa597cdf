/** What is known of the CRMs' pasts before their reports are made. Where it cannot be read, that is said and no report waits. */
import { followWith } from "./text/sentences.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { settingsOf } from "./config/report-settings.ts";
import type { Config, CrmConfig } from "./config/schema.ts";
import { AppError } from "./errors.ts";
import type { Log } from "./log.ts";
import type { Past } from "./report/memory/cells.ts";
import { LONGEST_PAST_MS } from "./report/memory/known.ts";
import { pastUntil } from "./report/memory/remember.ts";
import type { ReportSettings } from "./report/settings.ts";
import type { Memory } from "./store/memory.ts";
import type { Kept } from "./store/memory/read.ts";
import { HOUR_MS, WEEK_MS } from "./time/units.ts";
import { lengthOf, windowBefore, type Window } from "./time/window.ts";

export type Recalled = {
  /** Once for each CRM: it is unpacked only then, and not held. Null: nothing is known, or it could not be read. */
  takePast: (crm: CrmConfig) => Past | null;
  /**
   * Since when all hours are known up to those that the warehouse tells with the windows, epoch milliseconds; null: there is a gap. Where
   * a fill found no older run, there may be one all the same: behind a pause, or added since.
   */
  knownFromMs: (crm: CrmConfig) => number | null;
  /** With what the store knows of its rules and hours beside their past: what the operator said, and which were disabled. */
  settingsOf: (crm: CrmConfig) => ReportSettings;
  /** What the reports say of a memory that could not be read. */
  context: { memoryProblem?: string };
};

type RecallOptions = {
  crms: CrmConfig[];
  window: Window;
  readMemory: Memory["recall"] | null;
  isKept?: boolean | undefined;
  log: Log;
};

/** A store that is slow must not keep the reports from the operator. */
const PATIENCE_MS = 2000;
/** By measure: at 256, as built, the pass takes 530 ms of CPU, at 1 as a daemon has it 520 ms, in between 420 ms. */
const MEMORY_JIT_POLICY = 16;
const WITHOUT = "the report is made without it";

export async function recallPasts(options: RecallOptions): Promise<Recalled> {
  const { crms, window, readMemory, isKept, log } = options;
  if (readMemory === null) return describe(new Map(), null, options);
  // The warehouses are asked first: they work meanwhile.
  await sleep(0);
  try {
    const sources = crms.map(({ name }) => name);
    const kept = await Promise.race([readMemory(sources, reachOf(window)), rejectLate()]);
    return describe(kept, null, options);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // One line is enough for one cause.
    const say = isKept === true ? log.debug : log.warn;
    say(followWith(`the memory could not be read: ${error.message}`, "The reports are made without it"));
    return describe(new Map(), `the memory could not be read: ${WITHOUT}`, options);
  }
}

/** That some of its rows are left out. */
export function sayUnreadable(crm: string): string {
  const advice = "see automation-reports store check, and memory fill, which reads it again";
  return `${crm}: a part of its memory can no longer be read: ${advice}`;
}

/** Reads the configured store's memory, and opens it only for that. */
export function readMemoryOf({ target }: Config["store"]): Memory["recall"] {
  return async (sources, reach) => {
    // Hundreds of thousands of hours are added up: here some compiled code pays for itself. See scripts/build.
    Bun.unsafe.setJITPolicy(MEMORY_JIT_POLICY);
    // Loaded only here: most commands need no store.
    const { openStore } = await import("./store/open.ts");
    await using store = await openStore(target, "look");
    return await store.memory.recall(sources, reach);
  };
}

/** The hours of both windows are told by the warehouse itself. */
function reachOf(window: Window): { sinceMs: number; weeksUntilMs: number } {
  return { sinceMs: window.endMs - LONGEST_PAST_MS, weeksUntilMs: windowBefore(window).startMs };
}

async function rejectLate(): Promise<never> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const { promise, reject } = Promise.withResolvers<never>();
  const late = new AppError("delivery", `the store did not answer within ${PATIENCE_MS / 1000} s`);
  patience.addEventListener("abort", () => reject(late), { once: true });
  return await promise;
}

function describe(
  kept: Map<string, Kept>,
  problem: string | null,
  { window, log }: Pick<RecallOptions, "window" | "log">,
): Recalled {
  const said = new Map(
    [...kept].map(([source, { retired, disabled, ignored }]) => [source, { retired, disabled, ignored }]),
  );
  return {
    takePast: (crm) => {
      const known = kept.get(crm.name)?.unpack();
      kept.delete(crm.name);
      if (known === undefined) return null;
      if (known.unreadable > 0) log.warn(sayUnreadable(crm.name), {}, { crm: crm.name });
      return pastUntil(known.past, window.endMs, [...crm.excludeRules, ...(crm.wrapperRules ?? [])]);
    },
    knownFromMs: (crm) => {
      const known = kept.get(crm.name);
      // Of longer windows the hours are not told.
      if (known === undefined || lengthOf(window) > WEEK_MS) return null;
      const toHour = Math.ceil(reachOf(window).weeksUntilMs / HOUR_MS);
      const newest = known.covered.find(([from, to]) => from <= toHour && to >= toHour);
      return newest === undefined ? null : newest[0] * HOUR_MS;
    },
    settingsOf: (crm) => {
      const settings = settingsOf(crm);
      const { retired = [], disabled = [], ignored = [] } = said.get(crm.name) ?? {};
      const retiredRules = [...settings.retiredRules, ...retired];
      return { ...settings, retiredRules, disabledRules: disabled, ignoredHours: ignored };
    },
    context: problem === null ? {} : { memoryProblem: problem },
  };
}
