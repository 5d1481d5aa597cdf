/** One table of rows, the same expected reports from every engine and preset. Every figure is counted by hand. */
import { describe, expect, test } from "bun:test";
import type { Report } from "../../src/report/document/schema.ts";
import { mustReport } from "../making/reports.ts";
import { chooseEngines, run, type RuleRow, type RunRow } from "../making/warehouses.ts";

type Case = {
  name: string;
  runs: RunRow[];
  rules?: RuleRow[];
  settings?: Parameters<typeof mustReport>[1];
  expected: Expected;
  /** Where the two presets rightly differ. */
  automation?: Expected;
  history?: Expected;
};
/** Paths into the report; numbers to 1e-9. */
type Expected = Record<string, unknown>;

const day = "2026-07-10T";
const before = "2026-07-09T";

/** Durations of the seven finished runs: 5, 10, 20, 30, 40, 50, 60 s. */
const handCounted: RunRow[] = [
  run({ start: `${before}21:00:00Z`, end: `${before}21:00:10Z`, processed: 100, created: 10, updated: 90 }),
  run({ start: `${day}02:00:00Z`, end: `${day}02:00:20Z`, processed: 100, created: 10, updated: 90 }),
  run({ start: `${day}10:00:00Z`, end: `${day}10:00:30Z`, processed: 100, created: 10, updated: 90 }),
  run({
    start: `${day}20:00:00Z`,
    end: `${day}20:00:40Z`,
    processed: 100,
    created: 10,
    updated: 90,
    status: "COMPLETED",
  }),
  run({ rule: "deals", start: `${day}09:00:00Z`, end: `${day}09:01:00Z`, processed: 200, created: 20, updated: 180 }),
  run({
    rule: "deals",
    start: `${day}12:00:00.250Z`,
    end: `${day}12:00:05.250Z`,
    status: "ERROR",
    error: "HTTP 429 Too Many Requests",
  }),
  run({
    rule: "deals",
    start: `${day}15:00:00Z`,
    end: `${day}15:00:50Z`,
    status: "Partial",
    processed: 100,
    updated: 90,
    failed: 10,
    error: "10 records refused",
  }),
  // Beside the total:
  run({ rule: "users", start: `${day}20:30:00Z`, status: "running" }),
  run({ rule: "users", start: `${day}10:00:00Z`, status: "in_progress" }),
  run({ rule: "users", start: `${day}11:00:00Z`, end: `${day}11:00:01Z`, status: "skipped" }),
  run({ rule: "zipcodes", start: `${day}20:59:00Z`, end: `${day}21:05:00Z` }),
  run({ rule: "jobs", start: `${day}08:00:00Z`, end: `${day}08:00:01Z`, status: "exploded" }),
  run({ rule: "contacts", start: `${day}03:00:00Z`, end: `${day}03:00:01Z`, dryRun: true, processed: 9999 }),
  run({ rule: "all", start: `${day}04:00:00Z`, end: `${day}05:00:00Z`, processed: 7777 }),
  // The window before: durations 5, 5, 10, 20 and, of a run that began before it and ended in it, 30.001 s.
  run({ start: "2026-07-08T20:59:59.999Z", end: "2026-07-08T21:00:30Z" }),
  run({ start: `${before}01:00:00Z`, end: `${before}01:00:10Z` }),
  run({ start: `${before}02:00:00Z`, end: `${before}02:00:20Z` }),
  run({ rule: "deals", start: `${before}03:00:00Z`, end: `${before}03:00:05Z`, status: "failed" }),
  run({ rule: "deals", start: "2026-07-08T21:00:00Z", end: "2026-07-08T21:00:05Z", status: "failed" }),
  // In neither window, or of another CRM:
  run({ start: "2026-07-08T20:59:00Z", end: "2026-07-08T20:59:59.999Z" }),
  run({ start: `${day}21:00:00Z`, end: `${day}21:00:01Z` }),
  run({ crm: "genius", rule: "leads", start: `${day}10:00:00Z`, end: `${day}10:00:09Z`, status: "failed" }),
];

