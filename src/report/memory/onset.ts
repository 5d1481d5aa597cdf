/** Where a streak began that is longer than the runs that are known one by one. */
import { HOUR_MS } from "../../time/units.ts";
import { indexOf, type HourColumns } from "./columns.ts";

/** The part of a streak that lies before its known runs, by the hour. */
export type Onset = {
  /** Its first hour, since the epoch. */
  sinceHour: number;
  /** Runs of it in these hours. */
  n: number;
  /** The hour before it in which not every run was like it; null: none is known. */
  otherHour: number | null;
};

/** `columns`: of the runs of each hour, how many are like those of the streak. Null: it began in the hour of `sinceMs`. */
export function findStreakOnset({ hours, counts, values }: HourColumns, sinceMs: number): Onset | null {
  const newestHour = Math.floor(sinceMs / HOUR_MS);
  const isAlike = (index: number) => values[index] === counts[index];
  let index = indexOf(hours, newestHour + 1) - 1;
  if (hours[index] === newestHour) {
    if (!isAlike(index)) return null;
    index -= 1;
  }
  let n = 0;
  let sinceHour = newestHour;
  for (; index >= 0 && isAlike(index); index -= 1) {
    n += counts[index] ?? 0;
    sinceHour = hours[index] ?? sinceHour;
  }
  const otherHour = hours[index] ?? null;
  return n === 0 && otherHour === null ? null : { sinceHour, n, otherHour };
}
