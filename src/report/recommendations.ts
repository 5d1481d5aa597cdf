/** Advice, derived from findings only: one entry per kind of finding. */
import { adviseOnError } from "./errors/families.ts";
import { fingerprintError } from "./errors/fingerprint.ts";
import { writeMapping } from "./expectations.ts";
import { formatRatio } from "../text/figures.ts";
import type { Finding, Recommendation } from "./schema.ts";
import { PRIORITIES, type FindingId } from "./words.ts";
import type { Thresholds } from "./thresholds.ts";

type Adviser = (finding: Finding, thresholds: Thresholds) => Omit<Recommendation, "rule_name">;

const ADVISERS: Record<FindingId, Adviser> = {
  "tables-missing": ({ message }) => ({
    id: "set-up-warehouse",
    priority: "high",
    category: "setup",
    issue: message,
    recommendation:
      "Set schema and table for this CRM in the configuration, or create the tables that `automation-reports schema sql` prints",
  }),
  "no-data": ({ evidence, message, severity }) => ({
    id: "check-scheduler",
    priority: evidence["total_before"] === 0 && severity !== "critical" ? "medium" : "high",
    category: "reliability",
    issue: message,
    recommendation:
      "Check that the scheduler and its workers are running, and that crm_source is what the warehouse uses",
  }),
  "success-rate-low": ({ evidence, message }, thresholds) => ({
    id: "raise-success-rate",
    priority: rateOf(evidence) < thresholds.overall_success_rate_high ? "high" : "medium",
    category: "reliability",
    issue: message,
    recommendation: adviseOnRate(evidence),
  }),
  "failures-many": ({ message, evidence: { newest_error: error } }) => ({
    id: "find-common-cause",
    priority: "high",
    category: "reliability",
    issue: message,
    recommendation:
      typeof error === "string"
        ? `Look at what they share: ${error}; ${adviseOnError(error, "the rules")}`
        : "See whether the failures share a minute or a message before repairing rules one by one",
  }),
  "rule-success-rate-low": (finding, thresholds) => ({
    id: "review-rule",
    priority: finding.severity === "critical" ? "high" : priorityOfRule(rateOf(finding.evidence), thresholds),
    category: "reliability",
    issue: `Success rate ${formatRatio(rateOf(finding.evidence))} (${Number(finding.evidence["successful"])} of ${Number(finding.evidence["total"])})`,
    recommendation: adviseOnRule(finding),
  }),
  "never-ran": ({ message, rule_name }) => ({
    id: "start-rule",
    priority: "high",
    category: "reliability",
    issue: message,
    recommendation: `Check that ${rule_name ?? "it"} is really scheduled under that name, and that a worker takes it`,
  }),
  "rule-overdue": ({ message, rule_name, severity, evidence }) => ({
    id: "restart-rule",
    priority: severity === "critical" ? "high" : "medium",
    category: "reliability",
    issue: message,
    recommendation:
      evidence["running_since"] === null
        ? `Check that ${rule_name ?? "it"} is still scheduled and that its worker is alive`
        : `Look whether the worker of ${rule_name ?? "it"} is alive; if it is not, end the row that it left running`,
  }),
  "runs-missed": ({ message, rule_name, severity }) => ({
    id: "find-missed-runs",
    priority: severity === "info" ? "low" : "medium",
    category: "reliability",
    issue: message,
    recommendation: `See whether the scheduler or the worker of ${rule_name ?? "it"} was down at those times`,
  }),
  "runs-too-often": ({ message, rule_name }) => ({
    id: "correct-schedule",
    priority: "medium",
    category: "performance",
    issue: message,
    recommendation: `Look for a mistake in the schedule of ${rule_name ?? "it"}, or for somebody who starts it by hand`,
  }),
  "runs-late": ({ message, rule_name }) => ({
    id: "add-workers",
    priority: "low",
    category: "performance",
    issue: message,
    recommendation: `Spread the schedules around ${rule_name ?? "it"}, or add workers`,
  }),
  "zero-records": ({ message, rule_name }) => ({
    id: "check-source",
    priority: "high",
    category: "data",
    issue: message,
    recommendation: `Compare with the CRM itself: a filter, a permission or a cursor of ${rule_name ?? "it"} probably hides the records`,
  }),
  "rows-contradictory": ({ message }) => ({
    id: "mend-writers",
    priority: "low",
    category: "data",
    issue: message,
    recommendation: "Show the ids under data_quality to whoever writes the syncs; until then trust these rows less",
  }),
  "success-rate-fell": ({ message }) => ({
    id: "find-new-failures",
    priority: "low",
    category: "reliability",
    issue: message,
    recommendation: "Look at the error groups that are new in this window",
  }),
  "schedule-inexpressible": ({ message, rule_name }) => ({
    id: "expect-rule",
    priority: "low",
    category: "setup",
    issue: message,
    recommendation: `Say in the configuration when it should run: rules.${JSON.stringify(rule_name)} = { expect = "0 4 * * *" }`,
  }),
  "rule-silent": ({ message, rule_name }) => ({
    id: "restart-rule",
    priority: "high",
    category: "reliability",
    issue: message,
    recommendation: `Check that ${rule_name ?? "it"} is still scheduled and that its worker is alive`,
  }),
  "stale-actions": ({ message }) => ({
    id: "clear-stale-runs",
    priority: "medium",
    category: "reliability",
    issue: message,
    recommendation: "Look whether their workers are alive; end the rows of those that are not",
  }),
  "trend-declining": ({ message }) => ({
    id: "stop-decline",
    priority: "medium",
    category: "reliability",
    issue: message,
    recommendation:
      "Compare what changed in the second half of the window: deployments, credentials, limits of the CRM",
  }),
  "duration-rising": ({ message }) => ({
    id: "find-slowdown",
    priority: "medium",
    category: "performance",
    issue: message,
    recommendation: "Compare the rules' p95 with --detailed and look at the slowest first",
  }),
  "unknown-status": ({ message }) => ({
    id: "explain-status",
    priority: "medium",
    category: "data",
    issue: message,
    recommendation:
      "Say what each word means under statuses in the configuration of this CRM; until then these runs are in no rate",
  }),
  "utilization-low": ({ message }) => ({
    id: "review-idle-rules",
    priority: "medium",
    category: "utilization",
    issue: message,
    recommendation: "Disable the rules that are no longer wanted, and check the schedules of the others",
  }),
  "manual-share-high": ({ message }) => ({
    id: "automate-manual-rules",
    priority: "medium",
    category: "automation",
    issue: message,
    recommendation: "Move the manual rules that run most to semi-automatic",
  }),
  "schedule-unmatched": ({ rule_name }) => ({
    id: "map-schedule",
    priority: "low",
    category: "setup",
    issue: `Schedule ${rule_name ?? ""} matches no sync type`,
    recommendation: `If it runs under another name, say so: ${writeMapping(rule_name ?? "")}`,
  }),
  "rule-undeclared": ({ message }) => ({
    id: "declare-rule",
    priority: "info",
    category: "setup",
    issue: message,
    recommendation: "Add them to automation_rules, so that it is noticed when they stop",
  }),
};

