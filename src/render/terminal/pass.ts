/** A pass in a terminal: every CRM in one screen, worst first; a section for each where it is asked for; the verdict last. */
import { rankRows, STANDINGS, type PassRow, type RankedRow, type Standing } from "../../report/pass/attention.ts";
import type { PassSummary } from "../../report/document/pass-schema.ts";
import type { Finding, Report } from "../../report/document/schema.ts";
import { formatCount, formatHours, formatNear, formatPlural } from "../../text/figures.ts";
import { quoteWord, showText } from "../../text/terminal.ts";
import { hoursOf } from "../../time/window.ts";
import type { View } from "../view.ts";
import { renderDetails } from "./details.ts";
import { formatWindowEnd } from "./local-time.ts";
import { renderOverview } from "./overview.ts";
import { offerCommand } from "./next.ts";
import { createStyle, finish, VERDICT_MARKS, VERDICT_TONES, type Style } from "./style.ts";

/** A narrower screen breaks the lines itself. */
const NARROWEST = 40;
/** Of a terminal as small as they come; the prompt takes one. */
const SCREEN_LINES = 24;
/** A reading that takes this long is named, where it takes several times as long as most. */
const SLOW_SECONDS = 5;
const SLOW_FACTOR = 3;

/** By verdict: a silent CRM is one of the critical ones. */
const STANDING_WORDS: Record<Standing, string> = {
  unread: "not read",
  "no-table": "without a table",
  silent: "critical",
  critical: "critical",
  warning: "warning",
  unknown: "unknown",
  ok: "ok",
};

export function renderPass(pass: PassSummary, reports: Report[], given: View): string {
  const view = { ...given, width: Math.max(NARROWEST, given.width) };
  const style = createStyle(view.color);
  const rows = rankRows(
    pass.outcomes.map(({ source, reason }): PassRow => ({
      source,
      report: reports.find((report) => report.metadata.source === source) ?? null,
      reason,
    })),
    pass.findings,
  );
  const shown = view.sections ? rows.flatMap(({ report }) => report ?? []) : [];
  const alone = rows.length === 1 && shown.length === 1;
  const head = wrapParts(describeHead(rows, pass, view), view.width).map((line) => style.strong(line));
  const closing = closingLines(rows, pass, view, style);
  const lines = Math.max(SCREEN_LINES, view.rows ?? 0) - head.length - closing.length - 1;
  const blocks = [
    [...head, ...(alone ? [] : renderOverview(rows, pass, view, style, { lines }))],
    ...shown.map((report) => renderDetails(report, view, style)),
    closing,
  ];
  // One screen holds twelve CRMs without an empty line.
  const separator = shown.length === 0 ? "\n" : "\n\n";
  return finish(`${blocks.map((lines) => lines.join("\n")).join(separator)}\n`, view);
}

/** A part stays on one line where it can. */
function wrapParts(parts: string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const longer = last === undefined ? part : `${last} · ${part}`;
    if (Bun.stringWidth(longer) <= width) lines.splice(-1, 1, longer);
    else lines.push(part);
  }
  return lines.flatMap((line) => Bun.wrapAnsi(line, width, { hard: true, trim: true }).split("\n"));
}

/** How many CRMs, which window, what ran in it, and how the CRMs stand. */
function describeHead(rows: RankedRow[], { window }: PassSummary, { timezone }: View): string[] {
  const hours = hoursOf({ startMs: Date.parse(window.start), endMs: Date.parse(window.end) });
  const when = `${formatHours(hours)} to ${formatWindowEnd(window.end, timezone)}`;
  return [formatPlural(rows.length, "CRM"), when, ...countRuns(rows, window.end), countStandings(rows)];
}

