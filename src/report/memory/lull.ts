/** Whether a rule starts far more seldom than it usually does at these hours of the week. */
import { HOUR_MS, HOURS_A_DAY } from "../../time/units.ts";
import { poissonBelow } from "../chance.ts";
import { countRunsWithin, type HourColumns, within } from "./columns.ts";
import { HOURS_A_WEEK } from "./calendar.ts";
import { SETTLED_DAYS } from "./crowd.ts";
import { countCovered, type RuleHistory } from "./history.ts";
import { FEWEST_DAYS, PAST_DAYS } from "./known.ts";
import { expectAt, measureRates } from "./silence.ts";

export type Lull = {
  started: number;
  /** Within so many hours, and how many would usually have started in them. */
  hours: number;
  expected: number;
  sinceHour: number;
  /** Days of starts that say what is usual. */
  days: number;
};

/** A day, and a week of a rule that runs a few times a day or rests at weekends. */
const SPANS_HOURS = [HOURS_A_DAY, 7 * HOURS_A_DAY];
/** Fewer expected runs say nothing. */
const FEWEST_EXPECTED = 8;
/** Of the expected runs, and of the share that the quietest earlier span had. */
const SHARE = 0.6;
const QUIETEST_SHARE = 0.75;
const FEWEST_SPANS = { day: 7, week: 2 };
const UNLIKELY = 1e-4;
/** No few weeks tell that a rule is steadier than this. */
const LEAST_DISPERSION = 0.5;
/** As far back as the oldest of the weeks that it is held against. */
const LONGEST_DAYS = PAST_DAYS + Math.max(...SETTLED_DAYS);

/** By spans that end with the last whole hour. Null: it starts as often as usual, or too little is known. */
export function findLull(history: RuleHistory): Lull | null {
  const toHour = Math.floor(history.nowMs / HOUR_MS);
  for (const hours of SPANS_HOURS) {
    if (isNoLull(history, toHour, hours)) continue;
    for (const settledDays of SETTLED_DAYS) {
      const lull = compareSpan(history, [toHour - hours, toHour], settledDays);
      if (lull !== null) return lull;
    }
  }
  return null;
}

/** For certain, and at little cost: hardly fewer started than in the busiest span of all that is looked at. False: perhaps. */
function isNoLull({ starts, firstHour }: RuleHistory, toHour: number, hours: number): boolean {
  const startedIn = (endHour: number) => countRunsWithin(starts, endHour - hours, endHour);
  const fromHour = Math.max(firstHour, toHour - LONGEST_DAYS * HOURS_A_DAY);
  let busiest = 0;
  for (let endHour = toHour; endHour > fromHour; endHour -= hours) busiest = Math.max(busiest, startedIn(endHour));
  return busiest < FEWEST_EXPECTED || startedIn(toHour) >= SHARE * busiest;
}

type Counted = { started: number; expected: number };
type CountHours = (fromHour: number, toHour: number) => Counted[];

/** Against the weeks that end so many days before, and before the span itself. */
function compareSpan(history: RuleHistory, [fromHour, toHour]: [number, number], settledDays: number): Lull | null {
  const hours = toHour - fromHour;
  const pastTo = toHour - Math.max(settledDays * HOURS_A_DAY, hours);
  const pastFrom = Math.max(history.firstHour, pastTo - PAST_DAYS * HOURS_A_DAY);
  const known = countCovered(history, pastFrom, pastTo);
  if (known < FEWEST_DAYS * HOURS_A_DAY || countCovered(history, fromHour, toHour) < hours) return null;
  const past = { fromHour: pastFrom, ...within(history.starts, pastFrom, pastTo) };
  const countHours = createCounter(history, measureRates(past, history, pastTo));
  const now = countHours(fromHour, toHour);
  const { started, expected } = addUp(now);
  if (expected < FEWEST_EXPECTED || started >= SHARE * expected) return null;
  // A pause is told as one: without it there are too few all the same.
  const others = addUp(withoutLongestRest(now));
  if (others.expected < FEWEST_EXPECTED || others.started >= SHARE * others.expected) return null;
  const spans = listSpans(history, countHours, { hours, pastFrom, pastTo });
  if (spans.length < (hours > HOURS_A_DAY ? FEWEST_SPANS.week : FEWEST_SPANS.day)) return null;
  if (started >= QUIETEST_SHARE * findQuietest(spans) * expected) return null;
  // Where the counts of spans differ by more than chance, or by less, so many fewer of them stand for each, or more. Of few weeks
  // chance alone may tell that they are alike: their days are many.
  const days = hours > HOURS_A_DAY ? listSpans(history, countHours, { hours: HOURS_A_DAY, pastFrom, pastTo }) : [];
  const weeks = known / HOURS_A_WEEK;
  const dispersion = Math.max(LEAST_DISPERSION, ...[spans, days].map((each) => measureDispersion(each, weeks)));
  if (poissonBelow(started / dispersion, expected / dispersion) >= UNLIKELY) return null;
  const sinceHour = findOnset(countHours, toHour, { history, share: started / expected });
  return { started, hours, expected, sinceHour, days: Math.round(known / HOURS_A_DAY) };
}

