/** How the figures of a rule are spoken of, in a terminal as on a page. */
import { formatCount, formatPlural } from "../../text/figures.ts";

/** `expected`, `missed` and `pending` as a report has them. What may still start is not due yet. */
export function sayDue(expected: number, missed: number, pending: number): string {
  const waiting = pending === 0 ? "" : `, ${formatCount(pending)} may still start`;
  return `${formatCount(expected - pending)} due, ${formatCount(missed)} missed${waiting}`;
}

/** What ended in the same window a week before. */
export function sayWeekBefore({ total, successful }: { total: number; successful: number }): string {
  return total === 0 ? "no run ended" : `${formatCount(successful)} of ${formatPlural(total, "run")} succeeded`;
}
