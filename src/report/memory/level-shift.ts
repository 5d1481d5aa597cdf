/** Whether runs take longer, or bring less, than usual at these hours: against the rule's own days. */
import { HOURS_A_DAY } from "../../time/units.ts";
import { DAY_SLOTS, HOURS_A_WEEK, type Calendar } from "./calendar.ts";
import { countRuns, countRunsWithin, type HourColumns, where, within } from "./columns.ts";
import type { RuleHistory } from "./history.ts";
import { PAST_DAYS, WEEK_DAYS } from "./known.ts";
import { findOnset, type Direction, type Moved } from "./level-onset.ts";
import {
  chooseBefore,
  FEWEST_RARE_DAYS,
  hasDays,
  hourOfNewest,
  isEnough,
  LEAST_SPREAD,
  listResiduals,
  residualsByDay,
  slotAt,
  spanOfDays,
  usualOf,
  withoutPoorHours,
  type Day,
} from "./levels.ts";
import { describeUsual, type Usual } from "./slots.ts";
import { meanOf, medianOf, spreadOf, weightedMedian, type Weighted } from "./spread.ts";

/** All in thousandths of the natural logarithm, but for the hours and the days. */
export type LevelShift = {
  /** Now less the usual at the same hours; above 0 it is more. */
  change: number;
  /** What is usual at these hours. */
  usual: number;
  /** First hour of the time in which it is so. */
  sinceHour: number;
  /** So many days of the past it was held against. */
  days: number;
  /** It is as far as it takes over all that time, not in the hours alone by which it was found. */
  isThroughout: boolean;
};

/** Fewer successes within a day than this: the newest ones are judged, however old. */
const FEWEST_RUNS = 3;
const TROUBLE = 4;
const SUDDEN_HOURS = 8;
const FEWEST_SUDDEN_RUNS = 5;
const CERTAIN = 5;
const CREEPING_AGAINST: DaysBack = [14, PAST_DAYS];
/** What began weeks ago fills those: without them it stays told, until it has been so for five weeks. */
const LASTING_AGAINST: DaysBack[] = [
  [21, 21 + PAST_DAYS],
  [28, 28 + PAST_DAYS],
  [PAST_DAYS, 2 * PAST_DAYS],
];
/** Around the hour of a step, so many days on either side show it; over months, what a rule does grows. */
const STEP_DAYS = 14;
/** Some noisy days, and a little growth, are as far apart by chance. */
const STEP_ERRORS = 2;
/** The same day of the earlier weeks: what comes each week is no trouble. */
const WEEKS = 5;
const FEWEST_WEEKS = 2;
const FEW_DAYS = 3;

/** After so long a rest what a rule did before is no part of its day: a weekend and a holiday. */
const MOST_REST_HOURS = 4 * HOURS_A_DAY;
/** 1.6 × and a half, as logarithms in thousandths. */
const SLOWER = Math.round(1000 * Math.log(1.6));
const FEWER = Math.round(1000 * Math.log(2));
/** 1.8 × and a quarter. */
const MUCH_SLOWER = Math.round(1000 * Math.log(1.8));
const MUCH_FEWER = Math.round(1000 * Math.log(4));

/** Counted from the newest run. */
type DaysBack = [newest: number, oldest: number];

type LevelOptions = {
  /** 1: more is trouble; -1: less is. */
  direction: Direction;
  /** By how much at least, in thousandths. */
  least: number;
  /** And by how much within eight hours. */
  sudden: number;
};

/** Of a rule's successes: that they take at least 1.6 × as long as usual. */
export function findDurationShift(history: RuleHistory): LevelShift | null {
  return findLevelShift(history.seconds, history, { direction: 1, least: SLOWER, sudden: MUCH_SLOWER });
}

/** That they bring half of the usual records at most. Hours that may well bring next to nothing are left out. */
export function findRecordsShift(history: RuleHistory): LevelShift | null {
  return findLevelShift(withoutPoorHours(history), history, { direction: -1, least: FEWER, sudden: MUCH_FEWER });
}

/**
 * The last day, or the newest runs, against the days before; else the last week against those before two weeks, or before up to five. As it was at the
 * newest run: a night or a weekend without runs tells nothing new.
 */
function findLevelShift(levels: HourColumns, now: RuleHistory, options: LevelOptions): LevelShift | null {
  const history = { ...now, endHour: (levels.hours.at(-1) ?? now.endHour - 1) + 1 };
  return (
    findToday(levels, history, options) ??
    findSudden(levels, history, options) ??
    findCreeping(levels, history, options, CREEPING_AGAINST) ??
    findLasting(levels, history, options)
  );
}

