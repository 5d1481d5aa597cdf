/** Rules that the memory knows and the tables do not show any more: they are judged like all others. */
import { HOUR_MS, HOURS_A_DAY } from "../../time/units.ts";
import type { DeclaredRule, RuleActivity } from "../activity.ts";
import { settledAt } from "../rules/attempts.ts";
import { emptyCounts } from "../counts.ts";
import { indexNames } from "../rules/renamed.ts";
import { joinRows } from "../rules/rules.ts";
import { listCells, listStarts, type Past, type RulePast, type RuleWeek } from "./cells.ts";
import { countRuns } from "./columns.ts";
import type { RuleHistory } from "./history.ts";

const NEWEST_STARTS = 10;
/** A successor begins this many of the usual intervals after the last run at most, or a day. */
const SOON_INTERVALS = 3;
/** Its rhythm is the same up to this factor. */
const SAME_RHYTHM = 1.25;
const FEWEST_STARTS = 3;
/** So many runs are read of a rule that has stopped long ago. */
const MOST_READ_BACK = 20;

/** One for each rule of the past that is not among those `known`, and not excluded. */
export function listGone(past: Past, known: ReadonlySet<string>, excluded: string[]): RuleActivity[] {
  return past.rules.filter(({ rule }) => !known.has(rule) && !excluded.includes(rule)).flatMap(recallRule);
}

/** With the schedules that name rules which the tables do not show any more; without disabled ones that name none. */
export function attachToGone(declared: DeclaredRule[], gone: RuleActivity[], crmSource: string): DeclaredRule[] {
  const findRule = indexNames(gone, crmSource);
  const meant = (rule: DeclaredRule) => (rule.unmatched ? findRule(rule.name) : null);
  const byRule = Map.groupBy(declared, meant);
  const others = byRule.get(null) ?? [];
  byRule.delete(null);
  return [
    ...others.filter(({ unmatched, enabled }) => enabled || !unmatched),
    ...[...byRule].flatMap(([name, rows]) => (name === null ? [] : joinRows(name, rows))),
  ];
}

function recallRule(past: RulePast): RuleActivity[] {
  const { rule, runs } = past;
  const startedMs = runs.map((run) => run.startedMs).toSorted((a, b) => b - a);
  const newestStartMs =
    startedMs[0] ?? lastMsOf(newestHour(past, listStarts(past).at(-1)?.[0], ({ starts }) => starts.hours.at(-1)));
  if (Number.isNaN(newestStartMs)) return [];
  const success = runs.find(({ status }) => status === "success");
  const successHour =
    success !== undefined
      ? NaN
      : newestHour(past, listCells(past).findLast(({ status }) => status === "success")?.hour, ({ finished }) =>
          finished.hours.findLast((_, index) => (finished.counts[index] ?? 0) > (finished.values[index] ?? 0)),
        );
  const lastSuccessMs =
    success !== undefined ? settledAt(success) : Number.isNaN(successHour) ? null : lastMsOf(successHour);
  return [
    {
      rule,
      current: emptyCounts(),
      previous: emptyCounts(),
      records: { processed: null, created: null, updated: null, failed: null },
      duration: null,
      lastSuccessMs,
      runs,
      emptyStreak: null,
      failStreak: null,
      newestError: null,
      failedIds: [],
      startsMs: [],
      previousStartMs: null,
      newestStartMs,
      running: [],
      runningBefore: [],
      usualRecords: null,
      lookback: { startsMs: startedMs.slice(0, NEWEST_STARTS), stuck: 0, weekStartsMs: [] },
      unreadable: null,
      unknownWords: [],
      weekBefore: null,
    },
  ];
}

/** Of what is known to the hour only: taken for earlier than it was, a run would be none of the slot at which it began. */
function lastMsOf(hour: number): number {
  return (hour + 1) * HOUR_MS - 1;
}

/** In what is told hour by hour, or in the weeks; NaN: in none. */
function newestHour(
  { weeks = [] }: RulePast,
  toldHour: number | undefined,
  hourOf: (week: RuleWeek) => number | undefined,
): number {
  const hours = [toldHour, ...weeks.map(hourOf)].filter((hour) => hour !== undefined);
  return hours.length === 0 ? NaN : Math.max(...hours);
}

/** The rule that began where this one ended, with the same rhythm; null: none, or too little is known of either. */
export function findSuccessor(
  gone: RuleHistory,
  histories: ReadonlyMap<string, RuleHistory>,
): { rule: string; sinceMs: number } | null {
  const [lastHour = NaN, interval] = [gone.starts.hours.at(-1), hoursApart(gone.starts)];
  const end = interval === null ? findOldEnd(gone) : { lastHour, interval };
  if (end === null) return null;
  const soon = Math.max(HOURS_A_DAY, SOON_INTERVALS * end.interval);
  let nearest: RuleHistory | null = null;
  // Of thousands of rules each may be gone.
  for (const other of histories.values()) {
    const firstHour = Math.floor(other.firstMs / HOUR_MS);
    const isNew = firstHour > end.lastHour - end.interval - 1 && firstHour <= end.lastHour + soon;
    if (!isNew || other.rule === gone.rule || (nearest !== null && nearest.firstMs <= other.firstMs)) continue;
    const own = hoursApart(other.starts);
    if (own !== null && own <= end.interval * SAME_RHYTHM && end.interval <= own * SAME_RHYTHM) nearest = other;
  }
  return nearest === null ? null : { rule: nearest.rule, sinceMs: nearest.firstMs };
}

type End = { lastHour: number; interval: number };

/**
 * Of a rule that ended before what is told hour by hour. Only of one that was seen to run: where the memory began after its end,
 * all others seem to have begun then.
 */
function findOldEnd({ newestStartsMs }: RuleHistory): End | null {
  const [firstMs = NaN, lastMs = NaN] = [newestStartsMs[0], newestStartsMs.at(-1)];
  const interval = (lastMs - firstMs) / HOUR_MS / (newestStartsMs.length - 1);
  return newestStartsMs.length > MOST_READ_BACK && interval > 0
    ? { lastHour: Math.floor(lastMs / HOUR_MS), interval }
    : null;
}

/** On average; null where too few are known. */
function hoursApart(starts: RuleHistory["starts"]): number | null {
  const [first, last] = [starts.hours[0], starts.hours.at(-1)];
  const n = countRuns(starts);
  return first === undefined || last === undefined || n < FEWEST_STARTS || last === first
    ? null
    : (last - first) / (n - 1);
}
