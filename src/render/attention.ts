/** Which CRMs need the operator, and what to look at first in each. */
import { MOST_GROUPS } from "../report/errors/group.ts";
import { formatPlural } from "../text/figures.ts";
import type { Finding, Report } from "../report/schema.ts";
import type { Severity } from "../report/words.ts";
import { SEVERITY_TONES, type Style, type Tone } from "./style.ts";
import { showText } from "../text/terminal.ts";

/** What stands for a finding that a cause above the table tells. */
export const SAID_ABOVE = "the cause above";
/** So many are named above the table; all of them are in it. */
const NAMED_CRMS = 8;

export type Row = { source: string; report: Report | null; reason: string | null };

export type Needing = { source: string; unread: boolean; silent: boolean; critical: number; warnings: number };

/** Who needs the operator, most urgent first: what could not be read, what is silent though it should not be, the others. */
export function listNeeding(rows: Row[]): Needing[] {
  const count = (report: Report | null, severity: Severity) =>
    report?.findings.filter((finding) => finding.severity === severity).length ?? 0;
  return rows
    .map(({ source, report }) => ({
      source,
      unread: report === null,
      silent: report?.findings.some(({ id, severity }) => id === "no-data" && severity === "critical") === true,
      critical: count(report, "critical"),
      warnings: count(report, "warning"),
    }))
    .filter(({ unread, critical, warnings }) => unread || critical + warnings > 0)
    .toSorted(
      (a, b) =>
        Number(b.unread) - Number(a.unread) ||
        Number(b.silent) - Number(a.silent) ||
        b.critical - a.critical ||
        b.warnings - a.warnings,
    );
}

export function nameNeeding(crms: number, needing: Needing[], style: Style): string {
  if (needing.length === 0) return style.good(`None of ${formatPlural(crms, "CRM")} needs you`);
  const names = needing.map(({ source, unread, critical, warnings }) => {
    const counts = [
      unread ? "not read" : "",
      critical > 0 ? `${critical} critical` : "",
      warnings > 0 ? formatPlural(warnings, "warning") : "",
    ];
    const text = `${showText(source)} (${counts.filter((part) => part !== "").join(", ")})`;
    return unread || critical > 0 ? style.bad(text) : style.doubtful(text);
  });
  const more = names.length > NAMED_CRMS ? ` and ${names.length - NAMED_CRMS} more` : "";
  return `${needing.length} of ${formatPlural(crms, "CRM")} ${needing.length === 1 ? "needs" : "need"} you: ${names.slice(0, NAMED_CRMS).join(", ")}${more}`;
}

/** The most urgent finding that the causes above the table do not tell already. */
export function describeFinding({ report, reason }: Row, causes: Finding[]): { text: string; tone: Tone } {
  if (report === null) return { text: showText(reason ?? "could not be read"), tone: "bad" };
  const [first] = report.findings;
  if (first === undefined) return { text: "", tone: "faint" };
  const finding = report.findings.find(
    (found) => found.severity === first.severity && !causes.some((cause) => explains(cause, found, report)),
  );
  if (finding === undefined) return { text: SAID_ABOVE, tone: SEVERITY_TONES[first.severity] };
  const error = finding.evidence["newest_error"];
  const text = typeof error === "string" ? `${finding.message}: ${error}` : finding.message;
  return { text: showText(text), tone: SEVERITY_TONES[finding.severity] };
}

/** Whether all failures of the finding's rule have the cause's words, in its time and in one of its CRMs. */
function explains({ evidence: cause }: Finding, { evidence, rule_name: rule }: Finding, report: Report): boolean {
  const { sources, example, from, to } = cause;
  const groups = report.error_groups ?? [];
  const [group, ...others] = groups.filter(({ rules }) => rule !== null && rules.includes(rule));
  // Where ten are listed there may be more of the rule.
  if (group === undefined || others.length > 0 || groups.length >= MOST_GROUPS) return false;
  if (group.example === null || group.example !== example || example !== evidence["newest_error"]) return false;
  if (!Array.isArray(sources) || !sources.includes(report.metadata.source)) return false;
  if (typeof from !== "string" || typeof to !== "string") return false;
  return group.first_seen >= from && group.last_seen < to;
}
