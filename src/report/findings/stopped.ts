/** Rules that stopped together: one finding for all of them. */
import { formatCount, formatInstant, formatNear, formatPlural, listNames } from "../../text/figures.ts";
import { HOUR_MS } from "../../time/units.ts";
import { findMostShared, isWithin } from "../../time/window.ts";
import type { Condition } from "../words.ts";
import { areTogether, critical, type Facts, type Finder, type RuleState } from "./facts.ts";

const SILENT: Condition[] = ["overdue", "never"];
/** Rules in these conditions were not due, or nothing says when they are. */
const NOT_DUE: Condition[] = ["idle", "unknown"];
/** Workers may end what waits for so long after their scheduler has stopped. */
const LATER_MS = HOUR_MS;

export const findStopped: Finder = (facts) => {
  const together = listStoppedTogether(facts);
  if (together.length === 0) return [];
  const { endMs } = facts.activity.window;
  const due = countDue(together, facts.states);
  const isAll = together.length === due;
  // Of rules that go on the newest start says nothing of those that stopped.
  const newestMs = newestStart(isAll ? facts.states : together);
  const names = together.map(({ facts: { rule } }) => rule);
  const stops = together.flatMap(({ judgement: { sinceMs } }) => sinceMs ?? []);
  const sinceMs = stops.length === 0 ? null : stops.reduce((a, b) => Math.min(a, b));
  const since = newestMs === null ? "" : ` since ${formatNear(newestMs, endMs)}`;
  const what = isAll
    ? `Nothing has started${since}: is the scheduler alive?`
    : `${formatCount(together.length)} of ${formatPlural(due, "rule")} that were due have ${since === "" ? "never started" : `started nothing${since}`}`;
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

/** Empty where too few are silent since one moment, or none of them urgently. Where nothing starts at all it is all of them, whenever each stopped. */
export function listStoppedTogether({ states }: Pick<Facts, "states">): RuleState[] {
  const silent = states.filter(
    // That its newest rows cannot be read is no silence.
    ({ judgement: { condition, severity }, facts: { unreadable } }) =>
      SILENT.includes(condition) && severity !== null && unreadable === null,
  );
  const together = silent.length === countDue(silent, states) ? silent : chooseAlike(silent);
  const isOne = areTogether(together.length, countDue(together, states));
  return isOne && together.some(({ judgement }) => judgement.severity === "critical") ? together : [];
}

/** As many of them as may have stopped at one moment: between its last start and the first that it missed, each rule in its own rhythm. */
function chooseAlike(silent: RuleState[]): RuleState[] {
  const spans = silent.map((state) => {
    const sinceMs = state.judgement.sinceMs ?? state.facts.lastStartMs;
    const lastMs = state.facts.lastStartMs ?? 0;
    return {
      state,
      startMs: Math.min(lastMs, sinceMs ?? lastMs),
      endMs: Math.max(lastMs, sinceMs ?? state.facts.window.endMs) + LATER_MS,
    };
  });
  const atMs = findMostShared(spans);
  return spans.filter((span) => isWithin(atMs, span)).map(({ state }) => state);
}

function newestStart(states: RuleState[]): number | null {
  const starts = states.flatMap(({ facts: { lastStartMs } }) => lastStartMs ?? []);
  return starts.length === 0 ? null : starts.reduce((a, b) => Math.max(a, b));
}

/** How many were due since the last of these started: these, and what has started since. What rests does not show that a scheduler is alive. */
function countDue(silent: RuleState[], states: RuleState[]): number {
  const stoppedMs = silent.reduce((newest, { facts }) => Math.max(newest, facts.lastStartMs ?? -Infinity), -Infinity);
  const stopped = new Set(silent);
  return states.filter(
    (state) =>
      stopped.has(state) ||
      (!NOT_DUE.includes(state.judgement.condition) && (state.facts.lastStartMs ?? -Infinity) > stoppedMs),
  ).length;
}
