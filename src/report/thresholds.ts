/** The limits at which a fact becomes a finding. Their defaults are in the configuration schema. */
export type Thresholds = {
  /** Nothing is judged below this many finished actions. */
  min_actions: number;
  success_rate: number;
  overall_success_rate_high: number;
  rule_success_rate: number;
  rule_success_rate_medium: number;
  rule_success_rate_high: number;
  utilization: number;
  manual_share: number;
  trend_min_actions: number;
  trend_min_hours: number;
  trend_change: number;
  /** Failed actions per 24 h; a window shorter than a day counts as a day. */
  failed_actions: number;
  /** Growth of the 95th percentile, 0.5 = half as long again. */
  duration_growth: number;
  duration_min_actions: number;
};

/** Those that say how urgent a piece of advice is, and not what it says. */
export type UrgencyLimits = Pick<Thresholds, "overall_success_rate_high" | "rule_success_rate_high">;
