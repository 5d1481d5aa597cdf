/** Runs of a rule that works, which did not start. */
import {
  formatCount,
  formatDuration,
  formatHours,
  formatInstant,
  formatNear,
  formatPlural,
  formatSpan,
} from "../../text/figures.ts";
import { readRecurrence } from "../../time/recurrence.ts";
import { HOUR_MS, SECOND_MS } from "../../time/units.ts";
import { hoursOf } from "../../time/window.ts";
import type { DueCount } from "../expectation/due.ts";
import { MAX_LISTED, type Compared } from "../expectation/interval.ts";
import { busyUntil } from "../rules/attempts.ts";
import { findLull } from "../memory/lull.ts";
import { sayDays } from "../memory/words.ts";
import { sayWhenDue } from "../expectation/schedule-words.ts";
import { isUsualPause } from "./awaited.ts";
import { degraded, type Judgement, type RuleFacts } from "./facts.ts";

/** Fewer missed runs than this, and less than this share of a schedule's runs, are an info. */
const FEW_MISSED = 3;
const FEW_MISSED_SHARE = 0.1;
/** So many in one go are a pause, which has a beginning. */
const FEWEST_PAUSED = 2;
/** It is over once so many of the runs due since then have started. */
const FEWEST_SINCE = 3;
/** A run that is not seen may go on for so many times what it usually takes. */
const LONGEST_ON = 10;
/** From this share on they are more urgent than what the runs bring or how long they take. */
const MANY_MISSED_SHARE = 0.25;

export function formatMissed({ n, isMinimum }: DueCount): string {
  return `${isMinimum ? "at least " : ""}${formatPlural(n, "run")}`;
}

/** Few missed runs are an hour of rest, and tell less than what the others bring or how long they take. */
export function chooseMissed(facts: RuleFacts, isMany: boolean): Judgement | null {
  const { compared } = facts;
  return compared !== null && settleMissed(compared).missedShare >= MANY_MISSED_SHARE === isMany
    ? judgeMissed(facts)
    : null;
}

/** The only run missing is the newest one due, and may go on without a row; of several the first at least did not start. */
export function mayGoOn({ unseenMs, missedSince, due, window }: RuleFacts): boolean {
  return due !== null && missedSince.n === 1 && window.endMs - due.atMs <= LONGEST_ON * unseenMs;
}

/** What became of those that were due; `last`: which. */
export function sayAbsent(facts: RuleFacts, last = ""): string {
  return mayGoOn(facts) ? `has no row${last}: not started, or not ended yet` : `did not start${last}`;
}

/** One of several schedules starts nothing any more, and the others hide it. */
export function judgeSilentSchedule({ rule, silentSchedule, timezone, window }: RuleFacts): Judgement | null {
  if (silentSchedule === null) return null;
  const { text, sinceMs, n, isNever } = silentSchedule;
  const since = `${isNever ? "at least since" : "since"} ${formatNear(sinceMs, window.endMs)}`;
  const message = `${rule}: its schedule ${sayWhenDue([text], timezone)} has started nothing ${since} (${formatPlural(n, "run")}), while its others go on`;
  return {
    ...degraded("missed", "warning", message),
    sinceMs,
    evidence: { schedule: text, since: formatInstant(sinceMs), missed: n },
  };
}

/** What the window tells of itself is told by that. */
export function judgeMissedOften({ rule, missedOften, compared, window }: RuleFacts): Judgement | null {
  if (missedOften === null || (compared?.missed ?? 0) > 0) return null;
  const { missed, due, sinceMs, lastMs } = missedOften;
  const message = `${rule}: ${formatCount(missed)} of ${formatPlural(due, "run")} due since ${formatNear(sinceMs, window.endMs)} did not start, the last one due ${formatNear(lastMs, window.endMs)}`;
  return { ...degraded("missed", "warning", message), sinceMs, evidence: { expected: due, missed } };
}

/** By its past, of a rule that no schedule asks for. */
export function judgeRested({ rule, rested, window }: RuleFacts): Judgement | null {
  if (rested === null) return null;
  const { fromMs, toMs, runs, days, sinceMs } = rested;
  const message = `${rule}: nothing started ${formatSpan(fromMs, toMs, window.endMs)}, over now: usually ${formatPlural(runs, "run")} would have started (${sayDays(days)})`;
  return {
    ...degraded("missed", "warning", message),
    sinceMs,
    evidence: { from: formatInstant(fromMs), to: formatInstant(toMs), missed: runs },
  };
}

