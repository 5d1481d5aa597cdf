/** The words of a report, and what is named after them: all that its schema and its makers share. */

/** Raised where a key changes its name or meaning. */
export const SCHEMA_VERSION = 2;

/** `fallback`: none of the preset's tables is there. */
export const REPORT_STATUSES = ["ok", "no_data", "fallback"] as const;
export const SEVERITIES = ["info", "warning", "critical"] as const;
export const PRIORITIES = ["high", "medium", "low", "info"] as const;
export const CATEGORIES = ["setup", "reliability", "performance", "utilization", "automation", "data"] as const;
export const FINDING_IDS = [
  "tables-missing",
  "rules-stopped",
  "rule-failing",
  "rule-overdue",
  "rule-stuck",
  "rule-never",
  "rule-empty",
  "rule-degraded",
  "runs-missed-together",
  "rule-idle",
  "no-data",
  "failures-many",
  "success-rate-low",
  "success-rate-fell",
  "trend-declining",
  "duration-rising",
  "stale-actions",
  "unknown-status",
  "rules-unreadable",
  "times-without-zone",
  "source-spelled-otherwise",
  "starts-unreadable",
  "rows-contradictory",
  "utilization-low",
  "manual-share-high",
  "schedule-inexpressible",
  "rule-undeclared",
] as const;
/** Findings about a pass as a whole. */
export const PASS_FINDING_IDS = ["warehouse-unreachable", "failures-shared", "silence-shared"] as const;
/** What state a rule is in at the window's end: exactly one, the first that holds. */
export const CONDITIONS = [
  "failing",
  "overdue",
  "stuck",
  "never",
  "empty",
  "degraded",
  "running",
  "ok",
  "idle",
  "unknown",
] as const;
/** What is moved in a degraded rule. */
export const DEGRADATIONS = [
  "failures",
  "retries",
  "too-often",
  "too-seldom",
  "missed",
  "records",
  "late",
  "early",
  "overlapping",
  "duration",
] as const;
/** Worst first. */
export const VERDICTS = ["critical", "warning", "ok", "unknown"] as const;
export const HEALTH_STATUSES = ["excellent", "good", "fair", "poor", "critical", "unknown"] as const;
export const ACTION_STATUSES = [
  "success",
  "partial",
  "failed",
  "running",
  "stale",
  "pending",
  "skipped",
  "dry_run",
  "wrapper",
  "unknown",
] as const;
/** Rows that cannot all be true, or say less than they seem to. */
export const CONTRADICTION_KINDS = [
  "success-with-failures",
  "more-failed-than-processed",
  "running-with-end",
  "finished-without-end",
  "end-before-start",
  "end-unreadable",
  "unknown-status",
  "success-without-records",
  "processed-not-counted",
  "far-fewer-records",
  "records-unknown",
  "success-with-error",
  "negative-counts",
  "inexact-counts",
  "ended-by-cleanup",
  "start-in-future",
  "start-at-infinity",
  "start-unreadable",
  "without-name",
  "began-too-early",
  "probable-duplicates",
  "wrapper-disagrees",
] as const;
export const AUTOMATION_LEVELS = ["manual", "semi_automatic", "fully_automatic"] as const;
export const PRESET_NAMES = ["sync-history", "automation"] as const;

export type Condition = (typeof CONDITIONS)[number];
export type Degradation = (typeof DEGRADATIONS)[number];
export type Verdict = (typeof VERDICTS)[number];
export type FindingId = (typeof FINDING_IDS)[number];
export type Severity = (typeof SEVERITIES)[number];
export type ActionStatus = (typeof ACTION_STATUSES)[number];
export type AutomationLevel = (typeof AUTOMATION_LEVELS)[number];
export type PresetName = (typeof PRESET_NAMES)[number];
export type HealthStatus = (typeof HEALTH_STATUSES)[number];
export type Contradiction = (typeof CONTRADICTION_KINDS)[number];

/** What stands for the name of a rule that is missing, or of blanks only. */
export const NO_NAME = "(no name)";

/** Code-point order: the same on every machine, whatever its locale. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** To compare: -1 where nothing is wrong, the more the more urgent. */
/** Whether that is how a status that is not there is told: SQL's null, or an empty word. It is no word that could be explained. */
export function isNoStatus(word: string): boolean {
  return /^\s*(?:\(null\)\s*)?$/.test(word);
}

export function rankSeverity(severity: Severity | null): number {
  return severity === null ? -1 : SEVERITIES.indexOf(severity);
}
