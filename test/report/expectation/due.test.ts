/** How many runs were due since the last start. Friday, 10 July 2026, is the last day of each case. */
import { expect, test } from "bun:test";
import { countDue, findDue, type DueCount } from "../../../src/report/expectation/due.ts";
import { readRecurrence, type Schedule } from "../../../src/time/recurrence.ts";

const at = (text: string) => Date.parse(`${text}:00Z`);

function schedules(...texts: string[]): Schedule[] {
  return texts.map((text) => {
    const recurrence = readRecurrence(text);
    if (recurrence.kind === "inexpressible") throw new Error(recurrence.reason);
    return { recurrence, timezone: "Europe/Berlin", startAtMs: null, endAtMs: null };
  });
}

const exactly = (n: number): DueCount => ({ n, isMinimum: false });

test.each<{ name: string; due: string[]; since: string; until: string; is: DueCount }>([
  { name: "none yet", due: ["every 1 hours"], since: "2026-07-10T20:30", until: "2026-07-10T21:00", is: exactly(0) },
  {
    name: "one of an interval at the very end may still start",
    due: ["every 1 hours"],
    since: "2026-07-10T20:00",
    until: "2026-07-10T21:00",
    is: exactly(0),
  },
  {
    name: "of an interval, over months",
    due: ["every 1 hours"],
    since: "2026-03-02T21:00",
    until: "2026-07-10T21:00",
    is: exactly(130 * 24 - 1),
  },
  {
    name: "in office hours of Berlin only: 10 on Thursday, 10 on Friday",
    due: ["0 9-18 * * 1-5"],
    since: "2026-07-08T16:30",
    until: "2026-07-10T21:00",
    is: exactly(20),
  },
  {
    name: "and not at weekends: the rest of a Monday and 14 working days",
    due: ["0 9-18 * * 1-5"],
    since: "2026-06-22T12:00",
    until: "2026-07-10T21:00",
    is: exactly(144),
  },
  {
    name: "twelve on a Sunday, then none for six days",
    due: ["0 0-11 * * 0"],
    since: "2026-07-04T12:00",
    until: "2026-07-10T21:00",
    is: exactly(12),
  },
  {
    name: "a common hour of two schedules once",
    due: ["0 6,12 * * *", "0 12,18 * * *"],
    since: "2026-07-09T21:00",
    until: "2026-07-10T21:00",
    is: exactly(3),
  },
  {
    name: "an interval beside a calendar",
    due: ["every 6 hours", "0 12 * * *"],
    since: "2026-07-09T21:00",
    until: "2026-07-10T21:00",
    is: exactly(4),
  },
  {
    name: "of an interval the last is due for less than half of it, and may still start",
    due: ["every 4 hours"],
    since: "2026-07-09T21:00",
    until: "2026-07-10T18:59",
    is: exactly(4),
  },
  {
    name: "started three minutes before the time that it was for",
    due: ["0 12 * * *"],
    since: "2026-07-09T09:57",
    until: "2026-07-10T21:00",
    is: exactly(1),
  },
  {
    name: "of a calendar no more than 31 days",
    due: ["0 12 * * *"],
    since: "2026-03-02T21:00",
    until: "2026-07-10T21:00",
    is: { n: 32, isMinimum: true },
  },
])("$name", ({ due, since, until, is }) => {
  const all = schedules(...due);
  const awaited = findDue(all, at(since));
  expect(awaited === null ? null : countDue(all, awaited, { endMs: at(until), lateAfterMs: 0 })).toEqual(is);
});
