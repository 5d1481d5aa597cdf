/**
 * The instants at which calendar schedules fire.
 *
 * Where the clocks go forward, times that do not exist count once, at the end of the gap. They do not count where the schedule
 * fires in the hour after the gap anyway. Celery 5.2 runs at the end of the gap, 5.6 up to an hour later. Where the clocks go
 * back, a time that exists twice counts the first time only. Celery's crontab does so always. Cron does so only where neither
 * minute nor hour starts with `*` (`Calendar.steady`).
 *
 * A year of `* * * * *` is 527,040 instants, and croner needs 50 to 120 µs for each. So croner reads the fields only, and days
 * and times are put together here.
 */
import { type Calendar, everFires, listWallTimes, makeCalendar, readCron, type Inexpressible } from "./cron.ts";
import { expandCrontab } from "./celery.ts";
import type { CalendarRecurrence, Schedule } from "./recurrence.ts";
import type { Window } from "./window.ts";

export type Occurrences = { kind: "listed"; occurrencesMs: number[] } | Inexpressible;

/**
 * Ascending instants in the part of the window in which the schedule is in force. `withMissing`: with the end of a gap for times that
 * do not exist.
 */
export function listOccurrences(
  schedule: Schedule<CalendarRecurrence>,
  window: Window,
  withMissing = true,
): Occurrences {
  const calendar = readCalendar(schedule.recurrence);
  if (calendar.kind === "inexpressible") return calendar;
  if (!isTimeZone(schedule.timezone)) return { kind: "inexpressible", reason: "unknown time zone: write an IANA name" };
  if (!everFires(calendar)) return { kind: "inexpressible", reason: "never fires: no such date" };
  const startMs = Math.max(window.startMs, schedule.startAtMs ?? -Infinity);
  const endMs = Math.min(window.endMs, schedule.endAtMs ?? Infinity);
  if (startMs >= endMs) return { kind: "listed", occurrencesMs: [] };
  const spans = listSpans(schedule.timezone, startMs, endMs);
  const occurrencesMs = spans
    .flatMap((span) => listInstants(calendar, span, withMissing))
    .filter((instantMs) => instantMs >= startMs && instantMs < endMs);
  return { kind: "listed", occurrencesMs };
}

/** The occurrences of several schedules together, equal instants once; and why some of them could not be listed. */
export function mergeOccurrences(
  schedules: Schedule<CalendarRecurrence>[],
  window: Window,
  withMissing = true,
): { occurrencesMs: number[]; reasons: string[] } {
  const all = distinct(schedules).map((schedule) => listOccurrences(schedule, window, withMissing));
  const listed = all.flatMap((result) => (result.kind === "listed" ? [result.occurrencesMs] : []));
  const reasons = new Set(all.flatMap((result) => (result.kind === "inexpressible" ? [result.reason] : [])));
  return { occurrencesMs: mergeSorted(listed), reasons: [...reasons] };
}

/** Those that any scheduler keeps: of a time that does not exist on a day, nothing says that it is made up for. */
export function mergeCertain(
  schedules: Schedule<CalendarRecurrence>[],
  window: Window,
): ReturnType<typeof mergeOccurrences> {
  return mergeOccurrences(schedules, window, false);
}

/** When the same time of day comes once more, on a day on which the clocks go back; else that moment itself. */
export function findSecond(atMs: number, timezone: string): number {
  if (timezone === "UTC" || !isTimeZone(timezone)) return atMs;
  const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timezone).toPlainDateTime();
  return Math.max(atMs, local.toZonedDateTime(timezone, { disambiguation: "later" }).epochMilliseconds);
}

/** A table may say the same thousands of times. */
function distinct(schedules: Schedule<CalendarRecurrence>[]): Schedule<CalendarRecurrence>[] {
  return schedules.length < 2 ? schedules : [...new Map(schedules.map((each) => [nameSchedule(each), each])).values()];
}

/** The same for schedules that fire at the same times. */
export function nameSchedule({ recurrence, timezone, startAtMs, endAtMs }: Schedule<CalendarRecurrence>): string {
  const fields = recurrence.kind === "cron" ? [recurrence.pattern] : Object.values(recurrence);
  return [...fields, timezone, startAtMs ?? "", endAtMs ?? ""].join("\n");
}

function mergeSorted(lists: number[][]): number[] {
  const [first = [], ...others] = lists;
  return others.length === 0 ? first : [...new Set(lists.flat())].sort((a, b) => a - b);
}

/** A stretch of time with one offset from UTC. */
type Span = {
  fromMs: number;
  untilMs: number;
  offsetMs: number;
  /** The moment and size of the change of clocks before it; null where only the listing begins. */
  change: { atMs: number; offsetBeforeMs: number } | null;
};

function readCalendar(recurrence: CalendarRecurrence): Calendar | Inexpressible {
  if (recurrence.kind === "cron") return readCron(recurrence.pattern);
  const fields = expandCrontab(recurrence);
  return fields.kind === "inexpressible" ? fields : makeCalendar(fields, { eitherDayField: false, steady: false });
}

export function isTimeZone(timezone: string): boolean {
  if (timezone === "UTC") return true;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timezone);
    return true;
  } catch {
    return false;
  }
}

/** Covers `[startMs, endMs)`, in order. */
function listSpans(timezone: string, startMs: number, endMs: number): Span[] {
  const start = Temporal.Instant.fromEpochMilliseconds(startMs).toZonedDateTimeISO(timezone);
  const spans: Span[] = [];
  let from: Temporal.ZonedDateTime | null = start;
  let change = findChange(start.add({ milliseconds: 1 }).getTimeZoneTransition("previous"));
  while (from !== null && from.epochMilliseconds < endMs) {
    const next: Temporal.ZonedDateTime | null = from.getTimeZoneTransition("next");
    spans.push({
      fromMs: from.epochMilliseconds,
      untilMs: Math.min(endMs, next?.epochMilliseconds ?? Infinity),
      offsetMs: offsetOf(from),
      change,
    });
    from = next;
    change = findChange(next);
  }
  return spans;
}

function findChange(at: Temporal.ZonedDateTime | null): Span["change"] {
  return at === null
    ? null
    : { atMs: at.epochMilliseconds, offsetBeforeMs: offsetOf(at.subtract({ milliseconds: 1 })) };
}

function offsetOf(at: Temporal.ZonedDateTime): number {
  return at.offsetNanoseconds / 1e6;
}

function listInstants(calendar: Calendar, { fromMs, untilMs, offsetMs, change }: Span, withMissing: boolean): number[] {
  const instants = listWallTimes(calendar, fromMs + offsetMs, untilMs + offsetMs).map((wallMs) => wallMs - offsetMs);
  if (calendar.steady || change === null) return instants;
  const { atMs, offsetBeforeMs } = change;
  const repeatedUntilMs = atMs + offsetBeforeMs - offsetMs;
  if (repeatedUntilMs > atMs) return instants.filter((instantMs) => instantMs >= repeatedUntilMs);
  if (!withMissing || atMs < fromMs || repeatedUntilMs === atMs) return instants;
  const gapMs = atMs - repeatedUntilMs;
  const firesAnyway = listWallTimes(calendar, atMs + offsetMs, atMs + offsetMs + gapMs).length > 0;
  const missing = firesAnyway ? [] : listWallTimes(calendar, atMs + offsetBeforeMs, atMs + offsetMs);
  return missing.length === 0 ? instants : [atMs, ...instants];
}
