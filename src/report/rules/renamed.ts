/** A rule that goes on under another spelling of its name: its schedules are the new one's, and it is no rule that stopped. */
import { normalizeName } from "../../text/alike-names.ts";
import { HOUR_MS } from "../../time/units.ts";
import { latestOf } from "../../time/window.ts";
import type { DeclaredRule, ReadActivity, RuleActivity } from "../activity.ts";
import { countRuns } from "../counts.ts";
import type { RuleHistory } from "../memory/history.ts";

/** `sinceMs`: null where its first run is not known. */
export type Renaming = { to: string; sinceMs: number | null };
export type Renamings = ReadonlyMap<string, Renaming>;

/** Both may have run for so long, while the one took the other's place. */
const OVERLAP_MS = HOUR_MS;
/** So many hours without a run before a first one make it the first. */
const HOURS_BEFORE = 24;

/** By the old name. Two that were seen to run side by side are two rules. */
export function findRenamed(
  { preset, rules }: ReadActivity,
  histories: ReadonlyMap<string, RuleHistory>,
  crmSource: string,
): Renamings {
  const renamed = new Map<string, Renaming>();
  if (preset !== "sync-history") return renamed;
  const alike = Map.groupBy(rules, ({ rule }) => normalizeName(rule, crmSource));
  for (const spellings of alike.values()) {
    if (spellings.length < 2) continue;
    const [newest, ...older] = spellings.toSorted((a, b) => (b.newestStartMs ?? 0) - (a.newestStartMs ?? 0));
    if (newest === undefined) continue;
    const history = histories.get(newest.rule) ?? null;
    const firstMs = firstKnownStart(newest, history);
    for (const { rule, newestStartMs } of older) {
      if (!isBefore(newestStartMs, firstMs)) continue;
      renamed.set(rule, { to: newest.rule, sinceMs: isFirst(firstMs, history) ? firstMs : null });
    }
  }
  return renamed;
}

/** Of several spellings of one name the one that goes on; null: they ran side by side, or nothing says so. */
function findNewestSpelling(spellings: RuleActivity[]): string | null {
  const [newest, ...older] = spellings.toSorted((a, b) => (b.newestStartMs ?? 0) - (a.newestStartMs ?? 0));
  if (newest === undefined) return null;
  const firstMs = firstKnownStart(newest, null);
  return older.every(({ newestStartMs }) => isBefore(newestStartMs, firstMs)) ? newest.rule : null;
}

/**
 * The rule that a name means: the same name, else the same in other capitals, else the rule whose normalised name is the same, of
 * several the one that goes on where the others ended; never a guess. Thousands of names are looked up: rules are put in order once.
 */
export function indexNames(rules: RuleActivity[], crmSource: string): (name: string) => string | null {
  const known = new Set(rules.map(({ rule }) => rule));
  const bySmallLetters = Map.groupBy(rules, ({ rule }) => rule.toLowerCase());
  const alike = Map.groupBy(rules, ({ rule }) => normalizeName(rule, crmSource));
  return (name) => {
    if (known.has(name)) return name;
    const same = bySmallLetters.get(name.toLowerCase());
    if (same !== undefined) return findNewestSpelling(same) ?? same[0]?.rule ?? null;
    return findNewestSpelling(alike.get(normalizeName(name, crmSource)) ?? []);
  };
}

function isBefore(newestStartMs: number | null, firstMs: number): boolean {
  return newestStartMs !== null && firstMs !== Infinity && newestStartMs <= firstMs + OVERLAP_MS;
}

/** The schedules of an old name are those of the new one, which asked for nothing before its first run. */
export function moveSchedules<T extends ReadActivity>(activity: T, renamed: Renamings): T {
  if (renamed.size === 0) return activity;
  const ran = new Set(
    activity.rules
      .filter(({ current, previous }) => countRuns(current) + countRuns(previous) > 0)
      .map(({ rule }) => rule),
  );
  const schedulesOf = new Map(activity.declaredRules.map(({ name, schedules }) => [name, schedules]));
  const oldNames = Map.groupBy(renamed, ([, { to }]) => to);
  const declaredRules = activity.declaredRules.flatMap((declared): DeclaredRule[] => {
    if (renamed.has(declared.name)) return ran.has(declared.name) ? [{ ...declared, schedules: [] }] : [];
    const old = oldNames.get(declared.name);
    if (old === undefined) return [declared];
    const sinceMs = old[0]?.[1].sinceMs ?? null;
    const all = [...declared.schedules, ...old.flatMap(([name]) => schedulesOf.get(name) ?? [])];
    return [
      {
        ...declared,
        schedules: all.map((schedule) => ({ ...schedule, changedMs: latestOf([schedule.changedMs, sinceMs]) })),
      },
    ];
  });
  return { ...activity, declaredRules };
}

function firstKnownStart({ runs, lookback, startsMs }: RuleActivity, history: RuleHistory | null): number {
  return Math.min(
    history?.firstMs ?? Infinity,
    ...runs.map(({ startedMs }) => startedMs),
    ...(lookback?.startsMs ?? []),
    startsMs?.[0] ?? Infinity,
  );
}

/** Whether it is known that nothing ran before. */
function isFirst(firstMs: number, history: RuleHistory | null): boolean {
  const hour = Math.floor(firstMs / HOUR_MS);
  return history !== null && Array.from({ length: HOURS_BEFORE }, (_, n) => hour - 1 - n).every(history.isCovered);
}
