/** What draws a chart that answers a pointer. The browser's script puts it here; the server has none. */
import { signal } from "@preact/signals";
import type { Chart } from "./chart.tsx";

/** `ground`: the element to draw in. Returns what takes the drawing away. `onPoint`: the place in the chart that the pointer is at; null: it left. */
type PlotWith = (ground: unknown, chart: Chart, onPoint: (index: number | null) => void) => () => void;

export const plotWith = signal<PlotWith | null>(null);
