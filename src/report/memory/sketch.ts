/** Sketches of figures: counts of their logarithms, which add up in any order and to the same whatever added them. */
import { SECOND_MS } from "../../time/units.ts";
import { BUCKET_WIDTH, type LogSketch } from "./cells.ts";

/**
 * Of durations in milliseconds. What took less than a second counts as one second: where a warehouse writes whole seconds, 0 and 1 are
 * the same to it.
 */
export function sketchDurations(durationsMs: number[]): LogSketch {
  return sketch(durationsMs.map((ms) => Math.max(ms, SECOND_MS) / SECOND_MS));
}

/** Of counts of records, each one more than it is, so that none has a logarithm as well. */
export function sketchRecords(records: number[]): LogSketch {
  return sketch(records.map((n) => n + 1));
}

function sketch(figures: number[]): LogSketch {
  const made: LogSketch = { n: figures.length, sum: 0, squares: 0, buckets: new Map() };
  for (const figure of figures) {
    const thousandths = Math.round(Math.log(figure) * 1000);
    const bucket = Math.floor(thousandths / BUCKET_WIDTH);
    made.sum += thousandths;
    made.squares += thousandths ** 2;
    made.buckets.set(bucket, (made.buckets.get(bucket) ?? 0) + 1);
  }
  return made;
}
