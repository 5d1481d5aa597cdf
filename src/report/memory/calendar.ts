/** Which hour of the week each UTC clock hour is where a rule's people live: their nights, weekends and holidays. */
import { DAY_MS, HOUR_MS, HOURS_A_DAY } from "../../time/units.ts";

export const HOURS_A_WEEK = 7 * HOURS_A_DAY;
/** Hours of a working day, and of a day of rest. */
export const DAY_SLOTS = 2 * HOURS_A_DAY;

type LocalHour = {
  /** 0–167 from Sunday 00:00 on; a holiday's hours are a Sunday's. */
  hourOfWeek: number;
  /** Of the day as it is called, holiday or not. */
  namedHourOfWeek: number;
  /** 0–23 on a working day, 24–47 on Saturdays, Sundays and holidays. */
  slot: number;
  /** Of a holiday that would else be a working day. */
  isHoliday: boolean;
  /** Of the day after a holiday: what was left over is done on it, and surprises nobody. */
  isAfterHoliday: boolean;
};

/** The local hours of `[fromHour, toHour)`, hours since the epoch. */
export type Calendar = {
  fromHour: number;
  /** Of each hour from `fromHour` on: to read them one after the other costs less than to ask for each. */
  slots: Uint8Array;
  hoursOfWeek: Uint8Array;
  namedHoursOfWeek: Uint8Array;
  /** Of any hour. */
  at: (hour: number) => LocalHour;
  /** Those of `[fromHour, toHour)` that are such an hour, ascending. */
  hoursAt: (slot: number) => Int32Array;
};

const SUNDAY = 0;
const SATURDAY = 6;
/** The epoch was a Thursday. */
const FIRST_WEEKDAY = 4;

/** `holidays` are dates such as 2026-12-25 in that zone, an IANA name. */
export function createCalendar(timezone: string, holidays: string[], [fromHour, toHour]: [number, number]): Calendar {
  const key = JSON.stringify([timezone, holidays, fromHour, toHour]);
  if (newest?.key !== key) newest = { key, calendar: makeCalendar(timezone, holidays, [fromHour, toHour]) };
  return newest.calendar;
}

/** The CRMs of a pass mostly have one zone. */
let newest: { key: string; calendar: Calendar } | null = null;

function makeCalendar(timezone: string, holidays: string[], [fromHour, toHour]: [number, number]): Calendar {
  const holy = new Set(holidays.map((date) => Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY_MS)));
  const localHours: LocalHour[] = [];
  for (const { untilHour, offsetMs } of listOffsets(timezone, fromHour, toHour)) {
    for (let hour = fromHour + localHours.length; hour < untilHour; hour += 1) {
      localHours.push(describeHour(Math.floor((hour * HOUR_MS + offsetMs) / HOUR_MS), holy));
    }
  }
  const bySlot: Int32Array[] = [];
  const slots = Uint8Array.from(localHours, ({ slot }) => slot);
  return {
    fromHour,
    slots,
    hoursOfWeek: Uint8Array.from(localHours, ({ hourOfWeek }) => hourOfWeek),
    namedHoursOfWeek: Uint8Array.from(localHours, ({ namedHourOfWeek }) => namedHourOfWeek),
    at: (hour) => localHours[hour - fromHour] ?? describeHour(hour, holy),
    hoursAt: (slot) => (bySlot[slot] ??= listHours(slots, slot, fromHour)),
  };
}

function listHours(slots: Uint8Array, slot: number, fromHour: number): Int32Array {
  const hours: number[] = [];
  for (let index = slots.indexOf(slot); index !== -1; index = slots.indexOf(slot, index + 1))
    hours.push(fromHour + index);
  return Int32Array.from(hours);
}

function describeHour(localHour: number, holidays: Set<number>): LocalHour {
  const day = Math.floor(localHour / HOURS_A_DAY);
  const hourOfDay = localHour - day * HOURS_A_DAY;
  const isHoliday = holidays.has(day);
  const ofWeek = (((day + FIRST_WEEKDAY) % 7) + 7) % 7;
  const weekday = isHoliday ? SUNDAY : ofWeek;
  const isRest = weekday === SUNDAY || weekday === SATURDAY;
  return {
    hourOfWeek: weekday * HOURS_A_DAY + hourOfDay,
    namedHourOfWeek: ofWeek * HOURS_A_DAY + hourOfDay,
    slot: hourOfDay + (isRest ? HOURS_A_DAY : 0),
    isHoliday: isHoliday && ofWeek !== SUNDAY && ofWeek !== SATURDAY,
    isAfterHoliday: !isHoliday && holidays.has(day - 1),
  };
}

/** The zone's offsets from UTC, each until the hour in which the clocks are changed. */
function listOffsets(timezone: string, fromHour: number, toHour: number): { untilHour: number; offsetMs: number }[] {
  const offsets: { untilHour: number; offsetMs: number }[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(fromHour * HOUR_MS).toZonedDateTimeISO(timezone);
  for (;;) {
    const change = at.getTimeZoneTransition("next");
    const untilHour = Math.min(toHour, change === null ? toHour : Math.floor(change.epochMilliseconds / HOUR_MS));
    offsets.push({ untilHour, offsetMs: at.offsetNanoseconds / 1e6 });
    if (change === null || untilHour >= toHour) return offsets;
    at = change;
  }
}
