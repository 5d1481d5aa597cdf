/** Whether a schedule does its work, as far as its slots tell. Pure. */
import type { ScheduleConfig } from "../config/schema.ts";
import { nameHolder } from "../store/holder.ts";
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
  /** The slot that is judged; null where none was due yet. */
  slotMs: number | null;
  message: string;
};

/** A slot that has not begun this long after its time is late. */
const LATE_MS = 5 * MINUTE_MS;

/** `slots`: the newest slots of this schedule in the store. */
export function judgeSchedule(schedule: ScheduleConfig, slots: SlotRow[], nowMs: number): ScheduleJudgement {
  const dueMs = latestSlot(schedule, nowMs);
  const { name } = schedule;
  if (slots.every(({ state, attempts }) => state === "skipped" && attempts === 0)) {
    return {
      schedule: name,
      status: "never-run",
      slotMs: dueMs,
      message: "no report was made by this schedule yet: is the daemon or the timer running? See systemctl list-timers",
    };
  }
  const row = slots.find(({ slotMs }) => slotMs === dueMs);
  // A slot that fell due a moment ago may be about to begin: then the one before it is judged.
  const judged =
    row ?? (dueMs !== null && nowMs - dueMs <= LATE_MS ? slots.find(({ slotMs }) => slotMs < dueMs) : undefined);
  if (judged === undefined) {
    const message =
      dueMs === null
        ? "no report was due yet"
        : `${nameSlot(dueMs)} was not made: is the daemon or the timer running? See systemctl list-timers`;
    return { schedule: name, status: dueMs === null ? "ok" : "late", slotMs: dueMs, message };
  }
  return { schedule: name, slotMs: judged.slotMs, ...judgeSlot(judged, nowMs) };
}

/** How messages call a slot: by the report that it should make. */
export function nameSlot(slotMs: number): string {
  return `the ${formatMinute(formatInstant(slotMs))} UTC report`;
}

/** Worst first. */
export function sortJudgements(judgements: ScheduleJudgement[]): ScheduleJudgement[] {
  return judgements.toSorted((a, b) => SCHEDULE_STATUSES.indexOf(a.status) - SCHEDULE_STATUSES.indexOf(b.status));
}

/** Whether a monitor should stay silent. */
export function isWell({ status }: ScheduleJudgement): boolean {
  return status === "ok" || status === "running";
}

function judgeSlot(
  { slotMs, state, exitCode, note, claimedMs, endedMs, leaseUntilMs, holder }: SlotRow,
  nowMs: number,
): Pick<ScheduleJudgement, "status" | "message"> {
  const report = nameSlot(slotMs);
  const why = note === null ? "" : `: ${note}`;
  if (state === "running") {
    const ago = formatDuration((nowMs - (claimedMs ?? slotMs)) / 1000);
    const started = `${report} was started ${ago} ago${holder === null ? "" : ` on ${nameHolder(holder)}`}`;
    return (leaseUntilMs ?? 0) < nowMs
      ? { status: "late", message: `${started}; its process gives no sign of life` }
      : { status: "running", message: started };
  }
  if (state === "made" && exitCode === 0) {
    const took = endedMs === null || claimedMs === null ? "" : ` in ${formatDuration((endedMs - claimedMs) / 1000)}`;
    return { status: "ok", message: `${report} was made${took}${why}` };
  }
  if (state === "made") return { status: "incomplete", message: `${report} ended with exit ${exitCode ?? "?"}${why}` };
  return { status: state, message: `${report} ${state === "failed" ? "failed" : `was ${state}`}${why}` };
}
