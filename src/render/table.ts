/** The report in a terminal: all CRMs in one table, what to look at first, then each CRM where there is room. */
import {
  formatCount,
  formatDuration,
  formatHours,
  formatMinute,
  formatPlural,
  formatRatio,
} from "../report/figures.ts";
import type { PassDocument } from "../report/pass-schema.ts";
import type { Finding, Report, Severity } from "../report/schema.ts";
import { alignColumns, lineWidth, type Column } from "./columns.ts";
import { renderDetails } from "./details.ts";
import type { View } from "./view.ts";
import { drawSparkline } from "./sparkline.ts";
import { createStyle, HEALTH_TONES, SEVERITY_TONES, type Style } from "./style.ts";
import { cutText, showText } from "./visible.ts";

const UNKNOWN = "–";
const LONGEST_NAME = 24;
const NARROWEST_FINDING = 28;
const MOST_DETAILED = 3;
const SAID_ABOVE = "the cause above";
/** So many are named above the table; all of them are in it. */
const NAMED_CRMS = 8;
/** Left out in this order where the screen is narrow. */
const EXPENDABLE = ["Per hour", "Rules", "p95", "Hour by hour", "Failed"];

type Row = { source: string; report: Report | null; reason: string | null };

export function renderTable(pass: PassDocument, reports: Report[], view: View): string {
  const style = createStyle(view.color);
  const rows = pass.outcomes.map(({ source, reason }): Row => ({
    source,
    report: reports.find((report) => report.metadata.source === source) ?? null,
    reason,
  }));
  const detailed = view.detailed || rows.length <= MOST_DETAILED ? reports : [];
  const sections = [
    [style.strong(`Automation reports · ${describeWindow(pass)}`)],
    [
      ...attentionLines(rows, style, view.width),
      ...pass.findings.flatMap(({ severity, message }) =>
        wrap(style[SEVERITY_TONES[severity]](`! ${showText(message)}`), view.width),
      ),
    ],
    renderSummary(rows, pass.findings, view.width, style),
    ...detailed.map((report) => renderDetails(report, view, style)),
    [closingLine(rows, view)],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** Who needs the operator, most urgent first; a CRM that could not be read does. */
function attentionLines(rows: Row[], style: Style, width: number): string[] {
  if (rows.length < 2) return [];
  const count = (report: Report | null, severity: Severity) =>
    report?.findings.filter((finding) => finding.severity === severity).length ?? 0;
  const needing = rows
    .map(({ source, report }) => ({
      source,
      unread: report === null,
      critical: count(report, "critical"),
      warnings: count(report, "warning"),
    }))
    .filter(({ unread, critical, warnings }) => unread || critical + warnings > 0)
    .toSorted((a, b) => Number(b.unread) - Number(a.unread) || b.critical - a.critical || b.warnings - a.warnings);
  if (needing.length === 0) return [style.good(`None of ${formatPlural(rows.length, "CRM")} needs you`)];
  const names = needing.map(({ source, unread, critical, warnings }) => {
    const counts = [
      unread ? "not read" : "",
      critical > 0 ? `${critical} critical` : "",
      warnings > 0 ? formatPlural(warnings, "warning") : "",
    ];
    const text = `${showText(source)} (${counts.filter((part) => part !== "").join(", ")})`;
    return unread || critical > 0 ? style.bad(text) : style.doubtful(text);
  });
  const more = names.length > NAMED_CRMS ? ` and ${names.length - NAMED_CRMS} more` : "";
  const line = `${needing.length} of ${formatPlural(rows.length, "CRM")} ${needing.length === 1 ? "needs" : "need"} you: ${names.slice(0, NAMED_CRMS).join(", ")}${more}`;
  return wrap(line, width);
}

function wrap(text: string, width: number): string[] {
  return Bun.wrapAnsi(text, Math.max(40, width), { hard: true, trim: true }).split("\n");
}

function renderSummary(rows: Row[], causes: Finding[], width: number, style: Style): string[] {
  let columns = listColumns(rows, style);
  for (const title of EXPENDABLE) {
    if (lineWidth(columns) > width) columns = columns.filter((column) => column.title !== title);
  }
  const room = width - lineWidth(columns) - 2;
  const findings = rows.map((row) => describeFinding(row, causes));
  if (room >= NARROWEST_FINDING) {
    const cells = findings.map(({ text, tone }) => style[tone](cutText(text, room)));
    return alignColumns([...columns, { title: "Look at first", align: "left", cells }], style.faint);
  }
  const [titles = "", ...lines] = alignColumns(columns, style.faint);
  return [
    titles,
    ...lines.flatMap((line, index) => {
      const finding = findings[index];
      if (finding === undefined || finding.text === "" || finding.text === SAID_ABOVE) return [line];
      return [line, `  └ ${style[finding.tone](cutText(finding.text, width - 4))}`];
    }),
  ];
}

function listColumns(rows: Row[], style: Style): Column[] {
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
      title: "Health",
      align: "left",
      cells: cells((report) => describeHealth(report, style), style.bad("✗ not read")),
    },
    { title: "Success", align: "left", cells: alignSuccess(rows, style) },
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
    { title: "Hour by hour", align: "left", cells: cells((report) => drawSparkline(report, style)) },
  ];
}

