/** Sketches of figures: counts of their logarithms, which come to the same in whatever order they are added. */
import { SECOND_MS } from "../../time/units.ts";
import { BUCKET_WIDTH, type LogSketch } from "./cells.ts";

export function emptySketch(): LogSketch {
  return { n: 0, sum: 0, squares: 0, buckets: new Map() };
}

/**
 * Adds a duration. What took less than a second counts as one second: where a warehouse writes whole seconds, 0 and 1 are the same
 * to it.
 */
export function addDuration(sketch: LogSketch, ms: number): void {
  addFigure(sketch, Math.max(ms, SECOND_MS) / SECOND_MS);
}

/** Adds a count of records as one more than it is, so that none has a logarithm as well. */
export function addRecords(sketch: LogSketch, records: number): void {
  addFigure(sketch, records + 1);
}

/** The figure that a logarithm in thousandths stands for. */
export function fromThousandths(thousandths: number): number {
  return Math.exp(thousandths / 1000);
}

function addFigure(sketch: LogSketch, figure: number): void {
  const thousandths = Math.round(Math.log(figure) * 1000);
  const bucket = Math.floor(thousandths / BUCKET_WIDTH);
  sketch.n += 1;
  sketch.sum += thousandths;
  sketch.squares += thousandths ** 2;
  sketch.buckets.set(bucket, (sketch.buckets.get(bucket) ?? 0) + 1);
}
