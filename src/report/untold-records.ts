/** Rules whose runs told their records and do so no more: unknown is not 0, and nothing else of a report says it. */
import { HOUR_MS, HOURS_A_DAY } from "../time/units.ts";
import type { Window } from "../time/window.ts";
import { NEWEST_RUNS, type ReadActivity, type RuleActivity } from "./activity.ts";
import { settledAt } from "./rules/attempts.ts";
import { countRuns, countRunsWithin, type HourColumns, where, within } from "./memory/columns.ts";
import { usualRecords } from "./memory/emptiness.ts";
import type { RuleHistory } from "./memory/history.ts";
import { isPastKnown, PAST_DAYS } from "./memory/known.ts";
import type { Contradiction } from "./words.ts";

/** `n` successes since `sinceMs`, the end of the first, tell no records, or more; `usual`: records of a run before it. */
export type UntoldRecords = {
  rule: string;
  n: number;
  sinceMs: number;
  isAtLeast: boolean;
  usual: number;
  ids: string[];
};

/** Fewer that tell none, or fewer that told some before them, may be odd ones. */
const FEWEST_UNTOLD = 5;
const FEWEST_TOLD = 5;
/** A rule that tells its records now and then may well tell none for a while. */
const UNLIKELY = 1e-3;

/** What cannot be summed is told as such. */
const TOLD: Contradiction[] = ["inexact-counts", "negative-counts"];

type Streak = Omit<UntoldRecords, "rule" | "ids"> & { before: { told: number; untold: number } };

/** In the order of the rules. */
export function findUntoldRecords(
  { rules, contradictions, window }: Pick<ReadActivity, "rules" | "contradictions"> & { window: Window },
  histories: ReadonlyMap<string, RuleHistory>,
): UntoldRecords[] {
  const odd = new Set(contradictions.filter(({ kind }) => TOLD.includes(kind)).map(({ rule }) => rule));
  return rules.flatMap((rule) => {
    if (odd.has(rule.rule)) return [];
    const successes = rule.runs.filter(({ status }) => status === "success");
    const toldAt = successes.findIndex(({ records }) => records !== null);
    const newest = toldAt === -1 ? successes : successes.slice(0, toldAt);
    const [last] = newest;
    if (last === undefined || newest.length < FEWEST_UNTOLD || settledAt(last) < window.startMs) return [];
    const history = histories.get(rule.rule) ?? null;
    const byRuns = readRuns(newest, toldAt === -1 ? [] : successes.slice(toldAt));
    const streak = byRuns !== null && !byRuns.isAtLeast ? byRuns : (readHistory(history) ?? byRuns);
    if (streak === null || streak.usual < 1) return [];
    const { before, ...found } = streak;
    const chance = ((before.untold + 1) / (before.told + before.untold + 1)) ** found.n;
    const isUsual = chance >= UNLIKELY || longestUntold(history) >= found.n;
    return before.told < FEWEST_TOLD || isUsual
      ? []
      : [{ rule: rule.rule, ...found, ids: newest.flatMap(({ id }) => id ?? []) }];
  });
}

/** Both newest first. Null: too few of those before are among the newest runs. */
function readRuns(untold: RuleActivity["runs"], before: RuleActivity["runs"]): Streak | null {
  const told = before.flatMap(({ records }) => records ?? []);
  const first = untold.at(-1);
  if (first === undefined || told.length < FEWEST_TOLD) return null;
  const usual = told.reduce((sum, records) => sum + records, 0) / told.length;
  return {
    n: untold.length,
    sinceMs: settledAt(first),
    // Between the newest runs and those of the look-back there may be more.
    isAtLeast: untold.length >= NEWEST_RUNS,
    usual,
    before: { told: told.length, untold: before.length - told.length },
  };
}

/** Of the successes between two that told records, the most that told none: a rule may tell them on Sundays alone. */
function longestUntold(history: RuleHistory | null): number {
  if (!isPastKnown(history)) return 0;
  const { finished, empties } = history;
  return empties.hours.slice(1).reduce((most, hour, index) => {
    const between = within(finished, (empties.hours[index] ?? hour) + 1, hour);
    return Math.max(most, countSuccesses(between));
  }, 0);
}

function countSuccesses({ counts, values }: HourColumns): number {
  return countRuns({ counts }) - values.reduce((sum, failed) => sum + failed, 0);
}

/** By whole hours. */
function readHistory(history: RuleHistory | null): Streak | null {
  if (!isPastKnown(history)) return null;
  const { finished, empties } = history;
  const lastHour = empties.hours.at(-1);
  if (lastHour === undefined) return null;
  const since = within(finished, lastHour + 1, Infinity);
  const isSuccess = (hour: number) => countSuccesses(within(since, hour, hour + 1)) > 0;
  const [firstHour] = where(since, isSuccess).hours;
  const usual = usualRecords(history, lastHour + 1);
  if (firstHour === undefined || usual === null) return null;
  const [from, to] = [lastHour + 1 - PAST_DAYS * HOURS_A_DAY, lastHour + 1] as const;
  const told = countRunsWithin(empties, from, to);
  const untold = Math.max(0, countSuccesses(within(finished, from, to)) - told);
  return { n: countSuccesses(since), sinceMs: firstHour * HOUR_MS, isAtLeast: false, usual, before: { told, untold } };
}
