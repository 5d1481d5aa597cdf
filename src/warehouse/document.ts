/** The shape of the query's one JSON document, the same from both dialects. */
import * as v from "valibot";
import { trimBlanks } from "../text/blanks.ts";
import type { RunRow } from "../report/rules/run-row.ts";
import { ACTION_STATUSES, AUTOMATION_LEVELS, type ActionStatus } from "../report/words.ts";
import { MINUTE_MS } from "../time/units.ts";
import { isCount, isFlag, isNumber, isNumbers, isOneOf, isText, isWhole, listOf, orNull, table } from "./guards.ts";

/** Sums of numeric and float columns that JSON has no number for come as text. */
const NO_NUMBERS = ["NaN", "Infinity", "-Infinity"] as const;
/** The last moment that has a date in this language. */
const LATEST_MS = 8_640_000_000_000_000;
/** In the order in which the statements number them. */
export const PARTS = ["current", "previous", "baseline"] as const;

type RecordSum = number | (typeof NO_NUMBERS)[number] | null;
/** p50, p95, p99. */
export type Percentiles = [number, number, number];
/** The actions of one rule in one part of the time that end in one state. */
export type Cell = {
  part: (typeof PARTS)[number];
  rule: string;
  state: ActionStatus;
  n: number;
  /** How many of them have a known duration, the sum of the durations, and the longest. */
  timed: number;
  seconds: number | null;
  longest: number | null;
  processed: RecordSum;
  created: RecordSum;
  updated: RecordSum;
  failed: RecordSum;
  /** The newest start, and the newest end or, without one, start. */
  last: number;
  lastSettled: number;
};

/** id, start, end, status, records, error of the newest failed ones. */
type RunColumns = [string | null, number, number | null, ActionStatus, RecordSum, string | null];

const isPart = isOneOf(PARTS);
const isStatus = isOneOf(ACTION_STATUSES);
const isNoNumber = isOneOf(NO_NUMBERS);
const isInstant = (value: unknown): value is number => isNumber(value) && Math.abs(value) <= LATEST_MS;
const isMinute = (value: unknown): value is number => isNumber(value) && Math.abs(value) <= LATEST_MS / MINUTE_MS;
const isSum = orNull(isNumber);
/** SQLite writes what is beyond a double as a number that JavaScript reads as Infinity. */
const isRecordSum = (value: unknown): value is RecordSum =>
  value === null || typeof value === "number" || isNoNumber(value);
/** Names are cut at 1,000 bytes where they are read. */
const isName = (value: unknown): value is string => typeof value === "string" && value.length <= 1000;
const isId = orNull(isText);
const isIds = listOf(isId);
/** Of each rule at most so many runs are told one by one. */
const MOST_TOLD_RUNS = 50;

function isRun(value: unknown): value is RunColumns {
  if (!Array.isArray(value) || value.length !== 6) return false;
  const [id, startedMs, endedMs, status, records, error] = value as unknown[];
  return isId(id) && isNumber(startedMs) && isSum(endedMs) && isStatus(status) && isRecordSum(records) && isId(error);
}

function isPercentiles(value: unknown): value is Percentiles {
  return isNumbers(value) && value.length === 3;
}

const text = v.nullable(v.string());
const recurrenceSchema = v.union([
  v.object({ kind: v.literal("interval"), every: v.fallback(v.nullable(v.number()), null), period: text }),
  v.object({
    kind: v.literal("crontab"),
    minute: text,
    hour: text,
    day_of_week: text,
    day_of_month: text,
    month_of_year: text,
  }),
  v.object({ kind: v.literal("other"), type: text }),
]);

const percentiles = v.custom<Percentiles | null>(orNull(isPercentiles));

/**
 * part, rule, status, first start, then of each run: its span, milliseconds, records. A span tells the clock hours of start and end
 * (hourly.ts). Null: they were not asked for, or there are too many runs.
 */
const hourly = v.nullable(
  table(isPart, isName, isStatus, isNumber, listOf(isWhole), listOf(isSum), listOf(isRecordSum)),
);

/** rule, then as `RunColumns`; of each rule the newest ones, newest first. */
const newest = v.pipe(
  table(isName, isId, isNumber, isSum, isStatus, isRecordSum, isId),
  v.check((rows) => [...Map.groupBy(rows, ([rule]) => rule).values()].every((runs) => runs.length <= MOST_TOLD_RUNS)),
);

const isLookback = (value: unknown): value is RunColumns[] => listOf(isRun)(value) && value.length <= MOST_TOLD_RUNS;

/** What the statement of past hours answers. */
export const hoursSchema = v.object({ hourly, newest, table_since: v.nullable(v.number()) });

