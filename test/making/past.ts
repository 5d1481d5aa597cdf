/** Counts a rule's past from its runs one by one: what reading, keeping and merging must come to. */
import type { RunRow } from "../../src/report/rules/run-row.ts";
import {
  CELL_STATUSES,
  type CellStatus,
  type HourCell,
  type LogSketch,
  type Past,
} from "../../src/report/memory/cells.ts";
import { HOUR_MS, SECOND_MS } from "../../src/time/units.ts";

/** Half-open, hours since the epoch. */
export type HourSpan = [fromHour: number, toHour: number];

const LONGEST_HOURS = 24;
const NEWEST_RUNS = 50;

/** The past of the hours, as it is known at `asOfMs`: a run that ends later has not ended. Rules without a run have none. */
export function countPast(rules: { rule: string; runs: RunRow[] }[], covered: HourSpan[], asOfMs = Infinity): Past {
  const counted = rules.map(({ rule, runs }) => countRule(rule, runs, covered, asOfMs));
  return { covered, rules: counted.filter(({ cells, starts }) => cells.length + starts.length > 0) };
}

function countRule(rule: string, runs: RunRow[], covered: HourSpan[], asOfMs: number) {
  const isCovered = (hour: number) => covered.some(([from, to]) => hour >= from && hour < to);
  const known = runs.filter(({ startedMs }) => startedMs < asOfMs && isCovered(hourOf(startedMs)));
  const cells = new Map<string, HourCell>();
  const starts = new Map<number, number>();
  for (const { startedMs } of known) starts.set(hourOf(startedMs), (starts.get(hourOf(startedMs)) ?? 0) + 1);
  for (const run of runs) {
    const status = CELL_STATUSES.find((one) => one === run.status);
    if (status === undefined || run.startedMs >= asOfMs || (run.endedMs ?? run.startedMs) >= asOfMs) continue;
    const hour = hourOf(settledAt(run));
    if (!isCovered(hour) || hour - hourOf(run.startedMs) >= LONGEST_HOURS) continue;
    addRun(findCell(cells, hour, status), run);
  }
  return {
    rule,
    firstMs: Math.min(...runs.map(({ startedMs }) => startedMs)),
    cells: [...cells.values()].toSorted(compareCells),
    starts: [...starts].toSorted(([a], [b]) => a - b),
    runs: runs
      .filter((run) => run.startedMs < asOfMs && settledAt(run) < asOfMs)
      .toSorted((a, b) => settledAt(b) - settledAt(a) || b.startedMs - a.startedMs)
      .slice(0, NEWEST_RUNS),
  };
}

function findCell(cells: Map<string, HourCell>, hour: number, status: CellStatus): HourCell {
  const key = `${hour} ${status}`;
  const found = cells.get(key) ?? {
    hour,
    status,
    ended: 0,
    seconds: emptySketch(),
    records: emptySketch(),
    processed: 0,
    empty: 0,
  };
  cells.set(key, found);
  return found;
}

function addRun(cell: HourCell, { startedMs, endedMs, records }: RunRow): void {
  cell.ended += 1;
  if (endedMs !== null && endedMs >= startedMs)
    addValue(cell.seconds, Math.max(endedMs - startedMs, SECOND_MS) / SECOND_MS);
  if (records === null || records < 0) return;
  addValue(cell.records, 1 + records);
  cell.processed += records;
  if (records === 0) cell.empty += 1;
}

function emptySketch(): LogSketch {
  return { n: 0, sum: 0, squares: 0, buckets: new Map() };
}

function addValue(sketch: LogSketch, value: number): void {
  const thousandths = Math.round(1000 * Math.log(value));
  const bucket = Math.floor(thousandths / 100);
  sketch.n += 1;
  sketch.sum += thousandths;
  sketch.squares += thousandths ** 2;
  sketch.buckets.set(bucket, (sketch.buckets.get(bucket) ?? 0) + 1);
}

function compareCells(a: HourCell, b: HourCell): number {
  return a.hour - b.hour || CELL_STATUSES.indexOf(a.status) - CELL_STATUSES.indexOf(b.status);
}

/** A run without a usable end counts where it started. */
function settledAt({ startedMs, endedMs }: RunRow): number {
  return endedMs === null || endedMs < startedMs ? startedMs : endedMs;
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS);
}
