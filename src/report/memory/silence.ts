/** How long a rule is silent, in the runs that it usually starts in such a time: nights, weekends and bursts need no case. */
import { HOUR_MS, DAY_MS, HOURS_A_DAY } from "../../time/units.ts";
import { DAY_SLOTS, HOURS_A_WEEK, type Calendar } from "./calendar.ts";
import { countRuns, increase, within } from "./columns.ts";
import { countCovered, type RuleHistory } from "./history.ts";
import { FEWEST_DAYS, PAST_DAYS } from "./known.ts";

/** All in expected runs, which are no whole numbers. */
export type Silence = {
  expected: number;
  /** As long a silence was no trouble at least twice, and at this time few runs are to be expected. */
  isUsual: boolean;
  /** It often rests for longer than a usual interval knows of. */
  isIrregular: boolean;
  limit: number;
  /** Start of the hour in which a run was more likely than not to have started; null: of none yet. */
  sinceMs: number | null;
  /** Days of starts that say what is usual. */
  days: number;
  /** Mean time between two runs in them, in hours. */
  hoursApart: number;
};

/** A silence of so many limits is no accident. */
const CERTAIN_FACTOR = 2;
/** Of a rule that runs less often than every other day, more is asked. */
const RARE_STARTS = 20;
const RARE_PAST_DAYS = 70;
/** Runs on fewer days than this are no habit. */
const FEWEST_RUN_DAYS = 4;
const LIMIT = 2;
/** Of a rule whose rests are short. */
const REGULAR_LIMIT = 1.5;
const REGULAR_REST = 1.2;
/** So many rests of more than `LIMIT` are the rule's own. */
const MANY_RESTS = 4;
/** A rest that a rule without any rhythm takes less often is none of its own. */
const UNLIKELY_REST = 1e-3;
/** Of fewer starts than this the longest rest is as much a habit as the others are; of more it may have been a fault. */
const FEW_STARTS = 8;
/** A rest so many times the second-longest known one is none of the rule's own. */
export const REST_FACTOR = 1.3;
/** Of one run: it is more likely than not to have started. */
const LIKELY = 0.5;
/** A run of the hour that goes on may still start in it, and be later by this. */
const GRACE_MS = HOUR_MS;

/** By the starts of the weeks before the newest one: a silence teaches nothing. Null: too little is known. */
export function measureSilence(history: RuleHistory, lastStartMs: number): Silence | null {
  const { nowMs, calendar } = history;
  const lastHour = Math.floor(lastStartMs / HOUR_MS);
  const starts = chooseStarts(history, lastHour);
  if (starts.hours.length === 0) return null;
  const known = countCovered(history, starts.fromHour, lastHour + 1);
  const runDays = countDays(starts.hours);
  if (known < FEWEST_DAYS * HOURS_A_DAY || runDays < FEWEST_RUN_DAYS) return null;
  const rates = measureRates(starts, history, lastHour + 1);
  const rests = listRests(starts.hours, rates, calendar);
  const second = rests.at(-2) ?? 0;
  const longest = rests.length < FEW_STARTS ? (rests.at(-1) ?? 0) : 0;
  const isIrregular = (rests.at(-MANY_RESTS) ?? 0) > LIMIT;
  const limit = Math.max(
    second <= REGULAR_REST ? REGULAR_LIMIT : LIMIT,
    REST_FACTOR * second,
    longest,
    limitByChance(rests),
  );
  const fromMs = (lastHour + 1) * HOUR_MS;
  const soFar = addUp(fromMs, nowMs, rates, calendar);
  return {
    expected: addUp(fromMs, nowMs - GRACE_MS, rates, calendar).expected,
    sinceMs: soFar.sinceMs,
    isUsual: isRestedLonger(starts.hours, nowMs - lastStartMs) && soFar.expected < limit / 2,
    isIrregular,
    limit,
    days: Math.round(known / HOURS_A_DAY),
    hoursApart: known / countRuns(starts),
  };
}

/** Mean time between two runs before that hour, in hours, and the days that say so. Null: too little is known. */
export function measureInterval(history: RuleHistory, beforeHour: number): Pick<Silence, "hoursApart" | "days"> | null {
  const starts = chooseStarts(history, beforeHour - 1);
  const known = countCovered(history, starts.fromHour, beforeHour);
  if (known < FEWEST_DAYS * HOURS_A_DAY || countDays(starts.hours) < FEWEST_RUN_DAYS) return null;
  return { hoursApart: known / countRuns(starts), days: Math.round(known / HOURS_A_DAY) };
}

export function isCertain(silence: Silence | null): boolean {
  return silence !== null && silence.expected > CERTAIN_FACTOR * silence.limit;
}

type Starts = RuleHistory["starts"] & { fromHour: number };

function chooseStarts({ starts, firstHour }: RuleHistory, lastHour: number): Starts {
  const daysBack = (days: number): Starts => {
    const fromHour = Math.max(firstHour, lastHour + 1 - days * HOURS_A_DAY);
    return { fromHour, ...within(starts, fromHour, lastHour + 1) };
  };
  const usual = daysBack(PAST_DAYS);
  return usual.hours.length < RARE_STARTS ? daysBack(RARE_PAST_DAYS) : usual;
}

/**
 * Runs that start in each hour of the week, on average. One week's worth of the mean of that hour of day, on working days or
 * on days of rest, is part of it.
 */
