/** From one CRM's activity to what each of its rules is judged by. */
import { normalizeName } from "../../text/alike-names.ts";
import { isInForce, type Schedule } from "../../time/recurrence.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../time/units.ts";
import { lengthOf, type Window } from "../../time/window.ts";
import type { DeclaredRule, ReadActivity, RuleActivity } from "../activity.ts";
import type { RunRow } from "../rules/run-row.ts";
import { foldAttempts, isFinished, isOpen, settledAt, type Attempts } from "../rules/attempts.ts";
import { countOutcome, countRuns, emptyCounts } from "../counts.ts";
import type { RuleExpectation } from "../expectation/expectations.ts";
import { countDue, type Due } from "../expectation/due.ts";
import { deriveFreshness, type Habit } from "../expectation/limits.ts";
import { findFailingTime } from "../expectation/failing-time.ts";
import { findSilentSchedule, type SilentSchedule } from "../expectation/own-schedule.ts";
import { describeHabit } from "../rules/habit.ts";
import { findSuccessor } from "../memory/gone.ts";
import type { RuleHistory } from "../memory/history.ts";
import type { Renamings } from "../rules/renamed.ts";
import { limitOf } from "../rules/stale.ts";
import { settingsOfRule, type ReportSettings } from "../settings.ts";
import { compareNames } from "../words.ts";
import {
  changedAt,
  describeFruitless,
  findAwaitedNow,
  findEnd,
  findMiddleGap,
  findUsualGap,
  isPerhapsResumed,
  madeInOutage,
  newestEnd,
  silenceSince,
} from "./awaited.ts";
import { findLaterName, listSeries } from "./dated-names.ts";
import { reachBack } from "./empty.ts";
import type { RuleFacts } from "./facts.ts";
import { findLateStreak } from "./late.ts";
import { findMissedOften } from "./missed-often.ts";
import { findRested } from "./rested.ts";
import { findStoppedSchedule, type StoppedSchedule } from "./stopped-schedule.ts";
import { findTooOften } from "./too-often.ts";

/** Of a rule without a known run no earlier runs are counted as missed. */
const COUNTED_BACK_MS = 30 * DAY_MS;

/** A failed run that is started again within this, and within a third of the usual interval, may be one attempt of several. */
const RETRY_MS = 15 * MINUTE_MS;
/** Runs are as often as a schedule asks for, up to this factor. */
const SAME_RHYTHM = 1.5;
const NONE_MISSED = { n: 0, isMinimum: false };

/** One for each rule that is declared, expected or known to have run, by name. */
export function gatherFacts(
  activity: ReadActivity & { window: Window },
  expectations: RuleExpectation[],
  settings: ReportSettings,
  { histories, renamed }: { histories: ReadonlyMap<string, RuleHistory>; renamed: Renamings },
): RuleFacts[] {
  const activities = new Map(activity.rules.map((rule) => [rule.rule, rule]));
  const declared = new Map(activity.declaredRules.map((rule) => [rule.name, rule]));
  const expected = new Map(expectations.map((expectation) => [expectation.rule, expectation]));
  const names = new Set([...activities.keys(), ...declared.keys(), ...expected.keys()]);
  const unscheduled = listUnscheduled(activity, expected);
  const series = listSeries(activity.rules);
  const firstFailedMs = listFirstFailures(activity);
  return [...names]
    .filter((rule) => declared.has(rule) || expected.has(rule) || hasOwnRuns(activities.get(rule)))
    .toSorted(compareNames)
    .map((rule) =>
      gatherRule(rule, {
        activity,
        found: activities.get(rule) ?? null,
        declared: declared.get(rule) ?? null,
        expectation: expected.get(rule) ?? null,
        unscheduled,
        activities,
        settings,
        histories,
        renamed,
        series,
        firstFailedMs,
      }),
    );
}

/** Of each rule that failed in the window: the end of its first failure. */
function listFirstFailures({ failures }: ReadActivity): Map<string, number> {
  const firstMs = new Map<string, number>();
  for (const row of failures.filter(({ current }) => current))
    firstMs.set(row.rule, Math.min(row.firstMs, firstMs.get(row.rule) ?? Infinity));
  return firstMs;
}

