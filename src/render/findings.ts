/** A pass as lines for grep and for mails of cron: severity, CRM, rule, condition, since, message, parted by tabs. */
import { rankRows } from "../report/pass/attention.ts";
import { countFindingsLeftOut } from "../report/document/left-out.ts";
import type { PassSummary } from "../report/document/pass-schema.ts";
import type { Finding, Report } from "../report/document/schema.ts";
import { sinceOf } from "../report/rules/since.ts";
import { SEVERITIES, type Severity } from "../report/words.ts";
import { formatPlural } from "../text/figures.ts";
import { quoteWord, showText } from "../text/terminal.ts";

type Line = { severity: Severity; crm: string; rule: string; condition: string; since: string; message: string };

/** Of a finding that is about no single CRM. */
const ALL = "all";
/** Where a finding is about no rule, or nothing is known. */
const NONE = "-";

/**
 * Most urgent first, CRMs that were not read among the critical ones; a line counts those of a severity that the report leaves
 * out. Empty where nothing was found.
 */
export function renderFindings(pass: PassSummary, reports: Report[]): string {
  const lines = [
    ...pass.outcomes.filter((outcome) => outcome.status === "failed").map(describeFailed),
    ...pass.findings.map((finding) => describeFinding(finding, null)),
    // The finding of a missing table is the reason why its CRM was not read.
    ...rankReports(pass, reports)
      .filter(({ metadata }) => metadata.status !== "fallback")
      .flatMap((report) => [
        ...report.findings.map((finding) => describeFinding(finding, report)),
        ...describeLeftOut(report),
      ]),
  ].toSorted((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
  return lines
    .map(({ severity, crm, rule, condition, since, message }) =>
      [severity, crm, rule, condition, since, message].map(showText).join("\t"),
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** Of one severity the lines of the most urgent CRM come first. */
function rankReports({ findings }: PassSummary, reports: Report[]): Report[] {
  const rows = reports.map((report) => ({ source: report.metadata.source, report, reason: null }));
  return rankRows(rows, findings)
    .map(({ report }) => report)
    .filter((report) => report !== null);
}

function describeFailed({ source, reason }: PassSummary["outcomes"][number]): Line {
  const message = reason ?? "could not be read";
  return { severity: "critical", crm: source, rule: NONE, condition: "not-read", since: NONE, message };
}

function describeLeftOut(report: Report): Line[] {
  const { source } = report.metadata;
  return countFindingsLeftOut(report).map(({ severity, count }) => ({
    severity,
    crm: source,
    rule: NONE,
    condition: "left-out",
    since: NONE,
    message: `${formatPlural(count, `more ${severity} finding`)} left out of the report: automation-reports explain ${quoteWord(source)} RULE tells what is found of a rule`,
  }));
}

function describeFinding(finding: Finding, report: Report | null): Line {
  const { id, severity, rule_name: name, message } = finding;
  const rule = report?.rules.find(({ rule_name: other }) => other === name);
  return {
    severity,
    crm: report?.metadata.source ?? ALL,
    rule: name ?? NONE,
    condition: rule?.condition ?? id,
    since: sinceOf(finding, report?.rules ?? []) ?? NONE,
    message,
  };
}
