/** Middles and spreads that a few wild values do not move. */

export type Weighted = { value: number; weight: number };

/** Of a normal distribution, the standard deviation over the median deviation. */
const NORMAL = 1.4826;

/** 0 of nothing. */
export function medianOf(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[sorted.length / 2 - 1] ?? upper) + upper) / 2;
}

/** The value in the middle of all weights; 0 of nothing. */
export function weightedMedian(values: Weighted[]): number {
  const sorted = values.toSorted((a, b) => a.value - b.value);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let below = 0;
  for (const [index, { value, weight }] of sorted.entries()) {
    below += weight;
    if (below > half) return value;
    if (below === half) return (value + (sorted[index + 1]?.value ?? value)) / 2;
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
