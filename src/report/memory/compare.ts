/** Whether a day is in the warehouse as it is remembered: rows may have come late, been corrected or deleted. */
import { compareNames } from "../words.ts";
import { listCells, listStarts, type HourCell, type LogSketch, type Past, type RulePast } from "./cells.ts";

/** `was`, `is`: how many of its runs ended in those hours. Where both are the same, their figures differ. */
export type Difference = { rule: string; was: number; is: number };

/** Rules that differ in the hours that are remembered and that the table still tells: what is before its oldest row was deleted. */
export function comparePasts(remembered: Past, read: Past): Difference[] {
  const isIn = (hour: number) => (past: Past) => past.covered.some(([from, to]) => hour >= from && hour < to);
  const isKnown = (hour: number) => [remembered, read].every(isIn(hour));
  const within = (rule: RulePast | undefined) => ({
    cells: (rule === undefined ? [] : listCells(rule)).filter(({ hour }) => isKnown(hour)).map(writeCell),
    starts: (rule === undefined ? [] : listStarts(rule)).filter(([hour]) => isKnown(hour)),
  });
  const names = new Set([...remembered.rules, ...read.rules].map(({ rule }) => rule));
  return [...names].toSorted(compareNames).flatMap((rule) => {
    const [was, is] = [remembered, read].map(({ rules }) => within(rules.find((one) => one.rule === rule)));
    if (was === undefined || is === undefined || Bun.deepEquals(was, is)) return [];
    return [{ rule, was: countEnded(was), is: countEnded(is) }];
  });
}

/** Its buckets in order. */
function writeCell(cell: HourCell) {
  return { ...cell, seconds: writeSketch(cell.seconds), records: writeSketch(cell.records) };
}

function writeSketch({ n, sum, squares, buckets }: LogSketch) {
  return { n, sum, squares, buckets: [...buckets].toSorted(([a], [b]) => a - b) };
}

function countEnded({ cells }: { cells: { ended: number }[] }): number {
  return cells.reduce((sum, { ended }) => sum + ended, 0);
}
