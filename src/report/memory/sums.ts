/** What a rule did hour by hour, added up: of cells and starts, the columns that its tests read. */
import { BUCKET_WIDTH, type LogSketch, type RulePast, type RuleWeek, type Sums } from "./cells.ts";
import { addAt, createTally, joinColumns, takeColumns, within, type Tally } from "./columns.ts";

/** Adds up one rule after the other, of hours that are known. `skip`: a span of which nothing is told hour by hour. */
export function createAdder(
  fromHour: number,
  toHour: number,
  isKnown: (hour: number) => boolean,
  skip: Span | null = null,
): (past: Pick<RulePast, "cells" | "starts">) => Sums {
  const [finished, seconds, records, empties, starts] = Array.from({ length: 5 }, () =>
    createTally(Math.max(0, toHour - fromHour)),
  ) as [Tally, Tally, Tally, Tally, Tally];
  const skipped = skip === null ? undefined : ([skip[0] - fromHour, skip[1] - fromHour] as const);
  return (past) => {
    const longest = createLongest();
    past.cells.forEach((cell) => {
      if (!isKnown(cell.hour)) return;
      const at = cell.hour - fromHour;
      const isSuccess = cell.status === "success";
      addAt(finished, at, cell.ended, isSuccess ? 0 : cell.ended);
      if (!isSuccess) return;
      longest.add(cell.seconds);
      addAt(seconds, at, cell.seconds.n, cell.seconds.sum);
      addAt(records, at, cell.records.n, cell.records.sum);
      addAt(empties, at, cell.records.n, cell.empty);
    });
    past.starts.forEach((start) => {
      if (isKnown(start[0])) addAt(starts, start[0] - fromHour, start[1], 0);
    });
    return {
      finished: takeColumns(finished, fromHour, false, skipped),
      seconds: takeColumns(seconds, fromHour, true, skipped),
      records: takeColumns(records, fromHour, true, skipped),
      empties: takeColumns(empties, fromHour, false, skipped),
      starts: takeColumns(starts, fromHour, false, skipped),
      longest: longest.bucket(),
    };
  };
}

/** `told`: of hours that are in no week. */
export function joinWeeks(weeks: RuleWeek[], told: Sums): Sums {
  const [first, last] = [weeks[0], weeks.at(-1)];
  if (first === undefined || last === undefined) return told;
  const join = (name: Exclude<keyof Sums, "longest">) =>
    joinColumns([
      within(told[name], -Infinity, first.fromHour),
      ...weeks.map((week) => week[name]),
      within(told[name], first.fromHour, Infinity),
    ]);
  const buckets = [...weeks, told].flatMap(({ longest }) => longest ?? []);
  return {
    finished: join("finished"),
    seconds: join("seconds"),
    records: join("records"),
    empties: join("empties"),
    starts: join("starts"),
    longest: buckets.length === 0 ? null : Math.max(...buckets),
  };
}

/** The span of weeks that follow each other without a hole; null: of some of their hours something is told by itself. */
export function spanOfWeeks(rules: Pick<RulePast, "weeks">[]): Span | null {
  const weeks = rules.flatMap((rule) => rule.weeks ?? []);
  const begins = new Set(weeks.map(({ fromHour }) => fromHour));
  const [first, last] = [Math.min(...begins), Math.max(...begins)];
  const length = weeks[0] === undefined ? 0 : weeks[0].toHour - weeks[0].fromHour;
  const isWhole = weeks.every((week) => week.isWhole) && last - first === (begins.size - 1) * length;
  return weeks.length > 0 && isWhole ? [first, last + length] : null;
}

type Span = [fromHour: number, toHour: number];

/** The highest bucket of all durations. Buckets are read only where mean and spread leave room for a higher one. */
function createLongest(): { add: (sketch: LogSketch) => void; bucket: () => number | null } {
  let longest = -Infinity;
  return {
    add: (sketch) => {
      const { n, sum, squares } = sketch;
      if (n === 0) return;
      // No figure is further from the mean than the spread times √(n − 1).
      const most = sum / n + Math.sqrt(Math.max(0, (squares - sum ** 2 / n) * (1 - 1 / n)));
      if (most + 1 < (longest + 1) * BUCKET_WIDTH) return;
      for (const bucket of sketch.buckets.keys()) longest = Math.max(longest, bucket);
    },
    bucket: () => (longest === -Infinity ? null : longest),
  };
}
