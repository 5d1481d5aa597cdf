/** Starts that come to nothing: a rule whose runs are all skipped, wait for ever or hang starts as if it were well. */
import { formatCount, formatNear, formatPlural } from "../../text/figures.ts";
import { HOUR_MS } from "../../time/units.ts";
import { NEWEST_RUNS, type RuleActivity, type StatusCounts } from "../activity.ts";
import { aliveUntil, isFinished, isOpen, settledAt } from "../rules/attempts.ts";
import { countOutcome } from "../counts.ts";
import { maskErrorMessage } from "../errors/redact.ts";
import type { Due } from "../expectation/due.ts";
import type { RuleHistory } from "../memory/history.ts";
import { isPastKnown } from "../memory/known.ts";
import { REST_FACTOR, secondLongestGap, type Silence } from "../memory/silence.ts";
import type { RunRow } from "../rules/run-row.ts";

/** `retrying`: they wait for another start, after one that ended. `hanging`: they do not end, or some of them wait as well. */
type Barren = "skipped" | "waiting" | "retrying" | "hanging";

export type Fruitless = {
  kind: Barren;
  n: number;
  /** There may have been more: no run before them is known. */
  isMinimum: boolean;
  /** Start of the first of them, as far as they are known. */
  firstMs: number;
  /** End of the last run that came to something; null: none is known. */
  lastEndMs: number | null;
  /** Of the newest one that is to be started again; null: none is told. */
  error: string | null;
  /** The run that the schedules have waited for since then, and by its past how long it has been silent. */
  due: Due | null;
  silence: Silence | null;
  /** It skipped as many hours before, and was well. */
  isUsual: boolean;
};

type Streak = Omit<Fruitless, "due" | "silence" | "isUsual">;

/** Null: its newest run came to something, or may still do so. */
export function findFruitless(
  { runs, current, previous, lastSuccessMs }: RuleActivity,
  { endMs, stuckAfterMs }: { endMs: number; stuckAfterMs: number },
): Streak | null {
  const byStart = runs.toSorted((a, b) => b.startedMs - a.startedMs);
  const isYoung = (run: RunRow) => isOpen(run) && endMs - run.startedMs <= stuckAfterMs;
  const fromIndex = byStart.findIndex((run) => !isYoung(run));
  const older = fromIndex === -1 ? [] : byStart.slice(fromIndex);
  // Where runs hang, the next one may have just begun. Beside one that goes on as it may, others are skipped.
  if (fromIndex > 0 && !(older[0] !== undefined && isOpen(older[0]))) return null;
  const endIndex = older.findIndex((run) => isYoung(run) || !(isOpen(run) || run.status === "skipped"));
  const streak = endIndex === -1 ? older : older.slice(0, endIndex);
  const next = endIndex === -1 ? undefined : older[endIndex];
  const first = streak.at(-1);
  if (first === undefined || (next !== undefined && isYoung(next))) return null;
  const skipped = streak.filter(({ status }) => status === "skipped");
  const told = skipped.length > 0 ? skipped : streak;
  const kind = skipped.length > 0 ? "skipped" : nameOpen(streak);
  const newestEnd = runs.find(isFinished);
  const lastEndMs = Math.max(newestEnd === undefined ? -Infinity : aliveUntil(newestEnd), lastSuccessMs ?? -Infinity);
  // Between the newest runs and those of the look-back there may be others.
  const isMinimum = next === undefined || settledAt(next) < lastEndMs || streak.length >= NEWEST_RUNS;
  const whole = [current, previous].filter((_, index, all) => all.slice(0, index + 1).every(hasNoneFinished));
  const counted = whole.reduce((sum, counts) => sum + countOf(kind, counts), 0);
  return {
    kind,
    n: isMinimum ? Math.max(told.length, counted) : told.length,
    isMinimum,
    firstMs: told.at(-1)?.startedMs ?? first.startedMs,
    lastEndMs: lastEndMs === -Infinity ? null : lastEndMs,
    error: kind === "retrying" ? (byStart.find(isWaiting)?.error ?? null) : null,
  };
}

/** The status word of a run that is to be started again says that it waits, and its row has an end. */
function nameOpen(streak: RunRow[]): Barren {
  if (!streak.every(isWaiting)) return "hanging";
  return streak.every(({ endedMs }) => endedMs !== null) ? "retrying" : "waiting";
}

/** Whether it rested as long at least twice before: there was nothing to do, and it will have been so again. */
export function restsSoLong(history: RuleHistory | null, lastEndMs: number | null, endMs: number): boolean {
  if (!isPastKnown(history) || lastEndMs === null) return false;
  const hours = history.finished.hours.filter((hour) => hour * HOUR_MS <= lastEndMs);
  return secondLongestGap(hours) * HOUR_MS * REST_FACTOR >= endMs - lastEndMs;
}

/** As a part of a sentence about the rule. */
export function sayFruitless({ kind, n, isMinimum, firstMs, lastEndMs, error }: Fruitless, endMs: number): string {
  const since = formatNear(isMinimum ? (lastEndMs ?? firstMs) : firstMs, endMs);
  const runs = isMinimum ? `runs since ${since}` : `${formatPlural(n, "run")} since ${since}`;
  const why = error === null ? "" : ` (${maskErrorMessage(error)})`;
  const least = isMinimum ? ` (at least ${formatCount(n)})` : "";
  if (n === 1 && (!isMinimum || lastEndMs === null)) {
    if (kind === "skipped") return `its run of ${since} was skipped`;
    if (kind === "retrying") return `its run of ${since} did not succeed and waits to be started again${why}`;
    return kind === "waiting"
      ? `a run waits since ${since} and was never started`
      : `its run of ${since} has not ended`;
  }
  if (kind === "skipped") return `all ${runs} were skipped${least}`;
  if (kind === "retrying") return `none of its ${runs} succeeded, and each waits to be started again${least}${why}`;
  return kind === "waiting"
    ? `its ${runs} wait and were never started${least}`
    : `none of its ${runs} has ended${least}`;
}

function countOf(kind: Barren, { skipped, running, stale, pending }: StatusCounts): number {
  return kind === "skipped" ? skipped : kind === "waiting" || kind === "retrying" ? pending : running + stale + pending;
}

function hasNoneFinished(counts: StatusCounts): boolean {
  return countOutcome(counts).total === 0;
}

function isWaiting({ status }: RunRow): boolean {
  return status === "pending";
}
