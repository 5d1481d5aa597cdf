/** Which runs each rule's schedules should have started, and which were seen. */
import {
  NEWEST_RUNS,
  type DeclaredRule,
  type DeclaredSchedule,
  type ReadActivity,
  type RuleActivity,
} from "../activity.ts";
import { countStarted } from "../counts.ts";
import { compareRuns } from "./compare.ts";
import { EARLY_MS } from "./due.ts";
import { paceSchedules } from "./from-end.ts";
import type { Compared } from "./interval.ts";
import { readRecurrence, type Schedule } from "../../time/recurrence.ts";
import { compareNames } from "../words.ts";
import type { Report } from "../document/schema.ts";
import { settingsOfRule, type ReportSettings } from "../settings.ts";
import { latestOf, type Window } from "../../time/window.ts";

export type RuleExpectation = {
  rule: string;
  /** As they are written. */
  texts: string[];
  schedules: Schedule[];
  /** Null where a schedule of the rule cannot be expressed. */
  compared: Compared | null;
  /** Whether the schedules were in force in the whole window, as far as is known. */
  isWhole: boolean;
  reasons: string[];
};

/** One for each enabled rule that has a schedule, or an expectation in the configuration, by name. */
export function compareExpectations(
  activity: ReadActivity & { window: Window },
  settings: ReportSettings,
): RuleExpectation[] {
  const { rules, declaredRules } = activity;
  const activities = new Map(rules.map((rule) => [rule.rule, rule]));
  const declared = new Map(declaredRules.map((rule) => [rule.name, rule]));
  const expected = Object.keys(settings.rules).filter((rule) => settingsOfRule(settings, rule).expect !== null);
  const names = new Set([...declared.keys(), ...expected]);
  return [...names].toSorted(compareNames).flatMap((rule) => {
    const schedules = listSchedules(rule, declared.get(rule), settings);
    return schedules.length === 0 ? [] : [compareRule(rule, schedules, activities.get(rule), activity, settings)];
  });
}

/** The section of the report; null where nothing is scheduled or expected. */
export function describeExpectations(
  expectations: RuleExpectation[],
  unmatched: DeclaredRule[],
  { timezone }: ReportSettings,
): Report["expectations"] {
  if (expectations.length + unmatched.length === 0) return null;
  return {
    timezone,
    unmatched: unmatched.map(({ name, schedules }) => ({
      name,
      schedules: schedules.map(({ text }) => text),
      config_line: writeMapping(name),
    })),
    inexpressible: expectations
      .filter(({ reasons }) => reasons.length > 0)
      .map(({ rule, texts, reasons }) => ({ rule_name: rule, schedules: texts, reasons })),
  };
}

/** The line of a CRM's table that would map this schedule. */
export function writeMapping(name: string, type = "the name of its runs"): string {
  return `rule_names = { ${JSON.stringify(name)} = ${JSON.stringify(type)} }`;
}

/** What the configuration expects wins over what the warehouse's schedules say. */
function listSchedules(rule: string, declared: DeclaredRule | undefined, settings: ReportSettings): DeclaredSchedule[] {
  const { expect } = settingsOfRule(settings, rule);
  if (expect !== null)
    return [
      {
        text: expect,
        recurrence: readRecurrence(expect),
        startAtMs: null,
        endAtMs: null,
        createdMs: null,
        changedMs: null,
      },
    ];
  return declared?.enabled === true ? declared.schedules : [];
}

function compareRule(
  rule: string,
  declared: DeclaredSchedule[],
  found: RuleActivity | undefined,
  activity: ReadActivity & { window: Window },
  { timezone, habitTimezone, lateAfterMs }: ReportSettings,
): RuleExpectation {
  const texts = declared.map(({ text }) => text);
  const unread = declared.flatMap(({ recurrence }) => (recurrence.kind === "inexpressible" ? [recurrence.reason] : []));
  const schedules = declared.flatMap(({ recurrence, startAtMs, endAtMs, createdMs }): Schedule[] => {
    const fromMs = latestOf([startAtMs, pastChange(createdMs, activity.window.endMs)]);
    return recurrence.kind === "inexpressible" ? [] : [{ recurrence, timezone, startAtMs: fromMs, endAtMs }];
  });
  // What was expected before the rule's first run, the table's first row or a change of the schedule is not known.
  const firstMs = found === undefined ? null : latestOf([findFirstRun(found, activity), findDeleted(found, activity)]);
  const knownMs = latestOf([activity.tableSinceMs, firstMs]);
  const comparable = declared.flatMap(({ recurrence, startAtMs, endAtMs, changedMs }): Schedule[] =>
    recurrence.kind === "inexpressible"
      ? []
      : [
          {
            recurrence,
            timezone,
            startAtMs: latestOf([knownMs, latestOf([startAtMs, pastChange(changedMs, activity.window.endMs)])]),
            endAtMs,
          },
        ],
  );
  const changes = declared.map(({ changedMs }) => pastChange(changedMs, activity.window.endMs));
  const isWhole = comparable.every(({ startAtMs }) => (startAtMs ?? -Infinity) <= activity.window.startMs);
  if (unread.length > 0) return { rule, texts, schedules, compared: null, isWhole, reasons: unread };
  const seen = found === undefined ? 0 : countStarted(found, activity.window);
  const comparison = compareRuns({
    schedules: found === undefined ? comparable : paceSchedules(comparable, found, activity.window),
    timezone: habitTimezone,
    startsMs: found === undefined ? [] : found.startsMs,
    beforeMs: found === undefined ? null : findBefore(found, activity.window),
    seen,
    around: found?.startsMs?.length ?? seen,
    window: activity.window,
    lateAfterMs,
    unseenMs: found?.unseenMs ?? 0,
    unknownUntilMs: latestOf(changes),
  });
  return comparison.kind === "compared"
    ? { rule, texts, schedules, compared: comparison, isWhole, reasons: [] }
    : { rule, texts, schedules, compared: null, isWhole, reasons: comparison.reasons };
}

/** Its newest start before the window that is known: of a run that ended in the window too. */
function findBefore({ previousStartMs, lookback, startsMs, runs }: RuleActivity, { startMs }: Window): number | null {
  const across = [...(startsMs ?? []), ...runs.map(({ startedMs }) => startedMs)].filter((atMs) => atMs < startMs);
  return latestOf([previousStartMs, lookback?.startsMs[0] ?? null, ...across]);
}

/** Until when runs of the window are known to have been deleted: the memory knows one, and the table has none. */
function findDeleted({ newestStartMs, startsMs }: RuleActivity, { window }: { window: Window }): number | null {
  const isRemembered = startsMs?.length === 0 && newestStartMs !== null && newestStartMs >= window.startMs;
  return isRemembered ? newestStartMs + EARLY_MS : null;
}

/** Of a rule that is younger than what is looked back on; null: it may have run before. */
function findFirstRun({ runs, lookback }: RuleActivity, activity: ReadActivity): number | null {
  // Also where the newest rows, in which it was looked for, are all that there are.
  const isSought = activity.lookback === "each-rule" || activity.knownSinceMs === 0;
  const isYoung = isSought && lookback === null && runs.length < NEWEST_RUNS;
  return isYoung ? (runs.at(-1)?.startedMs ?? null) : null;
}

/** A change after the window's end says nothing about the window. */
export function pastChange(changedMs: number | null, endMs: number): number | null {
  return changedMs !== null && changedMs <= endMs ? changedMs : null;
}
