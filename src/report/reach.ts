/** How far back rules are known that have no schedule: only their runs tell that they are there. */
import { formatInstant } from "../text/figures.ts";
import type { ReadActivity } from "./activity.ts";
import type { Report } from "./schema.ts";

export function describeReach({
  knownSinceMs,
  sampledRules,
}: Pick<ReadActivity, "knownSinceMs" | "sampledRules">): Pick<
  Report["metadata"],
  "rules_known_since" | "sampled_rules"
> {
  return { rules_known_since: knownSinceMs <= 0 ? null : formatInstant(knownSinceMs), sampled_rules: sampledRules };
}
