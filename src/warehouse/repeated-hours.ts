/** Starts without a zone in an hour that the clocks showed twice. */
import { SECOND_MS } from "../time/units.ts";

/** Two runs of one schedule start within so much of the same minute. */
const CLOSE_MS = 90 * SECOND_MS;

/** An hour that the clocks showed twice, as times without a zone are read in it. */
export type Span = { fromMs: number; toMs: number };

/**
 * Of two starts that lie close together in an hour that the clocks showed twice, the first belongs to its first showing, if no
 * start lies there: times without a zone are all read as of the second.
 */
export function unfold(startsMs: number[], { fromMs, toMs }: Span): number[] {
  const lengthMs = toMs - fromMs;
  const isKnownAt = (atMs: number) => startsMs.some((ms) => Math.abs(ms - atMs) <= CLOSE_MS);
  const unfolded = [...startsMs];
  for (let index = 0; index + 1 < unfolded.length; index += 1) {
    const [first = 0, second = 0] = [startsMs[index], startsMs[index + 1]];
    if (first < fromMs || second >= toMs || second - first > CLOSE_MS || isKnownAt(first - lengthMs)) continue;
    unfolded[index] = first - lengthMs;
    index += 1;
  }
  return unfolded.toSorted((a, b) => a - b);
}
