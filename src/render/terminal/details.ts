/** One CRM in a terminal: its figures, what was found, what to do; with `--detailed` also its rules and newest actions. */
import { formatCount, formatDuration, formatNear, formatPlural, formatRatio } from "../../text/figures.ts";
import { adviseOnFinding } from "../../report/advice/advice.ts";
import { sayRan } from "../../report/rules/ran-words.ts";
import type { DurationFigures, RecordSums, Report } from "../../report/document/schema.ts";
import { alignColumns, fitColumns, type Column } from "./columns.ts";
import { hang } from "./hang.ts";
import { moreLines, MOST_ROWS } from "./more.ts";
import { contradictionLines, errorLines, conditionLines } from "./trust.ts";
import { formatLocal } from "./local-time.ts";
import type { View } from "../view.ts";
import { SEVERITY_TONES, VERDICT_TONES, type Style } from "./style.ts";
import { cutText, showText } from "../../text/terminal.ts";

const UNKNOWN = "unknown";
/** The most urgent come first; JSON has more of them. */
const MOST_FINDINGS = 25;
const MOST_DETAILED_FINDINGS = 100;
const LONGEST_NAME = 32;
/** Of a name where the screen is narrower than `NARROW`. */
const SHORT_NAME = 16;
const NARROW = 72;
/** Left out in this order where the screen is narrow. */
const RULE_EXPENDABLE = ["Last success", "Usually", "Processed", "p50", "p95", "Runs"];
const RECENT_EXPENDABLE = ["Took", "Status"];

type Details = NonNullable<Report["detailed_metrics"]>;

export function renderDetails(report: Report, { width, detailed, timezone }: View, style: Style): string[] {
  const { metadata, findings, detailed_metrics: details, omitted = {} } = report;
  const mostFindings = detailed ? MOST_DETAILED_FINDINGS : MOST_FINDINGS;
  const blocks = [
    Bun.wrapAnsi(headline(report, detailed, style), width, { hard: true, trim: true }).split("\n"),
    metadata.status === "fallback" ? [] : figureLines(report, style, width),
    findings.length === 0
      ? []
      : [
          style.strong("  Findings"),
          ...findings
            .slice(0, mostFindings)
            .flatMap(({ severity, message }, index) => [
              ...hang(style[SEVERITY_TONES[severity]](severity.padEnd(8)), showText(message), 8, width),
              ...adviseOnFinding(report, index).flatMap((advice) => hang("", `→ ${showText(advice)}`, 8, width)),
            ]),
          ...moreLines(
            { count: findings.length - mostFindings, leftOut: omitted["findings"] ?? 0 },
            !detailed,
            style,
            width,
          ),
        ],
    errorLines(report, detailed, style, width),
    ...(details === null || !detailed
      ? []
      : [
          contradictionLines(report, style, width),
          conditionLines(report, style, width),
          ruleLines(report, details, timezone, style, width),
          recentLines(report, details, timezone, style, width),
        ]),
  ];
  return blocks.filter((lines) => lines.length > 0).flatMap((lines, index) => (index > 1 ? ["", ...lines] : lines));
}

/** A note that a finding repeats is left to the finding. */
function headline(report: Report, detailed: boolean, style: Style): string {
  const { metadata, verdict, findings, system_health: health } = report;
  const isTold = findings.some(({ message }) => message === metadata.note);
  const note = isTold ? [] : [showText(metadata.note ?? metadata.status)];
  const { health_score: score } = health;
  // Beside the verdict it misleads who does not know the older command.
  const scored = detailed && score !== null ? [`health ${Math.round(score)} of 100`] : [];
  const parts = [
    style.strong(showText(metadata.source)),
    style[VERDICT_TONES[verdict]](verdict),
    ...(metadata.status === "ok" ? scored : note),
    ...(metadata.preset === null ? [] : [style.faint(metadata.preset)]),
  ];
  return parts.join(" · ");
}

