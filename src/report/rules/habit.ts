/** How a rule usually runs, as far as its starts are known. */
import type { ReadActivity, RuleActivity } from "../activity.ts";
import { countOutcome } from "../counts.ts";
import { MIN_INTERVALS, type Habit } from "../expectation/limits.ts";
import { DAY_MS, MINUTE_MS, WEEK_MS } from "../../time/units.ts";
import { lengthOf, windowBefore, type Window } from "../../time/window.ts";

/** Starts closer than this are one run recorded twice, or a retry. */
const SAME_RUN_MS = MINUTE_MS;

/** Null where too little is known. */
export function describeHabit(rule: RuleActivity, window: Window, looked: ReadActivity["lookback"]): Habit | null {
  const interval = measureInterval(rule, window);
  if (interval === null) return null;
  const silentMs = rule.newestStartMs === null ? Infinity : window.endMs - rule.newestStartMs;
  return {
    ...interval,
    weekAgesMs: silentMs >= WEEK_MS ? [] : listWeekAges(rule, window, looked),
    dayAgeMs: silentMs >= DAY_MS ? null : findDayAge(rule, window),
  };
}

/**
 * The longest time that passed between two runs in the look-back's newest runs and in the window. Where too few starts are
 * known, the window before divided by its runs.
 */
function measureInterval(rule: RuleActivity, window: Window): Pick<Habit, "intervalMs" | "shortestMs" | "n"> | null {
  const gaps = { longestMs: 0, shortestMs: Infinity, n: 0 };
  for (const startsMs of [rule.lookback?.startsMs ?? [], rule.startsMs ?? []]) addGaps(gaps, startsMs);
  if (gaps.n >= MIN_INTERVALS) return { intervalMs: gaps.longestMs, shortestMs: gaps.shortestMs, n: gaps.n };
  const finished = rule.startsMs === null ? countOutcome(rule.current).total : countOutcome(rule.previous).total;
  return finished === 0 ? null : { intervalMs: lengthOf(window) / finished, shortestMs: 0, n: finished };
}

/** How many runs a window would hold at the pace of the look-back's newest runs; null where these are too few. */
export function countAtUsualPace({ lookback }: RuleActivity, windowMs: number): number | null {
  const starts = lookback?.startsMs ?? [];
  const gaps = starts.length - 1;
  const spanMs = (starts[0] ?? 0) - (starts[gaps] ?? 0);
  return gaps < MIN_INTERVALS || spanMs === 0 ? null : Math.round((windowMs * gaps) / spanMs);
}

/** Those between starts in their order, or against it. */
function addGaps(gaps: { longestMs: number; shortestMs: number; n: number }, startsMs: number[]): void {
  let [beforeMs = 0] = startsMs;
  for (const atMs of startsMs) {
    const gapMs = atMs > beforeMs ? atMs - beforeMs : beforeMs - atMs;
    beforeMs = atMs;
    if (gapMs < SAME_RUN_MS) continue;
    gaps.n += 1;
    if (gapMs > gaps.longestMs) gaps.longestMs = gapMs;
    if (gapMs < gaps.shortestMs) gaps.shortestMs = gapMs;
  }
}

/**
 * The look-back by newest rows holds no row of the two windows. Where a window is a week long or longer, the windows' own
 * starts tell what there was a week before its end.
 */
function listWeekAges(
  { lookback, startsMs, previousStartMs }: RuleActivity,
  window: Window,
  looked: ReadActivity["lookback"],
): number[] | null {
  const thenMs = window.endMs - WEEK_MS;
  const isLookedAt = lookback !== null && (looked === "each-rule" || thenMs <= windowBefore(window).startMs);
  if (!isLookedAt && startsMs === null) return null;
  const starts = isLookedAt
    ? lookback.weekStartsMs
    : [...(startsMs ?? []), previousStartMs ?? Infinity].filter((atMs) => atMs <= thenMs);
  return starts.length === 0 ? null : starts.map((atMs) => thenMs - atMs).toSorted((a, b) => a - b);
}

/** Of the window before, the newest start alone is known. */
function findDayAge({ startsMs, previousStartMs, lookback }: RuleActivity, { endMs }: Window): number | null {
  const thenMs = endMs - DAY_MS;
  const wasThere = (atMs: number) => atMs <= thenMs;
  if (startsMs === null || (previousStartMs !== null && !wasThere(previousStartMs))) return null;
  const newestMs = startsMs.findLast(wasThere) ?? previousStartMs ?? lookback?.startsMs.find(wasThere) ?? null;
  return newestMs === null ? null : thenMs - newestMs;
}
