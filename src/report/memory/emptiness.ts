/** How likely a rule that is well brings no records so many times, by the hours of its day in which it usually brings some. */
import { HOUR_MS } from "../../time/units.ts";
import { HOURS_A_DAY } from "./calendar.ts";
import type { Empties, RuleHistory } from "./history.ts";

const PAST_DAYS = 35;
/** An hour of day is known by this many runs in it; else the whole day counts. */
const FEWEST_AT_HOUR = 5;
/** A prior of 2 % worth 25 runs. */
const PRIOR_EMPTY = 0.5;
const PRIOR_RUNS = 25;

/** Of the successes without records since then; null where too little is known from before. */
export function chanceOfEmptiness({ empties, calendar, endHour }: RuleHistory, sinceMs: number): number | null {
  const sinceHour = Math.floor(sinceMs / HOUR_MS);
  const before = empties.filter(({ hour }) => hour < sinceHour && hour >= sinceHour - PAST_DAYS * HOURS_A_DAY);
  const overall = addUp(before);
  if (overall.n < PRIOR_RUNS) return null;
  const bySlot = Map.groupBy(before, ({ hour }) => calendar(hour).slot);
  let chance = 1;
  for (const { hour, empty } of empties) {
    if (hour < sinceHour || hour >= endHour) continue;
    const atHour = addUp(bySlot.get(calendar(hour).slot) ?? []);
    const { n, empty: wasEmpty } = atHour.n < FEWEST_AT_HOUR ? overall : atHour;
    chance *=
      ((PRIOR_EMPTY + wasEmpty) / Math.max(1, atHour.n < FEWEST_AT_HOUR ? PRIOR_RUNS + n : PRIOR_EMPTY + 1 + n)) **
      empty;
  }
  return chance;
}

function addUp(hours: Empties[]): { n: number; empty: number } {
  return hours.reduce((sum, { n, empty }) => ({ n: sum.n + n, empty: sum.empty + empty }), { n: 0, empty: 0 });
}
