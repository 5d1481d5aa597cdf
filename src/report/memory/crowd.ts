/** Whether a rule starts far more often than on any day it is known for. */
import { HOURS_A_DAY } from "./calendar.ts";
import { countCovered, type RuleHistory } from "./history.ts";

export type Crowd = { started: number; busiest: number; median: number; days: number };

const PAST_DAYS = 28;
/** Without the days just gone, what began some days ago stays told. */
const SETTLED_DAYS = 8;
const FEWEST_DAYS = 7;
const BUSIEST_FACTOR = 2;
const FEWEST_MORE = 5;
const MEDIAN_FACTOR = 4;

/** By days of 24 hours that end now. Null: it starts as often as it may. */
export function findCrowd(history: RuleHistory): Crowd | null {
  const { endHour, calendar } = history;
  if (calendar(endHour - 1).isAfterHoliday) return null;
  const days = countDays(history);
  const [started = 0] = days;
  for (const newest of [1, SETTLED_DAYS]) {
    const before = days.slice(newest, PAST_DAYS + 1).filter((n) => n !== null);
    if (started === null || before.length < FEWEST_DAYS) continue;
    const busiest = Math.max(...before);
    const median = before.toSorted((a, b) => a - b)[Math.floor(before.length / 2)] ?? 0;
    const isCrowd =
      started > BUSIEST_FACTOR * busiest && started >= busiest + FEWEST_MORE && started >= MEDIAN_FACTOR * median;
    if (isCrowd) return { started, busiest, median, days: before.length };
  }
  return null;
}

/** Starts on each day, newest first; null: not all of it is known, or the rule is younger. */
function countDays(history: RuleHistory): (number | null)[] {
  const { endHour, firstHour, starts } = history;
  const days = Array.from({ length: PAST_DAYS + 1 }, (_, day): number | null => {
    const toHour = endHour - day * HOURS_A_DAY;
    const fromHour = toHour - HOURS_A_DAY;
    return fromHour >= firstHour && countCovered(history, fromHour, toHour) >= HOURS_A_DAY - 1 ? 0 : null;
  });
  for (const [hour, n] of starts) {
    const day = Math.floor((endHour - 1 - hour) / HOURS_A_DAY);
    const counted = days[day];
    if (counted !== undefined && counted !== null) days[day] = counted + n;
  }
  return days;
}
