/** Small drawings in a line of text: runs by the hour, the newest runs, what was due. Shape tells as much as colour. */
import { formatCount, formatMinute, formatPlural } from "../../text/figures.ts";
import type { RunMark, Strip, TickMark } from "../view.ts";

const HEIGHT = 24;
const CELL = 5;
const GAP = 1;
/** A failure among a thousand runs is seen too. */
const LEAST_FAILED = 4;
const HOUR_MS = 3_600_000;

/** Grey for runs, red from the ground up for those that failed. */
export function HourStrip({ strip }: { strip: Strip }) {
  const peak = Math.max(1, ...strip.total.map((total) => total ?? 0));
  const width = strip.total.length * (CELL + GAP);
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${width} ${HEIGHT}`}
      width={width}
      height={HEIGHT}
      role="img"
      aria-label={sayStrip(strip)}
    >
      {strip.total.map((total, index) => {
        const x = index * (CELL + GAP);
        if (total === null) return null;
        if (total === 0) return <rect key={x} class="none" x={x} y={HEIGHT - 1} width={CELL} height={1} />;
        const bad = strip.failed[index] ?? 0;
        const height = Math.max(2, Math.round((total / peak) * HEIGHT));
        const red = bad === 0 ? 0 : Math.min(HEIGHT, Math.max(LEAST_FAILED, Math.round((bad / total) * height)));
        return (
          <g key={x}>
            <rect class="run" x={x} y={HEIGHT - height} width={CELL} height={height} />
            {red > 0 && <rect class="failed" x={x} y={HEIGHT - red} width={CELL} height={red} />}
          </g>
        );
      })}
    </svg>
  );
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

const RUN_SHAPES: Record<RunMark["status"], { tone: string; height: number }> = {
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
export function RunStrip({ marks }: { marks: RunMark[] }) {
  if (marks.length === 0) return <span class="dim">none known</span>;
  const width = marks.length * (CELL - 1 + GAP);
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${width} ${RUN_HEIGHT}`}
      width={width}
      height={RUN_HEIGHT}
      role="img"
      aria-label={sayRuns(marks)}
    >
      {marks.map(({ status }, index) => {
        const { tone, height } = RUN_SHAPES[status];
        return (
          <rect
            key={index}
            class={tone}
            x={index * (CELL - 1 + GAP)}
            y={RUN_HEIGHT - height}
            width={CELL - 1}
            height={height}
          />
        );
      })}
    </svg>
  );
}

function sayRuns(marks: RunMark[]): string {
  const counts = Map.groupBy(marks, ({ status }) => status);
  const words = [...counts].map(([status, alike]) => `${alike.length} ${status}`).join(", ");
  return `Last ${formatPlural(marks.length, "run")}: ${words}; the newest ${marks.at(-1)?.status ?? ""}`;
}

const TICK_CLASSES: Record<TickMark["reason"], string> = {
  ok: "tick",
  late: "tick late",
  waited: "tick late",
  missed: "tick missed",
  skipped: "tick skipped",
  pending: "tick pending",
  unknown: "tick unknown",
};

/** One mark for each time that was due: a bar where a run started, a hollow where none did. */
export function TickStrip({ ticks }: { ticks: TickMark[] }) {
  const width = ticks.length * (CELL - 1 + GAP);
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${width} ${RUN_HEIGHT}`}
      width={width}
      height={RUN_HEIGHT}
      role="img"
      aria-label={sayTicks(ticks)}
    >
      {ticks.map(({ reason }, index) => {
        const x = index * (CELL - 1 + GAP);
        if (reason === "missed")
          return (
            <rect key={x} class={TICK_CLASSES[reason]} x={x + 0.5} y={1.5} width={CELL - 2} height={RUN_HEIGHT - 3} />
          );
        const high = reason === "late" || reason === "waited";
        return (
          <rect key={x} class={TICK_CLASSES[reason]} x={x} y={high ? 2 : 8} width={CELL - 1} height={high ? 14 : 8} />
        );
      })}
    </svg>
  );
}

function sayTicks(ticks: TickMark[]): string {
  const counts = Map.groupBy(ticks, ({ reason }) => reason);
  return `The last ${formatCount(ticks.length)} due times: ${[...counts].map(([reason, alike]) => `${alike.length} ${reason}`).join(", ")}`;
}
