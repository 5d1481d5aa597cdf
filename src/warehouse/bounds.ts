/**
 * The instants between which the statements look. A statement is given each of them: arithmetic on a parameter would keep
 * PostgreSQL from pruning partitions.
 */
import { EARLY_MS } from "../report/expectation/due.ts";
import { CLOCK_DIFFERENCE_MS, DAY_MS, HOUR_MS, WEEK_MS } from "../time/units.ts";
import { lengthOf, moveBack, windowBefore } from "../time/window.ts";
import type { HoursRequest, ReadRequest } from "./request.ts";

export const LOOKBACK_MS = 30 * DAY_MS;
/** More names than that are dates or numbers, and no rules. */
export const MOST_NAMES = 1000;
/** Each may be on a page of its own, which is read in every report for as long as the outage lasts. */
export const MOST_OLDER_ROWS = 2000;
/** Runs that began this long before both windows are still found in the one in which they ended. */
export const REACH_MS = DAY_MS;
/** What was written in another zone is no further ahead. */
const LONGEST_AHEAD_MS = DAY_MS;

/** Two windows of a week: of longer ones the hours are not told. */
const MOST_HOURS_MS = 14 * DAY_MS;

/** Epoch milliseconds. */
export type Bounds = ReturnType<typeof computeBounds>;

export function computeBounds({ window, baselineSeconds, nowMs }: Omit<ReadRequest, "crm" | "recent" | "hours">) {
  const baseline = baselineSeconds === null ? null : moveBack(window, baselineSeconds * 1000);
  const beforeMs = windowBefore(window).startMs;
  return {
    fromMs: window.startMs,
    toMs: window.endMs,
    beforeMs,
    /** What began earlier is in no part. */
    scanFromMs: beforeMs - REACH_MS,
    /** The begin of the hour in which the first run may have begun. */
    baseMs: startOfHour(beforeMs - REACH_MS),
    baselineScanFromMs: baseline === null ? null : baseline.startMs - REACH_MS,
    /** Starts before the window that may belong to an occurrence in it. */
    startsFromMs: window.startMs - EARLY_MS,
    baselineFromMs: baseline?.startMs ?? null,
    baselineToMs: baseline?.endMs ?? null,
    latestStartMs: nowMs + CLOCK_DIFFERENCE_MS,
    /** A later end is none: some programs write a date far ahead, or the end of time, for it. */
    latestEndMs: nowMs + LONGEST_AHEAD_MS,
    lookbackFromMs: window.endMs - LOOKBACK_MS,
    weekBeforeMs: window.endMs - WEEK_MS,
    hourAndWeekBeforeMs: window.endMs - WEEK_MS - HOUR_MS,
    /** A look-back that reaches no further than that, a twelfth of the window, is a short one. */
    nearMs: beforeMs - Math.round(lengthOf(window) / 12),
  };
}

/** What both dialects' scans ask for. */
export type ScanBounds = Pick<
  Bounds,
  | "fromMs"
  | "toMs"
  | "beforeMs"
  | "scanFromMs"
  | "baseMs"
  | "latestEndMs"
  | "baselineScanFromMs"
  | "baselineFromMs"
  | "baselineToMs"
>;

/** Of some past hours without a window before them. */
export function computeHourBounds({ fromMs, toMs, nowMs }: HoursRequest): ScanBounds {
  return {
    fromMs,
    toMs,
    beforeMs: fromMs,
    scanFromMs: fromMs - REACH_MS,
    baseMs: startOfHour(fromMs - REACH_MS),
    latestEndMs: nowMs + LONGEST_AHEAD_MS,
    baselineScanFromMs: null,
    baselineFromMs: null,
    baselineToMs: null,
  };
}

/** Whether the windows are to be told hour by hour, and short enough for it. */
export function holdsHours({ hours = true }: Pick<ReadRequest, "hours">, { beforeMs, toMs }: Bounds): boolean {
  return hours && toMs - beforeMs <= MOST_HOURS_MS;
}

function startOfHour(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}
