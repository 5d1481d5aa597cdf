/** The published report: the TypeScript type, the JSON Schema and the check of stored documents all come from here. */
import * as v from "valibot";

export const SCHEMA_VERSION = 1;

export const SEVERITIES = ["info", "warning", "critical"] as const;
export const PRIORITIES = ["high", "medium", "low", "info"] as const;
export const CATEGORIES = ["setup", "reliability", "performance", "utilization", "automation", "data"] as const;
export const FINDING_IDS = [
  "tables-missing",
  "no-data",
  "success-rate-low",
  "failures-many",
  "rule-success-rate-low",
  "rule-silent",
  "stale-actions",
  "trend-declining",
  "duration-rising",
  "unknown-status",
  "utilization-low",
  "manual-share-high",
  "schedule-unmatched",
  "rule-undeclared",
] as const;
/** Findings about a pass as a whole. */
export const PASS_FINDING_IDS = ["warehouse-unreachable"] as const;
export const HEALTH_STATUSES = ["excellent", "good", "fair", "poor", "critical", "unknown"] as const;
export const ACTION_STATUSES = [
  "success",
  "partial",
  "failed",
  "running",
  "stale",
  "skipped",
  "dry_run",
  "wrapper",
  "unknown",
] as const;
export const AUTOMATION_LEVELS = ["manual", "semi_automatic", "fully_automatic"] as const;
export const PRESET_NAMES = ["sync-history", "automation"] as const;

const describe = <T extends v.GenericSchema>(schema: T, text: string) => v.pipe(schema, v.description(text));

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const ratio = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const seconds = v.pipe(v.number(), v.minValue(0));
const instant = describe(v.pipe(v.string(), v.isoTimestamp()), "UTC, RFC 3339, ending in Z");
const ruleName = v.string();

const recordsSchema = describe(
  v.strictObject({
    processed: v.nullable(v.number()),
    created: v.nullable(v.number()),
    updated: v.nullable(v.number()),
    failed: v.nullable(v.number()),
  }),
  "Sums over the finished actions; null where no action recorded the count, or the sum is too large to be exact",
);

const durationSchema = describe(
  v.nullable(
    v.strictObject({
      n: describe(count, "Finished actions whose duration is known"),
      mean: seconds,
      p50: seconds,
      p95: seconds,
      p99: seconds,
      max: seconds,
    }),
  ),
  "Seconds, exact percentiles with linear interpolation; null when no duration is known",
);

const evidenceValue = v.union([
  v.string(),
  v.number(),
  v.boolean(),
  v.null(),
  v.array(v.string()),
  v.record(v.string(), v.number()),
]);

export const findingSchema = v.strictObject({
  id: v.picklist([...FINDING_IDS, ...PASS_FINDING_IDS]),
  severity: v.picklist(SEVERITIES),
  rule_name: v.nullable(ruleName),
  message: v.string(),
  evidence: v.record(v.string(), evidenceValue),
});

const recommendationSchema = v.strictObject({
  id: v.string(),
  priority: v.picklist(PRIORITIES),
  category: v.picklist(CATEGORIES),
  rule_name: v.nullable(ruleName),
  issue: v.string(),
  recommendation: v.string(),
});

const groupMetricsSchema = v.strictObject({
  rules: describe(count, "Rules of this group that finished at least one action"),
  total_executions: count,
  successful_executions: count,
  failed_executions: count,
  success_rate: v.nullable(ratio),
});

const ruleMetricsSchema = v.strictObject({
  total_executions: count,
  successful_executions: count,
  failed_executions: describe(count, "total − successful, so partial runs are in it"),
  success_rate: v.nullable(ratio),
  avg_execution_time: describe(v.nullable(seconds), "Seconds, the mean of the known durations"),
  automation_level: v.nullable(v.picklist(AUTOMATION_LEVELS)),
  strategy: v.nullable(v.string()),
  priority: v.nullable(v.string()),
  duration_seconds: durationSchema,
  records: recordsSchema,
  last_success_at: describe(
    v.nullable(instant),
    "Start of the newest successful action in this window or the one before; null when there is none",
  ),
});

const recentActionSchema = v.strictObject({
  rule_name: ruleName,
  status: v.picklist(ACTION_STATUSES),
  success: v.boolean(),
  timestamp: describe(instant, "When the action started"),
  duration_seconds: v.nullable(seconds),
  message: v.nullable(v.string()),
});

