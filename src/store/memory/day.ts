/** One UTC day of a CRM's past as it is kept: a mask of the hours that are known, and their cells, packed. */
import { CELL_STATUSES, type HourCell, type LogSketch, type Past, type RulePast } from "../../report/memory/cells.ts";
import { compareNames } from "../../report/words.ts";
import { readColumns, writeColumns, type Columns } from "./columns.ts";

export const HOURS_OF_DAY = 24;

/** `hours`: bit h stands for hour h of the day. */
export type PackedDay = { hours: number; cells: Uint8Array<ArrayBuffer> };

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

/** Name, cells, hours with starts. */
type Heading = [rule: string, cells: number, starts: number][];

/** The cells of the hours that are covered, of one day that begins at `fromHour`. The same past gives the same bytes. */
export function packDay({ covered, rules }: Past, fromHour: number): PackedDay {
  const hours = maskOf(covered, fromHour);
  const isKnown = (hour: number) =>
    hour >= fromHour && hour < fromHour + HOURS_OF_DAY && hasHour(hours, hour - fromHour);
  const kept = rules
    .map(({ rule, cells, starts }) => ({
      rule,
      cells: cells.filter(({ hour, ended }) => isKnown(hour) && ended > 0).toSorted(compareCells),
      starts: starts.filter(([hour, started]) => isKnown(hour) && started > 0).toSorted(([a], [b]) => a - b),
    }))
    .filter(({ cells, starts }) => cells.length + starts.length > 0)
    .toSorted((a, b) => compareNames(a.rule, b.rule));
  const columns = Object.fromEntries(Object.keys(LAYOUT).map((name) => [name, []])) as unknown as Record<
    Name,
    number[]
  >;
  for (const { cells, starts } of kept) {
    for (const cell of cells) addCell(columns, cell, fromHour);
    for (const [hour, started] of starts) {
      columns.startHour.push(hour - fromHour);
      columns.started.push(started);
    }
  }
  const heading: Heading = kept.map(({ rule, cells, starts }) => [rule, cells.length, starts.length]);
  return { hours, cells: writeColumns(heading, LAYOUT, columns) };
}

/** Throws where the bytes are not what `packDay` wrote. */
export function unpackDay({ hours, cells }: PackedDay, fromHour: number): Past {
  const { heading, columns } = readColumns(cells, LAYOUT);
  const at = { cell: 0, start: 0, bucket: 0 };
  const rules = (heading as Heading).map(([rule, cellCount, startCount]): RulePast => {
    const read = Array.from({ length: cellCount }, () => readCell(columns, at, fromHour));
    const starts = Array.from({ length: startCount }, (): [number, number] => {
      const index = at.start++;
      return [fromHour + (columns.startHour[index] ?? 0), columns.started[index] ?? 0];
    });
    return { rule, firstMs: Infinity, cells: read, starts, runs: [] };
  });
  const isWhole =
    at.cell === columns.hour.length && at.start === columns.startHour.length && at.bucket === columns.buckets.length;
  if (!isWhole) throw new RangeError("its columns and its heading are not of one length");
  return { covered: spansOf(hours, fromHour), rules };
}

/** Which hours of the day are covered. */
export function maskOf(covered: Past["covered"], fromHour: number): number {
  let mask = 0;
  for (const [from, to] of covered)
    for (let hour = Math.max(from, fromHour); hour < Math.min(to, fromHour + HOURS_OF_DAY); hour++)
      mask |= 1 << (hour - fromHour);
  return mask;
}

/** Ascending and apart. */
export function spansOf(hours: number, fromHour: number): Past["covered"] {
  const spans: Past["covered"] = [];
  for (let hour = 0; hour < HOURS_OF_DAY; hour++) {
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

function compareCells(a: HourCell, b: HourCell): number {
  return a.hour - b.hour || CELL_STATUSES.indexOf(a.status) - CELL_STATUSES.indexOf(b.status);
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

function readCell(columns: Columns<Name>, at: { cell: number; bucket: number }, fromHour: number): HourCell {
  const index = at.cell++;
  const valueOf = (name: Name) => columns[name][index] ?? 0;
  const wideOf = (name: Wide) => valueOf(`${name}High`) * HIGH + valueOf(name);
  return {
    hour: fromHour + valueOf("hour"),
    status: CELL_STATUSES[valueOf("status")] ?? "failed",
    ended: valueOf("ended"),
    seconds: {
      n: valueOf("timed"),
      sum: wideOf("secondsSum"),
      squares: wideOf("secondsSquares"),
      buckets: readBuckets(columns, at, valueOf("secondsBuckets")),
    },
    records: {
      n: valueOf("told"),
      sum: wideOf("recordsSum"),
      squares: wideOf("recordsSquares"),
      buckets: readBuckets(columns, at, valueOf("recordsBuckets")),
    },
    processed: wideOf("processed"),
    empty: valueOf("empty"),
  };
}

function readBuckets({ buckets, counts }: Columns<Name>, at: { bucket: number }, size: number): Map<number, number> {
  const read = new Map<number, number>();
  for (const end = at.bucket + size; at.bucket < end; at.bucket++)
    read.set(buckets[at.bucket] ?? 0, counts[at.bucket] ?? 0);
  return read;
}
