/** Findings as rows: what, where, since when, and what to do. */
import { adviseOnFinding } from "../../report/advice/advice.ts";
import { listAlike, sayAlike } from "../../report/pass/alike.ts";
import { isToldByCause } from "../../report/pass/attention.ts";
import { withMoment, withoutName } from "../../report/message.ts";
import type { Finding, Report } from "../../report/document/schema.ts";
import { sinceOf } from "../../report/rules/since.ts";
import { rankSeverity } from "../../report/words.ts";
import { showText } from "../../text/terminal.ts";
import type { FindingRow, Links } from "../view.ts";

/** `reportId`: the pages of rules are those of that report; null: of the newest. */
export function listFindings(report: Report, reportId: string | null, links: Links): FindingRow[] {
  const { metadata, findings } = report;
  return findings.map((finding, index) => {
    const { rule_name: rule, severity, message } = finding;
    const route = { crm: metadata.source, report: reportId };
    return {
      severity,
      crm: showText(metadata.source),
      rule: rule === null ? null : showText(rule),
      href: rule === null ? links({ page: "crm", ...route }) : links({ page: "rule", ...route, rule }),
      text: showText(withMoment(withoutName(message, rule), metadata.window_end)),
      since: isOver(finding) ? null : sinceOf(finding, report.rules),
      advice: adviseOnFinding(report, index).map(showText),
    };
  });
}

/** The same without what a cause that is as urgent tells already, and with rules that fail alike in one row, which leads to the CRM. */
export function listOutages(report: Report, causes: Finding[], reportId: string | null, links: Links): FindingRow[] {
  const { metadata, findings } = report;
  return listFindings(report, reportId, links).flatMap((row, index) => {
    const finding = findings[index];
    if (finding === undefined) return [];
    const asUrgent = causes.filter(({ severity }) => rankSeverity(severity) >= rankSeverity(finding.severity));
    if (isToldByCause(finding, report, asUrgent)) return [];
    const alike = listAlike(finding, report);
    if (alike.length < 2) return [row];
    if (alike[0] !== finding) return [];
    const [since = null] = alike.flatMap((one) => sinceOf(one, report.rules) ?? []).toSorted();
    const href = links({ page: "crm", crm: metadata.source, report: reportId });
    return [{ ...row, rule: null, href, text: showText(sayAlike(alike, report)), since }];
  });
}

/** What is over lasts no longer: its words say from when to when. */
export function isOver({ evidence }: Finding): boolean {
  const ends = ["back_since", "calm_since", "to"].map((key) => evidence[key]);
  return !("also" in evidence) && (evidence["over"] === true || ends.some((end) => typeof end === "string"));
}