function judgeMissed(facts: RuleFacts): Judgement | null {
  const { rule, compared, window } = facts;
  if (compared === null || compared.missed === 0) return null;
  const { expected, seen, missedAtMs, atTimes } = compared;
  const { missed, missedShare } = settleMissed(compared);
  if (missed === 0) return null;
  const waited = judgeWaited(facts, missed, missedShare);
  if (waited !== null) return waited;
  const [newest] = missedAtMs;
  const pause = missed >= FEWEST_PAUSED && missed === compared.missed ? compared.pause : null;
  const near = (ms: number) => formatNear(ms, window.endMs);
  const backMs = pause !== null && pause.startedSince >= FEWEST_SINCE ? pause.backMs : null;
  const since = pause?.sinceMs ?? null;
  const last =
    newest === undefined
      ? ""
      : since === null
        ? `, the last one due ${near(newest)}`
        : since < window.startMs
          ? `; none did ${formatSpan(since, newest, window.endMs)}`
          : `, those due ${formatSpan(since, newest, window.endMs)}`;
  // Of many single ones the weeks say since when: of a schedule that asks for more runs than ever started there is no such time.
  const lull =
    missedShare >= MANY_MISSED_SHARE && since === null && facts.history !== null ? findLull(facts.history) : null;
  const fewerMs = lull === null ? null : lull.sinceHour * HOUR_MS;
  const fewer = fewerMs === null ? "" : `; fewer start than usual since ${near(fewerMs)}`;
  const over = backMs === null ? "" : `; over: it runs again since ${near(backMs)}`;
  const hours = formatHours(hoursOf(window));
  const isOwn = atTimes !== null && missed === atTimes.missed;
  const what = isOwn
    ? `its schedule ${sayCalendars(facts)} did not start ${formatCount(missed)} of ${formatPlural(atTimes.expected, "run")} due in ${hours}${last}`
    : `${formatCount(missed)} of ${formatPlural(expected, "run")} due in ${hours} ${missed === 1 ? sayAbsent(facts, last) : `did not start${last}`}`;
  const isFew = (missed < FEW_MISSED && missedShare < FEW_MISSED_SHARE) || isOfDrift(facts, missed);
  return {
    ...degraded("missed", isFew ? "info" : "warning", `${rule}: ${what}${fewer}${over}`),
    sinceMs: since ?? fewerMs,
    evidence: {
      expected,
      seen,
      missed,
      ...(backMs === null ? {} : { back_since: formatInstant(backMs) }),
      ...(missed === 1 && mayGoOn(facts) ? { may_go_on: true } : {}),
    },
  };
}

/** Whether the only one missed is a pause of an interval as others are, this one besides. */
function isOfDrift({ compared, finished, window }: RuleFacts, missed: number): boolean {
  const [atMs] = compared?.missedAtMs ?? [];
  if (atMs === undefined || missed !== 1 || compared?.late !== null || compared.atTimes !== null) return false;
  const startsMs = finished.map(({ startedMs }) => startedMs);
  const fromMs = Math.max(...startsMs.filter((ms) => ms < atMs));
  const toMs = Math.min(window.endMs, ...startsMs.filter((ms) => ms >= atMs));
  return isUsualPause(finished, { pauseMs: toMs - fromMs, everyMs: atMs - fromMs, others: 3 });
}

/** Null: some of them were due while no run went on. */
function judgeWaited(facts: RuleFacts, missed: number, missedShare: number): Judgement | null {
  const { rule, compared, window, finished, open } = facts;
  if (compared === null) return null;
  const { expected, seen, missedAtMs } = compared;
  const goingOn = [...finished, ...open].filter(({ status }) => status !== "pending");
  const busy = missedAtMs.map((atMs) =>
    goingOn.find((run) => run.startedMs < atMs && atMs < busyUntil(run, window.endMs)),
  );
  const [longest] = busy
    .flatMap((run) => run ?? [])
    .toSorted((a, b) => busyUntil(b, window.endMs) - b.startedMs - (busyUntil(a, window.endMs) - a.startedMs));
  if (longest === undefined || busy.includes(undefined) || missedAtMs.length < Math.min(missed, MAX_LISTED))
    return null;
  const took = formatDuration((busyUntil(longest, window.endMs) - longest.startedMs) / SECOND_MS);
  const how = longest.endedMs === null ? `which has gone on for ${took}` : `which took ${took}`;
  const others = new Set(busy).size > 1 ? "runs before them to end, such as that" : "run";
  const message = `${rule}: ${formatCount(missed)} of ${formatPlural(expected, "run")} due in ${formatHours(hoursOf(window))} waited for its ${others} of ${formatNear(longest.startedMs, window.endMs)}, ${how}`;
  return {
    ...degraded("missed", missedShare < MANY_MISSED_SHARE ? "info" : "warning", message),
    evidence: { expected, seen, missed, waited: missed },
  };
}

/** Beside an interval. */
function sayCalendars({ schedules, timezone }: RuleFacts): string {
  return sayWhenDue(
    schedules.filter((text) => readRecurrence(text).kind !== "interval"),
    timezone,
  );
}

/**
 * The runs of an interval drift: where there are as many as expected, a long gap between two of them is no missed run. What
 * is due at times of its own does not drift, and other runs do not stand for it.
 */
function settleMissed({ expected, around, missed, missedShare, late, atTimes }: Compared) {
  if (late !== null) return { missed, missedShare };
  const own = atTimes ?? { expected: 0, missed: 0, pending: 0 };
  const due = expected - own.expected;
  const drifting = Math.min(
    missed - own.missed,
    Math.max(0, due - (around - (own.expected - own.missed - own.pending))),
  );
  return {
    missed: drifting + own.missed,
    missedShare: Math.max(drifting / Math.max(1, due), own.missed / Math.max(1, own.expected)),
  };
}
