/** Whether a schedule does its work, as far as its slots tell. Pure. */
import type { ScheduleConfig } from "../config/schema.ts";
import { EXIT } from "../errors.ts";
import { nameHolder } from "../processes.ts";
import { formatCount, formatDuration, formatInstant, formatMinute } from "../text/figures.ts";
import type { Verdict } from "../report/words.ts";
import { isLeaseSound, type SlotRow } from "../store/slot.ts";
import { isSkippedBy } from "./skip.ts";
import { latestSlot, listSlots, nextSlots } from "./slots.ts";
import { DAY_MS, MINUTE_MS } from "../time/units.ts";

/** Worst first. */
export const SCHEDULE_STATUSES = [
  "late",
  "failed",
  "never-run",
  "interrupted",
  "incomplete",
  "skipped",
  "running",
  "not-due",
  "ok",
] as const;

export type ScheduleJudgement = {
  schedule: string;
  status: (typeof SCHEDULE_STATUSES)[number];
  /** The slot that is judged; null where none was due yet. */
  slotMs: number | null;
  message: string;
};

/** That a schedule has made nothing yet shows in its CRMs, once it should have. */
const VERDICTS: Record<ScheduleJudgement["status"], Verdict> = {
  late: "critical",
  failed: "critical",
  "never-run": "unknown",
  interrupted: "warning",
  incomplete: "warning",
  skipped: "warning",
  running: "ok",
  "not-due": "unknown",
  ok: "ok",
};

/** A slot that has not begun this long after its time is late. */
const LATE_MS = 5 * MINUTE_MS;
/** Missed slots are counted no further back. */
const COUNTED_MS = 7 * DAY_MS;

/** Who judges. `scheduler`: the process that makes the reports, which need not ask whether it runs. */
export type Judge = "scheduler" | "other";

/** `slots`: the newest slots of this schedule in the store. */
export function judgeSchedule(
  schedule: ScheduleConfig,
  slots: SlotRow[],
  nowMs: number,
  judge: Judge,
): ScheduleJudgement {
  const dueMs = latestSlot(schedule, nowMs);
  const { name } = schedule;
  const newest = findNewest(slots, dueMs);
  const beganMs = latestSlot(schedule, nowMs - LATE_MS - 1);
  if (slots.every(({ state, attempts }) => state === "skipped" && attempts === 0)) {
    const hasBegun = newest !== undefined && isSkippedBy(newest, "beforeBegin");
    if (!hasBegun || beganMs === null || newest.slotMs >= beganMs) {
      return hasBegun
        ? { schedule: name, status: "not-due", slotMs: null, message: sayFirst(schedule, newest.slotMs, nowMs) }
        : { schedule: name, status: "never-run", slotMs: dueMs, message: sayNeverRun(schedule, nowMs, judge) };
    }
  }
  if (newest !== undefined && (beganMs === null || newest.slotMs >= beganMs || isAlive(newest, nowMs))) {
    return { schedule: name, slotMs: newest.slotMs, ...judgeSlot(newest, nowMs) };
  }
  if (beganMs === null) return { schedule: name, status: "ok", slotMs: dueMs, message: "no report was due yet" };
  return { schedule: name, status: "late", slotMs: beganMs, message: describeMissed(schedule, newest, beganMs, judge) };
}

/** Of the slots that were due. */
function findNewest(slots: SlotRow[], dueMs: number | null): SlotRow | undefined {
  return slots.filter(({ slotMs }) => dueMs !== null && slotMs <= dueMs).toSorted((a, b) => b.slotMs - a.slotMs)[0];
}

/** Slots are made one after another: while one is made, those after it wait. */
function isAlive({ state, leaseUntilMs }: SlotRow, nowMs: number): boolean {
  return state === "running" && (leaseUntilMs ?? 0) >= nowMs && isLeaseSound(leaseUntilMs, nowMs);
}

/** `lastMs`: the newest slot that should have begun. */
function describeMissed(schedule: ScheduleConfig, newest: SlotRow | undefined, lastMs: number, judge: Judge): string {
  const knownMs = newest?.slotMs ?? lastMs - 1;
  const missed = listSlots(schedule, Math.max(knownMs + 1, lastMs - COUNTED_MS), lastMs + 1).length;
  const more = knownMs + 1 < lastMs - COUNTED_MS ? "at least " : "";
  const others = missed > 1 ? `, nor ${more}${formatCount(missed - 1)} before it` : "";
  return `${nameSlot(lastMs)} was not made${others}${judge === "scheduler" ? "" : `: ${ASKED}`}`;
}

const ASKED = "is the daemon or the timer running? See systemctl list-timers";

/** `beforeMs`: the slot before the schedule began. */
function sayFirst(schedule: ScheduleConfig, beforeMs: number, nowMs: number): string {
  const [firstMs] = nextSlots(schedule, beforeMs, 1);
  if (firstMs === undefined) return "no time of it is to come";
  return firstMs > nowMs
    ? `its first report is due at ${formatMinute(formatInstant(firstMs))} UTC`
    : `${nameSlot(firstMs)}, its first, is due now`;
}

/** The store does not tell since when the schedule is there. */
function sayNeverRun(schedule: ScheduleConfig, nowMs: number, judge: Judge): string {
  const [nextMs] = nextSlots(schedule, nowMs, 1);
  const next = nextMs === undefined ? "" : `, the next is due at ${formatMinute(formatInstant(nextMs))} UTC`;
  const said = `no report was made by this schedule yet${next}`;
  return judge === "scheduler" ? said : `${said}: ${ASKED}`;
}

/** How messages call a slot: by the report that it should make. */
export function nameSlot(slotMs: number): string {
  return `the ${formatMinute(formatInstant(slotMs))} UTC report`;
}

/** Worst first. */
export function sortJudgements(judgements: ScheduleJudgement[]): ScheduleJudgement[] {
  return judgements.toSorted((a, b) => SCHEDULE_STATUSES.indexOf(a.status) - SCHEDULE_STATUSES.indexOf(b.status));
}

/** How bad it is. */
export function verdictOnSchedule({ status }: ScheduleJudgement): Verdict {
  return VERDICTS[status];
}

/** Whether a monitor should stay silent. */
export function isWell({ status }: ScheduleJudgement): boolean {
  return status === "ok" || status === "running" || status === "not-due";
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
    if (!isLeaseSound(leaseUntilMs, nowMs))
      return { status: "late", message: `${started}; its lease ends later than any does, and is void` };
    return (leaseUntilMs ?? 0) < nowMs
      ? { status: "late", message: `${started}; its process gives no sign of life` }
      : { status: "running", message: started };
  }
  // By 1 findings were told to who asked for them: the schedule did its work.
  if (state === "made" && (exitCode === EXIT.ok || exitCode === EXIT.finding)) {
    const took = endedMs === null || claimedMs === null ? "" : ` in ${formatDuration((endedMs - claimedMs) / 1000)}`;
    return { status: "ok", message: `${report} was made${took}${why}` };
  }
  if (state === "made") return { status: "incomplete", message: `${report} ended with exit ${exitCode ?? "?"}${why}` };
  return { status: state, message: `${report} ${state === "failed" ? "failed" : `was ${state}`}${why}` };
}
