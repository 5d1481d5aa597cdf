/** Expected against actual, one by one: every time at which a rule should have started in a report's window, and what became of it. */
import { mergeCertain, mergeOccurrences } from "../../time/occurrences.ts";
import {
  type CalendarRecurrence,
  type IntervalRecurrence,
  isCalendar,
  isInterval,
  readRecurrence,
  type Schedule,
} from "../../time/recurrence.ts";
import { DAY_MS } from "../../time/units.ts";
import type { Window } from "../../time/window.ts";
import { formatDuration, formatInstant } from "../../text/figures.ts";
import { SHOWN_RUNS } from "../details.ts";
import { matchCalendar, matchInterval, type Known } from "./match.ts";
import { sayWhenDue } from "./schedule-words.ts";
import type { Report } from "../document/schema.ts";
import type { Tick, Ticks } from "../document/tick-schema.ts";

type RuleReport = Report["rules"][number];

/** More ticks than a reader looks at. */
export const MOST_TICKS = 500;
const SHOWN_NEXT = 3;
/** How far back and ahead ticks are looked for, step by step: a month of `* * * * *` is long to list. */
const REACHES_MS = [6 / 24, 10, 366, 366 * 8].map((days) => days * DAY_MS);

/** `nowMs`: after which the next times are looked for. `lateAfterMs`: a later start is late. */
export function listTicks(
  report: Report,
  rule: RuleReport,
  { lateAfterMs, nowMs }: { lateAfterMs: number; nowMs: number },
): Ticks {
  const timezone = report.expectations?.timezone ?? "UTC";
  const schedules = rule.schedules.flatMap((text): Schedule[] => {
    const recurrence = readRecurrence(text);
    return recurrence.kind === "inexpressible" ? [] : [{ recurrence, timezone, startAtMs: null, endAtMs: null }];
  });
  const known = describeKnown(report, rule, lateAfterMs);
  const problem = findProblem(rule, schedules, report.detailed_metrics !== null);
  const { ticks, omitted } = problem === null ? compareOne(schedules, known) : { ticks: [], omitted: 0 };
  return {
    schedules: rule.schedules,
    words: sayWhenDue(rule.schedules, timezone),
    timezone: rule.schedules.length === 0 ? null : timezone,
    late_after_seconds: lateAfterMs / 1000,
    ticks,
    omitted,
    not_comparable: problem,
    next: isInForce(rule) ? listNext(schedules, rule, nowMs).map(formatInstant) : [],
  };
}

function describeKnown(report: Report, rule: RuleReport, lateAfterMs: number): Known {
  const details = report.detailed_metrics?.rule_runs ?? {};
  const name = rule.rule_name;
  const runs = (Object.hasOwn(details, name) ? details[name]?.runs : undefined) ?? [];
  const read = runs
    .map((run) => ({
      id: run.id,
      status: run.status,
      startedMs: Date.parse(run.started_at),
      endedMs: run.ended_at === null ? null : Date.parse(run.ended_at),
    }))
    .toSorted((a, b) => a.startedMs - b.startedMs);
  return {
    runs: read,
    isWhole: report.detailed_metrics !== null && read.length < SHOWN_RUNS,
    missedMs: rule.missed_at.map((at) => Date.parse(at)),
    missed: rule.missed,
    lastStartMs: rule.last_run_at === null ? null : Date.parse(rule.last_run_at),
    window: { startMs: Date.parse(report.metadata.window_start), endMs: Date.parse(report.metadata.window_end) },
    lateAfterMs,
  };
}

/** Only then a schedule sets a limit. */
function isInForce({ limits, schedules, condition }: RuleReport): boolean {
  return schedules.length === 0 || limits.basis !== "unknown" || condition !== "idle";
}

