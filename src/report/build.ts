/** From one CRM's activity to its report. Pure: the same input gives the same bytes. */
import type { Activity, MissingTables, ReadActivity, RuleActivity } from "./activity.ts";
import { addCounts, countOutcome, divide, type Outcome } from "./counts.ts";
import { buildDetails } from "./details.ts";
import { formatInstant, listNames } from "../text/figures.ts";
import { listContradictions } from "./data-quality.ts";
import { createFingerprinter } from "./errors/fingerprint.ts";
import { groupErrors, listDiffering } from "./errors/group.ts";
import { compareExpectations, describeExpectations } from "./expectation/expectations.ts";
import { isOver, type RuleState } from "./findings/facts.ts";
import { findAll } from "./findings/find.ts";
import { mergeStartRows } from "./condition/event-rows.ts";
import { gatherFacts } from "./condition/gather.ts";
import { judgeRule } from "./condition/judge.ts";
import { describeRules, verdictOf, worstVerdict } from "./rules/rule-states.ts";
import { scoreHealth } from "./health.ts";
import type { Past } from "./memory/cells.ts";
import { judgeCrm } from "./memory/crm.ts";
import { attachToGone, listGone } from "./memory/gone.ts";
import { readHistories, type RuleHistory } from "./memory/history.ts";
import { joinPasts } from "./memory/remember.ts";
import { sayWhatIsUnknown } from "./memory/usual.ts";
import { withoutHours, type Span } from "./memory/without.ts";
import { recommendAll } from "./advice/recommendations.ts";
import { measureCoverage, measureFrequency, resolveRules, summarizeRules } from "./rules/rules.ts";
import type { Finding, Report } from "./document/schema.ts";
import { SCHEMA_VERSION } from "./words.ts";
import { boundFindings, boundReport } from "./document/bounds.ts";
import { measureConfidence } from "./confidence.ts";
import { describeReach } from "./reach.ts";
import { findUntoldRecords } from "./untold-records.ts";
import { findRenamed, moveSchedules } from "./rules/renamed.ts";
import type { ReportSettings } from "./settings.ts";
import { hideSecretsInNames } from "./shown-names.ts";
import { differsBeyondNoise } from "./significance.ts";
import { markStale } from "./rules/stale.ts";
import { allowForUnseen } from "./rules/unseen.ts";
import { measureByLevel, measureByStrategy, rateByGroup } from "./rules/groups.ts";
import { analyzeTrend } from "./trend.ts";
import { addFailingWrappers } from "./rules/wrappers.ts";
import { settleResumed } from "./resumed.ts";
import { settleWrittenLater } from "./written-later.ts";
import { HOUR_MS, WEEK_MS } from "../time/units.ts";
import { hoursOf, moveBack, windowBefore, type Window } from "../time/window.ts";

export type ReportContext = {
  passId: string;
  /** The pass's one reading of the real clock, epoch milliseconds. */
  generatedMs: number;
  /** Name and version of the program. */
  generator: string;
  detailed: boolean;
  /** With all rules and findings, however many: for who asks for one of them by its name. */
  isWhole?: boolean;
  /** Why the memory could not be read; the report is made without it. */
  memoryProblem?: string;
};

type Histories = ReadonlyMap<string, RuleHistory>;

/**
 * Builds the whole report; settings decide what is stale, fresh, expected and worth a finding, and count nothing else. `past`: what the
 * memory knows of the CRM; null: nothing, or it could not be read.
 */
export function buildReport(
  activity: Activity,
  settings: ReportSettings,
  context: ReportContext,
  past: Past | null,
): Report {
  return activity.kind === "read"
    ? buildFromRows(activity, settings, context, leaveOut(joinPasts(activity, past), activity.window, settings))
    : buildFallback(activity, settings, context);
}

