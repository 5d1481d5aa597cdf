/** The report in a terminal: all CRMs in one table, what to look at first, then each CRM where there is room. */
import {
  formatCount,
  formatDuration,
  formatHours,
  formatMinute,
  formatPlural,
  formatRatio,
} from "../../text/figures.ts";
import type { PassDocument } from "../../report/pass-schema.ts";
import type { Finding, Report } from "../../report/schema.ts";
import { describeFirst, nameNeeding, SAID_ABOVE } from "./attention.ts";
import { listNeeding, type Needing, type PassRow } from "../../report/attention.ts";
import { alignColumns, lineWidth, type Column } from "./columns.ts";
import { renderDetails } from "./details.ts";
import type { View } from "../view.ts";
import { hoursOf } from "../../time/window.ts";
import { drawSparkline } from "./sparkline.ts";
import { createStyle, SEVERITY_TONES, VERDICT_MARKS, VERDICT_TONES, type Style } from "./style.ts";
import { cutText, showText } from "../../text/terminal.ts";

const UNKNOWN = "–";
/** A narrower screen breaks the lines itself. */
const NARROWEST = 40;
const LONGEST_NAME = 24;
/** Of a finding below its CRM. */
const MOST_LINES = 2;
const MOST_DETAILED = 3;
const MOST_CAUSES = 10;
/** Left out in this order where the screen is narrow. */
const EXPENDABLE = ["Per hour", "Rules", "p95", "Hour by hour", "Over time", "Week ago", "Failed", "Success"];

