/** Reads some remembered days again, and tells which the warehouse has otherwise by now. */
import type { CrmConfig } from "./config/schema.ts";
import { describeReadFailure } from "./warehouse/failure-words.ts";
import type { Past } from "./report/memory/cells.ts";
import { comparePasts, type Difference } from "./report/memory/compare.ts";
import { keepable } from "./report/memory/remember.ts";
import type { Memory } from "./store/memory.ts";
import type { Redact } from "./text/redact.ts";
import { DAY_MS } from "./time/units.ts";
import { describeLate } from "./warehouse/visit.ts";
import { readHours } from "./warehouse/hours.ts";

export type Compared = {
  source: string;
  /** How many days were read again. */
  days: number;
  /** Of how many others every hour is before the table's oldest row: they are remembered, and nothing can be held against them. */
  gone: number;
  differing: { dayMs: number; rules: Difference[] }[];
  /** Why no more of them were; null: all were. */
  problem: string | null;
};

type CompareOptions = { memory: Memory; days: number; nowMs: number; redact: Redact; signal: AbortSignal };

/** So many days, from the first that is known to the last. Each is one bounded query. */
export async function compareMemory(crm: CrmConfig, options: CompareOptions): Promise<Compared> {
  const { memory, signal } = options;
  const compared: Compared = { source: crm.name, days: 0, gone: 0, differing: [], problem: null };
  const known = [...(await memory.listDays(crm.name, 0)).keys()].toSorted((a, b) => a - b);
  if (known.length === 0) {
    // Nothing to compare with: yet a warehouse that cannot be read is told.
    const today = await readOneDay(crm, Math.floor(options.nowMs / DAY_MS), options);
    return { ...compared, problem: "problem" in today ? today.problem : null };
  }
  for (const day of spread(known, options.days)) {
    if (signal.aborted) break;
    const remembered = await memory.readDay(crm.name, day);
    if (remembered === null) continue;
    const answer = await readOneDay(crm, day, options);
    if ("problem" in answer) return { ...compared, problem: answer.problem };
    if (answer.past.covered.length === 0) {
      compared.gone += 1;
      continue;
    }
    compared.days += 1;
    // A rule whose name holds a secret is not remembered: it is neither missing nor to be named.
    const rules = comparePasts(keepable(remembered), keepable(answer.past));
    if (rules.length > 0) compared.differing.push({ dayMs: day * DAY_MS, rules });
  }
  return compared;
}

async function readOneDay(
  crm: CrmConfig,
  day: number,
  { nowMs, redact, signal }: CompareOptions,
): Promise<{ past: Past } | { problem: string }> {
  const deadline = AbortSignal.timeout(crm.timeoutMs);
  try {
    const result = await readHours(
      { crm, nowMs, fromMs: day * DAY_MS, toMs: (day + 1) * DAY_MS },
      redact,
      AbortSignal.any([signal, deadline]),
    );
    if (result.kind === "read") return { past: result.past };
    return {
      problem: result.kind === "unindexed" ? redact(result.problem) : `no table to read in ${result.where}`,
    };
  } catch (error) {
    return { problem: redact(deadline.aborted ? describeLate(error, crm) : describeReadFailure(error, crm.target)) };
  }
}

/** At most so many, the first and the last among them, as far apart as they may be. */
function spread(days: number[], most: number): number[] {
  if (days.length <= most) return days;
  const step = most === 1 ? 0 : (days.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => days[most === 1 ? days.length - 1 : Math.round(index * step)] ?? 0);
}
