/** Whether a schedule does its work, as far as its slots tell. Pure. */
import type { ScheduleConfig } from "../config/schema.ts";
import { formatDuration, formatInstant, formatMinute } from "../text/figures.ts";
import type { SlotRow } from "../store/slots.ts";
import { latestSlot } from "./slots.ts";
import { MINUTE_MS } from "../time/units.ts";

/** Worst first. */
export const SCHEDULE_STATUSES = [
  "late",
  "failed",
  "never-run",
  "interrupted",
  "incomplete",
  "skipped",
  "running",
  "ok",
] as const;

export type ScheduleJudgement = {
  schedule: string;
  status: (typeof SCHEDULE_STATUSES)[number];
  /** The slot that is judged; null: none was due yet. */
  slotMs: number | null;
  message: string;
};

/** A slot that has not begun this long after its time is late. */
const LATE_MS = 5 * MINUTE_MS;

/** `slots`: the newest that the store knows of this schedule. */
export function judgeSchedule(schedule: ScheduleConfig, slots: SlotRow[], nowMs: number): ScheduleJudgement {
  const dueMs = latestSlot(schedule, nowMs);
  const { name } = schedule;
  if (slots.every(({ state, attempts }) => state === "skipped" && attempts === 0)) {
    return {
      schedule: name,
      status: "never-run",
      slotMs: dueMs,
      message: "no slot was made yet: is the timer or the daemon there?",
    };
  }
  const row = slots.find(({ slotMs }) => slotMs === dueMs);
  // A slot that was just due may still be waited for: the one before it tells.
  const judged =
    row ?? (dueMs !== null && nowMs - dueMs <= LATE_MS ? slots.find(({ slotMs }) => slotMs < dueMs) : undefined);
  if (judged === undefined) {
    const message =
      dueMs === null ? "no slot is due" : `the slot of ${formatMinute(formatInstant(dueMs))} was run by nobody`;
    return { schedule: name, status: dueMs === null ? "ok" : "late", slotMs: dueMs, message };
  }
  return { schedule: name, slotMs: judged.slotMs, ...judgeSlot(judged, nowMs) };
}

/** Worst first. */
export function sortJudgements(judgements: ScheduleJudgement[]): ScheduleJudgement[] {
  return judgements.toSorted((a, b) => SCHEDULE_STATUSES.indexOf(a.status) - SCHEDULE_STATUSES.indexOf(b.status));
}

/** Whether a monitor has nothing to say. */
export function isWell({ status }: ScheduleJudgement): boolean {
  return status === "ok" || status === "running";
}

function judgeSlot(
  { slotMs, state, exitCode, note, claimedMs, endedMs, leaseUntilMs, holder }: SlotRow,
  nowMs: number,
): Pick<ScheduleJudgement, "status" | "message"> {
  const slot = formatMinute(formatInstant(slotMs));
  const why = note === null ? "" : `: ${note}`;
  if (state === "running") {
    const since = formatDuration((nowMs - (claimedMs ?? slotMs)) / 1000);
    return (leaseUntilMs ?? 0) < nowMs
      ? { status: "late", message: `the slot of ${slot} was begun ${since} ago, and its holder is silent` }
      : { status: "running", message: `the slot of ${slot} is being made since ${since} by ${holder ?? "somebody"}` };
  }
  if (state === "made" && exitCode === 0) {
    const took = endedMs === null || claimedMs === null ? "" : ` in ${formatDuration((endedMs - claimedMs) / 1000)}`;
    return { status: "ok", message: `the slot of ${slot} was made${took}${why}` };
  }
  if (state === "made")
    return { status: "incomplete", message: `the slot of ${slot} ended with exit ${exitCode ?? "?"}${why}` };
  return { status: state, message: `the slot of ${slot}: ${state}${why}` };
}
