import { expect, test } from "bun:test";
import { parseDuration } from "../../src/time/duration.ts";

const HOUR = 3_600_000;

test.each([
  { text: "24", unit: HOUR, ms: 24 * HOUR },
  { text: "0.5", unit: HOUR, ms: HOUR / 2 },
  { text: "7d", unit: HOUR, ms: 168 * HOUR },
  { text: " 90m ", unit: HOUR, ms: 1.5 * HOUR },
  { text: "30", unit: 1000, ms: 30_000 },
  { text: "250ms", unit: 1000, ms: 250 },
  { text: "-5", unit: HOUR, ms: -5 * HOUR },
  { text: "1e309", unit: HOUR, ms: Number.POSITIVE_INFINITY },
  { text: "", unit: HOUR, ms: null },
  { text: "soon", unit: HOUR, ms: null },
  { text: "0x10", unit: HOUR, ms: null },
  { text: `${"9".repeat(200)}h`, unit: HOUR, ms: null },
])("$text", ({ text, unit, ms }) => {
  expect(parseDuration(text, unit)).toBe(ms);
});
