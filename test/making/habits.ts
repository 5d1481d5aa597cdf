/** Rules with a habit: weeks of runs alike, and what is different at their end. The last of them is at `NOW_MS`. */
import { settingsOf } from "../../src/config/report-settings.ts";
import { readHistories, type RuleHistory } from "../../src/report/memory/history.ts";
import type { Past } from "../../src/report/memory/cells.ts";
import type { RunRow } from "../../src/report/rules/run-row.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/time/units.ts";
import { countPast } from "./past.ts";
import { crmConfig } from "./reports.ts";

/** A Friday, 21:00 UTC. */
export const NOW_MS = Date.parse("2026-07-10T21:00:00Z");
const SETTINGS = settingsOf(crmConfig("sqlite:x"));

export type Habit = {
  days: number;
  everyMinutes: number;
  /** Whether a run starts at that moment at all; by default always. */
  startsAt?: (at: Date) => boolean;
  /** What of a run is not as usual: it takes ten minutes, succeeds and brings 100 records. */
  change?: (hoursAgo: number, nth: number, at: Date) => Partial<RunRow> & { minutes?: number };
};

/** Runs that ended before now, the oldest first. */
export function listHabit({ days, everyMinutes, startsAt = () => true, change = () => ({}) }: Habit): RunRow[] {
  const runs: RunRow[] = [];
  const count = Math.floor((days * DAY_MS) / (everyMinutes * MINUTE_MS));
  for (let nth = count; nth > 0; nth -= 1) {
    const startedMs = NOW_MS - nth * everyMinutes * MINUTE_MS;
    const at = new Date(startedMs);
    if (!startsAt(at)) continue;
    const { minutes = 10, ...changed } = change((NOW_MS - startedMs) / HOUR_MS, nth, at);
    runs.push({
      id: null,
      startedMs,
      endedMs: startedMs + minutes * MINUTE_MS,
      status: "success",
      records: 100,
      error: null,
      ...changed,
    });
  }
  return runs;
}

export function pastOf(rules: Record<string, RunRow[]>, days: number): Past {
  const toHour = NOW_MS / HOUR_MS;
  const rows = Object.entries(rules).map(([rule, runs]) => ({ rule, runs }));
  return countPast(rows, [[toHour - days * 24, toHour]], NOW_MS);
}

/** As of now, in UTC unless another zone is said. */
export function historyOf(habit: Habit, settings: { timezone?: string; holidays?: string[] } = {}): RuleHistory {
  const past = pastOf({ deals: listHabit(habit) }, habit.days);
  const { habitTimezone, holidays } = SETTINGS;
  const history = readHistories(past, { nowMs: NOW_MS, timezone: habitTimezone, holidays, ...settings }).get("deals");
  if (history === undefined) throw new Error("a habit without a run");
  return history;
}