const MOST = 10;

/** At most ten, most urgent first; within a priority in the findings' order. Rules that fail alike are advised on once. */
export function recommendAll(findings: Finding[], thresholds: Thresholds): Recommendation[] {
  const alike = new Map<string, (string | null)[]>();
  for (const finding of findings) {
    const reason = reasonOf(finding);
    if (reason !== null) alike.set(reason, [...(alike.get(reason) ?? []), finding.rule_name]);
  }
  // What the whole CRM has in common is advised on, not what one of its rules has of it.
  for (const rules of alike.values()) rules.sort((a, b) => Number(a !== null) - Number(b !== null));
  const haveOneCause = findings.some(({ id, evidence }) => id === "failures-many" && evidence["newest_error"] !== null);
  return findings
    .filter(({ id }) => id !== "success-rate-low" || !haveOneCause)
    .filter((finding) => isFirstOfAlike(finding, alike))
    .map((finding) => {
      const advice = { ...ADVISERS[finding.id as FindingId](finding, thresholds), rule_name: finding.rule_name };
      const others = (alike.get(reasonOf(finding) ?? "") ?? []).slice(1).filter((rule) => rule !== null);
      return others.length === 0 || finding.rule_name === null
        ? advice
        : { ...advice, recommendation: `${advice.recommendation}. The same of ${others.join(", ")}` };
    })
    .toSorted((a, b) => PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority))
    .slice(0, MOST);
}

/** What several findings have in common, where one piece of advice serves them all. */
function reasonOf({ id, evidence }: Finding): string | null {
  const error = evidence["newest_error"];
  const isOfError = id === "rule-success-rate-low" || id === "failures-many";
  return isOfError && typeof error === "string" ? fingerprintError(error).key : null;
}

function isFirstOfAlike(finding: Finding, alike: Map<string, (string | null)[]>): boolean {
  const reason = reasonOf(finding);
  return reason === null || alike.get(reason)?.[0] === finding.rule_name;
}

function rateOf(evidence: Finding["evidence"]): number {
  return Number(evidence["successful"]) / Number(evidence["total"]);
}

function priorityOfRule(rate: number, thresholds: Thresholds): Recommendation["priority"] {
  if (rate < thresholds.rule_success_rate_high) return "high";
  return rate < thresholds.rule_success_rate_medium ? "medium" : "low";
}

function adviseOnRate({ worst_rules: rules, failed_of_these: failed, total, successful }: Finding["evidence"]): string {
  if (!Array.isArray(rules) || rules.length === 0) return "Start with the rules that fail most";
  return `Start with ${rules.join(", ")}: ${Number(failed)} of the ${Number(total) - Number(successful)} failures are theirs`;
}

function adviseOnRule({ rule_name, evidence }: Finding): string {
  const rule = rule_name ?? "the rule";
  const error = evidence["newest_error"];
  if (typeof error !== "string") return `The newest failure of ${rule} left no message: see its log`;
  return `Look at the newest error of ${rule}: ${error}; ${adviseOnError(error, rule)}`;
}
