/** Days of an iCalendar file: each holiday as often as it comes again, and nothing that is no holiday. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { settingsOf } from "../../src/config/report-settings.ts";
import { loadConfig } from "../../src/config/load.ts";

const FILE = "holidays.ics";
const EASTER =
  "BEGIN:VEVENT\r\nUID:e\r\nDTSTART;VALUE=DATE:20260403\r\nDTEND;VALUE=DATE:20260407\r\nSUMMARY:Easter\r\nEND:VEVENT";

function writeCalendar(...events: string[]): string {
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", ...events, "END:VCALENDAR", ""].join("\r\n");
}

/** An event of a whole day. */
function event(...lines: string[]): string {
  return ["BEGIN:VEVENT", "UID:x", ...lines, "END:VEVENT"].join("\r\n");
}

async function load(content: string | null, name = FILE) {
  const directory = mkdtempSync(join(tmpdir(), "automation-reports-holidays-"));
  if (content !== null) writeFileSync(join(directory, FILE), content);
  const path = join(directory, "c.toml");
  writeFileSync(
    path,
    `[crm.hubspot]\nurl = "sqlite:x"\nretired_rules = ["old"]\n[crm.genius]\nurl = "sqlite:x"\n[calendar]\nholidays = "${name}"\n`,
  );
  return await loadConfig(path, {});
}

const in2026 = (days: string[]) => days.filter((day) => day.startsWith("2026"));

const CASES: { name: string; events: string[]; days: string[] }[] = [
  {
    name: "one of a year",
    events: [event("DTSTART;VALUE=DATE:20261003")],
    days: ["2026-10-03"],
  },
  {
    name: "several days: the end is not one of them",
    events: [EASTER],
    days: ["2026-04-03", "2026-04-04", "2026-04-05", "2026-04-06"],
  },
  {
    name: "again every year, also where it began long ago",
    events: [event("DTSTART;VALUE=DATE:19701225", "RRULE:FREQ=YEARLY")],
    days: ["2026-12-25"],
  },
  {
    name: "the fourth Thursday of November",
    events: [event("DTSTART;VALUE=DATE:20201126", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH")],
    days: ["2026-11-26"],
  },
  {
    name: "an exception to a rule is left out, and one that was moved is on its new day",
    events: [
      event("DTSTART;VALUE=DATE:20240501", "RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20250501"),
      event("RECURRENCE-ID;VALUE=DATE:20260501", "DTSTART;VALUE=DATE:20260504"),
    ],
    days: ["2026-05-04"],
  },
  {
    name: "an appointment and what was cancelled are no holidays",
    events: [
      event("DTSTART:20260601T090000Z", "DTEND:20260601T100000Z"),
      event("DTSTART;VALUE=DATE:20260602", "STATUS:CANCELLED"),
      event("DTSTART;VALUE=DATE:20260603"),
    ],
    days: ["2026-06-03"],
  },
];

describe("which days", () => {
  test.each(CASES)("$name", async ({ events, days }) => {
    const { crms } = await load(writeCalendar(...events));
    expect(crms.map(({ holidays }) => in2026(holidays))).toEqual([days, days]);
  });

  test("they and the rules that are over are what reports are made with", async () => {
    const { crms } = await load(writeCalendar(EASTER));
    expect(settingsOf(crms[0]!)).toMatchObject({
      holidays: ["2026-04-03", "2026-04-04", "2026-04-05", "2026-04-06"],
      retiredRules: [{ rule: "old", sinceMs: null }],
    });
    expect(settingsOf(crms[1]!).retiredRules).toEqual([]);
  });
});

test.each([
  { name: "not there", content: null, says: "there is no such file" },
  { name: "a folder", content: null, file: ".", says: "it is a directory" },
  { name: "no calendar", content: "<html>", says: "it is not an iCalendar file (RFC 5545)" },
  {
    name: "cut off",
    content: "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:2026",
    says: "it is not an iCalendar file",
  },
  { name: "empty", content: "", says: "it is not an iCalendar file" },
  {
    name: "of appointments alone",
    content: writeCalendar(event("DTSTART:20260601T090000Z")),
    says: "it has no all-day event",
  },
  {
    name: "of every day",
    content: writeCalendar(event("DTSTART;VALUE=DATE:20000101", "RRULE:FREQ=DAILY")),
    says: "it has more than 20000 days: name a calendar of holidays alone",
  },
  {
    name: "of more events than a calendar of holidays has",
    content: writeCalendar(...Array.from({ length: 20_001 }, () => event("DTSTART;VALUE=DATE:20260101"))),
    says: "it has more than 20000 events: name a calendar of holidays alone",
  },
  {
    name: "of a rule that goes on by nothing",
    content: writeCalendar(event("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=DAILY;INTERVAL=0")),
    says: "it has more than 20000 days: name a calendar of holidays alone",
  },
  {
    name: "of a rule for the 30th of February",
    content: writeCalendar(event("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")),
    says: "an event comes again by a rule that fits hardly any day: correct its RRULE",
  },
])("a file that is $name is said, with the line that names it", async ({ content, file = FILE, says }) => {
  const message = await load(content, file).then(
    () => "",
    (error: Error) => error.message,
  );
  expect(message).toMatch(/c\.toml:7:1: holidays \/\S+: /);
  expect(message.split(/holidays \S+: /)[1]).toStartWith(says);
});

test("10,000 events are read in seconds", async () => {
  const day = (index: number) => `20${10 + (index % 20)}${String((index % 12) + 1).padStart(2, "0")}01`;
  const events = Array.from({ length: 10_000 }, (_, index) => event(`DTSTART;VALUE=DATE:${day(index)}`));
  const startedAt = performance.now();
  await load(writeCalendar(...events));
  // Where each looked through all the others it was 10 s.
  expect(performance.now() - startedAt).toBeLessThan(5000);
});
