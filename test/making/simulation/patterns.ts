/** How healthy rules run: what is different between them in a line each. All else is the same for all of them. */
import type { Window } from "../../../src/time/window.ts";
import { drawBetween, drawOneOf, type Random } from "./chance.ts";
import { bringDaysOfTheirOwn, bringLessAtWeekends, grow, syncAllOnSundays, type Weather } from "./weather.ts";
import { atWallTimes, everyMinutes, HOURS_OF_DAY, inBursts, type Rhythm, withJitter, WORKING_DAYS } from "./rhythms.ts";

export type Pattern = {
  rhythm: (random: Random) => Rhythm;
  /** What a run usually takes. */
  seconds: number;
  /** What a run usually processes, by the hour of the wall clock. */
  records: (hour: number) => number;
  /** Some runs fail twice and succeed at the third attempt, minutes later. */
  retried?: true;
  /** What moves its figures from one day to the next, drawn once for its whole life. */
  weather?: (life: Window, timezone: string, random: Random) => Weather;
};

const OFFICE_HOURS = HOURS_OF_DAY.slice(8, 18);
const someMinute = (random: Random) => [drawBetween(random, 0, 59)];
const always = (records: number) => () => records;
const byDay = (records: number) => (hour: number) => (hour >= 6 && hour < 20 ? records : 0);

export const PATTERNS = {
  "every-5-minutes": { rhythm: () => everyMinutes(5), seconds: 20, records: always(40) },
  "every-15-minutes": { rhythm: () => everyMinutes(15), seconds: 45, records: always(120) },
  jittered: { rhythm: () => withJitter(everyMinutes(30), 12), seconds: 60, records: always(90) },
  hourly: {
    rhythm: (random) => atWallTimes({ minutes: someMinute(random), hours: HOURS_OF_DAY }),
    seconds: 90,
    records: always(250),
  },
  "quiet-nights": {
    rhythm: (random) => atWallTimes({ minutes: someMinute(random), hours: HOURS_OF_DAY }),
    seconds: 40,
    records: byDay(180),
  },
  retried: { rhythm: () => everyMinutes(120), seconds: 120, records: always(300), retried: true },
  "every-6-hours": { rhythm: () => everyMinutes(360), seconds: 300, records: always(900) },
  "long-runs": { rhythm: () => everyMinutes(240), seconds: 9000, records: always(20_000) },
  overlapping: { rhythm: () => everyMinutes(60), seconds: 5400, records: always(6000) },
  bursts: { rhythm: inBursts, seconds: 50, records: always(70) },
  "office-hours": {
    rhythm: () => atWallTimes({ minutes: [0, 20, 40], hours: OFFICE_HOURS, weekdays: WORKING_DAYS }),
    seconds: 60,
    records: always(60),
  },
  "working-days": {
    rhythm: (random) => atWallTimes({ minutes: someMinute(random), hours: [7], weekdays: WORKING_DAYS }),
    seconds: 200,
    records: always(1500),
  },
  nightly: {
    rhythm: (random) => atWallTimes({ minutes: someMinute(random), hours: [drawOneOf(random, [1, 2, 3])] }),
    seconds: 1200,
    records: always(12_000),
  },
  weekly: {
    rhythm: (random) => atWallTimes({ minutes: someMinute(random), hours: [2], weekdays: [drawOneOf(random, [0, 6])] }),
    seconds: 3000,
    records: always(40_000),
  },
  monthly: {
    rhythm: (random) => atWallTimes({ minutes: someMinute(random), hours: [5], dayOfMonth: drawBetween(random, 1, 5) }),
    seconds: 2400,
    records: always(8000),
  },
  "every-30-days": { rhythm: () => everyMinutes(30 * 24 * 60), seconds: 600, records: always(500) },
} satisfies Record<string, Pattern>;

/** Healthy rules that are hard to tell from sick ones; no constant was chosen by them. */
export const TOUGH_PATTERNS = {
  "moody-every-15-minutes": {
    rhythm: () => everyMinutes(15),
    seconds: 60,
    records: always(150),
    weather: bringDaysOfTheirOwn,
  },
  "moody-hourly": { ...PATTERNS.hourly, weather: bringDaysOfTheirOwn },
  "moody-nightly": { ...PATTERNS.nightly, weather: bringDaysOfTheirOwn },
  "growing-hourly": { ...PATTERNS.hourly, weather: grow },
  "growing-nightly": { ...PATTERNS.nightly, weather: grow },
  "weekend-every-15-minutes": { ...PATTERNS["every-15-minutes"], weather: bringLessAtWeekends },
  "weekend-hourly": { ...PATTERNS.hourly, weather: bringLessAtWeekends },
  "weekend-nightly": { ...PATTERNS.nightly, weather: bringLessAtWeekends },
  "full-on-sundays-hourly": { ...PATTERNS.hourly, weather: syncAllOnSundays },
  "full-on-sundays-nightly": { ...PATTERNS.nightly, weather: syncAllOnSundays },
} satisfies Record<string, Pattern>;

export type ToughName = keyof typeof TOUGH_PATTERNS;
export const TOUGH_NAMES = Object.keys(TOUGH_PATTERNS) as ToughName[];

export type PatternName = keyof typeof PATTERNS;
export const PATTERN_NAMES = Object.keys(PATTERNS) as PatternName[];

/** Those whose moments the clocks move. */
export const ON_WALL_TIME: PatternName[] = [
  "hourly",
  "quiet-nights",
  "bursts",
  "office-hours",
  "working-days",
  "nightly",
  "weekly",
  "monthly",
];
