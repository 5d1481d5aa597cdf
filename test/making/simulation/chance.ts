/** Chance that repeats itself: a seed and a name give the same draws, whatever else is drawn beside them. */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** At least 0, below 1. */
export type Random = () => number;

export function drawFrom(seed: number, name: string): Random {
  const generator = xoroshiro128plus(Bun.hash.crc32(`${seed} ${name}`));
  return () => uniformFloat64(generator);
}

/** A whole number from `first` to `last`, both included. */
export function drawBetween(random: Random, first: number, last: number): number {
  return first + Math.floor(random() * (last - first + 1));
}

export function drawOneOf<T>(random: Random, choices: readonly T[]): T {
  const drawn = choices[drawBetween(random, 0, choices.length - 1)];
  if (drawn === undefined) throw new Error("nothing to choose from");
  return drawn;
}

/** A factor around 1 of a lognormal distribution, by the method of Box and Muller. */
export function drawFactor(random: Random, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.exp(sigma * normal);
}
