/** How much the report's rates can bear. */
import type { Outcome } from "./counts.ts";
import type { Report } from "./document/schema.ts";
import { differsBeyondNoise, wilsonInterval } from "./significance.ts";
import type { Thresholds } from "./thresholds.ts";

export function measureConfidence(
  outcome: Outcome,
  previous: Outcome,
  { min_actions }: Thresholds,
): NonNullable<Report["confidence"]> {
  const [low, high] = wilsonInterval(outcome.successful, outcome.total);
  return {
    success_rate_interval: outcome.total === 0 ? null : { low, high },
    success_rate_changed: outcome.total === 0 || previous.total === 0 ? null : differsBeyondNoise(outcome, previous),
    min_actions,
  };
}
