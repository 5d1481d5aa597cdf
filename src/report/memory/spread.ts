/** Middles and spreads that a few wild values do not move. */

/** Two lists of one length. */
export type Weighted = { values: Float64Array; weights: Float64Array };

/** Of a normal distribution, the standard deviation over the median deviation. */
const NORMAL = 1.4826;

/** 0 of nothing. */
export function medianOf(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[sorted.length / 2 - 1] ?? upper) + upper) / 2;
}

/**
 * The value in the middle of all weights, of those from one index to another; 0 of nothing. Both lists are put in order between the
 * two for it.
 */
export function weightedMedian({ values, weights }: Weighted, from = 0, to = values.length): number {
  sortTogether(values, weights, from, to);
  let half = 0;
  for (let index = from; index < to; index += 1) half += (weights[index] ?? 0) / 2;
  let below = 0;
  for (let index = from; index < to; index += 1) {
    const value = values[index] ?? 0;
    below += weights[index] ?? 0;
    if (below > half) return value;
    if (below === half) return index + 1 < to ? (value + (values[index + 1] ?? value)) / 2 : value;
  }
  return 0;
}

export function meanOf(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** As a standard deviation, by the median distance from the median. */
export function spreadOf(values: number[]): number {
  const centre = medianOf(values);
  return NORMAL * medianOf(values.map((value) => Math.abs(value - centre)));
}

/** Ascending by value: Shell's way, without a pair for each value, of which a report sorts hundreds of thousands. */
function sortTogether(values: Float64Array, weights: Float64Array, from: number, to: number): void {
  for (let nth = 0; nth < GAPS.length; nth += 1) {
    const gap = GAPS[nth] ?? 1;
    for (let index = from + gap; index < to; index += 1) {
      const value = values[index] ?? 0;
      const weight = weights[index] ?? 0;
      let at = index;
      for (; at >= from + gap && (values[at - gap] ?? 0) > value; at -= gap) {
        values[at] = values[at - gap] ?? 0;
        weights[at] = weights[at - gap] ?? 0;
      }
      values[at] = value;
      weights[at] = weight;
    }
  }
}

/** Ciura's. */
const GAPS = [1750, 701, 301, 132, 57, 23, 10, 4, 1];
