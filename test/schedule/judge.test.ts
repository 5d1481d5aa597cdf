/** Whether a schedule does its work, told from its slots. */
import { expect, test } from "bun:test";
import { isWell, judgeSchedule, sortJudgements } from "../../src/schedule/judge.ts";
import type { SlotRow } from "../../src/store/slot.ts";
import { SCHEDULE } from "../making/schedules.ts";

/** As the store keeps it. */
const BEFORE_BEGIN = "due before the schedule began";
const NOW = Date.parse("2026-07-10T21:30:00Z");
const SLOT = Date.parse("2026-07-10T21:00:00Z");
const BEFORE = Date.parse("2026-07-10T04:00:00Z");

const row = (override: Partial<SlotRow>): SlotRow => ({
  schedule: "twice-a-day",
  slotMs: SLOT,
  state: "made",
  holder: "db-1/boot/4026531836/117478/905",
  attempts: 1,
  claimedMs: SLOT,
  endedMs: SLOT + 12_000,
  leaseUntilMs: null,
  exitCode: 0,
  note: null,
  passId: "p",
  crashes: 0,
  ...override,
});

test.each<{ name: string; slots: SlotRow[]; now?: number; status: string; says: string }>([
  { name: "made", slots: [row({})], status: "ok", says: "the 10 Jul 2026 21:00 UTC report was made in 12s" },
  {
    name: "nothing is known",
    slots: [],
    status: "never-run",
    says: "no report was made by this schedule yet, the next is due at 11 Jul 2026 04:00 UTC: is the daemon or the timer running? See systemctl list-timers",
  },
  {
    name: "it began after its newest slot",
    slots: [row({ state: "skipped", attempts: 0, exitCode: null, note: BEFORE_BEGIN })],
    status: "not-due",
    says: "its first report is due at 11 Jul 2026 04:00 UTC",
  },
  {
    name: "its first slot was due a moment ago",
    slots: [row({ slotMs: BEFORE, state: "skipped", attempts: 0, exitCode: null, note: BEFORE_BEGIN })],
    now: SLOT + 299_000,
    status: "not-due",
    says: "the 10 Jul 2026 21:00 UTC report, its first, is due now",
  },
  {
    name: "its first slot was not made",
    slots: [row({ slotMs: BEFORE, state: "skipped", attempts: 0, exitCode: null, note: BEFORE_BEGIN })],
    status: "late",
    says: "the 10 Jul 2026 21:00 UTC report was not made: is the daemon",
  },
  {
    name: "it began, and missed what came since",
    slots: [row({ state: "skipped", attempts: 0, exitCode: null, note: "no scheduler was running" })],
    status: "never-run",
    says: "no report was made by this schedule yet",
  },
  {
    name: "the newest was not begun",
    slots: [row({ slotMs: BEFORE })],
    status: "late",
    says: "the 10 Jul 2026 21:00 UTC report was not made: is the daemon or the timer running?",
  },
  {
    name: "the newest was due a moment ago: the one before it tells",
    slots: [row({ slotMs: BEFORE })],
    now: SLOT + 299_000,
    status: "ok",
    says: "the 10 Jul 2026 04:00 UTC report was made",
  },
  {
    name: "the one before it was not made either",
    slots: [row({ slotMs: BEFORE - 7 * 3_600_000 })],
    now: SLOT + 1000,
    status: "late",
    says: "the 10 Jul 2026 04:00 UTC report was not made: is the daemon",
  },
  {
    name: "several were not made",
    slots: [row({ slotMs: BEFORE - 24 * 3_600_000 })],
    status: "late",
    says: "the 10 Jul 2026 21:00 UTC report was not made, nor 2 before it: is the daemon",
  },
  {
    name: "an older one is being made, and the newest waits for it",
    slots: [row({ slotMs: BEFORE, state: "running", endedMs: null, exitCode: null, leaseUntilMs: NOW + 1 })],
    status: "running",
    says: "the 10 Jul 2026 04:00 UTC report was started",
  },
  {
    name: "being made",
    slots: [row({ state: "running", endedMs: null, exitCode: null, leaseUntilMs: NOW + 1 })],
    status: "running",
    says: "the 10 Jul 2026 21:00 UTC report was started 30m ago on db-1 (pid 117478)",
  },
  {
    name: "its holder gives no sign of life",
    slots: [row({ state: "running", endedMs: null, exitCode: null, leaseUntilMs: NOW - 1 })],
    status: "late",
    says: "was started 30m ago on db-1 (pid 117478); its process gives no sign of life",
  },
  {
    name: "its lease is longer than there are any",
    slots: [row({ state: "running", endedMs: null, exitCode: null, leaseUntilMs: NOW + 7_200_001 })],
    status: "late",
    says: "was started 30m ago on db-1 (pid 117478); its lease ends later than any does, and is void",
  },
  {
    name: "some CRMs could not be read",
    slots: [row({ exitCode: 3, note: "could not be read: b" })],
    status: "incomplete",
    says: "ended with exit 3: could not be read: b",
  },
  {
    name: "made, and a finding reached fail_on: the schedule did its work",
    slots: [row({ exitCode: 1, note: "critical: b" })],
    status: "ok",
    says: "the 10 Jul 2026 21:00 UTC report was made in 12s: critical: b",
  },
  {
    name: "failed",
    slots: [row({ state: "failed", exitCode: 4, note: "x" })],
    status: "failed",
    says: "the 10 Jul 2026 21:00 UTC report failed: x",
  },
  {
    name: "skipped",
    slots: [row({ state: "skipped", exitCode: null, note: "no scheduler was running" })],
    status: "skipped",
    says: "report was skipped: no scheduler was running",
  },
  {
    name: "interrupted",
    slots: [row({ state: "interrupted", exitCode: 143 })],
    status: "interrupted",
    says: "report was interrupted",
  },
])("$name: $status", ({ slots, now = NOW, status, says }) => {
  const judged = judgeSchedule(SCHEDULE, slots, now, "other");
  expect(judged.status).toBe(status as never);
  expect(judged.message).toContain(says);
  expect(isWell(judged)).toBe(["ok", "running", "not-due"].includes(status));
});

