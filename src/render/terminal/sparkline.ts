/** Activity over the window in one line: the height is the number of runs, and hours with failures have a sign of their own. */
import type { Report } from "../../report/document/schema.ts";
import { formatPlural } from "../../text/figures.ts";
import type { Style } from "./style.ts";

const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const NOTHING = "·";
const SOME_FAILED = "!";
const MANY_FAILED = "✗";
const GOOD_RATE = 0.95;
const DOUBTFUL_RATE = 0.7;
/** An hour each, and of 24 hours the two halves at the ends; longer windows put the same number of hours into each cell. */
export const SPARKLINE_WIDTH = 25;

/** What the signs mean, and how many runs a full bar stands for. */
export const LEGEND = (peak: number) =>
  `${BARS[0]}–${BARS.at(-1)} up to ${formatPlural(peak, "run")} at a time, ${SOME_FAILED} some failed, ${MANY_FAILED} many failed, ${NOTHING} none ran`;

/** `partial`: it holds no whole hour of the window, so that nothing in it says little. */
type Cell = { total: number; successful: number; partial: boolean };

/** The most runs of any cell, so that all CRMs are drawn alike. */
export function findPeak(reports: Report[]): number {
  return Math.max(0, ...reports.flatMap((report) => listCells(report).map(({ total }) => total)));
}

/** As wide as `SPARKLINE_WIDTH`; blank where there is no report. */
export function drawSparkline(report: Report | null, peak: number, style: Style): string {
  if (report === null) return " ".repeat(SPARKLINE_WIDTH);
  const cells = listCells(report);
  const drawn = cells.map((cell) => drawCell(cell, peak, style)).join("");
  return drawn + " ".repeat(Math.max(0, SPARKLINE_WIDTH - cells.length));
}

function listCells({ trend_analysis: { hourly_distribution: hourly } }: Report): Cell[] {
  const { actions_per_hour: totals, success_rates_per_hour: rates, partial_hours: partial } = hourly;
  const hours = Object.entries(totals).map(([key, total]) => ({
    total,
    successful: total * (Object.hasOwn(rates, key) ? (rates[key] ?? 0) : 0),
    partial: partial.includes(key),
  }));
  const size = hours.length > SPARKLINE_WIDTH ? Math.ceil(hours.length / (SPARKLINE_WIDTH - 1)) : 1;
  return Array.from({ length: Math.ceil(hours.length / size) }, (_, index) =>
    addCells(hours.slice(index * size, (index + 1) * size)),
  );
}

function addCells(cells: Cell[]): Cell {
  return {
    total: cells.reduce((sum, { total }) => sum + total, 0),
    successful: cells.reduce((sum, { successful }) => sum + successful, 0),
    partial: cells.every(({ partial }) => partial),
  };
}

function drawCell({ total, successful, partial }: Cell, peak: number, style: Style): string {
  if (total === 0) return partial ? " " : style.faint(NOTHING);
  const rate = successful / total;
  if (rate < DOUBTFUL_RATE) return style.bad(MANY_FAILED);
  if (rate < GOOD_RATE) return style.doubtful(SOME_FAILED);
  return style.good(BARS[Math.max(0, Math.ceil((total / peak) * BARS.length) - 1)] ?? "");
}
