/** A rule's past as its tests read it: its hours in order, up to the hour that is going on. */
import { HOUR_MS } from "../../time/units.ts";
import { createCalendar, HOURS_A_DAY, type Calendar } from "./calendar.ts";
import type { Past, RulePast } from "./cells.ts";

/** What finished in one hour. */
export type Finished = { hour: number; total: number; failed: number };

/** A figure of the successes of one hour: natural logarithms in thousandths. */
export type Level = { hour: number; n: number; mean: number; squares: number };

export type Empties = { hour: number; n: number; empty: number };

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
  finished: Finished[];
  seconds: Level[];
  records: Level[];
  empties: Empties[];
  /** Hours in which it started, and how often. */
  starts: [hour: number, started: number][];
  /** Of the successes known, by the upper edge of their bucket; null where fewer than five are known. */
  longestSeconds: number | null;
};

/** Further back than this nothing is judged by, whatever is known. */
const LONGEST_DAYS = 120;
const FEWEST_SUCCESSES = 5;

export type HistoryOptions = { nowMs: number; timezone: string; holidays: string[] };

/** One for each rule, by its name. */
export function readHistories(past: Past, { nowMs, timezone, holidays }: HistoryOptions): Map<string, RuleHistory> {
  const endHour = Math.ceil(nowMs / HOUR_MS);
  const reach = endHour - LONGEST_DAYS * HOURS_A_DAY;
  const covered = past.covered.filter(([, to]) => to > reach);
  const fromHour = Math.max(reach, covered[0]?.[0] ?? endHour);
  const calendar = createCalendar(timezone, holidays, [fromHour, endHour + 1]);
  const isCovered = lookUp(covered, fromHour, endHour);
  const shared = { nowMs, endHour, calendar, isCovered };
  return new Map(past.rules.map((rule) => [rule.rule, readHistory(rule, fromHour, shared)]));
}

function readHistory(
  past: RulePast,
  fromHour: number,
  shared: Pick<RuleHistory, "nowMs" | "endHour" | "calendar" | "isCovered">,
): RuleHistory {
  // The hour that goes on is known so far.
  const goingOn = Math.floor(shared.nowMs / HOUR_MS);
  const isKnown = (hour: number) => hour < shared.endHour && (hour === goingOn || shared.isCovered(hour));
  const firstHour = Math.max(fromHour, Math.floor(past.firstMs / HOUR_MS));
  const finished: Finished[] = [];
  const seconds: Level[] = [];
  const records: Level[] = [];
  const empties: Empties[] = [];
  let longest = -Infinity;
  let successes = 0;
  for (const cell of past.cells) {
    const { hour, status, ended } = cell;
    if (!isKnown(hour)) continue;
    const last = finished.at(-1);
    const failed = status === "success" ? 0 : ended;
    if (last?.hour === hour) {
      last.total += ended;
      last.failed += failed;
    } else finished.push({ hour, total: ended, failed });
    if (status !== "success") continue;
    successes += cell.seconds.n;
    for (const bucket of cell.seconds.buckets.keys()) longest = Math.max(longest, bucket);
    if (cell.seconds.n > 0) seconds.push(toLevel(hour, cell.seconds));
    if (cell.records.n === 0) continue;
    records.push(toLevel(hour, cell.records));
    empties.push({ hour, n: cell.records.n, empty: cell.empty });
  }
  return {
    rule: past.rule,
    ...shared,
    firstMs: past.firstMs,
    firstHour,
    knownDays: Math.floor((countCovered(shared, firstHour, shared.endHour) + 1) / HOURS_A_DAY),
    finished,
    seconds,
    records,
    empties,
    starts: past.starts.filter(([hour]) => isKnown(hour)),
    longestSeconds: successes < FEWEST_SUCCESSES ? null : Math.exp((longest + 1) / 10),
  };
}

function toLevel(hour: number, { n, sum, squares }: { n: number; sum: number; squares: number }): Level {
  return { hour, n, mean: sum / n, squares };
}

/** How many of the hours are known. */
export function countCovered({ isCovered }: Pick<RuleHistory, "isCovered">, fromHour: number, toHour: number): number {
  let known = 0;
  for (let hour = fromHour; hour < toHour; hour += 1) if (isCovered(hour)) known += 1;
  return known;
}

function lookUp(covered: Past["covered"], fromHour: number, endHour: number): (hour: number) => boolean {
  const known = new Uint8Array(Math.max(0, endHour - fromHour));
  for (const [from, to] of covered) known.fill(1, Math.max(0, from - fromHour), Math.max(0, to - fromHour));
  return (hour) => known[hour - fromHour] === 1;
}
