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

/** The same figures for each hour of a span, to be added to in any order. */
export type Tally = { counts: Float64Array; values: Float64Array };

export function createTally(hours: number): Tally {
  return { counts: new Float64Array(hours), values: new Float64Array(hours) };
}

export function addAt({ counts, values }: Tally, index: number, count: number, value: number): void {
  counts[index] = (counts[index] ?? 0) + count;
  values[index] = (values[index] ?? 0) + value;
}

/** Of the hours from `fromHour` on, and clears it for the next. `isMean`: of the values, their mean is told and not their sum. */
export function takeColumns({ counts, values }: Tally, fromHour: number, isMean = false): HourColumns {
  let length = 0;
  for (let index = 0; index < counts.length; index += 1) if (counts[index] !== 0) length += 1;
  const columns = {
    hours: new Int32Array(length),
    counts: new Uint32Array(length),
    values: new Float64Array(length),
  };
  let at = 0;
  for (let index = 0; index < counts.length; index += 1) {
    const count = counts[index] ?? 0;
    if (count === 0) continue;
    columns.hours[at] = fromHour + index;
    columns.counts[at] = count;
    columns.values[at] = (values[index] ?? 0) / (isMean ? count : 1);
    at += 1;
  }
  counts.fill(0);
  values.fill(0);
  return columns;
}

/** The hours of `[fromHour, toHour)`, without a copy. */
export function within({ hours, counts, values }: HourColumns, fromHour: number, toHour: number): HourColumns {
  const from = indexOf(hours, fromHour);
  const to = indexOf(hours, toHour);
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
