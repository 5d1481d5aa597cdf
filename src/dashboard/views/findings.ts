/** Findings as rows: what, where, since when, and what to do. */
import { adviseOnFinding } from "../../report/advice/advice.ts";
import { withMoment, withoutName } from "../../report/message.ts";
import type { Finding, Report } from "../../report/document/schema.ts";
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
      since: sinceOf(finding, report),
      advice: adviseOnFinding(report, index).map(showText),
    };
  });
}

/** RFC 3339; null: not known. */
function sinceOf({ evidence, rule_name: name }: Finding, report: Report | null): string | null {
  const rule = report?.rules.find(({ rule_name: other }) => other === name);
  const since = evidence["since"] ?? rule?.since ?? evidence["from"];
  return typeof since === "string" && !Number.isNaN(Date.parse(since)) ? since : null;
}
