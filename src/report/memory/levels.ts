/** What is usual for a rule at the hours of its day: the level of durations or records, by logarithms. */
import { HOURS_A_DAY } from "../../time/units.ts";
import { DAY_SLOTS, type Calendar } from "./calendar.ts";
import { where, within, type HourColumns } from "./columns.ts";
import type { RuleHistory } from "./history.ts";
import { FEWEST_DAYS, PAST_DAYS, WEEK_DAYS } from "./known.ts";
import { describeUsual, type Usual } from "./slots.ts";
import { weightedMedian, type Weighted } from "./spread.ts";

/** No rule is steadier than this from one day to the next, in thousandths. */
export const LEAST_SPREAD = 100;
/** Of a rule that runs so seldom that five weeks hold too few days of it. */
const RARE_PAST_DAYS = 84;
const FEWEST_RUN_DAYS = 10;
export const FEWEST_RARE_DAYS = 5;
/** Ten, as logarithm in thousandths. */
const FEW_RECORDS = Math.round(1000 * Math.log(1 + 10));

/** From this share of its hours on a rule brings nothing now and then. */
const AT_TIMES_SHARE = 0.05;
const NEWEST_HOURS = 4;

/** `day` counts back from the last one, 0. */
export type Day = { day: number; value: number };

/** What is usual in the hours of the last day, in thousandths, and the days that say so; null where too little is known. */
export function findUsualLevel(levels: HourColumns, history: RuleHistory): { usual: number; days: number } | null {
  const { endHour, calendar } = history;
  const fromHour = Math.min(endHour - HOURS_A_DAY, hourOfNewest(levels, 1));
  const before = chooseBefore(levels, fromHour);
  if (!isEnough(before, fromHour, history)) return null;
  const now = within(levels, fromHour, Infinity);
  return { usual: usualOf(now, describeUsual(before, calendar), calendar), days: spanOfDays(before, fromHour) };
}

/** Found once: a shift asks for it and what is usual. */
const settledRecords = new WeakMap<RuleHistory, HourColumns>();

/**
 * The hours by which its records are judged: without those, of a day of work or of rest, in which a quarter of the runs bring fewer
 * than ten. Of a rule that now and then brings nothing, without those that brought nothing: how many these are says chance.
 */
export function withoutPoorHours(history: RuleHistory): HourColumns {
  const known = settledRecords.get(history) ?? findSettledRecords(history);
  settledRecords.set(history, known);
  return known;
}

function findSettledRecords({ records, calendar, endHour, knownDays }: RuleHistory): HourColumns {
  const settledDays = knownDays < PAST_DAYS ? 1 : WEEK_DAYS + 1;
  const poor = new Uint32Array(DAY_SLOTS);
  const all = new Uint32Array(DAY_SLOTS);
  const untilHour = endHour - settledDays * HOURS_A_DAY;
  const settled = within(records, -Infinity, untilHour);
  if (settled.values.every(isMany)) return records;
  for (let index = 0; index < settled.hours.length; index += 1) {
    const slot = slotAt(settled.hours[index] ?? 0, calendar);
    all[slot] = (all[slot] ?? 0) + 1;
    if ((settled.values[index] ?? 0) < FEW_RECORDS) poor[slot] = (poor[slot] ?? 0) + 1;
  }
  const isPoor = (slot: number) => (poor[slot] ?? 0) > Math.floor((all[slot] ?? 0) / 4);
  const rich = poor.some((_, slot) => isPoor(slot))
    ? where(records, (hour) => !isPoor(slotAt(hour, calendar)))
    : records;
  // Where none of the newest brings any, that is what there is to judge.
  const bringsSome = rich.values.subarray(-NEWEST_HOURS).some((value) => value !== 0);
  return bringsSome && isAtTimesEmpty(within(rich, -Infinity, untilHour)) ? withoutEmpty(rich) : rich;
}

/** Since long ago: what began to bring nothing some days ago stays told. */
function isAtTimesEmpty({ values }: HourColumns): boolean {
  const older = values.subarray(0, Math.floor(values.length / 2));
  return older.filter((value) => value === 0).length > Math.max(1, older.length * AT_TIMES_SHARE);
}

