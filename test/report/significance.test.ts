import { expect, test } from "bun:test";
import { differenceInterval, differsBeyondNoise, wilsonInterval } from "../../src/report/significance.ts";

/** Newcombe, Statistics in Medicine 17 (1998), 857–872, Table I, method 3; 10 of 10 recomputed from the formula. */
test.each([
  { successful: 81, total: 263, low: 0.2553, high: 0.3662 },
  { successful: 15, total: 148, low: 0.0624, high: 0.1605 },
  { successful: 0, total: 20, low: 0, high: 0.1611 },
  { successful: 1, total: 29, low: 0.0061, high: 0.1718 },
  { successful: 10, total: 10, low: 0.7225, high: 1 },
  { successful: 0, total: 0, low: 0, high: 1 },
])("$successful of $total is between $low and $high", ({ successful, total, low, high }) => {
  const [foundLow, foundHigh] = wilsonInterval(successful, total);
  expect(foundLow).toBeCloseTo(low, 4);
  expect(foundHigh).toBeCloseTo(high, 4);
});

/** Newcombe, Statistics in Medicine 17 (1998), 873–890, Table II, method 10. */
test.each([
  { a: [56, 70], b: [48, 80], low: 0.0524, high: 0.3339 },
  { a: [9, 10], b: [3, 10], low: 0.1705, high: 0.809 },
  { a: [6, 7], b: [2, 7], low: 0.0582, high: 0.8062 },
  { a: [5, 56], b: [0, 29], low: -0.0381, high: 0.1926 },
  { a: [0, 10], b: [0, 20], low: -0.1611, high: 0.2775 },
  { a: [0, 10], b: [0, 10], low: -0.2775, high: 0.2775 },
  { a: [10, 10], b: [0, 20], low: 0.6791, high: 1 },
  { a: [10, 10], b: [0, 10], low: 0.6075, high: 1 },
  { a: [0, 0], b: [5, 10], low: -1, high: 1 },
] as const)("$a less $b is between $low and $high", ({ a, b, low, high }) => {
  const [foundLow, foundHigh] = differenceInterval(proportion(a), proportion(b));
  expect(foundLow).toBeCloseTo(low, 4);
  expect(foundHigh).toBeCloseTo(high, 4);
});

test.each([
  { a: [95, 100], b: [85, 100], differs: true },
  { a: [95, 100], b: [90, 100], differs: false },
  { a: [3, 3], b: [0, 3], differs: true },
  { a: [3, 3], b: [1, 3], differs: false },
  { a: [145, 150], b: [146, 148], differs: false },
  { a: [10, 10], b: [10, 10], differs: false },
  { a: [0, 0], b: [0, 10], differs: false },
] as const)("$a against $b is more than noise: $differs", ({ a, b, differs }) => {
  expect(differsBeyondNoise(proportion(a), proportion(b))).toBe(differs);
  expect(differsBeyondNoise(proportion(b), proportion(a))).toBe(differs);
});

function proportion([successful, total]: readonly [number, number]) {
  return { successful, total };
}
