/** What failed in the CRM as a whole, and what gets worse. */
import {
  formatCount,
  formatDuration,
  formatHours,
  formatNear,
  formatPlural,
  formatRatio,
  formatRatioBelow,
  listNames,
} from "../../text/figures.ts";
import type { ErrorGroup } from "../errors/schema.ts";
import type { Finding } from "../document/schema.ts";
import { isBelowLimit } from "../chance.ts";
import { addCounts, countOutcome, type Outcome } from "../counts.ts";
import type { CrmShift } from "../memory/crm.ts";
import { sayAgainst } from "../memory/words.ts";
import type { Thresholds } from "../thresholds.ts";
import { differsBeyondNoise } from "../significance.ts";
import { compareHalves, isBeyond } from "../trend.ts";
import { compareNames } from "../words.ts";
import { findCommon, findEnd } from "./common-cause.ts";
import { areTogether, critical, inform, isOver, warn, type Facts, type Finder, type RuleState } from "./facts.ts";

/** How many rules are named to start with. */
const WORST_RULES = 3;

/** Of the rules that go on: what failed before its rule was disabled is in the totals only. */
export const findLowSuccess: Finder = (facts) => {
  const { activity, rules, states } = facts;
  const over = states.filter((state) => isOver(state) && state.facts.outcome.total > 0);
  const names = over.map((state) => state.facts.rule);
  const goingOn = activity.rules.filter(({ rule }) => !names.includes(rule));
  const outcome = countOutcome(addCounts(goingOn.map(({ current }) => current)));
  const bar = findBar(["success_rate"], { ...facts, outcome });
  if (outcome.rate === null || bar === null || outcome.total < facts.thresholds.min_actions) return [];
  const failed = rules.executed.filter((rule) => rule.outcome.failed > 0 && !names.includes(rule.rule));
  if (isAllOver(facts) || areOver(failed, facts)) return [];
  const worst = failed
    .toSorted((a, b) => b.outcome.failed - a.outcome.failed || compareNames(a.rule, b.rule))
    .slice(0, WORST_RULES);
  const without =
    names.length === 0
      ? ""
      : `; without ${listNames(names)}, ${names.length === 1 ? "which is" : "all"} disabled or retired`;
  const common = findCommon(facts);
  const overMs = common?.count === facts.outcome.failed ? findEnd(common, facts) : null;
  const message = `Success rate ${formatRatioBelow(outcome.rate, bar.rate)} (${formatCount(outcome.successful)} of ${formatPlural(outcome.total, "run")}), below ${bar.words}${without}${sayOver(overMs, facts)}`;
  const evidence = {
    successful: outcome.successful,
    total: outcome.total,
    ...(facts.counts.partial === 0 ? {} : { partial: facts.counts.partial }),
    limit: bar.rate,
    worst_rules: worst.map(({ rule }) => rule),
    failed_of_these: worst.reduce((sum, rule) => sum + rule.outcome.failed, 0),
    ...(overMs === null ? {} : { over: true, most_frequent: common?.example ?? null }),
  };
  return [warn(message, evidence)];
};

