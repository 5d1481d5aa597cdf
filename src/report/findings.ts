/** What an operator may have to act on. Each finding is a small rule over the facts; the table is the list of them. */
import type { ReadActivity, StatusCounts } from "./activity.ts";
import type { Outcome } from "./counts.ts";
import { maskErrorMessage } from "./errors/redact.ts";
import { formatCount, formatDuration, formatHours, formatPlural, formatRatio, formatRatioBelow } from "./figures.ts";
import { compareNames, type RuleSet } from "./rules.ts";
import { SEVERITIES, type ActionStatus, type Finding, type FindingId, type Report } from "./schema.ts";
import type { Thresholds } from "./thresholds.ts";
import { isBeyond } from "./trend.ts";

export type Facts = {
  activity: ReadActivity;
  hours: number;
  counts: StatusCounts;
  outcome: Outcome;
  previous: Outcome;
  rules: RuleSet;
  coverage: Report["system_health"]["automation_coverage"];
  trendChange: number | null;
  thresholds: Thresholds;
};

type Finder = (facts: Facts) => Omit<Finding, "id">[];

/** What is counted beside the total, as a sentence names it. */
const BESIDE: [ActionStatus, string][] = [
  ["running", "still running"],
  ["stale", "started long ago and never ended"],
  ["skipped", "skipped"],
  ["dry_run", "dry-run"],
  ["wrapper", "wrapper"],
  ["unknown", "of unknown status"],
];