export function measureRates(
  { fromHour, hours, counts }: Starts,
  { calendar, isCovered }: RuleHistory,
  toHour: number,
): Float64Array {
  const seen = countSeen(fromHour, toHour, calendar, isCovered);
  const started = new Float64Array(HOURS_A_WEEK);
  for (let index = 0; index < hours.length; index += 1)
    increase(started, hourOfWeekAt(hours[index] ?? 0, calendar), counts[index] ?? 0);
  const alike = { started: new Float64Array(DAY_SLOTS), seen: new Float64Array(DAY_SLOTS) };
  for (let hourOfWeek = 0; hourOfWeek < HOURS_A_WEEK; hourOfWeek += 1) {
    increase(alike.started, slotOf(hourOfWeek), started[hourOfWeek] ?? 0);
    increase(alike.seen, slotOf(hourOfWeek), seen[hourOfWeek] ?? 0);
  }
  return started.map((n, hourOfWeek) => {
    const slot = slotOf(hourOfWeek);
    return (n + (alike.started[slot] ?? 0) / Math.max(1, alike.seen[slot] ?? 0)) / ((seen[hourOfWeek] ?? 0) + 1);
  });
}

/** Of one CRM: most of its rules are judged by the same hours. */
const seenBefore = new WeakMap<RuleHistory["isCovered"], Map<string, Float64Array>>();

/** How many of each hour of the week are known. */
function countSeen(
  fromHour: number,
  toHour: number,
  calendar: Calendar,
  isCovered: RuleHistory["isCovered"],
): Float64Array {
  const ofCrm = seenBefore.get(isCovered) ?? new Map<string, Float64Array>();
  seenBefore.set(isCovered, ofCrm);
  const key = `${fromHour} ${toHour}`;
  const known = ofCrm.get(key);
  if (known !== undefined) return known;
  const seen = new Float64Array(HOURS_A_WEEK);
  for (let hour = fromHour; hour < toHour; hour += 1)
    if (isCovered(hour)) increase(seen, hourOfWeekAt(hour, calendar), 1);
  ofCrm.set(key, seen);
  return seen;
}

/**
 * Runs to be expected in that hour. On a holiday no more than on a Sunday, and no more than on such a day of the week: what starts on
 * Sundays does not start on it.
 */
export function expectAt(hour: number, rates: Float64Array, calendar: Calendar): number {
  const rate = rates[hourOfWeekAt(hour, calendar)] ?? 0;
  const named = calendar.namedHoursOfWeek[hour - calendar.fromHour] ?? calendar.at(hour).namedHourOfWeek;
  return Math.min(rate, rates[named] ?? 0);
}

function hourOfWeekAt(hour: number, { fromHour, hoursOfWeek, at }: Calendar): number {
  return hoursOfWeek[hour - fromHour] ?? at(hour).hourOfWeek;
}

/** The same hour of day on Saturday and Sunday is one, and that on the other days. */
function slotOf(hourOfWeek: number): number {
  const weekday = Math.floor(hourOfWeek / HOURS_A_DAY);
  return (hourOfWeek % HOURS_A_DAY) + (weekday === 0 || weekday === 6 ? HOURS_A_DAY : 0);
}

/** In UTC. */
function countDays(hours: Int32Array): number {
  let days = 0;
  let last = NaN;
  for (let index = 0; index < hours.length; index += 1) {
    const day = Math.floor((hours[index] ?? 0) / HOURS_A_DAY);
    if (day !== last) days += 1;
    last = day;
  }
  return days;
}

/** The runs that were to be expected between two starts, the longest last. */
function listRests(hours: Int32Array, rates: Float64Array, calendar: Calendar): Float64Array {
  const rests = new Float64Array(Math.max(0, hours.length - 1));
  for (let index = 0; index < rests.length; index += 1) {
    const next = hours[index + 1] ?? 0;
    for (let between = (hours[index] ?? 0) + 1; between < next; between += 1)
      increase(rests, index, expectAt(between, rates, calendar));
  }
  return rests.sort();
}

/**
 * The rest that is exceeded once in so many, were the rests spread as without any rhythm. Of k exponential rests of mean m another one is
 * longer than x with probability (1 + x / (k · m)) ^ −k, which knows that m is known of k rests only. Where the rests are short, so is it.
 */
function limitByChance(rests: Float64Array): number {
  const k = rests.length;
  return k === 0 ? 0 : rests.reduce((sum, rest) => sum + rest, 0) * ((1 / UNLIKELY_REST) ** (1 / k) - 1);
}

/** Whether at least twice so much time passed between two starts. */
function isRestedLonger(hours: Int32Array, silentMs: number): boolean {
  // Two hours are an hour apart at least.
  return (hours.length > 2 && silentMs < HOUR_MS) || secondLongestGap(hours) * HOUR_MS > silentMs;
}

/** In hours between two of these hours. */
export function secondLongestGap(hours: Int32Array): number {
  const gaps = hours.subarray(1).map((hour, index) => hour - (hours[index] ?? hour));
  return gaps.sort().at(-2) ?? 0;
}

function addUp(
  fromMs: number,
  toMs: number,
  rates: Float64Array,
  calendar: Calendar,
): Pick<Silence, "expected" | "sinceMs"> {
  let expected = 0;
  let sinceMs: number | null = null;
  for (let atMs = fromMs; atMs < toMs;) {
    const hour = Math.floor(atMs / HOUR_MS);
    const untilMs = Math.min(toMs, (hour + 1) * HOUR_MS);
    const rate = expectAt(hour, rates, calendar);
    expected += (rate * (untilMs - atMs)) / HOUR_MS;
    if (expected > LIKELY) sinceMs ??= atMs;
    atMs = untilMs;
    // What is years old is no more silent for it.
    if (untilMs - fromMs > LONGEST_COUNTED_MS) break;
  }
  return { expected, sinceMs };
}

const LONGEST_COUNTED_MS = 400 * DAY_MS;