/** The rate, and beside it in a column of its own how it differs from the window before. */
function alignSuccess(rows: Row[], style: Style): string[] {
  const rates = rows.map(({ report }) =>
    report === null ? "" : formatOr(report.performance_metrics.overall_success_rate, formatRatio),
  );
  const width = Math.max(...rates.map((rate) => Bun.stringWidth(rate)));
  return rows.map(({ report }, index) => {
    const rate = (rates[index] ?? "").padStart(width);
    // A difference that chance explains is not shown as one.
    const noise = report?.confidence?.success_rate_changed === false;
    const change = noise ? null : (report?.comparison.success_rate_change ?? null);
    const points = change === null ? "" : (Math.abs(change) * 100).toFixed(1);
    if (change === null || points === "0.0") return rate;
    const tone = change > 0 ? style.good : style.bad;
    return `${rate}  ${tone(`${change > 0 ? "▲" : "▼"} ${points.padStart(4)} pt`)}`;
  });
}

function describeHealth({ metadata, system_health }: Report, style: Style): string {
  if (metadata.status === "fallback") return style.doubtful("○ no tables");
  if (metadata.status === "no_data") return style.faint("○ no data");
  const status = system_health.health_status;
  return style[HEALTH_TONES[status]](`${status === "unknown" ? "○" : "●"} ${status}`);
}

/** The most urgent finding that the causes above the table do not tell already. */
function describeFinding({ source, report, reason }: Row, causes: Finding[]): { text: string; tone: keyof Style } {
  if (report === null) return { text: showText(reason ?? "could not be read"), tone: "bad" };
  const [first] = report.findings;
  if (first === undefined) return { text: "", tone: "faint" };
  const own = causes.filter(({ evidence: { sources } }) => Array.isArray(sources) && sources.includes(source));
  const isSaid = (error: unknown) => typeof error === "string" && own.some(({ message }) => message.includes(error));
  const finding = report.findings.find(
    ({ severity, evidence }) => severity === first.severity && !isSaid(evidence["newest_error"]),
  );
  if (finding === undefined) return { text: SAID_ABOVE, tone: SEVERITY_TONES[first.severity] };
  const error = finding.evidence["newest_error"];
  const text = typeof error === "string" ? `${finding.message}: ${error}` : finding.message;
  return { text: showText(text), tone: SEVERITY_TONES[finding.severity] };
}

function closingLine(rows: Row[], { detailed, elapsedSeconds, width }: View): string {
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
    reports.find(({ findings }) => findings[0]?.severity === "critical") ??
    reports.find(({ findings }) => findings.length > 0);
  const hint = detailed || worst === undefined ? [] : [`add --crm ${worst.metadata.source} --detailed for more`];
  const lines = [
    [figures.join(", "), `made in ${elapsedSeconds.toFixed(2)} s`, ...hint],
    [figures.join(", "), ...hint],
    [figures.slice(0, 3).join(", "), ...hint],
  ].map((parts) => parts.join(" · "));
  return lines.find((line) => Bun.stringWidth(line) <= width) ?? lines.at(-1) ?? "";
}

function describeWindow({ window }: PassDocument): string {
  const hours = (Date.parse(window.end) - Date.parse(window.start)) / 3_600_000;
  return `${formatHours(hours)} to ${formatMinute(window.end)} UTC`;
}

function formatPerHour(perHour: number): string {
  return perHour === 0 ? "0" : perHour < 0.05 ? "<0.1" : perHour.toFixed(1);
}

function formatOr<T>(value: T | null, format: (value: T) => string): string {
  return value === null ? UNKNOWN : format(value);
}
