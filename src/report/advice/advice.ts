/** What to do about a finding, also where another finding of the same cause carries the recommendation. */
import { startSentence } from "../../text/sentences.ts";
import { adviseOnError } from "../errors/families.ts";
import type { Report } from "../document/schema.ts";

/** Its recommendations; else what helps against the error that it names. Empty: nothing is known to help. */
export function adviseOnFinding({ findings, recommendations }: Report, index: number): string[] {
  const own = recommendations.filter(({ finding }) => finding === index);
  if (own.length > 0) return own.map(({ recommendation }) => recommendation);
  const finding = findings[index];
  const error = finding?.evidence["newest_error"];
  if (typeof error !== "string") return [];
  const advice = adviseOnError(error, finding?.rule_name ?? "the rules");
  return [`${startSentence(advice)}: ${error}`];
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
