/** Every CRM of a pass in a line, worst first: mark, name, rate, the one thing to know. Well ones share a line. */
import { chooseFinding, isToldByCause, type RankedRow, type Standing } from "../../report/pass/attention.ts";
import { countUrgentLeftOut } from "../../report/document/left-out.ts";
import type { PassSummary } from "../../report/document/pass-schema.ts";
import type { Finding, Report } from "../../report/document/schema.ts";
import { formatCount, formatPlural, formatRatio, listNames } from "../../text/figures.ts";
import { cutText, quoteWord, showText } from "../../text/terminal.ts";
import type { View } from "../view.ts";
import { describeBriefly, describeCause, describeUnreadShortly } from "./brief.ts";
import { drawSparkline, findPeak, LEGEND, SPARKLINE_WIDTH } from "./sparkline.ts";
import { VERDICT_MARKS, type Style, type Tone } from "./style.ts";

/** More CRMs than this are counted, not shown, where there is no screen that they must fit on. */
const MOST_ROWS = 60;
const FEWEST_ROWS = 5;
/** The legend, where there is one. */
const FEWEST_OTHERS = 1;
/** What a finding needs beside the name, the state and the sparkline; longer names push it below. */
const FEWEST_FACT = 40;
const LONGEST_NAME = 40;
const SHORTEST_NAME = 12;
/** A fact with less room than this goes on below the name. */
const NARROWEST_FACT = 30;
/** Where not even this is left beside it, the state gives way. */
const NARROWEST_CUT_FACT = 20;
const MOST_FACT_LINES = 3;
/** Of a further finding. */
const MOST_MORE_LINES = 2;
/** Lines of the CRMs that are well. */
const MOST_OK_LINES = 3;
const GAP = "  ";
const INDENT = "    ";

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
  /** How many findings to act on the report leaves out. */
  leftOut: number;
  report: Report | null;
};

/** `lines`: how many there are on the screen; more are taken only where there are more CRMs. */
export function renderOverview(
  rows: RankedRow[],
  pass: PassSummary,
  view: View,
  style: Style,
  { lines: given }: { lines: number },
): string[] {
  const causes = pass.findings.filter(({ id }) => id !== "warehouse-unreachable");
  const urgent = rows.filter(({ standing }) => standing !== "ok");
  const lines = sortLines([...listUnread(urgent), ...listCauses(urgent, causes, pass), ...listSingle(urgent, causes)]);
  const well = describeWell(rows, view, style);
  // A terminal shows no more than its screen; a pipe or a file may go on.
  const most = view.rows === null ? MOST_ROWS : Math.max(FEWEST_ROWS, given - well.length - FEWEST_OTHERS);
  const shown = lines.length <= most ? lines : lines.slice(0, most - 1);
  const more = describeLeftOut(shown, lines, view, style);
  const sizes = measure(shown, view);
  const legend = sizes.peak === null ? [] : wrapText(LEGEND(sizes.peak), view.width).map((line) => style.faint(line));
  const spare = given - shown.length - more.length - well.length - legend.length;
  return [...legend, ...fillUp(shown, sizes, spare, view, style), ...more, ...well];
}

/** CRMs that fail for one reason are told once. */
function listUnread(rows: RankedRow[]): Line[] {
  return (
    [
      ["unread", "not read"],
      ["no-table", "no table"],
    ] as const
  ).flatMap(([standing, state]) =>
    [
      ...Map.groupBy(
        rows.filter((row) => row.standing === standing),
        sayWhyUnread,
      ),
    ].map(([fact, alike]): Line => ({
      standing,
      names: alike.map(({ source }) => source),
      state,
      fact,
      more: [],
      leftOut: 0,
      report: null,
    })),
  );
}

function sayWhyUnread(row: RankedRow): string {
  const [found] = row.report?.findings ?? [];
  return row.report === null || found === undefined ? describeUnreadShortly(row) : describeBriefly(found, row.report);
}

