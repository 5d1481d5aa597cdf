/** The report's section of rules: everything about each rule in one place. */
import { formatInstant } from "../../text/figures.ts";
import { listFailed, settledAt } from "./attempts.ts";
import type { RuleActivity } from "../activity.ts";
import { maskErrorMessage } from "../errors/redact.ts";
import type { RuleState } from "../findings/facts.ts";
import { describeUsual } from "../memory/usual.ts";
import type { Report } from "../document/schema.ts";
import { VERDICTS, type Verdict } from "../words.ts";

type RuleReport = Report["rules"][number];

const SHOWN_IDS = 3;

export function describeRules(states: RuleState[], rules: RuleActivity[]): RuleReport[] {
  const activities = new Map(rules.map((rule) => [rule.rule, rule]));
  return states.map((state) => describeRule(state, activities.get(state.facts.rule)));
}

/** The verdict on one rule. */
export function verdictOf({ judgement: { condition, severity } }: RuleState): Verdict {
  if (severity === "critical" || severity === "warning") return severity;
  return condition === "unknown" ? "unknown" : "ok";
}

/** The worst of the parts; unknown only where nothing else is known. */
export function worstVerdict(verdicts: Verdict[]): Verdict {
  return VERDICTS.find((verdict) => verdicts.includes(verdict)) ?? "unknown";
}

function describeRule({ facts, judgement }: RuleState, activity: RuleActivity | undefined): RuleReport {
  const { rule, outcome, counts, compared, limits, window, finished, lastSuccessMs, lastStartMs } = facts;
  const failed = listFailed(facts);
  const failedIds = activity?.failedIds ?? [];
  const [newest] = finished;
  return {
    rule_name: rule,
    condition: judgement.condition,
    degradation: judgement.degradation,
    severity: judgement.severity,
    since: instant(judgement.sinceMs),
    message: judgement.message,
    enabled: facts.enabled,
    schedules: facts.schedules,
    unmatched: facts.unmatched,
    total: outcome.total,
    successful: outcome.successful,
    failed: outcome.failed,
    partial: outcome.partial,
    running: counts.running,
    stale: counts.stale,
    pending: counts.pending,
    success_rate: outcome.rate,
    last_run_at: instant(lastStartMs),
    last_end_at: newest === undefined ? null : formatInstant(settledAt(newest)),
    last_success_at: instant(lastSuccessMs),
    age_seconds: lastSuccessMs === null ? null : (window.endMs - lastSuccessMs) / 1000,
    expected: compared?.expected ?? null,
    seen: compared?.seen ?? null,
    missed: compared?.missed ?? null,
    late: compared?.late ?? null,
    early: compared?.early ?? null,
    extra: compared?.extra ?? null,
    pending_runs: compared?.pending ?? null,
    missed_at: (compared?.missedAtMs ?? []).map(formatInstant),
    limits: {
      warn_after_seconds: seconds(limits.warnAfterMs),
      error_after_seconds: seconds(limits.errorAfterMs),
      stale_after_seconds: facts.stuckAfterMs / 1000,
      basis: limits.basis,
    },
    usual_interval_seconds: seconds(facts.usualIntervalMs),
    duration_seconds: activity?.duration ?? null,
    records: activity?.records ?? { processed: null, created: null, updated: null, failed: null },
    usual_records: facts.emptyStreak?.usual ?? activity?.usualRecords ?? null,
    usual: facts.history === null ? null : describeUsual(facts.history, facts.silence, judgement.sinceMs),
    newest_error: maskErrorMessage(failed[0]?.error ?? facts.newestError),
    failed_row_ids: (failedIds.length > 0 ? failedIds : failed.flatMap(({ id }) => id ?? [])).slice(0, SHOWN_IDS),
  };
}

function instant(ms: number | null): string | null {
  return ms === null ? null : formatInstant(ms);
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