type Known = {
  activity: ReadActivity & { window: Window };
  found: RuleActivity | null;
  declared: DeclaredRule | null;
  expectation: RuleExpectation | null;
  unscheduled: string[];
  activities: ReadonlyMap<string, RuleActivity>;
  settings: ReportSettings;
  histories: ReadonlyMap<string, RuleHistory>;
  renamed: Renamings;
  series: ReturnType<typeof listSeries>;
  firstFailedMs: ReadonlyMap<string, number>;
};

function gatherRule(rule: string, known: Known): RuleFacts {
  const { activity, found, declared, expectation, unscheduled, settings, histories } = known;
  const { window } = activity;
  const history = histories.get(rule) ?? null;
  const runs = found?.runs ?? [];
  const finished = runs.filter(isFinished);
  const open = runs.filter(isOpen).toSorted((a, b) => a.startedMs - b.startedMs);
  const counts = found?.current ?? emptyCounts();
  const unseenMs = found?.unseenMs ?? 0;
  const habit = found === null ? null : describeHabit(found, window, activity.lookback);
  const inForce = (expectation?.schedules ?? []).filter((schedule) => isInForce(schedule, window.endMs));
  const lastStartMs = found?.newestStartMs ?? null;
  const changedMs = changedAt(declared, window.endMs);
  // Not every table of schedules says when a row was written.
  const mayBePurged = activity.tableSinceMs !== null && (changedMs ?? -Infinity) < activity.tableSinceMs;
  const countedFromMs = Math.max(
    activity.knownSinceMs,
    window.endMs - COUNTED_BACK_MS,
    changedMs ?? -Infinity,
    // What was due before the table's oldest row may have run and been deleted, or the CRM may be younger.
    mayBePurged ? (activity.tableSinceMs ?? -Infinity) : -Infinity,
  );
  const purgedMs = mayBePurged ? activity.tableSinceMs : null;
  const all = {
    schedules: inForce,
    countedFromMs,
    changedMs,
    resumedMs: declared?.resumedMs ?? null,
    purgedMs,
    usualGapMs: findUsualGap(finished),
    history,
  };
  // What cannot be read may be a run of any schedule.
  const stopped =
    expectation === null || (found?.unreadable?.newer ?? 0) > 0
      ? null
      : findStoppedSchedule(expectation, { runs, awaited: all, window, lateAfterMs: settings.lateAfterMs });
  const silent = asSilent(stopped);
  const awaited = silent === null ? all : { ...all, schedules: withoutSilent(expectation, silent, window) };
  const lastRunMs = Math.max(lastStartMs ?? -Infinity, newestEnd(finished) ?? -Infinity);
  const due = findAwaitedNow(awaited, lastStartMs, finished);
  const own = settingsOfRule(settings, rule);
  const stuckAfterMs = own.staleAfterMs ?? limitOf(found, history ?? undefined);
  const limits = deriveFreshness({
    configured: { warnAfterMs: own.warnAfterMs, errorAfterMs: own.errorAfterMs },
    schedules: expectation?.schedules ?? [],
    windowEndMs: window.endMs,
    lateAfterMs: settings.lateAfterMs,
    habit,
  });
  const usualIntervalMs = findInterval(due, habit);
  const lookalikes =
    lastStartMs === null && due !== null
      ? known.unscheduled.filter((name) => runsEvery(due.gapMs, known.activities.get(name), window))
      : [];
  const attempts = foldAttempts(finished, {
    retryWithinMs: Math.min(RETRY_MS, (usualIntervalMs ?? HOUR_MS) / 3),
    intervalMs: usualIntervalMs,
    isScheduled: inForce.length > 0,
  });
  return {
    rule,
    window,
    enabled: declared?.enabled ?? (expectation === null ? null : true),
    unmatched: declared?.unmatched ?? false,
    unscheduled,
    lookalikes,
    counts,
    outcome: countOutcome(counts),
    finished,
    attempts,
    unbroken: found === null ? [] : listUnbroken(attempts, found, window),
    open,
    lastSuccessMs: found?.lastSuccessMs ?? null,
    firstFailedMs: known.firstFailedMs.get(rule) ?? null,
    lastStartMs,
    isFirstDue: due !== null && (changedMs === countedFromMs || due.atMs - countedFromMs > due.gapMs),
    schedules: expectation?.texts ?? [],
    notUnderstood: expectation?.reasons ?? [],
    timezone: settings.timezone,
    due,
    endedMs: findEnd(expectation?.schedules ?? [], finished, window.endMs),
    isPerhapsResumed: isPerhapsResumed(awaited, due, {
      lastRunMs,
      endMs: window.endMs,
      lateAfterMs: settings.lateAfterMs,
    }),
    madeMs: madeInOutage(awaited, due, { declared, lastStartMs }),
    renewedMs: due !== null && lastStartMs !== null && due.sinceMs > lastRunMs ? due.sinceMs : null,
    resumedMs: declared?.resumedMs ?? null,
    changedMs: due !== null && changedMs !== null && changedMs > Math.max(due.sinceMs, lastRunMs) ? changedMs : null,
    disabledMs: declared?.disabledMs ?? null,
    isRewritten: declared?.isRewritten === true && expectation === null,
    fruitless:
      found === null ? null : describeFruitless({ ...found, runs }, { window, stuckAfterMs, awaited, history }),
    missedSince:
      due === null
        ? NONE_MISSED
        : countDue(awaited.schedules, due, { endMs: window.endMs - unseenMs, lateAfterMs: settings.lateAfterMs }),
    unseenMs,
    compared: expectation?.compared ?? null,
    rested:
      found === null || history === null || (expectation?.compared ?? null) !== null
        ? null
        : findRested(found, history, window),
    stoppedSchedule: stopped?.isMain === true ? stopped : null,
    silentSchedule:
      (expectation === null || history === null
        ? null
        : findSilentSchedule(expectation, history, { window, lateAfterMs: settings.lateAfterMs })) ?? silent,
    failingTime: history === null ? null : findFailingTime(expectation, history, finished),
    lateStreak: findLateStreak(expectation, runs, { window, changedMs, lateAfterMs: settings.lateAfterMs }),
    missedOften: findMissedOften(expectation, runs, { window, changedMs }),
    limits,
    lateAfterMs: settings.lateAfterMs,
    stuckAfterMs,
    usualIntervalMs,
    emptyStreak: reachBack(found?.emptyStreak ?? null, history),
    recordsFailed: found?.records.failed ?? 0,
    failStreak: found?.failStreak ?? null,
    tooOften:
      found === null
        ? null
        : findTooOften(found, expectation, settings, {
            window,
            history,
            isChanged: changedMs !== null && changedMs >= window.startMs,
          }),
    newestError: found?.newestError ?? null,
    failedIds: found?.failedIds ?? [],
    unknownWords: found?.unknownWords ?? [],
    unknown: listUnknown(runs),
    unreadable: (found?.unreadable?.newer ?? 0) > 0 ? (found?.unreadable ?? null) : null,
    knownSinceMs: activity.knownSinceMs,
    mayBePurged,
    tableSinceMs: activity.tableSinceMs,
    thresholds: settings.thresholds,
    ownThresholds: settings.ownThresholds,
    history,
    silence: silenceSince(history, lastStartMs === null ? null : lastRunMs),
    renamed: known.renamed.get(rule) ?? null,
    retired: findRetirement({ rule, lastStartMs, isSchedule: declared?.unmatched === true }, settings),
    series: known.series.get(rule) ?? null,
    successor: isGone(lastStartMs, window) ? nameSuccessor(rule, { ...known, history, lastStartMs }) : null,
  };
}

