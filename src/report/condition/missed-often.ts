/** Runs of a rule that seldom runs, missed now and then: no window holds several, and one that started hides those that did not. */
import { DAY_MS } from "../../time/units.ts";
import type { Window } from "../../time/window.ts";
import { busyUntil } from "../rules/attempts.ts";
import type { RuleExpectation } from "../expectation/expectations.ts";
import type { RunRow } from "../rules/run-row.ts";
import { matchNewest } from "./late.ts";

/** Of `due` runs since the first of them so many were missed, the last one at that time. */
export type MissedOften = { missed: number; due: number; sinceMs: number; lastMs: number };

/** Of a rule that runs more often the windows tell. */
const MOST_IN_WINDOW = 2;
const LONGEST_MS = 366 * DAY_MS;
const FEWEST_MISSED = 3;
const MISSED_SHARE = 0.25;
/** It is over once so many in a row have started. */
const FEWEST_STARTED = 3;

/** Up to the newest run. Null: few were missed, all in one go, or it is over. */
export function findMissedOften(
  expectation: RuleExpectation | null,
  runs: RunRow[],
  { window, changedMs }: { window: Window; changedMs: number | null },
): MissedOften | null {
  if ((expectation?.compared?.expected ?? Infinity) > MOST_IN_WINDOW) return null;
  const matches = matchNewest(expectation, runs, { window, changedMs, longestMs: LONGEST_MS });
  const newest = matches.findIndex(({ startMs }) => startMs !== null);
  const due = newest === -1 ? [] : matches.slice(newest);
  // What was due while a run went on has waited for it.
  const isMissed = (index: number) => {
    const { atMs, startMs } = due[index] ?? { atMs: 0, startMs: 0 };
    return startMs === null && !runs.some((run) => run.startedMs < atMs && atMs < busyUntil(run, window.endMs));
  };
  const missed = [...due.keys()].filter(isMissed);
  const [last, first] = [missed[0], missed.at(-1)];
  if (last === undefined || first === undefined || last >= FEWEST_STARTED) return null;
  const n = missed.length;
  if (n === first - last + 1 || n < FEWEST_MISSED || n < (first + 1) * MISSED_SHARE) return null;
  return { missed: n, due: first + 1, sinceMs: due[first]?.atMs ?? 0, lastMs: due[last]?.atMs ?? 0 };
}
