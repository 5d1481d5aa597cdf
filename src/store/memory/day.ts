/** One UTC day of a CRM's past as it is kept: a mask of the hours that are known, and their cells, packed. */
import {
  CELL_STATUSES,
  listCells,
  listStarts,
  type HourCell,
  type HourStart,
  type LogSketch,
  type Past,
  type RulePast,
  type RuleWeek,
} from "../../report/memory/cells.ts";
import { HOUR_MS, HOURS_A_DAY } from "../../time/units.ts";
import { compareNames } from "../../report/words.ts";
import { readColumns, writeColumns, type Columns } from "./columns.ts";

/** `hours`: bit h stands for hour h of the day. */
export type PackedDay = { hours: number; cells: Uint8Array<ArrayBuffer> };

/** All hours of a day. */
export const WHOLE_DAY = 2 ** HOURS_A_DAY - 1;

const LAYOUT = {
  secondsSum: "whole",
  secondsSumHigh: "signed",
  secondsSquares: "whole",
  secondsSquaresHigh: "signed",
  recordsSum: "whole",
  recordsSumHigh: "signed",
  recordsSquares: "whole",
  recordsSquaresHigh: "signed",
  processed: "whole",
  processedHigh: "signed",
  ended: "whole",
  timed: "whole",
  told: "whole",
  empty: "whole",
  started: "whole",
  counts: "whole",
  buckets: "narrow",
  hour: "byte",
  status: "byte",
  startHour: "byte",
  secondsBuckets: "byte",
  recordsBuckets: "byte",
} as const;
type Name = keyof typeof LAYOUT;
/** Whole numbers beyond 32 bits are two columns: what stands in the high one is mostly 0, which takes no room. */
type Wide = Extract<Name, `${string}High`> extends `${infer Low}High` ? Low : never;
const HIGH = 2 ** 32;

/** How many there are of each. */
type Heading = [rule: string, cells: number, starts: number, buckets: number][];

/** The cells of the hours that are covered, of one day that begins at `fromHour`. The same past gives the same bytes. */
export function packDay({ covered, rules }: Past, fromHour: number): PackedDay {
  const hours = maskOf(covered, fromHour);
  const isKnown = (hour: number) =>
    hour >= fromHour && hour < fromHour + HOURS_A_DAY && hasHour(hours, hour - fromHour);
  const kept = rules
    .map(({ rule, cells, starts }) => ({
      rule,
      cells: listCells({ cells }).filter(({ hour, ended }) => isKnown(hour) && ended > 0),
      starts: listStarts({ starts }).filter(([hour, started]) => isKnown(hour) && started > 0),
    }))
    .filter(({ cells, starts }) => cells.length + starts.length > 0)
    .toSorted((a, b) => compareNames(a.rule, b.rule));
  const columns = Object.fromEntries(Object.keys(LAYOUT).map((name) => [name, []])) as unknown as Record<
    Name,
    number[]
  >;
  const heading = kept.map(({ rule, cells, starts }): Heading[number] => {
    const firstBucket = columns.buckets.length;
    for (const cell of cells) addCell(columns, cell, fromHour);
    for (const [hour, started] of starts) {
      columns.startHour.push(hour - fromHour);
      columns.started.push(started);
    }
    return [rule, cells.length, starts.length, columns.buckets.length - firstBucket];
  });
  return { hours, cells: writeColumns(heading, LAYOUT, columns) };
}

/** A rule's part of a day. Its cells are made only when they are read: all of them at once would take 100 MB. */
export type Slice = {
  rule: string;
  columns: Columns<Name>;
  fromHour: number;
  cells: Range;
  starts: Range;
  firstBucket: number;
};
type Range = [from: number, to: number];

/** The day as it was packed. Throws where the bytes are not what `packDay` wrote. */
export function sliceDay({ cells }: PackedDay, fromHour: number): Slice[] {
  const { heading, columns } = readColumns(cells, LAYOUT);
  const at = { cell: 0, start: 0, bucket: 0 };
  if (!isHeading(heading)) throw new TypeError("no heading of a day");
  const slices = heading.map(([rule, cellCount, startCount, bucketCount]): Slice => {
    const slice: Slice = {
      rule,
      columns,
      fromHour,
      cells: [at.cell, at.cell + cellCount],
      starts: [at.start, at.start + startCount],
      firstBucket: at.bucket,
    };
    at.cell += cellCount;
    at.start += startCount;
    at.bucket += bucketCount;
    return slice;
  });
  const isWhole =
    at.cell === columns.hour.length && at.start === columns.startHour.length && at.bucket === columns.buckets.length;
  if (!isWhole) throw new RangeError("its columns and its heading are not of one length");
  return slices;
}

function isHeading(heading: unknown): heading is Heading {
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  return (
    Array.isArray(heading) &&
    heading.every(
      (row: unknown) =>
        Array.isArray(row) && row.length === 4 && typeof row[0] === "string" && row.slice(1).every(isCount),
    )
  );
}

/** What the slices of several days say of one rule, and what else is known of it. */
export function joinSlices(
  rule: string,
  slices: Slice[],
  known: Pick<RulePast, "firstMs" | "runs"> | undefined,
  weeks: RuleWeek[] = [],
): RulePast {
  const ofWeek = weeks[0]?.finished.hours[0] ?? weeks[0]?.starts.hours[0] ?? Infinity;
  const firstDay = Math.floor(Math.min(ofWeek, slices[0]?.fromHour ?? Infinity) / HOURS_A_DAY);
  return {
    rule,
    firstMs: known?.firstMs ?? firstDay * HOURS_A_DAY * HOUR_MS,
    ...(weeks.length === 0 ? {} : { weeks }),
    cells: { forEach: (visit) => slices.forEach((slice) => visitCells(slice, visit)) },
    starts: { forEach: (visit) => slices.forEach((slice) => visitStarts(slice, visit)) },
    runs: known?.runs ?? [],
  };
}

