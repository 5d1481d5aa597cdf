/** Why a rule is in its condition, in a terminal; and the rules of a CRM in a list, worst first. */
import type { Explanation } from "../../report/document/explanation-schema.ts";
import { countNames } from "../../report/document/left-out.ts";
import { type Severity, rankSeverity } from "../../report/words.ts";
import { formatCount, formatDuration, formatNear, formatPlural, listNames } from "../../text/figures.ts";
import { sayDue, sayWeekBefore } from "../../report/rules/rule-words.ts";
import { sayUsual } from "../../report/memory/words.ts";
import { cutText, quoteWord, showText } from "../../text/terminal.ts";
import { nameTable } from "../../text/toml.ts";
import type { View } from "../view.ts";
import { alignColumns, fitColumns, type Column } from "./columns.ts";
import { hang } from "./hang.ts";
import { formatLocal, formatWindowEnd } from "./local-time.ts";
import { offerCommand } from "./next.ts";
import { createStyle, finish, SEVERITY_TONES, type Style, VERDICT_MARKS } from "./style.ts";

type Run = NonNullable<Explanation["runs"]>[number];

const LABEL = 10;
const LIMIT_LABEL = 26;
/** A run as one sign, readable without colour. */
const SIGNS: Partial<Record<Run["status"], string>> = {
  success: "✓",
  failed: "✗",
  partial: "!",
  running: "…",
  stale: "…",
};
const OTHER_SIGN = "?";
const RUN_EXPENDABLE = ["Id", "Records"];
const LIST_EXPENDABLE = ["Newest runs", "Since"];
const LONGEST_NAME = 40;
/** Of more rules those of which nothing is told would push the others off the screen. */
const MOST_LISTED = 16;
const NOT_KEPT = "not kept: the report was made without its details";

export function renderExplanation(explanation: Explanation, view: View): string {
  const {
    rule,
    source,
    window,
    limits,
    errors,
    errors_note: note,
    week_before: week,
    around,
    around_omitted: omitted,
    same_error: same,
    advice,
    setting,
    setting_note: settingNote,
  } = explanation;
  const style = createStyle(view.color);
  const { width } = view;
  const usual = sayUsual(rule.usual);
  const endMs = Date.parse(window.end);
  const near = (instant: string) => nearTime(instant, endMs, view);
  const tone = rule.severity === null ? style.strong : style[SEVERITY_TONES[rule.severity]];
  const label = (name: string, text: string) => hang(style.strong(name.padEnd(LABEL)), text, LABEL, width);
  const blocks = [
    [
      `${style.strong(showText(`${source} ${rule.rule_name}`))} · ${tone(rule.severity === null ? rule.condition : `${rule.condition}, ${rule.severity}`)} · at ${formatWindowEnd(window.end, view.timezone)}`,
    ],
    [
      ...label("Why", showText(rule.message)),
      ...(rule.since === null ? [] : label("Since", near(rule.since))),
      ...advice.flatMap((text, index) => label(index === 0 ? "What to do" : "", showText(text))),
      ...label("Runs", describeCounts(rule)),
      ...label("Week ago", week === null ? "not known" : sayWeekBefore(week)),
      ...(rule.schedules.length === 0 ? [] : label("Schedule", showText(rule.schedules.join("; ")))),
      ...describeDurations(rule, label),
      ...(usual === null ? [] : label("Usual", usual)),
    ],
    [
      style.strong("  Limits"),
      ...limits.flatMap(({ name, seconds, from }) =>
        hang(name, `${seconds === null ? "none" : formatDuration(seconds)}, by ${showText(from)}`, LIMIT_LABEL, width),
      ),
    ],
    listRuns(explanation, view, style),
    errors.length === 0 && note === null
      ? []
      : [
          style.strong("  Newest errors"),
          ...withoutCounted(errors).flatMap(({ at, message, runs }) =>
            hang(near(at).padEnd(LABEL + 2), `${showText(message)}${sayRuns(runs)}`, LABEL + 2, width),
          ),
          ...(note === null ? [] : hang("", note, 0, width)),
        ],
    around.length === 0 && same === null
      ? []
      : [
          style.strong("  What else changed then"),
          ...(same === null ? [] : describeSameError(same, source, width)),
          ...around.map(({ source: crm, rule_name: name, condition, since }) =>
            cutText(`  ${showText(`${crm} ${name}`)}: ${condition} since ${near(since)}`, width),
          ),
          ...(omitted === 0 ? [] : [`  and ${formatCount(omitted)} more`]),
        ],
    setting === null
      ? settingNote === null
        ? []
        : [style.strong("  What would change the judgement"), ...hang("", settingNote, 0, width)]
      : [
          style.strong("  What would change the judgement"),
          ...Bun.wrapAnsi(`  ${showText(nameTable(setting.table))}  ${showText(setting.line)}`, width, {
            hard: true,
            trim: false,
          }).split("\n"),
          ...hang("", setting.why, 0, width),
        ],
    conclude(rule, advice, style, width),
  ];
  return finish(
    `${blocks
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join("\n"))
      .join("\n\n")}\n`,
    view,
  );
}