function createCounter({ starts, calendar }: RuleHistory, rates: Float64Array): CountHours {
  return (fromHour, toHour) => {
    const counted = Array.from({ length: toHour - fromHour }, (_, index) => ({
      started: 0,
      expected: expectAt(fromHour + index, rates, calendar),
    }));
    const { hours, counts }: HourColumns = within(starts, fromHour, toHour);
    for (const [index, hour] of hours.entries()) {
      const one = counted[hour - fromHour];
      if (one !== undefined) one.started = counts[index] ?? 0;
    }
    return counted;
  };
}

function addUp(hours: Counted[]): Counted {
  return {
    started: hours.reduce((sum, { started }) => sum + started, 0),
    expected: hours.reduce((sum, { expected }) => sum + expected, 0),
  };
}

/** The hours in a row without a start in which most were expected. */
function withoutLongestRest(hours: Counted[]): Counted[] {
  let longest = { from: 0, to: 0, expected: 0 };
  let from = 0;
  let expected = 0;
  for (const [index, hour] of hours.entries()) {
    if (hour.started > 0) {
      from = index + 1;
      expected = 0;
      continue;
    }
    expected += hour.expected;
    if (expected > longest.expected) longest = { from, to: index + 1, expected };
  }
  return [...hours.slice(0, longest.from), ...hours.slice(longest.to)];
}

/** Those of the past that are known as a whole, and in which as many are expected as say something. */
function listSpans(
  history: RuleHistory,
  countHours: CountHours,
  { hours, pastFrom, pastTo }: { hours: number; pastFrom: number; pastTo: number },
): Counted[] {
  const spans: Counted[] = [];
  for (let toHour = pastTo; toHour - hours >= pastFrom; toHour -= hours) {
    if (countCovered(history, toHour - hours, toHour) < hours) continue;
    const span = addUp(countHours(toHour - hours, toHour));
    if (span.expected >= FEWEST_EXPECTED / 2) spans.push(span);
  }
  return spans;
}

/** Of its expected runs; of many spans the quietest one may have been a fault. */
function findQuietest(spans: Counted[]): number {
  const shares = spans.map(({ started, expected }) => started / expected).toSorted((a, b) => a - b);
  return shares[spans.length >= FEWEST_SPANS.day ? 1 : 0] ?? 0;
}

/**
 * The variance of a new one over that of independent starts. What is expected in these spans was made of them: each hour of the week is
 * the mean of so many weeks and one more, so that they are nearer to it by 1 − 1 / (n + 1), and a new one is farther by 1 / (n + 1).
 */
function measureDispersion(spans: Counted[], weeks: number): number {
  if (spans.length === 0) return 0;
  const own = 1 / (weeks + 1);
  const seen =
    spans.reduce((sum, { started, expected }) => sum + (started - expected) ** 2 / expected, 0) / spans.length;
  return (seen * (1 + own)) / (1 - own) ** 2;
}

/** The hour since which such a share of the expected runs explains the starts best. */
function findOnset(
  countHours: CountHours,
  toHour: number,
  { history, share }: { history: RuleHistory; share: number },
): number {
  const fromHour = Math.max(history.firstHour, toHour - LONGEST_DAYS * HOURS_A_DAY);
  const hours = countHours(fromHour, toHour);
  const fewer = Math.max(share, 0.01);
  let [sum, best, sinceHour] = [0, 0, toHour];
  for (let index = hours.length - 1; index >= 0; index -= 1) {
    const { started, expected } = hours[index] ?? { started: 0, expected: 0 };
    sum += started * Math.log(fewer) + (1 - fewer) * expected;
    if (sum > best) [best, sinceHour] = [sum, fromHour + index];
  }
  return sinceHour;
}
