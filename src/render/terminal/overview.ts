/** Every CRM of a pass in a line, worst first: mark, name, rate, the one thing to know. Well ones share a line. */
import { chooseFinding, type RankedRow, type Standing } from "../../report/attention.ts";
import type { PassSummary } from "../../report/pass-schema.ts";
import type { Finding, Report } from "../../report/schema.ts";
import { formatCount, formatPlural, formatRatio } from "../../text/figures.ts";
import { cutText, showText } from "../../text/terminal.ts";
import type { View } from "../view.ts";
import { describeBriefly, describeCause, describeUnread } from "./brief.ts";
import { drawSparkline, findPeak, LEGEND, SPARKLINE_WIDTH } from "./sparkline.ts";
import { VERDICT_MARKS, type Style, type Tone } from "./style.ts";

/** What fits into a terminal of 24 lines beside the head, the two last lines and the prompt. */
const MOST_LINES = 20;
/** More CRMs than this are counted, not shown. */
const MOST_ROWS = 60;
/** What a finding needs to be understood. */
const FEWEST_FACT = 40;
/** Lines of the CRMs that are well. */
const MOST_OK_LINES = 3;
const GAP = "  ";

const MARKS: Record<Standing, { mark: string; tone: Tone }> = {
  unread: { mark: VERDICT_MARKS.critical, tone: "bad" },
  "no-table": { mark: VERDICT_MARKS.critical, tone: "bad" },
  silent: { mark: VERDICT_MARKS.critical, tone: "bad" },
  critical: { mark: VERDICT_MARKS.critical, tone: "bad" },
  warning: { mark: VERDICT_MARKS.warning, tone: "doubtful" },
  unknown: { mark: VERDICT_MARKS.unknown, tone: "faint" },
  ok: { mark: VERDICT_MARKS.ok, tone: "good" },
};

/** One line: CRMs of the same standing that are in it for the same reason. */
type Line = {
  standing: Standing;
  names: string[];
  state: string;
  fact: string;
  /** What else there is to know, one line each. */
  more: string[];
  report: Report | null;
};

export function renderOverview(rows: RankedRow[], pass: PassSummary, view: View, style: Style): string[] {
  const causes = pass.findings.filter(({ id }) => id !== "warehouse-unreachable");
  const urgent = rows.filter(({ standing }) => standing !== "ok");
  const lines = [...listUnread(urgent), ...listCauses(urgent, causes, pass), ...listSingle(urgent, causes)];
  const shown = sortLines(lines).slice(0, MOST_ROWS);
  const well = describeWell(rows, view, style);
  const drawn = drawLines(shown, rows, view, style);
  const legend = drawn.legend === null ? [] : [drawn.legend];
  const spare = MOST_LINES - shown.length - well.length - legend.length;
  const body = fillUp(shown, drawn.lines, spare, view, style);
  const left = lines.length - shown.length;
  const more = left > 0 ? [style.faint(`  and ${formatPlural(left, "more CRM")}: --format findings lists all`)] : [];
  return [...legend, ...body, ...more, ...well];
}

/** CRMs that fail for one reason are told once. */
function listUnread(rows: RankedRow[]): Line[] {
  const unread = rows.filter(({ report }) => report === null);
  return [...Map.groupBy(unread, describeUnread)].map(([fact, alike]) => ({
    standing: "unread",
    names: alike.map(({ source }) => source),
    state: "not read",
    fact,
    more: [],
    report: null,
  }));
}

/** A cause that several CRMs share, beside those of which nothing else is urgent. */
function listCauses(rows: RankedRow[], causes: Finding[], { window }: PassSummary): Line[] {
  return causes.map((cause) => {
    const told = rows.filter(({ source, report }) => report !== null && isToldBy(source, report, cause, causes));
    const names = told.map(({ source }) => source);
    const sources = Array.isArray(cause.evidence["sources"]) ? cause.evidence["sources"].map(String) : [];
    return {
      standing: cause.evidence["over"] === true ? "warning" : "critical",
      names: names.length === 0 ? [formatPlural(sources.length, "CRM")] : names,
      state: "",
      fact: describeCause(
        cause,
        sources.filter((source) => !names.includes(source)),
        Date.parse(window.end),
      ),
      more: [],
      report: null,
    };
  });
}

function isToldBy(source: string, report: Report, { evidence }: Finding, causes: Finding[]): boolean {
  const { sources } = evidence;
  return Array.isArray(sources) && sources.includes(source) && chooseFinding(report, causes) === null;
}