/** Lists have at most what both dialects' statements allow, so that no server makes more work than they would. */
export const documentSchema = v.object({
  /** What a `Cell` holds, in its order. */
  cells: table(
    isPart,
    isName,
    isStatus,
    isCount,
    isCount,
    isSum,
    isSum,
    isRecordSum,
    isRecordSum,
    isRecordSum,
    isRecordSum,
    isNumber,
    isNumber,
  ),
  hourly,
  /** hours since the epoch, finished actions, successful ones of the window; null where `hourly` says it. */
  hours: v.nullable(table(isNumber, isCount, isCount)),
  /** The CRM has no other runs in the windows. */
  wrappers_only: v.boolean(),
  percentiles: v.object({ current: percentiles, previous: percentiles }),
  /** rule, percentiles, starts (ascending; null: too many to list), probable duplicates, ids of these. */
  runs: table(isName, orNull(isPercentiles), orNull(isNumbers), isCount, orNull(isIds)),
  /** At most 20 of each rule. */
  newest,
  /** rule, ids of its newest failed and partial runs of the window, newest first. */
  failed_ids: v.optional(table(isName, isIds), []),
  /** rule, successes without records, end of the first, mean of the records before, hours with records. */
  emptied: table(isName, isCount, isNumber, isRecordSum, isNumbers, isRecordSum),
  /** rule, failed and partial runs since the newest success of both windows, end of the first of them. */
  failing: table(isName, isCount, isNumber),
  /** part, rule, status word that no vocabulary knows, n. */
  words: v.pipe(table(isPart, isName, isName, isCount), v.maxLength(500)),
  /** part, rule, newest message, n, first and last end (a start where there is none), minutes. What CRMs share is looked for in these times. */
  errors: v.pipe(
    table(isPart, isName, orNull(isText), isCount, isInstant, isInstant, listOf(isMinute)),
    v.maxLength(500),
  ),
  /** part, rule, start, id. */
  running: v.pipe(table(isPart, isName, isNumber, isId), v.maxLength(1000)),
  /** rule, number of the contradiction, n, ids. */
  contradictions: table(isName, isWhole, isCount, isIds),
  /** rule, id, status, finished runs inside its time, successful ones of them. */
  wrappers: v.pipe(table(isName, isId, orNull(isStatus), isCount, isCount), v.maxLength(20)),
  /** At most 50 finished ones of each wrapper. */
  wrapper_runs: v.pipe(newest, v.maxLength(1000)),
  /** whether at infinity, n, ids. */
  displaced: table(isFlag, isCount, isIds),
  recent: table(isName, isStatus, isNumber, isSum, orNull(isText)),
  /**
   * rule, newest runs, last success, mean of the records processed, runs that never ended, newest starts a week before, mean of the
   * records of those that had some.
   */
  lookback: table(isName, isLookback, isSum, isCount, isNumbers, isRecordSum),
  near_sources: v.array(v.string()),
  table_since: v.nullable(v.number()),
  known_since: v.number(),
  /** Rules of which not all runs before the look-back were read, in an order that may not be that of their starts. */
  sampled: v.optional(v.array(v.string()), []),
  rules: v.array(
    v.object({
      name: v.string(),
      enabled: v.boolean(),
      automation_level: v.fallback(v.nullable(v.picklist(AUTOMATION_LEVELS)), null),
      strategy: text,
      priority: text,
      schedule: text,
      recurrence: v.nullable(recurrenceSchema),
      from: v.nullable(v.number()),
      to: v.nullable(v.number()),
      created: v.nullable(v.number()),
      changed: v.nullable(v.number()),
    }),
  ),
});

export type Hourly = NonNullable<v.InferOutput<typeof hourly>>;

export type Document = v.InferOutput<typeof documentSchema>;

export function nameCells(rows: Document["cells"]): Cell[] {
  return rows.map(
    ([part, rule, state, n, timed, seconds, longest, processed, created, updated, failed, last, lastSettled]) => ({
      part,
      rule,
      state,
      n,
      timed,
      seconds,
      longest,
      processed,
      created,
      updated,
      failed,
      last,
      lastSettled,
    }),
  );
}

/** A run as the document tells it. */
export function nameRun([id, startedMs, endedMs, status, records, error]: RunColumns): RunRow {
  return { id, startedMs, endedMs, status, records: keepNumber(records), error: keepMessage(error) };
}

/** What a column of JSON, and some programs, write for no message. */
const NO_MESSAGE = /^(?:|\[\]|\{\}|""|null|none|nil)$/i;

/** Null for a message that says as little as none. */
export function keepMessage(message: string | null): string | null {
  return message === null || NO_MESSAGE.test(trimBlanks(message)) ? null : message;
}

/** Null for what is no number, or so large that it is not exact. */
function keepNumber(records: Cell["processed"]): number | null {
  return typeof records === "number" && Math.abs(records) <= Number.MAX_SAFE_INTEGER ? records : null;
}

/** As many digits of a mean as the engines agree in: one divides exactly, and the other as floating-point numbers. */
const AGREED_DIGITS = 15;

/** As `keepNumber`. */
export function keepMean(mean: Cell["processed"]): number | null {
  const kept = keepNumber(mean);
  return kept === null ? null : Number(kept.toPrecision(AGREED_DIGITS));
}
