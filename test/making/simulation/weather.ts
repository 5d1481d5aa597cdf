/** What moves the figures of a healthy rule from one day to the next, beside the chance of each run. */
import { DAY_MS } from "../../../src/time/units.ts";
import type { Window } from "../../../src/time/window.ts";
import { drawFactor, type Random } from "./chance.ts";

/** By what its usual figures are multiplied at that moment. */
export type Weather = (atMs: number) => { seconds: number; records: number; failures: number };

const SECONDS_SIGMA = 0.2;
const RECORDS_SIGMA = 0.25;
const FAILURES_SIGMA = 0.6;
/** What is left of a day's weather the day after. */
const PERSISTENCE = 0.5;
const GROWTH_A_DAY = 0.01;
const WEEKEND_SHARE = 0.15;
const FULL_SYNC = { seconds: 6, records: 20 };

/** Whole days are slow or fast, busy or quiet, lucky or not, and seldom alone. */
export function bringDaysOfTheirOwn(life: Window, _timezone: string, random: Random): Weather {
  const [seconds, records, failures] = [SECONDS_SIGMA, RECORDS_SIGMA, FAILURES_SIGMA].map((sigma) =>
    drawDays(life, sigma, random),
  );
  return (atMs) => {
    const day = Math.floor((atMs - life.startMs) / DAY_MS);
    return { seconds: seconds?.[day] ?? 1, records: records?.[day] ?? 1, failures: failures?.[day] ?? 1 };
  };
}

/** One of 100 more each day. */
export function grow(life: Window): Weather {
  return (atMs) => {
    const factor = Math.exp((GROWTH_A_DAY * (atMs - life.startMs)) / DAY_MS);
    return { seconds: factor, records: factor, failures: 1 };
  };
}

export function bringLessAtWeekends(_life: Window, timezone: string): Weather {
  return (atMs) => {
    const { dayOfWeek } = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timezone);
    return { seconds: 1, records: dayOfWeek >= 6 ? WEEKEND_SHARE : 1, failures: 1 };
  };
}

/** Between two and six in the morning of each Sunday all records come, and not only those that changed. */
export function syncAllOnSundays(_life: Window, timezone: string): Weather {
  return (atMs) => {
    const { dayOfWeek, hour } = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timezone);
    return dayOfWeek === 7 && hour >= 1 && hour < 6
      ? { ...FULL_SYNC, failures: 1 }
      : { seconds: 1, records: 1, failures: 1 };
  };
}

/** A factor for each day, near that of the day before. */
function drawDays({ startMs, endMs }: Window, sigma: number, random: Random): number[] {
  let log = 0;
  return Array.from({ length: Math.ceil((endMs - startMs) / DAY_MS) + 1 }, () => {
    log = PERSISTENCE * log + Math.log(drawFactor(random, sigma * Math.sqrt(1 - PERSISTENCE ** 2)));
    return Math.exp(log);
  });
}
