/** Several CRMs that fell silent at the same time: one cause, not several. */
import { isSilence, isWhole, SAME_TIME_MS } from "./attention.ts";
import { formatInstant, formatMinute, formatSpan, listNames } from "../../text/figures.ts";
import { findMostShared, isWithin, type Window } from "../../time/window.ts";
import type { Finding, Report } from "../document/schema.ts";

/** From this many CRMs on, silence has one cause; fewer may be chance, unless they are half of those that were read. */
const TOGETHER = 3;
const FEWEST_TOGETHER = 2;
const TOGETHER_SHARE = 0.5;

/** At most one finding of a silence that goes on, and one of a silence that is over. */
export function findSharedSilence(reports: Report[]): Finding[] {
  return [...findGoingOn(reports), ...findOver(reports)];
}

function findGoingOn(reports: Report[]): Finding[] {
  const silent = reports.flatMap((report) => readStop(report) ?? []);
  const atMs = findMostShared(silent.map(sameTime));
  const together = silent.filter((one) => isWithin(atMs, sameTime(one)));
  const isHalf = together.length >= FEWEST_TOGETHER && together.length >= reports.length * TOGETHER_SHARE;
  if (together.length < TOGETHER && !isHalf) return [];
  const sources = together.map(({ source }) => source);
  const since = formatInstant(Math.max(...together.map(({ lastMs }) => lastMs)));
  const whole = together.every(({ isAll }) => isAll);
  const what = whole ? "nothing has started in them" : "several of their rules have not started";
  return [
    {
      id: "silence-shared",
      severity: "critical",
      rule_name: null,
      message: `One cause for ${sources.length} CRMs (${listNames(sources)}): ${what} since ${formatMinute(since)}: is the scheduler alive?`,
      evidence: { sources, since, whole },
    },
  ];
}

/** Of what else stopped then. */
function sameTime({ lastMs }: { lastMs: number }): Window {
  return { startMs: lastMs, endMs: lastMs + SAME_TIME_MS + 1 };
}

type Stop = { source: string; lastMs: number; isAll: boolean };

function readStop(report: Report): Stop | null {
  const { metadata, findings } = report;
  const stopped = findings.find(({ id }) => id === "rules-stopped");
  if (stopped === undefined) return readFewStopped(report);
  const last = stopped.evidence["last_start_at"];
  return typeof last === "string"
    ? { source: metadata.source, lastMs: Date.parse(last), isAll: isWhole(stopped) }
    : null;
}

/** Of a CRM with too few rules to be told together: those that are overdue, where none of the others has started since. */
function readFewStopped({ metadata: { source }, findings, rules }: Report): Stop | null {
  const overdue = findings.filter(isSilence);
  const names = new Set(overdue.map(({ rule_name: name }) => name));
  const starts = overdue.flatMap(({ evidence: { last_start_at: last } }) => (typeof last === "string" ? [last] : []));
  const lastMs = Math.max(...starts.map((last) => Date.parse(last)));
  const goesOn = rules.some(
    ({ rule_name: name, last_run_at: last }) => !names.has(name) && last !== null && Date.parse(last) > lastMs,
  );
  return starts.length === 0 || goesOn ? null : { source, lastMs, isAll: true };
}

/** Each CRM's pause is sure by itself; the time that most of them share is told. */
function findOver(reports: Report[]): Finding[] {
  const pauses = reports.flatMap(({ metadata: { source, window_end: end }, findings }) => {
    const paused = findings.find(({ id }) => id === "runs-missed-together");
    const { from, to } = paused?.evidence ?? {};
    return paused !== undefined && typeof from === "string" && typeof to === "string"
      ? [{ source, end, startMs: Date.parse(from), endMs: Date.parse(to), isAll: isWhole(paused) }]
      : [];
  });
  const atMs = findMostShared(pauses);
  const together = pauses.filter((pause) => isWithin(atMs, pause));
  const [first] = together;
  if (first === undefined || together.length < TOGETHER) return [];
  const sources = together.map(({ source }) => source);
  const fromMs = Math.max(...together.map((pause) => pause.startMs));
  const toMs = Math.min(...together.map((pause) => pause.endMs));
  const whole = together.every(({ isAll }) => isAll);
  const what = whole ? "nothing started" : "several of their rules started nothing";
  return [
    {
      id: "silence-shared",
      severity: "warning",
      rule_name: null,
      message: `One cause for ${sources.length} CRMs (${listNames(sources)}): ${what} ${formatSpan(fromMs, toMs, Date.parse(first.end))}, over now`,
      evidence: { sources, from: formatInstant(fromMs), to: formatInstant(toMs), whole, over: true },
    },
  ];
}
