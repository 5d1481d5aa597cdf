/** How far back the table tells of runs, and of rules that have no schedule: only their runs tell that they are there. */
import { formatInstant } from "../text/figures.ts";
import type { Window } from "../time/window.ts";
import type { ReadActivity } from "./activity.ts";
import type { Report } from "./document/schema.ts";

export function describeReach({
  knownSinceMs,
  sampledRules,
  tableSinceMs,
  window,
}: Pick<ReadActivity, "knownSinceMs" | "sampledRules" | "tableSinceMs"> & { window: Window }): Pick<
  Report["metadata"],
  "counted_since" | "rules_known_since" | "sampled_rules"
> {
  const isPartOnly = tableSinceMs !== null && tableSinceMs > window.startMs && tableSinceMs < window.endMs;
  return {
    ...(isPartOnly ? { counted_since: formatInstant(tableSinceMs) } : {}),
    rules_known_since: knownSinceMs <= 0 ? null : formatInstant(knownSinceMs),
    sampled_rules: sampledRules,
  };
}
