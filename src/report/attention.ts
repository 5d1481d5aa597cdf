/** Which CRMs need the operator, and what to look at first in each. */
import { MOST_GROUPS } from "./errors/group.ts";
import type { Finding, Report } from "./schema.ts";
import type { Severity } from "./words.ts";

/** One CRM of a pass: its report, or null and the reason why there is none. */
export type PassRow = { source: string; report: Report | null; reason: string | null };

/** How urgent a CRM is, most urgent first. Silent: nothing ran that should have, or most of it has stopped. */
export const STANDINGS = ["unread", "no-table", "silent", "critical", "warning", "unknown", "ok"] as const;
export type Standing = (typeof STANDINGS)[number];

export type RankedRow = PassRow & { standing: Standing; critical: number; warnings: number };

/** Most urgent first, those of one standing by the number of urgent findings. A well CRM that a cause names stands as the cause does. */
export function rankRows(rows: PassRow[], causes: Finding[]): RankedRow[] {
  const count = (report: Report | null, severity: Severity) =>
    report?.findings.filter((finding) => finding.severity === severity).length ?? 0;
  return rows
    .map((row) => ({
      ...row,
      standing: raise(findStanding(row.report), row.source, causes),
      critical: count(row.report, "critical"),
      warnings: count(row.report, "warning"),
    }))
    .toSorted(
      (a, b) =>
        STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing) ||
        b.critical - a.critical ||
        b.warnings - a.warnings,
    );
}

function findStanding(report: Report | null): Standing {
  if (report === null) return "unread";
  if (report.metadata.status === "fallback") return "no-table";
  return isSilent(report) ? "silent" : report.verdict;
}

function raise(standing: Standing, source: string, causes: Finding[]): Standing {
  if (standing !== "ok") return standing;
  const named = causes.filter(({ evidence: { sources } }) => Array.isArray(sources) && sources.includes(source));
  return STANDINGS.find((one) => named.some(({ severity }) => severity === one)) ?? standing;
}

function isSilent({ metadata, verdict, findings }: Report): boolean {
  return (metadata.status === "no_data" && verdict === "critical") || findings.some(({ id }) => id === "rules-stopped");
}

/**
 * The most urgent finding of a report that none of the pass's causes tells already. Null: a cause tells every finding of
 * the highest severity, or there is none.
 */
export function chooseFinding(report: Report, causes: Finding[]): Finding | null {
  const [first] = report.findings;
  return (
    report.findings.find(
      (found) => found.severity === first?.severity && !causes.some((cause) => explains(cause, found, report)),
    ) ?? null
  );
}

/** Whether all failures of the finding's rule have the cause's words, in its time and in one of its CRMs. */
function explains({ evidence: cause }: Finding, { evidence, rule_name: rule }: Finding, report: Report): boolean {
  const { sources, example, from, to } = cause;
  const groups = report.error_groups;
  const [group, ...others] = groups.filter(({ rules }) => rule !== null && rules.includes(rule));
  // Where ten are listed there may be more of the rule.
  if (group === undefined || others.length > 0 || groups.length >= MOST_GROUPS) return false;
  if (group.example === null || group.example !== example || example !== evidence["newest_error"]) return false;
  if (!Array.isArray(sources) || !sources.includes(report.metadata.source)) return false;
  if (typeof from !== "string" || typeof to !== "string") return false;
  return group.first_seen >= from && group.last_seen < to;
}
