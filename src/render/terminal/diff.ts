/** What changed between two reports, for a terminal: conditions first, then findings, then figures. */
import { withoutName } from "../../report/message.ts";
import type { FigureChange, RateChange, ReportDiff, RuleChange } from "../../report/diff.ts";
import {
  formatCount,
  formatDuration,
  formatMinute,
  formatNear,
  formatPlural,
  formatRatio,
} from "../../text/figures.ts";
import type { Finding } from "../../report/document/schema.ts";
import { alignColumns } from "./columns.ts";
import { hang } from "./hang.ts";
import { formatWindowEnd } from "./local-time.ts";
import { moreLines, MOST_ROWS } from "./more.ts";
import { createStyle, finish, SEVERITY_TONES, VERDICT_TONES, type Style } from "./style.ts";
import type { View } from "../view.ts";
import { cutText, showText } from "../../text/terminal.ts";

const LONGEST_SEVERITY = "critical".length;
const UNKNOWN = "–";
const LONGEST_VALUE = 40;
const RATIO = /rate|reliability|effectiveness|coverage|manual|automatic/;
const SECONDS = /seconds|time$/;
const TITLES: Record<RuleChange["change"], string> = { worse: "Worse", other: "Other", better: "Better" };

export function renderDiff(diff: ReportDiff, view: View): string {
  const style = createStyle(view.color);
  const { rules, sections } = diff;
  const findings = withoutConditions(diff);
  const nothing =
    rules.length + findings.new.length + findings.gone.length + findings.changed.length === 0 &&
    diff.rates.every(({ significant }) => !significant);
  const blocks = [
    [
      style.strong(`From ${describeReport(diff.before, view)}`),
      style.strong(`to   ${describeReport(diff.after, view)}`),
      describeVerdicts(diff, style),
    ],
    ...(["worse", "other", "better"] as const).map((change) =>
      listRules(
        TITLES[change],
        rules.filter((rule) => rule.change === change),
        diff,
        view,
        style,
      ),
    ),
    listFindings("New", findings.new, view, style),
    listFindings("Gone", findings.gone, view, style),
    listFindings(
      "Still there, changed",
      findings.changed.map(({ after }) => after),
      view,
      style,
    ),
    nothing ? [style.good("No rule changed its condition, and no finding came or went")] : [],
    describeNotCompared(diff, view, style),
    describeRates(diff.rates, style),
    ...(view.detailed
      ? sections.map(({ section, changes }) => [
          style.strong(section.replaceAll("_", " ")),
          ...alignChanges(changes, view, style),
        ])
      : sections.length > 0
        ? [[style.faint(`--detailed lists ${formatPlural(countFigures(diff), "figure")} that changed`)]]
        : []),
  ];
  return finish(
    `${blocks
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join("\n"))
      .join("\n\n")}\n`,
    view,
  );
}

/** A finding about a rule's condition says what the list of rules says. */
function withoutConditions({ rules, findings }: ReportDiff): ReportDiff["findings"] {
  const told = (finding: Finding) =>
    finding.id.startsWith("rule-") && rules.some(({ rule_name: rule }) => rule === finding.rule_name);
  return {
    new: findings.new.filter((finding) => !told(finding)),
    gone: findings.gone.filter((finding) => !told(finding)),
    changed: findings.changed.filter(({ after }) => !told(after)),
  };
}

function countFigures({ sections }: ReportDiff): number {
  return sections.reduce((sum, { changes }) => sum + changes.length, 0);
}

function describeVerdicts({ before: { verdict: was }, after: { verdict: is } }: ReportDiff, style: Style): string {
  const shown = style[VERDICT_TONES[is]](is);
  return was === is ? `Verdict: still ${shown}` : `Verdict: ${style[VERDICT_TONES[was]](was)}, now ${shown}`;
}

function listRules(title: string, rules: RuleChange[], { after }: ReportDiff, { width }: View, style: Style): string[] {
  if (rules.length === 0) return [];
  const endMs = Date.parse(after.window_end);
  const lines = rules.flatMap((rule) => {
    const { severity = null } = rule.after ?? {};
    const label = style[severity === null ? "good" : SEVERITY_TONES[severity]](
      (severity ?? "").padEnd(LONGEST_SEVERITY),
    );
    return hang(label, describeRule(rule, endMs), LONGEST_SEVERITY, width);
  });
  return [style.strong(`${title}: ${formatPlural(rules.length, "rule")}`), ...lines];
}

/** A message names its rule. */
function describeRule({ rule_name: rule, before, after }: RuleChange, endMs: number): string {
  if (after === null) return showText(`${rule}: not in the report any more, was ${before?.condition ?? "unknown"}`);
  const since = after.since === null ? "" : ` since ${formatNear(Date.parse(after.since), endMs)}`;
  const severity = before?.condition === after.condition ? `, ${before.severity ?? "no finding"}` : "";
  const was = before === null ? "new" : `was ${before.condition}${severity}`;
  const text = after.severity === null ? "" : `: ${withoutName(after.message, rule)}`;
  return showText(`${rule}: ${after.condition}${since} (${was})${text}`);
}

/** All rules together, whatever changed, then those whose rates changed by more than chance explains. */
function describeNotCompared(
  { before, after, not_compared: { rules, findings } }: ReportDiff,
  { width }: View,
  style: Style,
): string[] {
  const parts = [
    ...(rules > 0 ? [formatPlural(rules, "rule")] : []),
    ...(findings > 0 ? [formatPlural(findings, "finding")] : []),
  ];
  const isUnread = before.status === "fallback" || after.status === "fallback";
  const why = isUnread ? ": one of the reports had no table to read" : " that one of the reports may leave out";
  return parts.length === 0 ? [] : hang("", style.faint(`Not compared: ${parts.join(" and ")}${why}`), 0, width);
}

function describeRates(rates: RateChange[], style: Style): string[] {
  const lines = rates.map(({ rule_name: rule, before, after, significant }) => {
    const name = rule === null ? "all rules" : showText(rule);
    const [was, is] = [before, after].map((rate) => {
      if (rate === null) return "no rate is known";
      const { successful, total } = rate;
      return total === 0 ? "nothing ended" : `${formatRatio(successful / total)} of ${formatCount(total)}`;
    });
    const judged = significant ? "" : style.faint(", no significant change");
    return `  ${name}: ${was ?? ""}, now ${is ?? ""}${judged}`;
  });
  return [style.strong("Success rates"), ...lines];
}

function describeReport(
  { source, report_generated_at, window_start, window_end }: ReportDiff["before"],
  { timezone }: View,
): string {
  const window = `${formatMinute(window_start)} to ${formatWindowEnd(window_end, timezone)}`;
  return `${showText(source)}, made ${formatMinute(report_generated_at)}: ${window}`;
}

function listFindings(title: string, findings: Finding[], { width }: View, style: Style): string[] {
  if (findings.length === 0) return [];
  const lines = findings.slice(0, MOST_ROWS).map(({ severity, message }) => {
    const text = cutText(showText(message), width - LONGEST_SEVERITY - 4);
    return `  ${style[SEVERITY_TONES[severity]](severity.padEnd(LONGEST_SEVERITY))}  ${text}`;
  });
  const more = moreLines({ count: findings.length - MOST_ROWS }, false, style, width);
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
  return [titles, ...lines, ...moreLines({ count: all.length - changes.length }, false, style, width)];
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
