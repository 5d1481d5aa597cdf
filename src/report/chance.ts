/** How likely chance alone explains what was seen. */

/**
 * P(K ≥ k) for K of Binomial(n, p): the exact one-sided binomial test. Summed term by term, each from the one before:
 * t(i+1) / t(i) = (n − i) / (i + 1) · p / (1 − p). Away from the mean, where terms only shrink: far below it the first of them
 * would be too small for a number.
 */
export function binomialTail(k: number, n: number, p: number): number {
  if (k <= 0 || p >= 1) return 1;
  if (k > n || p <= 0) return 0;
  return k <= n * p ? 1 - tailAbove(n - k + 1, n, 1 - p) : tailAbove(k, n, p);
}

/** For k above the mean. */
function tailAbove(k: number, n: number, p: number): number {
  if (k > n) return 0;
  let term = Math.exp(k * Math.log(p) + (n - k) * Math.log1p(-p) + logChoose(n, k));
  let sum = term;
  for (let i = k; i < n; i += 1) {
    term *= ((n - i) / (i + 1)) * (p / (1 - p));
    sum += term;
    // Beyond the mean the terms only shrink.
    if (i > n * p && term < sum * 1e-12) break;
  }
  return Math.min(1, sum);
}

/** More factors than this are not multiplied one by one. */
const MANY_FACTORS = 10_000;

/** Natural logarithm of the binomial coefficient; of large ones by Stirling's series, which is exact to 12 digits there. */
export function logChoose(n: number, k: number): number {
  const fewer = Math.min(k, n - k);
  if (fewer > MANY_FACTORS) return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
  let sum = 0;
  for (let i = 1; i <= fewer; i += 1) sum += Math.log((n - fewer + i) / i);
  return sum;
}

function logFactorial(n: number): number {
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n);
}

/** P(N ≥ n) for N of Poisson(λ): how likely n or more independent failures are in a time that usually brings λ. */
export function poissonTail(n: number, lambda: number): number {
  let term = Math.exp(-lambda);
  let below = 0;
  for (let i = 0; i < n; i += 1) {
    below += term;
    term *= lambda / (i + 1);
    if (term === 0) break;
  }
  return Math.max(0, 1 - below);
}

/** P(N ≤ n) for N of Poisson(λ). */
export function poissonBelow(n: number, lambda: number): number {
  return 1 - poissonTail(Math.floor(n) + 1, lambda);
}

/** A prior of 2 % failures worth 25 runs: nothing is faultless because nothing of it has failed yet. */
export const PRIOR_FAILED = 0.5;
export const PRIOR_RUNS = 25;

/** How likely a run fails, by so many that did, and that prior. */
export function expectedShare({ failed, total }: { failed: number; total: number }): number {
  return (PRIOR_FAILED + failed) / (PRIOR_RUNS + total);
}

/** Below this, a rate at its limit would hardly ever show what was seen. */
const SIGNIFICANT = 0.01;

/** Whether `failed` of `total` are more than a rule shows that succeeds as often as `limit` (0–1) says. */
export function isBelowLimit({ failed, total }: { failed: number; total: number }, limit: number): boolean {
  if (failed === 0) return false;
  return binomialTail(failed, total, 1 - limit) < SIGNIFICANT;
}
