/** A time in which several rules started nothing, and which is over: one pause, not one fault of each rule. */
import { formatCount, formatHours, formatInstant, formatPlural, formatSpan, listNames } from "../../text/figures.ts";
import { findMostShared, isWithin } from "../../time/window.ts";
import type { RuleActivity } from "../activity.ts";
import { areTogether, warn, type Facts, type Finder, type RuleState } from "./facts.ts";

/** Of a rule: the starts around all that it missed, by its schedules or by its past. */
type Rest = { state: RuleState; fromMs: number; toMs: number; missed: number };

/** What evidence has that tells more than missed runs. */
const MORE = ["waited", "schedule", "also"];

type Pause = { rests: Rest[]; fromMs: number; toMs: number; due: number };

export const findPause: Finder = (facts) => {
  const pause = measurePause(facts);
  if (pause === null) return [];
  const { rests, fromMs, toMs, due } = pause;
  const { startMs, endMs } = facts.activity.window;
  const rules = rests.map(({ state }) => state.facts.rule);
  const missed = rests.reduce((sum, rest) => sum + rest.missed, 0);
  const when = formatSpan(fromMs, toMs, endMs);
  const what =
    rules.length === due
      ? `Nothing started ${when}`
      : `${formatCount(rules.length)} of ${formatPlural(due, "rule")} started nothing ${when}`;
  const runs = formatPlural(missed, "run");
  // Where nothing declares them, the past tells how many there would have been.
  const absent = rests.some(({ state }) => state.facts.rested !== null)
    ? `usually ${runs} would have started`
    : `${runs}${fromMs < startMs ? ` due in ${formatHours(facts.hours)}` : ""} did not start`;
  return [
    warn(`${what}, over now: ${absent} (${listNames(rules)})`, {
      rules,
      due,
      from: formatInstant(fromMs),
      to: formatInstant(toMs),
      missed,
    }),
  ];
};

/** Of which the pause tells all that is wrong. */
export function listPaused(facts: Facts): RuleState[] {
  return measurePause(facts)?.rests.map(({ state }) => state) ?? [];
}

function measurePause({ states, activity }: Facts): Pause | null {
  const activities = new Map(activity.rules.map((rule) => [rule.rule, rule]));
  const all = states.flatMap((state) => findRest(state, activities.get(state.facts.rule)) ?? []);
  const windowOf = ({ fromMs, toMs }: Rest) => ({ startMs: fromMs, endMs: toMs });
  const atMs = findMostShared(all.map(windowOf));
  const rests = all.filter((rest) => isWithin(atMs, windowOf(rest)));
  if (rests.length === 0) return null;
  const fromMs = Math.max(...rests.map((rest) => rest.fromMs));
  const toMs = Math.min(...rests.map((rest) => rest.toMs));
  const resting = new Set(rests.map(({ state }) => state.facts.rule));
  const due = activity.rules.filter(({ rule, startsMs }) => {
    // Of too many starts to list, some are in any time.
    const isAlive = startsMs === null || startsMs.some((atMs) => atMs > fromMs && atMs < toMs);
    return resting.has(rule) || isAlive;
  }).length;
  return areTogether(rests.length, due) ? { rests, fromMs, toMs, due } : null;
}

/** Null: it missed nothing, or at other times too, or has not started since, or something else is wrong with it. */
function findRest(state: RuleState, activity: RuleActivity | undefined): Rest | null {
  const { judgement, facts } = state;
  const { compared, due, rested } = facts;
  const isMissing = judgement.degradation === "missed" && judgement.severity !== null;
  if (isMissing && rested !== null && !("also" in judgement.evidence))
    return { state, fromMs: rested.fromMs, toMs: rested.toMs, missed: rested.runs };
  if (!isMissing || compared === null || MORE.some((key) => key in judgement.evidence)) return null;
  const { missed, missedAtMs } = compared;
  const [newestMs] = missedAtMs;
  if (newestMs === undefined) return null;
  const beforeMs = activity?.previousStartMs ?? activity?.lookback?.startsMs[0] ?? facts.window.startMs;
  const starts = [beforeMs, ...(activity?.startsMs ?? [])];
  const toMs = starts.find((atMs) => atMs > newestMs);
  const fromMs = starts.findLast((atMs) => atMs <= newestMs);
  if (toMs === undefined || fromMs === undefined || missedAtMs.some((atMs) => atMs < fromMs)) return null;
  const isListed = missed <= missedAtMs.length || (due !== null && toMs - fromMs > missed * due.gapMs);
  return isListed ? { state, fromMs, toMs, missed } : null;
}
