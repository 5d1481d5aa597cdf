/** Slots that nobody looked at when they were due: the store remembers them all the same. */
import type { ScheduleConfig } from "../config/schema.ts";
import type { SlotRow } from "../store/slot.ts";
import { DAY_MS, WEEK_MS } from "../time/units.ts";
import { skipSlot, type Told } from "./skip.ts";
import { listSlots } from "./slots.ts";

/** After a long time without a scheduler only the newest missed slots are recorded. */
export const MOST_RECORDED = 100;
/** Of a schedule that seldom has a slot. */
const FARTHEST_MS = 366 * 8 * DAY_MS;

/**
 * After `from`, the newest one last. Of more than are recorded those of a week: a clock that began in 1970 would have a minutely
 * schedule list 30 million.
 */
export function listDue(schedule: ScheduleConfig, from: number, now: number): number[] {
  const ofWeek = listSlots(schedule, Math.max(from, now - WEEK_MS) + 1, now + 1);
  return ofWeek.length > MOST_RECORDED ? ofWeek : listSlots(schedule, Math.max(from, now - FARTHEST_MS) + 1, now + 1);
}

export async function recordMissed({ name }: ScheduleConfig, slots: number[], told: Told): Promise<void> {
  if (slots.length === 0) return;
  told.log.warn("reports were not made while no scheduler was running", { schedule: name, slots: slots.length });
  for (const slotMs of slots.slice(-MOST_RECORDED)) await skipSlot({ schedule: name, slotMs }, "noScheduler", told);
}

/**
 * For whoever makes one slot at a time: records those between the newest that the store knows and the one that is due now. A
 * schedule that never ran has missed nothing.
 */
export async function recordMissedBefore(schedule: ScheduleConfig, nowMs: number, told: Told): Promise<void> {
  const { name } = schedule;
  const [last] = await told.store.slots.list({ schedules: [name], untilMs: nowMs + 1, limit: 1 });
  if (last === undefined) return;
  const missed = listDue(schedule, last.slotMs, nowMs).slice(0, -1);
  // A timer starts nothing while what it has started goes on.
  const busyMs = busyUntil(last);
  for (const slotMs of missed.filter((slotMs) => slotMs <= busyMs).slice(-MOST_RECORDED))
    await skipSlot({ schedule: name, slotMs }, "overlapping", told);
  await recordMissed(
    schedule,
    missed.filter((slotMs) => slotMs > busyMs),
    told,
  );
}

function busyUntil({ state, endedMs }: SlotRow): number {
  if (state === "running") return Infinity;
  return state === "made" || state === "failed" ? (endedMs ?? -Infinity) : -Infinity;
}