test.each([
  {
    name: "the daemon of a schedule of every minute died",
    minutes: 6,
    status: "late",
    says: "21:25 UTC report was not",
  },
  { name: "an hour ago", minutes: 60, status: "late", says: "21:25 UTC report was not made, nor 54 before it" },
  { name: "a month ago", minutes: 43_200, status: "late", says: "nor at least 10,080 before it" },
  { name: "it makes the next one in a moment", minutes: 5, status: "ok", says: "21:25 UTC report was made" },
])("$name: $status", ({ minutes, status, says }) => {
  const slotMs = NOW - minutes * 60_000;
  const slots = [row({ slotMs, claimedMs: slotMs, endedMs: slotMs + 1000 })];
  const judged = judgeSchedule({ ...SCHEDULE, cron: ["* * * * *"] }, slots, NOW + 10_000, "other");
  expect([judged.status, judged.message]).toEqual([status as never, expect.stringContaining(says)]);
});

test("the scheduler itself is not asked whether it runs", () => {
  const messages = [[], [row({ slotMs: BEFORE })]].map(
    (slots) => judgeSchedule(SCHEDULE, slots, NOW, "scheduler").message,
  );
  expect(messages).toEqual([
    "no report was made by this schedule yet, the next is due at 11 Jul 2026 04:00 UTC",
    "the 10 Jul 2026 21:00 UTC report was not made",
  ]);
});

test("late, failed and never-run slots come first", () => {
  const statuses = ["ok", "skipped", "never-run", "running", "failed", "late", "incomplete"] as const;
  const sorted = sortJudgements(statuses.map((status) => ({ schedule: "s", status, slotMs: null, message: "" })));
  expect(sorted.map(({ status }) => status)).toEqual([
    "late",
    "failed",
    "never-run",
    "incomplete",
    "skipped",
    "running",
    "ok",
  ]);
});
