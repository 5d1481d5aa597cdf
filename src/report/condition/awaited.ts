/** What a rule's schedules wait for, since when, and what excuses them: changes, the rule's own long runs, an end. */
import type { Schedule } from "../../time/recurrence.ts";
import { DAY_MS, HOUR_MS } from "../../time/units.ts";
import type { Window } from "../../time/window.ts";
import type { DeclaredRule, RuleActivity } from "../activity.ts";
import { findDue, type Due } from "../expectation/due.ts";
import { findFromEnd } from "../expectation/from-end.ts";
import { clampLateness, MIN_INTERVALS } from "../expectation/limits.ts";
import { pastChange } from "../expectation/expectations.ts";
import type { RuleHistory } from "../memory/history.ts";
import { findLastSuccessHour } from "../memory/onset.ts";
import { isCertain, measureSilence, type Silence } from "../memory/silence.ts";
import { aliveUntil } from "../rules/attempts.ts";
import type { RunRow } from "../rules/run-row.ts";
import { findFruitless, restsSoLong, type Fruitless } from "./fruitless.ts";

export type Awaited = {
  schedules: Schedule[];
  countedFromMs: number;
  changedMs: number | null;
  /** Until when it was disabled; null: nobody saw that. */
  resumedMs: number | null;
  /** Start of the table's oldest row, where what was due before may have run and been deleted; null: it was not. */
  purgedMs: number | null;
  usualGapMs: number;
  history: RuleHistory | null;
};

/**
 * What the schedules wait for since the last start, or since they were enabled again. A schedule that was changed since then is
 * taken as new, unless the rule had been silent for longer before the change than it usually is: a row that is written every
 * minute must excuse nothing.
 */
export function findAwaited(awaited: Awaited, startedMs: number | null): Due | null {
  const { schedules, countedFromMs, changedMs, resumedMs } = awaited;
  if (schedules.length === 0) return null;
  if (startedMs === null) return findDue(schedules, countedFromMs);
  const lastStartMs = Math.max(startedMs, resumedMs ?? -Infinity);
  const due = findDue(schedules, lastStartMs);
  if (due !== null && isPurged(awaited, due, lastStartMs)) return findDue(schedules, awaited.purgedMs ?? lastStartMs);
  if (due === null || changedMs === null || changedMs <= lastStartMs) return due;
  const isExcused = changedMs - lastStartMs <= restsAtMost(awaited, due) && !wasSilent(awaited, lastStartMs, changedMs);
  return isExcused ? findDue(schedules, changedMs) : due;
}

/**
 * Whether a run that was due in an hour that nobody looked at may have been deleted since. The last start is remembered; one that is
 * longer ago than a rest excuses nothing, however often the table is purged.
 */
function isPurged(awaited: Awaited, due: Due, lastStartMs: number): boolean {
  const { purgedMs, history } = awaited;
  if (purgedMs === null || history === null || due.atMs >= purgedMs) return false;
  return purgedMs - lastStartMs <= restsAtMost(awaited, due) && !history.isCovered(Math.floor(due.atMs / HOUR_MS));
}

function restsAtMost({ usualGapMs }: Awaited, due: Due): number {
  return Math.max(DAY_MS, 3 * due.gapMs, 2 * usualGapMs);
}

/** For certain, by its own past, when the schedule was changed. */
function wasSilent({ history }: Pick<Awaited, "history">, lastStartMs: number, changedMs: number): boolean {
  return history !== null && isCertain(measureSilence({ ...history, nowMs: changedMs }, lastStartMs));
}

/**
 * Whether its schedule may have been disabled until its row was written, less than a day of silence ago: then the first run since
 * is not yet late.
 */
export function isPerhapsResumed(
  awaited: Awaited,
  due: Due | null,
  { lastRunMs, endMs, lateAfterMs }: { lastRunMs: number; endMs: number; lateAfterMs: number },
): boolean {
  const { schedules, changedMs } = awaited;
  if (due === null || changedMs === null || due.atMs > changedMs || changedMs - lastRunMs > DAY_MS) return false;
  const next = findDue(schedules, changedMs);
  return next === null || endMs - next.secondMs <= clampLateness(next.gapMs, lateAfterMs).warnMs;
}

/** When its schedule was made, if the rule had been silent for certain until then: that ends no outage. */
export function madeInOutage(
  { history }: Awaited,
  due: Due | null,
  { declared, lastStartMs }: { declared: DeclaredRule | null; lastStartMs: number | null },
): number | null {
  const made = declared?.schedules.find(({ createdMs }) => createdMs !== null && createdMs === due?.sinceMs);
  const madeMs = made?.createdMs ?? null;
  return madeMs !== null && lastStartMs !== null && wasSilent({ history }, lastStartMs, madeMs) ? madeMs : null;
}