function listSingle(rows: RankedRow[], causes: Finding[]): Line[] {
  return rows.flatMap(({ source, report, standing }) => {
    if (report === null) return [];
    const finding = chooseFinding(report, causes);
    if (finding === null && report.findings.length > 0) return [];
    const others = report.findings.filter((other) => other !== finding && other.severity !== "info");
    const fact = finding === null ? "too little is known to judge it" : describeBriefly(finding, report);
    return [
      {
        standing,
        names: [source],
        state: describeState(report, standing),
        fact,
        more: [...new Set(others.map((other) => describeBriefly(other, report)))].filter((text) => text !== fact),
        report,
      },
    ];
  });
}

/** Unread CRMs first, then what is going on, then what is over; else in the order of the CRMs. */
function sortLines(lines: Line[]): Line[] {
  const order: Standing[] = ["unread", "no-table", "silent", "critical", "warning", "unknown", "ok"];
  return lines.toSorted((a, b) => order.indexOf(a.standing) - order.indexOf(b.standing));
}

function describeState({ metadata, performance_metrics: metrics }: Report, standing: Standing): string {
  if (metadata.status === "fallback") return "no table";
  if (standing === "silent") return "silent";
  const { overall_success_rate: rate, total_actions: total } = metrics;
  return rate === null ? "no runs" : `${formatRatio(rate)} of ${formatCount(total)}`;
}

type Drawn = { lines: { text: string; room: number }[]; legend: string | null };

function drawLines(lines: Line[], rows: RankedRow[], { width }: View, style: Style): Drawn {
  const joined = lines.map(({ names }) => showText(names.join(", ")));
  const stateWidth = Math.max(0, ...lines.map(({ state }) => Bun.stringWidth(state)));
  const peak = findPeak(rows.flatMap(({ report }) => report ?? []));
  const fixed = 2 + stateWidth + GAP.length;
  const nameWidth = Math.min(
    Math.max(0, ...joined.map((name) => Bun.stringWidth(name))),
    Math.max(12, width - fixed - GAP.length - FEWEST_FACT),
  );
  const withSparkline =
    peak > 0 && width - fixed - nameWidth - GAP.length >= SPARKLINE_WIDTH + GAP.length + FEWEST_FACT;
  return {
    lines: lines.map(({ standing, state, report }, index) => {
      const { mark, tone } = MARKS[standing];
      const name = cutText(joined[index] ?? "", nameWidth);
      const start = [
        `${style[tone](mark)} ${style.strong(name)}${" ".repeat(Math.max(0, nameWidth - Bun.stringWidth(name)))}`,
        state.padEnd(stateWidth),
        ...(withSparkline ? [drawSparkline(report, peak, style)] : []),
      ].join(GAP);
      return { text: start, room: width - Bun.stringWidth(start) - GAP.length };
    }),
    legend: withSparkline ? style.faint(LEGEND(peak)) : null,
  };
}

/** Where lines are left on the screen, long facts go on below, and further findings are told. */
function fillUp(lines: Line[], drawn: Drawn["lines"], spare: number, { width }: View, style: Style): string[] {
  let left = spare;
  const wrapped = lines.map(({ fact, standing }, index) => {
    const { text = "", room = 0 } = drawn[index] ?? {};
    const tone = style[MARKS[standing].tone];
    if (Bun.stringWidth(fact) <= room) return { first: `${text}${GAP}${tone(fact)}`, rest: [] };
    const parts = Bun.wrapAnsi(fact, width - 4, { hard: true, trim: true }).split("\n");
    if (parts.length > left || parts.length > 2)
      return { first: `${text}${GAP}${tone(cutText(fact, room))}`, rest: [] };
    left -= parts.length;
    return { first: text.trimEnd(), rest: parts.map((part) => tone(part)) };
  });
  return wrapped.flatMap(({ first, rest }, index) => {
    const line = lines[index];
    const room = Math.max(0, Math.min(left, line?.more.length ?? 0));
    const more = (line?.more ?? []).slice(0, room);
    left -= more.length;
    return [first, ...rest.map((part) => `    ${part}`), ...more.map((text) => `    ${cutText(text, width - 4)}`)];
  });
}

function describeWell(rows: RankedRow[], { width }: View, style: Style): string[] {
  const names = rows.filter(({ standing }) => standing === "ok").map(({ source }) => showText(source));
  if (names.length === 0) return [];
  const { mark, tone } = MARKS.ok;
  const lines = Bun.wrapAnsi(names.join(", "), width - 2, { hard: true, trim: true }).split("\n");
  const kept = lines.length > MOST_OK_LINES ? lines.slice(0, MOST_OK_LINES - 1) : lines;
  const cut = lines.length > MOST_OK_LINES ? [cutText(lines.slice(MOST_OK_LINES - 1).join(" "), width - 2)] : [];
  return [...kept, ...cut].map((line, index) => `${index === 0 ? style[tone](mark) : " "} ${line}`);
}
