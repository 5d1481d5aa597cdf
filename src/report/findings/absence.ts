/** What did not run, or not often enough: of each rule only what says most. */
import type { Run } from "../activity.ts";
import { countRuns } from "../counts.ts";
import type { RuleExpectation } from "../expectations.ts";
import {
  formatCount,
  formatDuration,
  formatHours,
  formatInstant,
  formatMinute,
  formatPlural,
} from "../../text/figures.ts";
import type { RuleFreshness } from "../freshness.ts";
import type { StaleRuns } from "../stale.ts";
import { critical, inform, warn, type Absence, type Facts } from "./facts.ts";

type AbsenceFacts = Omit<Facts, "absences">;

const BASES = {
  config: "the configuration",
  schedule: "its schedule",
  "usual-interval": "its usual interval",
  unknown: "",
};
/** Fewer missed runs than this, and than a tenth of those expected, are told but warn nobody. */
export const FEW_MISSED = 3;
const FEW_MISSED_SHARE = 0.1;

/** Nothing where the whole CRM is silent: that is one finding, not one for each rule. */
export function findAbsences(facts: AbsenceFacts): Absence[] {
  const { outcome, counts, freshness, expectations, rules } = facts;
  if (outcome.total + counts.running + counts.stale === 0) return [];
  const names = new Set([
    ...freshness.map(({ rule }) => rule),
    ...expectations.map(({ rule }) => rule),
    ...rules.silent.map(({ rule }) => rule),
  ]);
  const freshOf = new Map(freshness.map((fresh) => [fresh.rule, fresh]));
  const expectationOf = new Map(expectations.map((expectation) => [expectation.rule, expectation]));
  return [...names].flatMap((rule) => {
    const [fresh, expectation] = [freshOf.get(rule), expectationOf.get(rule)];
    return (
      findNeverRan(rule, expectation, facts) ??
      findOverdue(fresh, expectation, facts) ??
      findMissed(expectation, facts) ??
      findSilent(rule, fresh, facts) ??
      []
    );
  });
}

/** A rule whose last success is too old. */
export function describeOverdue(fresh: RuleFreshness): string {
  return `${fresh.rule}: ${describeAge(fresh)}`;
}

function describeAge(fresh: RuleFreshness): string {
  const age = formatDuration((fresh.ageMs ?? 0) / 1000);
  return `last success ${age} ago, expected within ${formatDuration(limitOf(fresh) / 1000)} by ${BASES[fresh.limits.basis]}`;
}

function limitOf({ status, limits }: RuleFreshness): number {
  return (status === "error" ? limits.errorAfterMs : limits.warnAfterMs) ?? 0;
}

export function listStuck({ runs, before }: StaleRuns): Run[] {
  return [...runs, ...before];
}

/** Those that began after the rule's last success: it has none since because they do not end. */
export function listAwaited(stale: StaleRuns, freshness: RuleFreshness[]): Run[] {
  const lastSuccessMs = freshness.find(({ rule }) => rule === stale.rule)?.lastSuccessMs ?? null;
  return listStuck(stale).filter(({ startedMs }) => lastSuccessMs !== null && startedMs > lastSuccessMs);
}

function findNeverRan(
  rule: string,
  expectation: RuleExpectation | undefined,
  { activity }: AbsenceFacts,
): Absence | null {
  const compared = expectation?.compared ?? null;
  if (activity.lookback === "none" || compared === null || compared.expected - compared.pending === 0) return null;
  if (activity.rules.some((found) => found.rule === rule)) return null;
  const looked = activity.lookback === "each-rule" ? "in 30 days" : "among the newest rows of 30 days";
  const message = `${rule}: never ran ${looked}, ${formatPlural(compared.expected, "run")} expected in this window`;
  return { id: "never-ran", found: warn(message, { expected: compared.expected, seen: 0 }, rule) };
}

/** Not said of a rule whose failing runs are a finding of their own. */
function findOverdue(
  fresh: RuleFreshness | undefined,
  expectation: RuleExpectation | undefined,
  { rules, hours, thresholds, stale }: AbsenceFacts,
): Absence | null {
  if (fresh === undefined || (fresh.status !== "warn" && fresh.status !== "error")) return null;
  const { rule, ageMs, lastSuccessMs, limits } = fresh;
  const ran = rules.executed.find((executed) => executed.rule === rule);
  const isFailing =
    ran !== undefined &&
    ran.outcome.total >= thresholds.min_actions &&
    (ran.outcome.rate ?? 1) < thresholds.rule_success_rate;
  if (isFailing || ageMs === null || lastSuccessMs === null) return null;
  const stuck = stale.filter((found) => found.rule === rule).flatMap((found) => listAwaited(found, [fresh]));
  const runningSince = stuck.length === 0 ? null : formatInstant(Math.min(...stuck.map(({ startedMs }) => startedMs)));
  const none = runningSince === null ? "no run" : "none ended";
  const ended = ran === undefined ? none : `${formatPlural(ran.outcome.total, "run")} ended`;
  const running = runningSince === null ? "" : `running since ${formatMinute(runningSince)} and not ended; `;
  const message = `${rule}: ${running}${describeAge(fresh)}; ${ended} in ${formatHours(hours)}`;
  const evidence = {
    last_success_at: formatInstant(lastSuccessMs),
    age_seconds: ageMs / 1000,
    limit_seconds: limitOf(fresh) / 1000,
    basis: limits.basis,
    missed: expectation?.compared?.missed ?? null,
    running_since: runningSince,
    row_ids: stuck.flatMap(({ id }) => id ?? []).slice(0, 3),
  };
  return {
    id: "rule-overdue",
    found: fresh.status === "error" ? critical(message, evidence, rule) : warn(message, evidence, rule),
  };
}

function findMissed(expectation: RuleExpectation | undefined, { hours }: AbsenceFacts): Absence | null {
  const compared = expectation?.compared ?? null;
  if (expectation === undefined || compared === null || compared.missed === 0) return null;
  const { expected, seen, missed, missedAtMs } = compared;
  const [newest] = missedAtMs;
  const last = newest === undefined ? "" : `, the last one due ${formatMinute(formatInstant(newest))}`;
  const message = `${expectation.rule}: ${formatCount(missed)} of ${formatPlural(expected, "run")} expected in ${formatHours(hours)} did not happen${last}`;
  const evidence = { expected, seen, missed };
  const few = missed < FEW_MISSED && missed < expected * FEW_MISSED_SHARE;
  return {
    id: "runs-missed",
    found: few ? inform(message, evidence, expectation.rule) : warn(message, evidence, expectation.rule),
  };
}

function findSilent(
  rule: string,
  fresh: RuleFreshness | undefined,
  { rules, hours, thresholds }: AbsenceFacts,
): Absence | null {
  const silent = rules.silent.find((found) => found.rule === rule);
  if (silent === undefined || fresh?.status === "pass" || countRuns(silent.previous) === 0) return null;
  const { success, partial, failed } = silent.previous;
  const before = success + partial + failed;
  if (before < thresholds.min_actions) return null;
  const message = `${rule}: no run in ${formatHours(hours)}, ${formatPlural(before, "run")} in the ${formatHours(hours)} before`;
  return { id: "rule-silent", found: warn(message, { total: 0, total_before: before }, rule) };
}
