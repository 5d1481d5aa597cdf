/** Each finished run is counted in exactly one of a row of windows, and once more as what was before the next one. */
import { afterAll, describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import type { Window } from "../../src/time/window.ts";
import { draws } from "../making/draws.ts";
import { makeRefillable, type Preset, type Refillable } from "../making/refillable.ts";
import { mustReport } from "../making/reports.ts";
import type { RunRow } from "../making/warehouses.ts";

const PRESETS: Preset[] = ["sync-history", "automation"];
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.parse("2026-07-10T21:00:00Z");
const LENGTHS_MS = [MINUTE_MS, 90 * MINUTE_MS, 5_000_001, DAY_MS, 7 * DAY_MS];
const WINDOWS = 4;
/** A day after the moment at which they are asked for: a later end is none. */
const LATEST_END_MS = NOW_MS + HOUR_MS + DAY_MS;
const END_OF_TIME_MS = Date.parse("9999-12-31T23:59:59Z");

type DrawnRun = { startMs: number; endMs: number | null; status: "success" | "partial" | "failed" };

const warehouses: Refillable[] = [];

afterAll(async () => {
  for (const warehouse of warehouses) await warehouse.close();
});

describe.each(PRESETS)("%s", (preset) => {
  test("adjoining windows count each finished run once", async () => {
    const warehouse = await makeRefillable(preset);
    warehouses.push(warehouse);
    const property = fc.asyncProperty(drawRow(), async ({ windows, runs }) => {
      await warehouse.refill(runs.map(writeRun), []);
      for (const url of [warehouse.postgres, warehouse.sqlite]) {
        const reports = await Promise.all(
          windows.map((window) => mustReport(url, {}, { window, nowMs: NOW_MS + HOUR_MS })),
        );
        const counted = reports.map((report) =>
          Object.entries(report.detailed_metrics?.rule_metrics ?? {}).flatMap(([rule, { total_executions: n }]) =>
            n === 0 ? [] : [{ rule, n }],
          ),
        );
        expect(counted).toEqual(windows.map((window) => listEnded(runs, window)));
        const totals = reports.map((report) => report.performance_metrics.total_actions);
        const before = reports.map((report) => report.comparison.total_actions);
        expect(before.slice(1)).toEqual(totals.slice(0, -1));
      }
    });
    await fc.assert(property, draws(6, 400));
  });
});

/** A run that ends at the edge of two windows belongs to the later one. */
function listEnded(runs: DrawnRun[], { startMs, endMs }: Window): { rule: string; n: number }[] {
  return runs
    .map((run, nth) => ({ rule: nameRun(nth), settledMs: settle(run) }))
    .filter(({ settledMs }) => settledMs >= startMs && settledMs < endMs)
    .map(({ rule }) => ({ rule, n: 1 }));
}

function settle({ startMs, endMs }: DrawnRun): number {
  return endMs === null || endMs < startMs || endMs > LATEST_END_MS ? startMs : endMs;
}

/** Windows of one length, the last of which ends now, and runs that begin before, in and between them. */
function drawRow(): fc.Arbitrary<{ windows: Window[]; runs: DrawnRun[] }> {
  return fc.constantFrom(...LENGTHS_MS).chain((lengthMs) => {
    const windows = Array.from({ length: WINDOWS }, (_, nth) => {
      const endMs = NOW_MS - (WINDOWS - 1 - nth) * lengthMs;
      return { startMs: endMs - lengthMs, endMs };
    });
    const [first] = windows;
    const fromMs = first?.startMs ?? NOW_MS;
    return fc
      .array(drawRun(fromMs, lengthMs), { minLength: 1, maxLength: 30 })
      .map((runs) => ({ windows, runs: runs.filter((run) => isWithinReach(run, windows)) }));
  });
}

/** A run is found where it began 24 hours before the window in which it ended, or later. */
function isWithinReach(run: DrawnRun, windows: Window[]): boolean {
  const window = windows.find(({ startMs, endMs }) => settle(run) >= startMs && settle(run) < endMs);
  return window === undefined || run.startMs >= window.startMs - DAY_MS;
}

function drawRun(fromMs: number, lengthMs: number): fc.Arbitrary<DrawnRun> {
  const edge = fc
    .tuple(fc.integer({ min: 0, max: WINDOWS }), fc.constantFrom(-1, 0, 0, 1))
    .map(([nth, offset]) => fromMs + nth * lengthMs + offset);
  const instant = fc.oneof(
    { weight: 1, arbitrary: edge },
    { weight: 2, arbitrary: fc.integer({ min: fromMs - DAY_MS, max: NOW_MS }) },
    { weight: 2, arbitrary: fc.integer({ min: fromMs, max: NOW_MS }) },
  );
  return instant.chain((startMs) =>
    fc.record({
      startMs: fc.constant(startMs),
      endMs: fc.oneof(
        { weight: 3, arbitrary: edge },
        { weight: 2, arbitrary: instant },
        { weight: 3, arbitrary: fc.integer({ min: 0, max: 2 * lengthMs }).map((ms) => startMs + ms) },
        { weight: 1, arbitrary: fc.constantFrom(null, startMs - 1, startMs, startMs + DAY_MS, END_OF_TIME_MS) },
      ),
      status: fc.constantFrom("success", "partial", "failed"),
    }),
  );
}

/** Each run is of a rule of its own, so that a report says which of them it counted. */
function nameRun(nth: number): string {
  return `run ${String(nth).padStart(2, "0")}`;
}

function writeRun({ startMs, endMs, status }: DrawnRun, nth: number): RunRow {
  return {
    crm: "hubspot",
    rule: nameRun(nth),
    status,
    start: new Date(startMs).toISOString(),
    end: endMs === null ? null : new Date(endMs).toISOString(),
    processed: 1,
    created: 0,
    updated: 0,
    failed: 0,
    error: null,
    dryRun: false,
  };
}