/** Nothing where no CRM was read; since when they are known, where that is not the whole window. */
function countRuns(rows: RankedRow[], windowEnd: string): string[] {
  const reports = rows.filter(isRead).flatMap(({ report }) => report ?? []);
  if (reports.length === 0) return [];
  const add = (figureOf: (report: Report) => number) => reports.reduce((sum, report) => sum + figureOf(report), 0);
  const runs = add((report) => report.performance_metrics.total_actions);
  const failed = add((report) => report.performance_metrics.failed_actions);
  const sinceMs = reports.map(({ metadata }) => Date.parse(metadata.counted_since ?? metadata.window_start));
  const isPartOnly = reports.every(({ metadata }) => metadata.counted_since !== undefined);
  const reach = isPartOnly ? `, none older than ${formatNear(Math.min(...sinceMs), Date.parse(windowEnd))}` : "";
  return [`${formatPlural(runs, "run")}, ${formatCount(failed)} failed${reach}`];
}

function isRead({ standing }: RankedRow): boolean {
  return standing !== "unread" && standing !== "no-table";
}

function countStandings(rows: RankedRow[]): string {
  const words = [...new Set(STANDINGS.map((standing) => STANDING_WORDS[standing]))];
  return words
    .flatMap((word) => {
      const count = rows.filter(({ standing }) => STANDING_WORDS[standing] === word).length;
      return count === 0 ? [] : [`${formatCount(count)} ${word}`];
    })
    .join(", ");
}

/** The verdict again, and the one command that says more. */
function closingLines(rows: RankedRow[], pass: PassSummary, view: View, style: Style): string[] {
  const slow = listSlow(pass);
  const took = `${view.elapsedSeconds.toFixed(2)} s${slow === "" ? "" : ` (slow: ${slow})`}`;
  const verdict = style[VERDICT_TONES[pass.verdict]](`${VERDICT_MARKS[pass.verdict]} ${pass.verdict}`);
  const next = nameNext(rows, view);
  return [
    ...wrapParts([verdict, describeRead(rows), `made in ${took}`], view.width),
    ...(next === null ? [] : offerCommand(next, style, view.width)),
  ];
}

/** How many CRMs were read. */
function describeRead(rows: RankedRow[]): string {
  const read = rows.filter(isRead).length;
  const all = formatPlural(rows.length, "CRM");
  if (read === rows.length) return `${all} read`;
  if (read === 0) return rows.length === 1 ? "not read" : `none of ${all} read`;
  return `${formatCount(read)} of ${all} read`;
}

/** The readings that took long, the longest first. */
function listSlow({ outcomes }: PassSummary): string {
  const known = outcomes.flatMap(({ source, seconds }) => (seconds === null ? [] : [{ source, seconds }]));
  const sorted = known.toSorted((a, b) => b.seconds - a.seconds);
  const median = sorted[Math.floor(sorted.length / 2)]?.seconds ?? 0;
  const slow = sorted.filter(({ seconds }) => seconds >= SLOW_SECONDS && seconds >= SLOW_FACTOR * median);
  return slow
    .slice(0, 3)
    .map(({ source, seconds }) => `${showText(source)} ${seconds.toFixed(0)} s`)
    .join(", ");
}

/** Null where nothing is left to ask. */
function nameNext([worst]: RankedRow[], { sections, detailed, repeat, origin }: View): string | null {
  if (worst === undefined || worst.standing === "ok") return null;
  // A file holds all there is to know, and no configuration tells where its warehouse is.
  if (origin?.kind === "file") return detailed ? null : `automation-reports generate --detailed${repeat.window}`;
  const crm = quoteWord(worst.source);
  if (worst.standing === "unread" || worst.standing === "no-table")
    return `automation-reports check --crm ${crm}${repeat.config}`;
  const same = repeat.config + repeat.window;
  const findings = worst.report?.findings ?? [];
  // Beside what needs somebody a note about a rule leads away.
  const isUrgent = (finding: Finding) => finding.severity !== "info" || findings[0]?.severity === "info";
  const rule = findings.find((finding) => finding.rule_name !== null && isUrgent(finding))?.rule_name ?? null;
  const id = origin?.ids[worst.source];
  if (id !== undefined) {
    if (rule !== null) return `automation-reports history explain ${id} ${quoteWord(rule)}${repeat.config}`;
    return detailed ? null : `automation-reports history show ${id}${repeat.config}`;
  }
  if (rule !== null) return `automation-reports explain ${crm} ${quoteWord(rule)}${same}`;
  if (detailed) return null;
  return `automation-reports generate --crm ${crm}${sections ? " --detailed" : ""}${same}`;
}