const FINDERS: Record<Exclude<FindingId, "tables-missing">, Finder> = {
  "no-data": ({ outcome, previous, counts, hours }) => {
    if (outcome.total > 0) return [];
    const running = counts.running + counts.stale;
    const beside = BESIDE.filter(([status]) => counts[status] > 0).map(
      ([status, words]) => `${formatCount(counts[status])} ${words}`,
    );
    const message =
      beside.length > 0
        ? `Nothing finished in ${formatHours(hours)}; ${beside.join(", ")}`
        : `Nothing ran in ${formatHours(hours)}`;
    return [warn(message, { running, total_before: previous.total })];
  },
  "success-rate-low": ({ outcome, thresholds: { min_actions, success_rate: limit } }) => {
    if (outcome.rate === null || outcome.total < min_actions || outcome.rate >= limit) return [];
    const message = `Success rate ${formatRatioBelow(outcome.rate, limit)} (${formatCount(outcome.successful)} of ${formatPlural(outcome.total, "run")}), below ${formatRatio(limit)}`;
    return [warn(message, { successful: outcome.successful, total: outcome.total, limit })];
  },
  "failures-many": ({ outcome, hours, thresholds }) => {
    const limit = thresholds.failed_actions * Math.max(1, hours / 24);
    if (outcome.failed <= limit) return [];
    const message = `${formatCount(outcome.failed)} of ${formatPlural(outcome.total, "run")} failed in ${formatHours(hours)}`;
    return [
      {
        severity: "critical",
        rule_name: null,
        message,
        evidence: { failed: outcome.failed, total: outcome.total, limit },
      },
    ];
  },
  "rule-success-rate-low": ({ rules, thresholds }) =>
    rules.executed
      .filter(({ outcome }) => outcome.total >= thresholds.min_actions)
      .filter(({ outcome }) => (outcome.rate ?? 1) < thresholds.rule_success_rate)
      .toSorted((a, b) => (a.outcome.rate ?? 1) - (b.outcome.rate ?? 1) || compareNames(a.rule, b.rule))
      .map(({ rule, outcome, activity }) => ({
        severity: (outcome.rate ?? 1) < thresholds.rule_success_rate_high ? "critical" : "warning",
        rule_name: rule,
        message: `${rule}: ${formatCount(outcome.successful)} of ${formatPlural(outcome.total, "run")} succeeded (${formatRatio(outcome.rate ?? 1)})`,
        evidence: {
          successful: outcome.successful,
          total: outcome.total,
          newest_error: maskErrorMessage(activity.newestError),
        },
      })),
  "rule-silent": ({ rules, outcome, counts, hours, thresholds }) => {
    if (outcome.total + counts.running + counts.stale === 0) return [];
    return rules.silent.flatMap(({ rule, previous }) => {
      const before = previous.success + previous.partial + previous.failed;
      if (before < thresholds.min_actions) return [];
      const message = `${rule}: no run in ${formatHours(hours)}, ${formatPlural(before, "run")} in the ${formatHours(hours)} before`;
      return [{ ...warn(message, { total: 0, total_before: before }), rule_name: rule }];
    });
  },
  "stale-actions": ({ counts, activity }) => {
    if (counts.stale === 0) return [];
    const rules = activity.rules.filter((rule) => rule.current.stale > 0).map(({ rule }) => rule);
    const message = `${formatPlural(counts.stale, "run")} started and never ended: ${listNames(rules)}`;
    return [warn(message, { stale: counts.stale, rules })];
  },
  "trend-declining": ({ trendChange, thresholds }) => {
    if (trendChange === null || !isBeyond(-trendChange, thresholds.trend_change)) return [];
    const message = `Success rate fell by ${(-trendChange * 100).toFixed(1)} points from the first half of the window to the second`;
    return [warn(message, { change: trendChange })];
  },
  "duration-rising": ({ activity: { duration, previousDuration }, thresholds }) => {
    if (duration === null || previousDuration === null || previousDuration.p95 === 0) return [];
    if (Math.min(duration.n, previousDuration.n) < thresholds.duration_min_actions) return [];
    const growth = duration.p95 / previousDuration.p95 - 1;
    if (growth <= thresholds.duration_growth) return [];
    const message = `Slower: 95 % of the runs ended within ${formatDuration(duration.p95)}, within ${formatDuration(previousDuration.p95)} in the window before`;
    return [warn(message, { p95_seconds: duration.p95, p95_seconds_before: previousDuration.p95 })];
  },
  "unknown-status": ({ counts, activity }) => {
    if (counts.unknown === 0) return [];
    const words = activity.unknownStatuses.map(({ word }) => JSON.stringify(word));
    const message = `${formatPlural(counts.unknown, "run")} with a status nobody has explained: ${listNames(words)}`;
    const statuses = Object.fromEntries(activity.unknownStatuses.map(({ word, n }) => [word, n]));
    return [warn(message, { statuses })];
  },
  "utilization-low": ({ rules, hours, outcome, thresholds }) => {
    if (rules.utilization === null || outcome.total < thresholds.min_actions) return [];
    if (rules.utilization >= thresholds.utilization) return [];
    const message = `${formatCount(rules.active)} of ${formatPlural(rules.total, "rule")} ran in ${formatHours(hours)} (${formatRatio(rules.utilization)})`;
    return [inform(message, { active_rules: rules.active, total_rules: rules.total })];
  },
  "manual-share-high": ({ coverage, thresholds }) => {
    if (coverage === null || coverage.manual <= thresholds.manual_share) return [];
    return [
      inform(`${formatRatio(coverage.manual)} of the enabled rules are manual`, { manual_share: coverage.manual }),
    ];
  },
  "schedule-unmatched": ({ rules }) =>
    rules.unmatched.map((rule) => ({
      ...inform(
        `${rule.name}: scheduled (${rule.schedule ?? "no recurrence given"}), but no run of that name in either window`,
        { schedule: rule.schedule },
      ),
      rule_name: rule.name,
    })),
  "rule-undeclared": ({ rules }) =>
    rules.undeclared.length === 0
      ? []
      : [inform(`Ran without being declared: ${listNames(rules.undeclared)}`, { rules: rules.undeclared })],
};

/** Most urgent first: by severity, then those that name a rule, then in the table's order. */
export function findAll(facts: Facts): Finding[] {
  const found = Object.entries(FINDERS).flatMap(([id, find]) =>
    find(facts).map((finding) => ({ id: id as FindingId, ...finding })),
  );
  return found.toSorted(
    (a, b) =>
      SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) ||
      Number(a.rule_name === null) - Number(b.rule_name === null),
  );
}

function warn(message: string, evidence: Finding["evidence"]): Omit<Finding, "id"> {
  return { severity: "warning", rule_name: null, message, evidence };
}

function inform(message: string, evidence: Finding["evidence"]): Omit<Finding, "id"> {
  return { severity: "info", rule_name: null, message, evidence };
}

function listNames(names: string[], shown = 5): string {
  const rest = names.length - shown;
  return rest > 0 ? `${names.slice(0, shown).join(", ")} and ${formatCount(rest)} more` : names.join(", ");
}
