/** The days of an iCalendar file (RFC 5545), each as often as it comes again. */
import { dirname, resolve } from "node:path";
import { describeReadFailure, isMissing, LARGE_BYTES, readPlainFile } from "../files/plain.ts";
import { showText } from "../text/terminal.ts";
import { nameTried } from "../text/typed-path.ts";
import type { Reading } from "./reading.ts";

/** Windows of reports lie in these years. */
const FIRST_YEAR = 2000;
const LAST_YEAR = 2099;
/** A calendar of appointments, named by mistake, has more. */
const MOST_EVENTS = 20_000;
/** Fourteen a year. */
const MOST_DAYS = 20_000;
/** That are looked at, those of all events together, before the first year and on the same day included. */
const MOST_STEPS = 200_000;
/** Days that a rule may pass over: of the 30th of February the library would look for ever. */
const MOST_TRIES = 100_000;
/** So long the program hears no signal. */
const BREATH_MS = 50;

type Calendar = typeof import("ical.js").default;
type Event = InstanceType<Calendar["Event"]>;

/** Ascending, such as 2026-12-25; empty where no file is named, and where a problem was said. */
export async function readHolidays(file: string | undefined, reading: Reading): Promise<string[]> {
  if (file === undefined) return [];
  const folder = dirname(reading.path);
  const path = resolve(folder, file);
  const say = (message: string, shown = showText(path)): string[] => {
    reading.problems.push({ path: ["calendar", "holidays"], message: `holidays ${shown}: ${message}` });
    return [];
  };
  let content: string;
  try {
    // Days alone are taken: names of them in another encoding do no harm.
    content = readPlainFile(path, LARGE_BYTES);
  } catch (error) {
    return say(describeReadFailure(error), isMissing(error) ? nameTried(file, folder, path) : undefined);
  }
  // Loaded only here: few configurations name a calendar.
  const { default: ical } = await import("ical.js");
  let days: Set<string> | TooMuch;
  try {
    boundSearch(ical);
    days = await listDays(ical, content);
  } catch (error) {
    return say(error instanceof TooRare ? error.message : "it is not an iCalendar file (RFC 5545)");
  }
  if (typeof days === "string") return say(`${days}: name a calendar of holidays alone`);
  if (days.size === 0) return say("it has no all-day event between 2000 and 2099");
  return [...days].toSorted();
}

class TooRare extends Error {}

/** Bounds the library's search for the days of a rule, which has no bound of its own: that of all rules from now on together. */
function boundSearch({ RecurIterator: { prototype } }: Calendar): void {
  let tries = 0;
  const check =
    ORIGINAL_CHECKS.get(prototype) ??
    Reflect.get<typeof prototype, "check_contracting_rules">(prototype, "check_contracting_rules");
  ORIGINAL_CHECKS.set(prototype, check);
  prototype.check_contracting_rules = function count(this: typeof prototype) {
    tries += 1;
    if (tries > MOST_TRIES)
      throw new TooRare("an event comes again by a rule that fits hardly any day: correct its RRULE");
    return check.call(this);
  };
}

type Check = InstanceType<Calendar["RecurIterator"]>["check_contracting_rules"];

const ORIGINAL_CHECKS = new WeakMap<object, Check>();

/** Of what there is too much, in words. */
type TooMuch = string;

/** Events that are not of whole days are appointments, and no holidays. */
async function listDays(ical: Calendar, content: string): Promise<Set<string> | TooMuch> {
  const days = new Set<string>();
  let steps = 0;
  let breathedAt = performance.now();
  // The lines are counted first: to read them takes a hundred times as long.
  if (content.split(/^BEGIN:VEVENT/im).length - 1 > MOST_EVENTS) return `it has more than ${MOST_EVENTS} events`;
  const calendars = [ical.parse(content)].flat(1);
  // Several calendars may stand in one file; then each is a list of its own.
  const roots = typeof calendars[0] === "string" ? [calendars] : calendars;
  if (roots.length === 0) throw new Error("no calendar");
  for (const root of roots) {
    const component = new ical.Component(root);
    // Without a list of its own each event looks through all the others.
    const events = component.getAllSubcomponents("vevent").map((one) => new ical.Event(one, { exceptions: [] }));
    const moved = new Set(events.filter(isException).map((event) => `${event.uid} ${event.recurrenceId.toString()}`));
    for (const event of events.filter(isHoliday)) {
      for (const day of walkEventDays(event, moved)) {
        if (day !== null) days.add(day);
        steps += 1;
        if (days.size > MOST_DAYS || steps > MOST_STEPS) return `it has more than ${MOST_DAYS} days`;
        if (performance.now() - breathedAt < BREATH_MS) continue;
        await Bun.sleep(0);
        breathedAt = performance.now();
      }
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

/** Each day that is looked at; null: it is in none of the years. */
function* walkEventDays(event: Event, moved: Set<string>): Iterable<string | null> {
  const length = Math.max(1, Math.round(event.duration.toSeconds() / 86_400));
  if (!event.isRecurring()) {
    yield* walkDays(event.startDate, length);
    return;
  }
  const occurrences = event.iterator();
  let before: Event["startDate"] | null = null;
  for (let next = occurrences.next(); next && next.year <= LAST_YEAR; next = occurrences.next()) {
    // An interval of 0 leads nowhere.
    if (before !== null && next.compare(before) <= 0) return;
    before = next.clone();
    if (moved.has(`${event.uid} ${next.toString()}`)) yield null;
    else yield* walkDays(next, length);
  }
}

function* walkDays(start: Event["startDate"], length: number): Iterable<string | null> {
  const day = start.clone();
  for (let index = 0; index < length && day.year <= LAST_YEAR; index += 1) {
    yield day.year >= FIRST_YEAR ? day.toString() : null;
    day.adjust(1, 0, 0, 0);
  }
}
