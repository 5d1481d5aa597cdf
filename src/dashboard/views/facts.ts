/** A report's figures in words, a line each. */
import { sayRan } from "../../report/rules/ran-words.ts";
import type { DurationFigures, RecordSums, Report } from "../../report/document/schema.ts";
import { formatCount, formatDuration, formatMinute, formatPlural, formatRatio } from "../../text/figures.ts";
import { showText } from "../../text/terminal.ts";

type Fact = { label: string; text: string };

export function listFacts(report: Report): Fact[] {
  const { performance_metrics: metrics, comparison, confidence, baseline, system_health: health, metadata } = report;
  const { counted_since: since = null } = metadata;
  const beside = [
    [metrics.running_actions, "still running"],
    [metrics.stale_actions, "never ended"],
    [metrics.pending_actions, "pending"],
    [metrics.skipped_actions, "skipped"],
    [metrics.dry_run_actions, "dry-run"],
    [metrics.wrapper_actions, "wrapper"],
    [metrics.unknown_status_actions, "of unknown status"],
  ] as const;
  const counted = beside.filter(([count]) => count > 0).map(([count, word]) => `${formatCount(count)} ${word}`);
  const facts: (Fact | null)[] = [
    {
      label: "Runs",
      text:
        `${formatCount(metrics.total_actions)} finished${since === null ? "" : ` since ${formatMinute(since)} UTC, where its rows begin`}, ${formatCount(metrics.failed_actions)} failed` +
        (metrics.partial_actions > 0 ? ` (${formatCount(metrics.partial_actions)} partial)` : ""),
    },
    counted.length === 0 ? null : { label: "Not counted", text: counted.join(", ") },
    {
      label: "Before",
      text: since === null ? describeComparison(comparison, confidence.success_rate_changed) : "not in the table",
    },
    baseline === null ? null : { label: "Week ago", text: describeComparison(baseline, baseline.success_rate_changed) },
    metrics.duration_seconds === null ? null : { label: "Duration", text: describeDurations(metrics.duration_seconds) },
    { label: "Records", text: describeRecords(metrics.records) },
    {
      label: "Rules",
      text:
        health.rule_utilization_rate === null
          ? `${formatCount(health.active_rules)} ran; ${health.rules_basis === "unknown" ? "what the warehouse declares is unknown" : "the warehouse declares none"}`
          : `${formatCount(health.active_rules)} of ${formatCount(health.total_rules)} ${sayRan(report)}`,
    },
    { label: "Read", text: `in ${formatDuration(metadata.query_seconds)}, preset ${metadata.preset ?? "unknown"}` },
    metadata.rules_known_since === null
      ? null
      : {
          label: "Known",
          text: `of rules without a schedule only those that ran since ${formatMinute(metadata.rules_known_since)} UTC`,
        },
    metadata.sampled_rules.length === 0
      ? null
      : { label: "Sampled", text: `the last run of ${showText(metadata.sampled_rules.join(", "))} may be later` },
  ];
  return facts.flatMap((fact) => fact ?? []);
}

export function describeDurations({ n, p50, p95, max }: DurationFigures): string {
  return `median ${formatDuration(p50)}, p95 ${formatDuration(p95)}, longest ${formatDuration(max)} (of ${formatPlural(n, "run")})`;
}

function describeComparison(
  window: { total_actions: number; overall_success_rate: number | null },
  changed: boolean | null,
): string {
  if (window.total_actions === 0) return "nothing finished";
  if (window.overall_success_rate === null) return `${formatCount(window.total_actions)} finished, no rate is known`;
  const noise = changed === null ? "" : changed ? ", a significant change" : ", no significant change";
  return `${formatCount(window.total_actions)} finished, ${formatRatio(window.overall_success_rate)} succeeded${noise}`;
}

function describeRecords(records: RecordSums): string {
  const known = Object.entries(records).flatMap(([name, sum]) => (sum === null ? [] : `${formatCount(sum)} ${name}`));
  return known.length === 0 ? "unknown" : known.join(", ");
}
