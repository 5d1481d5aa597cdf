/** The kept reports as lines for a terminal. */
import { formatHours, formatMinute } from "../../text/figures.ts";
import type { KeptReport } from "../../store/published.ts";
import { alignColumns } from "./columns.ts";
import { createStyle, finish } from "./style.ts";
import type { View } from "../view.ts";
import { showText } from "../../text/terminal.ts";
import { HOUR_MS } from "../../time/units.ts";

export function renderHistory(kept: KeptReport[], view: View): string {
  if (kept.length === 0) return "";
  const style = createStyle(view.color);
  const column = (title: string, cellOf: (report: KeptReport) => string) => ({
    title,
    align: "left" as const,
    cells: kept.map((report) => showText(cellOf(report))),
  });
  const lines = alignColumns(
    [
      column("CRM", ({ source }) => source),
      column("Made (UTC)", ({ report_generated_at: made }) => formatMinute(made)),
      column("Window", ({ window_start: start, window_end: end }) => {
        const hours = (Date.parse(end) - Date.parse(start)) / HOUR_MS;
        return `${formatHours(hours)} to ${formatMinute(end)}`;
      }),
      column("Status", ({ status }) => status.replace("_", " ")),
      column("Origin", ({ origin }) => origin),
      column("Id", ({ id }) => id),
    ],
    style.strong,
  );
  return finish(`${lines.join("\n")}\n`, view);
}
