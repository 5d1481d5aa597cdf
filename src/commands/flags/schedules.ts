/** What the commands about schedules share: flags, and a schedule by its name. */
import type { ArgsDef } from "citty";
import { suggestName } from "../../config/nearest.ts";
import type { Config, ScheduleConfig } from "../../config/schema.ts";
import { AppError } from "../../errors.ts";
import { quoteTyped } from "../../help/hints.ts";
import { CONFIG_FLAG, FORMAT_FLAG } from "./flags.ts";

export const SCHEDULE_FLAGS = {
  ...CONFIG_FLAG,
  ...FORMAT_FLAG,
} satisfies ArgsDef;

/** Throws a usage error that names the schedule with the nearest name. */
export function findSchedule({ schedules }: Config, name: string): ScheduleConfig {
  const schedule = schedules.find((known) => known.name === name);
  if (schedule !== undefined) return schedule;
  const names = schedules.map((known) => known.name);
  throw new AppError("usage", `no schedule is called ${quoteTyped(name)}: ${suggestName(name, names)}`);
}
