/** Whether a schedule does its work, as the store knows it. */
import type { ScheduleConfig } from "../config/schema.ts";
import { SLOT_STATES } from "../store/slot.ts";
import type { Store } from "../store/store.ts";
import { judgeSchedule, type Judge, type ScheduleJudgement } from "./judge.ts";

const JUDGED_SLOTS = 10;

/** Judges by the schedule's newest slots, and by the newest one that was not skipped. */
export async function judgeKeptSlots(
  schedule: ScheduleConfig,
  store: Store,
  nowMs: number,
  judge: Judge,
): Promise<ScheduleJudgement> {
  const schedules = [schedule.name];
  const newest = await store.slots.list({ schedules, limit: JUDGED_SLOTS });
  const run = await store.slots.list({
    schedules,
    states: SLOT_STATES.filter((state) => state !== "skipped"),
    limit: 1,
  });
  return judgeSchedule(schedule, [...newest, ...run], nowMs, judge);
}
