/** The older system's two reports a day, as a configuration has them when it says nothing. */
import type { ScheduleConfig } from "../../src/config/schema.ts";

export const SCHEDULE: ScheduleConfig = {
  name: "twice-a-day",
  cron: ["0 4 * * *", "0 21 * * *"],
  timezone: "UTC",
  crms: null,
  timeWindowMs: 86_400_000,
  detailed: true,
  export: false,
  catchUp: "latest",
  deadlineMs: 1_800_000,
  retries: 0,
  failOn: null,
  pingUrl: null,
};
