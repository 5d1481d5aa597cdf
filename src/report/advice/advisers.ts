/** What to do about each kind of finding: one entry for each. */
import { adviseOnError } from "../errors/families.ts";
import { MOST_GROUPS } from "../errors/group.ts";
import { formatCount, formatPlural, listNames } from "../../text/figures.ts";
import { startSentence } from "../../text/sentences.ts";
import type { Finding, Recommendation } from "../document/schema.ts";
import { sayEvery, writeExpect } from "./setting.ts";
import { SECOND_MS } from "../../time/units.ts";
import {
  adviseOnLeftOpen,
  adviseOnLate,
  adviseOnMissed,
  adviseOnNever,
  adviseOnNoData,
  adviseOnOverdue,
  adviseOnStuckRule,
  START_FORM,
  adviseOnOtherSpelling,
} from "./silence-advice.ts";
import type { Degradation, FindingId } from "../words.ts";
import { adviseOnStatuses } from "./status-advice.ts";
import type { UrgencyLimits } from "../thresholds.ts";

type Adviser = (finding: Finding, thresholds: UrgencyLimits) => Advice;
type Advice = Omit<Recommendation, "rule_name" | "finding">;

const PRIORITY_OF: Record<Finding["severity"], Recommendation["priority"]> = {
  critical: "high",
  warning: "medium",
  info: "low",
};

/** How many rules of a cause are named. */
const MOST_NAMED = 3;

