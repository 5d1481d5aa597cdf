/** A time of day at which a rule usually starts, and starts no more, while it goes on at others: no count of a day tells it from chance. */
import { HOURS_A_DAY } from "../../time/units.ts";
import { countRuns, countRunsWithin, within } from "./columns.ts";
import type { RuleHistory } from "./history.ts";
import { FEWEST_DAYS, PAST_DAYS } from "./known.ts";

/** Hours since the epoch; `n` usual runs have not started since the first of them, `days` say that they are usual. */
export type SilentTime = { sinceHour: number; n: number; days: number };

/** Of a rule that runs more often the hours say nothing. */
const MOST_A_DAY = 6;
/** An hour earlier or later it is the same run, and so long after its time it may still start. */
const BESIDE_HOURS = 1;
const LATE_HOURS = 3;
const FEWEST_MISSED = 3;
/** Of the days of a week on which it is usual, and of all those days. */
const USUAL_SHARE_OF_WEEKDAY = 0.75;
const USUAL_SHARE = 0.9;
const FEWEST_USUAL = 10;
/** So many fewer start for each one missed: what has moved to another time is not missing. */
const OWN_RUN = 0.6;

/** The one that has been silent for longest. Null: there is none, or too little is known. */
export function findSilentTime(history: RuleHistory): SilentTime | null {
  const { starts, endHour, firstHour } = history;
  const known = (endHour - firstHour) / HOURS_A_DAY;
  if (known < FEWEST_DAYS || countRuns(starts) > MOST_A_DAY * known) return null;
  const counts = new Uint32Array(HOURS_A_DAY);
  for (const hour of starts.hours) counts[hour % HOURS_A_DAY] = (counts[hour % HOURS_A_DAY] ?? 0) + 1;
  const usual = [...counts.keys()].filter((hour) => (counts[hour] ?? 0) >= FEWEST_USUAL);
  const found = usual.flatMap((hour) => measureSilence(history, hour) ?? []);
  return found.toSorted((a, b) => a.sinceHour - b.sinceHour)[0] ?? null;
}

type Occurrence = { hour: number; weekday: number; ran: boolean };

function measureSilence(history: RuleHistory, hourOfDay: number): SilentTime | null {
  const { starts, endHour } = history;
  const occurrences = listOccurrences(history, hourOfDay);
  const last = occurrences.findIndex(({ ran }) => ran);
  if (last < FEWEST_MISSED) return null;
  const past = occurrences.slice(last, last + PAST_DAYS);
  const shareOf = (some: Occurrence[]) => some.filter(({ ran }) => ran).length / Math.max(1, some.length);
  const isUsual = (weekday: number) => shareOf(past.filter((one) => one.weekday === weekday)) >= USUAL_SHARE_OF_WEEKDAY;
  const usual = past.filter(({ weekday }) => isUsual(weekday));
  const missed = occurrences.slice(0, last).filter(({ weekday }) => isUsual(weekday));
  const [first, oldest] = [missed.at(-1), past.at(-1)];
  if (first === undefined || oldest === undefined || missed.length < FEWEST_MISSED) return null;
  if (usual.length < FEWEST_USUAL || shareOf(usual) < USUAL_SHARE) return null;
  const perHour = countRunsWithin(starts, oldest.hour, first.hour) / (first.hour - oldest.hour);
  const started = countRunsWithin(starts, first.hour - BESIDE_HOURS, endHour);
  if (started === 0 || started + OWN_RUN * missed.length > perHour * (endHour - first.hour)) return null;
  return { sinceHour: first.hour, n: missed.length, days: usual.length };
}

/** Newest first; what is not known is left out. */
function listOccurrences({ starts, endHour, firstHour, isCovered, calendar }: RuleHistory, hourOfDay: number) {
  const untilHour = endHour - BESIDE_HOURS - LATE_HOURS;
  const newestHour = untilHour - ((untilHour - hourOfDay) % HOURS_A_DAY);
  const occurrences: Occurrence[] = [];
  for (let hour = newestHour; hour - BESIDE_HOURS >= firstHour; hour -= HOURS_A_DAY) {
    if (!isCovered(hour)) continue;
    const { hourOfWeek } = calendar.at(hour);
    const around = within(starts, hour - BESIDE_HOURS, hour + BESIDE_HOURS + 1);
    occurrences.push({ hour, weekday: Math.floor(hourOfWeek / HOURS_A_DAY), ran: around.hours.length > 0 });
  }
  return occurrences;
}
