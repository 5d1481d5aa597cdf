/** A pass as gauges in OpenMetrics 1.0 text, such as node_exporter's textfile collector reads. */
import { Gauge, Registry } from "prom-client";
import type { PassSummary } from "../report/pass-schema.ts";
import type { Report } from "../report/schema.ts";
import { CONDITIONS, REPORT_STATUSES, SEVERITIES, VERDICTS } from "../report/words.ts";

const PREFIX = "automation_reports";
const COUNTED = [
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

/** Series of the configuration's CRMs; of single rules only where they are asked for. */
export async function renderMetrics(pass: PassSummary, reports: Report[], perRule: boolean): Promise<string> {
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const gauge = <const Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Gauge({ name: `${PREFIX}_${name}`, help, labelNames, registers: [registry] });

  const up = gauge("up", "1 where the CRM was read in the newest pass", ["crm"]);
  const verdict = gauge("verdict", "1 for the verdict on the CRM, 0 for the others", ["crm", "verdict"]);
  const status = gauge("report_status", "1 for the status of the report, 0 for the others", ["crm", "status"]);
  const seconds = gauge("read_seconds", "How long the CRM's reading took", ["crm"]);
  const ratio = gauge("success_ratio", "Successful of finished actions in the window, 0 to 1", ["crm"]);
  const actions = gauge("actions", "Actions of the window, by status", ["crm", "status"]);
  const lastSuccess = gauge("last_success_timestamp_seconds", "End of the newest success known", ["crm"]);
  const missed = gauge("missed_runs", "Runs that schedules should have started in the window and that did not", [
    "crm",
  ]);
  const findings = gauge("findings", "Findings of the report, by severity", ["crm", "severity"]);
  const passed = gauge("pass_timestamp_seconds", "When the newest pass began", []);

  passed.set(Date.parse(pass.started_at) / 1000);
  for (const outcome of pass.outcomes) {
    const { source: crm } = outcome;
    up.set({ crm }, outcome.status === "made" ? 1 : 0);
    for (const word of VERDICTS) verdict.set({ crm, verdict: word }, outcome.verdict === word ? 1 : 0);
    if (outcome.seconds !== null) seconds.set({ crm }, outcome.seconds);
  }
  for (const report of reports) {
    const { metadata, performance_metrics: metrics, rules } = report;
    const { source: crm } = metadata;
    for (const word of REPORT_STATUSES) status.set({ crm, status: word }, metadata.status === word ? 1 : 0);
    if (metrics.overall_success_rate !== null) ratio.set({ crm }, metrics.overall_success_rate);
    for (const word of COUNTED) actions.set({ crm, status: word }, metrics[`${word}_actions`]);
    const newest = rules.flatMap(({ last_success_at: at }) => (at === null ? [] : [Date.parse(at) / 1000]));
    if (newest.length > 0)
      lastSuccess.set(
        { crm },
        newest.reduce((a, b) => Math.max(a, b)),
      );
    missed.set(
      { crm },
      rules.reduce((sum, rule) => sum + (rule.missed ?? 0), 0),
    );
    for (const severity of SEVERITIES) {
      findings.set({ crm, severity }, report.findings.filter((finding) => finding.severity === severity).length);
    }
  }
  if (perRule) {
    const condition = gauge("rule_condition", "1 for the condition of the rule, 0 for the others", [
      "crm",
      "rule",
      "condition",
    ]);
    for (const { metadata, rules } of reports) {
      for (const rule of rules) {
        for (const word of CONDITIONS) {
          condition.set(
            { crm: metadata.source, rule: rule.rule_name, condition: word },
            rule.condition === word ? 1 : 0,
          );
        }
      }
    }
  }
  return await registry.metrics();
}
