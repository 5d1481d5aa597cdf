/** When rules are due next, by their schedules as reports have them. */
import type { Report } from "../../report/document/schema.ts";
import { formatInstant } from "../../text/figures.ts";
import { mergeOccurrences } from "../../time/occurrences.ts";
import { isCalendar, isInterval, readRecurrence, type Schedule } from "../../time/recurrence.ts";
import { DAY_MS } from "../../time/units.ts";

type RuleReport = Report["rules"][number];

const HORIZONS_MS = [DAY_MS, 8 * DAY_MS, 40 * DAY_MS, 366 * DAY_MS];

/** Schedules that are understood; none of a rule that is switched off. */
function readSchedules({ schedules, enabled }: RuleReport, timezone: string): Schedule[] {
  if (enabled === false) return [];
  return schedules.flatMap((text) => {
    const recurrence = readRecurrence(text);
    return recurrence.kind === "inexpressible" ? [] : [{ recurrence, timezone, startAtMs: null, endAtMs: null }];
  });
}

/** The next times after a moment, RFC 3339, soonest first. An interval counts on from the last start. */
export function nextRuns(rule: RuleReport, timezone: string, afterMs: number, count: number): string[] {
  const schedules = readSchedules(rule, timezone);
  const lastMs = rule.last_run_at === null ? null : Date.parse(rule.last_run_at);
  const byIntervals = schedules.filter(isInterval).flatMap(({ recurrence: { everyMs } }) => {
    if (lastMs === null) return [];
    const first = lastMs + (Math.floor(Math.max(0, afterMs - lastMs) / everyMs) + 1) * everyMs;
    return Array.from({ length: count }, (_, index) => first + index * everyMs);
  });
  const calendars = schedules.filter(isCalendar);
  let byCalendars: number[] = [];
  for (const horizonMs of calendars.length === 0 ? [] : HORIZONS_MS) {
    byCalendars = mergeOccurrences(calendars, { startMs: afterMs + 1, endMs: afterMs + horizonMs }).occurrencesMs;
    if (byCalendars.length >= count) break;
  }
  return [...new Set([...byIntervals, ...byCalendars])]
    .toSorted((a, b) => a - b)
    .slice(0, count)
    .map(formatInstant);
}

/** Rules of one schedule share it: there are many rules and few schedules. */
export function listPatterns({ rules }: Report): RuleReport[] {
  const byKey = Map.groupBy(
    rules.filter(({ schedules }) => schedules.length > 0),
    ({ schedules, enabled, last_run_at: last }) =>
      schedules.some((text) => text.trim().startsWith("every"))
        ? `${schedules.join("\n")}\n${last}`
        : `${schedules.join("\n")}\n${enabled}`,
  );
  return [...byKey.values()].flatMap(([first]) => (first === undefined ? [] : [first]));
}
