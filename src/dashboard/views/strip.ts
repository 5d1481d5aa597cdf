/** Runs by the hour, of one report or of several one after another. */
import type { Report } from "../../report/document/schema.ts";
import { formatInstant } from "../../text/figures.ts";
import { HOUR_MS } from "../../time/units.ts";
import type { Strip } from "../view.ts";

/** More than these cells are put together. */
const MOST_CELLS = 60;

export type Hour = { startMs: number; total: number; failed: number };

/** Ascending. */
export function listHours({ trend_analysis: { hourly_distribution: hourly } }: Report): Hour[] {
  const { actions_per_hour: totals, success_rates_per_hour: rates } = hourly;
  return Object.entries(totals)
    .map(([key, total]) => {
      const rate = Object.hasOwn(rates, key) ? (rates[key] ?? 0) : 0;
      return { startMs: Date.parse(key), total, failed: Math.round(total * (1 - rate)) };
    })
    .toSorted((a, b) => a.startMs - b.startMs);
}

/** Null where the window has no hours. */
export function makeStrip(hours: Hour[], mostCells = MOST_CELLS): Strip | null {
  const [first] = hours;
  const last = hours.at(-1);
  if (first === undefined || last === undefined) return null;
  return fillStrip(hours, first.startMs, last.startMs + HOUR_MS, mostCells);
}

/** From one moment to another; null where no report tells of any hour of a cell. */
export function fillStrip(hours: Hour[], fromMs: number, toMs: number, mostCells = MOST_CELLS): Strip {
  const all = Math.max(1, Math.ceil((toMs - fromMs) / HOUR_MS));
  const stepHours = Math.ceil(all / mostCells);
  const cells = Math.ceil(all / stepHours);
  const total: (number | null)[] = Array.from({ length: cells }, () => null);
  const failed: (number | null)[] = Array.from({ length: cells }, () => null);
  for (const hour of hours) {
    const index = Math.floor((hour.startMs - fromMs) / (stepHours * HOUR_MS));
    if (index < 0 || index >= cells) continue;
    total[index] = (total[index] ?? 0) + hour.total;
    failed[index] = (failed[index] ?? 0) + hour.failed;
  }
  return { start: formatInstant(fromMs), stepHours, total, failed };
}