function findToday(levels: HourColumns, history: RuleHistory, options: LevelOptions): LevelShift | null {
  const { endHour, calendar } = history;
  const { direction, least } = options;
  const { fromHour, isRare } = chooseDay(levels, endHour);
  const now = chooseNow(levels, fromHour, history, options);
  if (countRuns(now) < FEWEST_RUNS) return null;
  // What began some days ago is part of the days before: without them it stays told.
  for (const settled of isRare ? [0] : [0, WEEK_DAYS]) {
    const before = chooseBefore(levels, fromHour - settled * HOURS_A_DAY);
    if (!isEnough(before, fromHour, history)) continue;
    const usual = describeUsual(before, calendar);
    const residuals = listResiduals(now, usual, calendar);
    if (isRare) lessWeekly(residuals, now, before, usual, calendar, options);
    const middle = weightedMedian(residuals);
    if (isCentreBeyond(direction * middle - least / 2, before, usual, calendar, fromHour, direction)) return null;
    const days = residualsByDay(before, usual, calendar, fromHour);
    const values = days.map(({ value }) => value);
    const centre = medianOf(values);
    const mean = isRare ? meanOf([...residuals.values]) : NaN;
    const moved = direction * (middle - centre);
    // What is no trouble by half is none without some days of the past either.
    if (moved < least / 2) return null;
    if (moved < least) continue;
    const spread = Math.max(LEAST_SPREAD, spreadOf(values));
    const evidence = isRare ? direction * (mean - centre) : moved;
    const error = spread * Math.sqrt(1 / (isRare ? now.hours.length : 1) + 1 / values.length);
    // Few days say little of their own spread.
    if (evidence < TROUBLE * (1 + FEW_DAYS / values.length) * error) continue;
    if (!isRare && isWeekly(days, direction * moved, options)) continue;
    return describeShift(levels, history, options, { now, fromHour, usual, centre, moved, before });
  }
  return null;
}

/**
 * The last day. A rule that seldom runs is judged by its newest runs instead; one of many runs a day, of which a night or a weekend
 * has left too few in the last one, by a day before that as well.
 */
function chooseDay(levels: HourColumns, endHour: number): { fromHour: number; isRare: boolean } {
  const dayAgo = endHour - HOURS_A_DAY;
  const newestHour = hourOfNewest(levels, FEWEST_RUNS);
  const runs = countRunsWithin(levels, dayAgo, endHour);
  const usually = runsADay(chooseBefore(levels, dayAgo));
  if (newestHour < dayAgo && (usually < FEWEST_RUNS || newestHour < endHour - MOST_REST_HOURS))
    return { fromHour: newestHour, isRare: true };
  if (runs >= Math.max(FEWEST_RUNS, usually / 2)) return { fromHour: dayAgo, isRare: false };
  const halfDay = hourOfNewest(levels, Math.max(FEWEST_RUNS, Math.ceil(usually / 2)));
  const fromHour = Math.max(Math.min(dayAgo, halfDay + 1 - HOURS_A_DAY), endHour - MOST_REST_HOURS);
  return { fromHour, isRare: false };
}

/** Of the days on which it runs. */
function runsADay({ hours, counts }: HourColumns): number {
  let days = 0;
  let last = NaN;
  for (const hour of hours) {
    const day = Math.floor(hour / HOURS_A_DAY);
    if (day !== last) days += 1;
    last = day;
  }
  return days === 0 ? 0 : countRuns({ counts }) / days;
}

/** The last eight hours against such eight hours before: half a day of it is not the median of a day. */
function findSudden(levels: HourColumns, history: RuleHistory, options: LevelOptions): LevelShift | null {
  const { endHour, calendar } = history;
  const { direction, sudden } = options;
  const fromHour = endHour - SUDDEN_HOURS;
  const now = chooseNow(levels, fromHour, history, options);
  if (countRuns(now) < FEWEST_SUDDEN_RUNS) return null;
  const before = chooseBefore(levels, fromHour);
  if (!isEnough(before, fromHour, history, SUDDEN_HOURS)) return null;
  const usual = describeUsual(before, calendar);
  const moved = direction * weightedMedian(listResiduals(now, usual, calendar));
  if (moved < sudden) return null;
  const parts = residualsByDay(before, usual, calendar, fromHour, SUDDEN_HOURS);
  const values = parts.map(({ value }) => value);
  if (moved < CERTAIN * Math.max(LEAST_SPREAD, spreadOf(values))) return null;
  const alike = parts.filter(({ day }) => (day + 1) % (HOURS_A_WEEK / SUDDEN_HOURS) === 0).map(({ value }) => value);
  if (alike.length > 0 && moved - direction * medianOf(alike) < sudden) return null;
  return describeShift(levels, history, options, { now, fromHour, usual, centre: 0, moved, before });
}

