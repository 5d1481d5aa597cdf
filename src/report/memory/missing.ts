/** Which days of a past are still to be read. */
import { DAY_MS, HOUR_MS, HOURS_A_DAY } from "../../time/units.ts";
import type { Window } from "../../time/window.ts";

/** Half-open, epoch milliseconds: one UTC day, or as much of today as is over. */
export type DayToRead = { fromMs: number; toMs: number };

/** The newest first. `known`: by day since the epoch, a mask of its known hours. Hours that are not over yet do not count. */
export function listMissing(known: ReadonlyMap<number, number>, { startMs, endMs }: Window): DayToRead[] {
  const endHour = Math.floor(endMs / HOUR_MS);
  const [first, last] = [Math.floor(startMs / DAY_MS), Math.floor((endHour - 1) / HOURS_A_DAY)];
  const days: DayToRead[] = [];
  for (let day = last; day >= first; day--) {
    const toHour = Math.min(endHour, (day + 1) * HOURS_A_DAY);
    const wanted = 2 ** (toHour - day * HOURS_A_DAY) - 1;
    if ((wanted & ~(known.get(day) ?? 0)) !== 0) days.push({ fromMs: day * DAY_MS, toMs: toHour * HOUR_MS });
  }
  return days;
}
