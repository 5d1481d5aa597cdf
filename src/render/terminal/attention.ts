/** Who needs the operator, and what to look at first, in words. */
import { formatPlural } from "../../text/figures.ts";
import { chooseFinding, type Needing, type PassRow } from "../../report/attention.ts";
import type { Finding } from "../../report/schema.ts";
import { SEVERITY_TONES, type Style, type Tone } from "./style.ts";
import { showText } from "../../text/terminal.ts";

/** What stands for a finding that a cause above the table tells. */
export const SAID_ABOVE = "the cause above";
/** How many are named above the table, which has all of them. */
const NAMED_CRMS = 8;

/** How many of them need the operator, and which. */
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

/** What to look at first in a CRM. */
export function describeFirst({ report, reason }: PassRow, causes: Finding[]): { text: string; tone: Tone } {
  if (report === null) return { text: showText(reason ?? "could not be read"), tone: "bad" };
  const [first] = report.findings;
  if (first === undefined) return { text: "", tone: "faint" };
  const finding = chooseFinding(report, causes);
  if (finding === null) return { text: SAID_ABOVE, tone: SEVERITY_TONES[first.severity] };
  const error = finding.evidence["newest_error"];
  const text = typeof error === "string" ? `${finding.message}: ${error}` : finding.message;
  return { text: showText(text), tone: SEVERITY_TONES[finding.severity] };
}
