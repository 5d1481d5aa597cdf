/** Rules that were disabled, and are enabled again: what was due meanwhile is not missed. */
import { DAY_MS } from "../time/units.ts";
import { latestOf, type Window } from "../time/window.ts";
import type { DeclaredRule, ReadActivity } from "./activity.ts";
import type { ReportSettings } from "./settings.ts";

/** A row that was changed longer after the rule was last seen disabled may have been enabled before that. */
const LONGEST_UNSEEN_MS = DAY_MS;

/** Each enabled rule that an earlier report found disabled is awaited since then, or since its row was changed soon after. */
export function settleResumed<T extends ReadActivity & { window: Window }>(
  activity: T,
  { disabledRules }: Pick<ReportSettings, "disabledRules">,
): T {
  const { endMs } = activity.window;
  const seen = new Map(disabledRules.filter(({ seenMs }) => seenMs < endMs).map(({ rule, seenMs }) => [rule, seenMs]));
  if (seen.size === 0) return activity;
  const settle = (rule: DeclaredRule): DeclaredRule => {
    const seenMs = seen.get(rule.name);
    return seenMs === undefined || !rule.enabled ? rule : resume(rule, seenMs, endMs);
  };
  return { ...activity, declaredRules: activity.declaredRules.map(settle) };
}

function resume(rule: DeclaredRule, seenMs: number, endMs: number): DeclaredRule {
  const untilMs = Math.min(seenMs + LONGEST_UNSEEN_MS, endMs);
  const changesMs = rule.schedules.flatMap(({ changedMs }) => changedMs ?? []);
  const resumedMs = Math.max(seenMs, ...changesMs.filter((atMs) => atMs <= untilMs));
  return {
    ...rule,
    resumedMs,
    schedules: rule.schedules.map((schedule) => ({
      ...schedule,
      changedMs: latestOf([schedule.changedMs, resumedMs]),
    })),
  };
}
