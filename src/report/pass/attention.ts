/** Which CRMs need the operator, and what to look at first in each. */
import { MOST_GROUPS } from "../errors/group.ts";
import type { Finding, Report } from "../document/schema.ts";
import { sinceOf } from "../rules/since.ts";
import { countTotals } from "../document/totals.ts";
import { HOUR_MS } from "../../time/units.ts";
import { CONDITIONS, SEVERITIES, type Condition, type Severity } from "../words.ts";

/** One CRM of a pass: its report, or null and the reason why there is none. */
export type PassRow = { source: string; report: Report | null; reason: string | null };

/** How urgent a CRM is, most urgent first. Silent: what should have run did not, none of it. */
export const STANDINGS = ["unread", "no-table", "silent", "critical", "warning", "unknown", "ok"] as const;
export type Standing = (typeof STANDINGS)[number];

/** What the order of CRMs goes by. `sinceMs`: of its most urgent finding, epoch milliseconds; what is not known comes last. */
export type Urgency = { standing: Standing; critical: number; warnings: number; sinceMs: number };

export type RankedRow = PassRow & Urgency;

/** Most urgent first, those of one standing by the number of urgent findings, then what has lasted longest. A well CRM that a cause names stands as the cause does. */
export function rankRows(rows: PassRow[], causes: Finding[]): RankedRow[] {
  return rows
    .map((row) => {
      const urgency = measureUrgency(row.report);
      return { ...row, ...urgency, standing: raise(urgency.standing, row.source, causes) };
    })
    .toSorted(compareUrgency);
}

/** Of a CRM by its report alone; null: there is none. */
export function measureUrgency(report: Report | null): Urgency {
  const count = (severity: Severity) => (report === null ? 0 : countTotals(report).findings[severity]);
  return {
    standing: findStanding(report),
    critical: count("critical"),
    warnings: count("warning"),
    sinceMs: startOf(report),
  };
}

/** Negative where the first is more urgent. */
export function compareUrgency(a: Urgency, b: Urgency): number {
  return (
    STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing) ||
    b.critical - a.critical ||
    b.warnings - a.warnings ||
    a.sinceMs - b.sinceMs
  );
}

function findStanding(report: Report | null): Standing {
  if (report === null) return "unread";
  if (report.metadata.status === "fallback") return "no-table";
  return isSilent(report) ? "silent" : report.verdict;
}

