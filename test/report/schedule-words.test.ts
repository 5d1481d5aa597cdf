/** Schedules in the words of a sentence: never of another time than they mean. */
import { expect, test } from "bun:test";
import { sayWhenDue } from "../../src/report/schedule-words.ts";

test.each<{ schedules: string[]; zone: string | null; says: string }>([
  { schedules: ["every 240 minutes"], zone: "UTC", says: "every 4h" },
  { schedules: ["every 90 minutes"], zone: "UTC", says: "every 1h 30m" },
  { schedules: ["every 1 days"], zone: null, says: "every 1d" },
  { schedules: ["every 5 seconds"], zone: "UTC", says: "every 5 seconds" },
  { schedules: ["*/15 * * * *"], zone: null, says: "every 15m" },
  { schedules: ["*/7 * * * *"], zone: "UTC", says: "*/7 * * * *" },
  { schedules: ["5 * * * *"], zone: null, says: "hourly at :05" },
  { schedules: ["@daily"], zone: "UTC", says: "daily at 00:00" },
  { schedules: ["0 19 * * *"], zone: "UTC", says: "daily at 19:00" },
  { schedules: ["0 19 * * *"], zone: "Europe/Berlin", says: "0 19 * * *" },
  { schedules: ["0 19 * * *"], zone: null, says: "0 19 * * *" },
  { schedules: ["0 19 * * 1"], zone: "UTC", says: "0 19 * * 1" },
  { schedules: ["0 4 * * *", "0 21 * * *"], zone: "UTC", says: "daily at 04:00; daily at 21:00" },
  { schedules: ["whenever"], zone: "UTC", says: "whenever" },
])("$schedules in $zone: $says", ({ schedules, zone, says }) => {
  expect(sayWhenDue(schedules, zone)).toBe(says);
});
