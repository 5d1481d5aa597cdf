/** Small drawings in a line of text: runs by the hour, the newest runs, what was due. Shape tells as much as colour. */
import { formatCount, formatMinute, formatPlural } from "../../text/figures.ts";
import type { TickReason } from "../../report/document/tick-schema.ts";
import type { ActionStatus } from "../../report/words.ts";
import type { Strip } from "../view.ts";

const HEIGHT = 24;
const CELL = 5;
const GAP = 1;
/** A failure among a thousand runs is seen too. */
const LEAST_FAILED = 4;
const HOUR_MS = 3_600_000;

type Bar = { tone: string; x: number; y: number; width: number; height: number };

/** Bars of one tone are one shape: a page has thousands of them. */
function Bars({ bars, height, label }: { bars: Bar[]; height: number; label: string }) {
  const width = Math.max(0, ...bars.map((bar) => Math.ceil(bar.x + bar.width))) + GAP;
  return (
    <svg class="strip" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={label}>
      {[...Map.groupBy(bars, ({ tone }) => tone)].map(([tone, alike]) => (
        <path key={tone} class={tone} d={alike.map(drawBar).join("")} />
      ))}
    </svg>
  );
}

function drawBar({ x, y, width, height }: Bar): string {
  return `M${x} ${y}h${width}v${height}h-${width}z`;
}

/** Grey for runs, red from the ground up for those that failed. */
export function HourStrip({ strip }: { strip: Strip }) {
  const peak = Math.max(1, ...strip.total.map((total) => total ?? 0));
  const bars = strip.total.flatMap((total, index): Bar[] => {
    const x = index * (CELL + GAP);
    const bar = (tone: string, height: number): Bar => ({ tone, x, y: HEIGHT - height, width: CELL, height });
    if (total === null) return [];
    if (total === 0) return [bar("none", 1)];
    const bad = strip.failed[index] ?? 0;
    const height = Math.max(2, Math.round((total / peak) * HEIGHT));
    const red = bad === 0 ? 0 : Math.min(HEIGHT, Math.max(LEAST_FAILED, Math.round((bad / total) * height)));
    return [bar("run", height), ...(red > 0 ? [bar("failed", red)] : [])];
  });
  return <Bars bars={bars} height={HEIGHT} label={sayStrip(strip)} />;
}

function sayStrip({ start, stepHours, total, failed }: Strip): string {
  const sum = (cells: (number | null)[]) => cells.reduce<number>((all, cell) => all + (cell ?? 0), 0);
  const bad = failed.flatMap((count, index) => (count === null || count === 0 ? [] : [{ count, index }]));
  const worst = bad.toSorted((a, b) => b.count - a.count)[0];
  const hours = `${formatCount(total.length * stepHours)} hours`;
  if (worst === undefined) return `${hours}: ${formatPlural(sum(total), "run")}, none failed`;
  const at = new Date(Date.parse(start) + worst.index * stepHours * HOUR_MS).toISOString();
  return `${hours}: ${formatPlural(sum(total), "run")}, ${formatCount(sum(failed))} failed, most from ${formatMinute(at)} UTC on`;
}

const RUN_SHAPES: Record<ActionStatus, { tone: string; height: number }> = {
  success: { tone: "run", height: 8 },
  failed: { tone: "failed", height: 16 },
  partial: { tone: "partial", height: 12 },
  running: { tone: "open", height: 8 },
  stale: { tone: "partial", height: 16 },
  pending: { tone: "open", height: 4 },
  skipped: { tone: "none", height: 4 },
  dry_run: { tone: "none", height: 4 },
  wrapper: { tone: "none", height: 4 },
  unknown: { tone: "partial", height: 8 },
};
const RUN_HEIGHT = 16;

/** The oldest first. A failed run is twice as high as one that succeeded. */
export function RunStrip({ marks }: { marks: ActionStatus[] }) {
  if (marks.length === 0) return <span class="dim">none known</span>;
  const bars = marks.map((status, index): Bar => {
    const { tone, height } = RUN_SHAPES[status];
    return { tone, x: index * CELL, y: RUN_HEIGHT - height, width: CELL - GAP, height };
  });
  return <Bars bars={bars} height={RUN_HEIGHT} label={sayRuns(marks)} />;
}

function sayRuns(marks: ActionStatus[]): string {
  const counts = Map.groupBy(marks, (status) => status);
  const words = [...counts].map(([status, alike]) => `${alike.length} ${status}`).join(", ");
  return `Last ${formatPlural(marks.length, "run")}: ${words}; the newest ${marks.at(-1) ?? ""}`;
}

const TICK_CLASSES: Record<TickReason, string> = {
  ok: "tick",
  late: "tick late",
  waited: "tick late",
  missed: "tick missed",
  skipped: "tick skipped",
  pending: "tick pending",
  unknown: "tick unknown",
};

/** One mark for each time that was due: a bar where a run started, a hollow where none did. */
export function TickStrip({ ticks }: { ticks: TickReason[] }) {
  const bars = ticks.map((reason, index): Bar => {
    const x = index * CELL;
    const tone = TICK_CLASSES[reason];
    if (reason === "missed") return { tone, x: x + 0.5, y: 1.5, width: CELL - 2, height: RUN_HEIGHT - 3 };
    const isHigh = reason === "late" || reason === "waited";
    return { tone, x, y: isHigh ? 2 : 8, width: CELL - GAP, height: isHigh ? 14 : 8 };
  });
  return <Bars bars={bars} height={RUN_HEIGHT} label={sayTicks(ticks)} />;
}

function sayTicks(ticks: TickReason[]): string {
  const counts = Map.groupBy(ticks, (reason) => reason);
  return `The last ${formatCount(ticks.length)} due times: ${[...counts].map(([reason, alike]) => `${alike.length} ${reason}`).join(", ")}`;
}