function figureLines(report: Report, style: Style, width: number): string[] {
  const { performance_metrics: metrics, comparison, confidence, baseline } = report;
  const { counted_since: since = null } = report.metadata;
  const { system_health: health, trend_analysis: trend } = report;
  const beside = [
    [metrics.running_actions, "still running"],
    [metrics.stale_actions, "never ended"],
    [metrics.pending_actions, "pending"],
    [metrics.skipped_actions, "skipped"],
    [metrics.dry_run_actions, "dry-run"],
    [metrics.wrapper_actions, "wrapper"],
    [metrics.unknown_status_actions, "of unknown status"],
  ] as const;
  const counted = beside.filter(([count]) => count > 0).map(([count, word]) => `${formatCount(count)} ${word}`);
  const lines: [string, string | null][] = [
    [
      "Actions",
      `${formatCount(metrics.total_actions)} finished${since === null ? "" : ` since ${formatTime(since, report, null)}, where its rows begin`}, ${formatCount(metrics.failed_actions)} failed` +
        (metrics.partial_actions > 0 ? ` (${formatCount(metrics.partial_actions)} partial)` : "") +
        (metrics.overall_success_rate === null ? "" : `, ${formatRatio(metrics.overall_success_rate)} succeeded`) +
        (counted.length > 0 ? `; not counted: ${counted.join(", ")}` : ""),
    ],
    ["Before", since === null ? describeComparison(comparison, confidence.success_rate_changed) : "not in the table"],
    ["Week ago", baseline === null ? null : describeComparison(baseline, baseline.success_rate_changed)],
    ["Duration", metrics.duration_seconds === null ? UNKNOWN : describeDurations(metrics.duration_seconds)],
    ["Records", describeRecords(metrics.records)],
    [
      "Rules",
      health.rule_utilization_rate === null
        ? `${health.active_rules} ran; ${health.rules_basis === "unknown" ? "what the warehouse declares is unknown" : "the warehouse declares none"}`
        : `${health.active_rules} of ${health.total_rules} ${sayRan(report)} (${formatRatio(health.rule_utilization_rate)})`,
    ],
    ["Known", describeReach(report)],
    ["Past", describePast(report)],
    [
      "Trend",
      `success rate ${trend.success_rate_trend}` +
        (trend.peak_activity_hour === null
          ? ""
          : `, busiest hour ${formatTime(trend.peak_activity_hour, report, null)}`),
    ],
  ];
  return lines.flatMap(([label, text]) => (text === null ? [] : hang(style.faint(label.padEnd(8)), text, 8, width)));
}

function describeReach(report: Report): string | null {
  const { rules_known_since: since, sampled_rules: sampled } = report.metadata;
  const known =
    since === null ? [] : [`of rules without a schedule only those that ran since ${formatTime(since, report, null)}`];
  const last =
    sampled.length === 0 ? [] : [`the last run of ${showText(sampled.join(", "))} perhaps later than is said`];
  return known.length + last.length === 0 ? null : [...known, ...last].join("; ");
}

/** What it cannot say yet. */
function describePast({ metadata: { past } }: Report): string | null {
  const note = past?.note ?? null;
  return note === null ? null : showText(note);
}

