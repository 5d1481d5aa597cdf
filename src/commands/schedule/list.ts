import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { renderScheduleList } from "../../render/terminal/schedules.ts";
import { judgeKeptSlots } from "../../schedule/judge-kept.ts";
import { publishSchedule, type PublishedSchedule } from "../../schedule/published.ts";
import { writeJson } from "../../text/json.ts";
import { openConfigured } from "../flags/configuration.ts";
import { readZone, ZONE_FLAG } from "../flags/flags.ts";
import { SCHEDULE_FLAGS } from "../flags/schedules.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand({ ...ZONE_FLAG, ...SCHEDULE_FLAGS }, async ({ args, runtime, log, nowMs, viewOf }) => {
  const zone = readZone(args.timezone);
  const { config, store } = await openConfigured(args, runtime, log, "look");
  await using _ = store;
  const listed: PublishedSchedule[] = [];
  for (const schedule of config.schedules)
    listed.push(publishSchedule(schedule, await judgeKeptSlots(schedule, store, nowMs, "other"), nowMs));
  const view = viewOf({ timezone: zone ?? config.displayTimezone });
  await emit(args.format === "json" ? writeJson(listed) : renderScheduleList(listed, view));
  return EXIT.ok;
});
