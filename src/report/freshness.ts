/** How old each rule's last success is, and how old it may be. */
import type { ReadActivity, RuleActivity, Window } from "./activity.ts";
import { countOutcome, countRuns } from "./counts.ts";
import { deriveFreshness, judgeFreshness, type Freshness } from "./expectation/freshness.ts";
import type { RuleExpectation } from "./expectations.ts";
import { formatInstant } from "./figures.ts";
import { compareNames } from "./rules.ts";
import type { Report } from "./schema.ts";
import { settingsOfRule, type ReportSettings } from "./settings.ts";

export type RuleFreshness = {
  rule: string;
  lastSuccessMs: number | null;
  ageMs: number | null;
  status: "pass" | "warn" | "error" | "unknown";
  limits: Freshness;
};

/** Starts as close as this are one run recorded twice, or a retry. */
const SAME_RUN_MS = 60_000;

/** Of every rule that is not disabled and of which anything is known, by name. */
export function measureFreshness(
  activity: ReadActivity & { window: Window },
  expectations: RuleExpectation[],
  settings: ReportSettings,
): RuleFreshness[] {
  const { window } = activity;
  const disabled = new Set(activity.declaredRules.filter(({ enabled }) => !enabled).map(({ name }) => name));
  const activities = new Map(activity.rules.map((rule) => [rule.rule, rule]));
  const scheduled = new Map(expectations.map((expectation) => [expectation.rule, expectation.schedules]));
  const names = new Set([...activities.keys(), ...scheduled.keys()]);
  return [...names]
    .filter((rule) => !disabled.has(rule) && !isOnlyBeside(activities.get(rule)))
    .toSorted(compareNames)
    .map((rule) => {
      const found = activities.get(rule);
      const { warnAfterMs, errorAfterMs } = settingsOfRule(settings, rule);
      const limits = deriveFreshness({
        configured: { warnAfterMs, errorAfterMs },
        schedules: scheduled.get(rule) ?? [],
        windowEndMs: window.endMs,
        usual: found === undefined ? null : findUsualInterval(found, window),
      });
      const lastSuccessMs = found?.lastSuccessMs ?? null;
      const ageMs = lastSuccessMs === null ? null : window.endMs - lastSuccessMs;
      return { rule, lastSuccessMs, ageMs, status: judgeFreshness(ageMs, limits), limits };
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

/**
 * The longest time that passed between two runs in the look-back's newest runs and in the window: a rule that rests at
 * night is not silent in the morning. Where too few starts are known, the window before divided by its runs.
 */
function findUsualInterval(rule: RuleActivity, window: Window): { intervalMs: number; n: number } | null {
  const gaps = { longestMs: 0, n: 0 };
  for (const startsMs of [rule.lookback?.startsMs ?? [], rule.startsMs ?? []]) addGaps(gaps, startsMs);
  if (gaps.n >= 3) return { intervalMs: gaps.longestMs, n: gaps.n };
  const finished = rule.startsMs === null ? countOutcome(rule.current).total : countOutcome(rule.previous).total;
  return finished === 0 ? null : { intervalMs: (window.endMs - window.startMs) / finished, n: finished };
}

/** Those between starts in their order, or against it. */
function addGaps(gaps: { longestMs: number; n: number }, startsMs: number[]): void {
  for (let index = 1; index < startsMs.length; index += 1) {
    const gapMs = Math.abs((startsMs[index] ?? 0) - (startsMs[index - 1] ?? 0));
    if (gapMs <= SAME_RUN_MS) continue;
    gaps.n += 1;
    gaps.longestMs = Math.max(gaps.longestMs, gapMs);
  }
}