/** Against the weeks before it began, where it began at once. */
function findLasting(levels: HourColumns, history: RuleHistory, options: LevelOptions): LevelShift | null {
  for (const against of LASTING_AGAINST) {
    const shift = findCreeping(levels, history, options, against);
    // The days in which it may be so already do not say what is usual.
    if (shift !== null && isStep(levels, shift.sinceHour, history, options))
      return { ...shift, days: shift.days - (against[0] - WEEK_DAYS) };
  }
  return null;
}

/** Whether the days from that hour on are as far as it takes from those before it. */
function isStep(
  levels: HourColumns,
  hour: number,
  { calendar }: RuleHistory,
  { direction, least }: LevelOptions,
): boolean {
  const before = within(levels, hour - STEP_DAYS * HOURS_A_DAY, hour);
  const after = within(levels, hour, hour + STEP_DAYS * HOURS_A_DAY);
  if (before.hours.length < FEWEST_RUNS || after.hours.length < FEWEST_RUNS) return false;
  const usual = describeUsual(before, calendar);
  const [daysBefore, daysAfter] = [before, after].map((some) =>
    residualsByDay(some, usual, calendar, hour + STEP_DAYS * HOURS_A_DAY).map(({ value }) => value),
  );
  if (daysBefore === undefined || daysAfter === undefined) return false;
  const error = Math.max(LEAST_SPREAD, spreadOf(daysBefore)) * Math.sqrt(1 / daysBefore.length + 1 / daysAfter.length);
  return direction * weightedMedian(listResiduals(after, usual, calendar)) >= least + STEP_ERRORS * error;
}

/** What the last week is at, day by day, against days before the last two weeks. */
function findCreeping(
  levels: HourColumns,
  history: RuleHistory,
  options: LevelOptions,
  [newest, oldest]: DaysBack,
): LevelShift | null {
  const { endHour, calendar } = history;
  const { direction, least } = options;
  const before = within(levels, endHour - oldest * HOURS_A_DAY, endHour - newest * HOURS_A_DAY);
  const fromHour = endHour - WEEK_DAYS * HOURS_A_DAY;
  const now = within(levels, fromHour, Infinity);
  if (!hasDays(before, endHour, FEWEST_RARE_DAYS) || !hasDays(now, endHour, FEWEST_RUNS)) return null;
  if (direction * (meanLevel(now) - meanLevel(before)) < least / 2) return null;
  const usual = describeUsual(before, calendar);
  const days = residualsByDay(before, usual, calendar, endHour).map(({ value }) => value);
  const week = residualsByDay(now, usual, calendar, endHour).map(({ value }) => value);
  const spread = Math.max(LEAST_SPREAD, spreadOf(days), spreadOf(week));
  const persistence = persistenceOf(days);
  const error = spread * Math.sqrt(1 / week.length + 1 / days.length) * Math.sqrt(persistence);
  const centre = medianOf(days);
  const moved = direction * (medianOf(week) - centre);
  if (moved < least || moved < TROUBLE * error) return null;
  return describeShift(levels, history, options, { now, fromHour, usual, centre, moved, before });
}

/** What was found, and the hours by which it was. */
type Found = Moved & { now: HourColumns };

/** In figures of the time in which it is so: that begins before or after the hours by which it was found. Null: it is over. */
function describeShift(
  levels: HourColumns,
  history: RuleHistory,
  options: LevelOptions,
  found: Found,
): LevelShift | null {
  const { calendar } = history;
  const { now, fromHour, before, usual, centre } = found;
  const sinceHour = findOnset(levels, history, options.direction, found);
  if (sinceHour === null) return null;
  const since = chooseNow(levels, sinceHour, history, options);
  const hours = since.hours.length > 0 ? since : now;
  const change = weightedMedian(listResiduals(hours, usual, calendar)) - centre;
  return {
    change,
    usual: usualOf(hours, usual, calendar) + centre,
    sinceHour,
    days: spanOfDays(before, fromHour),
    isThroughout: options.direction * change >= options.least,
  };
}

