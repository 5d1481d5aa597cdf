/**
 * What both dialects' hourly.sql tell: each run's clock hours, duration and records, from which cells are counted that add up. The
 * logarithms are taken here for both, because two engines round them in two ways.
 */
import type { HourActivity } from "../report/activity.ts";
import { CELL_STATUSES, type CellStatus, type HourCell, type Past, type RulePast } from "../report/memory/cells.ts";
import { addDuration, addRecords, emptySketch } from "../report/memory/sketch.ts";
import type { RunRow } from "../report/rules/run-row.ts";
import { type ActionStatus, compareNames } from "../report/words.ts";
import { DatabaseError } from "../database/failure.ts";
import { HOUR_MS } from "../time/units.ts";
import type { ScanBounds } from "./bounds.ts";
import type { Hourly } from "./document.ts";

/** More runs are not told each: a day of a CRM with 20 rules has 2,700. */
export const MOST_HOURLY_RUNS = 100_000;
/** Factor of the start in a span; an open run may end later than the hours that are read, but not by a century. */
const SPAN_START = 1_000_000;
/** A run over so many clock hours is in no cell: whoever reads the hour of its end may not see its start. */
const LONGEST_HOURS = 24;
/** A clock that is a little ahead starts runs after the hours that are asked for. */
const LATEST_HOURS = 24;
const NOT_ASKED = "its answer has hours that were not asked for";
/** What is more is no count of records. Sums of larger numbers would not be whole any more. */
const MOST_RECORDS = 1e12;

type Bounds = Pick<ScanBounds, "beforeMs" | "toMs" | "baseMs">;

/** Rules and cells are in order. `runsOf`: each rule's newest runs. */
export function buildPast(
  rows: Hourly,
  { beforeMs, toMs, baseMs }: Bounds,
  runsOf: ReadonlyMap<string, RunRow[]>,
): Past {
  const [baseHour, firstHour, lastHour] = [toHour(baseMs), toHour(beforeMs), toHour(toMs) + LATEST_HOURS];
  const rules = [...Map.groupBy(rows, ([, rule]) => rule)].map(([rule, ofRule]): RulePast => {
    const starts = new Map<number, number>();
    const cells = new Map<number, HourCell>();
    for (const [, , status, , spans, durations, records] of ofRule) {
      const order = rank(status);
      for (let at = 0; at < spans.length; at += 1) {
        const span = spans[at] ?? 0;
        const startHour = baseHour + Math.floor(span / SPAN_START);
        const endHour = baseHour + (span % SPAN_START);
        if (startHour > lastHour) throw new DatabaseError(NOT_ASKED);
        // What began before and ended in these hours is not all that began then.
        if (startHour >= firstHour) starts.set(startHour, (starts.get(startHour) ?? 0) + 1);
        if (!isCellStatus(status) || endHour - startHour >= LONGEST_HOURS) continue;
        const key = (endHour - baseHour) * CELL_STATUSES.length + order;
        const cell = cells.get(key) ?? emptyCell(endHour, status);
        cells.set(key, cell);
        countRun(cell, durations[at] ?? null, records[at] ?? null);
      }
    }
    return {
      rule,
      firstMs: Math.min(...ofRule.map(([, , , firstMs]) => firstMs)),
      cells: listInOrder(cells).map(([, cell]) => cell),
      starts: listInOrder(starts),
      runs: runsOf.get(rule) ?? [],
    };
  });
  return { covered: listWhole(beforeMs, toMs), rules: rules.toSorted((a, b) => compareNames(a.rule, b.rule)) };
}

/** Finished runs of the current window by the hour of their end, in no order. */
export function countHours(rows: Hourly, { baseMs }: Pick<Bounds, "baseMs">): HourActivity[] {
  const hours = new Map<number, HourActivity>();
  for (const [part, , status, , spans] of rows) {
    if (part !== "current" || !isCellStatus(status)) continue;
    for (const span of spans) {
      const { endHour } = readSpan(span, toHour(baseMs));
      const hour = hours.get(endHour) ?? { hourMs: endHour * HOUR_MS, total: 0, successful: 0 };
      hours.set(endHour, hour);
      hour.total += 1;
      if (status === "success") hour.successful += 1;
    }
  }
  return [...hours.values()];
}

function listInOrder<T>(byNumber: ReadonlyMap<number, T>): [number, T][] {
  return [...byNumber].toSorted(([a], [b]) => a - b);
}

function readSpan(span: number, baseHour: number): { startHour: number; endHour: number } {
  return { startHour: baseHour + Math.floor(span / SPAN_START), endHour: baseHour + (span % SPAN_START) };
}

function countRun(cell: HourCell, durationMs: number | null, records: Hourly[number][6][number]): void {
  cell.ended += 1;
  if (durationMs !== null) addDuration(cell.seconds, durationMs);
  if (typeof records !== "number" || records < 0 || records > MOST_RECORDS) return;
  const whole = Math.round(records);
  addRecords(cell.records, whole);
  cell.processed += whole;
  if (whole === 0) cell.empty += 1;
}

function emptyCell(hour: number, status: CellStatus): HourCell {
  return { hour, status, ended: 0, seconds: emptySketch(), records: emptySketch(), processed: 0, empty: 0 };
}

/** The hours that lie between the instants from their begin to their end. */
function listWhole(fromMs: number, toMs: number): Past["covered"] {
  const [from, to] = [Math.ceil(fromMs / HOUR_MS), toHour(toMs)];
  return from < to ? [[from, to]] : [];
}

function toHour(ms: number): number {
  return Math.floor(ms / HOUR_MS);
}

function isCellStatus(status: ActionStatus): status is CellStatus {
  return rank(status) !== -1;
}

function rank(status: ActionStatus): number {
  return (CELL_STATUSES as readonly ActionStatus[]).indexOf(status);
}
