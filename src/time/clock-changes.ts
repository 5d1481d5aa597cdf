/** When a zone's clocks are changed, which decides what a time without a zone means. Times are epoch milliseconds. */

import { DAY_MS, HOUR_MS } from "./units.ts";

export type ClockChange = {
  atMs: number;
  /** What the clocks are ahead of UTC by, before and from then on. */
  offsetBeforeMs: number;
  offsetMs: number;
};

/** Of an IANA zone, in order. */
export function listClockChanges(zone: string, fromMs: number, toMs: number): ClockChange[] {
  const changes: ClockChange[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(zone);
  for (;;) {
    const change: Temporal.ZonedDateTime | null = at.getTimeZoneTransition("next");
    if (change === null || change.epochMilliseconds >= toMs) return changes;
    changes.push({
      atMs: change.epochMilliseconds,
      offsetBeforeMs: at.offsetNanoseconds / 1e6,
      offsetMs: change.offsetNanoseconds / 1e6,
    });
    at = change;
  }
}

/** What the zone's clocks are ahead of UTC by. */
export function offsetAt(zone: string, ms: number): number {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;
}

/**
 * The half-open spans that times without a zone fall into where the clocks show them twice: read as of after the change, as
 * PostgreSQL reads them.
 */
export function listRepeatedHours(zone: string, fromMs: number, toMs: number): { fromMs: number; toMs: number }[] {
  return listClockChanges(zone, fromMs, toMs).flatMap(({ atMs, offsetBeforeMs, offsetMs }) =>
    offsetMs < offsetBeforeMs ? [{ fromMs: atMs, toMs: atMs + offsetBeforeMs - offsetMs }] : [],
  );
}

/**
 * Times without a zone that `listRepeatedHours` has read, from `fromMs` until `toMs`, and that were written so much earlier:
 * while an hour is shown the second time, nothing of that showing is later than `endMs`.
 */
export type FirstShowing = { fromMs: number; toMs: number; earlierMs: number };

/** Null: no hour is shown the second time at `endMs`. */
export function findFirstShowing(zone: string, endMs: number): FirstShowing | null {
  const going = listRepeatedHours(zone, endMs - DAY_MS, endMs).find(({ toMs }) => endMs < toMs);
  return going === undefined ? null : { fromMs: endMs, toMs: going.toMs, earlierMs: going.toMs - going.fromMs };
}

/**
 * The zone by which times without one are read that were written until then. Within the first showing of an hour that the clocks
 * show twice, nothing can be of the second: then it is the offset of the first, as an IANA zone, where that is whole hours.
 */
export function zoneOfTimesUntil(zone: string, endMs: number): string {
  const going = listRepeatedHours(zone, endMs, endMs + DAY_MS).find(
    ({ fromMs, toMs }) => endMs < fromMs && endMs > fromMs - (toMs - fromMs),
  );
  const hours = offsetAt(zone, endMs) / HOUR_MS;
  if (going === undefined || !Number.isInteger(hours)) return zone;
  // West of Greenwich the sign is plus.
  return hours === 0 ? "Etc/GMT" : `Etc/GMT${hours > 0 ? "-" : "+"}${Math.abs(hours)}`;
}