/** Of a schedule that is to start few of the rule's runs: nothing stands still without it. */
function asSilent(stopped: StoppedSchedule | null): SilentSchedule | null {
  if (stopped === null || stopped.isMain) return null;
  const { text, schedule, due, n, isNever } = stopped;
  return { text, schedule, sinceMs: due.atMs, n, isNever };
}

/** Those in force that are awaited: what is silent is told as that, and its next run is not late. */
function withoutSilent(expectation: RuleExpectation | null, { text }: SilentSchedule, { endMs }: Window): Schedule[] {
  const { schedules, texts } = expectation ?? { schedules: [], texts: [] };
  return schedules.filter((schedule, index) => texts[index] !== text && isInForce(schedule, endMs));
}

/** Of both windows the newest runs are listed, and the newest ones before both: where others lie between, only those that are listed first. */
function listUnbroken(attempts: Attempts[], { current, previous }: RuleActivity, window: Window): Attempts[] {
  const bothFromMs = window.startMs - lengthOf(window);
  const isWithin = (run: RunRow) => settledAt(run) >= bothFromMs;
  const listed = attempts.flatMap(({ runs }) => runs).filter(isWithin).length;
  const isWhole = listed >= countOutcome(current).total + countOutcome(previous).total;
  return isWhole ? attempts : attempts.filter(({ runs: [newest] }) => isWithin(newest));
}

