/** Middles and spreads that a few wild values do not move. */

/** Two lists of one length. */
export type Weighted = { values: Float64Array; weights: Float64Array };

/** Of a normal distribution, the standard deviation over the median deviation, and the tenths at its ends over it. */
const NORMAL_MIDDLE = 1.4826;
const NORMAL_TENTHS = 2.563;
const MANY = 10;

/** 0 of nothing. */
export function medianOf(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[sorted.length / 2 - 1] ?? upper) + upper) / 2;
}

/** The value in the middle of all weights, whole numbers, of those from one index to another; 0 of nothing. */
export function weightedMedian({ values, weights }: Weighted, from = 0, to = values.length): number {
  if (from >= to) return 0;
  const sorted = values.slice(from, to).sort();
  let half = 0;
  for (let index = from; index < to; index += 1) half += (weights[index] ?? 0) / 2;
  // Weights are mostly alike: it is near the middle of the values.
  let index = sorted.length >> 1;
  for (;;) {
    const value = sorted[index] ?? 0;
    let below = 0;
    let upTo = 0;
    for (let at = from; at < to; at += 1) {
      const one = values[at] ?? 0;
      if (one > value) continue;
      const weight = weights[at] ?? 0;
      upTo += weight;
      if (one < value) below += weight;
    }
    if (upTo < half) index = nextIndex(sorted, index);
    else if (below >= half) index = previousIndex(sorted, index);
    else return upTo > half ? value : (value + (sorted[nextIndex(sorted, index)] ?? value)) / 2;
  }
}

function nextIndex(sorted: Float64Array, index: number): number {
  let next = index + 1;
  while (next < sorted.length && sorted[next] === sorted[index]) next += 1;
  return next;
}

function previousIndex(sorted: Float64Array, index: number): number {
  let previous = index - 1;
  while (previous > 0 && sorted[previous] === sorted[index]) previous -= 1;
  return Math.max(0, previous);
}

export function meanOf(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * As a standard deviation, by how far the lowest and the highest tenth are apart: a few wild values do not move it, and what comes
 * again each month does. Of few values, of which the ends are single ones, by the median distance from the median.
 */
export function spreadOf(values: number[]): number {
  if (values.length < MANY) {
    const centre = medianOf(values);
    return NORMAL_MIDDLE * medianOf(values.map((value) => Math.abs(value - centre)));
  }
  const sorted = values.toSorted((a, b) => a - b);
  return (valueAt(sorted, 0.9) - valueAt(sorted, 0.1)) / NORMAL_TENTHS;
}

function valueAt(sorted: number[], share: number): number {
  const place = share * (sorted.length - 1);
  const [low = 0, high = low] = sorted.slice(Math.floor(place), Math.floor(place) + 2);
  return low + (place - Math.floor(place)) * (high - low);
}
