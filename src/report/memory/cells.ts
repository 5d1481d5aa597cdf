/** What is known of a rule's past, hour by hour: counts that can be added up over any hours, and no single run. */
import type { RunRow } from "../rules/run-row.ts";
import type { HourColumns } from "./columns.ts";

/**
 * How finished runs end, as they are counted; what is open, skipped, a dry run or a wrapper is in no cell, also where a CRM has
 * nothing but wrappers.
 */
export const CELL_STATUSES = ["success", "partial", "failed"] as const;
export type CellStatus = (typeof CELL_STATUSES)[number];

/**
 * The distribution of a positive figure, by its natural logarithm in whole thousandths. Whole numbers add up alike in any
 * order.
 */
export type LogSketch = {
  n: number;
  /** Of the thousandths, and of their squares. */
  sum: number;
  squares: number;
  /** How many fell into each bucket; a quantile read from them is at most 5 % off. See `BUCKET_WIDTH`. */
  buckets: Map<number, number>;
};

/** In thousandths: bucket k holds [100 k, 100 k + 100), so that its middle is within 5 % of all it holds. */
export const BUCKET_WIDTH = 100;

/** What a rule's runs of one status did that ended in one UTC clock hour; those without a usable end are in that of their start. */
export type HourCell = {
  /** Hours since the epoch. */
  hour: number;
  status: CellStatus;
  ended: number;
  /** Of the seconds that runs took, of those that have both times; less than one counts as one (sketch.ts). */
  seconds: LogSketch;
  /** Of 1 + the records processed, of those that say a number up to 10^12. */
  records: LogSketch;
  /** Sum of the records processed, and how many runs said 0. */
  processed: number;
  empty: number;
};

export type HourStart = [hour: number, started: number];

/**
 * Something that is read one after the other, in no order: an array, or what is kept as columns, of which each is good until the
 * next is visited. See `listCells`.
 */
export type Visited<T> = { forEach: (visit: (one: T) => void) => void };

/** Of each rule, so many of its newest runs are kept with its past. */
export const MOST_KEPT_RUNS = 50;

export type RulePast = {
  rule: string;
  /** Start of the first run that is known, epoch milliseconds. */
  firstMs: number;
  /** At most one for each hour and status. Runs that went on for 24 clock hours or more are in none. */
  cells: Visited<HourCell>;
  /** Runs that started in each hour since the epoch, whatever became of them; an hour that is missing is one without. */
  starts: Visited<HourStart>;
  /** The newest 50 runs known, newest first by their ends. */
  runs: RunRow[];
  /** Weeks that are added up already, ascending: their hours are in no cell and in no start. */
  weeks?: RuleWeek[];
};

/** What a rule did hour by hour, added up. */
export type Sums = {
  /** Its finished runs, and how many of them failed. */
  finished: HourColumns;
  /** Its successes that have a duration, and the mean of the natural logarithms in thousandths; the same of their records. */
  seconds: HourColumns;
  records: HourColumns;
  /** Its successes that tell their records, and how many of them had none. */
  empties: HourColumns;
  /** How often it started; there is nothing else to tell. */
  starts: HourColumns;
  /** The highest bucket of a success's seconds; null: none is known. */
  longest: number | null;
};

/** Half-open, hours since the epoch: what `cells` and `starts` of a week come to. Not whole: some of its hours are told by cells. */
export type RuleWeek = Sums & { fromHour: number; toHour: number; isWhole: boolean };

/** A CRM's past as far as it is known. An hour that is not covered is unknown, and not empty. */
export type Past = {
  /** Half-open spans of hours since the epoch, ascending and apart: what is known, without what is to be ignored. */
  covered: [fromHour: number, toHour: number][];
  rules: RulePast[];
};

/** To keep: ascending by hour. */
export function listCells({ cells }: Pick<RulePast, "cells">): HourCell[] {
  const list: HourCell[] = [];
  cells.forEach((cell) => list.push({ ...cell, seconds: copySketch(cell.seconds), records: copySketch(cell.records) }));
  return list.toSorted((a, b) => a.hour - b.hour || CELL_STATUSES.indexOf(a.status) - CELL_STATUSES.indexOf(b.status));
}

/** To keep: ascending by hour. */
export function listStarts({ starts }: Pick<RulePast, "starts">): HourStart[] {
  const list: HourStart[] = [];
  starts.forEach(([hour, started]) => list.push([hour, started]));
  return list.toSorted(([a], [b]) => a - b);
}

function copySketch({ n, sum, squares, buckets }: LogSketch): LogSketch {
  return { n, sum, squares, buckets };
}
