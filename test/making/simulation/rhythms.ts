/** When runs are due. A rhythm is said once: as the row of sync_schedule that declares it, and as the moments it means. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/time/units.ts";
import type { Window } from "../../../src/time/window.ts";
import { drawBetween, type Random } from "./chance.ts";

/** The columns of sync_schedule that say when. */
export type ScheduleRow =
  | { recurrence_type: "interval"; every: number; period: "minutes" }
  | { recurrence_type: "crontab"; minute: string; hour: string; day_of_week: string; day_of_month: string };

export type Rhythm = {
  /** Null where no schedule can say it. */
  schedule: ScheduleRow | null;
  /** Ascending epoch milliseconds. */
  listDue: (life: Window, timezone: string, random: Random) => number[];
};

type WallTimes = {
  minutes: number[];
  hours: number[];
  /** Sunday is 0. */
  weekdays?: number[];
  dayOfMonth?: number;
};

export const HOURS_OF_DAY = Array.from({ length: 24 }, (_, hour) => hour);
export const WORKING_DAYS = [1, 2, 3, 4, 5];
const BURSTS_A_DAY = [10, 13, 17];

/** Counted from the beginning of the rule's life, whatever the clocks do. */
export function everyMinutes(every: number): Rhythm {
  return {
    schedule: { recurrence_type: "interval", every, period: "minutes" },
    listDue: ({ startMs, endMs }, _, random) => {
      const firstMs = startMs + Math.floor(random() * every * MINUTE_MS);
      const count = Math.max(0, Math.ceil((endMs - firstMs) / (every * MINUTE_MS)));
      return Array.from({ length: count }, (_, index) => firstMs + index * every * MINUTE_MS);
    },
  };
}

/** At times of the wall clock. One that the clocks skip comes an hour later, one that they repeat comes once. */
export function atWallTimes(times: WallTimes): Rhythm {
  const { minutes, hours, weekdays, dayOfMonth } = times;
  return {
    schedule: {
      recurrence_type: "crontab",
      minute: minutes.join(","),
      hour: hours.join(","),
      day_of_week: weekdays?.join(",") ?? "*",
      day_of_month: dayOfMonth?.toString() ?? "*",
    },
    listDue: (life, timezone) => listWallTimes(times, life, timezone),
  };
}

/** The same moments, each moved by chance, by at most that many minutes earlier or later. */
export function withJitter({ schedule, listDue }: Rhythm, minutes: number): Rhythm {
  const shift = (random: Random) => Math.round((2 * random() - 1) * minutes * MINUTE_MS);
  return {
    schedule,
    listDue: (life, timezone, random) => listDue(life, timezone, random).map((dueMs) => dueMs + shift(random)),
  };
}

/** Three times a working day an import starts four to eight runs, a few minutes apart. */
export function inBursts(): Rhythm {
  const moments = { minutes: [0], hours: BURSTS_A_DAY, weekdays: WORKING_DAYS };
  return {
    schedule: null,
    listDue: (life, timezone, random) =>
      listWallTimes(moments, life, timezone).flatMap((momentMs) => {
        const firstMs = momentMs + drawBetween(random, 0, 45) * MINUTE_MS;
        const apartMs = drawBetween(random, 2, 4) * MINUTE_MS;
        return Array.from({ length: drawBetween(random, 4, 8) }, (_, index) => firstMs + index * apartMs);
      }),
  };
}

function listWallTimes(
  { minutes, hours, weekdays, dayOfMonth }: WallTimes,
  { startMs, endMs }: Window,
  timeZone: string,
): number[] {
  const due = new Set<number>();
  const days = Math.ceil((endMs - startMs) / DAY_MS) + 1;
  const first = Temporal.Instant.fromEpochMilliseconds(startMs).toZonedDateTimeISO(timeZone).toPlainDate();
  for (let day = first, left = days; left > 0; day = day.add({ days: 1 }), left -= 1) {
    if (weekdays?.includes(day.dayOfWeek % 7) === false || (dayOfMonth ?? day.day) !== day.day) continue;
    for (const hour of hours) {
      for (const minute of minutes) {
        due.add(day.toZonedDateTime({ timeZone, plainTime: { hour, minute } }).epochMilliseconds);
      }
    }
  }
  return [...due].filter((dueMs) => dueMs >= startMs && dueMs < endMs).toSorted((a, b) => a - b);
}

/** The hour of the wall clock. */
export function hourAt(atMs: number, timezone: string): number {
  if (timezone === "UTC") return Math.floor((atMs % DAY_MS) / HOUR_MS);
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timezone).hour;
}
