/** Where a streak began that is longer than the runs that are known one by one. */
import { HOUR_MS } from "../../time/units.ts";
import { indexOf, type HourColumns } from "./columns.ts";

/** As much of a streak as is certain. */
export type Onset = {
  /** Its runs, the known ones among them. */
  n: number;
  /** Its first hour, since the epoch; null: that is no earlier than the first of the known ones. */
  sinceHour: number | null;
  /** The hour before it in which not every run was like it; null: none is known. */
  otherHour: number | null;
  /** In that hour no run was like it. Else some of its runs are of that hour too, or of a time that is not known. */
  isWhole: boolean;
};

/**
 * `columns`: of the runs of each hour, how many are like those of the streak, of which `known` ones since `sinceMs` are known. Null:
 * it began in that hour.
 */
export function findStreakOnset(
  { hours, counts, values }: HourColumns,
  { known, sinceMs }: { known: number; sinceMs: number },
): Onset | null {
  const knownHour = Math.floor(sinceMs / HOUR_MS);
  const isAlike = (index: number) => values[index] === counts[index];
  const from = indexOf(hours, knownHour);
  if (hours[from] === knownHour && !isAlike(from)) return null;
  let index = from - 1;
  let before = 0;
  for (; index >= 0 && isAlike(index); index -= 1) before += counts[index] ?? 0;
  const otherHour = hours[index] ?? null;
  if (before === 0 && otherHour === null) return null;
  // The known ones may begin in the middle of their hour: its others are of the streak as well.
  let since = 0;
  for (let at = from; at < hours.length && isAlike(at); at += 1) since += counts[at] ?? 0;
  const n = before + Math.max(known, since);
  const isWhole = otherHour !== null && values[index] === 0;
  return { n, sinceHour: n > known ? (hours[index + 1] ?? knownHour) : null, otherHour, isWhole };
}

/** The newest hour, since the epoch, in which not every run failed; null: none is known. */
export function findLastSuccessHour({ hours, counts, values }: HourColumns): number | null {
  return hours.findLast((_, index) => (values[index] ?? 0) < (counts[index] ?? 0)) ?? null;
}