/** Null: the rule's runs can be compared with its schedules one by one. */
function findProblem(
  { schedules: texts, last_run_at: last }: RuleReport,
  schedules: Schedule[],
  hasRuns: boolean,
): string | null {
  if (texts.length === 0) return "nothing is scheduled, so no run is expected at a time";
  if (schedules.length < texts.length) return "a schedule of the rule is not understood";
  const intervals = schedules.filter(isInterval).length;
  if (intervals === 1 && !hasRuns) return "the report was made without its details: single runs are not in it";
  if (intervals === 1 && schedules.length === 1 && last === null) {
    return "no run is known from which its interval could be counted";
  }
  if (intervals > 1) return "several intervals: nothing says which of them started which run";
  if (intervals === 1 && schedules.length > 1) {
    return "an interval beside other schedules: nothing says which of them started which run";
  }
  return null;
}

function compareOne(schedules: Schedule[], known: Known): { ticks: Tick[]; omitted: number } {
  const interval = schedules.find(isInterval);
  const all =
    interval === undefined
      ? matchCalendar(listNewest(schedules.filter(isCalendar), known.window), known)
      : matchInterval(interval.recurrence.everyMs, known);
  const shown = all.slice(-MOST_TICKS);
  const listed = shown.map((match): Tick => {
    const { run } = match;
    return {
      at: formatInstant(match.atMs),
      reason: match.reason,
      run:
        run === null
          ? null
          : {
              id: run.id,
              status: run.status,
              started_at: formatInstant(run.startedMs),
              delay_seconds: (run.startedMs - match.atMs) / 1000,
            },
      message: sayReason(match),
    };
  });
  return { ticks: listed, omitted: all.length - shown.length };
}

/** The newest occurrences of the window: as many as are shown, and at times some more. */
function listNewest(schedules: Schedule<CalendarRecurrence>[], { startMs, endMs }: Window): number[] {
  for (const reachMs of REACHES_MS) {
    const fromMs = Math.max(startMs, endMs - reachMs);
    const { occurrencesMs } = mergeCertain(schedules, { startMs: fromMs, endMs });
    if (fromMs === startMs || occurrencesMs.length > MOST_TICKS) return occurrencesMs;
  }
  return [];
}

function sayReason({ reason, run, atMs }: ReturnType<typeof matchCalendar>[number]): string {
  const delay = run === null ? "" : formatDuration(Math.max(0, run.startedMs - atMs) / 1000);
  if (reason === "ok") return run?.status === "failed" ? "started in time, and failed" : "started in time";
  if (reason === "late") return `started ${delay} late`;
  if (reason === "waited") {
    return run === null
      ? "the run before it was still going"
      : `started ${delay} late: the run before it was still going`;
  }
  if (reason === "missed") return "no run was started";
  if (reason === "skipped") return "recorded as skipped";
  if (reason === "pending") return run === null ? "may still start" : "waits to start";
  return "the report does not tell: it holds the newest runs only, or the schedule was another";
}

/** Of an interval counted from the newest start. */
function listNext(schedules: Schedule[], rule: RuleReport, nowMs: number): number[] {
  const byInterval = schedules.filter(isInterval).flatMap((schedule) => listIntervals(schedule, rule, nowMs));
  const byCalendar = listNextOccurrences(schedules.filter(isCalendar), nowMs);
  return [...new Set([...byInterval, ...byCalendar])].toSorted((a, b) => a - b).slice(0, SHOWN_NEXT);
}

function listIntervals(
  { recurrence: { everyMs } }: Schedule<IntervalRecurrence>,
  { last_run_at: last }: RuleReport,
  nowMs: number,
): number[] {
  if (last === null) return [];
  const lastMs = Date.parse(last);
  const firstMs = lastMs + Math.max(1, Math.ceil((nowMs - lastMs) / everyMs)) * everyMs;
  return Array.from({ length: SHOWN_NEXT }, (_, index) => firstMs + index * everyMs);
}

function listNextOccurrences(schedules: Schedule<CalendarRecurrence>[], nowMs: number): number[] {
  if (schedules.length === 0) return [];
  for (const reachMs of REACHES_MS) {
    const { occurrencesMs } = mergeOccurrences(schedules, { startMs: nowMs + 1, endMs: nowMs + reachMs });
    if (occurrencesMs.length >= SHOWN_NEXT || reachMs === REACHES_MS.at(-1)) return occurrencesMs.slice(0, SHOWN_NEXT);
  }
  return [];
}