const cases: Case[] = [
  {
    name: "a day counted by hand",
    runs: handCounted,
    expected: {
      "metadata.status": "ok",
      "metadata.source": "hubspot",
      "metadata.window_start": "2026-07-09T21:00:00Z",
      "metadata.cutoff_time": "2026-07-09T21:00:00Z",
      "metadata.window_end": "2026-07-10T21:00:00Z",
      "metadata.time_window_hours": 24,
      "metadata.report_generated_at": "2026-07-10T21:00:00.412Z",
      "performance_metrics.total_actions": 7,
      "performance_metrics.successful_actions": 5,
      "performance_metrics.failed_actions": 2,
      "performance_metrics.partial_actions": 1,
      "performance_metrics.running_actions": 2,
      "performance_metrics.stale_actions": 1,
      "performance_metrics.skipped_actions": 1,
      "performance_metrics.dry_run_actions": 1,
      "performance_metrics.wrapper_actions": 1,
      "performance_metrics.unknown_status_actions": 1,
      "performance_metrics.overall_success_rate": 0.7142857142857143,
      "performance_metrics.actions_per_hour": 0.2916666666666667,
      "performance_metrics.avg_actions_per_rule": 1.4,
      "performance_metrics.records": { processed: 700, created: 60, updated: 630, failed: 10 },
      "performance_metrics.duration_seconds": { n: 7, mean: 30.714285714285715, p50: 30, p95: 57, p99: 59.4, max: 60 },
      comparison: {
        window_start: "2026-07-08T21:00:00Z",
        window_end: "2026-07-09T21:00:00Z",
        total_actions: 5,
        overall_success_rate: 0.6,
        success_rate_change: 0.1142857142857143,
        total_actions_change_ratio: 0.4,
        // 57 s against 20 + 0.8 × 10.001 s.
        duration_p95_change_ratio: 57 / 28.0008 - 1,
      },
      system_health: {
        active_rules: 2,
        total_rules: 5,
        rules_basis: "observed",
        rule_utilization_rate: null,
        automation_coverage: null,
        health_score: 42.857142857142854,
        health_status: "poor",
      },
      quality_metrics: {
        strategy_effectiveness: null,
        automation_level_effectiveness: null,
        rule_reliability: { contacts: 1, deals: 0.3333333333333333 },
      },
      execution_frequency: {
        high_frequency_rules: [],
        low_frequency_rules: [],
        most_active_rule: "contacts",
        least_active_rule: "deals",
      },
      rule_metrics_summary: {
        total_rules_executed: 2,
        rules_with_failures: 1,
        rules_with_100_percent_success: 1,
        average_rule_success_rate: 0.6666666666666666,
      },
      "trend_analysis.total_hours_analyzed": 24,
      "trend_analysis.avg_actions_per_hour": 0.2916666666666667,
      "trend_analysis.peak_activity_hour": "2026-07-09T21:00:00Z",
      "trend_analysis.lowest_activity_hour": "2026-07-09T22:00:00Z",
      "trend_analysis.success_rate_trend": "unknown",
      "trend_analysis.hourly_distribution.actions_per_hour.2026-07-10T09:00:00Z": 1,
      "trend_analysis.hourly_distribution.success_rates_per_hour.2026-07-10T12:00:00Z": 0,
      "trend_analysis.hourly_distribution.success_rates_per_hour.2026-07-10T13:00:00Z": null,
      "trend_analysis.hourly_distribution.partial_hours": [],
      "detailed_metrics.rule_metrics.deals": {
        total_executions: 3,
        successful_executions: 1,
        failed_executions: 2,
        success_rate: 0.3333333333333333,
        avg_execution_time: 38.333333333333336,
        automation_level: null,
        strategy: null,
        priority: null,
        duration_seconds: { n: 3, mean: 38.333333333333336, p50: 50, p95: 59, p99: 59.8, max: 60 },
        records: { processed: 300, created: 20, updated: 270, failed: 10 },
        last_success_at: "2026-07-10T09:01:00Z",
      },
      "detailed_metrics.rule_metrics.contacts.last_success_at": "2026-07-10T20:00:40Z",
      "detailed_metrics.strategy_metrics": null,
      "detailed_metrics.recent_actions.0": {
        rule_name: "zipcodes",
        status: "running",
        success: false,
        timestamp: "2026-07-10T20:59:00Z",
        duration_seconds: null,
        message: null,
      },
      "detailed_metrics.recent_actions.3": {
        rule_name: "deals",
        status: "partial",
        success: false,
        timestamp: "2026-07-10T15:00:00Z",
        duration_seconds: 50,
        message: "10 records refused",
      },
      "detailed_metrics.recent_actions.length": 14,
      "findings.*.id": ["rule-failing", "rule-stuck", "unknown-status"],
      "findings.0": {
        id: "rule-failing",
        severity: "warning",
        rule_name: "deals",
        message: "deals: its newest 2 runs failed, since 12:00; last success 09:01",
        evidence: {
          failed_in_a_row: 2,
          since: "2026-07-10T12:00:05.250Z",
          last_success_at: "2026-07-10T09:01:00Z",
          successful: 1,
          total: 3,
          newest_error: "10 records refused",
          row_ids: ["7", "6"],
        },
      },
      "findings.2.evidence.statuses": { exploded: 1 },
    },
  },
  {
    name: "nothing at all",
    runs: [],
    expected: {
      "metadata.status": "no_data",
      "metadata.note": "Nothing ran in 24 h; no run of this CRM is known",
      "performance_metrics.total_actions": 0,
      "performance_metrics.overall_success_rate": null,
      "performance_metrics.avg_actions_per_rule": null,
      "performance_metrics.records": { processed: null, created: null, updated: null, failed: null },
      "performance_metrics.duration_seconds": null,
      "comparison.overall_success_rate": null,
      "comparison.success_rate_change": null,
      "comparison.total_actions_change_ratio": null,
      "system_health.health_score": null,
      "system_health.health_status": "unknown",
      "trend_analysis.peak_activity_hour": null,
      "trend_analysis.lowest_activity_hour": null,
      "execution_frequency.most_active_rule": null,
      "rule_metrics_summary.average_rule_success_rate": null,
      "findings.*.id": ["no-data"],
      "findings.0.severity": "warning",
    },
  },
  {
    name: "two failures are too few for a score, and yet all that is known of the rule",
    runs: [
      run({ start: `${day}01:00:00Z`, end: `${day}01:00:01Z`, status: "failed" }),
      run({ start: `${day}02:00:00Z`, end: `${day}02:00:01Z`, status: "failed" }),
    ],
    expected: {
      "performance_metrics.overall_success_rate": 0,
      "system_health.health_status": "unknown",
      "findings.*.message": ["contacts: its newest 2 runs failed, since 01:00 at least; no success known"],
      "findings.*.severity": ["warning"],
    },
  },
  {
    name: "contradictory ends give no duration",
    runs: [
      run({ start: `${day}01:00:00Z`, end: `${day}00:59:00Z` }),
      run({ start: `${day}02:00:00Z`, end: null }),
      run({
        start: `${day}03:00:00Z`,
        end: `${day}09:00:00Z`,
        status: "failed",
        error: "Cleaned up: stale running sync",
      }),
      run({ start: `${day}04:00:00Z`, end: `${day}04:00:08Z` }),
      run({ start: `${day}20:00:00Z`, end: `${day}20:00:09Z`, status: "running" }),
    ],
    expected: {
      "performance_metrics.total_actions": 4,
      "performance_metrics.running_actions": 1,
      "performance_metrics.duration_seconds": { n: 1, mean: 8, p50: 8, p95: 8, p99: 8, max: 8 },
    },
  },
  {
    name: "a run that ended after the window was running then, however long it took",
    runs: [
      run({ start: `${day}10:00:00Z`, end: `${day}22:00:00Z` }),
      run({ rule: "b", start: `${day}10:00:00Z`, status: "running" }),
    ],
    expected: {
      "performance_metrics.running_actions": 1,
      "performance_metrics.stale_actions": 1,
      "rules.*.condition": ["stuck", "stuck"],
    },
  },
  {
    name: "a note on a success is no error of a failure at the same instant",
    runs: [
      run({ start: `${day}01:00:00Z`, end: `${day}01:00:01Z`, status: "failed", error: "HTTP 500" }),
      run({ start: `${day}01:00:00Z`, end: `${day}01:00:02Z`, error: "AAA note" }),
      run({ start: `${day}00:30:00Z`, end: `${day}00:30:02Z` }),
    ],
    expected: { "rules.0.newest_error": "HTTP 500" },
  },
  {
    name: "the message of a run beside the total is listed, whatever its status says",
    runs: [
      run({ start: `${day}01:00:00Z`, end: `${day}22:00:00Z`, error: "halfway" }),
      run({ rule: "b", start: `${day}00:30:00Z`, end: `${day}00:30:02Z`, dryRun: true, error: "rehearsed" }),
    ],
    expected: { "detailed_metrics.recent_actions.*.message": ["halfway", "rehearsed"] },
  },
  {
    name: "excluded and wrapper rules are in no rule count",
    runs: [
      run({ rule: "all", start: `${day}01:00:00Z`, end: `${day}02:00:00Z` }),
      run({ rule: "scratch", start: `${day}01:00:00Z`, end: `${day}01:00:02Z` }),
      run({ rule: "contacts", start: `${day}01:00:00Z`, end: `${day}01:00:02Z` }),
    ],
    rules: ["all", "scratch", "contacts", "constructor"].map((name) => ({ crm: "hubspot", name, enabled: true })),
    settings: { exclude_rules: ["scratch"] },
    expected: {
      "system_health.total_rules": 2,
      "system_health.active_rules": 1,
      "performance_metrics.wrapper_actions": 1,
    },
  },
  {
    name: "only runs beside the total: not nothing",
    runs: [
      run({ start: `${day}01:00:00Z`, end: `${day}01:00:01Z`, status: "skipped" }),
      run({ start: `${day}02:00:00Z`, end: `${day}02:00:01Z`, dryRun: true }),
    ],
    expected: {
      "metadata.status": "no_data",
      "metadata.note": "Nothing finished in 24 h; 1 skipped, 1 dry-run; nothing says when the next run is due",
    },
  },
  {
    name: "cleaning up a phone number is no clean-up",
    runs: [
      run({
        start: `${day}01:00:00Z`,
        end: `${day}01:00:07Z`,
        status: "failed",
        error: "Could not clean phone number before upsert",
      }),
      run({
        start: `${day}02:00:00Z`,
        end: `${day}09:00:00Z`,
        status: "failed",
        error: "Marked failed by nightly clean-up",
      }),
    ],
    expected: { "performance_metrics.duration_seconds.n": 1, "performance_metrics.duration_seconds.max": 7 },
  },
  {
    name: "sums pass 2^31",
    runs: [
      run({ start: `${day}01:00:00Z`, end: `${day}01:00:01Z`, processed: 2_147_483_647 }),
      run({ start: `${day}02:00:00Z`, end: `${day}02:00:01Z`, processed: 2_147_483_647 }),
      run({ start: `${day}03:00:00Z`, end: `${day}03:00:01Z`, processed: 2_147_483_647 }),
    ],
    expected: { "performance_metrics.records.processed": 6_442_450_941 },
  },
  {
    name: "hostile names and messages are only text",
    runs: [
      run({ rule: "'; DROP TABLE x; --", start: `${day}01:00:00Z`, end: `${day}01:00:01Z` }),
      run({ rule: "__proto__", start: `${day}02:00:00Z`, end: `${day}02:00:01Z` }),
      run({
        rule: "\u001b[31m\u202ered",
        start: `${day}03:00:00Z`,
        end: `${day}03:00:01Z`,
        status: "failed",
        error: "\u001b]0;owned\u0007 <script>",
      }),
    ],
    expected: {
      "performance_metrics.total_actions": 3,
      "rule_metrics_summary.total_rules_executed": 3,
      "detailed_metrics.recent_actions.0.rule_name": "\u001b[31m\u202ered",
    },
  },
  {
    name: "excluded and wrapper rules of the configuration, words of its own, another stale_after",
    runs: [
      run({ rule: "scratch", start: `${day}01:00:00Z`, end: `${day}01:00:01Z`, status: "failed" }),
      run({ rule: "nightly", start: `${day}02:00:00Z`, end: `${day}02:00:01Z` }),
      run({ rule: "deals", start: `${day}03:00:00Z`, end: `${day}03:00:01Z`, status: " Done " }),
      run({ rule: "deals", start: `${day}04:00:00Z`, end: `${day}04:00:01Z`, status: "failed" }),
      run({ rule: "deals", start: `${day}20:00:00Z`, status: "running" }),
    ],
    settings: {
      exclude_rules: ["scratch"],
      wrapper_rules: ["nightly"],
      statuses: { done: "success", failed: "skipped" },
      stale_after: "30m",
    },
    expected: {
      "performance_metrics.total_actions": 1,
      "performance_metrics.successful_actions": 1,
      "performance_metrics.skipped_actions": 1,
      "performance_metrics.wrapper_actions": 1,
      "performance_metrics.stale_actions": 1,
      "system_health.total_rules": 1,
    },
  },
  {
    name: "declared rules",
    runs: [
      ...[1, 2, 3, 4].map((hour) =>
        run({ rule: "contacts", start: `${day}0${hour}:00:00Z`, end: `${day}0${hour}:00:02Z` }),
      ),
      run({
        rule: "deals",
        start: `${day}05:00:00Z`,
        end: `${day}05:00:04Z`,
        status: "failed",
        error: "Read timed out",
      }),
      run({ rule: "old", start: `${day}06:00:00Z`, end: `${day}06:00:01Z` }),
    ],
    rules: [
      {
        crm: "hubspot",
        name: "contacts",
        enabled: true,
        level: "fully_automatic",
        strategy: "delta",
        priority: "high",
      },
      { crm: "hubspot", name: "deals", enabled: true, level: "manual", strategy: "full" },
      { crm: "hubspot", name: "old", enabled: false, level: "manual" },
      // Due within the day of the table, where there are schedules.
      { crm: "hubspot", name: "prospects", enabled: true, level: "manual", every: 12 },
      { crm: "genius", name: "leads", enabled: true },
    ],
    expected: {
      "system_health.rules_basis": "declared",
      "system_health.active_rules": 2,
      "system_health.total_rules": 4,
      "system_health.rule_utilization_rate": 0.5,
      "performance_metrics.avg_actions_per_rule": 1.5,
      // Success 5 of 6 = 0.83: 30 points; utilisation 0.5: 15; 6 actions: 10.
      "system_health.health_score": 55,
      "system_health.health_status": "poor",
      "execution_frequency.high_frequency_rules": ["contacts"],
      "execution_frequency.low_frequency_rules": ["deals", "old"],
    },
    automation: {
      "system_health.automation_coverage": {
        manual: 0.6666666666666666,
        semi_automatic: 0,
        fully_automatic: 0.3333333333333333,
      },
      "quality_metrics.strategy_effectiveness": { delta: 1, full: 0 },
      "quality_metrics.automation_level_effectiveness": { fully_automatic: 1, manual: 0.5 },
      "detailed_metrics.automation_level_metrics.manual": {
        rules: 2,
        total_executions: 2,
        successful_executions: 1,
        failed_executions: 1,
        success_rate: 0.5,
      },
      // Contacts ran every hour, and not for 17 hours since.
      "findings.*.id": ["rule-failing", "rule-overdue", "rule-idle", "manual-share-high"],
    },
    history: {
      "system_health.automation_coverage": null,
      "findings.*.id": ["rule-failing", "rule-never", "rule-idle"],
      "findings.1.rule_name": "prospects",
    },
  },
  {
    name: "a clean-up after the window's end: the run was running then, and nobody had ended it",
    runs: ["20:55:00", "21:05:00"].map((end) =>
      run({ start: `${day}20:50:00Z`, end: `${day}${end}Z`, status: "failed", error: "Cleaned up stuck process" }),
    ),
    expected: {
      "performance_metrics.total_actions": 1,
      "performance_metrics.running_actions": 1,
      "performance_metrics.duration_seconds": null,
      "data_quality.*.id": ["ended-by-cleanup", "probable-duplicates"],
      "data_quality.0.row_ids": ["1"],
    },
  },
  {
    name: "rows stored in another order than they ran: starts count in theirs",
    runs: ["14:00:03", "20:00:00", "02:00:00", "14:00:00", "08:00:00"].map((time) =>
      run({ start: `${day}${time}Z`, end: `${day}${time}Z`, processed: 1 }),
    ),
    settings: { rules: { contacts: { expect: "0 2,8,14,20 * * *" } } },
    expected: {
      "rules.0.expected": 4,
      "rules.0.missed": 0,
      "rules.0.extra": 1,
      "data_quality.*.id": ["probable-duplicates"],
      "data_quality.0.row_ids": ["1"],
      "findings.*.id": ["rows-contradictory"],
    },
  },
];

