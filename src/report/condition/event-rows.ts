/** Logs that write one row when a run starts and another when it ends: the first never ends, and nothing hangs. */
import { NEWEST_RUNS, type ReadActivity, type Run, type RuleActivity } from "../activity.ts";
import { isFinished, isOpen } from "../rules/attempts.ts";
import { countRuns } from "../memory/columns.ts";
import type { RuleHistory } from "../memory/history.ts";
import type { RunRow } from "../rules/run-row.ts";
import { EARLY_MS } from "../expectation/due.ts";
import { SECOND_MS } from "../../time/units.ts";
import type { Window } from "../../time/window.ts";

/** Rows of one rule that start within this are probably one run, as data quality counts them. */
const SAME_START_MS = 5 * SECOND_MS;
/** So many runs with two rows each, and none with one, are how the log is written. */
const FEWEST_PAIRS = 2;
/** Of the starts known, so many end at most where each has a row of its own. */
const MOST_ENDING = 0.6;

/** Where the row of a run's end starts: with the run, or where the run ended. */
type Log = "at-start" | "at-end";

/**
 * The same activity and pasts, with the two rows of one run as one, where each run of a rule has both: of two runs that start
 * together, one may hang. Of older runs a number alone is known, which tells of none that it hangs.
 */
export function mergeStartRows<T extends ReadActivity & { window: Window }>(
  activity: T,
  given: ReadonlyMap<string, RuleHistory>,
): { activity: T; histories: ReadonlyMap<string, RuleHistory> } {
  const histories = new Map(given);
  const paired = new Map<string, number>();
  const rules = activity.rules.map((rule) => {
    const history = given.get(rule.rule) ?? null;
    const log = recognise(rule.runs, history);
    if (log === null) return rule;
    // Both rows of each run are starts there, and one of them is its end.
    if (history !== null) histories.set(rule.rule, { ...history, starts: history.finished });
    const merged = mergeRule(rule, log, activity);
    if (log === "at-start") paired.set(rule.rule, rule.current.running - merged.current.running);
    return merged;
  });
  const contradictions = activity.contradictions.filter(
    ({ kind, rule, n }) => kind !== "probable-duplicates" || n > (paired.get(rule ?? "") ?? 0),
  );
  return { activity: { ...activity, rules, contradictions }, histories };
}

/** Null: its runs have one row each, as far as they tell. */
function recognise(runs: RunRow[], history: RuleHistory | null): Log | null {
  const open = runs.filter(isOpen);
  // Of the last one that is listed of the windows, the row of its start may be left out.
  const whole = runs.filter((run, index) => isFinished(run) && index !== NEWEST_RUNS - 1);
  const ended = whole.filter((run) => run.startedMs >= oldestStart(open) - SAME_START_MS);
  if (ended.length < FEWEST_PAIRS) return null;
  if (history !== null && countRuns(history.finished) > countRuns(history.starts) * MOST_ENDING) return null;
  if (ended.every((run) => open.some((one) => isSameStart(one, run)))) return "at-start";
  return ended.every(hasNoLength) && alternate(open, ended) ? "at-end" : null;
}

function hasNoLength({ startedMs, endedMs }: RunRow): boolean {
  return endedMs === null || endedMs === startedMs;
}

/** Whether right before each end there was a start. */
function alternate(open: RunRow[], ended: RunRow[]): boolean {
  const rows = [...open, ...ended].toSorted((a, b) => a.startedMs - b.startedMs);
  return rows.every((row, index) => {
    const before = rows[index - 1];
    return isOpen(row) || (before !== undefined && isOpen(before));
  });
}

function mergeRule(
  rule: RuleActivity,
  log: Log,
  { window, scannedFromMs }: ReadActivity & { window: Window },
): RuleActivity {
  const { runs, running, runningBefore, startsMs, current, lookback } = rule;
  const ends = runs.filter(isFinished).map(({ startedMs }) => startedMs);
  // The ends of older ones are not listed.
  const oldestMs = ends.reduce((a, b) => Math.min(a, b), Infinity) - SAME_START_MS;
  const open = runs.filter((run) => isOpen(run) && run.startedMs >= oldestMs);
  const left = findUnpaired(open, ends, log);
  const isLeft = (run: Run) => left.some(({ startedMs }) => startedMs === run.startedMs);
  // Starts are listed from here on: beside the newest runs only those are known to go on that none of them may have ended.
  const listedFromMs = startsMs === null ? Infinity : window.startMs - EARLY_MS;
  const begun = [...runningBefore, ...running].filter(({ startedMs }) => startedMs >= listedFromMs);
  const endsMs = withoutEach(startsMs ?? [], begun);
  const goingOn = findUnpaired(begun, endsMs, log);
  const isGoingOn = (run: Run) => (run.startedMs >= listedFromMs ? goingOn.includes(run) : isLeft(run));
  const older = left.filter(({ startedMs, status }) => status === "running" && startedMs < scannedFromMs);
  return {
    ...rule,
    runs: runs.filter((run) => !isOpen(run) || left.includes(run)),
    running: running.filter(isGoingOn),
    runningBefore: runningBefore.filter(isGoingOn),
    startsMs: startsMs && chooseStarts(begun, goingOn, endsMs, log),
    current: { ...current, running: current.running - running.filter((run) => !isGoingOn(run)).length },
    lookback: lookback && { ...lookback, stuck: Math.min(lookback.stuck, older.length) },
  };
}

/** Of those starts the ones that no end belongs to: one of the same time, or one before the next start. */
function findUnpaired<T extends Run>(starts: T[], endsMs: number[], log: Log): T[] {
  return starts.filter(({ startedMs }) => {
    if (log === "at-start") return !endsMs.some((atMs) => Math.abs(atMs - startedMs) <= SAME_START_MS);
    const later = starts.map((other) => other.startedMs).filter((atMs) => atMs > startedMs);
    const nextMs = later.reduce((a, b) => Math.min(a, b), Infinity);
    return !endsMs.some((atMs) => atMs >= startedMs && atMs < nextMs);
  });
}

/** One for each run, ascending: where the row of an end starts at it, that is none. */
function chooseStarts(begun: Run[], goingOn: Run[], endsMs: number[], log: Log): number[] {
  const starts = (log === "at-start" ? goingOn : begun).map(({ startedMs }) => startedMs);
  return [...starts, ...(log === "at-start" ? endsMs : [])].toSorted((a, b) => a - b);
}

/** Without one start for each of those runs. */
function withoutEach(startsMs: number[], runs: Run[]): number[] {
  const counts = new Map<number, number>();
  for (const { startedMs } of runs) counts.set(startedMs, (counts.get(startedMs) ?? 0) + 1);
  return startsMs.filter((atMs) => {
    const n = counts.get(atMs) ?? 0;
    counts.set(atMs, n - 1);
    return n <= 0;
  });
}

function oldestStart(runs: RunRow[]): number {
  return runs.reduce((oldestMs, { startedMs }) => Math.min(oldestMs, startedMs), Infinity);
}

function isSameStart(one: RunRow, other: RunRow): boolean {
  return Math.abs(one.startedMs - other.startedMs) <= SAME_START_MS;
}
