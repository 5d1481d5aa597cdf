/** A schedule that starts nothing any more, by the starts that no other schedule of its rule explains: what the others start is no life of it. */
import { mergeCertain } from "../../time/occurrences.ts";
import { isCalendar, isInForce, isInterval, type CalendarRecurrence, type Schedule } from "../../time/recurrence.ts";
import { DAY_MS, HOUR_MS, HOURS_A_DAY, WEEK_MS } from "../../time/units.ts";
import type { Window } from "../../time/window.ts";
import { busyUntil } from "../rules/attempts.ts";
import type { RuleExpectation } from "../expectation/expectations.ts";
import { EARLY_MS, earlyBefore, findDue, type Due } from "../expectation/due.ts";
import { clampLateness } from "../expectation/limits.ts";
import { countUnexplained, SHORTEST_GAP_MS } from "../expectation/own-schedule.ts";
import { MOST_SCHEDULES } from "../expectation/own-times.ts";
import { WEEK_DAYS } from "../memory/known.ts";
import type { RunRow } from "../rules/run-row.ts";
import { findAwaited, type Awaited } from "./awaited.ts";

export type StoppedSchedule = {
  text: string;
  schedule: Schedule;
  /** The first run that it did not start. */
  due: Due;
  /** Runs of its own that were due since then, while no run of the rule went on. */
  n: number;
  /** No start of it is known: it may have stopped earlier. */
  isNever: boolean;
  /** It is to start more runs than all the others: without it the rule as good as stands still. */
  isMain: boolean;
};

/** So many runs missed are no accident; of a schedule that seldom fires fewer. */
const FEWEST_MISSED = 3;
const FEWEST_SELDOM_MISSED = 2;
/** So far back runs are looked at one by one. */
const LONGEST_COUNTED_MS = 31 * DAY_MS;
/** Waits for runs that went on when it was due, one after the other. */
const MOST_WAITS = 50;

type Known = {
  /** Newest runs of the rule, whatever became of them. */
  runs: RunRow[];
  awaited: Awaited;
  window: Window;
  lateAfterMs: number;
};

/** The one that is missed most. */
export function findStoppedSchedule({ schedules, texts }: RuleExpectation, known: Known): StoppedSchedule | null {
  if (schedules.length < 2 || schedules.length > MOST_SCHEDULES || schedules.length !== texts.length) return null;
  const { endMs } = known.window;
  // The same row twice is one schedule.
  const listed = schedules
    .map((schedule, index) => ({ schedule, text: texts[index] ?? "" }))
    .filter(({ text }, index) => texts.indexOf(text) === index)
    .map((one) => ({ ...one, weekly: isInForce(one.schedule, endMs) ? countWeekly(one.schedule, endMs) : 0 }));
  const total = listed.reduce((sum, { weekly }) => sum + weekly, 0);
  const found = listed.flatMap(({ schedule, text, weekly }) => {
    const others = listed.filter((other) => other.text !== text).map((other) => other.schedule);
    // Nothing tells the runs of an interval, or of a schedule that fires all the time.
    if (weekly === 0 || others.some(isInterval) || total - weekly > WEEK_DAYS * HOURS_A_DAY) return [];
    const isMain = weekly > total - weekly;
    return findStop(schedule, others.filter(isCalendar), { ...known, text, isMain }) ?? [];
  });
  return found.toSorted((a, b) => b.n - a.n)[0] ?? null;
}

function countWeekly(schedule: Schedule, endMs: number): number {
  if (isInterval(schedule)) return WEEK_MS / schedule.recurrence.everyMs;
  return mergeCertain([schedule].filter(isCalendar), { startMs: endMs - WEEK_MS, endMs }).occurrencesMs.length;
}

function findStop(
  schedule: Schedule,
  others: Schedule<CalendarRecurrence>[],
  known: Known & { text: string; isMain: boolean },
): StoppedSchedule | null {
  const { runs, awaited, window, lateAfterMs, text, isMain } = known;
  const { endMs } = window;
  const startsMs = runs
    .map(({ startedMs }) => startedMs)
    .filter((startMs) => startMs > endMs - LONGEST_COUNTED_MS)
    .toSorted((a, b) => a - b);
  const [oldestMs, newestMs] = [startsMs[0], startsMs.at(-1)];
  if (oldestMs === undefined || newestMs === undefined) return null;
  const lastMs = findLastStart(schedule, others, { startsMs, lateAfterMs, endMs });
  const { history } = awaited;
  const olderMs = lastMs ?? (history === null ? oldestMs : findOlderStart(others, { history, lateAfterMs, oldestMs }));
  const firstDue = findAwaited({ ...awaited, schedules: [schedule] }, olderMs);
  if (firstDue === null) return null;
  const theirs = new Set(mergeCertain(others, { startMs: firstDue.atMs, endMs }).occurrencesMs);
  const excuses = { runs, endMs, theirs };
  const due = findMissed(schedule, firstDue, excuses);
  // Since then the others went on.
  if (due === null || due.atMs >= newestMs) return null;
  const isSeldom = due.gapMs >= SHORTEST_GAP_MS;
  if (!isMain && isSeldom) return null;
  const n = countMissed(schedule, due, { ...excuses, lateAfterMs });
  const isLong = endMs - due.secondMs > clampLateness(due.gapMs, lateAfterMs).errorMs;
  if (!isLong || n < (isSeldom ? FEWEST_SELDOM_MISSED : FEWEST_MISSED)) return null;
  return { text, schedule, due, n, isNever: lastMs === null && (history === null || olderMs === null), isMain };
}

