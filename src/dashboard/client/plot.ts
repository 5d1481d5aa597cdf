/** Charts that answer a pointer, drawn by uPlot over those that came with the page. */
import uPlot from "uplot";
import { LINE_MARGIN, listAlone, plotWith, topOf, type Chart } from "../parts/plot.ts";

const COLORS: Record<string, string> = { ink: "--ink", run: "--bar", failed: "--bad", light: "--light" };

/** Drawn again where the reader's colours change. */
export function keepPlotting(): void {
  const draw = () => {
    plotWith.value = (ground, chart, onPoint) => plot(ground as HTMLElement, chart, onPoint);
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
}

function plot(ground: HTMLElement, chart: Chart, onPoint: (index: number | null) => void): () => void {
  const colors = getComputedStyle(ground);
  const colorOf = (tone: string) => colors.getPropertyValue(COLORS[tone] ?? "--ink").trim();
  const { at, lines, bars } = chart;
  const edge = bars ? 0 : LINE_MARGIN;
  const step = at.length > 1 ? (at[1] ?? 0) - (at[0] ?? 0) : 1;
  const size = () => ({ width: ground.clientWidth, height: ground.clientHeight });
  const drawBars = uPlot.paths.bars?.({ size: [0.8], align: 1 });
  const drawn = new uPlot(
    {
      ...size(),
      padding: [0, 0, 0, 0],
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: {
        x: { time: true, range: () => [at[0] ?? 0, (at.at(-1) ?? 0) + (bars ? step : 0)] },
        y: { range: () => [-edge * topOf(chart), (1 + edge) * topOf(chart)] },
      },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: "page" } },
      series: [
        {},
        ...lines.map(({ tone, values }): uPlot.Series => {
          const color = colorOf(tone);
          const points = { show: false, size: 4, fill: color, filter: () => (bars ? null : listAlone(values)) };
          const base = { stroke: color, width: bars ? 0 : 1.5, points };
          return bars && drawBars !== undefined ? { ...base, fill: color, paths: drawBars } : base;
        }),
      ],
      hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
    },
    [at, ...lines.map(({ values }) => values)],
    ground,
  );
  const observer = new ResizeObserver(() => drawn.setSize(size()));
  observer.observe(ground);
  return () => {
    observer.disconnect();
    drawn.destroy();
  };
}
