/**
 * A week of a CRM's past added up, as it is kept beside its days: a report reads eight of them instead of 56 days. It is made of days
 * that are known as a whole and is deleted with the first of them that changes, so that it never says anything else.
 */
import { HOURS_A_DAY } from "../../time/units.ts";
import type { Past, RuleWeek } from "../../report/memory/cells.ts";
import type { HourColumns } from "../../report/memory/columns.ts";
import { createAdder } from "../../report/memory/sums.ts";
import { compareNames } from "../../report/words.ts";
import { readColumns, writeColumns, type Columns } from "./columns.ts";

export const DAYS_A_WEEK = 7;
const HOURS_A_WEEK = DAYS_A_WEEK * HOURS_A_DAY;
/** Of the layout, and of what is added up how: a week of another one is not read. */
const FORMAT = 1;

const LAYOUT = {
  secondsMeans: "double",
  recordsMeans: "double",
  finishedHours: "signed",
  finishedCounts: "whole",
  finishedFailed: "whole",
  secondsHours: "signed",
  secondsCounts: "whole",
  recordsHours: "signed",
  recordsCounts: "whole",
  recordsEmpty: "whole",
  startsHours: "signed",
  startsCounts: "whole",
} as const;
type Name = keyof typeof LAYOUT;

/** How many hours each has, and the highest bucket of its seconds. */
type Heading = [
  rule: string,
  finished: number,
  seconds: number,
  records: number,
  starts: number,
  longest: number | null,
][];

/** `week`: counted since the epoch, seven days from day 0 on. */
export function hoursOfWeek(week: number): [fromHour: number, toHour: number] {
  return [week * HOURS_A_WEEK, (week + 1) * HOURS_A_WEEK];
}

/** `past`: of those hours, all known. The same past gives the same bytes. */
export function packWeek({ rules }: Past, week: number): Uint8Array<ArrayBuffer> {
  const addUp = createAdder(...hoursOfWeek(week), () => true);
  const sums = rules
    .map((rule) => ({ rule: rule.rule, ...addUp(rule) }))
    .filter(({ finished, starts }) => finished.hours.length + starts.hours.length > 0)
    .toSorted((a, b) => compareNames(a.rule, b.rule));
  const gather = (list: (one: (typeof sums)[number]) => ArrayLike<number>) =>
    sums.flatMap((one) => Array.from(list(one)));
  const columns: Columns<Name> = {
    finishedHours: gather(({ finished }) => finished.hours),
    finishedCounts: gather(({ finished }) => finished.counts),
    finishedFailed: gather(({ finished }) => finished.values),
    secondsHours: gather(({ seconds }) => seconds.hours),
    secondsCounts: gather(({ seconds }) => seconds.counts),
    secondsMeans: gather(({ seconds }) => seconds.values),
    recordsHours: gather(({ records }) => records.hours),
    recordsCounts: gather(({ records }) => records.counts),
    recordsMeans: gather(({ records }) => records.values),
    recordsEmpty: gather(({ empties }) => empties.values),
    startsHours: gather(({ starts }) => starts.hours),
    startsCounts: gather(({ starts }) => starts.counts),
  };
  const heading = sums.map(({ rule, finished, seconds, records, starts, longest }): Heading[number] => [
    rule,
    finished.hours.length,
    seconds.hours.length,
    records.hours.length,
    starts.hours.length,
    longest,
  ]);
  return writeColumns(heading, LAYOUT, columns);
}

/** By rule. Throws where the bytes are not what `packWeek` wrote. */
export function unpackWeek(bytes: Uint8Array, week: number): Map<string, RuleWeek> {
  const { heading, columns } = readColumns(bytes, LAYOUT);
  const [fromHour, toHour] = hoursOfWeek(week);
  const at = { finished: 0, seconds: 0, records: 0, starts: 0 };
  const take = (
    from: number,
    length: number,
    hours: ArrayLike<number>,
    counts: ArrayLike<number>,
    values?: ArrayLike<number>,
  ) => {
    const part = (column: ArrayLike<number>) => (column as Float64Array).subarray(from, from + length);
    const taken = {
      hours: part(hours) as unknown as Int32Array,
      counts: part(counts) as unknown as Uint32Array,
      values: values === undefined ? new Float64Array(length) : part(values),
    };
    const [first = fromHour, last = fromHour] = [taken.hours[0], taken.hours.at(-1)];
    if (taken.hours.length !== length || first < fromHour || last >= toHour)
      throw new RangeError("hours of another week");
    return taken satisfies HourColumns;
  };
  return new Map(
    readHeading(heading).map(([rule, finished, seconds, records, starts, longest]) => {
      const sums: RuleWeek = {
        fromHour,
        toHour,
        isWhole: true,
        finished: take(at.finished, finished, columns.finishedHours, columns.finishedCounts, columns.finishedFailed),
        seconds: take(at.seconds, seconds, columns.secondsHours, columns.secondsCounts, columns.secondsMeans),
        records: take(at.records, records, columns.recordsHours, columns.recordsCounts, columns.recordsMeans),
        empties: take(at.records, records, columns.recordsHours, columns.recordsCounts, columns.recordsEmpty),
        starts: take(at.starts, starts, columns.startsHours, columns.startsCounts),
        longest,
      };
      at.finished += finished;
      at.seconds += seconds;
      at.records += records;
      at.starts += starts;
      return [rule, sums];
    }),
  );
}

/** What tells a week that this program wrote from one that was changed since, or has another format. */
export function stampWeek(bytes: Uint8Array): number {
  return Bun.hash.xxHash32(bytes, FORMAT);
}

function readHeading(heading: unknown): Heading {
  const isLength = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  const isRow = (row: unknown) =>
    Array.isArray(row) &&
    row.length === 6 &&
    typeof row[0] === "string" &&
    row.slice(1, 5).every(isLength) &&
    (row[5] === null || Number.isSafeInteger(row[5]));
  if (!Array.isArray(heading) || !heading.every(isRow)) throw new TypeError("no heading of a week");
  return heading as Heading;
}
