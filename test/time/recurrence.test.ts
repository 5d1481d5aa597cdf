import { expect, test } from "bun:test";
import { isInForce, readRecurrence } from "../../src/time/recurrence.ts";

const MINUTE = 60_000;

test.each([
  { text: "0 */4 * * *", is: { kind: "cron", pattern: "0 */4 * * *" } },
  { text: "  30 2 * jan-mar MON-fri ", is: { kind: "cron", pattern: "30 2 * jan-mar MON-fri" } },
  { text: "0 0 * * 7", is: { kind: "cron", pattern: "0 0 * * 7" } },
  { text: "@hourly", is: { kind: "cron", pattern: "0 * * * *" } },
  { text: "@Daily", is: { kind: "cron", pattern: "0 0 * * *" } },
  { text: "@midnight", is: { kind: "cron", pattern: "0 0 * * *" } },
  { text: "@weekly", is: { kind: "cron", pattern: "0 0 * * 0" } },
  { text: "@monthly", is: { kind: "cron", pattern: "0 0 1 * *" } },
  { text: "@yearly", is: { kind: "cron", pattern: "0 0 1 1 *" } },
  { text: "every 30 minutes", is: { kind: "interval", everyMs: 30 * MINUTE } },
  { text: "Every 1 hours", is: { kind: "interval", everyMs: 60 * MINUTE } },
  { text: "every 2 days", is: { kind: "interval", everyMs: 2880 * MINUTE } },
  { text: "every 45 seconds", is: { kind: "interval", everyMs: 45_000 } },
  { text: "every 2 h", is: { kind: "interval", everyMs: 120 * MINUTE } },
  { text: "every 5 mins", is: { kind: "interval", everyMs: 5 * MINUTE } },
  { text: "every 45 s", is: { kind: "interval", everyMs: 45_000 } },
  { text: "every hour", is: { kind: "interval", everyMs: 60 * MINUTE } },
])("$text is understood", ({ text, is }) => {
  expect(readRecurrence(text)).toEqual(is as never);
});

const NO_FIELDS = "not five cron fields of numbers, names, lists, ranges and steps";
const NO_INTERVAL = "an interval is a number of seconds, minutes, hours, days, weeks";
test.each([
  { name: "nothing", text: "", reason: NO_FIELDS },
  { name: "words", text: "on demand", reason: NO_FIELDS },
  { name: "four fields", text: "0 0 * *", reason: NO_FIELDS },
  { name: "seconds", text: "0 0 0 * * *", reason: NO_FIELDS },
  { name: "the last day of the month", text: "0 0 L * *", reason: NO_FIELDS },
  { name: "the nearest weekday", text: "0 0 15W * *", reason: NO_FIELDS },
  { name: "the second Friday", text: "0 0 * * 5#2", reason: NO_FIELDS },
  { name: "a question mark", text: "0 0 ? * 1", reason: NO_FIELDS },
  { name: "an hour that does not exist", text: "0 24 * * *", reason: "not a cron pattern: Invalid value for hour: 24" },
  {
    name: "a weekday in another field",
    text: "0 mon * * *",
    reason: "not a cron pattern: configuration entry 2 (mon) contains illegal characters.",
  },
  {
    name: "a range that wraps around",
    text: "0 22-2 * * *",
    reason: "not a cron pattern: From value is larger than to value: '22-2'",
  },
  {
    name: "a name with @ that is an event",
    text: "@reboot",
    reason: "of the names with @, only @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually are known",
  },
  {
    name: "a name of every object",
    text: "@constructor",
    reason: "of the names with @, only @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually are known",
  },
  { name: "an interval of nothing", text: "every 0 minutes", reason: "an interval must be longer than 0" },
  { name: "an interval of a letter that may be months", text: "every 5 m", reason: NO_INTERVAL },
  { name: "an interval of months", text: "every 2 months", reason: NO_INTERVAL },
  { name: "a broken number", text: "every 1.5 hours", reason: NO_INTERVAL },
])("$name is inexpressible", ({ text, reason }) => {
  expect(readRecurrence(text)).toEqual({ kind: "inexpressible", reason });
});

test("a name that every object has is no nickname", () => {
  expect(readRecurrence("constructor").kind).toBe("inexpressible");
});

const [BEGIN, END] = [Date.parse("2026-07-10T06:00:00Z"), Date.parse("2026-07-10T18:00:00Z")];
test.each([
  { name: "a millisecond before its begin", startAtMs: BEGIN, endAtMs: END, atMs: BEGIN - 1, is: false },
  { name: "at its begin", startAtMs: BEGIN, endAtMs: END, atMs: BEGIN, is: true },
  { name: "a millisecond before its end", startAtMs: BEGIN, endAtMs: END, atMs: END - 1, is: true },
  { name: "at its end", startAtMs: BEGIN, endAtMs: END, atMs: END, is: false },
  { name: "without a begin", startAtMs: null, endAtMs: END, atMs: 0, is: true },
  { name: "without an end", startAtMs: BEGIN, endAtMs: null, atMs: END, is: true },
])("in force $name: $is", ({ startAtMs, endAtMs, atMs, is }) => {
  const recurrence = { kind: "interval", everyMs: MINUTE } as const;
  expect(isInForce({ recurrence, timezone: "UTC", startAtMs, endAtMs }, atMs)).toBe(is);
});
