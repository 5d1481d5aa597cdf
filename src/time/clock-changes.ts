/** When a zone's clocks are changed, which decides what a time without a zone means. Times are epoch milliseconds. */

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
