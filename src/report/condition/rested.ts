/** A silence that is over, of a rule that no schedule asks for: by its past, runs would have started in it. */
import { HOUR_MS } from "../../time/units.ts";
import { isWithin, type Window } from "../../time/window.ts";
import type { RuleActivity } from "../activity.ts";
import { aliveUntil, isFinished } from "../rules/attempts.ts";
import type { RuleHistory } from "../memory/history.ts";
import { isCertain, measureSilence } from "../memory/silence.ts";
import type { RunRow } from "../rules/run-row.ts";

/** Between two starts; `runs` would usually have started, as the weeks before say. */
export type Rested = { fromMs: number; toMs: number; runs: number; days: number; sinceMs: number };

/** Nothing so short is certain to be a silence: its first hour and its last are left out. */
const SHORTEST_MS = 2 * HOUR_MS;
/** Beside the silence a rule may rest by night: the longest of its rests are looked at. */
const MOST_LOOKED_AT = 5;

/** The one with the most runs that ended in the window. Null: none was long enough to have been critical. */
export function findRested(found: RuleActivity, history: RuleHistory, window: Window): Rested | null {
  const { startsMs, previousStartMs, lookback } = found;
  const beforeMs = previousStartMs ?? lookback?.startsMs[0] ?? null;
  const starts = [...(beforeMs === null ? [] : [beforeMs]), ...(startsMs ?? [])];
  const rests = starts.slice(1).map((toMs, index) => ({ fromMs: starts[index] ?? toMs, toMs }));
  const [longest] = rests
    .filter(({ fromMs, toMs }) => toMs - fromMs >= SHORTEST_MS && isWithin(toMs, window))
    .toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs))
    .slice(0, MOST_LOOKED_AT)
    .flatMap(({ fromMs, toMs }): Rested[] => {
      const silence = measureSilence({ ...history, nowMs: toMs }, findLastRun(found.runs, { fromMs, toMs }));
      if (silence === null || silence.isUsual || !isCertain(silence)) return [];
      const { expected, days, sinceMs } = silence;
      return [{ fromMs, toMs, runs: Math.floor(expected), days, sinceMs: sinceMs ?? fromMs }];
    })
    .toSorted((a, b) => b.runs - a.runs);
  return longest ?? null;
}

/** While a run that began before went on, it was no silence. */
function findLastRun(runs: RunRow[], { fromMs, toMs }: { fromMs: number; toMs: number }): number {
  return runs
    .filter((run) => run.startedMs <= fromMs && isFinished(run) && aliveUntil(run) <= toMs)
    .reduce((lastMs, run) => Math.max(lastMs, aliveUntil(run)), fromMs);
}