function buildFromRows(
  read: ReadActivity & Activity,
  given: ReportSettings,
  context: ReportContext,
  known: Past | null,
): Report {
  const { activity: named, settings, past } = hideSecretsInNames(read, given, known);
  const { thresholds } = settings;
  const remembered = readPast(past, named.window.endMs, settings);
  const { activity: merged, histories } = mergeStartRows(
    settleResumed(settleWrittenLater(named, settings), settings),
    remembered,
  );
  const recalled = recallGone(merged, past, settings);
  const renamed = findRenamed(recalled, histories, settings.crmSource);
  const { activity: marked, stale } = markStale(
    addFailingWrappers(moveSchedules(recalled, renamed)),
    settings,
    histories,
  );
  const activity = allowForUnseen(marked, settings.lateAfterMs);
  const hours = hoursOf(activity.window);
  const counts = addCounts(activity.rules.map((rule) => rule.current));
  const outcome = countOutcome(counts);
  const previous = countOutcome(addCounts(activity.rules.map((rule) => rule.previous)));
  const rules = resolveRules(activity);
  const coverage = measureCoverage(activity.declaredRules);
  const trend = analyzeTrend(activity.window, activity.hours, thresholds);
  const health = scoreHealth(
    { successRate: outcome.rate, utilization: rules.utilization, totalActions: outcome.total },
    thresholds.min_actions,
  );
  const expectations = compareExpectations(activity, settings);
  const states = gatherFacts(activity, expectations, settings, { histories, renamed }).map((facts) => ({
    facts,
    judgement: judgeRule(facts),
  }));
  const untold = findUntoldRecords(activity, histories);
  const dataQuality = listContradictions(activity, untold);
  const fingerprintOf = createFingerprinter();
  const errorGroups = groupErrors(activity.failures, fingerprintOf);
  const found = findAll({
    activity,
    hours,
    counts,
    outcome,
    previous,
    rules,
    coverage,
    halves: trend.halves,
    states,
    expectations,
    stale,
    dataQuality,
    untold,
    errorGroups,
    differing: listDiffering(activity.failures, fingerprintOf),
    thresholds,
    excludedRules: settings.excludedRules,
    crm: judgeCrm(withoutOver(histories, states), settings),
  });
  const findings = boundFindings(found, context.isWhole === true);
  const noData = outcome.total === 0;
  const report: Report = {
    schema_version: SCHEMA_VERSION,
    metadata: {
      ...describeWindow(activity, context),
      scanned_from: formatInstant(activity.scannedFromMs),
      ...describeReach(activity),
      past: describePast(histories, [context.memoryProblem, activity.pastProblem]),
      status: noData ? "no_data" : "ok",
      note: noData ? (findings.find((finding) => finding.id === "no-data")?.message ?? null) : null,
      preset: activity.preset,
    },
    performance_metrics: {
      total_actions: outcome.total,
      successful_actions: outcome.successful,
      failed_actions: outcome.failed,
      partial_actions: outcome.partial,
      running_actions: counts.running,
      stale_actions: counts.stale,
      pending_actions: counts.pending,
      skipped_actions: counts.skipped,
      dry_run_actions: counts.dry_run,
      wrapper_actions: counts.wrapper,
      unknown_status_actions: counts.unknown,
      overall_success_rate: outcome.rate,
      actions_per_hour: outcome.total / hours,
      avg_actions_per_rule: divide(outcome.total, rules.total),
      records: activity.records,
      duration_seconds: activity.duration,
    },
    comparison: {
      ...describeSpan(windowBefore(activity.window)),
      total_actions: previous.total,
      overall_success_rate: previous.rate,
      success_rate_change: outcome.rate === null || previous.rate === null ? null : outcome.rate - previous.rate,
      total_actions_change_ratio: divide(outcome.total - previous.total, previous.total),
      duration_p95_change_ratio:
        activity.duration === null || activity.previousDuration === null
          ? null
          : divide(activity.duration.p95 - activity.previousDuration.p95, activity.previousDuration.p95),
    },
    system_health: {
      active_rules: rules.active,
      total_rules: rules.total,
      rules_basis: rules.basis,
      rule_utilization_rate: rules.utilization,
      automation_coverage: coverage,
      health_score: health.score,
      health_status: health.status,
    },
    quality_metrics: {
      strategy_effectiveness: rateByGroup(measureByStrategy(rules.executed)),
      automation_level_effectiveness: rateByGroup(measureByLevel(rules.executed)),
      rule_reliability: Object.fromEntries(
        rules.executed.map((rule) => [rule.rule, rule.outcome.successful / rule.outcome.total]),
      ),
    },
    execution_frequency: measureFrequency(rules.executed),
    rule_metrics_summary: summarizeRules(rules.executed),
    trend_analysis: trend.analysis,
    expectations: describeExpectations(expectations, rules.unmatched, settings),
    data_quality: dataQuality,
    error_groups: errorGroups,
    confidence: measureConfidence(outcome, previous, thresholds),
    baseline: compareBaseline(activity, outcome),
    verdict: worstVerdict([
      ...states.map(verdictOf),
      ...findings.flatMap(({ severity }) => (severity === "info" ? [] : [severity])),
    ]),
    rules: describeRules(states, activity.rules),
    findings,
    recommendations: recommendAll(findings, thresholds),
    detailed_metrics: context.detailed ? buildDetails(activity, rules) : null,
  };
  return boundReport(report, found, context.isWhole === true);
}

/** Whoever reads the past, the store or the warehouse, tells the hours that the operator leaves out. The window itself is always judged. */
function leaveOut(past: Past | null, { startMs }: Window, { ignoredHours }: ReportSettings): Past | null {
  const untilHour = Math.floor(startMs / HOUR_MS);
  const ignored = ignoredHours.map(([from, to]): Span => [from, Math.min(to, untilHour)]);
  return past === null ? null : withoutHours(past, ignored);
}

function readPast(past: Past | null, nowMs: number, { habitTimezone, holidays }: ReportSettings): Histories {
  return past === null ? new Map() : readHistories(past, { nowMs, timezone: habitTimezone, holidays });
}