/** Those with findings of their own first, in the order of these; the others as they stand. */
export function orderRules({ rules, findings }: Report): Report["rules"] {
  const places = new Map(findings.map(({ rule_name: name }, index) => [name, index] as const).toReversed());
  const placeOf = (rule: Report["rules"][number]) => places.get(rule.rule_name) ?? findings.length;
  return rules.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function startOf(report: Report | null): number {
  const [first] = report?.findings ?? [];
  const since = report === null || first === undefined ? null : sinceOf(first, report.rules);
  return since === null ? Number.MAX_VALUE : Date.parse(since);
}

function raise(standing: Standing, source: string, causes: Finding[]): Standing {
  if (standing !== "ok") return standing;
  const named = causes.filter(({ evidence: { sources } }) => Array.isArray(sources) && sources.includes(source));
  return STANDINGS.find((one) => named.some(({ severity }) => severity === one)) ?? standing;
}

/** In a short window nothing may be due: then silence is what is found of the rules, and none of them goes on. */
function isSilent(report: Report): boolean {
  const { metadata, findings } = report;
  if (findings.some((found) => found.id === "rules-stopped" && isWhole(found))) return true;
  return (
    metadata.status === "no_data" &&
    findings.some(({ id, severity }) => SILENCE.includes(id) && severity === "critical") &&
    CONDITIONS.every((word) => SILENT_CONDITIONS.includes(word) || countTotals(report).conditions[word] === 0)
  );
}

/** Of several rules that stopped: nothing that was due goes on. */
export function isWhole({ evidence }: Finding): boolean {
  return countNamed(evidence) === evidence["due"];
}

/** A long list of rules is cut, and how many are left out stands beside it. Null: there is no list. */
export function countNamed({ rules, rules_omitted: omitted }: Finding["evidence"]): number | null {
  return Array.isArray(rules) ? rules.length + (typeof omitted === "number" ? omitted : 0) : null;
}

const SILENCE: Finding["id"][] = ["rule-overdue", "rule-never"];
const SILENT_CONDITIONS: Condition[] = ["overdue", "never", "stuck", "idle", "unknown"];

/**
 * The most urgent finding of a report that none of the pass's causes tells already. Null: a cause tells every finding of
 * the highest severity, or there is none.
 */
export function chooseFinding(report: Report, causes: Finding[]): Finding | null {
  const [first] = report.findings;
  return (
    report.findings.find((found) => found.severity === first?.severity && !isToldByCause(found, report, causes)) ?? null
  );
}

/** Whether one of the pass's causes tells it already. */
export function isToldByCause(finding: Finding, report: Report, causes: Finding[]): boolean {
  return causes.some((cause) => explains(cause, finding, report));
}

/** Findings about the failures of a whole CRM. */
const OF_FAILURES: Finding["id"][] = ["failures-many", "success-rate-low", "success-rate-fell", "trend-declining"];

/** Times of CRMs that differ by no more are of one silence. */
export const SAME_TIME_MS = HOUR_MS;

/** Whether nothing started in the CRM at the time of the cause, and at no other. */
function explainsSilence(cause: Finding, finding: Finding): boolean {
  if (cause.id !== "silence-shared") return false;
  const isAlike = (shared: unknown, own: unknown) =>
    typeof shared === "string" &&
    typeof own === "string" &&
    Math.abs(Date.parse(shared) - Date.parse(own)) <= SAME_TIME_MS;
  const { evidence: own } = finding;
  if (finding.id === "runs-missed-together")
    return isWhole(finding) && ["from", "to"].every((edge) => isAlike(cause.evidence[edge], own[edge]));
  const isStop = finding.id === "rules-stopped" ? isWhole(finding) : isSilence(finding);
  return isStop && isAlike(cause.evidence["since"], own["last_start_at"]);
}

/** Whether nothing of a rule has started any more. */
export function isSilence({ id, severity, evidence }: Finding): boolean {
  return id === "rule-overdue" && severity === "critical" && evidence["fruitless"] === undefined;
}

/**
 * Whether all failures of the finding's rule, or of the whole CRM, have the cause's words, in its time and in one of its
 * CRMs. Of a whole CRM the cause must be as urgent.
 */
function explains(cause: Finding, finding: Finding, report: Report): boolean {
  const { sources, example, from, to } = cause.evidence;
  if (!Array.isArray(sources) || !sources.includes(report.metadata.source)) return false;
  if (explainsSilence(cause, finding)) return true;
  if (typeof from !== "string" || typeof to !== "string") return false;
  const groups = report.error_groups;
  // Where ten are listed there may be more.
  if (groups.length >= MOST_GROUPS) return false;
  const isCause = (group: (typeof groups)[number]) =>
    group.example !== null && group.example === example && group.first_seen >= from && group.last_seen < to;
  if (OF_FAILURES.includes(finding.id) && finding.rule_name === null) {
    const counted = groups.reduce((sum, { count }) => sum + count, 0);
    return (
      SEVERITIES.indexOf(finding.severity) <= SEVERITIES.indexOf(cause.severity) &&
      counted === report.performance_metrics.failed_actions &&
      groups.length > 0 &&
      groups.every(isCause)
    );
  }
  const [group, ...others] = groups.filter(
    ({ rules }) => finding.rule_name !== null && rules.includes(finding.rule_name),
  );
  if (group === undefined || others.length > 0) return false;
  return isCause(group) && example === finding.evidence["newest_error"];
}
