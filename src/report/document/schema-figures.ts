/** What the schemas of a report are made of: figures, instants, sums of records, durations. */
import * as v from "valibot";

export const describe = <T extends v.GenericSchema>(schema: T, text: string) => v.pipe(schema, v.description(text));

/** JSON's 1e999 is read as infinity, and would be written as null. */
export const number = v.pipe(v.number(), v.finite());
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const ratio = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
export const seconds = v.pipe(v.number(), v.finite(), v.minValue(0));
/** 30 February is taken for 2 March by `Date`. */
const isDate = (text: string) => {
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text.slice(0, 10);
};
export const instant = describe(
  v.pipe(v.string(), v.isoTimestamp(), v.check(isDate, "is no date")),
  "UTC, RFC 3339, ending in Z",
);
export const ruleName = v.string();

export const recordsSchema = describe(
  v.strictObject({
    processed: v.nullable(number),
    created: v.nullable(number),
    updated: v.nullable(number),
    failed: v.nullable(number),
  }),
  "Sums over the finished actions; null where no action recorded the count, or the sum is too large to be exact",
);

export const durationSchema = describe(
  v.nullable(
    v.strictObject({
      n: describe(count, "Finished actions whose duration is known"),
      mean: seconds,
      p50: seconds,
      p95: seconds,
      p99: seconds,
      max: seconds,
    }),
  ),
  "Seconds, exact percentiles with linear interpolation; null when no duration is known",
);
