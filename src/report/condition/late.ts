/** Newest runs of a rule that each started late: of one that runs once a day no window holds several. */
import { mergeCertain } from "../../time/occurrences.ts";
import { isCalendar, isInForce } from "../../time/recurrence.ts";
import { DAY_MS } from "../../time/units.ts";
import type { Window } from "../../time/window.ts";
import { matchStarts, type Match } from "../expectation/compare.ts";
import type { RuleExpectation } from "../expectation/expectations.ts";
import type { RunRow } from "../rules/run-row.ts";

/** `sinceMs`: when the first of them was due; `latestMs`: by how much the latest was late. */
export type LateStreak = { n: number; sinceMs: number; latestMs: number };

const LONGEST_MS = 35 * DAY_MS;

type Known = { window: Window; changedMs: number | null; lateAfterMs: number };

/** By its calendars alone, since they were changed. Null: the newest run started in time, or it is not known for which time. */
export function findLateStreak(
  expectation: RuleExpectation | null,
  runs: RunRow[],
  { window, changedMs, lateAfterMs }: Known,
): LateStreak | null {
  const matches = matchNewest(expectation, runs, { window, changedMs, longestMs: LONGEST_MS });
  const newest = matches.findIndex(({ startMs: atMs }) => atMs !== null);
  const late: { atMs: number; lateMs: number }[] = [];
  for (const { atMs, startMs: startedMs } of newest === -1 ? [] : matches.slice(newest)) {
    const lateMs = startedMs === null ? 0 : startedMs - atMs;
    if (lateMs <= lateAfterMs) break;
    late.push({ atMs, lateMs });
  }
  const oldest = late.at(-1);
  if (oldest === undefined) return null;
  return { n: late.length, sinceMs: oldest.atMs, latestMs: Math.max(...late.map(({ lateMs }) => lateMs)) };
}

/** What its calendars had due since they were changed and since its oldest run that is listed, with the starts, newest first; empty: it has others, or none. */
export function matchNewest(
  expectation: RuleExpectation | null,
  runs: RunRow[],
  { window, changedMs, longestMs }: { window: Window; changedMs: number | null; longestMs: number },
): Match[] {
  const { schedules = [], compared = null } = expectation ?? {};
  const inForce = schedules.filter((schedule) => isInForce(schedule, window.endMs));
  if (compared === null || inForce.length === 0 || !inForce.every(isCalendar)) return [];
  const startsMs = runs.map(({ startedMs }) => startedMs).toSorted((a, b) => a - b);
  const startMs = Math.max(window.endMs - longestMs, changedMs ?? -Infinity, startsMs[0] ?? Infinity);
  if (startMs >= window.endMs) return [];
  const { occurrencesMs } = mergeCertain(inForce, { startMs, endMs: window.endMs });
  return matchStarts(occurrencesMs, startsMs).toReversed();
}