export const ADVISERS: Record<FindingId, Adviser> = {
  "tables-missing": ({ message }) => ({
    id: "set-up-warehouse",
    priority: "high",
    category: "setup",
    issue: message,
    recommendation:
      "Set schema and table for this CRM in the configuration, or create the tables that `automation-reports schema sql` prints",
  }),
  "no-data": ({ evidence, message, severity }) => ({
    ...adviseOnNoData(evidence),
    priority: evidence["total_before"] === 0 && severity !== "critical" ? "medium" : "high",
    issue: message,
  }),
  "success-rate-low": ({ evidence, message }, thresholds) => ({
    id: "raise-success-rate",
    priority: rateOf(evidence) < thresholds.overall_success_rate_high ? "high" : "medium",
    category: "reliability",
    issue: message,
    recommendation: adviseOnRate(evidence),
  }),
  "failures-many": ({ message, severity, evidence }) => ({
    id: "find-common-cause",
    priority: PRIORITY_OF[severity],
    category: "reliability",
    issue: message,
    recommendation: adviseOnFailures(evidence),
  }),
  "rules-stopped": ({ message }) => ({
    id: "check-scheduler",
    priority: "high",
    category: "reliability",
    issue: message,
    recommendation: "Check that the scheduler and its workers are running: several rules stopped",
  }),
  "runs-missed-together": ({ message }) => ({
    id: "find-pause",
    priority: "medium",
    category: "reliability",
    issue: message,
    recommendation:
      "See what stopped the scheduler or its workers then, and whether the runs must be made up for. If it was meant, automation-reports memory ignore leaves that day out of the past",
  }),
  "rule-failing": (finding) => ({
    id: "review-rule",
    priority: PRIORITY_OF[finding.severity],
    category: "reliability",
    issue: finding.message,
    recommendation: adviseOnRule(finding),
  }),
  "rule-overdue": ({ message, rule_name, severity, evidence }) => ({
    id: "restart-rule",
    priority: PRIORITY_OF[severity],
    category: "reliability",
    issue: message,
    recommendation: adviseOnOverdue(rule_name ?? "it", evidence),
  }),
  "rule-stuck": ({ message, rule_name, evidence, severity }) => ({
    id: "end-stuck-run",
    priority: PRIORITY_OF[severity],
    category: "reliability",
    issue: message,
    recommendation: adviseOnStuckRule(rule_name ?? "it", evidence),
  }),
  "rule-never": ({ message, rule_name, severity, evidence }) => ({
    id: "start-rule",
    priority: PRIORITY_OF[severity],
    category: "reliability",
    issue: message,
    recommendation: adviseOnNever(rule_name ?? "it", evidence),
  }),
  "rule-empty": ({ message, rule_name, evidence }) => ({
    id: "check-source",
    priority: "high",
    category: "data",
    issue: message,
    recommendation:
      Number(evidence["records_failed"] ?? 0) > 0
        ? `See in the log of ${rule_name ?? "it"} why its records fail; a permission or a changed field is likely`
        : `Compare with the CRM itself: a filter, a permission or a cursor of ${rule_name ?? "it"} probably hides the records`,
  }),
  "rule-degraded": (finding, thresholds) => ({
    ...adviseOnDegradation(finding, thresholds),
    issue: finding.message,
  }),
  "rule-idle": ({ message, rule_name }) => ({
    id: "settle-disabled-rule",
    priority: "low",
    category: "setup",
    issue: message,
    recommendation: `Enable the schedule of ${rule_name ?? "it"}, or find what still starts it`,
  }),
  "rows-contradictory": ({ message, severity }) => ({
    id: "mend-writers",
    priority: PRIORITY_OF[severity],
    category: "data",
    issue: message,
    recommendation:
      severity === "warning"
        ? "Set the clock of the workers, or set timezone where they write local time: `automation-reports check` shows the newest row"
        : "Show the ids under data_quality to the authors of the syncs; until then trust these rows less",
  }),
  "success-rate-fell": ({ message }) => ({
    id: "find-new-failures",
    priority: "low",
    category: "reliability",
    issue: message,
    recommendation: "Look at the error groups that are new in this window",
  }),
  "schedule-inexpressible": ({ message, rule_name, evidence: { usual_interval_seconds: usual } }) => ({
    id: "expect-rule",
    priority: "low",
    category: "setup",
    issue: message,
    recommendation:
      typeof usual === "number"
        ? `Say in the CRM's table of the configuration when it should run: ${writeExpect(rule_name, sayEvery(usual * SECOND_MS))}`
        : `Say in the CRM's table of the configuration when it should run, such as daily at 04:00: ${writeExpect(rule_name, "0 4 * * *")}`,
  }),
  "stale-actions": ({ message, evidence }) => ({
    id: "clear-stale-runs",
    priority: "low",
    category: "reliability",
    issue: message,
    recommendation: adviseOnLeftOpen(evidence),
  }),
  "trend-declining": ({ message, severity }) => ({
    id: "stop-decline",
    priority: PRIORITY_OF[severity],
    category: "reliability",
    issue: message,
    recommendation:
      "Compare what changed in the second half of the window: deployments, credentials, limits of the CRM",
  }),
  "duration-rising": ({ message }) => ({
    id: "find-slowdown",
    priority: "low",
    category: "performance",
    issue: message,
    recommendation: "Compare the rules' p95 with --detailed and look at the slowest first",
  }),
  "unknown-status": ({ message, evidence: { statuses } }) => ({
    id: "explain-status",
    priority: "medium",
    category: "data",
    issue: message,
    recommendation: adviseOnStatuses(Object.keys(statuses ?? {})),
  }),
  "starts-unreadable": ({ message, evidence: { rules } }) => ({
    id: "mend-starts",
    priority: "medium",
    category: "data",
    issue: message,
    recommendation: `Let ${listNames(Array.isArray(rules) ? rules : [])} write starts as ${START_FORM}, or as a time of the database; until then what they do is in no figure`,
  }),
  "rules-unreadable": ({ evidence: { advice } }) => ({
    id: "read-rules",
    priority: "medium",
    category: "setup",
    issue: "Rules and schedules are unknown, so no missed run is told",
    recommendation: startSentence(typeof advice === "string" ? advice : ""),
  }),
  "times-without-zone": ({ evidence: { zone } }) => ({
    id: "set-timezone",
    priority: "medium",
    category: "setup",
    issue: "Times without a zone are read as UTC",
    recommendation: `Set timezone = ${JSON.stringify(zone)} for this CRM if its syncs write local time, else timezone = "UTC"`,
  }),
  "source-spelled-otherwise": ({ message, evidence: { near_sources: near } }) => ({
    id: "set-crm-source",
    priority: "high",
    category: "setup",
    issue: message,
    recommendation: adviseOnOtherSpelling(near),
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
  "rule-undeclared": ({ message }) => ({
    id: "declare-rule",
    priority: "info",
    category: "setup",
    issue: message,
    recommendation: "Add them to automation_rules, so that it is noticed when they stop",
  }),
};

function rateOf(evidence: Finding["evidence"]): number {
  return Number(evidence["successful"]) / Number(evidence["total"]);
}

function adviseOnRate(evidence: Finding["evidence"]): string {
  const { worst_rules: rules, failed_of_these: failed, total, successful, over, most_frequent: error } = evidence;
  if (!Array.isArray(rules) || rules.length === 0) return "Start with the rules that fail most";
  if (over === true && typeof error === "string")
    return `See the logs of that time, so that it does not come again: "${error}" (${listNames(rules)})`;
  const all = Number(total) - Number(successful);
  const theirs =
    Number(failed) < all ? `${Number(failed)} of the ${all} failures are theirs` : "all failures are theirs";
  return `Start with ${rules.join(", ")}: ${theirs}`;
}

/** By what most of them have in common; else with the most frequent cause first. */
function adviseOnFailures({
  newest_error: shared,
  messages_differ: differ,
  over,
  failed,
  causes,
  most_frequent: example,
  most_frequent_failed: count,
  most_frequent_rules: rules,
}: Finding["evidence"]): string {
  if (typeof count !== "number" || !Array.isArray(rules)) return "Start with the rules that fail most";
  const what = typeof example === "string" ? `"${example}"` : "failures without a message";
  const of = listNames(rules, MOST_NAMED);
  if (typeof shared === "string" && over === true)
    return `See the logs of that time, so that it does not come again: ${what} (${of})`;
  if (typeof shared === "string") {
    const advice = adviseOnError(shared, "the rules");
    const all = formatCount(Number(failed));
    const share = count === failed ? `all ${all}` : `${formatCount(count)} of the ${all}`;
    return `${startSentence(advice)}: ${share} failures are ${differ === true ? "like " : ""}${what} (${of})`;
  }
  if (causes === 1)
    return `Start with ${of}: all failures are ${typeof example === "string" ? what : "without a message"}`;
  const least = Number(causes) >= MOST_GROUPS ? "at least " : "";
  return `Start with the most frequent of ${least}${formatPlural(Number(causes), "cause")}: ${what} (${formatCount(count)} ×: ${of})`;
}

function adviseOnRule({ rule_name, evidence }: Finding): string {
  const rule = rule_name ?? "the rule";
  const error = evidence["newest_error"];
  const rows = evidence["row_ids"];
  if (typeof error !== "string" && (!Array.isArray(rows) || rows.length === 0)) {
    return `See the log of ${rule}: its failures are older than the runs that are known`;
  }
  if (typeof error !== "string") return `The newest failure of ${rule} left no message: see its log`;
  return `See the newest error of ${rule} first: ${error.replace(/\.$/, "")}; ${adviseOnError(error, rule)}`;
}

/** What it failed with needs no cure any more. */
function adviseOnEnded({ rule_name, evidence }: Finding): string {
  const error = evidence["newest_error"];
  const what = typeof error === "string" ? `: ${error.replace(/\.$/, "")}` : "";
  return `${rule_name ?? "The rule"} works again: see its log of that time, so that it does not come again${what}`;
}

function adviseOnDegradation(finding: Finding, thresholds: UrgencyLimits): Omit<Advice, "issue"> {
  const rule = finding.rule_name ?? "it";
  const priority = PRIORITY_OF[finding.severity];
  const isOver = finding.evidence["over"] === true;
  const advice: Record<Degradation, Omit<Advice, "issue">> = {
    failures: {
      id: "review-rule",
      priority: isOver || rateOf(finding.evidence) >= thresholds.rule_success_rate_high ? priority : "high",
      category: "reliability",
      recommendation: isOver ? adviseOnEnded(finding) : adviseOnRule(finding),
    },
    retries: { id: "review-rule", priority, category: "reliability", recommendation: adviseOnRule(finding) },
    "too-often": {
      id: "correct-schedule",
      priority,
      category: "performance",
      recommendation: `Look for a mistake in the schedule of ${rule}, for a second scheduler, or for a person or program that starts it`,
    },
    "too-seldom": {
      id: "find-missed-runs",
      priority,
      category: "reliability",
      recommendation: `See what starts ${rule}: many of its usual runs do not start any more`,
    },
    missed: {
      id: "find-missed-runs",
      priority,
      category: "reliability",
      recommendation: adviseOnMissed(rule, finding.evidence),
    },
    records: {
      id: "check-source",
      priority,
      category: "data",
      recommendation: `Compare with the CRM itself: a filter, a permission or a cursor of ${rule} probably hides most records`,
    },
    duration: {
      id: "review-rule",
      priority,
      category: "performance",
      recommendation: `See what was changed in ${rule}`,
    },
    late: {
      id: "add-workers",
      priority,
      category: "performance",
      recommendation: adviseOnLate(rule, finding.evidence),
    },
    early: {
      id: "set-clock",
      priority,
      category: "setup",
      recommendation: `Set the clock of the machine that starts ${rule}`,
    },
    overlapping: {
      id: "spread-schedule",
      priority,
      category: "performance",
      recommendation: `Run ${rule} less often, or let it wait for the run before it`,
    },
  };
  const { degradation, also } = finding.evidence;
  const first = advice[degradation as Degradation];
  const others = Array.isArray(also) ? also.map((one) => advice[one as Degradation].recommendation) : [];
  return { ...first, recommendation: [first.recommendation, ...others].join(". ") };
}