/** Only where the rate is still good enough not to be a finding of its own. */
export const findFall: Finder = (facts) => {
  const { outcome, previous, thresholds } = facts;
  if (outcome.rate === null || previous.rate === null || findBar(["success_rate"], facts) !== null) return [];
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

/** Where the configuration sets one of them, it and not the past says whether failures are many. */
const DECIDING: (keyof Thresholds)[] = ["success_rate", "failed_actions"];

/** With what most of them have in common. */
export const findManyFailures: Finder = (facts) => {
  const { errorGroups, differing, outcome, counts, states, hours, thresholds, crm } = facts;
  const limit = thresholds.failed_actions * Math.max(1, hours / 24);
  if (withoutRetried(outcome, states).failed <= limit) return [];
  // What has lasted for months is what the CRM is used to; its rules are still held against the time before.
  const isOfSick = DECIDING.every(crm.decides) && countOfSick(states) > limit;
  if (!isOfSick && findBar(DECIDING, facts) === null) return [];
  const [group] = errorGroups;
  const shared = findCommon(facts);
  const isSame = shared !== null && !differing.has(shared.fingerprint);
  const alike =
    shared === null
      ? ""
      : `, ${shared.count === outcome.failed ? "all" : formatCount(shared.count)} of them ${isSame ? "with" : "like"} "${shared.example}"`;
  const overMs = shared === null || outcome.failed - shared.count > limit ? null : findEnd(shared, facts);
  const over = sayOver(overMs, facts);
  const how = counts.failed === 0 ? "ended only in part" : "failed";
  const message = `${formatCount(outcome.failed)} of ${formatPlural(outcome.total, "run")} ${how} in ${formatHours(hours)}${alike}${over}`;
  const evidence = {
    failed: outcome.failed,
    total: outcome.total,
    ...(counts.partial === 0 ? {} : { partial: counts.partial }),
    limit,
    newest_error: shared?.example ?? null,
    ...(shared === null || isSame ? {} : { messages_differ: true }),
    over: overMs !== null,
    ...describeGroup(group, errorGroups.length),
  };
  // As of a rule: runs that ended in part are no outage, nor do a few failures among them make one.
  const isOutright = counts.failed > Math.min(limit, counts.partial);
  return [overMs === null && isOutright ? critical(message, evidence) : warn(message, evidence)];
};

function sayOver(overMs: number | null, { activity: { window } }: Facts): string {
  return overMs === null ? "" : `; over: none since ${formatNear(overMs, window.endMs)}`;
}

/** Rules whose failures are over together: one finding of the CRM tells all that was wrong with them. */
export function listRecovered(facts: Facts): RuleState[] {
  if (!isAllOver(facts)) return [];
  const failed = new Set(findCommon(facts)?.rules);
  const over = facts.states.filter(
    ({ facts: { rule }, judgement: { degradation, evidence } }) =>
      failed.has(rule) && degradation === "failures" && evidence["over"] === true && !("also" in evidence),
  );
  return areTogether(over.length, facts.rules.executed.length) ? over : [];
}

/** Each of them tells that its failures are over; a limit of the configuration holds all the same. */
function areOver(failed: { rule: string }[], { states, crm }: Facts): boolean {
  const over = states.filter(({ judgement: { evidence } }) => evidence["over"] === true);
  const rules = over.map((state) => state.facts.rule);
  return crm.decides("success_rate") && failed.length > 0 && failed.every(({ rule }) => rules.includes(rule));
}

/** Many failures are told, each has the same cause, and that is over. */
function isAllOver(facts: Facts): boolean {
  const isOneCause = findCommon(facts)?.count === facts.outcome.failed;
  return isOneCause && findManyFailures(facts).some(({ evidence }) => evidence["over"]);
}

/** The most frequent cause, and how many there are. */
function describeGroup(group: ErrorGroup | undefined, causes: number): Finding["evidence"] {
  return group === undefined
    ? {}
    : { causes, most_frequent: group.example, most_frequent_failed: group.count, most_frequent_rules: group.rules };
}

export const findDecline: Finder = (facts) => {
  const { halves, thresholds, crm, outcome, states } = facts;
  if (crm.decides("trend_change") && crm.shift === null) return [];
  if (withoutRetried(outcome, states).failed === 0) return [];
  if (halves === null || halves.earlier.total === 0 || halves.later.total === 0) return [];
  const change = halves.later.successful / halves.later.total - halves.earlier.successful / halves.earlier.total;
  if (compareHalves(halves, thresholds.trend_change) !== "declining" || isAllOver(facts)) return [];
  const message = `Success rate fell by ${(-change * 100).toFixed(1)} points from the first half of the window to the second`;
  const common = findCommon(facts);
  const isOver = common !== null && findEnd(common, facts) !== null;
  return [
    (isOver ? inform : warn)(message, { change, total_earlier: halves.earlier.total, total_later: halves.later.total }),
  ];
};

/** Where the past is known each rule is held against its own: all runs together are slower for one slow run more. */
export const findSlowdown: Finder = ({ activity: { duration, previousDuration }, thresholds, crm }) => {
  if (crm.decides("duration_growth") && crm.decides("duration_min_actions")) return [];
  if (duration === null || previousDuration === null || previousDuration.p95 === 0) return [];
  if (Math.min(duration.n, previousDuration.n) < thresholds.duration_min_actions) return [];
  const growth = duration.p95 / previousDuration.p95 - 1;
  if (growth <= thresholds.duration_growth) return [];
  const message = `Slower: 95 % of the runs ended within ${formatDuration(duration.p95)}, within ${formatDuration(previousDuration.p95)} in the window before`;
  return [inform(message, { p95_seconds: duration.p95, p95_seconds_before: previousDuration.p95 })];
};

/**
 * What the success rate is below, as a rate and in words: the usual one where the CRM's past decides, else the limit, and in any
 * case what is bad whatever is usual. Null: it is below nothing. `names`: the past decides only where the configuration sets none of these thresholds.
 */
function findBar(
  names: (keyof Thresholds)[],
  { outcome, states, thresholds, crm }: Parameters<Finder>[0],
): { rate: number; words: string } | null {
  const judged = withoutRetried(outcome, states);
  const below = (rate: number) => (isBelowLimit(judged, rate) ? { rate, words: formatRatio(rate) } : null);
  const isPastKnown = names.every((name) => crm.decides(name)) && crm.shift?.totalBefore !== 0;
  if (!isPastKnown) return below(thresholds.success_rate);
  const usual = findUsual(crm);
  return usual !== null && outcome.rate !== null && outcome.rate < usual.rate
    ? usual
    : below(thresholds.overall_success_rate_high);
}

/** Null: it fails as it usually does. Something is known of before a shift. A shift is told of its own time, which the window need not hold. */
function findUsual({ shift, knownDays }: CrmShift): { rate: number; words: string } | null {
  if (shift === null) return null;
  const rate = 1 - shift.failedBefore / shift.totalBefore;
  return { rate, words: `the usual ${formatRatio(rate)} (${sayAgainst(shift.againstDays, knownDays)})` };
}

/** Failures of rules that fail more often than they used to. */
function countOfSick(states: RuleState[]): number {
  return states
    .filter(
      ({ judgement: { condition, degradation, severity } }) =>
        severity !== "info" && (condition === "failing" || degradation === "failures"),
    )
    .reduce((sum, { facts: { outcome } }) => sum + outcome.failed, 0);
}

/** Failures that were started again and then succeeded are the rule's own finding, and no outage of the CRM. */
function withoutRetried({ total, failed }: Outcome, states: RuleState[]): { total: number; failed: number } {
  const retried = states
    .filter(({ judgement }) => judgement.degradation === "retries")
    .reduce((sum, { facts: { outcome } }) => sum + outcome.failed, 0);
  return { total: total - retried, failed: failed - retried };
}
