/** How far back rules are known that have no schedule: only their runs tell that they are there. */
import { formatInstant } from "../text/figures.ts";
import type { ReadActivity } from "./activity.ts";
import type { Report } from "./schema.ts";

export function describeReach(
  activity: Pick<ReadActivity, "lookback" | "knownSinceMs" | "tableSinceMs" | "sampledRules">,
): Pick<Report["metadata"], "rules_known_since" | "sampled_rules"> {
  const { lookback, knownSinceMs, tableSinceMs, sampledRules } = activity;
  const isWhole =
    lookback === "each-rule" || knownSinceMs <= 0 || (tableSinceMs !== null && tableSinceMs >= knownSinceMs);
  return { rules_known_since: isWhole ? null : formatInstant(knownSinceMs), sampled_rules: sampledRules };
}
