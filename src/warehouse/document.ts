/** The shape of the query's one JSON document, the same from both dialects. */
import * as v from "valibot";
import { ACTION_STATUSES, AUTOMATION_LEVELS } from "../report/schema.ts";

const status = v.picklist(ACTION_STATUSES);
const part = v.picklist(["current", "previous", "baseline"]);
const sum = v.nullable(v.number());
/** numeric and float sums that JSON has no number for come as text. */
const recordSum = v.nullable(
  v.union([v.number(), v.pipe(v.picklist(["NaN", "Infinity", "-Infinity"]), v.transform(Number))]),
);
const percentiles = v.tuple([v.number(), v.number(), v.number()]);
const id = v.nullable(v.string());
/** Thousands of them: a schema for each would cost more memory than the numbers. */
const numbers = v.custom<number[]>((value) => Array.isArray(value) && value.every((item) => typeof item === "number"));

const cellSchema = v.object({
  part,
  rule: v.string(),
  state: status,
  n: v.number(),
  dn: v.number(),
  ds: sum,
  dm: sum,
  processed: recordSum,
  created: recordSum,
  updated: recordSum,
  failed: recordSum,
  last: v.number(),
});

const text = v.nullable(v.string());
const recurrenceSchema = v.union([
  v.object({ kind: v.literal("interval"), every: v.nullable(v.number()), period: text }),
  v.object({
    kind: v.literal("crontab"),
    minute: text,
    hour: text,
    day_of_week: text,
    day_of_month: text,
    month_of_year: text,
  }),
]);

export const documentSchema = v.object({
  cells: v.array(cellSchema),
  hours: v.array(v.tuple([v.number(), v.number(), v.number()])),
  percentiles: v.object({ current: v.nullable(percentiles), previous: v.nullable(percentiles) }),
  /** rule, percentiles, starts (null: too many to list), probable duplicates, ids of these. */
  runs: v.array(
    v.tuple([v.string(), v.nullable(percentiles), v.nullable(numbers), v.number(), v.nullable(v.array(id))]),
  ),
  words: v.array(v.tuple([v.string(), v.number()])),
  /** part, rule, newest message, n, first and last start, minutes. */
  errors: v.array(v.tuple([part, v.string(), text, v.number(), v.number(), v.number(), numbers])),
  /** part, rule, start, id. */
  running: v.array(v.tuple([part, v.string(), v.number(), id])),
  /** rule, number of the contradiction, n, ids. */
  contradictions: v.array(v.tuple([v.string(), v.number(), v.number(), v.array(id)])),
  /** rule, id, status, finished runs inside its time, successful ones of them. */
  wrappers: v.array(v.tuple([v.string(), id, v.nullable(status), v.number(), v.number()])),
  /** whether at infinity, n, ids. */
  displaced: v.array(v.tuple([v.boolean(), v.number(), v.array(id)])),
  recent: v.array(v.tuple([v.string(), status, v.number(), sum, text])),
  /** rule, newest starts, last success, mean of the records processed, runs that never ended. */
  lookback: v.array(v.tuple([v.string(), numbers, sum, sum, v.number()])),
  rules: v.array(
    v.object({
      name: v.string(),
      enabled: v.boolean(),
      automation_level: v.fallback(v.nullable(v.picklist(AUTOMATION_LEVELS)), null),
      strategy: text,
      priority: text,
      schedule: text,
      recurrence: v.nullable(recurrenceSchema),
      from: sum,
      to: sum,
    }),
  ),
});

export type Document = v.InferOutput<typeof documentSchema>;
export type Cell = Document["cells"][number];
export type Percentiles = v.InferOutput<typeof percentiles>;
