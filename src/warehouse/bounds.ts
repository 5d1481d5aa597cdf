/**
 * The instants between which the statements look. A statement is given each of them: arithmetic on a parameter would keep
 * PostgreSQL from pruning partitions.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS, WEEK_MS } from "../time/units.ts";
import { lengthOf, moveBack, windowBefore } from "../time/window.ts";
import type { ReadRequest } from "./request.ts";

export const LOOKBACK_MS = 30 * DAY_MS;
/** So much later than now a start may be: the clocks of two machines differ. */
const CLOCK_DIFFERENCE_MS = 5 * MINUTE_MS;

/** Epoch milliseconds. */
export type Bounds = ReturnType<typeof computeBounds>;

export function computeBounds({ window, baselineSeconds, nowMs }: Omit<ReadRequest, "crm" | "recent">) {
  const baseline = baselineSeconds === null ? null : moveBack(window, baselineSeconds * 1000);
  const beforeMs = windowBefore(window).startMs;
  return {
    fromMs: window.startMs,
    toMs: window.endMs,
    beforeMs,
    baselineFromMs: baseline?.startMs ?? null,
    baselineToMs: baseline?.endMs ?? null,
    latestStartMs: nowMs + CLOCK_DIFFERENCE_MS,
    lookbackFromMs: window.endMs - LOOKBACK_MS,
    weekBeforeMs: window.endMs - WEEK_MS,
    hourAndWeekBeforeMs: window.endMs - WEEK_MS - HOUR_MS,
    /** A look-back that reaches no further than that, a twelfth of the window, is a short one. */
    nearMs: beforeMs - Math.round(lengthOf(window) / 12),
  };
}
