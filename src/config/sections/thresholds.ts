/** `thresholds`: the limits at which a fact becomes a finding. */
import * as v from "valibot";
import { describe, positive, positiveWhole, ratio } from "./fields.ts";

export const thresholdsSchema = v.strictObject({
  min_actions: describe("Nothing is judged below this many finished runs.", v.optional(positiveWhole, 3)),
  success_rate: describe("A CRM whose share of successful runs is below this is a finding.", v.optional(ratio, 0.95)),
  overall_success_rate_high: describe(
    "A CRM whose share of successful runs is below this has high priority, else medium.",
    v.optional(ratio, 0.7),
  ),
  rule_success_rate: describe(
    "A rule whose share of successful runs is below this is a finding.",
    v.optional(ratio, 0.95),
  ),
  rule_success_rate_medium: describe(
    "A rule whose share of successful runs is below this has medium priority, else low.",
    v.optional(ratio, 0.8),
  ),
  rule_success_rate_high: describe(
    "A rule whose share of successful runs is below this is critical.",
    v.optional(ratio, 0.5),
  ),
  utilization: describe("A share of active rules below this is a finding.", v.optional(ratio, 0.5)),
  manual_share: describe(
    "A share of manual rules among the enabled ones above this is a finding.",
    v.optional(ratio, 0.3),
  ),
  trend_min_actions: describe("No trend is told below this many finished runs.", v.optional(positiveWhole, 10)),
  trend_min_hours: describe("No trend is told below this many full clock hours.", v.optional(positiveWhole, 2)),
  trend_change: describe(
    "A fall of the success rate by more than this within the window is a finding. 0.05 is five percentage points.",
    v.optional(ratio, 0.05),
  ),
  failed_actions: describe(
    "More failed runs in 24 hours are a finding. A shorter window counts as a day.",
    v.optional(positive, 10),
  ),
  duration_growth: describe(
    "Growth of the 95th percentile of durations above this is a finding. 0.5 is half as long again as in the window before.",
    v.optional(positive, 0.5),
  ),
  duration_min_actions: describe(
    "Durations are compared only where both windows have this many. Of 100 the slowest 5 decide.",
    v.optional(positiveWhole, 100),
  ),
});
