/** Hour by hour: the distribution over UTC clock hours, and whether the success rate rises or falls. */
import type { HourActivity } from "./activity.ts";
import { binomialTail, expectedShare } from "./chance.ts";
import { divide } from "./counts.ts";
import type { Proportion } from "./significance.ts";
import { formatInstant } from "../text/figures.ts";
import type { Report } from "./document/schema.ts";
import type { Thresholds } from "./thresholds.ts";
import { HOUR_MS } from "../time/units.ts";
import type { Window } from "../time/window.ts";

/** The complete hours in two; with an odd number of them the middle one belongs to the later half. */
export type Halves = Record<"earlier" | "later", { total: number; successful: number }>;

const SIGNIFICANT = 1e-3;

export type Trend = {
  analysis: Report["trend_analysis"];
  /** Null when the trend is not judged. */
  halves: Halves | null;
};

/** Partial first and last hours are listed and left out of every figure but the distribution. */
export function analyzeTrend(window: Window, active: HourActivity[], thresholds: Thresholds): Trend {
  const hours = listHours(window, active);
  const complete = hours.filter((hour) => !hour.partial);
  const total = sumTotals(complete);
  const halves = divideHours(complete, total, thresholds);
  return {
    halves,
    analysis: {
      total_hours_analyzed: complete.length,
      avg_actions_per_hour: divide(total, complete.length),
      peak_activity_hour: total === 0 ? null : findHour(complete, (a, b) => a > b),
      lowest_activity_hour: total === 0 ? null : findHour(complete, (a, b) => a < b),
      success_rate_trend: compareHalves(halves, thresholds.trend_change),
      hourly_distribution: distribute(hours),
    },
  };
}

function distribute(hours: Hour[]): Report["trend_analysis"]["hourly_distribution"] {
  const actions: Record<string, number> = {};
  const rates: Record<string, number | null> = {};
  for (const { key, total, successful } of hours) {
    actions[key] = total;
    rates[key] = divide(successful, total);
  }
  return {
    actions_per_hour: actions,
    success_rates_per_hour: rates,
    partial_hours: hours.filter((hour) => hour.partial).map((hour) => hour.key),
  };
}

type Hour = { key: string; total: number; successful: number; partial: boolean };

function listHours(window: Window, active: HourActivity[]): Hour[] {
  const byHour = new Map(active.map((hour) => [hour.hourMs, hour]));
  const hours: Hour[] = [];
  for (let ms = Math.floor(window.startMs / HOUR_MS) * HOUR_MS; ms < window.endMs; ms += HOUR_MS) {
    const found = byHour.get(ms);
    hours.push({
      key: formatInstant(ms),
      total: found?.total ?? 0,
      successful: found?.successful ?? 0,
      partial: ms < window.startMs || ms + HOUR_MS > window.endMs,
    });
  }
  return hours;
}

function divideHours(complete: Hour[], total: number, thresholds: Thresholds): Halves | null {
  if (total < thresholds.trend_min_actions || complete.length < thresholds.trend_min_hours) return null;
  const middle = Math.floor(complete.length / 2);
  const add = (hours: Hour[]) => ({
    total: sumTotals(hours),
    successful: hours.reduce((sum, hour) => sum + hour.successful, 0),
  });
  return { earlier: add(complete.slice(0, middle)), later: add(complete.slice(middle)) };
}

/** The later half's rate minus the earlier half's. */
/** `stable` where the rates differ by no more than `limit`, or by no more than chance explains. */
export function compareHalves(halves: Halves | null, limit: number): Report["trend_analysis"]["success_rate_trend"] {
  if (halves === null || halves.earlier.total === 0 || halves.later.total === 0) return "unknown";
  const { earlier, later } = halves;
  const change = later.successful / later.total - earlier.successful / earlier.total;
  if (isBeyond(-change, limit) && isWorse(later, earlier)) return "declining";
  return isBeyond(change, limit) && isWorse(earlier, later) ? "improving" : "stable";
}

/** Whether chance at the other half's rate hardly explains the failures. */
function isWorse(half: Proportion, other: Proportion): boolean {
  const rate = expectedShare({ failed: other.total - other.successful, total: other.total });
  return binomialTail(half.total - half.successful, half.total, rate) < SIGNIFICANT;
}

/** Above the limit by more than the rounding of a difference of two rates. */
export function isBeyond(change: number, limit: number): boolean {
  return change - limit > 1e-9;
}

function sumTotals(hours: Hour[]): number {
  return hours.reduce((sum, hour) => sum + hour.total, 0);
}

/** The earliest hour that beats all others. */
function findHour(hours: Hour[], beats: (a: number, b: number) => boolean): string | null {
  return (
    hours.reduce<Hour | null>((best, hour) => (best === null || beats(hour.total, best.total) ? hour : best), null)
      ?.key ?? null
  );
}
