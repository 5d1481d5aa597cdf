/** What is usual at each hour of a working day or a day of rest. */
import { HOURS_A_DAY } from "../../time/units.ts";
import { DAY_SLOTS, type Calendar } from "./calendar.ts";
import type { HourColumns } from "./columns.ts";
import { weightedMedian, type Weighted } from "./spread.ts";

/** A usual value at an hour is known from this many of its hours; with fewer, its neighbours count, or the whole day. */
const FEWEST_AT_HOUR = 5;
const FEWEST_NEAR_HOUR = 3;

/** By the hour of a working day or a day of rest. */
export type Usual = (slot: number) => number;

/** The median of its hours at that hour of a working day or a day of rest; each is found when it is asked for. */
export function describeUsual(before: HourColumns, calendar: Calendar): Usual {
  const slots = groupBySlot(before, calendar);
  const medians: number[] = [];
  return (slot) => (medians[slot] ??= medianAt(slot, slots));
}

/** Those of slot `k` stand from `ends[k]` to `ends[k + 1]`. */
type Slots = Weighted & { ends: Uint32Array };

function groupBySlot({ hours, counts, values }: HourColumns, calendar: Calendar): Slots {
  const ends = new Uint32Array(DAY_SLOTS + 2);
  for (let index = 0; index < hours.length; index += 1) {
    const next = calendar(hours[index] ?? 0).slot + 2;
    ends[next] = (ends[next] ?? 0) + 1;
  }
  for (let slot = 1; slot < ends.length; slot += 1) ends[slot] = (ends[slot] ?? 0) + (ends[slot - 1] ?? 0);
  const grouped = { values: new Float64Array(hours.length), weights: new Float64Array(hours.length), ends };
  for (let index = 0; index < hours.length; index += 1) {
    const next = calendar(hours[index] ?? 0).slot + 1;
    const at = ends[next] ?? 0;
    grouped.values[at] = values[index] ?? 0;
    grouped.weights[at] = counts[index] ?? 0;
    ends[next] = at + 1;
  }
  return grouped;
}

function medianAt(slot: number, slots: Slots): number {
  const [from = 0, to = 0] = [slots.ends[slot], slots.ends[slot + 1]];
  if (to - from >= FEWEST_AT_HOUR) return weightedMedian(slots, from, to);
  const near = takeSlots(
    slots,
    nearSlots(slot).map((one) => [one, one + 1]),
  );
  if (near.values.length >= FEWEST_NEAR_HOUR) return weightedMedian(near);
  const first = slot - (slot % HOURS_A_DAY);
  const ofDay = takeSlots(slots, [[first, first + HOURS_A_DAY]]);
  return weightedMedian(ofDay.values.length >= FEWEST_NEAR_HOUR ? ofDay : takeSlots(slots, [[0, DAY_SLOTS]]));
}

/** A copy: to find the middle of several slots puts them in one order. */
function takeSlots({ values, weights, ends }: Slots, spans: [fromSlot: number, toSlot: number][]): Weighted {
  const indexes = spans.map(([fromSlot, toSlot]) => [ends[fromSlot] ?? 0, ends[toSlot] ?? 0] as const);
  const length = indexes.reduce((sum, [from, to]) => sum + to - from, 0);
  const taken = { values: new Float64Array(length), weights: new Float64Array(length) };
  let at = 0;
  for (const [from, to] of indexes) {
    taken.values.set(values.subarray(from, to), at);
    taken.weights.set(weights.subarray(from, to), at);
    at += to - from;
  }
  return taken;
}

/** The hour, the one before and the one after, on the same kind of day. */
function nearSlots(slot: number): number[] {
  const [first, hour] = [slot - (slot % HOURS_A_DAY), slot % HOURS_A_DAY];
  return [HOURS_A_DAY - 1, 0, 1].map((shift) => first + ((hour + shift) % HOURS_A_DAY));
}
