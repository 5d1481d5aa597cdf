/** Rules whose names hold a date, and which another one takes the place of each year, month or day. */

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

/** The digits of its date, and the name without it. */
function readDate(name: string): { date: string; rest: string } | null {
  const [found] = DATE.exec(name) ?? [];
  return found === undefined ? null : { date: found.replaceAll(/\D/g, ""), rest: name.replace(found, "\0") };
}