/** The answer once more: of a long page a terminal shows the end. */
function conclude({ severity, message }: Explanation["rule"], advice: string[], style: Style, width: number): string[] {
  if (severity === null || severity === "info") return [];
  return [
    ...hang(style[SEVERITY_TONES[severity]](VERDICT_MARKS[severity]), showText(message), 1, width),
    ...advice.flatMap((text) => hang("", `→ ${showText(text)}`, 1, width)),
  ];
}

/** What is found of the CRM as a whole, and what to do about it. */
export type OwnFinding = { severity: Exclude<Severity, "info">; message: string; advice: string[] };

/**
 * Every rule of a CRM in a line, those that need the operator first, then why the CRM itself is flagged. `command`: explains one
 * of them.
 */
export function renderRules(explanations: Explanation[], findings: OwnFinding[], command: string, view: View): string {
  const style = createStyle(view.color);
  const ranked = explanations.toSorted((a, b) => rank(b) - rank(a));
  const flagged = ranked.filter(({ rule }) => rule.severity !== null);
  const isLong = flagged.length > 0 && ranked.length > MOST_LISTED;
  const sorted = isLong ? flagged : ranked;
  const column = (title: string, cellOf: (explanation: Explanation) => string): Column => ({
    title,
    align: "left",
    cells: sorted.map(cellOf),
  });
  const [first] = sorted;
  const own = listOwn(findings, style, view);
  if (first === undefined) return finish(own.length === 0 ? "" : `${own.join("\n")}\n`, view);
  const endMs = Date.parse(first.window.end);
  const isKept = sorted.some(({ runs }) => runs !== null);
  const columns = [
    column("Rule", ({ rule }) => cutText(showText(rule.rule_name), LONGEST_NAME)),
    column("Condition", ({ rule: { condition, severity } }) =>
      severity === null ? condition : style[SEVERITY_TONES[severity]](`${condition}, ${severity}`),
    ),
    column("Since", ({ rule }) => (rule.since === null ? "" : nearTime(rule.since, endMs, view))),
    ...(isKept ? [column("Newest runs", ({ runs }) => drawStrip(runs ?? [], style))] : []),
  ];
  const note = [
    ...(isLong ? nameWell(ranked.slice(flagged.length), style, view) : []),
    ...(isKept ? [] : [`${style.strong("Newest runs")}  ${NOT_KEPT}`]),
  ];
  const lines = alignColumns(fitColumns(columns, LIST_EXPENDABLE, view.width), style.strong);
  const next = `automation-reports ${command} ${quoteWord(first.rule.rule_name)}${view.repeat.config}${view.repeat.window}`;
  const blocks = [[...lines, ...note], ...(own.length === 0 ? [] : [own])]
    .map((block) => block.join("\n"))
    .join("\n\n");
  return finish(
    `${blocks}${own.length === 0 ? "" : "\n"}\n${offerCommand(next, style, view.width).join("\n")}\n`,
    view,
  );
}

/** In one line, as the CRMs that are fine. */
function nameWell(explanations: Explanation[], style: Style, { width }: View): string[] {
  if (explanations.length === 0) return [];
  const names = explanations.map(({ rule }) => cutText(showText(rule.rule_name), LONGEST_NAME));
  const text = `nothing is told of ${formatPlural(names.length, "rule")}: ${listNames(names)}`;
  return hang(style.good(VERDICT_MARKS.ok), text, 1, width);
}

function listOwn(findings: OwnFinding[], style: Style, { width }: View): string[] {
  if (findings.length === 0) return [];
  return [
    style.strong("The CRM itself"),
    ...findings.flatMap(({ severity, message, advice }) => [
      ...hang(style[SEVERITY_TONES[severity]](VERDICT_MARKS[severity]), showText(message), 1, width),
      ...advice.flatMap((text) => hang("", style.faint(`→ ${showText(text)}`), 1, width)),
    ]),
  ];
}

