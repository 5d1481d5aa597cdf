/** What the commands about schedules share: flags, a schedule by its name, and whether a schedule does its work. */
import type { ArgsDef } from "citty";
import { suggestName } from "../../config/nearest.ts";
import type { Config, ScheduleConfig } from "../../config/schema.ts";
import { AppError } from "../../errors.ts";
import { quoteText } from "../../text/terminal.ts";
import { judgeSchedule, type ScheduleJudgement } from "../../schedule/judge.ts";
import { SLOT_STATES } from "../../store/slot.ts";
import type { Store } from "../../store/store.ts";
import { CONFIG_FLAG, FORMAT_FLAG } from "./flags.ts";

const JUDGED_SLOTS = 10;

export const SCHEDULE_FLAGS = {
  ...CONFIG_FLAG,
  ...FORMAT_FLAG,
} satisfies ArgsDef;

/** Judges by the schedule's newest slots in the store, and by the newest one that was not skipped. */
export async function judgeFromStore(
  schedule: ScheduleConfig,
  store: Store,
  nowMs: number,
): Promise<ScheduleJudgement> {
  const schedules = [schedule.name];
  const newest = await store.slots.list({ schedules, limit: JUDGED_SLOTS });
  const run = await store.slots.list({
    schedules,
    states: SLOT_STATES.filter((state) => state !== "skipped"),
    limit: 1,
  });
  return judgeSchedule(schedule, [...newest, ...run], nowMs);
}

/** Throws a usage error that names the schedule with the nearest name. */
export function findSchedule({ schedules }: Config, name: string): ScheduleConfig {
  const schedule = schedules.find((known) => known.name === name);
  if (schedule !== undefined) return schedule;
  const names = schedules.map((known) => known.name);
  throw new AppError("usage", `no schedule is called ${quoteText(name)}: ${suggestName(name, names)}`);
}
