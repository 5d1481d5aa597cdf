/** Rules that seldom run: one run of theirs tells what several tell of others. */
import { HOUR_MS } from "../../time/units.ts";
import type { RuleFacts } from "./facts.ts";

/** Twice a day or less. */
const RARE_MS = 11 * HOUR_MS;
/** Fewer known runs than this say little of how often a rule runs. */
const MANY_KNOWN = 10;

/** By the longest usual rest, unless many runs are known and are closer: a rest by night or at a weekend. Null: not known. */
export function isRare({ usualIntervalMs, finished }: Pick<RuleFacts, "usualIntervalMs" | "finished">): boolean | null {
  if (usualIntervalMs === null) return null;
  const startsMs = finished.map(({ startedMs }) => startedMs);
  const spanMs = Math.max(...startsMs) - Math.min(...startsMs);
  return usualIntervalMs >= RARE_MS && (finished.length < MANY_KNOWN || spanMs / (finished.length - 1) >= RARE_MS);
}
