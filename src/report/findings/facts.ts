/** What a finding is made of. */
import type { ReadActivity, StatusCounts } from "../activity.ts";
import type { Outcome } from "../counts.ts";
import type { DataQuality } from "../data-quality.ts";
import type { ErrorGroup } from "../errors/schema.ts";
import type { RuleExpectation } from "../expectations.ts";
import { formatCount } from "../../text/figures.ts";
import type { RuleFreshness } from "../freshness.ts";
import type { RuleSet } from "../rules.ts";
import type { Finding, Report } from "../schema.ts";
import type { FindingId } from "../words.ts";
import type { StaleRuns } from "../stale.ts";
import type { Thresholds } from "../thresholds.ts";
import type { Halves } from "../trend.ts";
import type { Window } from "../../time/window.ts";

export type Facts = {
  activity: ReadActivity & { window: Window };
  hours: number;
  counts: StatusCounts;
  outcome: Outcome;
  previous: Outcome;
  rules: RuleSet;
  coverage: Report["system_health"]["automation_coverage"];
  halves: Halves | null;
  freshness: RuleFreshness[];
  expectations: RuleExpectation[];
  stale: StaleRuns[];
  dataQuality: DataQuality;
  /** Most frequent first. */
  errorGroups: ErrorGroup[];
  thresholds: Thresholds;
  /** Of each rule what says most of what did not run. */
  absences: Absence[];
};

export type Absence = { id: AbsenceId; found: Found };
type AbsenceId = Extract<FindingId, "never-ran" | "rule-overdue" | "runs-missed" | "rule-silent">;

export type Found = Omit<Finding, "id">;
export type Finder = (facts: Facts) => Found[];

export function critical(message: string, evidence: Finding["evidence"], rule: string | null = null): Found {
  return { severity: "critical", rule_name: rule, message, evidence };
}

export function warn(message: string, evidence: Finding["evidence"], rule: string | null = null): Found {
  return { severity: "warning", rule_name: rule, message, evidence };
}

export function inform(message: string, evidence: Finding["evidence"], rule: string | null = null): Found {
  return { severity: "info", rule_name: rule, message, evidence };
}

export function listNames(names: string[], shown = 5): string {
  const rest = names.length - shown;
  return rest > 0 ? `${names.slice(0, shown).join(", ")} and ${formatCount(rest)} more` : names.join(", ");
}