function withoutEmpty({ hours, counts, values }: HourColumns): HourColumns {
  const keep = (_: number, index: number) => values[index] !== 0;
  return { hours: hours.filter(keep), counts: counts.filter(keep), values: values.filter((value) => value !== 0) };
}

function isMany(records: number): boolean {
  return records >= FEW_RECORDS;
}

/** Five weeks, or twelve where five hold too few of its days. */
export function chooseBefore(levels: HourColumns, beforeHour: number): HourColumns {
  const daysBack = (days: number) => within(levels, beforeHour - days * HOURS_A_DAY, beforeHour);
  const usual = daysBack(PAST_DAYS);
  return hasDays(usual, beforeHour, FEWEST_RUN_DAYS) ? usual : daysBack(RARE_PAST_DAYS);
}

/** Days that are known, in such parts. */
export function isEnough(
  before: HourColumns,
  untilHour: number,
  { endHour }: RuleHistory,
  hours: number = HOURS_A_DAY,
): boolean {
  const [first] = before.hours;
  if (first === undefined || endHour - first < FEWEST_DAYS * HOURS_A_DAY) return false;
  return hasDays(before, untilHour, FEWEST_RARE_DAYS, hours);
}

/** Whether at least so many days, or such parts of them, have a level. */
export function hasDays(
  { hours: known }: HourColumns,
  endHour: number,
  fewest: number,
  hours: number = HOURS_A_DAY,
): boolean {
  // No day has more than all of its hours.
  if (known.length > (fewest - 1) * hours) return true;
  let days = 0;
  let last = NaN;
  for (let index = 0; index < known.length && days < fewest; index += 1) {
    const day = Math.floor((endHour - 1 - (known[index] ?? 0)) / hours);
    if (day !== last) days += 1;
    last = day;
  }
  return days >= fewest;
}

/** Each hour less what is usual in it, by its runs. */
export function listResiduals({ hours, counts, values }: HourColumns, usual: Usual, calendar: Calendar): Weighted {
  const residuals = new Float64Array(hours.length);
  for (let index = 0; index < hours.length; index += 1)
    residuals[index] = (values[index] ?? 0) - usual(slotAt(hours[index] ?? 0, calendar));
  return { values: residuals, weights: new Float64Array(counts) };
}

/** The oldest first, without those in which nothing is known. */
export function residualsByDay(
  levels: HourColumns,
  usual: Usual,
  calendar: Calendar,
  endHour: number,
  hours: number = HOURS_A_DAY,
): Day[] {
  const dayOf = (index: number) => Math.floor((endHour - 1 - (levels.hours[index] ?? 0)) / hours);
  const residuals = listResiduals(levels, usual, calendar);
  const days: Day[] = [];
  for (let from = 0, to = 0; from < levels.hours.length; from = to) {
    const day = dayOf(from);
    while (to < levels.hours.length && dayOf(to) === day) to += 1;
    days.push({ day, value: weightedMedian(residuals, from, to) });
  }
  return days;
}

/** What is usual in the same hours, as many times as each was run in. */
export function usualOf({ hours, counts }: HourColumns, usual: Usual, calendar: Calendar): number {
  const values = new Float64Array(hours.length);
  for (let index = 0; index < hours.length; index += 1) values[index] = usual(slotAt(hours[index] ?? 0, calendar));
  return weightedMedian({ values, weights: new Float64Array(counts) });
}

/** From the first of these hours on, in whole days. */
export function spanOfDays({ hours: [first] }: HourColumns, untilHour: number): number {
  return first === undefined ? 0 : Math.ceil((untilHour - first) / HOURS_A_DAY);
}

/** The hour from which on there are so many runs; infinite: there are fewer. */
export function hourOfNewest({ hours, counts }: HourColumns, runs: number): number {
  let left = runs;
  for (let index = hours.length - 1; index >= 0; index -= 1) {
    left -= counts[index] ?? 0;
    if (left <= 0) return hours[index] ?? Infinity;
  }
  return Infinity;
}

/** Which hour of which kind of day it is. */
export function slotAt(hour: number, { fromHour, slots, at }: Calendar): number {
  return slots[hour - fromHour] ?? at(hour).slot;
}
