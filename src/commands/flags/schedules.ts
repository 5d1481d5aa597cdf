/** What the commands about schedules have in common: their flags, a schedule by its name, and whether each does its work. */
import type { ArgsDef } from "citty";
import { suggestName } from "../../config/nearest.ts";
import type { Config, ScheduleConfig } from "../../config/schema.ts";
import { AppError } from "../../errors.ts";
import { quoteText } from "../../text/terminal.ts";
import { formatInstant } from "../../text/figures.ts";
import { judgeSchedule, type ScheduleJudgement } from "../../schedule/judge.ts";
import { SLOT_STATES } from "../../store/slots.ts";
import type { Store } from "../../store/store.ts";
import { CONFIG_FLAG, FORMAT_FLAG } from "./flags.ts";

const JUDGED_SLOTS = 10;

export const SCHEDULE_FLAGS = {
  ...CONFIG_FLAG,
  ...FORMAT_FLAG,
} satisfies ArgsDef;

/** From the newest slots of the schedule that the store knows, and the newest that was not skipped. */
export async function judgeKept(schedule: ScheduleConfig, store: Store, nowMs: number): Promise<ScheduleJudgement> {
  const schedules = [schedule.name];
  const newest = await store.slots.list({ schedules, limit: JUDGED_SLOTS });
  const run = await store.slots.list({
    schedules,
    states: SLOT_STATES.filter((state) => state !== "skipped"),
    limit: 1,
  });
  return judgeSchedule(schedule, [...newest, ...run], nowMs);
}

/** As `--format json` shows it. */
export function writeJudgement({ schedule, status, slotMs, message }: ScheduleJudgement) {
  return { schedule, status, slot: slotMs === null ? null : formatInstant(slotMs), message };
}

/** Throws a usage error that names the nearest one. */
export function findSchedule({ schedules }: Config, name: string): ScheduleConfig {
  const schedule = schedules.find((known) => known.name === name);
  if (schedule !== undefined) return schedule;
  const names = schedules.map((known) => known.name);
  throw new AppError("usage", `no schedule is called ${quoteText(name)}: ${suggestName(name, names)}`);
}
