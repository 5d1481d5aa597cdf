/** What to do about a finding, also where another finding of the same cause carries the recommendation. */
import { startSentence } from "../../text/sentences.ts";
import { adviseOnError } from "../errors/families.ts";
import { ADVISERS } from "./advisers.ts";
import { MOST_RECOMMENDATIONS } from "./recommendations.ts";
import type { Report } from "../document/schema.ts";
import type { FindingId } from "../words.ts";

/** Its recommendations; else what helps against the error that it names, or what it would have been told. Empty: nothing is known to help. */
export function adviseOnFinding({ findings, recommendations }: Report, index: number): string[] {
  const own = recommendations.filter(({ finding }) => finding === index);
  if (own.length > 0) return own.map(({ recommendation }) => recommendation);
  const finding = findings[index];
  if (finding === undefined) return [];
  const error = finding.evidence["newest_error"];
  if (typeof error !== "string") return recommendations.length < MOST_RECOMMENDATIONS ? [] : adviseOnLeftOut(finding);
  // What is over needs no cure any more.
  if (finding.evidence["over"] === true) return adviseOnLeftOut(finding);
  const advice = adviseOnError(error, finding.rule_name ?? "the rules");
  return [`${startSentence(advice)}: ${error}`];
}

/** What its own recommendation would say. What is said of failures serves a low rate too. */
function adviseOnLeftOut(finding: Report["findings"][number]): string[] {
  if (finding.id === "success-rate-low" || !Object.hasOwn(ADVISERS, finding.id)) return [];
  const limits = { overall_success_rate_high: 1, rule_success_rate_high: 1 };
  return [ADVISERS[finding.id as FindingId](finding, limits).recommendation];
}

/** They tell of several rules at once. */
const OF_RULES: Report["findings"][number]["id"][] = ["rules-stopped", "runs-missed-together", "failures-many"];

/** By its own finding; of a rule that stopped with others, or failed with them until a while ago, by theirs. */
export function adviseOnRule(report: Report, rule: string): string[] {
  const own = report.findings.findIndex(({ rule_name: name }) => name === rule);
  const place =
    own === -1 ? report.findings.findIndex(({ id, evidence }) => OF_RULES.includes(id) && names(evidence, rule)) : own;
  return place === -1 ? [] : adviseOnFinding(report, place);
}

function names(evidence: Report["findings"][number]["evidence"], rule: string): boolean {
  const rules = evidence["over"] === true ? evidence["most_frequent_rules"] : evidence["rules"];
  return Array.isArray(rules) && rules.includes(rule);
}