export function renderTable(pass: PassDocument, reports: Report[], given: View): string {
  const view = { ...given, width: Math.max(NARROWEST, given.width) };
  const style = createStyle(view.color);
  const rows = pass.outcomes.map(({ source, reason }): PassRow => ({
    source,
    report: reports.find((report) => report.metadata.source === source) ?? null,
    reason,
  }));
  const needing = listNeeding(rows);
  const detailed = view.detailed || rows.length <= MOST_DETAILED ? reports : [];
  const sections = [
    wrap(style.strong(`Automation reports · ${describeWindow(pass)}`), view.width),
    [
      ...(rows.length < 2 ? [] : wrap(nameNeeding(rows.length, needing, style), view.width)),
      ...pass.findings
        .slice(0, MOST_CAUSES)
        .flatMap(({ severity, message }) =>
          wrap(style[SEVERITY_TONES[severity]](`! ${showText(message)}`), view.width),
        ),
      ...(pass.findings.length > MOST_CAUSES
        ? wrap(
            style.faint(`and ${formatCount(pass.findings.length - MOST_CAUSES)} more causes for several CRMs`),
            view.width,
          )
        : []),
    ],
    renderSummary(rows, pass.findings, view.width, style),
    ...detailed.map((report) => renderDetails(report, view, style)),
    wrap(closingLine(rows, needing, view), view.width),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function wrap(text: string, width: number): string[] {
  return Bun.wrapAnsi(text, width, { hard: true, trim: true }).split("\n");
}

function renderSummary(rows: PassRow[], causes: Finding[], width: number, style: Style): string[] {
  let columns = listColumns(rows, style);
  for (const title of EXPENDABLE) {
    if (lineWidth(columns) > width) columns = columns.filter((column) => column.title !== title);
  }
  const title = "Look at first";
  const findings = rows.map((row) => describeFirst(row, causes));
  const room = width - lineWidth(columns) - 2;
  if ([title, ...findings.map(({ text }) => text)].every((text) => Bun.stringWidth(text) <= room)) {
    const cells = findings.map(({ text, tone }) => style[tone](text));
    return alignColumns([...columns, { title, align: "left", cells }], style.faint);
  }
  const [titles = "", ...lines] = alignColumns(columns, style.faint);
  return [
    titles,
    ...lines.flatMap((line, index) => {
      const finding = findings[index];
      if (finding === undefined || finding.text === "" || finding.text === SAID_ABOVE) return [line];
      return [
        line,
        ...wrapFinding(finding.text, width - 4).map(
          (part, at) => `${at === 0 ? "  └ " : "    "}${style[finding.tone](part)}`,
        ),
      ];
    }),
  ];
}

function wrapFinding(text: string, width: number): string[] {
  const lines = Bun.wrapAnsi(text, Math.max(10, width), { hard: true, trim: true }).split("\n");
  if (lines.length <= MOST_LINES) return lines;
  const kept = lines.slice(0, MOST_LINES - 1);
  return [...kept, cutText(lines.slice(MOST_LINES - 1).join(" "), width)];
}

function listColumns(rows: PassRow[], style: Style): Column[] {
  const cells = (cellOf: (report: Report) => string, missing = "") =>
    rows.map(({ report }) => (report === null ? missing : cellOf(report)));
  const metrics = (report: Report) => report.performance_metrics;
  return [
    {
      title: "CRM",
      align: "left",
      cells: rows.map(({ source }) => style.strong(cutText(showText(source), LONGEST_NAME))),
    },
    {
      title: "Verdict",
      align: "left",
      cells: cells((report) => describeVerdict(report, style), style.bad("✗ not read")),
    },
    { title: "Success", align: "left", cells: alignSuccess(rows, style) },
    ...(rows.some(({ report }) => report?.baseline)
      ? [
          {
            title: "Week ago",
            align: "right" as const,
            cells: cells((report) => formatOr(report.baseline?.overall_success_rate ?? null, formatRatio)),
          },
        ]
      : []),
    { title: "Per hour", align: "right", cells: cells((report) => formatPerHour(metrics(report).actions_per_hour)) },
    {
      title: "Failed",
      align: "right",
      cells: cells(({ performance_metrics: { failed_actions: failed } }) =>
        failed > 0 ? style.bad(formatCount(failed)) : "0",
      ),
    },
    {
      title: "p95",
      align: "right",
      cells: cells(({ performance_metrics: { duration_seconds: duration } }) =>
        duration === null ? UNKNOWN : formatDuration(duration.p95),
      ),
    },
    {
      title: "Rules",
      align: "right",
      cells: cells(({ system_health: { active_rules: active, total_rules: total } }) => `${active}/${total}`),
    },
    {
      title: rows.every(({ report }) => (report?.metadata.time_window_hours ?? 0) <= 24) ? "Hour by hour" : "Over time",
      align: "left",
      cells: cells((report) => drawSparkline(report, style)),
    },
  ];
}

/** The rate, and beside it in a column of its own how it differs from the window before. */
function alignSuccess(rows: PassRow[], style: Style): string[] {
  const rates = rows.map(({ report }) =>
    report === null ? "" : formatOr(report.performance_metrics.overall_success_rate, formatRatio),
  );
  const width = Math.max(...rates.map((rate) => Bun.stringWidth(rate)));
  return rows.map(({ report }, index) => {
    const rate = (rates[index] ?? "").padStart(width);
    // A difference that chance explains is not shown as one.
    const noise = report?.confidence.success_rate_changed === false;
    const change = noise ? null : (report?.comparison.success_rate_change ?? null);
    const points = change === null ? "" : (Math.abs(change) * 100).toFixed(1);
    if (change === null || points === "0.0") return rate;
    const tone = change > 0 ? style.good : style.bad;
    return `${rate}  ${tone(`${change > 0 ? "▲" : "▼"} ${points.padStart(4)} pt`)}`;
  });
}

function describeVerdict({ metadata, verdict }: Report, style: Style): string {
  const word = metadata.status === "fallback" ? "no table" : verdict;
  return style[VERDICT_TONES[verdict]](`${VERDICT_MARKS[verdict]} ${word}`);
}

function closingLine(rows: PassRow[], needing: Needing[], { detailed, elapsedSeconds, width }: View): string {
  const reports = rows.flatMap(({ report }) => report ?? []);
  const add = (figureOf: (report: Report) => number) => reports.reduce((sum, report) => sum + figureOf(report), 0);
  const read =
    reports.length === rows.length
      ? formatPlural(rows.length, "CRM")
      : `${reports.length} of ${formatPlural(rows.length, "CRM")}`;
  const figures = [
    read,
    formatPlural(
      add((report) => report.performance_metrics.total_actions),
      "action",
    ),
    `${formatCount(add((report) => report.performance_metrics.failed_actions))} failed`,
    `${formatPlural(
      add((report) => report.system_health.active_rules),
      "rule",
    )} active`,
  ];
  const worst =
    needing.find(({ unread }) => !unread)?.source ??
    reports.find(({ findings }) => findings.length > 0)?.metadata.source;
  const hint = detailed || worst === undefined ? [] : [`add --crm ${worst} --detailed for more`];
  const lines = [
    [figures.join(", "), `made in ${elapsedSeconds.toFixed(2)} s`, ...hint],
    [figures.join(", "), ...hint],
    [figures.slice(0, 3).join(", "), ...hint],
  ].map((parts) => parts.join(" · "));
  return lines.find((line) => Bun.stringWidth(line) <= width) ?? lines.at(-1) ?? "";
}

function describeWindow({ window }: PassDocument): string {
  const hours = hoursOf({ startMs: Date.parse(window.start), endMs: Date.parse(window.end) });
  return `${formatHours(hours)} to ${formatMinute(window.end)} UTC`;
}

function formatPerHour(perHour: number): string {
  return perHour === 0 ? "0" : perHour < 0.05 ? "<0.1" : perHour.toFixed(1);
}

function formatOr<T>(value: T | null, format: (value: T) => string): string {
  return value === null ? UNKNOWN : format(value);
}
