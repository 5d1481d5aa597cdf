/** What a finding is made of. */
import type { Window } from "../../time/window.ts";
import type { ReadActivity, StatusCounts } from "../activity.ts";
import type { Judgement, RuleFacts } from "../condition/facts.ts";
import type { Outcome } from "../counts.ts";
import type { DataQuality } from "../data-quality.ts";
import type { ErrorGroup } from "../errors/schema.ts";
import type { RuleExpectation } from "../expectation/expectations.ts";
import type { CrmShift } from "../memory/crm.ts";
import type { RuleSet } from "../rules/rules.ts";
import type { Finding, Report } from "../document/schema.ts";
import type { StaleRuns } from "../rules/stale.ts";
import type { Thresholds } from "../thresholds.ts";
import type { Halves } from "../trend.ts";
import type { UntoldRecords } from "../untold-records.ts";

/** A rule, what it was judged by, and its condition. */
export type RuleState = { facts: RuleFacts; judgement: Judgement };

/** The operator called it over, and it has not run since: no finding is about it. */
export function isRetired({ facts: { retired }, judgement: { condition } }: RuleState): boolean {
  return retired !== null && condition === "idle";
}

/** Retired, or disabled and not run since: whatever it did before, no run of it goes on. */
export function isOver(state: RuleState): boolean {
  const { facts, judgement } = state;
  return isRetired(state) || (facts.enabled === false && judgement.condition === "idle" && judgement.severity === null);
}

export type Facts = {
  activity: ReadActivity & { window: Window };
  hours: number;
  counts: StatusCounts;
  outcome: Outcome;
  previous: Outcome;
  rules: RuleSet;
  /** By name. */
  states: RuleState[];
  coverage: Report["system_health"]["automation_coverage"];
  halves: Halves | null;
  expectations: RuleExpectation[];
  stale: StaleRuns[];
  dataQuality: DataQuality;
  untold: UntoldRecords[];
  /** Most frequent first. */
  errorGroups: ErrorGroup[];
  /** The fingerprints of those whose messages are alike, and not the same. */
  differing: ReadonlySet<string>;
  thresholds: Thresholds;
  /** By the configuration: no run of theirs is known here. */
  excludedRules: string[];
  /** The success of the CRM as a whole against its own past, without the rules that are over. */
  crm: CrmShift;
};

const [TOGETHER, TOGETHER_SHARE] = [3, 0.5];

/** Whether what so many rules have in common has one cause: at least three of them, and half of those that were due. */
export function areTogether(rules: number, due: number): boolean {
  return rules >= TOGETHER && rules >= due * TOGETHER_SHARE;
}

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
