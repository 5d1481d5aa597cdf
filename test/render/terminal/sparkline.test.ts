/** Activity in one line: a cell's height is how much ran; where runs failed a sign says so, with colour and without. */
import { describe, expect, test } from "bun:test";
import { drawSparkline, findPeak, LEGEND, SPARKLINE_WIDTH } from "../../../src/render/terminal/sparkline.ts";
import { createStyle } from "../../../src/render/terminal/style.ts";
import type { Report } from "../../../src/report/document/schema.ts";
import { activity, report, rule } from "../../making/activities.ts";
import { WINDOW } from "../../making/reports.ts";

const HOUR_MS = 3_600_000;

type Hours = [total: number, successful: number][];

/** From that hour of the window on: how much ran and succeeded in each. */
function made(hours: Hours, { lengthHours = 24, lateMs = 0 } = {}): Report {
  const startMs = WINDOW.endMs - lengthHours * HOUR_MS;
  return report(
    activity({
      window: { startMs: startMs + lateMs, endMs: WINDOW.endMs + lateMs },
      rules: [rule("a", { success: 5 })],
      hours: hours.map(([total, successful], index) => ({ hourMs: startMs + index * HOUR_MS, total, successful })),
    }),
  );
}

/** Scaled by its own peak, without the blanks that fill the column. */
function draw(
  hours: Hours,
  { color = false, ...window }: { lengthHours?: number; lateMs?: number; color?: boolean } = {},
) {
  const drawn = made(hours, window);
  return drawSparkline(drawn, findPeak([drawn]), createStyle(color)).trimEnd();
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
  ] as { name: string; hours: Hours; line: string }[])("$name", ({ hours, line }) => {
    expect(draw(hours)).toBe(line.padEnd(24, "·"));
  });
});

describe("the sign and the colour of a cell", () => {
  test.each([
    { successful: 100, sign: "█", code: "38;5;28" },
    { successful: 95, sign: "█", code: "38;5;28" },
    { successful: 94, sign: "!", code: "38;5;130" },
    { successful: 70, sign: "!", code: "38;5;130" },
    { successful: 69, sign: "✗", code: "38;5;160" },
    { successful: 0, sign: "✗", code: "38;5;160" },
  ])("$successful of 100", ({ successful, sign, code }) => {
    expect(draw([[100, successful]])).toStartWith(sign);
    expect(draw([[100, successful]], { color: true })).toStartWith(`\u001b[${code}m${sign}\u001b[39m`);
  });
});

test("CRMs are drawn alike: by the busiest cell of all", () => {
  const [busy, calm] = [made([[800, 800]]), made([[100, 100]])];
  const peak = findPeak([busy, calm]);
  const drawn = [busy, calm].map((each) => drawSparkline(each, peak, createStyle(false)));
  expect([peak, ...drawn]).toEqual([800, "█".padEnd(24, "·").padEnd(25), "▁".padEnd(24, "·").padEnd(25)]);
});

test("as wide as the column, whatever is in it", () => {
  for (const lengthHours of [24, 26, 168]) {
    expect(drawSparkline(made([], { lengthHours }), 0, createStyle(false))).toHaveLength(SPARKLINE_WIDTH);
  }
  expect(drawSparkline(null, 5, createStyle(true))).toBe(" ".repeat(SPARKLINE_WIDTH));
});

test("the legend explains every sign", () => {
  expect(LEGEND(1)).toStartWith("▁–█ up to 1 run at a time, ");
  expect(LEGEND(1200)).toBe("▁–█ up to 1,200 runs at a time, ! some failed, ✗ many failed, · none ran");
});

describe("the number of cells", () => {
  test.each([
    { name: "one an hour of a day", lengthHours: 24, lateMs: 0, cells: 24 },
    { name: "one more where a day begins within an hour", lengthHours: 24, lateMs: 60_000, cells: 25 },
    { name: "two hours a cell in more than a day", lengthHours: 26, lateMs: 0, cells: 13 },
    { name: "seven hours a cell in a week", lengthHours: 168, lateMs: 0, cells: 24 },
  ])("$name", ({ lengthHours, lateMs, cells }) => {
    const hours = Array.from({ length: 200 }, (): [number, number] => [1, 1]);
    expect(draw(hours, { lengthHours, lateMs })).toBe("█".repeat(cells));
  });

  test("an hour of which the window has a part is blank where nothing ran in it", () => {
    const drawn = made([], { lateMs: 60_000 });
    expect(drawSparkline(drawn, 0, createStyle(false))).toBe(` ${"·".repeat(23)} `);
    expect(draw([[1, 1]], { lateMs: 60_000 })).toBe(`█${"·".repeat(23)}`);
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