function ruleLines(
  report: Report,
  { rule_metrics: metrics }: Details,
  timezone: string | null,
  style: Style,
  width: number,
): string[] {
  const all = Object.entries(metrics).toSorted(([, a], [, b]) => (a.success_rate ?? 1) - (b.success_rate ?? 1));
  if (all.length === 0) return [];
  const rules = all.slice(0, MOST_ROWS);
  const column = (
    title: string,
    align: Column["align"],
    cellOf: (rule: Details["rule_metrics"][string]) => string,
  ) => ({
    title,
    align,
    cells: rules.map(([, rule]) => cellOf(rule)),
  });
  const usuals = new Map(
    report.rules.flatMap(({ rule_name: name, usual }) => (usual?.duration ? [[name, usual.duration.seconds]] : [])),
  );
  const usually: Column = {
    title: "Usually",
    align: "right",
    cells: rules.map(([name]) => {
      const seconds = usuals.get(name);
      return seconds === undefined ? "–" : formatDuration(seconds);
    }),
  };
  const columns: Column[] = [
    { title: "  Rule", align: "left", cells: rules.map(([name]) => `  ${cutText(showText(name), LONGEST_NAME)}`) },
    column("Runs", "right", (rule) => formatCount(rule.total_executions)),
    column("Failed", "right", (rule) =>
      rule.failed_executions > 0 ? style.bad(formatCount(rule.failed_executions)) : "0",
    ),
    column("Success", "right", (rule) => (rule.success_rate === null ? "–" : formatRatio(rule.success_rate))),
    column("p50", "right", (rule) =>
      rule.duration_seconds === null ? "–" : formatDuration(rule.duration_seconds.p50),
    ),
    ...(usuals.size === 0 ? [] : [usually]),
    column("p95", "right", (rule) =>
      rule.duration_seconds === null ? "–" : formatDuration(rule.duration_seconds.p95),
    ),
    column("Processed", "right", (rule) =>
      rule.records.processed === null ? "–" : formatCount(rule.records.processed),
    ),
    column("Last success", "left", (rule) =>
      rule.last_success_at === null ? "–" : formatTime(rule.last_success_at, report, timezone),
    ),
  ];
  const lines = alignColumns(fitColumns(columns, RULE_EXPENDABLE, width), style.strong);
  const leftOut = report.omitted?.["detailed_metrics.rule_metrics"] ?? 0;
  return [...lines, ...moreLines({ count: all.length - rules.length, leftOut }, false, style, width)];
}

function recentLines(
  report: Report,
  { recent_actions: actions }: Details,
  timezone: string | null,
  style: Style,
  width: number,
): string[] {
  if (actions.length === 0) return [];
  const columns: Column[] = [
    {
      title: "  Newest actions",
      align: "left",
      cells: actions.map((action) => `  ${formatTime(action.timestamp, report, timezone)}`),
    },
    {
      title: "Rule",
      align: "left",
      cells: actions.map((action) => cutText(showText(action.rule_name), width < NARROW ? SHORT_NAME : LONGEST_NAME)),
    },
    {
      title: "Status",
      align: "left",
      cells: actions.map(({ status }) =>
        status === "success" ? style.good(status) : status === "failed" ? style.bad(status) : style.doubtful(status),
      ),
    },
    {
      title: "Took",
      align: "right",
      cells: actions.map(({ duration_seconds: took }) => (took === null ? "–" : formatDuration(took))),
    },
  ];
  const lines = alignColumns(fitColumns(columns, RECENT_EXPENDABLE, width), style.strong);
  return lines.map((line, index) => {
    const message = actions[index - 1]?.message ?? null;
    const room = width - Bun.stringWidth(line) - 2;
    return message === null || room < 12 ? line : `${line}  ${style.faint(cutText(showText(message), room))}`;
  });
}

/** Without a date on the window's last day; with the local time where a zone is asked for. */
function formatTime(instant: string, { metadata }: Report, timezone: string | null): string {
  const utc = formatNear(Date.parse(instant), Date.parse(metadata.window_end));
  return timezone === null ? utc : `${utc} (${formatLocal(instant, timezone)})`;
}

/** `changed`: whether the rates differ by more than noise; null where that is not known. */
function describeComparison(
  window: { total_actions: number; overall_success_rate: number | null },
  changed: boolean | null,
): string {
  if (window.total_actions === 0) return "nothing finished";
  if (window.overall_success_rate === null) return `${formatCount(window.total_actions)} finished, no rate is known`;
  const noise = changed === null ? "" : changed ? " (a significant change)" : " (no significant change)";
  return `${formatCount(window.total_actions)} finished, ${formatRatio(window.overall_success_rate)} succeeded${noise}`;
}

function describeDurations({ n, p50, p95, max }: DurationFigures): string {
  return `p50 ${formatDuration(p50)}, p95 ${formatDuration(p95)}, longest ${formatDuration(max)} (of ${formatPlural(n, "run")})`;
}

function describeRecords(records: RecordSums): string {
  const known = Object.entries(records).flatMap(([name, sum]) => (sum === null ? [] : `${formatCount(sum)} ${name}`));
  return known.length === 0 ? UNKNOWN : known.join(", ");
}
