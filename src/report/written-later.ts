/**
 * What schedules were at the window's end, where their rows were written later. A row tells what it says now: what it said
 * then is known only where the runs before came by it.
 */
import { DAY_MS, CLOCK_DIFFERENCE_MS } from "../time/units.ts";
import type { Schedule } from "../time/recurrence.ts";
import type { Window } from "../time/window.ts";
import type { DeclaredRule, DeclaredSchedule, ReadActivity, RuleActivity } from "./activity.ts";
import { findDue } from "./expectation/due.ts";
import type { ReportSettings } from "./settings.ts";

/** Fewer gaps between starts tell of no schedule. */
const FEWEST_GAPS = 3;
/** A rule that is disabled now, and did not run for so long before the window's end, may have been disabled then. */
const LONGEST_SILENCE_MS = 30 * DAY_MS;

/** Clocks of two machines differ, and a pass takes its time: what was written just after the window's end was known to it. */
export function isLater(writtenMs: number | null, endMs: number): boolean {
  return writtenMs !== null && writtenMs > endMs + CLOCK_DIFFERENCE_MS;
}

/** Without the schedules of which nothing says that they were in force in the window. */
export function settleWrittenLater<T extends ReadActivity & { window: Window }>(
  activity: T,
  settings: ReportSettings,
): T {
  const { window, rules, declaredRules } = activity;
  const isSettled = declaredRules.every(
    ({ disabledMs, schedules }) => !isLater(disabledMs, window.endMs) && !schedules.some(isChangedAfter(window)),
  );
  if (isSettled) return activity;
  const activities = new Map(rules.map((rule) => [rule.rule, rule]));
  const settled = declaredRules.map((rule) => settleRule(rule, activities.get(rule.name), window, settings));
  return { ...activity, declaredRules: settled };
}

function settleRule(
  rule: DeclaredRule,
  found: RuleActivity | undefined,
  window: Window,
  settings: ReportSettings,
): DeclaredRule {
  if (rule.enabled && isLater(rule.disabledMs, window.endMs)) {
    const lastMs = found?.newestStartMs ?? -Infinity;
    if (window.endMs - lastMs > LONGEST_SILENCE_MS) return { ...rule, enabled: false, schedules: [] };
  }
  const changed = rule.schedules.filter(isChangedAfter(window));
  if (changed.length === 0) return rule;
  const startsMs = (found?.runs ?? []).map(({ startedMs }) => startedMs).toSorted((a, b) => a - b);
  // Of several nothing says which of them started a run.
  const kept = rule.schedules.length === 1 ? changed : rule.schedules.filter((one) => !changed.includes(one));
  if (cameBy(kept, startsMs, settings)) return kept === changed ? rule : { ...rule, schedules: kept };
  return { ...rule, schedules: [], isRewritten: true };
}

function isChangedAfter({ endMs }: Window): (schedule: DeclaredSchedule) => boolean {
  return ({ changedMs }) => isLater(changedMs, endMs);
}

/** Whether most of the runs started when these schedules had them due since the run before; `startsMs`: ascending. */
function cameBy(declared: DeclaredSchedule[], startsMs: number[], { timezone, lateAfterMs }: ReportSettings): boolean {
  const schedules = declared.flatMap(({ recurrence }): Schedule[] =>
    recurrence.kind === "inexpressible" ? [] : [{ recurrence, timezone, startAtMs: null, endAtMs: null }],
  );
  if (schedules.length === 0 || startsMs.length <= FEWEST_GAPS) return false;
  const gaps = startsMs.slice(1).map((startMs, index) => ({ startMs, beforeMs: startsMs[index] ?? startMs }));
  const due = gaps.filter(({ startMs, beforeMs }) => {
    const next = findDue(schedules, beforeMs);
    return next !== null && Math.abs(startMs - next.atMs) <= Math.min(lateAfterMs, next.gapMs / 4);
  });
  return due.length > gaps.length / 2;
}
