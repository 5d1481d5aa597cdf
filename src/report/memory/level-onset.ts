/** Since when a rule's level is another than usual, and whether it still is. */
import { HOURS_A_DAY } from "../../time/units.ts";
import type { Calendar } from "./calendar.ts";
import type { HourColumns } from "./columns.ts";
import type { RuleHistory } from "./history.ts";
import { LEAST_SPREAD, listResiduals, residualsByDay, slotAt } from "./levels.ts";
import { REST_FACTOR } from "./silence.ts";
import type { Usual } from "./slots.ts";
import { spreadOf } from "./spread.ts";

/** 1: more is trouble; -1: less is. */
export type Direction = 1 | -1;

/** By how much, from this hour on, against the days before, of which the middle is at `centre`: in thousandths of the natural logarithm. */
export type Moved = { fromHour: number; before: HourColumns; usual: Usual; centre: number; moved: number };

/** No hour says more: any may be odd. A thousand to one is enough to be sure. Natural logarithms. */
const MOST_EVIDENCE = 3;
const SURE = Math.log(1000);

/**
 * The first hour of the time in which it is so; null: it is over. What is so by day alone, or by night, goes on: it is over after
 * a longer rest than those before.
 */
export function findOnset(
  levels: HourColumns,
  history: RuleHistory,
  direction: Direction,
  moved: Moved,
): number | null {
  const stretches = listStretches(levels, history, direction, moved);
  const [newest] = stretches;
  const first = stretches.at(-1);
  if (newest === undefined || first === undefined) return null;
  const rests = stretches.slice(1).map(({ toHour }, index) => (stretches[index]?.fromHour ?? toHour) - toHour);
  const restHours = history.endHour - newest.toHour;
  return restHours > 0 && restHours > REST_FACTOR * Math.max(0, ...rests) ? null : first.fromHour;
}

type Stretch = { fromHour: number; toHour: number };

/**
 * The times in which it is so, the newest first, as far back as rests of less than a day part them. Each hour is evidence for one
 * of the two levels, and one time ends where the other level explains what was before it a thousand times better.
 */
function listStretches(
  levels: HourColumns,
  { calendar, endHour }: RuleHistory,
  direction: Direction,
  { usual, centre, moved, before, fromHour }: Moved,
): Stretch[] {
  const strength = moved ** 2 / varianceOf(before, usual, calendar, fromHour);
  const stretches: Stretch[] = [];
  let isShifted = true;
  let toHour = endHour;
  let sum = 0;
  // Of all sums since the level changed, the one that speaks for it most, and its hour.
  let best = 0;
  let bestHour = endHour;
  for (let index = levels.hours.length - 1; index >= 0; index -= 1) {
    const hour = levels.hours[index] ?? 0;
    if (!isShifted && hour < (stretches.at(-1)?.fromHour ?? endHour) - HOURS_A_DAY) return stretches;
    const share = (direction * ((levels.values[index] ?? 0) - usual(slotAt(hour, calendar)) - centre)) / moved;
    const evidence = strength * (Math.min(1, Math.max(0, share)) - 0.5);
    sum += Math.min(MOST_EVIDENCE, Math.max(-MOST_EVIDENCE, evidence));
    if (isShifted ? sum >= best : sum <= best) [best, bestHour] = [sum, hour];
    if (Math.abs(sum - best) <= SURE) continue;
    if (!isShifted) toHour = bestHour;
    else if (bestHour < toHour) stretches.push({ fromHour: bestHour, toHour });
    isShifted = !isShifted;
    [best, bestHour] = [sum, hour];
  }
  return isShifted && bestHour < toHour ? [...stretches, { fromHour: bestHour, toHour }] : stretches;
}

/** Of an hour about what is usual, where all hours of a day together say no more than a day does: bad days are bad all day. */
function varianceOf(before: HourColumns, usual: Usual, calendar: Calendar, untilHour: number): number {
  const ofHours = spreadOf([...listResiduals(before, usual, calendar).values]);
  const days = residualsByDay(before, usual, calendar, untilHour).map(({ value }) => value);
  const ofDays = Math.max(LEAST_SPREAD, spreadOf(days));
  return ofHours ** 2 + (before.hours.length / Math.max(1, days.length)) * ofDays ** 2;
}
