/** The days of an iCalendar file (RFC 5545), each as often as it comes again. */
import { dirname, resolve } from "node:path";
import { describeReadFailure, LARGE_BYTES, readPlainFile } from "../files/plain.ts";
import type { Reading } from "./reading.ts";

/** Windows of reports lie in these years. */
const FIRST_YEAR = 2000;
const LAST_YEAR = 2099;
/** Fourteen a year. A calendar of appointments, named by mistake, has more. */
const MOST_DAYS = 20_000;
/** Of one event, occurrences before the first year included. */
const MOST_OCCURRENCES = 40_000;

type Calendar = typeof import("ical.js").default;
type Event = InstanceType<Calendar["Event"]>;

/** Ascending, such as 2026-12-25; empty where no file is named, and where a problem was said. */
export async function readHolidays(file: string | undefined, reading: Reading): Promise<string[]> {
  if (file === undefined) return [];
  const say = (message: string): string[] => {
    reading.problems.push({ path: ["calendar", "holidays"], message: `holidays: ${message}` });
    return [];
  };
  let content: string;
  try {
    content = readPlainFile(resolve(dirname(reading.path), file), LARGE_BYTES);
  } catch (error) {
    return say(describeReadFailure(error));
  }
  // Loaded only here: few configurations name a calendar.
  const { default: ical } = await import("ical.js");
  let days: Set<string> | null;
  try {
    days = listDays(ical, content);
  } catch {
    return say("it is not an iCalendar file (RFC 5545)");
  }
  if (days === null) return say(`it has more than ${MOST_DAYS} days: name a calendar of holidays alone`);
  if (days.size === 0) return say("it has no all-day event between 2000 and 2099");
  return [...days].toSorted();
}

/** Null where there are too many. Events that are not of whole days are appointments, and no holidays. */
function listDays(ical: Calendar, content: string): Set<string> | null {
  const days = new Set<string>();
  const calendars = [ical.parse(content)].flat(1);
  // Several calendars may stand in one file; then each is a list of its own.
  const roots = typeof calendars[0] === "string" ? [calendars] : calendars;
  if (roots.length === 0) throw new Error("no calendar");
  for (const root of roots) {
    const component = new ical.Component(root);
    const events = component.getAllSubcomponents("vevent").map((one) => new ical.Event(one));
    const moved = new Set(events.filter(isException).map((event) => `${event.uid} ${event.recurrenceId.toString()}`));
    for (const event of events.filter(isHoliday)) {
      for (const day of listEventDays(event, moved)) days.add(day);
      if (days.size > MOST_DAYS) return null;
    }
  }
  return days;
}

/** One occurrence of another event, on a day of its own. */
function isException(event: Event): boolean {
  return event.isRecurrenceException();
}

/** A date alone; what has no start is nothing. */
function isHoliday(event: Event): boolean {
  return (
    event.component.hasProperty("dtstart") &&
    event.startDate.isDate &&
    event.component.getFirstPropertyValue("status") !== "CANCELLED"
  );
}

function listEventDays(event: Event, moved: Set<string>): string[] {
  const length = Math.max(1, Math.round(event.duration.toSeconds() / 86_400));
  const days: string[] = [];
  const addDays = (start: Event["startDate"]) => {
    const day = start.clone();
    for (let index = 0; index < length && day.year <= LAST_YEAR; index += 1) {
      if (day.year >= FIRST_YEAR) days.push(day.toString());
      day.adjust(1, 0, 0, 0);
    }
  };
  if (!event.isRecurring()) {
    addDays(event.startDate);
    return days;
  }
  const occurrences = event.iterator();
  for (let count = 0; count < MOST_OCCURRENCES && days.length <= MOST_DAYS; count += 1) {
    const next = occurrences.next();
    if (!next || next.year > LAST_YEAR) break;
    if (!moved.has(`${event.uid} ${next.toString()}`)) addDays(next);
  }
  return days;
}
