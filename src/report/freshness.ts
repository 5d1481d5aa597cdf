/** How old each rule's last success is, and how old it may be. */
import type { ReadActivity, RuleActivity } from "./activity.ts";
import { countRuns } from "./counts.ts";
import { deriveFreshness, judgeFreshness, type Freshness } from "./expectation/limits.ts";
import type { RuleExpectation } from "./expectations.ts";
import { formatInstant } from "../text/figures.ts";
import { describeHabit } from "./habit.ts";
import { compareNames } from "./words.ts";
import type { Report } from "./schema.ts";
import { settingsOfRule, type ReportSettings } from "./settings.ts";
import type { Window } from "../time/window.ts";

export type RuleFreshness = {
  rule: string;
  lastSuccessMs: number | null;
  ageMs: number | null;
  status: "pass" | "warn" | "error" | "unknown";
  limits: Freshness;
  /** The age of its newest start at the same time a week before; null where it is not known, or it has been silent since. */
  weekAgeMs: number | null;
};

/** Of every rule that is not disabled and of which anything is known, by name. */
export function measureFreshness(
  activity: ReadActivity & { window: Window },
  expectations: RuleExpectation[],
  settings: ReportSettings,
): RuleFreshness[] {
  const { window, lookback } = activity;
  const disabled = new Set(activity.declaredRules.filter(({ enabled }) => !enabled).map(({ name }) => name));
  const activities = new Map(activity.rules.map((rule) => [rule.rule, rule]));
  const scheduled = new Map(expectations.map((expectation) => [expectation.rule, expectation.schedules]));
  const names = new Set([...activities.keys(), ...scheduled.keys()]);
  return [...names]
    .filter((rule) => !disabled.has(rule) && !isOnlyBeside(activities.get(rule)))
    .toSorted(compareNames)
    .map((rule) => {
      const found = activities.get(rule);
      const habit = found === undefined ? null : describeHabit(found, window, lookback);
      const { warnAfterMs, errorAfterMs } = settingsOfRule(settings, rule);
      const limits = deriveFreshness({
        configured: { warnAfterMs, errorAfterMs },
        schedules: scheduled.get(rule) ?? [],
        windowEndMs: window.endMs,
        habit,
      });
      const lastSuccessMs = found?.lastSuccessMs ?? null;
      const ageMs = lastSuccessMs === null ? null : window.endMs - lastSuccessMs;
      const weekAgeMs = habit?.weekAgesMs?.[0] ?? null;
      return { rule, lastSuccessMs, ageMs, status: judgeFreshness(ageMs, limits), limits, weekAgeMs };
    });
}

/** The section of the report. */
export function describeFreshness(
  freshness: RuleFreshness[],
  lookback: ReadActivity["lookback"],
): NonNullable<Report["freshness"]> {
  const seconds = (ms: number | null) => (ms === null ? null : ms / 1000);
  return {
    looked_back: lookback,
    rules: freshness.map(({ rule, lastSuccessMs, ageMs, status, limits }) => ({
      rule_name: rule,
      last_success_at: lastSuccessMs === null ? null : formatInstant(lastSuccessMs),
      age_seconds: seconds(ageMs),
      status,
      warn_after_seconds: seconds(limits.warnAfterMs),
      error_after_seconds: seconds(limits.errorAfterMs),
      basis: limits.basis,
    })),
  };
}

/** Rehearsals and wrappers of a rule are not runs of its own. */
function isOnlyBeside(rule: RuleActivity | undefined): boolean {
  if (rule === undefined || rule.lookback !== null) return false;
  return countRuns(rule.current) + countRuns(rule.previous) === 0;
}
