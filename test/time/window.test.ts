import { describe, expect, test } from "bun:test";
import { hoursOf, isWithin, moveBack, windowBefore } from "../../src/time/window.ts";

const WINDOW = { startMs: 7_200_000, endMs: 12_600_000 };

test("its length, the window before it, and one that lies earlier", () => {
  expect(hoursOf(WINDOW)).toBe(1.5);
  expect(windowBefore(WINDOW)).toEqual({ startMs: 1_800_000, endMs: 7_200_000 });
  expect(moveBack(WINDOW, 600_000)).toEqual({ startMs: 6_600_000, endMs: 12_000_000 });
});

describe("within it", () => {
  test.each([
    { name: "a millisecond before its start", atMs: 7_199_999, is: false },
    { name: "its start", atMs: 7_200_000, is: true },
    { name: "a millisecond before its end", atMs: 12_599_999, is: true },
    { name: "its end", atMs: 12_600_000, is: false },
  ])("$name: $is", ({ atMs, is }) => expect(isWithin(atMs, WINDOW)).toBe(is));
});