/** Which hours of the day are covered. */
export function maskOf(covered: Past["covered"], fromHour: number): number {
  let mask = 0;
  for (const [from, to] of covered)
    for (let hour = Math.max(from, fromHour); hour < Math.min(to, fromHour + HOURS_A_DAY); hour++)
      mask |= 1 << (hour - fromHour);
  return mask;
}

/** Ascending and apart. */
export function spansOf(hours: number, fromHour: number): Past["covered"] {
  const spans: Past["covered"] = [];
  for (let hour = 0; hour < HOURS_A_DAY; hour++) {
    if (!hasHour(hours, hour)) continue;
    const last = spans.at(-1);
    if (last?.[1] === fromHour + hour) last[1] += 1;
    else spans.push([fromHour + hour, fromHour + hour + 1]);
  }
  return spans;
}

function hasHour(hours: number, hour: number): boolean {
  return (hours & (1 << hour)) !== 0;
}

function addCell(columns: Record<Name, number[]>, cell: HourCell, fromHour: number): void {
  columns.hour.push(cell.hour - fromHour);
  columns.status.push(CELL_STATUSES.indexOf(cell.status));
  columns.ended.push(cell.ended);
  columns.timed.push(cell.seconds.n);
  columns.told.push(cell.records.n);
  addWide(columns, "secondsSum", cell.seconds.sum);
  addWide(columns, "secondsSquares", cell.seconds.squares);
  addWide(columns, "recordsSum", cell.records.sum);
  addWide(columns, "recordsSquares", cell.records.squares);
  addWide(columns, "processed", cell.processed);
  columns.empty.push(cell.empty);
  columns.secondsBuckets.push(addBuckets(columns, cell.seconds));
  columns.recordsBuckets.push(addBuckets(columns, cell.records));
}

function addWide(columns: Record<Name, number[]>, name: Wide, value: number): void {
  const high = Math.floor(value / HIGH);
  columns[name].push(value - high * HIGH);
  columns[`${name}High`].push(high);
}

/** Returns how many there are. */
function addBuckets(columns: Record<Name, number[]>, { buckets }: LogSketch): number {
  for (const [bucket, count] of [...buckets].toSorted(([a], [b]) => a - b)) {
    columns.buckets.push(bucket);
    columns.counts.push(count);
  }
  return buckets.size;
}

function visitStarts({ columns, fromHour, starts }: Slice, visit: (start: HourStart) => void): void {
  const { startHour, started } = columns;
  const start: HourStart = [0, 0];
  for (let index = starts[0]; index < starts[1]; index++) {
    start[0] = fromHour + (startHour[index] ?? 0);
    start[1] = started[index] ?? 0;
    visit(start);
  }
}

/** One cell stands for all, one after the other: most readers add them up. */
function visitCells({ columns, fromHour, cells, firstBucket }: Slice, visit: (cell: HourCell) => void): void {
  const { hour, status, ended, processed, processedHigh, empty, secondsBuckets, recordsBuckets } = columns;
  const { timed, secondsSum, secondsSumHigh, secondsSquares, secondsSquaresHigh } = columns;
  const { told, recordsSum, recordsSumHigh, recordsSquares, recordsSquaresHigh } = columns;
  const seconds = new StoredSketch(columns, secondsSquares, secondsSquaresHigh);
  const records = new StoredSketch(columns, recordsSquares, recordsSquaresHigh);
  const cell: HourCell = { hour: 0, status: "success", ended: 0, seconds, records, processed: 0, empty: 0 };
  let bucket = firstBucket;
  for (let index = cells[0]; index < cells[1]; index++) {
    seconds.index = index;
    seconds.n = timed[index] ?? 0;
    seconds.sum = join(secondsSum, secondsSumHigh, index);
    seconds.from = bucket;
    bucket += secondsBuckets[index] ?? 0;
    seconds.to = bucket;
    records.index = index;
    records.n = told[index] ?? 0;
    records.sum = join(recordsSum, recordsSumHigh, index);
    records.from = bucket;
    bucket += recordsBuckets[index] ?? 0;
    records.to = bucket;
    cell.hour = fromHour + (hour[index] ?? 0);
    cell.status = CELL_STATUSES[status[index] ?? 0] ?? "failed";
    cell.ended = ended[index] ?? 0;
    cell.processed = join(processed, processedHigh, index);
    cell.empty = empty[index] ?? 0;
    visit(cell);
  }
}

function join(low: ArrayLike<number>, high: ArrayLike<number>, index: number): number {
  return (high[index] ?? 0) * HIGH + (low[index] ?? 0);
}

/** Its squares and buckets are made only when they are read, which most readers do for few cells. */
class StoredSketch implements LogSketch {
  n = 0;
  sum = 0;
  index = 0;
  from = 0;
  to = 0;

  private readonly columns: Columns<Name>;
  private readonly low: ArrayLike<number>;
  private readonly high: ArrayLike<number>;

  constructor(columns: Columns<Name>, low: ArrayLike<number>, high: ArrayLike<number>) {
    this.columns = columns;
    this.low = low;
    this.high = high;
  }

  get squares(): number {
    return join(this.low, this.high, this.index);
  }

  get buckets(): Map<number, number> {
    const { buckets, counts } = this.columns;
    const read = new Map<number, number>();
    for (let index = this.from; index < this.to; index++) read.set(buckets[index] ?? 0, counts[index] ?? 0);
    return read;
  }
}
