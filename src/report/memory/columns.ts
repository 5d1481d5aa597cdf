/** What a rule did in each hour, as columns of numbers: a hundred rules have a hundred thousand of such hours. */

/** Columns of one length, ascending by hour; an hour in which nothing was counted is in none. */
export type HourColumns = {
  /** Since the epoch. */
  hours: Int32Array;
  /** How many runs. */
  counts: Uint32Array;
  /** What is told of them: how many of them failed, or what they were at on average. */
  values: Float64Array;
};

/** The same figures for each hour of a span, to be added to in any order. `[from, to)`: nothing was added outside of it. */
export type Tally = { counts: Float64Array; values: Float64Array; from: number; to: number };

const NONE = [-1, -1] as const;

export function createTally(hours: number): Tally {
  return { counts: new Float64Array(hours), values: new Float64Array(hours), from: hours, to: 0 };
}

export function increase(numbers: Float64Array, index: number, by: number): void {
  numbers[index] = (numbers[index] ?? 0) + by;
}

export function addAt(tally: Tally, index: number, count: number, value: number): void {
  increase(tally.counts, index, count);
  increase(tally.values, index, value);
  if (index < tally.from) tally.from = index;
  if (index >= tally.to) tally.to = index + 1;
}

/**
 * Of the hours from `fromHour` on, and clears it for the next. `isMean`: of the values, their mean is told and not their sum. `skip`:
 * indexes between which nothing was added.
 */
export function takeColumns(
  tally: Tally,
  fromHour: number,
  isMean = false,
  [skipFrom, skipTo]: readonly [number, number] = NONE,
): HourColumns {
  const { counts, values, from, to } = tally;
  let length = 0;
  for (let index = from; index < to; index += 1) {
    if (index === skipFrom) index = skipTo;
    if (counts[index] !== 0) length += 1;
  }
  const columns = {
    hours: new Int32Array(length),
    counts: new Uint32Array(length),
    values: new Float64Array(length),
  };
  let at = 0;
  for (let index = from; index < to; index += 1) {
    if (index === skipFrom) index = skipTo;
    const count = counts[index] ?? 0;
    if (count === 0) continue;
    columns.hours[at] = fromHour + index;
    columns.counts[at] = count;
    columns.values[at] = (values[index] ?? 0) / (isMean ? count : 1);
    at += 1;
  }
  if (from < to) {
    counts.fill(0, from, to);
    values.fill(0, from, to);
  }
  tally.from = counts.length;
  tally.to = 0;
  return columns;
}

/** Columns of hours that are apart, whatever their order, as one. */
export function joinColumns(parts: HourColumns[]): HourColumns {
  const length = parts.reduce((sum, { hours }) => sum + hours.length, 0);
  const joined = {
    hours: new Int32Array(length),
    counts: new Uint32Array(length),
    values: new Float64Array(length),
  };
  let at = 0;
  let isAscending = true;
  for (const { hours, counts, values } of parts) {
    isAscending &&= at === 0 || hours.length === 0 || (hours[0] ?? 0) > (joined.hours[at - 1] ?? 0);
    joined.hours.set(hours, at);
    joined.counts.set(counts, at);
    joined.values.set(values, at);
    at += hours.length;
  }
  return isAscending ? joined : sortByHour(joined);
}

function sortByHour({ hours, counts, values }: HourColumns): HourColumns {
  const order = Uint32Array.from(hours.keys()).toSorted((a, b) => (hours[a] ?? 0) - (hours[b] ?? 0));
  const sorted = {
    hours: new Int32Array(order.length),
    counts: new Uint32Array(order.length),
    values: new Float64Array(order.length),
  };
  for (const [to, from] of order.entries()) {
    sorted.hours[to] = hours[from] ?? 0;
    sorted.counts[to] = counts[from] ?? 0;
    sorted.values[to] = values[from] ?? 0;
  }
  return sorted;
}

const NO_HOURS: HourColumns = { hours: new Int32Array(), counts: new Uint32Array(), values: new Float64Array() };

/** The hours of `[fromHour, toHour)`, without a copy. */
export function within(columns: HourColumns, fromHour: number, toHour: number): HourColumns {
  const { hours, counts, values } = columns;
  const from = indexOf(hours, fromHour);
  const to = indexOf(hours, toHour);
  // Mostly all or none, and to make three views takes longer than to find out.
  if (from >= to) return NO_HOURS;
  if (from === 0 && to === hours.length) return columns;
  return { hours: hours.subarray(from, to), counts: counts.subarray(from, to), values: values.subarray(from, to) };
}

/** The hours that are wanted. */
export function where({ hours, counts, values }: HourColumns, isWanted: (hour: number) => boolean): HourColumns {
  const wanted = hours.map((hour) => (isWanted(hour) ? 1 : 0));
  const keep = (_: number, index: number) => wanted[index] === 1;
  return { hours: hours.filter(keep), counts: counts.filter(keep), values: values.filter(keep) };
}

export function countRuns({ counts }: Pick<HourColumns, "counts">): number {
  let sum = 0;
  for (let index = 0; index < counts.length; index += 1) sum += counts[index] ?? 0;
  return sum;
}

/** Of the hours of `[fromHour, toHour)`. */
export function countRunsWithin({ hours, counts }: HourColumns, fromHour: number, toHour: number): number {
  const to = indexOf(hours, toHour);
  let sum = 0;
  for (let index = indexOf(hours, fromHour); index < to; index += 1) sum += counts[index] ?? 0;
  return sum;
}

/** Of the first hour that is not before that one. */
export function indexOf(hours: Int32Array, hour: number): number {
  let from = 0;
  let to = hours.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((hours[middle] ?? hour) < hour) from = middle + 1;
    else to = middle;
  }
  return from;
}