function rank({ rule: { severity } }: Explanation): number {
  return rankSeverity(severity);
}

/** Messages of one kind may differ in their numbers. */
function sayRuns(runs: number | null): string {
  return runs === null || runs < 2 ? "" : ` (${formatCount(runs)} runs)`;
}

function describeCounts(rule: Explanation["rule"]): string {
  const expected = rule.expected === null ? "" : `; ${sayDue(rule.expected, rule.missed ?? 0, rule.pending_runs ?? 0)}`;
  const open = rule.running + rule.stale + rule.pending;
  return `${formatPlural(rule.total, "run")} ended in the window, ${formatCount(rule.failed)} failed${open > 0 ? `, ${formatCount(open)} open` : ""}${expected}`;
}

function describeDurations(
  { duration_seconds: duration, usual_records: records, usual }: Explanation["rule"],
  label: (name: string, text: string) => string[],
): string[] {
  const took =
    duration === null
      ? []
      : label(
          "Duration",
          `p50 ${formatDuration(duration.p50)}, p95 ${formatDuration(duration.p95)}, longest ${formatDuration(duration.max)}`,
        );
  // What its weeks say of the last day's hours stands under what is usual.
  if (records === null || (usual?.judged_by === "past" && usual.records !== null)) return took;
  return [...took, ...label("Records", `usually ${formatCount(Math.round(records))} a run`)];
}

function describeSameError(
  { runs, rules }: NonNullable<Explanation["same_error"]>,
  crm: string,
  width: number,
): string[] {
  const text = `${formatPlural(runs, "run")} of ${countNames(rules, "rule")} of ${crm} failed with the same error: ${rules.join(", ")}`;
  const lines = Bun.wrapAnsi(showText(text), Math.max(20, width - 2), { hard: true, trim: true }).split("\n");
  return lines.map((line) => `  ${line}`);
}

/** The oldest run first, as a sparkline is read. */
function drawStrip(runs: Run[], style: Style): string {
  return runs
    .toReversed()
    .map(({ status }) => {
      const sign = SIGNS[status] ?? OTHER_SIGN;
      if (status === "success") return style.good(sign);
      return status === "failed" ? style.bad(sign) : style.doubtful(sign);
    })
    .join("");
}

function listRuns({ runs, window }: Explanation, view: View, style: Style): string[] {
  if (runs === null) return [style.strong("  Newest runs"), `  ${NOT_KEPT}`];
  if (runs.length === 0) return [style.strong("  Newest runs"), "  none is known"];
  const endMs = Date.parse(window.end);
  const column = (title: string, align: Column["align"], cellOf: (run: Run) => string): Column => ({
    title,
    align,
    cells: runs.map(cellOf),
  });
  const columns = [
    column("  Started", "left", ({ started_at: started }) => `  ${nearTime(started, endMs, view)}`),
    column("Took", "right", ({ duration_seconds: took }) => (took === null ? "–" : formatDuration(took))),
    column("Records", "right", ({ records }) => (records === null ? "–" : formatCount(records))),
    column("Status", "left", ({ status }) =>
      status === "success" ? style.good(status) : status === "failed" ? style.bad(status) : style.doubtful(status),
    ),
    column("Id", "left", ({ id }) => showText(id ?? "–")),
  ];
  const lines = alignColumns(fitColumns(columns, RUN_EXPENDABLE, view.width), style.strong);
  return [
    `${style.strong("  Newest runs")}  ${drawStrip(runs, style)}  the newest last`,
    ...lines.map((line, index) => {
      const error = runs[index - 1]?.error ?? null;
      const room = view.width - Bun.stringWidth(line) - 2;
      return error === null || room < 12 ? line : `${line}  ${cutText(showText(error), room)}`;
    }),
  ];
}

function nearTime(instant: string, endMs: number, { timezone }: View): string {
  const utc = formatNear(Date.parse(instant), endMs);
  return timezone === null ? utc : `${utc} (${formatLocal(instant, timezone)})`;
}

/** Without those that a line above counts already: each stands beside its run. */
function withoutCounted(errors: Explanation["errors"]): Explanation["errors"] {
  return errors.filter(
    ({ message }, index) => !errors.slice(0, index).some((above) => above.runs !== null && above.message === message),
  );
}
