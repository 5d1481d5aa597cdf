/** Rules that seldom run: one run of theirs tells what several tell of others. */
import { HOUR_MS } from "../../time/units.ts";
import type { RuleFacts } from "./facts.ts";

/** Twice a day or less. */
const RARE_MS = 11 * HOUR_MS;
/** Fewer known runs than this say little of how often a rule runs. */
const MANY_KNOWN = 10;

/**
 * By the longest usual rest, unless many runs are known and are closer: a rest by night or at a weekend. Repeats of a failed run
 * are no closer ones. Null: not known.
 */
export function isRare({
  usualIntervalMs,
  finished,
  attempts,
}: Pick<RuleFacts, "usualIntervalMs" | "finished" | "attempts">): boolean | null {
  if (usualIntervalMs === null) return null;
  const startsMs = attempts.map(({ runs: [newest] }) => newest.startedMs);
  const spanMs = Math.max(...startsMs) - Math.min(...startsMs);
  return usualIntervalMs >= RARE_MS && (finished.length < MANY_KNOWN || spanMs / (attempts.length - 1) >= RARE_MS);
}
