/** What is declared and not used, or used and not declared. */
import { formatCount, formatHours, formatPlural, formatRatio } from "../../text/figures.ts";
import { inform, listNames, type Finder } from "./facts.ts";

export const findIdleRules: Finder = ({ rules, hours, outcome, thresholds }) => {
  if (rules.utilization === null || outcome.total < thresholds.min_actions) return [];
  if (rules.utilization >= thresholds.utilization) return [];
  const message = `${formatCount(rules.active)} of ${formatPlural(rules.total, "rule")} ran in ${formatHours(hours)} (${formatRatio(rules.utilization)})`;
  return [inform(message, { active_rules: rules.active, total_rules: rules.total })];
};

export const findManualShare: Finder = ({ coverage, thresholds }) => {
  if (coverage === null || coverage.manual <= thresholds.manual_share) return [];
  return [inform(`${formatRatio(coverage.manual)} of the enabled rules are manual`, { manual_share: coverage.manual })];
};

export const findUnmatchedSchedules: Finder = ({ rules, activity }) =>
  rules.unmatched.map(({ name, schedules }) => {
    const schedule = schedules.map(({ text }) => text).join("; ") || null;
    const looked = activity.lookback === "none" ? "in either window" : "in either window or the look-back";
    const message = `${name}: scheduled (${schedule ?? "no recurrence given"}), but no run of that name ${looked}`;
    return inform(message, { schedule }, name);
  });

export const findInexpressibleSchedules: Finder = ({ expectations }) =>
  expectations
    .filter(({ reasons }) => reasons.length > 0)
    .map(({ rule, texts, reasons }) =>
      inform(
        `${rule}: its schedule is not understood and not compared: ${reasons.join("; ")}`,
        { schedules: texts },
        rule,
      ),
    );

export const findUndeclaredRules: Finder = ({ rules }) =>
  rules.undeclared.length === 0
    ? []
    : [inform(`Ran without being declared: ${listNames(rules.undeclared)}`, { rules: rules.undeclared })];