/** After a holiday runs take longer, and that is no trouble. */
function chooseNow(
  levels: HourColumns,
  fromHour: number,
  { calendar }: RuleHistory,
  { direction }: LevelOptions,
): HourColumns {
  const now = within(levels, fromHour, Infinity);
  return direction === 1 && now.hours.some((hour) => calendar.at(hour).isAfterHoliday)
    ? where(now, (hour) => !calendar.at(hour).isAfterHoliday)
    : now;
}

/** No rounding comes near to it. */
const CLEARLY = 1e-6;

/**
 * Whether the middle of the days' residuals lies beyond a limit for certain, in that direction: more than half of all days do, of each
 * of which more than half of its runs do. To count the newest ones takes a fraction of finding all middles. False: perhaps.
 */
function isCentreBeyond(
  limit: number,
  { hours, counts, values }: HourColumns,
  usual: Usual,
  calendar: Calendar,
  endHour: number,
  direction: Direction,
): boolean {
  const dayOf = (index: number) => Math.floor((endHour - 1 - (hours[index] ?? 0)) / HOURS_A_DAY);
  const most = dayOf(0) - dayOf(hours.length - 1) + 1;
  const middles = new Float64Array(DAY_SLOTS).fill(NaN);
  let beyond = 0;
  let left = most;
  for (let index = hours.length - 1; index >= 0 && 2 * (beyond + left) > most; left -= 1) {
    const firstHour = endHour - HOURS_A_DAY * (dayOf(index) + 1);
    let balance = 0;
    for (; index >= 0; index -= 1) {
      const hour = hours[index] ?? 0;
      if (hour < firstHour) break;
      const slot = calendar.slots[hour - calendar.fromHour] ?? slotAt(hour, calendar);
      let middle = middles[slot] ?? NaN;
      if (Number.isNaN(middle)) middles[slot] = middle = usual(slot);
      const residual = direction * ((values[index] ?? 0) - middle);
      balance += residual > limit + CLEARLY ? (counts[index] ?? 0) : -(counts[index] ?? 0);
    }
    if (balance > 0) beyond += 1;
    if (2 * beyond > most) return true;
  }
  return false;
}

/** Less what the same day of the earlier weeks was moved by: a full sync on Sundays. */
function lessWeekly(
  { values }: Weighted,
  now: HourColumns,
  before: HourColumns,
  usual: Usual,
  calendar: Calendar,
  { direction }: LevelOptions,
): void {
  const weekdayOf = (hour: number) => Math.floor(calendar.at(hour).hourOfWeek / HOURS_A_DAY);
  for (const [index, hour] of now.hours.entries()) {
    const alike = where(before, (other) => weekdayOf(other) === weekdayOf(hour));
    if (alike.hours.length < FEWEST_WEEKS) continue;
    const weekly = direction * weightedMedian(listResiduals(alike, usual, calendar));
    values[index] = (values[index] ?? 0) - direction * Math.max(0, weekly);
  }
}

/** Whether the same day of most earlier weeks was moved as far, or nearly: a full sync on Sundays, less on a Monday. */
function isWeekly(days: Day[], change: number, { direction, least }: LevelOptions): boolean {
  const alike = days.filter(({ day }) => day % WEEK_DAYS === WEEK_DAYS - 1 && day < WEEKS * WEEK_DAYS);
  return alike.length > 0 && direction * (change - medianOf(alike.map(({ value }) => value))) < least;
}

/** The variance of a mean of days that follow each other grows by this: a bad day seldom comes alone. */
function persistenceOf(days: number[]): number {
  const centre = medianOf(days);
  const deviations = days.map((value) => value - centre);
  const squares = deviations.reduce((sum, value) => sum + value ** 2, 0);
  const products = deviations.slice(1).reduce((sum, value, index) => sum + value * (deviations[index] ?? 0), 0);
  const correlation = squares === 0 ? 0 : Math.min(0.8, Math.max(0, products / squares));
  return (1 + correlation) / (1 - correlation);
}

function meanLevel(levels: HourColumns): number {
  let sum = 0;
  for (let index = 0; index < levels.hours.length; index += 1)
    sum += (levels.counts[index] ?? 0) * (levels.values[index] ?? 0);
  return sum / Math.max(1, countRuns(levels));
}
