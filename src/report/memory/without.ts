/** Hours that the operator leaves out of the past: maintenance, a day that was not like others. */
import { HOUR_MS } from "../../time/units.ts";
import type { Past, RulePast, Visited } from "./cells.ts";

/** Half-open, hours since the epoch. */
export type Span = [fromHour: number, toHour: number];

/** As if those hours were not known. */
export function withoutHours({ covered, rules }: Past, ignored: Span[]): Past {
  if (ignored.length === 0) return { covered, rules };
  const isKept = (hour: number) => !ignored.some(([from, to]) => hour >= from && hour < to);
  return {
    covered: withoutSpans(covered, ignored),
    rules: rules.map((rule) => withHours(rule, isKept)),
  };
}

/** What is told of the hours before that one is not known. */
export function coverSince({ covered, rules }: Past, sinceMs: number): Past {
  const sinceHour = Math.floor(sinceMs / HOUR_MS);
  const known = covered.map(([from, to]): Span => [Math.max(from, sinceHour), to]);
  return { rules, covered: known.filter(([from, to]) => from < to) };
}

/** What lies within one span. */
export function onlyWithin(spans: Span[], [fromHour, toHour]: Span): Span[] {
  return spans
    .map(([from, to]): Span => [Math.max(from, fromHour), Math.min(to, toHour)])
    .filter(([from, to]) => from < to);
}

/** What is left of spans where others are taken away. */
function withoutSpans(spans: Span[], away: Span[]): Span[] {
  return away.reduce((left, span) => left.flatMap((one) => cutSpan(one, span)), spans);
}

/** The rule with the hours that are chosen. They are chosen when they are read. */
export function withHours(rule: RulePast, isKept: (hour: number) => boolean, runs = rule.runs): RulePast {
  return {
    rule: rule.rule,
    firstMs: rule.firstMs,
    cells: choose(rule.cells, (cell) => isKept(cell.hour)),
    starts: choose(rule.starts, (start) => isKept(start[0])),
    runs,
    // Whoever has weeks has whole ones: none of their hours is left out.
    ...(rule.weeks === undefined ? {} : { weeks: rule.weeks }),
  };
}

function choose<T>(all: Visited<T>, isKept: (one: T) => boolean): Visited<T> {
  return {
    forEach: (visit) =>
      all.forEach((one) => {
        if (isKept(one)) visit(one);
      }),
  };
}

function cutSpan([from, to]: Span, [fromCut, toCut]: Span): Span[] {
  const parts: Span[] = [
    [from, Math.min(to, fromCut)],
    [Math.max(from, toCut), to],
  ];
  return parts.filter(([start, end]) => start < end);
}