/** The newest start that is none of the others'. Each of their runs explains the first start about its time. */
function findLastStart(
  schedule: Schedule,
  others: Schedule<CalendarRecurrence>[],
  { startsMs, lateAfterMs, endMs }: { startsMs: number[]; lateAfterMs: number; endMs: number },
): number | null {
  const span = { startMs: (startsMs[0] ?? endMs) - lateAfterMs - EARLY_MS, endMs: endMs + EARLY_MS };
  const own = mergeCertain([schedule].filter(isCalendar), span).occurrencesMs;
  const early = earlyBefore(own.length < 2 ? SHORTEST_GAP_MS : (own[1] ?? 0) - (own[0] ?? 0));
  const theirs = mergeCertain(others, span).occurrencesMs;
  const explained = new Set<number>();
  let lastMs: number | null = null;
  for (const startMs of startsMs) {
    const otherMs = newestUpTo(theirs, startMs + early);
    const isTheirs = otherMs >= newestUpTo(own, startMs + early) && startMs - otherMs <= lateAfterMs;
    if (isTheirs && !explained.has(otherMs)) explained.add(otherMs);
    else lastMs = startMs;
  }
  return lastMs;
}

/** At the latest, before those that are known one by one; null: none is known. */
function findOlderStart(
  others: Schedule<CalendarRecurrence>[],
  known: { history: NonNullable<Awaited["history"]>; lateAfterMs: number; oldestMs: number },
): number | null {
  const oldestHour = Math.floor(known.oldestMs / HOUR_MS);
  const unexplained = countUnexplained({ others, history: known.history });
  const hours = [...unexplained].flatMap(([hour, n]) => (n > 0 && hour < oldestHour ? [hour] : []));
  return hours.length === 0 ? null : (Math.max(...hours) + 1) * HOUR_MS - 1;
}

type Excuses = {
  runs: RunRow[];
  endMs: number;
  /** When the others were due: of two runs of one time one may stand for both. */
  theirs: ReadonlySet<number>;
};

/** Its first run that nothing excuses. */
function findMissed(schedule: Schedule, firstDue: Due, excuses: Excuses): Due | null {
  let due: Due | null = firstDue;
  for (let waits = 0; due !== null && waits < MOST_WAITS; waits += 1) {
    const untilMs = findExcuse(due.atMs, excuses);
    if (untilMs === null) return due;
    due = findDue([schedule], untilMs);
  }
  return null;
}

/** Until when a run that is due then is not missed, for while another goes on it waits; null: it is. */
function findExcuse(atMs: number, { runs, endMs, theirs }: Excuses): number | null {
  const busy = runs.find((run) => run.startedMs < atMs && busyUntil(run, endMs) > atMs);
  if (busy !== undefined) return busyUntil(busy, endMs);
  return theirs.has(atMs) ? atMs : null;
}

function countMissed(schedule: Schedule, due: Due, { lateAfterMs, ...excuses }: Excuses & { lateAfterMs: number }) {
  const { runs, endMs } = excuses;
  if (isInterval(schedule)) {
    const since = runs.filter(({ startedMs }) => startedMs > due.atMs);
    const busyMs = since.reduce((sum, run) => sum + Math.max(0, busyUntil(run, endMs) - run.startedMs), 0);
    return Math.max(0, Math.floor((endMs - due.sinceMs - busyMs) / schedule.recurrence.everyMs));
  }
  const untilMs = Math.min(endMs - lateAfterMs, due.atMs + LONGEST_COUNTED_MS);
  const { occurrencesMs } = mergeCertain([schedule].filter(isCalendar), { startMs: due.atMs, endMs: untilMs + 1 });
  return occurrencesMs.filter((atMs) => findExcuse(atMs, excuses) === null).length;
}

/** Of ascending instants; -Infinity: there is none. */
function newestUpTo(instantsMs: number[], atMs: number): number {
  return instantsMs.findLast((one) => one <= atMs) ?? -Infinity;
}
