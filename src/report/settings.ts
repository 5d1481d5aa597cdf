/** What decides about one CRM's report: the configuration, with its schema's defaults, and what the store knows of its rules. */
import type { FreshnessLimits } from "./expectation/limits.ts";
import type { Span } from "./memory/without.ts";
import type { Thresholds } from "./thresholds.ts";

export type ReportSettings = {
  /** The CRM's name in the warehouse, which names of rules may begin with. */
  crmSource: string;
  thresholds: Thresholds;
  /** Those that the configuration sets to another value than the default: the operator's own word. */
  ownThresholds: (keyof Thresholds)[];
  /** IANA name: in which zone crontabs and cron patterns are meant. */
  timezone: string;
  /** IANA name: whose nights and weekends a rule's habits are compared by. */
  habitTimezone: string;
  /** Rules that reports leave out, whatever the memory knows of them. */
  excludedRules: string[];
  /** A run that starts this much after its time is late. */
  lateAfterMs: number;
  /** A run still going after this is stale; null: three times the rule's longest usual duration (`limitOf`). */
  staleAfterMs: number | null;
  freshness: FreshnessLimits;
  /** Days that count like Sundays, such as 2026-12-25, ascending. */
  holidays: string[];
  /** Rules that the operator called over; each until it runs later than that moment, epoch milliseconds. Null: for good. */
  retiredRules: { rule: string; sinceMs: number | null }[];
  /** When an earlier report last found a rule disabled, epoch milliseconds. */
  disabledRules: { rule: string; seenMs: number }[];
  /** Hours that the operator leaves out of the past. */
  ignoredHours: Span[];
  /** By rule; a rule's own value wins. */
  rules: Record<string, RuleSettings>;
};

export type RuleSettings = FreshnessLimits & {
  /** A cron pattern or an interval, instead of what the warehouse's schedules say. */
  expect: string | null;
  staleAfterMs: number | null;
};

/** A rule's own settings, the CRM's behind them. */
export function settingsOfRule({ rules, freshness, staleAfterMs }: ReportSettings, rule: string): RuleSettings {
  const own = Object.hasOwn(rules, rule) ? rules[rule] : undefined;
  return {
    expect: own?.expect ?? null,
    staleAfterMs: own?.staleAfterMs ?? staleAfterMs,
    warnAfterMs: own?.warnAfterMs ?? freshness.warnAfterMs,
    errorAfterMs: own?.errorAfterMs ?? freshness.errorAfterMs,
  };
}
