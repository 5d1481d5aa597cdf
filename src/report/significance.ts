/** Whether two success rates differ by more than chance would make them. */

export type Proportion = { successful: number; total: number };
export type Interval = [low: number, high: number];

/** The 97.5 % point of the normal distribution: intervals hold the true value 95 times of 100. */
const Z = 1.959963984540054;

/** The difference of two rates is more than noise when its interval leaves out 0; never without any action. */
export function differsBeyondNoise(a: Proportion, b: Proportion): boolean {
  const [low, high] = differenceInterval(a, b);
  return low > 0 || high < 0;
}

/**
 * 95 % interval of rate a − rate b for independent samples: Newcombe's hybrid score interval, method 10 of R. G. Newcombe,
 * "Interval estimation for the difference between independent proportions", Statistics in Medicine 17 (1998), 873–890.
 */
export function differenceInterval(a: Proportion, b: Proportion): Interval {
  if (a.total === 0 || b.total === 0) return [-1, 1];
  const rateA = a.successful / a.total;
  const rateB = b.successful / b.total;
  const [lowA, highA] = wilsonInterval(a.successful, a.total);
  const [lowB, highB] = wilsonInterval(b.successful, b.total);
  return [
    rateA - rateB - Math.hypot(rateA - lowA, highB - rateB),
    rateA - rateB + Math.hypot(highA - rateA, rateB - lowB),
  ];
}

/**
 * 95 % score interval of one rate, without continuity correction: E. B. Wilson, "Probable inference, the law of
 * succession, and statistical inference", Journal of the American Statistical Association 22 (1927), 209–212.
 * Without any action it is all of 0–1.
 */
export function wilsonInterval(successful: number, total: number): Interval {
  if (total === 0) return [0, 1];
  const rate = successful / total;
  const centre = rate + Z ** 2 / (2 * total);
  const reach = Z * Math.sqrt((rate * (1 - rate)) / total + Z ** 2 / (4 * total ** 2));
  const scale = 1 + Z ** 2 / total;
  return [successful === 0 ? 0 : (centre - reach) / scale, successful === total ? 1 : (centre + reach) / scale];
}
