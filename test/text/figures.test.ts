import { expect, test } from "bun:test";
import {
  formatCount,
  formatDuration,
  formatHours,
  formatInstant,
  formatMinute,
  formatRatio,
  formatRatioBelow,
} from "../../src/text/figures.ts";

test.each([
  { ratio: 0.9666666, text: "96.7 %" },
  { ratio: 1, text: "100.0 %" },
  { ratio: 0.99999, text: ">99.9 %" },
  { ratio: 0.00001, text: "<0.1 %" },
  { ratio: 0, text: "0.0 %" },
])("$ratio is $text", ({ ratio, text }) => expect(formatRatio(ratio)).toBe(text));

test.each([
  { seconds: 0.42, text: "0.4s" },
  { seconds: 9.96, text: "10s" },
  { seconds: 59.6, text: "1m 00s" },
  { seconds: 96.5, text: "1m 37s" },
  { seconds: 7500, text: "2h 05m" },
  { seconds: 273_600, text: "3d 04h" },
])("$seconds s is $text", ({ seconds, text }) => expect(formatDuration(seconds)).toBe(text));

test.each([
  { hours: 24, text: "24 h" },
  { hours: 168, text: "7 d" },
  { hours: 36, text: "36 h" },
  { hours: 1.5, text: "90 min" },
  { hours: 1 / 60, text: "1 min" },
])("$hours hours are $text", ({ hours, text }) => expect(formatHours(hours)).toBe(text));

test("counts have separators, instants milliseconds only where there are any", () => {
  expect([formatCount(999), formatCount(1_234_567)]).toEqual(["999", "1,234,567"]);
  expect([formatInstant(1_783_717_200_000), formatInstant(1_783_717_200_412)]).toEqual([
    "2026-07-10T21:00:00Z",
    "2026-07-10T21:00:00.412Z",
  ]);
  expect(formatMinute("2026-07-10T21:00:00Z")).toBe("10 Jul 2026 21:00");
});

test("a rate just below its limit does not read as the limit", () => {
  expect([formatRatioBelow(949 / 999, 0.95), formatRatioBelow(0.9, 0.95)]).toEqual(["94.99 %", "90.0 %"]);
});
