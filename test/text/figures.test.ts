import { expect, test } from "bun:test";
import {
  describeAge,
  formatBytes,
  formatCount,
  formatDuration,
  formatHours,
  formatInstant,
  formatMinute,
  formatSpan,
  formatMs,
  formatPlural,
  formatRatio,
  formatRatioBelow,
} from "../../src/text/figures.ts";

test.each([
  { ratio: 0.9666666, text: "96.7 %" },
  { ratio: 1, text: "100.0 %" },
  { ratio: 0.99999, text: ">99.9 %" },
  { ratio: 0.999, text: "99.9 %" },
  { ratio: 0.001, text: "0.1 %" },
  { ratio: 0.00001, text: "<0.1 %" },
  { ratio: 0, text: "0.0 %" },
])("$ratio is $text", ({ ratio, text }) => expect(formatRatio(ratio)).toBe(text));

test.each([
  { seconds: 0.42, text: "0.4s" },
  { seconds: 9.96, text: "10s" },
  { seconds: 59.6, text: "1m" },
  { seconds: 96.5, text: "1m 37s" },
  { seconds: 7500, text: "2h 05m" },
  { seconds: 273_600, text: "3d 04h" },
])("$seconds s is $text", ({ seconds, text }) => expect(formatDuration(seconds)).toBe(text));

test.each([
  { hours: 24, text: "24 h" },
  { hours: 168, text: "7 d" },
  { hours: 36, text: "36 h" },
  { hours: 48, text: "2 d" },
  { hours: 49, text: "49 h" },
  { hours: 1.234567, text: "1.23 h" },
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

test.each([
  { count: 0, text: "0 runs" },
  { count: 1, text: "1 run" },
  { count: 1200, text: "1,200 runs" },
])("$text", ({ count, text }) => expect(formatPlural(count, "run")).toBe(text));

test.each([
  { agoMs: 0, text: "0.0s ago" },
  { agoMs: 7_500_000, text: "2h 05m ago" },
  { agoMs: -1, text: "in the future" },
])("$agoMs ms before is $text", ({ agoMs, text }) =>
  expect(describeAge(1_783_717_200_000 - agoMs, 1_783_717_200_000)).toBe(text),
);

test.each([
  { ms: 0.99, text: "less than 1 ms" },
  { ms: 1, text: "1.0 ms" },
  { ms: 9.94, text: "9.9 ms" },
  { ms: 10, text: "10 ms" },
  { ms: 1200.4, text: "1,200 ms" },
])("$ms ms is $text", ({ ms, text }) => expect(formatMs(ms)).toBe(text));

test.each([
  { bytes: 0, text: "0 B" },
  { bytes: 9, text: "9 B" },
  { bytes: 999, text: "999 B" },
  { bytes: 1000, text: "1.0 kB" },
  { bytes: 12_345, text: "12 kB" },
  { bytes: 2_500_000_000, text: "2.5 GB" },
  { bytes: 3e15, text: "3000 TB" },
])("$bytes bytes are $text", ({ bytes, text }) => expect(formatBytes(bytes)).toBe(text));

test.each([
  { from: "2026-07-10T06:00:00Z", to: "2026-07-10T09:00:00Z", text: "from 06:00 to 09:00" },
  { from: "2026-07-08T06:00:00Z", to: "2026-07-10T09:00:00Z", text: "from 8 Jul 06:00 to 10 Jul 09:00" },
  { from: "2026-07-08T06:00:00Z", to: "2026-07-08T09:00:00Z", text: "from 8 Jul 06:00 to 8 Jul 09:00" },
  { from: "2025-12-31T23:00:00Z", to: "2026-07-10T09:00:00Z", text: "from 31 Dec 2025 23:00 to 10 Jul 09:00" },
])("a span is told at 10 Jul 21:00 as $text", ({ from, to, text }) => {
  expect(formatSpan(Date.parse(from), Date.parse(to), Date.parse("2026-07-10T21:00:00Z"))).toBe(text);
});
