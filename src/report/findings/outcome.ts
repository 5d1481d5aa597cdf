/** What failed, what gets worse, and what runs too often, too late or for too long. */
import type { RuleActivity } from "../activity.ts";
import { countRuns } from "../counts.ts";
import { maskErrorMessage } from "../errors/redact.ts";
import { isTooOften } from "../expectation/compare.ts";
import { countAtUsualPace } from "../habit.ts";
import {
  formatCount,
  formatDuration,
  formatHours,
  formatPlural,
  formatRatio,
  formatRatioBelow,
} from "../../text/figures.ts";
import { compareNames } from "../words.ts";
import { differsBeyondNoise } from "../significance.ts";
import { isBeyond } from "../trend.ts";
import { critical, inform, warn, type Finder } from "./facts.ts";
import { HOUR_MS } from "../../time/units.ts";

const MOST_PER_HOUR = 60;
/** So many are named to start with. */
const WORST_RULES = 3;
/** Late runs are told from this many on, and from this share of those expected. */
const MANY_LATE = 3;
const MANY_LATE_SHARE = 0.2;

export const findFailingRules: Finder = ({ rules, freshness, thresholds }) =>
  rules.executed
    .filter(({ outcome }) => outcome.total >= thresholds.min_actions)
    .filter(({ outcome }) => (outcome.rate ?? 1) < thresholds.rule_success_rate)
    .toSorted((a, b) => (a.outcome.rate ?? 1) - (b.outcome.rate ?? 1) || compareNames(a.rule, b.rule))
    .map(({ rule, outcome, activity }) => {
      const fresh = freshness.find((found) => found.rule === rule);
      const isFresh = outcome.successful > 0 && fresh?.status !== "warn" && fresh?.status !== "error";
      const ageMs = fresh?.ageMs ?? null;
      const last = isFresh || ageMs === null ? "" : `, the last success ${formatDuration(ageMs / 1000)} ago`;
      const message = `${rule}: ${formatCount(outcome.successful)} of ${formatPlural(outcome.total, "run")} succeeded (${formatRatio(outcome.rate ?? 1)})${last}`;
      const evidence = {
        successful: outcome.successful,
        total: outcome.total,
        newest_error: maskErrorMessage(activity.newestError),
      };
      return (outcome.rate ?? 1) < thresholds.rule_success_rate_high || fresh?.status === "error"
        ? critical(message, evidence, rule)
        : warn(message, evidence, rule);
    });

export const findLowSuccess: Finder = ({ outcome, rules, thresholds: { min_actions, success_rate: limit } }) => {
  if (outcome.rate === null || outcome.total < min_actions || outcome.rate >= limit) return [];
  const worst = rules.executed
    .filter((rule) => rule.outcome.failed > 0)
    .toSorted((a, b) => b.outcome.failed - a.outcome.failed || compareNames(a.rule, b.rule))
    .slice(0, WORST_RULES);
  const message = `Success rate ${formatRatioBelow(outcome.rate, limit)} (${formatCount(outcome.successful)} of ${formatPlural(outcome.total, "run")}), below ${formatRatio(limit)}`;
  const evidence = {
    successful: outcome.successful,
    total: outcome.total,
    limit,
    worst_rules: worst.map(({ rule }) => rule),
    failed_of_these: worst.reduce((sum, rule) => sum + rule.outcome.failed, 0),
  };
  return [warn(message, evidence)];
};

/** Only where the rate is still good enough not to be a finding of its own. */
export const findFall: Finder = ({ outcome, previous, thresholds }) => {
  if (outcome.rate === null || previous.rate === null || outcome.rate < thresholds.success_rate) return [];
  if (Math.min(outcome.total, previous.total) < thresholds.min_actions) return [];
  if (!isBeyond(previous.rate - outcome.rate, 0) || !differsBeyondNoise(outcome, previous)) return [];
  const message = `Success rate fell from ${formatRatio(previous.rate)} (of ${formatPlural(previous.total, "run")}) to ${formatRatio(outcome.rate)} (of ${formatCount(outcome.total)}), more than chance explains`;
  return [
    inform(message, {
      successful: outcome.successful,
      total: outcome.total,
      successful_before: previous.successful,
      total_before: previous.total,
    }),
  ];
};

