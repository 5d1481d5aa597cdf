/** From the rules' conditions to findings: at most one for each rule, and one for all where many stopped together. */
import { formatCount, formatInstant, formatNear, formatPlural, listNames } from "../../text/figures.ts";
import type { Condition, FindingId } from "../words.ts";
import { explainMissed } from "./misread.ts";
import { listRecovered } from "./outcome.ts";
import { listPaused } from "./pause.ts";
import { areTogether, critical, type Facts, type Finder, type RuleState } from "./facts.ts";

const SILENT: Condition[] = ["overdue", "never"];
/** Rules in these conditions were not due, or nothing says when they are. */
const NOT_DUE: Condition[] = ["idle", "unknown"];

/** Each rule's own finding, without those that one of the CRM tells: `rules-stopped`, `runs-missed-together` or `failures-many`. */
function findByCondition(condition: Condition): Finder {
  return (facts) => {
    const together = new Set([
      ...listStoppedTogether(facts),
      ...(condition === "degraded" ? [...listPaused(facts), ...listRecovered(facts)] : []),
    ]);
    return facts.states
      .filter(({ judgement }) => judgement.condition === condition && judgement.severity !== null)
      .filter((state) => !together.has(state))
      .map((state) => ({
        severity: state.judgement.severity ?? "info",
        rule_name: state.facts.rule,
        message: state.judgement.message,
        evidence: {
          ...state.judgement.evidence,
          ...(state.judgement.degradation === null ? {} : { degradation: state.judgement.degradation }),
          ...explainMissed(state, facts.states),
        },
      }));
  };
}

export const findStopped: Finder = (facts) => {
  const together = listStoppedTogether(facts);
  if (together.length === 0) return [];
  const due = countDue(together, facts.states);
  const starts = facts.states.flatMap(({ facts: { lastStartMs } }) => lastStartMs ?? []);
  const newestMs = starts.length === 0 ? null : starts.reduce((a, b) => Math.max(a, b));
  const names = together.map(({ facts: { rule } }) => rule);
  const stops = together.flatMap(({ judgement: { sinceMs } }) => sinceMs ?? []);
  const sinceMs = stops.length === 0 ? null : stops.reduce((a, b) => Math.min(a, b));
  const isAll = together.length === due;
  const since = newestMs === null ? "" : ` since ${formatNear(newestMs, facts.activity.window.endMs)}`;
  const what = isAll
    ? `Nothing has started${since}: is the scheduler alive?`
    : `${formatCount(together.length)} of ${formatPlural(due, "rule")} that were due have stopped`;
  return [
    critical(`${what} (${listNames(names)})`, {
      rules: names,
      due,
      since: sinceMs === null ? null : formatInstant(sinceMs),
      last_start_at: newestMs === null ? null : formatInstant(newestMs),
      missed: together.reduce((sum, { facts: { missedSince } }) => sum + missedSince.n, 0),
      missed_is_minimum: together.some(({ facts: { missedSince } }) => missedSince.isMinimum),
    }),
  ];
};

/** Empty where too few are silent, or none of them urgently. */
function listStoppedTogether({ states }: Pick<Facts, "states">): RuleState[] {
  const silent = states.filter(
    // That its newest rows cannot be read is no silence.
    ({ judgement: { condition, severity }, facts: { unreadable } }) =>
      SILENT.includes(condition) && severity !== null && unreadable === null,
  );
  const isOne = areTogether(silent.length, countDue(silent, states));
  return isOne && silent.some(({ judgement }) => judgement.severity === "critical") ? silent : [];
}

/** How many were due since the last of these started: these, and what has started since. What rests does not show that a scheduler is alive. */
function countDue(silent: RuleState[], states: RuleState[]): number {
  const stoppedMs = silent.reduce((newest, { facts }) => Math.max(newest, facts.lastStartMs ?? -Infinity), -Infinity);
  return states.filter(
    (state) =>
      silent.includes(state) ||
      (!NOT_DUE.includes(state.judgement.condition) && (state.facts.lastStartMs ?? -Infinity) > stoppedMs),
  ).length;
}

/** The finding of a condition, by its name. */
export const CONDITION_FINDINGS = {
  "rule-failing": findByCondition("failing"),
  "rule-overdue": findByCondition("overdue"),
  "rule-stuck": findByCondition("stuck"),
  "rule-never": findByCondition("never"),
  "rule-empty": findByCondition("empty"),
  "rule-degraded": findByCondition("degraded"),
  "rule-idle": findByCondition("idle"),
} satisfies Partial<Record<FindingId, Finder>>;
