/** Activity in one line: a cell's height is how much ran, its colour how much of it succeeded. */
import { describe, expect, test } from "bun:test";
import { drawSparkline } from "../../../src/render/terminal/sparkline.ts";
import { createStyle } from "../../../src/render/terminal/style.ts";
import { activity, report, rule } from "../../making/activities.ts";
import { WINDOW } from "../../making/reports.ts";

const HOUR_MS = 3_600_000;

/** From that hour of the window on: how much ran and succeeded in each. */
function draw(
  hours: [total: number, successful: number][],
  { lengthHours = 24, lateMs = 0, color = false } = {},
): string {
  const startMs = WINDOW.endMs - lengthHours * HOUR_MS;
  const made = report(
    activity({
      window: { startMs: startMs + lateMs, endMs: WINDOW.endMs + lateMs },
      rules: [rule("a", { success: 5 })],
      hours: hours.map(([total, successful], index) => ({ hourMs: startMs + index * HOUR_MS, total, successful })),
    }),
  );
  return drawSparkline(made, createStyle(color));
}

describe("a cell", () => {
  test.each([
    { name: "is a dot where nothing ran", hours: [[0, 0]], line: "·" },
    {
      name: "is lowest for the least",
      hours: [
        [1, 1],
        [800, 800],
      ],
      line: "▁█",
    },
    {
      name: "is of eight heights",
      hours: [
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 4],
        [5, 5],
        [6, 6],
        [7, 7],
        [8, 8],
      ],
      line: "▁▂▃▄▅▆▇█",
    },
    {
      name: "is rounded up",
      hours: [
        [101, 101],
        [800, 800],
      ],
      line: "▂█",
    },
  ] as { name: string; hours: [number, number][]; line: string }[])("$name", ({ hours, line }) => {
    expect(draw(hours)).toBe(line.padEnd(24, "·"));
  });
});

describe("the colour of a cell", () => {
  test.each([
    { successful: 95, code: 32 },
    { successful: 94, code: 33 },
    { successful: 70, code: 33 },
    { successful: 69, code: 31 },
  ])("$successful of 100", ({ successful, code }) => {
    expect(draw([[100, successful]], { color: true })).toStartWith(`\u001b[${code}m█\u001b[39m`);
  });
});

describe("the number of cells", () => {
  test.each([
    { name: "one an hour of a day", lengthHours: 24, lateMs: 0, cells: 24 },
    { name: "one more where a day begins within an hour", lengthHours: 24, lateMs: 60_000, cells: 25 },
    { name: "two hours a cell in more than a day", lengthHours: 26, lateMs: 0, cells: 13 },
    { name: "seven hours a cell in a week", lengthHours: 168, lateMs: 0, cells: 24 },
  ])("$name", ({ lengthHours, lateMs, cells }) => {
    expect(draw([], { lengthHours, lateMs })).toBe("·".repeat(cells));
  });

  test("hours of one cell are added up", () => {
    expect(
      draw(
        [
          [1, 1],
          [1, 1],
          [8, 8],
          [0, 0],
        ],
        { lengthHours: 48 },
      ),
    ).toBe("▂█".padEnd(24, "·"));
  });
});