export const ReportSchema = v.strictObject({
  schema_version: v.literal(SCHEMA_VERSION),
  metadata: v.strictObject({
    source: describe(v.string(), "The CRM's name in the configuration"),
    pass_id: v.string(),
    report_generated_at: instant,
    time_window_hours: v.pipe(v.number(), v.gtValue(0)),
    window_start: instant,
    window_end: instant,
    cutoff_time: describe(instant, "Equal to window_start; the older reports' name for it"),
    include_detailed: v.boolean(),
    status: describe(v.picklist(["ok", "no_data", "fallback"]), "fallback: none of the preset's tables is there"),
    note: v.nullable(v.string()),
    preset: v.nullable(v.picklist(PRESET_NAMES)),
    query_seconds: seconds,
    generator: v.string(),
  }),
  performance_metrics: v.strictObject({
    total_actions: describe(count, "Finished actions: success + partial + failed"),
    successful_actions: count,
    failed_actions: describe(count, "total − successful, so partial actions are in it"),
    partial_actions: count,
    running_actions: count,
    stale_actions: describe(count, "Running for longer than stale_after"),
    skipped_actions: count,
    dry_run_actions: count,
    wrapper_actions: count,
    unknown_status_actions: v.optional(
      describe(count, "Actions whose status is in no vocabulary; a finding names the words"),
    ),
    overall_success_rate: v.nullable(ratio),
    actions_per_hour: v.pipe(v.number(), v.minValue(0)),
    avg_actions_per_rule: describe(v.nullable(v.pipe(v.number(), v.minValue(0))), "total_actions / total_rules"),
    records: recordsSchema,
    duration_seconds: durationSchema,
  }),
  comparison: describe(
    v.strictObject({
      window_start: instant,
      window_end: instant,
      total_actions: count,
      overall_success_rate: v.nullable(ratio),
      success_rate_change: describe(v.nullable(v.number()), "This window's rate minus that one's"),
      total_actions_change_ratio: describe(v.nullable(v.number()), "(this − that) / that"),
      duration_p95_change_ratio: describe(v.nullable(v.number()), "(this − that) / that"),
    }),
    "The window of the same length just before, as its own report counted it",
  ),
  system_health: v.strictObject({
    active_rules: describe(count, "Enabled rules with at least one finished action in the window"),
    total_rules: count,
    rules_basis: describe(
      v.picklist(["declared", "observed"]),
      "observed: the warehouse declares no rules, so total_rules is what was seen in both windows",
    ),
    rule_utilization_rate: v.nullable(ratio),
    automation_coverage: describe(
      v.nullable(v.strictObject({ manual: ratio, semi_automatic: ratio, fully_automatic: ratio })),
      "Shares of the enabled rules whose automation level is known",
    ),
    health_score: describe(v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(100))), "0–100, unrounded"),
    health_status: v.picklist(HEALTH_STATUSES),
  }),
  quality_metrics: v.strictObject({
    strategy_effectiveness: describe(v.nullable(v.record(v.string(), ratio)), "Success rate per strategy"),
    automation_level_effectiveness: describe(v.nullable(v.record(v.string(), ratio)), "Success rate per level"),
    rule_reliability: describe(v.record(ruleName, ratio), "Success rate of each rule that finished an action"),
  }),
  execution_frequency: v.strictObject({
    high_frequency_rules: describe(v.array(ruleName), "At least twice the mean of the rules that ran, busiest first"),
    low_frequency_rules: describe(v.array(ruleName), "At most half the mean of the rules that ran, quietest first"),
    most_active_rule: v.nullable(ruleName),
    least_active_rule: describe(v.nullable(ruleName), "Of the rules that ran; null when only one did"),
  }),
  rule_metrics_summary: v.strictObject({
    total_rules_executed: count,
    rules_with_failures: count,
    rules_with_100_percent_success: count,
    average_rule_success_rate: describe(v.nullable(ratio), "Mean of the rules' rates, each rule weighing the same"),
  }),
  trend_analysis: v.strictObject({
    total_hours_analyzed: describe(count, "Complete UTC clock hours in the window"),
    avg_actions_per_hour: describe(v.nullable(v.pipe(v.number(), v.minValue(0))), "Over the complete hours"),
    peak_activity_hour: v.nullable(instant),
    lowest_activity_hour: v.nullable(instant),
    success_rate_trend: v.picklist(["improving", "declining", "stable", "unknown"]),
    hourly_distribution: describe(
      v.strictObject({
        actions_per_hour: v.record(v.string(), count),
        success_rates_per_hour: v.record(v.string(), v.nullable(ratio)),
        partial_hours: describe(v.array(instant), "Hours that the window covers only in part"),
      }),
      "Keys are the starts of UTC clock hours",
    ),
  }),
  findings: v.array(findingSchema),
  recommendations: v.array(recommendationSchema),
  detailed_metrics: describe(
    v.nullable(
      v.strictObject({
        rule_metrics: v.record(ruleName, ruleMetricsSchema),
        strategy_metrics: v.nullable(v.record(v.string(), groupMetricsSchema)),
        automation_level_metrics: v.nullable(v.record(v.string(), groupMetricsSchema)),
        recent_actions: describe(v.array(recentActionSchema), "The newest actions of the window, newest first"),
      }),
    ),
    "Present when the report was asked for with --detailed",
  ),
});

export type Report = v.InferOutput<typeof ReportSchema>;
export type Finding = v.InferOutput<typeof findingSchema>;
export type FindingId = (typeof FINDING_IDS)[number];
export type Severity = (typeof SEVERITIES)[number];
export type Recommendation = v.InferOutput<typeof recommendationSchema>;
export type DurationFigures = NonNullable<v.InferOutput<typeof durationSchema>>;
export type RecordSums = v.InferOutput<typeof recordsSchema>;
export type ActionStatus = (typeof ACTION_STATUSES)[number];
export type AutomationLevel = (typeof AUTOMATION_LEVELS)[number];
export type PresetName = (typeof PRESET_NAMES)[number];
export type HealthStatus = (typeof HEALTH_STATUSES)[number];
