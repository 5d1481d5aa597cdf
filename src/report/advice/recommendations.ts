/** Advice, derived from findings only, and no more of it than somebody reads. */
import { fingerprintError } from "../errors/fingerprint.ts";
import { listNames } from "../../text/figures.ts";
import type { Finding, Recommendation } from "../document/schema.ts";
import type { UrgencyLimits } from "../thresholds.ts";
import { PRIORITIES, type FindingId } from "../words.ts";
import { ADVISERS } from "./advisers.ts";

export const MOST_RECOMMENDATIONS = 10;

/** At most ten, most urgent first; within a priority in the findings' order. Rules that fail alike are advised on once. */
export function recommendAll(findings: Finding[], thresholds: UrgencyLimits): Recommendation[] {
  const alike = new Map<string, (string | null)[]>();
  for (const finding of findings) {
    const reason = reasonOf(finding);
    if (reason !== null) alike.set(reason, [...(alike.get(reason) ?? []), finding.rule_name]);
  }
  // What the whole CRM has in common is advised on, not what one of its rules has of it.
  for (const rules of alike.values()) rules.sort((a, b) => Number(a !== null) - Number(b !== null));
  const haveOneCause = findings.some(
    ({ id, evidence }) => id === "failures-many" && (evidence["newest_error"] !== null || evidence["causes"] === 1),
  );
  return [...findings.entries()]
    .filter(([, { id }]) => id !== "success-rate-low" || !haveOneCause)
    .filter(([, finding]) => isFirstOfAlike(finding, alike))
    .map(([index, finding]): Recommendation => {
      const advice = ADVISERS[finding.id as FindingId](finding, thresholds);
      const others = (alike.get(reasonOf(finding) ?? "") ?? []).slice(1).filter((rule) => rule !== null);
      const also = others.length === 0 || finding.rule_name === null ? "" : `. The same of ${listNames(others)}`;
      return {
        ...advice,
        finding: index,
        rule_name: finding.rule_name,
        recommendation: `${advice.recommendation}${also}`,
      };
    })
    .toSorted((a, b) => PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority))
    .slice(0, MOST_RECOMMENDATIONS);
}

/** What several findings have in common, where one piece of advice serves them all. */
function reasonOf({ id, evidence }: Finding): string | null {
  const error = evidence["newest_error"];
  const isOfError = id === "rule-failing" || id === "rule-degraded" || id === "failures-many";
  return isOfError && typeof error === "string" ? fingerprintError(error).key : null;
}

function isFirstOfAlike(finding: Finding, alike: Map<string, (string | null)[]>): boolean {
  const reason = reasonOf(finding);
  return reason === null || alike.get(reason)?.[0] === finding.rule_name;
}
