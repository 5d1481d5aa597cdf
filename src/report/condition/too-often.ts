/** Whether a rule runs more often than its schedules, its pace and its past explain. */
import { HOUR_MS } from "../../time/units.ts";
import { hoursOf, lengthOf, type Window } from "../../time/window.ts";
import type { RuleActivity } from "../activity.ts";
import { countRuns, countStarted } from "../counts.ts";
import { isDoubled, isTooOften } from "../expectation/compare.ts";
import type { Compared } from "../expectation/interval.ts";
import type { RuleExpectation } from "../expectation/expectations.ts";
import { countAtUsualPace } from "../rules/habit.ts";
import { countUsual } from "../memory/crowd.ts";
import type { RuleHistory } from "../memory/history.ts";
import { isPastKnown } from "../memory/known.ts";
import type { ReportSettings } from "../settings.ts";
import type { RuleFacts } from "./facts.ts";

const MOST_PER_HOUR = 60;
/** A second scheduler makes twice as many, from some time in the window on. */
const MORE_THAN_USUAL = 1.4;
/** Of the window's runs, so many in the window before say that there are always as many. */
const BUSY_SHARE = 0.9;
/** A rule that began later in the window before tells less of itself than that window holds. */
const YOUNG_SHARE = 0.75;

/** More runs than its schedules, its pace or the window before explain, or more than one a minute for an hour. */
export function findTooOften(
  found: RuleActivity,
  expectation: RuleExpectation | null,
  { thresholds }: ReportSettings,
  { window, history, isChanged }: { window: Window; history: RuleHistory | null; isChanged: boolean },
): RuleFacts["tooOften"] {
  const seen = countStarted(found, window);
  const compared = expectation?.isWhole === true ? expectation.compared : null;
  const isUnplanned = expectation === null || expectation.compared === null;
  // Weeks tell more than the window before, of which a young rule saw a part only.
  const isYoung = history !== null && history.firstMs > window.startMs - YOUNG_SHARE * lengthOf(window);
  const isKnown = isPastKnown(history);
  const usual =
    isUnplanned && !isYoung && !isKnown ? expectAsUsual(found, hoursOf(window), thresholds.min_actions) : null;
  const expected = compared?.expected ?? usual?.expected ?? null;
  if (expected !== null && isTooOften({ expected, seen })) {
    return { seen, expected, words: usual?.words ?? "expected by its schedule" };
  }
  const busiest = countBusiestHour(found.startsMs ?? [], seen, window);
  const before = (history === null ? null : countUsual(history, hoursOf(window))) ?? countRuns(found.previous);
  if (compared !== null && !isChanged && isStartedTwice(found, compared, { busiest, before, hours: hoursOf(window) })) {
    return { seen, expected: compared.expected, words: "expected by its schedule, as if two schedulers started it" };
  }
  const isPlanned = expectation !== null && (compared?.expected ?? 0) >= seen;
  // A rule that always runs each half minute is no loop.
  const wasAsBusy = countRuns(found.previous) >= seen * BUSY_SHARE;
  return busiest > MOST_PER_HOUR && !isPlanned && !isKnown && !wasAsBusy
    ? { seen, expected: busiest, words: "of them within one hour" }
    : null;
}

/** Neither failures that are started again, nor what is always written twice, nor what was made up for at once. */
function isStartedTwice(
  { current }: RuleActivity,
  compared: Compared,
  { busiest, before, hours }: { busiest: number; before: number; hours: number },
): boolean {
  const { expected, missed, extra } = compared;
  const isMoreThanUsual = countRuns(current) >= before * MORE_THAN_USUAL;
  const isSpread = busiest <= 2 * Math.ceil(expected / hours) + 1;
  if (extra === null) return false;
  return isDoubled({ expected, extra }) && extra > missed && current.success > expected && isMoreThanUsual && isSpread;
}

/** As in the window before, or at its usual pace where it rested in that one; null where it hardly ran there. */
function expectAsUsual(
  found: RuleActivity,
  hours: number,
  minRuns: number,
): { expected: number; words: string } | null {
  const before = countRuns(found.previous);
  if (before < minRuns) return null;
  const paced = countAtUsualPace(found, hours * HOUR_MS) ?? 0;
  return paced > before
    ? { expected: paced, words: "at its usual pace" }
    : { expected: before, words: "in the window before" };
}

function countBusiestHour(startsMs: number[], seen: number, window: Window): number {
  if (startsMs.length === 0) return Math.floor(seen / Math.max(1, hoursOf(window)));
  // The starts from `first` on that were looked at never become fewer: they are as many as the busiest hour so far had.
  let first = 0;
  for (const atMs of startsMs) if ((startsMs[first] ?? atMs) <= atMs - HOUR_MS) first += 1;
  return startsMs.length - first;
}
