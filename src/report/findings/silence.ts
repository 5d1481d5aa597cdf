/** A CRM in which nothing finished, and runs that never end. */
import {
  formatCount,
  formatDuration,
  formatHours,
  formatInstant,
  formatMinute,
  formatPlural,
} from "../../text/figures.ts";
import type { RuleFreshness } from "../freshness.ts";
import { type ActionStatus, compareNames } from "../words.ts";
import { describeOverdue, FEW_MISSED, listAwaited, listStuck } from "./absence.ts";
import { critical, inform, listNames, warn, type Finder } from "./facts.ts";
import { HOUR_MS } from "../../time/units.ts";

/** What is counted beside the total, as a sentence names it. */
const BESIDE: [ActionStatus, string][] = [
  ["running", "still running"],
  ["stale", "started long ago and never ended"],
  ["skipped", "skipped"],
  ["dry_run", "dry-run"],
  ["wrapper", "wrapper"],
  ["unknown", "of unknown status"],
];

/**
 * Critical where somebody said how old a success may be: what is usual knows no holidays. No warning where there is
 * no trace of any run, each rule's last success is young enough, and nothing ran in the same window a week before either where
 * nobody said when it should.
 */
export const findNoData: Finder = ({ outcome, previous, counts, hours, freshness, expectations, absences }) => {
  if (outcome.total > 0) return [];
  const running = counts.running + counts.stale;
  const beside = BESIDE.filter(([status]) => counts[status] > 0).map(
    ([status, words]) => `${formatCount(counts[status])} ${words}`,
  );
  const message =
    beside.length > 0
      ? `Nothing finished in ${formatHours(hours)}; ${beside.join(", ")}`
      : `Nothing ran in ${formatHours(hours)}`;
  const successes = freshness.flatMap(({ lastSuccessMs, ageMs }) =>
    lastSuccessMs === null || ageMs === null ? [] : [{ lastSuccessMs, ageMs }],
  );
  const [newest] = successes.toSorted((a, b) => a.ageMs - b.ageMs);
  const compared = expectations.flatMap((expectation) => expectation.compared ?? []);
  const due = compared.reduce((sum, { expected, pending }) => sum + expected - pending, 0);
  const missed = compared.reduce((sum, rule) => sum + rule.missed, 0);
  // While one runs, each overdue rule is told of for itself.
  const [overdue] = absences.length > 0 ? [] : freshness.filter(isOverdueAsSaid).toSorted(compareLimits);
  const said = [
    message,
    newest === undefined || newest.lastSuccessMs === overdue?.lastSuccessMs
      ? ""
      : `the last success ${formatDuration(newest.ageMs / 1000)} ago`,
    overdue === undefined ? "" : describeOverdue(overdue),
    missed === 0 ? "" : `${formatCount(missed)} of ${formatPlural(due, "run")} expected did not happen`,
  ]
    .filter((part) => part !== "")
    .join("; ");
  const evidence = {
    running,
    total_before: previous.total,
    last_success_at: newest === undefined ? null : formatInstant(newest.lastSuccessMs),
    missed,
    overdue_rule: overdue?.rule ?? null,
  };
  const isAllMissed = absences.length === 0 && missed === due && missed >= FEW_MISSED;
  if (overdue !== undefined || isAllMissed) return [critical(said, evidence)];
  const isAtRest = ({ status, limits, weekAgeMs }: RuleFreshness) =>
    status === "pass" && (limits.basis !== "usual-interval" || (weekAgeMs ?? 0) >= hours * HOUR_MS);
  const isUsual = beside.length === 0 && missed === 0 && freshness.length > 0 && freshness.every(isAtRest);
  return [isUsual ? inform(said, evidence) : warn(said, evidence)];
};

/** The rule that should run most often first. */
function compareLimits({ limits: a }: RuleFreshness, { limits: b }: RuleFreshness): number {
  return (a.errorAfterMs ?? 0) - (b.errorAfterMs ?? 0);
}

function isOverdueAsSaid({ status, limits }: RuleFreshness): boolean {
  return status === "error" && (limits.basis === "config" || limits.basis === "schedule");
}

/** Not those that an overdue rule waits for. */
export const findStale: Finder = ({ activity, freshness, stale: all, absences }) => {
  const overdue = new Set(absences.flatMap(({ id, found }) => (id === "rule-overdue" ? [found.rule_name] : [])));
  const stale = all.map((found) => {
    const awaited = overdue.has(found.rule) ? listAwaited(found, freshness) : [];
    return { rule: found.rule, runs: listStuck(found).filter((run) => !awaited.includes(run)) };
  });
  const older = activity.rules.filter(({ lookback }) => (lookback?.stuck ?? 0) > 0);
  const olderRuns = older.reduce((sum, { lookback }) => sum + (lookback?.stuck ?? 0), 0);
  const runs = stale.flatMap((found) => found.runs);
  if (runs.length === 0 && olderRuns === 0) return [];
  const rules = [
    ...new Set([...stale.filter((found) => found.runs.length > 0), ...older].map(({ rule }) => rule)),
  ].toSorted(compareNames);
  const evidence = {
    stale: runs.length,
    older: olderRuns,
    rules,
    row_ids: runs.flatMap(({ id }) => id ?? []).slice(0, 3),
  };
  if (runs.length === 0) {
    return [inform(`${formatPlural(olderRuns, "run")} of the last 30 days never ended: ${listNames(rules)}`, evidence)];
  }
  const oldest = formatMinute(formatInstant(Math.min(...runs.map(({ startedMs }) => startedMs))));
  const more = olderRuns === 0 ? "" : `; ${formatCount(olderRuns)} older`;
  const message = `${formatPlural(runs.length, "run")} started and never ended: ${listNames(rules)}, the oldest since ${oldest}${more}`;
  return [warn(message, evidence)];
};
