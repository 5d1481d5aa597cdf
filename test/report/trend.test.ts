import { expect, test } from "bun:test";
import { analyzeTrend } from "../../src/report/trend.ts";
import { THRESHOLDS } from "../making/activities.ts";

const HOUR = 3_600_000;
const at = (time: string) => Date.parse(`2026-07-10T${time}Z`);
/** One entry for each hour from midnight: [successful, total]. */
const hours = (...all: [number, number][]) =>
  all.map(([successful, total], index) => ({ hourMs: at("00:00:00") + index * HOUR, total, successful }));

test.each([
  { name: "one failure more is chance", hours: hours([5, 5], [5, 5], [4, 5], [4, 5]), trend: "stable" },
  { name: "later half better by far", hours: hours([40, 50], [40, 50], [50, 50], [50, 50]), trend: "improving" },
  { name: "exactly 0.05 better is stable", hours: hours([9, 10], [10, 10], [10, 10], [10, 10]), trend: "stable" },
  { name: "later half worse by far", hours: hours([50, 50], [50, 50], [40, 50], [40, 50]), trend: "declining" },
  { name: "nine actions are too few", hours: hours([4, 4], [0, 0], [0, 5], [0, 0]), trend: "unknown" },
  { name: "an empty half says nothing", hours: hours([0, 0], [0, 0], [5, 5], [0, 5]), trend: "unknown" },
  { name: "halves are pooled, not averaged by hour", hours: hours([0, 1], [9, 9], [9, 10], [0, 0]), trend: "stable" },
])("$name", ({ hours: active, trend }) => {
  const window = { startMs: at("00:00:00"), endMs: at("04:00:00") };
  expect(analyzeTrend(window, active, THRESHOLDS).analysis.success_rate_trend).toBe(trend as never);
});

test("with an odd number of hours the middle one is in the later half", () => {
  const window = { startMs: at("00:00:00"), endMs: at("03:00:00") };
  expect(analyzeTrend(window, hours([5, 5], [0, 5], [5, 5]), THRESHOLDS).halves).toEqual({
    earlier: { successful: 5, total: 5 },
    later: { successful: 5, total: 10 },
  });
});

test("partial first and last hours are listed, and in no other figure", () => {
  const window = { startMs: at("00:30:00"), endMs: at("04:15:00") };
  const { analysis } = analyzeTrend(window, hours([9, 9], [4, 4], [1, 1], [2, 2], [9, 9]), THRESHOLDS);
  expect(analysis).toEqual({
    total_hours_analyzed: 3,
    avg_actions_per_hour: 7 / 3,
    peak_activity_hour: "2026-07-10T01:00:00Z",
    lowest_activity_hour: "2026-07-10T02:00:00Z",
    success_rate_trend: "unknown",
    hourly_distribution: {
      actions_per_hour: {
        "2026-07-10T00:00:00Z": 9,
        "2026-07-10T01:00:00Z": 4,
        "2026-07-10T02:00:00Z": 1,
        "2026-07-10T03:00:00Z": 2,
        "2026-07-10T04:00:00Z": 9,
      },
      success_rates_per_hour: {
        "2026-07-10T00:00:00Z": 1,
        "2026-07-10T01:00:00Z": 1,
        "2026-07-10T02:00:00Z": 1,
        "2026-07-10T03:00:00Z": 1,
        "2026-07-10T04:00:00Z": 1,
      },
      partial_hours: ["2026-07-10T00:00:00Z", "2026-07-10T04:00:00Z"],
    },
  });
});

test("a window inside one hour has one partial hour and no averages", () => {
  const { analysis } = analyzeTrend({ startMs: at("00:10:00"), endMs: at("00:11:00") }, [], THRESHOLDS);
  expect(analysis).toMatchObject({ total_hours_analyzed: 0, avg_actions_per_hour: null, peak_activity_hour: null });
  expect(analysis.hourly_distribution.partial_hours).toEqual(["2026-07-10T00:00:00Z"]);
});
