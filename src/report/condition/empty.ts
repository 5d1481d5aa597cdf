/** A rule that succeeds without the records it usually brings. */
import { formatCount, formatHours, formatInstant, formatNear, formatPlural } from "../../text/figures.ts";
import { DAY_MS, HOUR_MS } from "../../time/units.ts";
import { hoursOf } from "../../time/window.ts";
import type { EmptyStreak } from "../activity.ts";
import { chanceOfEmptiness, usualRecords } from "../memory/emptiness.ts";
import type { RuleHistory } from "../memory/history.ts";
import { isPastKnown } from "../memory/known.ts";
import { findStreakOnset } from "../memory/onset.ts";
import type { Judgement, RuleFacts } from "./facts.ts";
import { isRare } from "./rare.ts";

/** A rule that usually brings fewer may well find nothing. */
const MANY_RECORDS = 100;
const FEWEST_RUNS = 3;
/** Of the records that are usual. */
const MANY_WRITTEN = 0.5;
const UNLIKELY = 1e-3;
/** Of a rule that seldom runs: what is so likely at one of its hours is no news there, and in a row it is from the second chance on. */
const OFTEN = 0.1;
const UNUSUAL = 0.01;
/** Hours with records at the same time the day before: two, because a change of clocks moves a night by one. */
const FEWEST_HOURS = 2;

/** What its newest runs wrote as usual was not counted as processed: that says nothing of what they brought. */
export function isUncounted({ emptyStreak }: RuleFacts, usualRecords: number): boolean {
  return emptyStreak !== null && emptyStreak.written >= usualRecords * MANY_WRITTEN;
}

export function judgeEmpty(facts: RuleFacts): Judgement | null {
  const { rule, window, recordsFailed, emptyStreak } = facts;
  if (emptyStreak === null || emptyStreak.usual === null || emptyStreak.usual < MANY_RECORDS) return null;
  const { n, sinceMs, usual, atLeast = false } = emptyStreak;
  if (isUncounted(facts, usual) || !isUnusual(facts, emptyStreak)) return null;
  const since = formatNear(sinceMs, window.endMs);
  const failed =
    recordsFailed > 0 ? `; ${formatPlural(recordsFailed, "record")} failed in ${formatHours(hoursOf(window))}` : "";
  return {
    condition: "empty",
    severity: "warning",
    degradation: null,
    sinceMs,
    message: `${rule}: ${formatPlural(n, "run")} succeeded with 0 records since ${since}${atLeast ? " at least" : ""}, usually ${formatCount(Math.round(usual))} a run${failed}`,
    evidence: {
      successful: n,
      since: formatInstant(sinceMs),
      usual_records: Math.round(usual),
      records_failed: recordsFailed,
    },
  };
}

/** The streak with its part, and the usual records, that only the weeks before know. */
export function reachBack(emptyStreak: EmptyStreak | null, history: RuleHistory | null): EmptyStreak | null {
  if (emptyStreak === null || history === null || (emptyStreak.usual !== null && emptyStreak.atLeast !== true))
    return emptyStreak;
  const onset = findStreakOnset(history.empties, { known: emptyStreak.n, sinceMs: emptyStreak.sinceMs });
  if (onset === null) return emptyStreak;
  const { n, sinceHour, isWhole } = onset;
  const { atLeast, ...known } = emptyStreak;
  const sinceMs = sinceHour === null ? emptyStreak.sinceMs : sinceHour * HOUR_MS;
  const isCertain = isWhole || (atLeast !== true && sinceHour === null);
  return {
    ...known,
    n,
    sinceMs,
    usual: emptyStreak.usual ?? usualRecords(history, Math.floor(sinceMs / HOUR_MS)),
    ...(isCertain ? {} : { atLeast: true as const }),
  };
}

/**
 * By its own past, where that is known from before the streak; else by the day before it. A rare rule is told at once, unless it
 * often brings nothing at that hour.
 */
function isUnusual(facts: RuleFacts, { n, sinceMs, fullHours }: EmptyStreak): boolean {
  const chance = isPastKnown(facts.history) ? chanceOfEmptiness(facts.history, { n, sinceMs }) : null;
  if (isRare(facts) === true) return chance === null || chance.all < (chance.least < OFTEN ? OFTEN : UNUSUAL);
  if (chance !== null) return n > 1 && chance.all < UNLIKELY;
  // Both may know an hour.
  const allFull = new Set([...fullHours, ...listFull(facts)]);
  return n >= FEWEST_RUNS && hadRecordsTheDayBefore(sinceMs, facts.window.endMs, [...allFull]);
}

/** Hours with records in what is known of its past, however short that and the window are. */
function listFull({ history }: RuleFacts): number[] {
  if (history === null) return [];
  const { hours, counts, values } = history.empties;
  return [...hours].filter((_, index) => (values[index] ?? 0) < (counts[index] ?? 0));
}

/** Whether the same hours brought records a day earlier, or the streak is older than a day: nights may well be empty. */
function hadRecordsTheDayBefore(sinceMs: number, endMs: number, fullHours: number[]): boolean {
  if (endMs - sinceMs > DAY_MS) return true;
  const within = fullHours.filter(
    (hour) => hour * HOUR_MS >= sinceMs - DAY_MS && (hour + 1) * HOUR_MS <= endMs - DAY_MS,
  );
  return within.length >= FEWEST_HOURS;
}