/** Rules that only the memory knows are among the others, with their schedules. */
function recallGone<T extends ReadActivity>(activity: T, past: Past | null, settings: ReportSettings): T {
  const { rules, declaredRules } = activity;
  const known = new Set(rules.map(({ rule }) => rule));
  const gone = past === null ? [] : listGone(past, known, settings.excludedRules);
  return {
    ...activity,
    rules: [...rules, ...gone],
    declaredRules: attachToGone(declaredRules, gone, settings.crmSource),
  };
}

/** What the CRM was used to of rules that are over says nothing of those that go on. */
function withoutOver(histories: Histories, states: RuleState[]): Histories {
  const over = new Set(states.filter(isOver).map(({ facts }) => facts.rule));
  return new Map([...histories].filter(([rule]) => !over.has(rule)));
}

function describePast(
  histories: Histories,
  problems: (string | null | undefined)[],
): NonNullable<Report["metadata"]["past"]> {
  const known = [...histories.values()];
  const days = known.length === 0 ? 0 : Math.max(...known.map(({ knownDays }) => knownDays));
  const unknown = sayWhatIsUnknown(known);
  const notes = [...problems, unknown].flatMap((note) => note ?? []);
  return { known_days: days, note: notes.length === 0 ? null : notes.join("; ") };
}

/** The same document with nothing counted: no rate is claimed, one finding says what was looked for. */
function buildFallback(activity: MissingTables & Activity, settings: ReportSettings, context: ReportContext): Report {
  const note = describeMissing(activity);
  const finding: Finding = {
    id: "tables-missing",
    severity: "critical",
    rule_name: null,
    message: note,
    evidence: { looked_for: activity.lookedFor, where: activity.where, elsewhere: activity.elsewhere },
  };
  const nothing: ReadActivity & Activity = {
    ...activity,
    kind: "read",
    preset: activity.preset ?? "automation",
    rules: [] as RuleActivity[],
    records: { processed: null, created: null, updated: null, failed: null },
    duration: null,
    previousDuration: null,
    baseline: null,
    hours: [],
    hourly: null,
    past: null,
    pastProblem: null,
    unknownStatuses: [],
    failures: [],
    contradictions: [],
    wrappers: [],
    wrapperRuns: [],
    lookback: "none",
    knownSinceMs: windowBefore(activity.window).startMs,
    sampledRules: [],
    tableSinceMs: null,
    scannedFromMs: windowBefore(activity.window).startMs,
    nearSources: [],
    assumedZone: null,
    recent: [],
    declaredRules: [],
  };
  const empty = buildFromRows(nothing, settings, context, null);
  return {
    ...empty,
    verdict: "critical",
    metadata: { ...empty.metadata, status: "fallback", note, preset: activity.preset },
    findings: [finding],
    recommendations: recommendAll([finding], settings.thresholds),
  };
}

/** What was looked for, and where a table of that name is instead. */
export function describeMissing({ lookedFor, where, elsewhere, advice }: MissingTables): string {
  const there =
    elsewhere.length === 0
      ? ""
      : `; ${listNames(elsewhere)} ${elsewhere.length === 1 ? "is there: set schema to read it" : "are there: set schema to read one"}`;
  const hint = advice === undefined ? "" : `; ${advice}`;
  return `no table to read: looked for ${lookedFor.join(", ")} in ${where}${there}${hint}`;
}

function compareBaseline({ baseline, window }: ReadActivity & Activity, outcome: Outcome): Report["baseline"] {
  if (baseline === null) return null;
  const rate = divide(baseline.successful, baseline.total);
  return {
    kind: "week",
    ...describeSpan(moveBack(window, WEEK_MS)),
    total_actions: baseline.total,
    overall_success_rate: rate,
    success_rate_change: outcome.rate === null || rate === null ? null : outcome.rate - rate,
    success_rate_changed: baseline.total === 0 || outcome.total === 0 ? null : differsBeyondNoise(outcome, baseline),
    total_actions_change_ratio: divide(outcome.total - baseline.total, baseline.total),
  };
}

type WindowMetadata = Omit<
  Report["metadata"],
  "scanned_from" | "counted_since" | "rules_known_since" | "sampled_rules" | "status" | "note" | "preset" | "past"
>;

function describeWindow(activity: Activity, context: ReportContext): WindowMetadata {
  const start = formatInstant(activity.window.startMs);
  return {
    source: activity.source,
    pass_id: context.passId,
    report_generated_at: formatInstant(context.generatedMs),
    time_window_hours: hoursOf(activity.window),
    window_start: start,
    window_end: formatInstant(activity.window.endMs),
    cutoff_time: start,
    include_detailed: context.detailed,
    query_seconds: activity.querySeconds,
    generator: context.generator,
  };
}

function describeSpan({ startMs, endMs }: Window): { window_start: string; window_end: string } {
  return { window_start: formatInstant(startMs), window_end: formatInstant(endMs) };
}
