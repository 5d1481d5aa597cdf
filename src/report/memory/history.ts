/** A rule's past as its tests read it: its hours in order, up to the hour that is going on. */
import { HOUR_MS, HOURS_A_DAY } from "../../time/units.ts";
import { createCalendar, type Calendar } from "./calendar.ts";
import { BUCKET_WIDTH, type Past, type RulePast } from "./cells.ts";
import { countRuns, type HourColumns } from "./columns.ts";
import { createAdder, joinWeeks, spanOfWeeks } from "./sums.ts";
import { LONGEST_PAST_DAYS } from "./known.ts";
import { fromThousandths } from "./sketch.ts";

export type RuleHistory = {
  rule: string;
  nowMs: number;
  /** The hour after the last one that is known, in part or in whole. */
  endHour: number;
  /** Start of its first run that is known. */
  firstMs: number;
  /** From here on it is known whether the rule ran. */
  firstHour: number;
  /** Whole days since then that are known. */
  knownDays: number;
  calendar: Calendar;
  isCovered: (hour: number) => boolean;
  /** How many hours before that one are covered. */
  coveredBefore: (hour: number) => number;
  /** Its finished runs, and how many of them failed. */
  finished: HourColumns;
  /** Its successes that have a duration, and the mean of the natural logarithms in thousandths; the same of their records. */
  seconds: HourColumns;
  records: HourColumns;
  /** Its successes that tell their records, and how many of them had none. */
  empties: HourColumns;
  /** How often it started; there is nothing else to tell. */
  starts: HourColumns;
  /** Of the newest runs that are remembered, however old, ascending; epoch milliseconds. */
  newestStartsMs: number[];
  /** Of the successes known, by the upper edge of their bucket; null where fewer than five are known. */
  longestSeconds: number | null;
};

const FEWEST_SUCCESSES = 5;

export type HistoryOptions = { nowMs: number; timezone: string; holidays: string[] };

/** One for each rule, by its name. */
export function readHistories(past: Past, { nowMs, timezone, holidays }: HistoryOptions): Map<string, RuleHistory> {
  const endHour = Math.ceil(nowMs / HOUR_MS);
  const reach = endHour - LONGEST_PAST_DAYS * HOURS_A_DAY;
  const covered = past.covered.filter(([, to]) => to > reach);
  const fromHour = Math.max(reach, covered[0]?.[0] ?? endHour);
  const calendar = createCalendar(timezone, holidays, [fromHour, endHour + 1]);
  const shared = { nowMs, endHour, calendar, ...lookUp(covered, fromHour, endHour) };
  const readHistory = createReader(fromHour, shared, spanOfWeeks(past.rules));
  return new Map(past.rules.map((rule) => [rule.rule, readHistory(rule)]));
}

type Shared = Pick<RuleHistory, "nowMs" | "endHour" | "calendar" | "isCovered" | "coveredBefore">;

/** Reads one rule after the other. */
function createReader(
  fromHour: number,
  shared: Shared,
  weeks: Past["covered"][number] | null,
): (past: RulePast) => RuleHistory {
  const { nowMs, endHour, isCovered } = shared;
  // The hour that goes on is known so far.
  const goingOn = Math.floor(nowMs / HOUR_MS);
  const isKnown = (hour: number) => hour < endHour && (hour === goingOn || isCovered(hour));
  const addUp = createAdder(Math.min(fromHour, goingOn), endHour, isKnown, weeks);
  return (past) => {
    const firstHour = Math.max(fromHour, Math.floor(past.firstMs / HOUR_MS));
    const { longest, ...columns } = joinWeeks(past.weeks ?? [], addUp(past));
    return {
      rule: past.rule,
      ...shared,
      firstMs: past.firstMs,
      firstHour,
      knownDays: Math.floor((countCovered(shared, firstHour, endHour) + 1) / HOURS_A_DAY),
      ...columns,
      newestStartsMs: past.runs.map(({ startedMs }) => startedMs).toSorted((a, b) => a - b),
      longestSeconds:
        longest === null || countRuns(columns.seconds) < FEWEST_SUCCESSES
          ? null
          : fromThousandths((longest + 1) * BUCKET_WIDTH),
    };
  };
}

/** How many of the hours are known. */
export function countCovered(
  { coveredBefore }: Pick<RuleHistory, "coveredBefore">,
  fromHour: number,
  toHour: number,
): number {
  return Math.max(0, coveredBefore(toHour) - coveredBefore(fromHour));
}

function lookUp(
  covered: Past["covered"],
  fromHour: number,
  endHour: number,
): Pick<RuleHistory, "isCovered" | "coveredBefore"> {
  const known = new Uint8Array(Math.max(0, endHour - fromHour));
  for (const [from, to] of covered) known.fill(1, Math.max(0, from - fromHour), Math.max(0, to - fromHour));
  const before = new Uint32Array(known.length + 1);
  for (const [index, one] of known.entries()) before[index + 1] = (before[index] ?? 0) + one;
  return {
    isCovered: (hour) => known[hour - fromHour] === 1,
    coveredBefore: (hour) => before[Math.min(known.length, Math.max(0, hour - fromHour))] ?? 0,
  };
}
