/** What is usual at each hour of a working day or a day of rest. */
import { HOURS_A_DAY } from "../../time/units.ts";
import { DAY_SLOTS, type Calendar } from "./calendar.ts";
import { indexOf, type HourColumns } from "./columns.ts";
import { weightedMedian, type Weighted } from "./spread.ts";

/** A usual value at an hour is known from this many of its hours; with fewer, its neighbours count, or the whole day. */
const FEWEST_AT_HOUR = 5;
const FEWEST_NEAR_HOUR = 3;

/** By the hour of a working day or a day of rest. */
export type Usual = (slot: number) => number;

/** What was asked of the same hours before: they lie in one buffer, wherever they begin and end in it. */
const asked = new WeakMap<ArrayBufferLike, Map<string, Usual>>();

/** The median of its hours at that hour of a working day or a day of rest; each is found when it is asked for. */
export function describeUsual(before: HourColumns, calendar: Calendar): Usual {
  const { buffer, byteOffset, length } = before.values;
  const ofBuffer = asked.get(buffer) ?? new Map<string, Usual>();
  asked.set(buffer, ofBuffer);
  const key = `${byteOffset} ${length}`;
  const known = ofBuffer.get(key) ?? createUsual(before, calendar);
  ofBuffer.set(key, known);
  return known;
}

function createUsual(before: HourColumns, calendar: Calendar): Usual {
  const medians: number[] = [];
  const collector = createCollector(before, calendar);
  return (slot) => (medians[slot] ??= medianAt(slot, collector));
}

/** The values of all hours from one slot to another stand first in `room`, as many as are told; what is collected next takes their place. */
type Collector = { room: Weighted; collect: (spans: [fromSlot: number, toSlot: number][]) => number };

function createCollector({ hours, counts, values }: HourColumns, calendar: Calendar): Collector {
  const [first = 0, last = -1] = [hours[0], hours.at(-1)];
  const positions = last - first + 1 === hours.length ? null : listPositions(hours, first, last);
  const room = { values: new Float64Array(hours.length), weights: new Float64Array(hours.length) };
  const collect: Collector["collect"] = (spans) => {
    let length = 0;
    for (const [fromSlot, toSlot] of spans) {
      for (let slot = fromSlot; slot < toSlot; slot += 1) {
        const alike = calendar.hoursAt(slot);
        for (let nth = indexOf(alike, first); nth < alike.length; nth += 1) {
          const hour = alike[nth] ?? Infinity;
          if (hour > last) break;
          const at = positions === null ? hour - first : (positions[hour - first] ?? 0) - 1;
          if (at < 0) continue;
          room.values[length] = values[at] ?? 0;
          room.weights[length] = counts[at] ?? 0;
          length += 1;
        }
      }
    }
    return length;
  };
  return { room, collect };
}

/** Of each hour from the first on the place in the list, from 1 on; 0: it is not in it. */
function listPositions(hours: Int32Array, first: number, last: number): Uint32Array {
  const positions = new Uint32Array(last - first + 1);
  for (let index = 0; index < hours.length; index += 1) positions[(hours[index] ?? 0) - first] = index + 1;
  return positions;
}

function medianAt(slot: number, { room, collect }: Collector): number {
  const own = collect([[slot, slot + 1]]);
  if (own >= FEWEST_AT_HOUR) return weightedMedian(room, 0, own);
  const near = collect(nearSlots(slot).map((one) => [one, one + 1]));
  if (near >= FEWEST_NEAR_HOUR) return weightedMedian(room, 0, near);
  const first = slot - (slot % HOURS_A_DAY);
  const ofDay = collect([[first, first + HOURS_A_DAY]]);
  return weightedMedian(room, 0, ofDay >= FEWEST_NEAR_HOUR ? ofDay : collect([[0, DAY_SLOTS]]));
}

/** The hour, the one before and the one after, on the same kind of day. */
function nearSlots(slot: number): number[] {
  const [first, hour] = [slot - (slot % HOURS_A_DAY), slot % HOURS_A_DAY];
  return [HOURS_A_DAY - 1, 0, 1].map((shift) => first + ((hour + shift) % HOURS_A_DAY));
}
