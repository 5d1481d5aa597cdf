/** Whatever rows are drawn: totals add up, no rate leaves [0, 1], both engines agree, the report is publishable. */
import { madeOutcome, passDocument } from "../making/passes.ts";
import { afterAll, describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { RENDERERS } from "../../src/render/renderers.ts";
import type { Report } from "../../src/report/document/schema.ts";
import type { ActionStatus } from "../../src/report/words.ts";
import { draws } from "../making/draws.ts";
import { drawWarehouse, meaningOf, wrappersOf, type DrawnWarehouse } from "../making/drawn-rows.ts";
import { makeRefillable, type Preset, type Refillable } from "../making/refillable.ts";
import { assertPublishable, mustReport } from "../making/reports.ts";
import { viewOf } from "../making/views.ts";

const CRM = "hubspot";
const PRESETS: Preset[] = ["sync-history", "automation"];
const warehouses = new Map<Preset, Promise<Refillable>>();

afterAll(async () => {
  for (const warehouse of warehouses.values()) await (await warehouse).close();
});

describe.each(PRESETS)("%s", (preset) => {
  test("whatever rows are drawn", async () => {
    const making = makeRefillable(preset);
    warehouses.set(preset, making);
    const warehouse = await making;
    const property = fc.asyncProperty(drawWarehouse(preset), async (drawn) => {
      await warehouse.refill(drawn.runs, drawn.rules);
      const { window, settings } = drawn;
      const [postgres, sqlite] = await Promise.all([
        mustReport(warehouse.postgres, settings, { window, name: CRM }),
        mustReport(warehouse.sqlite, settings, { window, name: CRM }),
      ]);
      expect(comparable(sqlite)).toEqual(comparable(postgres));
      for (const report of [postgres, sqlite]) {
        expectTotals(report, drawn, preset);
        expectRates(report);
        await expectPublished(report);
      }
    });
    await fc.assert(property, draws(8, 800));
  });
});

/** Without the time it took, and numbers to nine places and thirteen figures: the engines add in another order. */
function comparable(report: Report): unknown {
  const { metadata, ...rest } = report;
  return JSON.parse(
    JSON.stringify({ ...rest, metadata: { ...metadata, query_seconds: 0 } }, (_, value: unknown) =>
      typeof value === "number" ? Number(Number(value.toFixed(9)).toPrecision(13)) : value,
    ),
  );
}

function expectTotals(
  { performance_metrics: metrics, ...report }: Report,
  drawn: DrawnWarehouse,
  preset: Preset,
): void {
  const counted = Map.groupBy(listCounted(drawn, preset), ({ part }) => part);
  const inside = counted.get("current") ?? [];
  const count = (state: ActionStatus) => inside.filter((run) => run.state === state).length;
  const total = count("success") + count("partial") + count("failed");
  expect({
    total: metrics.total_actions,
    successful: metrics.successful_actions,
    failed: metrics.failed_actions,
    partial: metrics.partial_actions,
    running: metrics.running_actions,
    stale: metrics.stale_actions,
    pending: metrics.pending_actions,
    skipped: metrics.skipped_actions,
    dryRun: metrics.dry_run_actions,
    wrapper: metrics.wrapper_actions,
    unknown: metrics.unknown_status_actions,
  }).toEqual({
    total,
    successful: count("success"),
    failed: count("failed") + count("partial"),
    partial: count("partial"),
    running: count("running"),
    stale: count("stale"),
    pending: count("pending"),
    skipped: count("skipped"),
    dryRun: count("dry_run"),
    wrapper: count("wrapper"),
    unknown: count("unknown"),
  });
  const before = counted.get("previous") ?? [];
  expect(report.comparison.total_actions).toBe(before.filter(({ state }) => FINISHED.has(state)).length);
  const beside =
    metrics.running_actions +
    metrics.stale_actions +
    metrics.pending_actions +
    metrics.skipped_actions +
    metrics.dry_run_actions +
    metrics.wrapper_actions +
    metrics.unknown_status_actions;
  expect(metrics.total_actions + beside).toBe(inside.length);
  expect(sum(Object.values(report.trend_analysis.hourly_distribution.actions_per_hour))).toBe(total);
  const rules = Object.values(report.detailed_metrics?.rule_metrics ?? {});
  expect(sum(rules.map((rule) => rule.total_executions))).toBe(total);
  expect(sum(rules.map((rule) => rule.successful_executions))).toBe(count("success"));
  const explained = report.findings.find(({ id }) => id === "unknown-status")?.evidence["statuses"] ?? {};
  expect(sum(Object.values(explained))).toBe(count("unknown"));
}

const FINISHED = new Set<ActionStatus>(["success", "partial", "failed"]);
const DAY_MS = 86_400_000;

type Counted = { part: "current" | "previous" | null; state: ActionStatus };

/** A day after the moment at which they are asked for. */
const LATEST_END_MS = Date.parse("2026-07-10T21:00:00.412Z") + DAY_MS;

/** As the help says it, without a look at the SQL: a finished run is in the window in which it ended. */
function listCounted(drawn: DrawnWarehouse, preset: Preset): Counted[] {
  const { window, runs, settings } = drawn;
  const beforeMs = 2 * window.startMs - window.endMs;
  const own = runs.filter(
    (run) =>
      run.crm === CRM &&
      !settings.exclude_rules.includes(run.rule) &&
      run.startMs >= beforeMs - DAY_MS &&
      run.startMs < window.endMs,
  );
  const wrappers = wrappersOf(preset, settings);
  const wrapsOnly = own.every((run) => run.dryRun || wrappers.includes(run.rule));
  return own.map((run) => {
    const isUsable = run.endMs !== null && run.endMs >= run.startMs && run.endMs <= LATEST_END_MS;
    const end = isUsable ? run.endMs : null;
    const meaning = meaningOf(run, settings);
    const isOpen = end === null ? meaning === "running" || meaning === "pending" : end >= window.endMs;
    const settled = end ?? run.startMs;
    const isCurrent = isOpen || (settled >= window.startMs && settled < window.endMs);
    const part = isCurrent ? "current" : settled >= beforeMs && settled < window.startMs ? "previous" : null;
    if (run.dryRun) return { part, state: "dry_run" };
    if (!wrapsOnly && wrappers.includes(run.rule)) return { part, state: "wrapper" };
    if (end !== null && end >= window.endMs) return { part, state: "running" };
    // A row of a run that goes on and has an end was never updated.
    const isStale =
      meaning === "running" && end === null && run.startMs < window.endMs - STALE_MS[settings.stale_after]!;
    return { part, state: isStale ? "stale" : (meaning ?? "unknown") };
  });
}

const STALE_MS: Record<string, number> = { "1m": 60_000, "30m": 1_800_000, "2h": 7_200_000, "3d": 259_200_000 };

/** Every number below a name that speaks of a rate, wherever it stands; changes of rates are differences. */
function expectRates(node: unknown, path: string[] = [], isRate = false): void {
  if (typeof node === "number" && isRate) expect([path, node >= 0 && node <= 1]).toEqual([path, true]);
  if (node === null || typeof node !== "object") return;
  for (const [key, value] of Object.entries(node)) {
    const names = /(?:_rate|_rates_per_hour|_effectiveness|_reliability|_coverage|_share)$/.test(key);
    expectRates(value, [...path, key], isRate || names);
  }
}

/** In JSON it survives a round trip; in a terminal nothing in it acts; no character is cut in two. */
async function expectPublished(report: Report): Promise<void> {
  assertPublishable(report);
  const pass = passDocument({ outcomes: [madeOutcome(report)] });
  const view = viewOf({ width: 160, sections: true, detailed: true });
  const json = RENDERERS.json(pass, [report]);
  expect(Bun.deepEquals(JSON.parse(json), { ...pass, reports: [report] }, true)).toBe(true);
  expect(JSON.stringify(report)).not.toMatch(/\\ud[89a-f]/i);
  const table = await RENDERERS.table(pass, [report], view);
  expect(table.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
}

function sum(values: number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