/** With what most of them have in common. */
export const findManyFailures: Finder = ({ errorGroups, outcome, hours, thresholds }) => {
  const limit = thresholds.failed_actions * Math.max(1, hours / 24);
  if (outcome.failed <= limit) return [];
  const [group] = errorGroups;
  const shared = group !== undefined && group.example !== null && group.count * 2 > outcome.failed ? group : null;
  const alike = shared === null ? "" : `, ${shared.count === outcome.failed ? "all" : formatCount(shared.count)} alike`;
  const message = `${formatCount(outcome.failed)} of ${formatPlural(outcome.total, "run")} failed in ${formatHours(hours)}${alike}`;
  const evidence = { failed: outcome.failed, total: outcome.total, limit, newest_error: shared?.example ?? null };
  return [critical(message, evidence)];
};

export const findDecline: Finder = ({ halves, thresholds }) => {
  if (halves === null || halves.earlier.total === 0 || halves.later.total === 0) return [];
  const change = halves.later.successful / halves.later.total - halves.earlier.successful / halves.earlier.total;
  if (!isBeyond(-change, thresholds.trend_change) || !differsBeyondNoise(halves.earlier, halves.later)) return [];
  const message = `Success rate fell by ${(-change * 100).toFixed(1)} points from the first half of the window to the second`;
  return [warn(message, { change, total_earlier: halves.earlier.total, total_later: halves.later.total })];
};

export const findSlowdown: Finder = ({ activity: { duration, previousDuration }, thresholds }) => {
  if (duration === null || previousDuration === null || previousDuration.p95 === 0) return [];
  if (Math.min(duration.n, previousDuration.n) < thresholds.duration_min_actions) return [];
  const growth = duration.p95 / previousDuration.p95 - 1;
  if (growth <= thresholds.duration_growth) return [];
  const message = `Slower: 95 % of the runs ended within ${formatDuration(duration.p95)}, within ${formatDuration(previousDuration.p95)} in the window before`;
  return [warn(message, { p95_seconds: duration.p95, p95_seconds_before: previousDuration.p95 })];
};

/** And never more than once a minute. */
export const findTooOften: Finder = ({ activity, expectations, hours, thresholds }) =>
  activity.rules.flatMap((found) => {
    const { rule } = found;
    const compared = expectations.find((expectation) => expectation.rule === rule)?.compared ?? null;
    const seen = countRuns(found.current);
    const usual = compared === null ? expectAsUsual(found, hours, thresholds.min_actions) : null;
    const expected = compared?.expected ?? usual?.runs ?? null;
    if (expected !== null && isTooOften({ expected, seen })) {
      const words = usual?.words ?? "expected by its schedule";
      const message = `${rule}: ${formatPlural(seen, "run")} in ${formatHours(hours)}, ${formatCount(expected)} ${words}`;
      return [warn(message, { seen, expected }, rule)];
    }
    if (seen / hours <= MOST_PER_HOUR || seen <= MOST_PER_HOUR) return [];
    const message = `${rule}: ${formatPlural(seen, "run")} in ${formatHours(hours)}, ${formatCount(Math.round(seen / hours))} an hour`;
    return [warn(message, { seen, expected }, rule)];
  });

/** As in the window before, or at its usual pace where it rested in that one; null where it hardly ran there. */
function expectAsUsual(found: RuleActivity, hours: number, minRuns: number): { runs: number; words: string } | null {
  const before = countRuns(found.previous);
  if (before < minRuns) return null;
  const paced = countAtUsualPace(found, hours * HOUR_MS) ?? 0;
  return paced > before ? { runs: paced, words: "at its usual pace" } : { runs: before, words: "in the window before" };
}

export const findLate: Finder = ({ expectations, hours }) =>
  expectations.flatMap(({ rule, compared }) => {
    const late = compared?.late ?? 0;
    if (compared === null || late < MANY_LATE || late < compared.expected * MANY_LATE_SHARE) return [];
    const message = `${rule}: ${formatCount(late)} of ${formatPlural(compared.expected, "run")} expected in ${formatHours(hours)} started late`;
    return [inform(message, { late, expected: compared.expected }, rule)];
  });
