/** What of a report is small enough to be held for many of them: figures, counts, its most urgent finding, its errors. */
import { tellWhole } from "../pass/alike.ts";
import { measureUrgency, type Urgency } from "../pass/attention.ts";
import type { ErrorGroup } from "../errors/schema.ts";
import type { Finding, Report } from "./schema.ts";
import { countTotals } from "./totals.ts";
import { countBy, type Totals } from "./totals-schema.ts";
import { type Condition, type Severity, type Verdict } from "../words.ts";

/** Numbers of a report that can be followed over time. What is not known is null. */
export const FIGURES = {
  success_ratio: "Successful of finished runs, 0 to 1",
  runs: "Finished runs",
  successful_runs: "Runs that succeeded",
  failed_runs: "Finished runs that did not succeed, partial ones among them",
  partial_runs: "Runs that succeeded in part",
  stale_runs: "Runs that are open for too long",
  runs_per_hour: "Finished runs for each hour of the window",
  missed_runs: "Runs that schedules should have started and that did not",
  late_runs: "Runs that started late",
  duration_p50_seconds: "Median of the durations",
  duration_p95_seconds: "95th percentile of the durations",
  duration_p99_seconds: "99th percentile of the durations",
  records_processed: "Records that the runs processed",
  records_failed: "Records that failed",
  active_rules: "Enabled rules that finished a run",
  total_rules: "Rules that are declared, or were seen",
  health_score: "0 to 100",
  critical_findings: "Findings that are critical",
  warning_findings: "Findings that are a warning",
  read_seconds: "How long the warehouse was read",
} as const;
/** A figure's name. */
export type Figure = keyof typeof FIGURES;

/** Times are epoch milliseconds. */
export type Digest = {
  source: string;
  passId: string;
  generatedMs: number;
  windowStartMs: number;
  windowEndMs: number;
  status: Report["metadata"]["status"];
  verdict: Verdict;
  urgency: Urgency;
  /** The most urgent one; null: there is none. */
  finding: Pick<Finding, "id" | "severity" | "rule_name" | "message"> | null;
  findings: Record<Severity, number>;
  conditions: Record<Condition, number>;
  actions: Record<(typeof COUNTED)[number], number>;
  lastSuccessMs: number | null;
  figures: Record<Figure, number | null>;
  /** Failures by cause, at most ten. */
  errors: ErrorGroup[];
};

/** Statuses of actions that a report counts. */
export const COUNTED = [
  "successful",
  "failed",
  "partial",
  "running",
  "stale",
  "pending",
  "skipped",
  "dry_run",
  "wrapper",
] as const;

/** Of a warehouse without tables nothing was counted. */
const NO_FIGURES = countBy(Object.keys(FIGURES) as Figure[], () => null);

export function digestReport(report: Report): Digest {
  const { metadata, performance_metrics: metrics } = report;
  const totals = countTotals(report);
  const [first] = report.findings;
  return {
    source: metadata.source,
    passId: metadata.pass_id,
    generatedMs: Date.parse(metadata.report_generated_at),
    windowStartMs: Date.parse(metadata.window_start),
    windowEndMs: Date.parse(metadata.window_end),
    status: metadata.status,
    verdict: report.verdict,
    urgency: measureUrgency(report),
    finding:
      first === undefined
        ? null
        : {
            id: first.id,
            severity: first.severity,
            rule_name: first.rule_name,
            message: tellWhole(first, report),
          },
    findings: totals.findings,
    conditions: totals.conditions,
    actions: countBy(COUNTED, (word) => metrics[`${word}_actions`]),
    lastSuccessMs: totals.last_success_at === null ? null : Date.parse(totals.last_success_at),
    figures: metadata.status === "fallback" ? NO_FIGURES : readFigures(report, totals),
    errors: report.error_groups,
  };
}

function readFigures({ metadata, performance_metrics: metrics, system_health: health }: Report, totals: Totals) {
  return {
    success_ratio: metrics.overall_success_rate,
    runs: metrics.total_actions,
    successful_runs: metrics.successful_actions,
    failed_runs: metrics.failed_actions,
    partial_runs: metrics.partial_actions,
    stale_runs: metrics.stale_actions,
    runs_per_hour: metrics.actions_per_hour,
    missed_runs: totals.missed_runs,
    late_runs: totals.late_runs,
    duration_p50_seconds: metrics.duration_seconds?.p50 ?? null,
    duration_p95_seconds: metrics.duration_seconds?.p95 ?? null,
    duration_p99_seconds: metrics.duration_seconds?.p99 ?? null,
    records_processed: metrics.records.processed,
    records_failed: metrics.records.failed,
    active_rules: health.active_rules,
    total_rules: health.total_rules,
    health_score: health.health_score,
    critical_findings: totals.findings.critical,
    warning_findings: totals.findings.warning,
    read_seconds: metadata.query_seconds,
  } satisfies Record<Figure, number | null>;
}
