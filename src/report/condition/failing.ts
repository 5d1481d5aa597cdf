/** A rule whose newest finished runs failed. */
import { expectedShare } from "../chance.ts";
import { formatCount, formatDuration, formatInstant, formatNear, formatPlural } from "../../text/figures.ts";
import { endedBadly, hasFailed, settledAt, type Attempts } from "../rules/attempts.ts";
import { maskErrorMessage } from "../errors/redact.ts";
import { usualFailureShare } from "../memory/failures.ts";
import { isPastKnown } from "../memory/known.ts";
import { findStreakOnset, type Onset } from "../memory/onset.ts";
import { isCertain, measureSilence } from "../memory/silence.ts";
import { HOUR_MS } from "../../time/units.ts";
import type { Judgement, RuleFacts } from "./facts.ts";
import { isRare } from "./rare.ts";
import type { Severity } from "../words.ts";

/** A streak less likely than this by the rule's own failures is no chance. */
const UNLIKELY = 1e-3;
/** And less likely than this it is certain. */
export const CERTAIN = 1e-5;

export function judgeFailing(facts: RuleFacts): Judgement | null {
  const { rule, attempts, lastSuccessMs, window } = facts;
  const bad = attempts.findIndex((attempt) => !endedBadly(attempt));
  const streak = bad === -1 ? attempts : attempts.slice(0, bad);
  if (streak.length === 0) return null;
  const runs = streak.flatMap((attempt) => attempt.runs).filter(hasFailed);
  const [newest] = runs;
  const oldest = runs.at(-1);
  if (newest === undefined || oldest === undefined) return null;
  const { failStreak, history } = facts;
  const knownSinceMs = Math.min(failStreak?.sinceMs ?? Infinity, settledAt(oldest));
  const isKnown = bad !== -1 || failStreak?.whole === true;
  const known = Math.max(failStreak?.n ?? 0, runs.length);
  const onset =
    isKnown || history === null ? null : findStreakOnset(history.finished, { known, sinceMs: knownSinceMs });
  const counted = onset?.n ?? known;
  const sinceHour = onset?.sinceHour ?? null;
  const isWhole = isKnown || onset?.isWhole === true;
  // Each day another run is the first that is known, and the last success stays where it is.
  const isOlder = !isWhole && lastSuccessMs !== null;
  const sinceMs = isOlder ? lastSuccessMs : sinceHour === null ? knownSinceMs : sinceHour * HOUR_MS;
  const since = formatNear(sinceMs, window.endMs);
  const isPartial = runs.every(({ status }) => status === "partial");
  const how = isPartial ? "ended only in part" : "failed";
  const last = isOlder ? "" : `; ${sayLastSuccess(facts, onset)}`;
  const times = isOlder
    ? `none of its runs succeeded since ${since}, at least ${formatCount(counted)} ${how}`
    : counted === 1
      ? `its newest run ${how} at ${formatNear(settledAt(newest), window.endMs)}`
      : `its newest ${formatPlural(counted, "run")} ${how}, since ${since}${isWhole ? "" : " at least"}`;
  const silentMs = isPartial || counted > runs.length ? null : findSilence(facts, streak);
  return {
    condition: "failing",
    severity: silentMs === null ? weigh(facts, streak.length, isPartial, sinceMs) : "critical",
    degradation: null,
    sinceMs: silentMs === null ? sinceMs : (lastSuccessMs ?? sinceMs),
    message: `${rule}: ${times}${silentMs === null ? "" : `, after ${formatDuration(silentMs / 1000)} without any`}${last}`,
    evidence: {
      failed_in_a_row: counted,
      ...(isPartial ? { partial: counted } : {}),
      since: formatInstant(sinceMs),
      last_success_at: lastSuccessMs === null ? null : formatInstant(lastSuccessMs),
      successful: facts.outcome.successful,
      total: facts.outcome.total,
      newest_error: maskErrorMessage(newest.error ?? facts.newestError),
      row_ids: runs.flatMap(({ id }) => id ?? []).slice(0, 3),
    },
  };
}

/** Of a success so old the hour alone is known. */
function sayLastSuccess({ lastSuccessMs, window }: RuleFacts, onset: Onset | null): string {
  if (lastSuccessMs !== null) return `last success ${formatNear(lastSuccessMs, window.endMs)}`;
  const otherHour = onset?.otherHour ?? null;
  return otherHour === null
    ? "no success known"
    : `last success in the hour after ${formatNear(otherHour * HOUR_MS, window.endMs)}`;
}

/** How long nothing had run before the streak, in milliseconds, where that alone was an outage: a failure ends none. Else null. */
function findSilence({ attempts, history, lastSuccessMs, limits }: RuleFacts, streak: Attempts[]): number | null {
  const [before] = attempts.slice(streak.length);
  if (lastSuccessMs === null || before === undefined) return null;
  const streakMs = Math.min(...streak.flatMap(({ runs }) => runs.map(({ startedMs }) => startedMs)));
  const silentMs = streakMs - lastSuccessMs;
  // Between the newest runs and those of the look-back there may be others.
  const isNext = Math.max(...before.runs.map(settledAt)) >= lastSuccessMs;
  const lastStartMs = isNext ? Math.max(...before.runs.map(({ startedMs }) => startedMs)) : lastSuccessMs;
  // Its weeks know its rests better than its newest runs do.
  const isGuess = limits.basis === "usual-interval" && isPastKnown(history);
  const isLong = !isGuess && limits.errorAfterMs !== null && silentMs > limits.errorAfterMs;
  const isOutage = history !== null && isCertain(measureSilence({ ...history, nowMs: streakMs }, lastStartMs));
  return isLong || isOutage ? silentMs : null;
}

/**
 * How likely it failed before the streak, by its known attempts; where none of them is a repeat, by its own past. No rule is so
 * good that one failure, or two, would be certain.
 */
function shareBefore({ attempts, finished, history }: RuleFacts, streak: number, sinceMs: number): number {
  const earlier = attempts.slice(streak);
  const isRetried = attempts.length < finished.length;
  if (history !== null && !isRetried) {
    return Math.max(expectedShare({ failed: 0, total: 0 }), usualFailureShare(history, Math.floor(sinceMs / HOUR_MS)));
  }
  return expectedShare({ failed: earlier.filter(endedBadly).length, total: earlier.length });
}

function weigh(facts: RuleFacts, streak: number, isPartial: boolean, sinceMs: number): Severity {
  const { attempts, lastSuccessMs, window, limits } = facts;
  const share = shareBefore(facts, streak, sinceMs);
  const chance = share ** streak;
  // A rule that seldom runs is told after one failure.
  const isSeldom = isRare(facts) ?? attempts.length <= 2;
  const ageMs = lastSuccessMs === null ? Infinity : window.endMs - lastSuccessMs;
  const isTooOld = limits.errorAfterMs !== null && ageMs > limits.errorAfterMs;
  if (!isPartial && (chance < CERTAIN || (streak > 1 && isTooOld && chance < UNLIKELY))) return "critical";
  return chance < UNLIKELY || isSeldom || (streak > 1 && isTooOld) ? "warning" : "info";
}
