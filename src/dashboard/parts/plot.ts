/** A chart as data, and what draws one that answers a pointer. The browser's script puts it here; the server has none. */
import { signal } from "@preact/signals";

/** `ground`: the element to draw in. Returns what takes the drawing away. `onPoint`: the place in the chart that the pointer is at; null: it left. */
type PlotWith = (ground: unknown, chart: Chart, onPoint: (index: number | null) => void) => () => void;

export const plotWith = signal<PlotWith | null>(null);

/** `lines`: figures of one unit, the last one in front. `bars`: they are amounts, and stand on the ground. */
export type Chart = {
  at: number[];
  lines: { name: string; tone: string; values: (number | null)[] }[];
  bars: boolean;
  /** The highest value; null: the highest there is. */
  top: number | null;
  format: (value: number) => string;
};

/** How much of the height a line keeps from the edges, so that it is seen at 0 and at the top. */
export const LINE_MARGIN = 0.03;

/** The value at the upper edge. */
export function topOf({ top, lines }: Chart): number {
  return top ?? Math.max(1e-9, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
}

/** The points that no line leads to: unknown is what stands on both sides. */
export function listAlone(values: (number | null)[]): number[] {
  const isKnown = (index: number) => values[index] !== null && values[index] !== undefined;
  return values.flatMap((_, index) => (isKnown(index) && !isKnown(index - 1) && !isKnown(index + 1) ? index : []));
}
