/** How likely a rule that is well brings no records so many times, by the hours of its day in which it usually brings some. */
import { HOUR_MS, HOURS_A_DAY } from "../../time/units.ts";
import { DAY_SLOTS } from "./calendar.ts";
import { within } from "./columns.ts";
import type { RuleHistory } from "./history.ts";
import { PAST_DAYS } from "./known.ts";
import { fromThousandths } from "./sketch.ts";

/** An hour of day is known by this many runs in it; else the whole day counts. */
const FEWEST_AT_HOUR = 5;
/** A prior of 2 % worth 25 runs. */
const PRIOR_EMPTY = 0.5;
const PRIOR_RUNS = 25;

/** Records of a run that brought some, by their geometric mean before that hour; null where none is known. */
export function usualRecords({ records }: RuleHistory, beforeHour: number): number | null {
  const { counts, values } = within(records, beforeHour - PAST_DAYS * HOURS_A_DAY, beforeHour);
  let runs = 0;
  let sum = 0;
  for (const [index, value] of values.entries()) {
    if (value === 0) continue;
    runs += counts[index] ?? 0;
    sum += value * (counts[index] ?? 0);
  }
  return runs === 0 ? null : Math.max(0, fromThousandths(sum / runs) - 1);
}

/** Of the newest `n` successes without records, and of the least likely one of them; null where too little is known from before. */
export function chanceOfEmptiness(
  { empties, calendar, endHour }: RuleHistory,
  { n: wanted, sinceMs }: { n: number; sinceMs: number },
): { all: number; least: number } | null {
  const sinceHour = Math.floor(sinceMs / HOUR_MS);
  const before = within(empties, sinceHour - PAST_DAYS * HOURS_A_DAY, sinceHour);
  const overall = { n: 0, empty: 0 };
  const bySlot = Array.from({ length: DAY_SLOTS }, () => ({ n: 0, empty: 0 }));
  for (const [index, hour] of before.hours.entries()) {
    for (const sum of [overall, bySlot[calendar.at(hour).slot] ?? overall]) {
      sum.n += before.counts[index] ?? 0;
      sum.empty += before.values[index] ?? 0;
    }
  }
  if (overall.n < PRIOR_RUNS) return null;
  let [all, least, left] = [1, 1, wanted];
  const since = within(empties, sinceHour, endHour);
  // In the first hour there may be others, from before one that brought some.
  for (const [index, hour] of [...since.hours.entries()].toReversed()) {
    const atHour = bySlot[calendar.at(hour).slot] ?? overall;
    const { n, empty: wasEmpty } = atHour.n < FEWEST_AT_HOUR ? overall : atHour;
    const one =
      (PRIOR_EMPTY + wasEmpty) / Math.max(1, atHour.n < FEWEST_AT_HOUR ? PRIOR_RUNS + n : PRIOR_EMPTY + 1 + n);
    const empty = Math.min(left, since.values[index] ?? 0);
    left -= empty;
    if (empty === 0) continue;
    all *= one ** empty;
    least = Math.min(least, one);
  }
  return { all, least };
}
