/** The published report: the TypeScript type, the JSON Schema and the check of stored documents all come from here. */
import * as v from "valibot";
import { errorGroupSchema } from "../errors/schema.ts";
import {
  count,
  describe,
  durationSchema,
  instant,
  number,
  ratio,
  recordsSchema,
  ruleName,
  seconds,
} from "./schema-figures.ts";
import { TotalsSchema } from "./totals-schema.ts";
import {
  ACTION_STATUSES,
  AUTOMATION_LEVELS,
  CATEGORIES,
  CONDITIONS,
  CONTRADICTION_KINDS,
  DEGRADATIONS,
  FINDING_IDS,
  HEALTH_STATUSES,
  PASS_FINDING_IDS,
  PRESET_NAMES,
  PRIORITIES,
  REPORT_STATUSES,
  SCHEMA_VERSION,
  SEVERITIES,
  VERDICTS,
} from "../words.ts";

const evidenceValue = v.union([
  v.string(),
  number,
  v.boolean(),
  v.null(),
  v.array(v.string()),
  v.record(v.string(), number),
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
  finding: describe(count, "Which finding it is about: its place in findings, from 0"),
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
    "End of the newest successful action in this window, the one before, or what was looked back on; null when none is known",
  ),
});

export const ruleRunSchema = v.strictObject({
  id: v.nullable(v.string()),
  status: v.picklist(ACTION_STATUSES),
  started_at: instant,
  ended_at: describe(v.nullable(instant), "Null: it has not ended, or its row does not say when"),
  duration_seconds: v.nullable(seconds),
  records: v.nullable(number),
  error: describe(
    v.nullable(v.string()),
    "One line, shortened and redacted; of failed ones among the newest, and of the newest of each kind of failure",
  ),
});

const ruleErrorSchema = v.strictObject({
  at: instant,
  message: describe(v.nullable(v.string()), "One line, shortened and redacted; null: none is recorded"),
  runs: describe(count, "How many failed with that message, apart from its numbers"),
});

const interval = v.strictObject({ low: number, high: number });

export const ruleSchema = v.strictObject({
  rule_name: ruleName,
  condition: describe(
    v.picklist(CONDITIONS),
    "The state of the rule at the window's end, the first of the list that holds",
  ),
  degradation: describe(v.nullable(v.picklist(DEGRADATIONS)), "What moved, of a degraded rule"),
  severity: describe(v.nullable(v.picklist(SEVERITIES)), "Null: nobody need know"),
  since: describe(v.nullable(instant), "Since when the condition holds, as far as is known"),
  message: v.string(),
  enabled: describe(
    v.nullable(v.boolean()),
    "Null: nothing declares the rule. In sync-history the schedule rows declare each type that ran in either window, and it is enabled unless all rows that name it were disabled by the window's end, as far as they tell",
  ),
  schedules: describe(v.array(v.string()), "As they are written"),
  unmatched: describe(v.boolean(), "A schedule whose name fits no rule that is known to have run"),
  total: describe(count, "Finished actions of the window, the n of success_rate"),
  successful: count,
  failed: describe(count, "total − successful, so partial actions are in it"),
  partial: count,
  running: count,
  stale: describe(count, "Open for longer than limits.stale_after_seconds"),
  pending: describe(count, "Waiting to start"),
  success_rate: v.nullable(ratio),
  last_run_at: describe(v.nullable(instant), "Start of the newest run known"),
  last_end_at: describe(v.nullable(instant), "End of the newest finished run known"),
  last_success_at: describe(v.nullable(instant), "End of the newest success known"),
  age_seconds: describe(v.nullable(number), "From last_success_at to the window's end"),
  expected: describe(v.nullable(count), "Runs that its schedules should have started in the window"),
  seen: v.nullable(count),
  missed: v.nullable(count),
  late: describe(v.nullable(count), "Null where single runs cannot be told to be late"),
  early: describe(v.nullable(count), "Started before their time by more than half a minute"),
  extra: describe(
    v.nullable(count),
    "Starts that no schedule explains; none before a change of its schedules, which may have been others",
  ),
  pending_runs: describe(v.nullable(count), "Due so shortly before the window's end that they may still start"),
  missed_at: describe(v.array(instant), "The newest ten, newest first"),
  limits: v.strictObject({
    warn_after_seconds: describe(v.nullable(seconds), "Age of the last success, or for a schedule of the last start"),
    error_after_seconds: v.nullable(seconds),
    stale_after_seconds: seconds,
    basis: describe(
      v.picklist(["config", "schedule", "usual-interval", "unknown"]),
      "Where the limits come from: warn_after and error_after, the rule's schedules, or how often it usually runs",
    ),
  }),
  usual_interval_seconds: describe(
    v.nullable(seconds),
    "From one run to the next by its schedules, else the longest time between two of its newest runs",
  ),
  duration_seconds: durationSchema,
  records: recordsSchema,
  usual_records: describe(
    v.nullable(number),
    "Mean of the records of a run before the window, or before they stopped coming",
  ),
  usual: v.exactOptional(
    describe(
      v.nullable(
        v.strictObject({
          known_days: describe(count, "Days of its past that are known"),
          judged_by: v.picklist(["past", "last-runs"]),
          interval: v.nullable(
            v.strictObject({
              seconds,
              days: count,
              limit_runs: describe(
                v.exactOptional(number),
                "So many runs that usually start in such a time must be missing before its silence is a warning. Absent in reports of earlier versions",
              ),
            }),
          ),
          duration: v.nullable(v.strictObject({ seconds, days: count })),
          records: v.nullable(v.strictObject({ records: number, days: count })),
          failures: v.nullable(v.strictObject({ failed: count, total: count, days: count })),
        }),
      ),
      "What is usual by its own past, without the time since which it is no more so, each with the days that it comes from: the mean time from one run to the next, and duration, records and failures at the hours of the last day; null where nothing is known. Absent in reports of earlier versions",
    ),
  ),
  newest_error: describe(v.nullable(v.string()), "One line, shortened and redacted"),
  failed_row_ids: describe(
    v.array(v.string()),
    "Ids of up to three failed rows of the window, newest first; where nothing failed in it, of the newest known ones",
  ),
});

