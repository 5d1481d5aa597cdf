/** Several CRMs that fell silent at the same time: one cause, not several. */
import { isWhole, SAME_TIME_MS } from "./attention.ts";
import { formatInstant, formatMinute, formatSpan, listNames } from "../text/figures.ts";
import { findMostShared, isWithin } from "../time/window.ts";
import type { Finding, Report } from "./schema.ts";

/** From this many CRMs on, and from half of those that were read. */
const TOGETHER = 2;
const TOGETHER_SHARE = 0.5;

/** From this many CRMs on, a time without starts that is over has one cause. */
const TOGETHER_ONCE = 3;

/** At most one finding of a silence that goes on, and one of a silence that is over. */
export function findSharedSilence(reports: Report[]): Finding[] {
  return [...findGoingOn(reports), ...findOver(reports)];
}

function findGoingOn(reports: Report[]): Finding[] {
  const silent = reports.flatMap(({ metadata: { source }, findings }) => {
    const stopped = findings.find(({ id }) => id === "rules-stopped");
    const last = stopped?.evidence["last_start_at"];
    return stopped !== undefined && typeof last === "string"
      ? [{ source, lastMs: Date.parse(last), isAll: isWhole(stopped) }]
      : [];
  });
  const newestMs = Math.max(...silent.map(({ lastMs }) => lastMs));
  const together = silent.filter(({ lastMs }) => newestMs - lastMs <= SAME_TIME_MS);
  if (together.length < TOGETHER || together.length < reports.length * TOGETHER_SHARE) return [];
  const sources = together.map(({ source }) => source);
  const since = formatInstant(newestMs);
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
  if (first === undefined || together.length < TOGETHER_ONCE) return [];
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
