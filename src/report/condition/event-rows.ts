/** Logs that write one row when a run starts and another when it ends: the first never ends, and nothing hangs. */
import { isFinished, isOpen } from "../attempts.ts";
import { countRuns } from "../memory/columns.ts";
import type { RuleHistory } from "../memory/history.ts";
import type { RunRow } from "../run-row.ts";
import { SECOND_MS } from "../../time/units.ts";

/** Rows of one rule that start within this are probably one run, as data quality counts them. */
const SAME_START_MS = 5 * SECOND_MS;
/** So many runs with two rows each, and none with one, are how the log is written. */
const FEWEST_PAIRS = 2;
/** Of the starts known, so many end at most where each has a row of its own. */
const MOST_ENDING = 0.6;

/**
 * Without the open rows of runs that another row says to have ended. Only where each run has both: of two runs that start
 * together, one may hang.
 */
export function dropStartRows(runs: RunRow[], history: RuleHistory | null): RunRow[] {
  const open = runs.filter(isOpen);
  const ended = runs.filter(isFinished).filter((run) => run.startedMs >= oldestStart(open) - SAME_START_MS);
  if (ended.length < FEWEST_PAIRS || !ended.every((run) => open.some((one) => isSameStart(one, run)))) return runs;
  const isAlways = history === null || countRuns(history.finished) <= countRuns(history.starts) * MOST_ENDING;
  return isAlways ? runs.filter((run) => !isOpen(run) || !ended.some((one) => isSameStart(one, run))) : runs;
}

function oldestStart(runs: RunRow[]): number {
  return runs.reduce((oldestMs, { startedMs }) => Math.min(oldestMs, startedMs), Infinity);
}

function isSameStart(one: RunRow, other: RunRow): boolean {
  return Math.abs(one.startedMs - other.startedMs) <= SAME_START_MS;
}