const expectationsSchema = describe(
  v.nullable(
    v.strictObject({
      timezone: describe(v.string(), "IANA name: in which zone the schedules were read"),
      unmatched: describe(
        v.array(v.strictObject({ name: v.string(), schedules: v.array(v.string()), config_line: v.string() })),
        "Enabled schedules that match no sync type, with the line that would map each",
      ),
      inexpressible: describe(
        v.array(v.strictObject({ rule_name: ruleName, schedules: v.array(v.string()), reasons: v.array(v.string()) })),
        "Schedules that are not understood, and so not compared",
      ),
    }),
  ),
  "Schedules that could not be compared with runs; null where nothing is scheduled",
);

const dataQualitySchema = describe(
  v.array(
    v.strictObject({
      id: v.picklist(CONTRADICTION_KINDS),
      count,
      rules: v.array(ruleName),
      row_ids: describe(v.array(v.string()), "Ids of up to three of the rows"),
      meaning: v.string(),
    }),
  ),
  "Rows of the window that contradict themselves or each other",
);

const confidenceSchema = describe(
  v.strictObject({
    success_rate_interval: describe(v.nullable(interval), "Wilson's 95 % interval of overall_success_rate"),
    success_rate_changed: describe(
      v.nullable(v.boolean()),
      "Whether the rate differs from the window before by more than noise (Newcombe 1998, method 10, 95 %)",
    ),
    min_actions: describe(count, "Nothing is judged below this many"),
  }),
  "How much the rates can bear",
);

