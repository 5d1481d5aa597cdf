/** How many cases a property draws, and from which seed: the same few every time, or many new ones in the long form. */

/** Whether the long forms were asked for: `scripts/test --long`. */
export const isLong = process.env["AR_TEST_LONG"] === "1";
const FIXED_SEED = 20_260_710;
export const seed = Number(process.env["AR_TEST_SEED"] ?? (isLong ? Date.now() % 2 ** 31 : FIXED_SEED));
if (isLong) console.error(`properties are drawn from seed ${seed}; AR_TEST_SEED=${seed} draws the same again`);

/** The parameters of fast-check for a property that is worth `short` cases in every run, `long` in the long form. */
export function draws(short: number, long: number): { numRuns: number; seed: number } {
  return { numRuns: isLong ? long : short, seed };
}
