/** Chance, by figures of hand and of tables. */
import { describe, expect, test } from "bun:test";
import { binomialTail } from "../../src/report/chance.ts";

describe("at least k of n, each with that chance", () => {
  test.each<{ name: string; k: number; n: number; p: number; is: number }>([
    { name: "one of two coins", k: 1, n: 2, p: 0.5, is: 0.75 },
    { name: "two of two coins", k: 2, n: 2, p: 0.5, is: 0.25 },
    { name: "none", k: 0, n: 10, p: 0.5, is: 1 },
    { name: "more than all", k: 11, n: 10, p: 0.5, is: 0 },
    { name: "two of ten at a tenth: 1 - 0.9^10 - 0.9^9", k: 2, n: 10, p: 0.1, is: 1 - 0.9 ** 10 - 0.9 ** 9 },
    {
      name: "far below the mean of thousands, where the first term is too small for a number",
      k: 71,
      n: 3949,
      p: 0.3,
      is: 1,
    },
    // By the normal distribution: half of all lie above the mean, and 15.9 % a standard deviation above it.
    { name: "the mean of a hundred million coins", k: 50_000_000, n: 100_000_000, p: 0.5, is: 0.5 },
    { name: "far above the mean of a hundred million", k: 60_000_000, n: 100_000_000, p: 0.5, is: 0 },
  ])("$name", ({ k, n, p, is }) => {
    expect(binomialTail(k, n, p)).toBeCloseTo(is, n > 1_000_000 ? 3 : 12);
  });
});
