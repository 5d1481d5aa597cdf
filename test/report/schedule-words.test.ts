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
  { schedules: ["0 19 * * *"], zone: "Europe/Berlin", says: "daily at 19:00 (Europe/Berlin)" },
  { schedules: ["0 19 * * *"], zone: null, says: "0 19 * * *" },
  { schedules: ["0 19 * * 1"], zone: "UTC", says: "at 19:00 on Mon" },
  { schedules: ["0 7 * * 1-5"], zone: "UTC", says: "at 07:00 on weekdays" },
  { schedules: ["0 7 * * mon-fri"], zone: "Asia/Tokyo", says: "at 07:00 on weekdays (Asia/Tokyo)" },
  { schedules: ["0 7 * * 1-5"], zone: null, says: "0 7 * * 1-5" },
  { schedules: ["30 6,18 * * 6,7"], zone: "UTC", says: "at 06:30 and 18:30 on weekends" },
  { schedules: ["0 9 * * 1,3,5"], zone: "UTC", says: "at 09:00 on Mon, Wed and Fri" },
  { schedules: ["0 9 * * 2-4"], zone: "UTC", says: "at 09:00 from Tue to Thu" },
  { schedules: ["15 3 1 * *"], zone: "UTC", says: "at 03:15 on day 1 of the month" },
  { schedules: ["0 3 1,15 * *"], zone: "UTC", says: "at 03:00 on days 1 and 15 of the month" },
  { schedules: ["*/15 8-18 * * 1-5"], zone: "UTC", says: "every 15m from 08:00 to 18:45 on weekdays" },
  { schedules: ["5 8-18 * * *"], zone: "UTC", says: "hourly from 08:05 to 18:05" },
  { schedules: ["0 */4 * * *"], zone: null, says: "every 4h" },
  { schedules: ["20 */4 * * *"], zone: "UTC", says: "every 4h at :20" },
  { schedules: ["0 */4 * * 1-5"], zone: "UTC", says: "every 4h on weekdays" },
  { schedules: ["0 */4 * * 1-5"], zone: null, says: "0 */4 * * 1-5" },
  { schedules: ["0 2-22/4 * * *"], zone: "UTC", says: "0 2-22/4 * * *" },
  { schedules: ["0 */5 * * *"], zone: "UTC", says: "0 */5 * * *" },
  { schedules: ["5,35 * * * *"], zone: null, says: "hourly at :05 and :35" },
  { schedules: ["* * * * *"], zone: null, says: "every 1m" },
  { schedules: ["0 0 1 1 *"], zone: "UTC", says: "0 0 1 1 *" },
  { schedules: ["0 0 13 * 5"], zone: "UTC", says: "0 0 13 * 5" },
  { schedules: ["0 4 * * *", "0 21 * * *"], zone: "UTC", says: "daily at 04:00; daily at 21:00" },
  { schedules: ["whenever"], zone: "UTC", says: "whenever" },
])("$schedules in $zone: $says", ({ schedules, zone, says }) => {
  expect(sayWhenDue(schedules, zone)).toBe(says);
});
