/** How much of a past is needed, and how much of it is used. */
import { DAY_MS } from "../../time/units.ts";

/** So far back a past is filled: five weeks are judged by, and rare rules by more. */
export const READ_BACK_MS = 56 * DAY_MS;
/** So far back what is there is used: an outage of two months is held against what was before it. */
export const LONGEST_PAST_DAYS = 120;
export const LONGEST_PAST_MS = LONGEST_PAST_DAYS * DAY_MS;

/** With fewer known days a rule is judged by its last runs only. */
export const FEWEST_DAYS = 14;
/** What is held against a rule reaches so many days back. */
export const PAST_DAYS = 35;

/** Whether a rule can be held against its own past. */
export function isPastKnown<History extends { knownDays: number }>(
  history: History | null | undefined,
): history is History {
  return history !== null && history !== undefined && history.knownDays >= FEWEST_DAYS;
}
/** What is newer is judged, also what began some days ago. */
export const WEEK_DAYS = 7;
