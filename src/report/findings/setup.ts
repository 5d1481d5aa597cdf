/** What is declared and not used, or used and not declared. */
import { formatCount, formatHours, formatPlural, formatRatio, listNames } from "../../text/figures.ts";
import { divide } from "../counts.ts";
import { inform, isRetired, warn, type Finder } from "./facts.ts";

/** Of the enabled rules of which a run was due. */
export const findIdleRules: Finder = ({ states, hours, outcome, thresholds }) => {
  const due = states.filter(
    // What became of its runs is not known: they may all have finished.
    ({ facts: { enabled, counts, unreadable, compared }, judgement: { condition } }) =>
      enabled === true &&
      compared?.expected !== 0 &&
      condition !== "idle" &&
      (condition !== "unknown" || counts.unknown === 0) &&
      unreadable === null,
  );
  const ran = due.filter(({ facts }) => facts.outcome.total > 0);
  const share = divide(ran.length, due.length);
  if (share === null || outcome.total < thresholds.min_actions || share >= thresholds.utilization) return [];
  const message = `${formatCount(ran.length)} of ${formatPlural(due.length, "enabled rule")} finished a run in ${formatHours(hours)} (${formatRatio(share)})`;
  return [inform(message, { active_rules: ran.length, total_rules: due.length })];
};

export const findManualShare: Finder = ({ coverage, thresholds }) => {
  if (coverage === null || coverage.manual <= thresholds.manual_share) return [];
  return [inform(`${formatRatio(coverage.manual)} of the enabled rules are manual`, { manual_share: coverage.manual })];
};

export const findInexpressibleSchedules: Finder = ({ expectations, states }) => {
  const retired = new Set(states.filter(isRetired).map(({ facts: { rule } }) => rule));
  const usualOf = new Map(
    states.map(({ facts: { rule, usualIntervalMs } }) => [
      rule,
      usualIntervalMs === null ? null : usualIntervalMs / 1000,
    ]),
  );
  return expectations
    .filter(({ rule, reasons }) => reasons.length > 0 && !retired.has(rule))
    .map(({ rule, texts, reasons }) =>
      inform(
        `${rule}: its schedule is not understood and not compared: ${reasons.join("; ")}`,
        { schedules: texts, usual_interval_seconds: usualOf.get(rule) ?? null },
        rule,
      ),
    );
};

/** Without them no run is missed: that must not look as if none were. */
export const findUnreadableRules: Finder = ({ activity: { rulesProblem } }) =>
  rulesProblem === undefined
    ? []
    : [
        warn(`Rules and schedules are unknown: ${rulesProblem.fact}`, {
          problem: rulesProblem.fact,
          advice: rulesProblem.advice,
        }),
      ];

export const findUndeclaredRules: Finder = ({ rules }) =>
  rules.undeclared.length === 0
    ? []
    : [inform(`Ran without being declared: ${listNames(rules.undeclared)}`, { rules: rules.undeclared })];