const baselineSchema = describe(
  v.nullable(
    v.strictObject({
      kind: v.picklist(["week"]),
      window_start: instant,
      window_end: instant,
      total_actions: count,
      overall_success_rate: v.nullable(ratio),
      success_rate_change: v.nullable(number),
      success_rate_changed: describe(v.nullable(v.boolean()), "By more than noise"),
      total_actions_change_ratio: v.nullable(number),
    }),
  ),
  "The same window one week before; null unless asked for with --baseline week",
);

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
    time_window_hours: v.pipe(v.number(), v.finite(), v.gtValue(0)),
    window_start: instant,
    window_end: instant,
    scanned_from: describe(instant, "Actions that began before this are in no figure, whenever they ended"),
    counted_since: v.exactOptional(
      describe(
        instant,
        "Start of the table's oldest row, of a large one with an index by CRM of this CRM's, where the window began before it: what ran until then was deleted, or never written",
      ),
    ),
    rules_known_since: describe(
      v.nullable(instant),
      "A rule without a schedule that ran last before this is not known; null: every rule that ever ran is",
    ),
    sampled_rules: describe(
      v.array(v.string()),
      "Rules that ran last before that, found in a part of their rows: their last run may be later than is said",
    ),
    past: v.exactOptional(
      describe(
        v.strictObject({ known_days: count, note: v.nullable(v.string()) }),
        "How many days of the rules' past are known, and what that cannot say. Absent in reports of earlier versions",
      ),
    ),
    cutoff_time: describe(instant, "Equal to window_start; the older reports' name for it"),
    include_detailed: v.boolean(),
    status: describe(v.picklist(REPORT_STATUSES), "fallback: none of the preset's tables is there"),
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
    pending_actions: describe(count, "Waiting to start"),
    unknown_status_actions: describe(count, "Actions whose status is in no vocabulary; a finding names the words"),
    overall_success_rate: v.nullable(ratio),
    actions_per_hour: v.pipe(v.number(), v.finite(), v.minValue(0)),
    avg_actions_per_rule: describe(
      v.nullable(v.pipe(v.number(), v.finite(), v.minValue(0))),
      "total_actions / total_rules",
    ),
    records: recordsSchema,
    duration_seconds: durationSchema,
  }),
  comparison: describe(
    v.strictObject({
      window_start: instant,
      window_end: instant,
      total_actions: count,
      overall_success_rate: v.nullable(ratio),
      success_rate_change: describe(v.nullable(number), "This window's rate minus that one's"),
      total_actions_change_ratio: describe(v.nullable(number), "(this − that) / that"),
      duration_p95_change_ratio: describe(v.nullable(number), "(this − that) / that"),
    }),
    "The window of the same length just before, as its own report counted it",
  ),
  system_health: v.strictObject({
    active_rules: describe(count, "Enabled rules with at least one finished action in the window"),
    total_rules: count,
    rules_basis: describe(
      v.picklist(["declared", "observed", "unknown"]),
      "observed: the warehouse declares no rules, so total_rules is what was seen in both windows; unknown: they could not be read, and nothing is known of schedules",
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
    avg_actions_per_hour: describe(
      v.nullable(v.pipe(v.number(), v.finite(), v.minValue(0))),
      "Over the complete hours",
    ),
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
  expectations: expectationsSchema,
  data_quality: dataQualitySchema,
  error_groups: describe(
    v.array(errorGroupSchema),
    "Failures of the window grouped by cause, most frequent first, at most ten",
  ),
  confidence: confidenceSchema,
  baseline: baselineSchema,
  verdict: describe(v.picklist(VERDICTS), "The worst of the rules' conditions and the findings"),
  rules: describe(v.array(ruleSchema), "Everything about each rule that is declared or known to have run, by name"),
  findings: v.array(findingSchema),
  recommendations: describe(v.array(recommendationSchema), "At most ten, most urgent first"),
  detailed_metrics: describe(
    v.nullable(
      v.strictObject({
        rule_metrics: v.record(ruleName, ruleMetricsSchema),
        strategy_metrics: v.nullable(v.record(v.string(), groupMetricsSchema)),
        automation_level_metrics: v.nullable(v.record(v.string(), groupMetricsSchema)),
        rule_runs: describe(
          v.record(
            ruleName,
            v.strictObject({
              runs: describe(v.array(ruleRunSchema), "The newest 20 known, newest first by their ends"),
              errors: describe(
                v.optional(v.array(ruleErrorSchema)),
                "The newest failure of each kind in the window and the one before, newest first; at most 20",
              ),
              week_before: describe(
                v.nullable(v.strictObject({ total: count, successful: count })),
                "Finished runs of the same window one week before; null where that was not asked for, or the table begins later",
              ),
            }),
          ),
          "Of every rule under rules",
        ),
        recent_actions: describe(v.array(recentActionSchema), "The newest actions of the window, newest first"),
      }),
    ),
    "Present where the report was asked for with --detailed, or is kept in a store",
  ),
  omitted: describe(
    v.exactOptional(v.record(v.string(), count)),
    "How many entries were left out of the lists that would be too long, by their place, such as rules; there only where some were",
  ),
  totals: describe(
    v.exactOptional(TotalsSchema),
    "What all rules and findings count together, also those that were left out; there only where some were",
  ),
});

export type Report = v.InferOutput<typeof ReportSchema>;
export type Finding = v.InferOutput<typeof findingSchema>;
export type Recommendation = v.InferOutput<typeof recommendationSchema>;
export type DurationFigures = NonNullable<v.InferOutput<typeof durationSchema>>;
export type RecordSums = v.InferOutput<typeof recordsSchema>;
