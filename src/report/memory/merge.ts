/** Two pasts as one: where both know an hour, the newer reading of it holds. */
import { settledAt } from "../rules/attempts.ts";
import type { RunRow } from "../rules/run-row.ts";
import { compareNames } from "../words.ts";
import { MOST_KEPT_RUNS, type Past, type RulePast, type RuleWeek, type Visited } from "./cells.ts";

import { where, type HourColumns } from "./columns.ts";

type Span = [fromHour: number, toHour: number];

/**
 * `newer` wins every hour that it covers, also those in which it knows of no run. Of an hour that it knows in part it tells only where
 * the older reading does not know it as a whole.
 */
export function mergePasts(older: Past | null, newer: Past | null): Past | null {
  if (older === null || newer === null) return older ?? newer;
  const [isNew, isOld] = [createLookup(newer.covered), createLookup(older.covered)];
  const holds = {
    older: (hour: number) => !isNew(hour),
    newer: (hour: number) => isNew(hour) || !isOld(hour),
    covers: (fromHour: number, toHour: number) => newer.covered.some(([from, to]) => from < toHour && to > fromHour),
    firstNew: newer.covered[0]?.[0] ?? Infinity,
  };
  const rules = new Map(older.rules.map((rule) => [rule.rule, rule]));
  const newRules = new Map(newer.rules.map((rule) => [rule.rule, rule]));
  const names = new Set([...rules.keys(), ...newRules.keys()]);
  return {
    covered: uniteSpans([...older.covered, ...newer.covered]),
    rules: [...names].map((name) => mergeRule(name, rules.get(name), newRules.get(name), holds)),
  };
}

/** Ascending and apart. */
export function uniteSpans(spans: Span[]): Span[] {
  const united: Span[] = [];
  for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
    const last = united.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else united.push([from, to]);
  }
  return united;
}

function mergeRule(rule: string, older: RulePast | undefined, newer: RulePast | undefined, holds: Holds): RulePast {
  return {
    rule,
    firstMs: Math.min(older?.firstMs ?? Infinity, newer?.firstMs ?? Infinity),
    cells: choose(older?.cells ?? [], newer?.cells ?? [], (cell) => cell.hour, holds),
    starts: choose(older?.starts ?? [], newer?.starts ?? [], (start) => start[0], holds),
    runs: mergeRuns(older?.runs ?? [], newer?.runs ?? []),
    ...chooseWeeks(older?.weeks, holds),
  };
}

/** A warehouse's reading tells cells: where it knows some hours of a week, the others of that week are still added up. */
function chooseWeeks(weeks: RuleWeek[] | undefined, { older, covers }: Holds): Pick<RulePast, "weeks"> {
  if (weeks === undefined) return {};
  return {
    weeks: weeks.map((week) => {
      if (!covers(week.fromHour, week.toHour)) return week;
      const keep = (columns: HourColumns) => where(columns, older);
      const { finished, seconds, records, empties, starts } = week;
      return {
        ...week,
        isWhole: false,
        finished: keep(finished),
        seconds: keep(seconds),
        records: keep(records),
        empties: keep(empties),
        starts: keep(starts),
      };
    }),
  };
}

/** `covers`: whether the newer one knows any hour of a span. */
type Holds = {
  older: (hour: number) => boolean;
  newer: (hour: number) => boolean;
  covers: (fromHour: number, toHour: number) => boolean;
  firstNew: number;
};

/** An hour that neither covers is the newer one's, unless that does not know it at all. */
function choose<T>(older: Visited<T>, newer: Visited<T>, hourOf: (one: T) => number, holds: Holds): Visited<T> {
  return {
    forEach: (visit) => {
      const told = new Set<number>();
      let firstTold = holds.firstNew;
      newer.forEach((one) => {
        const hour = hourOf(one);
        if (!holds.newer(hour)) return;
        told.add(hour);
        firstTold = Math.min(firstTold, hour);
        visit(one);
      });
      older.forEach((one) => {
        const hour = hourOf(one);
        if (hour < firstTold || (holds.older(hour) && !told.has(hour))) visit(one);
      });
    },
  };
}

/** A run that was open before may have ended since: the newer row of it holds. An error that only one of them tells is kept. */
function mergeRuns(older: RunRow[], newer: RunRow[]): RunRow[] {
  const merged = new Map<string, RunRow>();
  for (const run of [...older, ...newer]) {
    const known = merged.get(keyOf(run));
    const isAlike = known?.status === run.status && run.error === null;
    merged.set(keyOf(run), isAlike ? { ...run, error: known.error } : run);
  }
  return [...merged.values()].toSorted(compareRuns).slice(0, MOST_KEPT_RUNS);
}

function keyOf({ id, startedMs }: RunRow): string {
  return id === null ? `at ${startedMs}` : `id ${id}`;
}

/** Newest first by their ends; of those that ended together, in one order whoever told them first. */
function compareRuns(a: RunRow, b: RunRow): number {
  return settledAt(b) - settledAt(a) || b.startedMs - a.startedMs || compareNames(keyOf(a), keyOf(b));
}

function createLookup(covered: Span[]): (hour: number) => boolean {
  return (hour) => {
    for (let index = 0; index < covered.length; index += 1) {
      const span = covered[index];
      if (span !== undefined && hour >= span[0] && hour < span[1]) return true;
    }
    return false;
  };
}
