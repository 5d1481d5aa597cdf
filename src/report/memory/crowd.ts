/** Whether a rule starts far more often than on any day it is known for. */
import { HOURS_A_DAY } from "../../time/units.ts";
import { countRunsWithin, where, within } from "./columns.ts";
import { countCovered, type RuleHistory } from "./history.ts";
import { WEEK_DAYS } from "./known.ts";

export type Crowd = {
  started: number;
  /** Within so many hours. */
  hours: number;
  busiest: number;
  median: number;
  days: number;
  /** The days that it is held against, counted back from now, such as 8 to 36. */
  settledDays: number;
};

/** Hours in which it started more often than in any hour of the days before. */
export type Burst = { sinceHour: number; toHour: number; isOver: boolean };

const PAST_DAYS = 28;
/** Without the days just gone, what began some days ago stays told; what has been so for five weeks is usual. */
export const SETTLED_DAYS = [1, 8, 15, 22, 29, 36] as const;
const FEWEST_DAYS = 7;
/** A quarter of a day tells it sooner. */
const SPANS_HOURS = [HOURS_A_DAY, 6];
const BUSIEST_FACTOR = 2;
const FEWEST_MORE = 5;
const MEDIAN_FACTOR = 4;
/** After so many hours as usual it is over. */
const CALM_HOURS = 3;

/** By spans of a day, and of a quarter of it, that end now. Null: it starts as often as it may. */
export function findCrowd(history: RuleHistory): Crowd | null {
  const { endHour, calendar } = history;
  if (calendar.at(endHour - 1).isAfterHoliday) return null;
  for (const hours of SPANS_HOURS) {
    const perDay = HOURS_A_DAY / hours;
    const newestSpans = SETTLED_DAYS.map((days) => (days === 1 ? 1 : days * perDay));
    if (isNoCrowd(history, hours, newestSpans)) continue;
    const spans = countSpans(history, hours);
    const [started = 0] = spans;
    for (const [nth, newest] of newestSpans.entries()) {
      const before = spans.slice(newest, newest + PAST_DAYS * perDay).filter((n) => n !== null);
      if (started === null || before.length < FEWEST_DAYS * perDay) continue;
      const busiest = before.reduce((most, n) => Math.max(most, n));
      const median = before.toSorted((a, b) => a - b)[Math.floor(before.length / 2)] ?? 0;
      const isCrowd =
        started > BUSIEST_FACTOR * busiest && started >= busiest + FEWEST_MORE && started >= MEDIAN_FACTOR * median;
      const settledDays = SETTLED_DAYS[nth] ?? 1;
      if (isCrowd) return { started, hours, busiest, median, days: Math.round(before.length / perDay), settledDays };
    }
  }
  return null;
}

/** Against the days before `settledDays` ago, or where these were as busy, against older ones. Null: too few are known, or no hour exceeds them. */
export function findBurst(history: RuleHistory, settledDays: number = WEEK_DAYS + 1): Burst | null {
  const fewest = Math.max(WEEK_DAYS + 1, settledDays);
  return SETTLED_DAYS.reduce<Burst | null>(
    (found, days) => found ?? (days < fewest ? null : findBurstSince(history, days)),
    null,
  );
}

function findBurstSince(history: RuleHistory, settledDays: number): Burst | null {
  const { starts, endHour } = history;
  const settledHour = endHour - settledDays * HOURS_A_DAY;
  const fromHour = settledHour - PAST_DAYS * HOURS_A_DAY;
  if (countCovered(history, Math.max(fromHour, history.firstHour), settledHour) < FEWEST_DAYS * HOURS_A_DAY)
    return null;
  const usual = within(starts, fromHour, settledHour).counts.reduce((most, n) => Math.max(most, n), 0);
  const isBusy = (hour: number) => countRunsWithin(starts, hour, hour + 1) > usual;
  const { hours } = where(within(starts, settledHour, endHour), isBusy);
  const last = hours.at(-1);
  if (last === undefined) return null;
  const sinceHour = hours.reduceRight((since, hour) => (since - hour <= CALM_HOURS ? hour : since), last);
  return { sinceHour, toHour: last + 1, isOver: endHour - (last + 1) >= CALM_HOURS };
}

/** How often it started in so many hours, on average of the weeks before the newest one; null where too little of them is known. */
export function countUsual(history: RuleHistory, hours: number): number | null {
  const counted = [WEEK_DAYS + 1, ...SETTLED_DAYS.slice(-1)].flatMap((settledDays) => {
    const toHour = history.endHour - settledDays * HOURS_A_DAY;
    const fromHour = Math.max(history.firstHour, toHour - PAST_DAYS * HOURS_A_DAY);
    const known = countCovered(history, fromHour, toHour);
    if (known < FEWEST_DAYS * HOURS_A_DAY) return [];
    return [(countRunsWithin(history.starts, fromHour, toHour) * hours) / known];
  });
  return counted.length === 0 ? null : Math.min(...counted);
}

/** For certain: at each of these spans back there is one that is known and was busy as well. False: perhaps. */
function isNoCrowd(
  { endHour, firstHour, starts, coveredBefore }: RuleHistory,
  hours: number,
  spans: number[],
): boolean {
  const startedIn = (nth: number) => countRunsWithin(starts, endHour - (nth + 1) * hours, endHour - nth * hours);
  const isKnown = (nth: number) => {
    const [fromHour, toHour] = [endHour - (nth + 1) * hours, endHour - nth * hours];
    return fromHour >= firstHour && countCovered({ coveredBefore }, fromHour, toHour) >= hours - 1;
  };
  const started = startedIn(0);
  return spans.every((nth) => isKnown(nth) && started <= BUSIEST_FACTOR * startedIn(nth));
}

/** Starts in each span, newest first; null: not all of it is known, or the rule is younger. */
function countSpans(history: RuleHistory, hours: number): (number | null)[] {
  const { endHour, firstHour, starts } = history;
  const days = PAST_DAYS + (SETTLED_DAYS.at(-1) ?? 0);
  const spans = Array.from({ length: (days * HOURS_A_DAY) / hours }, (_, nth): number | null => {
    const toHour = endHour - nth * hours;
    const fromHour = toHour - hours;
    // The hour that goes on is not covered.
    return fromHour >= firstHour && countCovered(history, fromHour, toHour) >= hours - 1 ? 0 : null;
  });
  for (let index = starts.hours.length - 1; index >= 0; index -= 1) {
    const nth = Math.floor((endHour - 1 - (starts.hours[index] ?? 0)) / hours);
    if (nth >= spans.length) break;
    const counted = spans[nth];
    if (counted !== undefined && counted !== null) spans[nth] = counted + (starts.counts[index] ?? 0);
  }
  return spans;
}