describe.each(chooseEngines())("$name", (engine) => {
  test.each(cases)("$name", async ({ runs, rules = [], settings = {}, expected, automation, history }) => {
    const made = await engine.make(runs, rules);
    try {
      const report = await mustReport(made.url, settings);
      expect(report.metadata.preset).toBe(engine.preset);
      expectFigures(report, { ...expected, ...(engine.preset === "automation" ? automation : history) });
    } finally {
      await made.close();
    }
  });
});

function expectFigures(report: Report, expected: Expected): void {
  for (const [path, wanted] of Object.entries(expected)) {
    expect({ [path]: roundNumbers(readPath(report, path)) }).toEqual({ [path]: roundNumbers(wanted) });
  }
}

/** `a.b.0`, where a key that holds dots (an instant never does) would not work; `*` takes a field of every item. */
function readPath(value: unknown, path: string): unknown {
  const [list, field] = path.split(".*.");
  if (field !== undefined) return (readPath(value, list ?? "") as unknown[]).map((item) => readPath(item, field));
  return path.split(".").reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], value);
}

/** To nine places: the engines may add in another order. */
function roundNumbers(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value === undefined ? "missing" : value, (_, item: unknown) =>
      typeof item === "number" ? Number(item.toFixed(9)) : item,
    ),
  );
}