/** By its past; where no past reaches back to its end, by the date in its name. */
function nameSuccessor(
  rule: string,
  known: Known & { history: RuleHistory | null; lastStartMs: number | null },
): RuleFacts["successor"] {
  const { history, histories, activities, activity, found, lastStartMs } = known;
  const successor = history === null ? null : findSuccessor(history, histories);
  if (successor !== null) return successor;
  const running = activities.values().filter(({ newestStartMs }) => (newestStartMs ?? 0) > (lastStartMs ?? 0));
  const later = findLaterName(
    rule,
    running.map((one) => one.rule),
  );
  const gapMs = findMiddleGap((found?.runs ?? []).filter(isFinished));
  const isAlike = later !== null && gapMs > 0 && runsEvery(gapMs, activities.get(later), activity.window);
  return isAlike ? { rule: later, sinceMs: null } : null;
}

/** Up to a factor, by its newest runs, or by those of the window where few are known. */
function runsEvery(gapMs: number, rule: RuleActivity | undefined, window: Window): boolean {
  if (rule === undefined) return false;
  const usualMs =
    findMiddleGap(rule.runs.filter(isFinished)) || lengthOf(window) / Math.max(1, countRuns(rule.current));
  return usualMs <= gapMs * SAME_RHYTHM && gapMs <= usualMs * SAME_RHYTHM;
}

/** What the operator said of it, unless it has run since; of a schedule whose runs are not known, by the name of these runs. */
function findRetirement(
  { rule, lastStartMs, isSchedule }: { rule: string; lastStartMs: number | null; isSchedule: boolean },
  { retiredRules, crmSource }: ReportSettings,
): RuleFacts["retired"] {
  const isMeant = (name: string) =>
    name === rule || (isSchedule && normalizeName(name, crmSource) === normalizeName(rule, crmSource));
  const holding = retiredRules.filter(
    (retired) =>
      isMeant(retired.rule) && (retired.sinceMs === null || lastStartMs === null || lastStartMs <= retired.sinceMs),
  );
  return holding.find(({ sinceMs }) => sinceMs !== null) ?? holding[0] ?? null;
}

/** Silent for so long that another rule may have taken its place. */
function isGone(lastStartMs: number | null, { endMs }: Window): boolean {
  return lastStartMs !== null && endMs - lastStartMs > HOUR_MS;
}

function hasOwnRuns(rule: RuleActivity | undefined): boolean {
  if (rule === undefined) return false;
  return (
    rule.runs.length > 0 ||
    rule.lookback !== null ||
    rule.unreadable !== null ||
    countRuns(rule.current) + countRuns(rule.previous) > 0
  );
}

/** Runs without a known status since the newest one with an outcome. */
function listUnknown(runs: RunRow[]): RunRow[] {
  const known = runs.findIndex(isFinished);
  return (known === -1 ? runs : runs.slice(0, known)).filter(({ status }) => status === "unknown");
}

/** From one run to the next, where that is known. */
function findInterval(due: Due | null, habit: Habit | null): number | null {
  if (due !== null) return due.gapMs;
  return habit?.intervalMs ?? null;
}

/** Rules that run and that no schedule names, not even a disabled one, where others are scheduled and never ran. */
function listUnscheduled(activity: ReadActivity, expected: Map<string, RuleExpectation>): string[] {
  if (!activity.declaredRules.some(({ unmatched }) => unmatched)) return [];
  const others = activity.declaredRules.filter(({ enabled, isRewritten }) => !enabled || isRewritten);
  const scheduled = new Set(others.map(({ name }) => name));
  return activity.rules
    .filter(({ rule, current }) => !expected.has(rule) && !scheduled.has(rule) && countRuns(current) > 0)
    .map(({ rule }) => rule);
}
