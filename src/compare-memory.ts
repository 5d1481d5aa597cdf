/** Reads some remembered days again, and tells which the warehouse has otherwise by now. */
import type { CrmConfig } from "./config/schema.ts";
import { describeFailure } from "./database/failure.ts";
import { comparePasts, type Difference } from "./report/memory/compare.ts";
import type { Memory } from "./store/memory.ts";
import type { Redact } from "./text/redact.ts";
import { DAY_MS } from "./time/units.ts";
import { readHours } from "./warehouse/hours.ts";

export type Compared = {
  source: string;
  /** How many days were read again. */
  days: number;
  differing: { dayMs: number; rules: Difference[] }[];
  /** Why no more of them were; null: all were. */
  problem: string | null;
};

type CompareOptions = { memory: Memory; days: number; nowMs: number; redact: Redact; signal: AbortSignal };

/** So many days, from the first that is known to the last. Each is one bounded query. */
export async function compareMemory(crm: CrmConfig, options: CompareOptions): Promise<Compared> {
  const { memory, redact, signal, nowMs } = options;
  const compared: Compared = { source: crm.name, days: 0, differing: [], problem: null };
  const known = [...(await memory.listDays(crm.name, 0)).keys()].toSorted((a, b) => a - b);
  for (const day of spread(known, options.days)) {
    if (signal.aborted) break;
    const remembered = await memory.readDay(crm.name, day);
    if (remembered === null) continue;
    const [fromMs, toMs] = [day * DAY_MS, (day + 1) * DAY_MS];
    try {
      const result = await readHours(
        { crm, nowMs, fromMs, toMs },
        redact,
        AbortSignal.any([signal, AbortSignal.timeout(crm.timeoutMs)]),
      );
      if (result.kind !== "read") {
        const problem = result.kind === "unindexed" ? redact(result.problem) : `no table to read in ${result.where}`;
        return { ...compared, problem };
      }
      compared.days += 1;
      const rules = comparePasts(remembered, result.past);
      if (rules.length > 0) compared.differing.push({ dayMs: fromMs, rules });
    } catch (error) {
      return { ...compared, problem: redact(describeFailure(error, crm.target)) };
    }
  }
  return compared;
}

/** At most so many, the first and the last among them, as far apart as they may be. */
function spread(days: number[], most: number): number[] {
  if (days.length <= most) return days;
  const step = most === 1 ? 0 : (days.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => days[most === 1 ? days.length - 1 : Math.round(index * step)] ?? 0);
}
