/** Lengths of time in milliseconds. */

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const WEEK_MS = 7 * DAY_MS;

export const HOURS_A_DAY = 24;

/** So much later than now a start may be: the clocks of two machines differ. */
export const CLOCK_DIFFERENCE_MS = 5 * MINUTE_MS;
