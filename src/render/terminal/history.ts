/** The kept reports as lines for a terminal. */
import { formatCount, formatHours, formatRatio } from "../../text/figures.ts";
import type { KeptReport } from "../../store/published.ts";
import { alignColumns, fitColumns, type Column } from "./columns.ts";
import { formatListed } from "./local-time.ts";
import { createStyle, finish, VERDICT_MARKS, VERDICT_TONES, type Style } from "./style.ts";
import type { View } from "../view.ts";
import { showText } from "../../text/terminal.ts";
import { HOUR_MS } from "../../time/units.ts";

const UNKNOWN = "–";
/** What a narrow terminal shows none of, in this order, and then the window; `history show` has it. */
const EXPENDABLE = ["Origin", "Critical"];

export function renderHistory(kept: KeptReport[], view: View): string {
  if (kept.length === 0) return "";
  const style = createStyle(view.color);
  const { timezone: zone } = view;
  const window = zone === null ? "Window" : `Window (${zone})`;
  const column = (title: string, cellOf: (report: KeptReport) => string, align: Column["align"] = "left"): Column => ({
    title,
    align,
    cells: kept.map(cellOf),
  });
  const columns = [
    column("CRM", ({ source }) => showText(source)),
    column(`Made (${zone ?? "UTC"})`, ({ report_generated_at: made }) => formatListed(made, zone)),
    column(window, ({ window_start: start, window_end: end }) => {
      const hours = (Date.parse(end) - Date.parse(start)) / HOUR_MS;
      return `${formatHours(hours)} to ${formatListed(end, zone)}`;
    }),
    column("Verdict", (report) => describeVerdict(report, style)),
    column("Success", describeSuccess, "right"),
    column("Critical", ({ critical_findings: count }) => (count === null ? UNKNOWN : formatCount(count)), "right"),
    column("Origin", ({ origin }) => showText(origin)),
    column("Id", ({ id }) => showText(id)),
  ];
  // What is piped is for another program, and whole.
  const shown = view.rows === null ? columns : fitColumns(columns, [...EXPENDABLE, window], view.width);
  const lines = alignColumns(shown, style.strong);
  return finish(`${lines.join("\n")}\n`, view);
}

function describeVerdict({ verdict }: KeptReport, style: Style): string {
  return verdict === null ? UNKNOWN : style[VERDICT_TONES[verdict]](`${VERDICT_MARKS[verdict]} ${verdict}`);
}

/** The rate with the number of runs that it is a rate of, or why there is none. */
function describeSuccess({ status, overall_success_rate: rate, total_actions: total }: KeptReport): string {
  if (status === "fallback") return "no table";
  if (status === "no_data") return "nothing finished";
  if (total === null) return UNKNOWN;
  return rate === null ? "no rate" : `${formatRatio(rate)} of ${formatCount(total)}`;
}
