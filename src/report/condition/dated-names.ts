/** Rules whose names hold a date, and which another one takes the place of each year, month or day. */
import { DAY_MS } from "../../time/units.ts";

/** A year of this century alone, or with a month and a day: `2026`, `2026_07`, `20260704`. */
const DATE = /(?<!\d)20\d\d(?:[-_.]?[01]\d(?:[-_.]?[0-3]\d)?)?(?!\d)/;

/** Of the names, the one of the latest date that differs from this one by a later date only; null: there is none. */
export function findLaterName(rule: string, names: Iterable<string>): string | null {
  const own = readDate(rule);
  if (own === null) return null;
  const later = [...names].flatMap((name) => {
    const other = readDate(name);
    return other !== null && other.rest === own.rest && other.date.length === own.date.length && other.date > own.date
      ? [{ name, date: other.date }]
      : [];
  });
  return later.toSorted((a, b) => (a.date < b.date ? 1 : -1))[0]?.name ?? null;
}

/** Rules that differ in their dates alone, of which each takes the place of the one before it. */
export type Series = { n: number; lastStartMs: number; longestGapMs: number };

/** Fewer say little of when the next one begins. */
const FEWEST_MEMBERS = 6;
const NEWEST_MEMBERS = 20;

/** By the rule of the latest date of each. `newestStartMs`: of each rule; a series is one where they are in the order of the dates. */
export function listSeries(rules: { rule: string; newestStartMs: number | null }[]): ReadonlyMap<string, Series> {
  const dated = rules.flatMap(({ rule, newestStartMs }) => {
    const name = readDate(rule);
    return name === null || newestStartMs === null || !isOfItsDate(newestStartMs, name.date)
      ? []
      : [{ rule, startMs: newestStartMs, ...name }];
  });
  const families = Map.groupBy(dated, ({ rest, date }) => `${date.length} ${rest}`);
  return new Map(
    [...families.values()].flatMap((family): [string, Series][] => {
      const byDate = family.toSorted((a, b) => (a.date < b.date ? -1 : 1));
      const [last, starts] = [byDate.at(-1), byDate.slice(-NEWEST_MEMBERS).map(({ startMs }) => startMs)];
      const gaps = starts.slice(1).map((atMs, index) => atMs - (starts[index] ?? atMs));
      if (last === undefined || family.length < FEWEST_MEMBERS || gaps.some((gapMs) => gapMs <= 0)) return [];
      return [[last.rule, { n: family.length, lastStartMs: last.startMs, longestGapMs: Math.max(...gaps) }]];
    }),
  );
}

/** By the digits of a date: how long it is. */
const PERIODS_MS: Record<number, number> = { 4: 366 * DAY_MS, 6: 31 * DAY_MS, 8: DAY_MS };

/** A rule that starts about the date in its name; what is made up for later is no series that goes on. */
function isOfItsDate(startMs: number, date: string): boolean {
  const dateMs = Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6) || 1) - 1, Number(date.slice(6) || 1));
  const periodMs = PERIODS_MS[date.length] ?? 0;
  return startMs >= dateMs - periodMs && startMs < dateMs + 2 * periodMs + DAY_MS;
}

/** The digits of its date, and the name without it. */
function readDate(name: string): { date: string; rest: string } | null {
  const [found] = DATE.exec(name) ?? [];
  return found === undefined ? null : { date: found.replaceAll(/\D/g, ""), rest: name.replace(found, "\0") };
}
