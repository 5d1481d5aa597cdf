/** Schedules on a narrow terminal, for a reader in another zone. */
import { expect, test } from "bun:test";
import { renderScheduleList, renderScheduleStatus } from "../../../src/render/terminal/schedules.ts";
import type { ScheduleJudgement } from "../../../src/schedule/judge.ts";
import { viewOf } from "../../making/views.ts";

const JUDGEMENTS: ScheduleJudgement[] = [
  { schedule: "often", status: "ok", slotMs: 0, message: "the report of 10 Jul 2026 21:00 UTC was made" },
  {
    schedule: "nightly",
    status: "late",
    slotMs: 0,
    message: "no report since 9 Jul 2026 23:30 UTC, 4 are missed: is the daemon or the timer running?",
  },
];

test("what a schedule's status says is wrapped below itself, the local time beside each time", () => {
  const screen = renderScheduleStatus(JUDGEMENTS, viewOf({ width: 60, timezone: "Europe/Berlin" }));
  expect(screen).toBe(
    [
      "Schedule  Status  Why",
      "often     ok      the report of 10 Jul 2026 21:00 UTC (23:00",
      "                  Europe/Berlin) was made",
      "nightly   late    no report since 9 Jul 2026 23:30 UTC (10",
      "                  Jul 01:30 Europe/Berlin), 4 are missed: is",
      "                  the daemon or the timer running?",
      "",
    ].join("\n"),
  );
});

test("without a zone the times stand alone", () => {
  expect(renderScheduleStatus(JUDGEMENTS.slice(0, 1), viewOf({ width: 160 }))).toBe(
    "Schedule  Status  Why\noften     ok      the report of 10 Jul 2026 21:00 UTC was made\n",
  );
});

test("what a list says of the last report is wrapped below itself", () => {
  const last = { schedule: "nightly", status: "late" as const, slot: null, message: JUDGEMENTS[1]?.message ?? "" };
  const screen = renderScheduleList(
    [{ name: "nightly", cron: ["30 23 * * *"], timezone: "UTC", last, next: [] }],
    viewOf({ width: 50 }),
  );
  expect(screen.split("\n").slice(0, 4)).toEqual([
    "nightly · 30 23 * * * · UTC",
    "  last  late  no report since 9 Jul 2026 23:30",
    "        UTC, 4 are missed: is the daemon or the",
    "        timer running?",
  ]);
});

test("a list shows each next time on the clock of the schedule, and on that of the reader", () => {
  const last = { schedule: "morning", status: "ok" as const, slot: null, message: "made" };
  const next = [{ utc: "2026-07-10T21:30:00Z", local: "2026-07-11T06:30:00+09:00[Asia/Tokyo]" }];
  const shown = (zone: string, timezone: string | null) =>
    renderScheduleList([{ name: "a", cron: ["@daily"], timezone: zone, last, next }], viewOf({ width: 120, timezone }))
      .split("\n")
      .find((line) => line.includes("next"));
  expect(shown("UTC", null)).toBe("  next  10 Jul 2026 21:30 UTC");
  expect(shown("Asia/Tokyo", null)).toBe("  next  10 Jul 2026 21:30 UTC (11 Jul 06:30 Asia/Tokyo)");
  expect(shown("Asia/Tokyo", "Europe/Berlin")).toBe(
    "  next  10 Jul 2026 21:30 UTC (11 Jul 06:30 Asia/Tokyo, 23:30 Europe/Berlin)",
  );
  expect(shown("Europe/Berlin", "Europe/Berlin")).toBe("  next  10 Jul 2026 21:30 UTC (23:30 Europe/Berlin)");
});