/** What was due while the newest run went on has waited for its end, and is awaited no more; some schedules always wait for it. */
export function findAwaitedNow(awaited: Awaited, lastStartMs: number | null, finished: RunRow[]): Due | null {
  const due = findAwaited(awaited, lastStartMs);
  const lastEndMs = newestEnd(finished);
  if (due === null || lastStartMs === null || lastEndMs === null) return due;
  const fromMs = findFromEnd(awaited.schedules, finished) === null ? due.atMs : lastStartMs;
  return lastEndMs > fromMs ? findAwaited(awaited, lastEndMs) : due;
}

export function describeFruitless(
  found: RuleActivity,
  known: { window: Window; stuckAfterMs: number; awaited: Awaited; history: RuleHistory | null },
): Fruitless | null {
  const { window, stuckAfterMs, awaited, history } = known;
  const streak = findFruitless(found, { endMs: window.endMs, stuckAfterMs });
  if (streak === null) return null;
  // Where nothing of it ever ended, its first start that is known.
  const firstMs = streak.isMinimum ? Math.min(streak.firstMs, history?.firstMs ?? Infinity) : streak.firstMs;
  const successHour = history === null ? null : findLastSuccessHour(history.finished);
  const sinceMs = streak.lastEndMs ?? (successHour === null ? firstMs : successHour * HOUR_MS);
  // What ended after its last success, and before its newest runs, is known by the hour.
  const lastHour = streak.isMinimum ? (history?.finished.hours.at(-1) ?? -Infinity) : -Infinity;
  const isLater = lastHour * HOUR_MS > sinceMs;
  const lastEndMs = isLater ? Math.min(streak.firstMs, (lastHour + 1) * HOUR_MS) : streak.lastEndMs;
  return {
    ...streak,
    firstMs,
    lastEndMs,
    due: findAwaited(awaited, sinceMs),
    silence: silenceSince(history, sinceMs),
    isUsual: streak.kind === "skipped" && restsSoLong(history, streak.lastEndMs, window.endMs),
  };
}

export function silenceSince(history: RuleHistory | null, sinceMs: number | null): Silence | null {
  return history === null || sinceMs === null ? null : measureSilence(history, sinceMs);
}

/** Of those that have an end. */
export function newestEnd(finished: RunRow[]): number | null {
  const ends = finished.filter(({ endedMs }) => endedMs !== null).map(aliveUntil);
  return ends.length === 0 ? null : Math.max(...ends);
}

/** Between the starts of two of its newest runs, as often longer as shorter; 0 where too few are known. */
export function findMiddleGap(finished: RunRow[]): number {
  const gaps = listGaps(finished);
  return gaps.length < MIN_INTERVALS ? 0 : (gaps[Math.floor(gaps.length / 2)] ?? 0);
}

/** As `findMiddleGap`; where few are known the longest, for nothing says that it is not the usual one. */
export function findUsualGap(finished: RunRow[]): number {
  return findMiddleGap(finished) || (listGaps(finished).at(-1) ?? 0);
}

/** Fewer tell of no habit. */
const FEWEST_GAPS = 19;
/** A pause is as long as another if it is longer by no more than a fifth. */
const ALIKE = 1.2;

/**
 * Of an interval that is kept on average: before a second run is due, a pause tells nothing where so many others of the newest were as
 * long. Of runs that do not start there are fewer.
 */
export function isUsualPause(
  finished: RunRow[],
  { pauseMs, everyMs, others }: { pauseMs: number; everyMs: number; others: number },
): boolean {
  const gaps = pauseMs < 2 * everyMs ? listGaps(finished) : [];
  return gaps.length >= FEWEST_GAPS && gaps.filter((gap) => gap * ALIKE >= pauseMs).length >= others;
}

/** Between the starts of its newest runs, the shortest first. */
function listGaps(finished: RunRow[]): number[] {
  const startsMs = finished.map(({ startedMs }) => startedMs).toSorted((a, b) => a - b);
  return startsMs
    .slice(1)
    .map((atMs, index) => atMs - (startsMs[index] ?? atMs))
    .toSorted((a, b) => a - b);
}

/** When the last of its schedules stopped to start runs. Null: one is in force, or may still be, or it runs all the same. */
export function findEnd(schedules: Schedule[], finished: RunRow[], endMs: number): number | null {
  const ends = schedules.map(({ endAtMs }) => endAtMs ?? Infinity);
  const lastMs = Math.max(...ends);
  if (schedules.length === 0 || lastMs > endMs) return null;
  return finished.filter(({ startedMs }) => startedMs > lastMs + HOUR_MS).length < MIN_INTERVALS ? lastMs : null;
}

/** When the newest of a rule's schedule rows was made or changed. */
export function changedAt(declared: DeclaredRule | null, endMs: number): number | null {
  const changes = (declared?.schedules ?? []).flatMap(({ changedMs }) => pastChange(changedMs, endMs) ?? []);
  return changes.length === 0 ? null : Math.max(...changes);
}
