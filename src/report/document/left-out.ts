/** What a bounded report leaves out, in words: nothing that was read is denied. */
import { formatCount, formatPlural, listNames } from "../../text/figures.ts";
import { MOST_NAMES } from "./bounds.ts";
import type { Report } from "./schema.ts";
import { countTotals } from "./totals.ts";
import { SEVERITIES, type Severity } from "../words.ts";

/** Goes on where a report is named: how many of its rules it lists. Null: all of them. */
export function sayRulesListed(report: Report): string | null {
  const left = report.omitted?.["rules"] ?? 0;
  const listed = report.rules.length;
  return left === 0
    ? null
    : `lists ${formatCount(listed)} of its ${formatCount(listed + left)} rules, the most urgent ones`;
}

/** How many findings of each severity it leaves out, most severe first; only those of which it does. */
export function countFindingsLeftOut(report: Report): { severity: Severity; count: number }[] {
  const all = countTotals(report).findings;
  const listed = countTotals({ rules: [], findings: report.findings }).findings;
  return SEVERITIES.toReversed().flatMap((severity) => {
    const count = all[severity] - listed[severity];
    return count > 0 ? [{ severity, count }] : [];
  });
}

/** Those that an operator may have to act on. */
export function countUrgentLeftOut(report: Report): number {
  const urgent = countFindingsLeftOut(report).filter(({ severity }) => severity !== "info");
  return urgent.reduce((sum, { count }) => sum + count, 0);
}

/** Of a list beside something else, of which a report holds so many names and no more. */
export function countNames(names: string[], noun: string): string {
  return `${names.length < MOST_NAMES ? "" : "at least "}${formatPlural(names.length, noun)}`;
}

/** The first of such a list, and how many more there are. */
export function listSomeNames(names: string[], shown = 5): string {
  return names.length < MOST_NAMES
    ? listNames(names, shown)
    : `${names.slice(0, shown).join(", ")} and at least ${formatCount(names.length - shown)} more`;
}
