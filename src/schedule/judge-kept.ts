/** Whether a schedule does its work, as the store knows it. */
import type { ScheduleConfig } from "../config/schema.ts";
import { SLOT_STATES } from "../store/slot.ts";
import type { Store } from "../store/store.ts";
import { judgeSchedule, type Judge, type ScheduleJudgement } from "./judge.ts";

const JUDGED_SLOTS = 10;

/** Judges by the newest slots that the schedule had until now, and by the newest one that was not skipped. */
export async function judgeKeptSlots(
  schedule: ScheduleConfig,
  store: Store,
  nowMs: number,
  judge: Judge,
): Promise<ScheduleJudgement> {
  // While a clock was ahead, later ones were recorded: they would hide all of these.
  const past = { schedules: [schedule.name], untilMs: nowMs + 1 };
  const newest = await store.slots.list({ ...past, limit: JUDGED_SLOTS });
  const run = await store.slots.list({
    ...past,
    states: SLOT_STATES.filter((state) => state !== "skipped"),
    limit: 1,
  });
  return judgeSchedule(schedule, [...newest, ...run], nowMs, judge);
}
