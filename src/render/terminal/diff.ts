/** What changed between two reports, for a terminal. */
import type { FigureChange, ReportDiff } from "../../report/diff.ts";
import { formatCount, formatDuration, formatMinute, formatPlural, formatRatio } from "../../text/figures.ts";
import type { Finding } from "../../report/schema.ts";
import { alignColumns } from "./columns.ts";
import { moreLines, MOST_ROWS } from "./more.ts";
import { createStyle, SEVERITY_TONES, type Style } from "./style.ts";
import type { View } from "../view.ts";
import { cutText, showText } from "../../text/terminal.ts";

const LONGEST_SEVERITY = "critical".length;
const UNKNOWN = "–";
const LONGEST_VALUE = 40;
const RATIO = /rate|reliability|effectiveness|coverage|manual|automatic/;
const SECONDS = /seconds|time$/;

export function renderDiff(diff: ReportDiff, view: View): string {
  const style = createStyle(view.color);
  const { findings, sections } = diff;
  const blocks = [
    [style.strong(`From ${describeReport(diff.before)}`), style.strong(`to   ${describeReport(diff.after)}`)],
    listFindings("New", findings.new, view, style),
    listFindings("Gone", findings.gone, view, style),
    listFindings(
      "Still there, changed",
      findings.changed.map(({ after }) => after),
      view,
      style,
    ),
    ...sections.map(({ section, changes }) => [
      style.strong(section.replaceAll("_", " ")),
      ...alignChanges(changes, view, style),
    ]),
    sections.length === 0 && findings.new.length + findings.gone.length + findings.changed.length === 0
      ? [style.good("Nothing changed")]
      : [],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function describeReport({ source, report_generated_at, window_start, window_end }: ReportDiff["before"]): string {
  const window = `${formatMinute(window_start)} to ${formatMinute(window_end)} UTC`;
  return `${showText(source)}, made ${formatMinute(report_generated_at)}: ${window}`;
}

function listFindings(title: string, findings: Finding[], { width }: View, style: Style): string[] {
  if (findings.length === 0) return [];
  const lines = findings.slice(0, MOST_ROWS).map(({ severity, message }) => {
    const text = cutText(showText(message), width - LONGEST_SEVERITY - 4);
    return `  ${style[SEVERITY_TONES[severity]](severity.padEnd(LONGEST_SEVERITY))}  ${text}`;
  });
  const more = moreLines(findings.length - MOST_ROWS, false, style, width);
  return [style.strong(`${title}: ${formatPlural(findings.length, "finding")}`), ...lines, ...more];
}

function alignChanges(all: FigureChange[], { width }: View, style: Style): string[] {
  const changes = all.slice(0, MOST_ROWS);
  const [titles = "", ...lines] = alignColumns(
    [
      {
        title: "",
        align: "left",
        cells: changes.map(({ path }) => `  ${cutText(showText(path.join(" · ")), Math.max(20, width - 2 * 24))}`),
      },
      { title: "Before", align: "right", cells: changes.map(({ path, before }) => formatFigure(before, path)) },
      { title: "After", align: "right", cells: changes.map(({ path, after }) => formatFigure(after, path)) },
    ],
    style.strong,
  );
  return [titles, ...lines, ...moreLines(all.length - changes.length, false, style, width)];
}

/** Such as `rate`, `p95` below `duration_seconds`, or a rule's name below `rule_reliability`. */
function formatFigure(figure: FigureChange["before"], path: string[]): string {
  if (figure === null) return UNKNOWN;
  if (typeof figure !== "number") return cutText(showText(String(figure)), LONGEST_VALUE);
  const place = path.at(-1) === "n" ? "" : path.join(" ");
  if (SECONDS.test(place)) return formatDuration(figure);
  if (RATIO.test(place) && figure >= 0 && figure <= 1) return formatRatio(figure);
  return Number.isInteger(figure) ? formatCount(figure) : figure.toFixed(2);
}