/** A cause that several CRMs share, beside those of which nothing else is urgent. */
function listCauses(rows: RankedRow[], causes: Finding[], { window }: PassSummary): Line[] {
  return causes.map((cause) => {
    const told = rows.filter(({ source, report }) => report !== null && isToldBy(source, report, cause, causes));
    const names = told.map(({ source }) => source);
    const sources = Array.isArray(cause.evidence["sources"]) ? cause.evidence["sources"].map(String) : [];
    return {
      standing: cause.evidence["over"] === true ? "warning" : "critical",
      names: names.length === 0 ? sources : names,
      state: "",
      fact: describeCause(
        cause,
        names.length === 0 ? [] : sources.filter((source) => !names.includes(source)),
        Date.parse(window.end),
      ),
      more: [],
      leftOut: 0,
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
    if (report === null || standing === "no-table") return [];
    const finding = chooseFinding(report, causes);
    // What a cause tells of it is in the cause's line.
    if (finding === null && (report.findings.length > 0 || standing !== "unknown")) return [];
    if (report.verdict === "ok" && finding?.severity === "info") return [];
    const others = report.findings.filter(
      (other) => other !== finding && other.severity !== "info" && !isToldByCause(other, report, causes),
    );
    const fact = finding === null ? "too little is known to judge it" : describeBriefly(finding, report);
    return [
      {
        standing,
        names: [source],
        state: describeState(report, standing),
        fact,
        more: [...new Set(others.map((other) => describeBriefly(other, report)))].filter((text) => text !== fact),
        leftOut: countUrgentLeftOut(report),
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

function describeState({ performance_metrics: metrics }: Report, standing: Standing): string {
  if (standing === "silent") return "silent";
  const { overall_success_rate: rate, total_actions: total, unknown_status_actions: unknown } = metrics;
  if (rate === null) return total + unknown > 0 ? "no rate" : "no runs";
  return `${formatRatio(rate)} of ${formatCount(total)}`;
}

/** `peak`: how many runs a full bar stands for; null where no sparkline is drawn. */
type Sizes = { name: number; state: number; peak: number | null };

/** Names that are longer than most others do not widen the column: they push what follows. */
function measure(lines: Line[], { width }: View): Sizes {
  const state = Math.max(0, ...lines.map((line) => line.state.length));
  const fixed = 2 + GAP.length + state + GAP.length;
  const widest = Math.min(LONGEST_NAME, Math.max(SHORTEST_NAME, width - fixed - FEWEST_FACT));
  const stated = lines.filter((line) => line.state !== "");
  const names = (stated.length === 0 ? lines : stated).map((line) => Bun.stringWidth(showText(line.names.join(", "))));
  const name = Math.max(0, ...names.map((one) => (one <= widest ? one : SHORTEST_NAME)));
  const peak = findPeak(lines.flatMap(({ report }) => report ?? []));
  const hasRoom = width - fixed - name >= SPARKLINE_WIDTH + GAP.length + FEWEST_FACT;
  return { name, state, peak: peak > 0 && hasRoom ? peak : null };
}

/**
 * A line of its own tells what else there is to know of a CRM, or how much: of every CRM where there are lines for it, else the
 * fact says it. The lines that are left then let long facts go on, before further findings are told.
 */
function fillUp(lines: Line[], sizes: Sizes, spare: number, { width, sections }: View, style: Style): string[] {
  const where = sections ? "below" : "with --detailed";
  const cut = lines.filter((line) => countMore(line) > 0);
  const isTold = spare >= cut.length;
  let left = isTold ? spare - cut.length : spare;
  const drawn = lines.map((line) => {
    const tone = style[MARKS[line.standing].tone];
    const { start, below } = place(line, sizes, width, left, style);
    const beside = Bun.stringWidth(start) + GAP.length;
    const suffix = isTold || countMore(line) === 0 ? "" : ` (+${formatCount(countMore(line))})`;
    const fits = beside + Bun.stringWidth(line.fact + suffix) <= width;
    const indent = below ? INDENT.length : beside;
    const margin = " ".repeat(indent);
    if (fits) return { text: [`${start}${GAP}${tone(line.fact + suffix)}`], margin };
    const most = Math.min(MOST_FACT_LINES, Math.max(0, left) + (below ? 0 : 1));
    const parts = wrapText(line.fact, width - indent - suffix.length, most);
    const [first = "", ...rest] = parts.map((part, index) => tone(index < parts.length - 1 ? part : part + suffix));
    left -= rest.length + (below ? 1 : 0);
    const head = below ? [start.trimEnd(), `${margin}${first}`] : [`${start}${GAP}${first}`];
    return { text: [...head, ...rest.map((part) => `${margin}${part}`)], margin };
  });
  return drawn.flatMap(({ text, margin }, index) => {
    const { more: facts = [], leftOut = 0 } = lines[index] ?? {};
    const all = facts.length + leftOut;
    if (!isTold || all === 0) return text;
    // The line that is kept for it.
    left += 1;
    const more: string[][] = [];
    while (left > 0 && more.length < facts.length) {
      const parts = wrapText(facts[more.length] ?? "", width - margin.length, Math.min(MOST_MORE_LINES, left));
      left -= parts.length;
      more.push(parts);
    }
    const isCut = more.length < all;
    if (isCut) left += (more.pop()?.length ?? 0) - 1;
    const told = more.flat().map((part) => `${margin}${part}`);
    return isCut
      ? [...text, ...told, `${margin}and ${formatCount(all - more.length)} more ${where}`]
      : [...text, ...told];
  });
}

function countMore({ more, leftOut }: Line): number {
  return more.length + leftOut;
}

/** What stands before the fact. `below`: the fact has too little room beside it. */
function place(
  { standing, names, state, report }: Line,
  sizes: Sizes,
  width: number,
  left: number,
  style: Style,
): { start: string; below: boolean } {
  const { mark, tone } = MARKS[standing];
  // Without a state, names may take its column.
  const room = sizes.name + (state === "" && sizes.state > 0 ? GAP.length + sizes.state : 0);
  const beside = [
    ...(state === "" ? [] : [state.padEnd(sizes.state)]),
    ...(sizes.peak === null ? [] : [drawSparkline(report, sizes.peak, style)]),
  ];
  const draw = (name: string, cells: string[], padding = 0) =>
    [
      `${style[tone](mark)} ${style.strong(name)}${" ".repeat(Math.max(0, padding - Bun.stringWidth(name)))}`,
      ...cells,
    ].join(GAP);
  const short = joinNames(names, room);
  const aligned = draw(short, beside, room);
  const isNarrow = width - Bun.stringWidth(aligned) - GAP.length < NARROWEST_FACT;
  const isWhole = short === joinNames(names, Number.POSITIVE_INFINITY);
  if (isWhole && !isNarrow) return { start: aligned, below: false };
  if (left > 0) {
    const cells = state === "" ? [] : [state];
    const whole = joinNames(names, width - 2 - (state === "" ? 0 : GAP.length + state.length));
    return { start: isWhole ? draw(short, cells, room) : draw(whole, cells), below: true };
  }
  const isTooNarrow = width - Bun.stringWidth(aligned) - GAP.length < NARROWEST_CUT_FACT;
  return { start: isTooNarrow ? draw(short, [], room) : aligned, below: false };
}

/** As many names as there is room for, and how many more there are. */
function joinNames(names: string[], width: number): string {
  const shown = names.map(showText);
  const fitting = shown.map((_, index) => listNames(shown, shown.length - index));
  return fitting.find((text) => Bun.stringWidth(text) <= width) ?? cutText(fitting.at(-1) ?? "", width);
}

/** The last of at most that many lines ends in `…` where something is left out. */
function wrapText(text: string, width: number, most = Number.POSITIVE_INFINITY): string[] {
  const lines = Bun.wrapAnsi(text, width, { hard: true, trim: true }).split("\n");
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), cutText(lines.slice(most - 1).join(" "), width)];
}

/** What is left out: CRMs of which no line tells, and causes of those of which one does. */
function describeLeftOut(shown: Line[], lines: Line[], { repeat, origin }: View, style: Style): string[] {
  const told = new Set(shown.flatMap(({ names }) => names));
  const left = new Set(lines.flatMap(({ names }) => names).filter((name) => !told.has(name)));
  const causes = lines
    .slice(shown.length)
    .filter(({ names, state }) => state === "" && names.every((name) => told.has(name)));
  const parts = [
    ...(left.size === 0 ? [] : [formatPlural(left.size, "more CRM")]),
    ...(causes.length === 0 ? [] : [formatPlural(causes.length, "more cause")]),
  ];
  const all =
    origin?.kind === "store"
      ? `history show ${quoteWord(origin.word)} --format json${repeat.config}`
      : `generate --format findings${repeat.config}${repeat.window}`;
  return parts.length === 0 ? [] : [`  and ${parts.join(" and ")}: ${style.faint(`automation-reports ${all}`)}`];
}

function describeWell(rows: RankedRow[], { width }: View, style: Style): string[] {
  const names = rows.filter(({ standing }) => standing === "ok").map(({ source }) => showText(source));
  if (names.length === 0) return [];
  const { mark, tone } = MARKS.ok;
  const all = wrapText(names.join(", "), width - 2);
  const lines = all.length <= MOST_OK_LINES ? all : [joinNames(names, width - 2)];
  return lines.map((line, index) => `${index === 0 ? style[tone](mark) : " "} ${line}`);
}
