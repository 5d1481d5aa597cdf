/** What both dialects' hourly.sql answer: each rule's runs by the clock hour, as cells that add up. */
import { CELL_STATUSES, type HourCell, type Past, type RulePast } from "../report/memory/cells.ts";
import { sketchDurations, sketchRecords } from "../report/memory/sketch.ts";
import { compareNames } from "../report/words.ts";
import type { RunRow } from "../report/run-row.ts";
import type { HoursRequest, ReadRequest } from "./request.ts";
import { DAY_MS, HOUR_MS } from "../time/units.ts";
import * as v from "valibot";
import { hoursSchema, nameRun, type Hourly } from "./document.ts";

/** More runs are not told by their hours: a day of a CRM with 20 rules has 2,700. */
export const MOST_HOURLY_RUNS = 100_000;
/** Up to this many rows, reading the whole table costs too little to be noticed: its past is read with each report. */
export const SMALL_TABLE_ROWS = 200_000;
/** So much of it, where there is so much. */
const PAST_MS = 56 * DAY_MS;
/** A day of so many takes 10 MB to tell. */
export const MOST_READ_RUNS = 500_000;

/** Why hours were not told. */
export function describeTooMany(): string {
  return `more than ${MOST_READ_RUNS} runs in the hours that were asked for`;
}

/** The hours of the past that belong to a report whose window ends then. */
export function requestPast({ crm, window, nowMs }: ReadRequest): HoursRequest {
  const firstMs = window.endMs - PAST_MS;
  return { crm, nowMs, fromMs: firstMs - (firstMs % HOUR_MS), toMs: window.endMs };
}

/** What the statement of past hours answered; null: it holds too many runs. Throws a `ValiError` where it has another shape. */
export function readPast(json: string, span: Pick<HoursRequest, "fromMs" | "toMs">): Past | null {
  const { hourly, newest } = v.parse(hoursSchema, JSON.parse(json));
  const runs = Map.groupBy(newest, ([rule]) => rule);
  const named = [...runs].map(([rule, rows]) => [rule, rows.map(([, ...run]) => nameRun(run))] as const);
  return buildPast(hourly, span, new Map(named));
}

/** Without the hours before the oldest row that is known: what ran there may have been deleted. */
export function limitPast({ covered, rules }: Past, tableSinceMs: number | null): Past {
  const sinceMs = tableSinceMs ?? Math.min(...rules.map(({ firstMs }) => firstMs));
  const sinceHour = Math.floor(sinceMs / HOUR_MS);
  const known = covered.map(([from, to]): Past["covered"][number] => [Math.max(from, sinceHour), to]);
  return { rules, covered: known.filter(([from, to]) => from < to) };
}

/** Null as the document's. `runsOf`: each rule's newest runs. Rules are in the order of their names. */
export function buildPast(
  hourly: Hourly,
  span: { fromMs: number; toMs: number },
  runsOf: ReadonlyMap<string, RunRow[]>,
): Past | null {
  if (hourly === null) return null;
  const cellsOf = Map.groupBy(hourly.cells, ([rule]) => rule);
  const fromHour = Math.floor(span.fromMs / HOUR_MS);
  const rules = hourly.starts.map(([rule, firstMs, hours, counts]): RulePast => ({
    rule,
    firstMs,
    cells: (cellsOf.get(rule) ?? []).map(nameCell).toSorted((a, b) => a.hour - b.hour || compareStatuses(a, b)),
    // What began before and ended in the span is not all that began then.
    starts: hours
      .map((hour, at): [number, number] => [hour, counts[at] ?? 0])
      .filter(([hour]) => hour >= fromHour)
      .toSorted(([a], [b]) => a - b),
    runs: runsOf.get(rule) ?? [],
  }));
  return { covered: listWhole(span), rules: rules.toSorted((a, b) => compareNames(a.rule, b.rule)) };
}

/** The hours that lie in the span from their begin to their end. */
function listWhole({ fromMs, toMs }: { fromMs: number; toMs: number }): Past["covered"] {
  const [fromHour, toHour] = [Math.ceil(fromMs / HOUR_MS), Math.floor(toMs / HOUR_MS)];
  return fromHour < toHour ? [[fromHour, toHour]] : [];
}

function nameCell([, status, hour, ended, durationsMs, records]: NonNullable<Hourly>["cells"][number]): HourCell {
  const counts = (records ?? []).flatMap((n) => (typeof n === "number" && isCount(n) ? [Math.round(n)] : []));
  return {
    hour,
    status,
    ended,
    seconds: sketchDurations(durationsMs ?? []),
    records: sketchRecords(counts),
    processed: counts.reduce((sum, n) => sum + n, 0),
    empty: counts.filter((n) => n === 0).length,
  };
}

/** Less than none is no count. Sums of larger ones would not be whole any more. */
function isCount(records: number): boolean {
  return records >= 0 && records <= 1e12;
}

function compareStatuses(a: HourCell, b: HourCell): number {
  return CELL_STATUSES.indexOf(a.status) - CELL_STATUSES.indexOf(b.status);
}
