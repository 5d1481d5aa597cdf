/** Intervals that begin when the run before has ended: a loop that sleeps, and not a clock. */
import { isInterval, type IntervalRecurrence, type Schedule } from "../../time/recurrence.ts";
import { SECOND_MS } from "../../time/units.ts";
import { lengthOf, type Window } from "../../time/window.ts";
import { NEWEST_RUNS, type RuleActivity } from "../activity.ts";
import { isFinished, settledAt } from "../rules/attempts.ts";
import { meanOf, medianOf, spreadOf } from "../memory/spread.ts";
import type { RunRow } from "../rules/run-row.ts";

/** Fewer rests are no habit. */
const FEWEST_RESTS = 8;
/** Of fewer runs in the window the newest ones known say better how long they take. */
const MANY_DURATIONS = NEWEST_RUNS;
/** The middle rest is the interval, up to this share of it. */
const ALIKE_SHARE = 0.1;

/** The only schedule, if the newest runs tell that it waits for their ends. */
export function findFromEnd(schedules: Schedule[], runs: RunRow[]): Schedule<IntervalRecurrence> | null {
  const [only, ...others] = schedules;
  if (only === undefined || others.length > 0 || !isInterval(only)) return null;
  return isFromEnd(runs, only.recurrence.everyMs) ? only : null;
}

/** So many standard errors longer than usual runs may take all together. */
const SLACK = 2;

/** The schedule as often as it starts runs in the window at least: each takes the time of a run besides. Others stay as they are. */
export function paceSchedules(
  schedules: Schedule[],
  { runs, duration }: Pick<RuleActivity, "runs" | "duration">,
  window: Window,
): Schedule[] {
  const schedule = findFromEnd(schedules, runs);
  if (schedule === null) return schedules;
  const tookMs = runs.filter(isFinished).map((run) => settledAt(run) - run.startedMs);
  const meanMs = duration !== null && duration.n >= MANY_DURATIONS ? duration.mean * SECOND_MS : meanOf(tookMs);
  const { everyMs } = schedule.recurrence;
  const errorMs = spreadOf(tookMs) / Math.sqrt(Math.max(1, lengthOf(window) / (everyMs + meanMs)));
  const paceMs = Math.round(everyMs + meanMs + SLACK * errorMs);
  return [{ ...schedule, recurrence: { ...schedule.recurrence, everyMs: paceMs } }];
}

/** The time from an end to the next start is the interval, and that from start to start is farther from it. */
function isFromEnd(runs: RunRow[], everyMs: number): boolean {
  const byStart = runs.filter(isFinished).toSorted((a, b) => a.startedMs - b.startedMs);
  if (byStart.length <= FEWEST_RESTS) return false;
  const awayFrom = (since: (run: RunRow) => number) =>
    medianOf(
      byStart.slice(1).map((next, index) => {
        const before = byStart[index] ?? next;
        return Math.abs(next.startedMs - since(before) - everyMs);
      }),
    );
  const restsAwayMs = awayFrom(settledAt);
  return restsAwayMs <= everyMs * ALIKE_SHARE && restsAwayMs * 2 < awayFrom(({ startedMs }) => startedMs);
}
