import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { writeJson } from "../../text/json.ts";
import { renderScheduleList, type ListedSchedule } from "../../render/terminal/schedules.ts";
import { formatInstant } from "../../text/figures.ts";
import { nextSlots } from "../../schedule/slots.ts";
import { openConfigured } from "../flags/configuration.ts";
import { judgeKept, SCHEDULE_FLAGS, writeJudgement } from "../flags/schedules.ts";
import { defineCommand } from "../flags/command.ts";

const SHOWN_SLOTS = 5;

export default defineCommand(SCHEDULE_FLAGS, async ({ args, runtime, log, nowMs, viewOf }) => {
  const { config, store } = await openConfigured(args, runtime, log);
  await using _ = store;
  const listed: ListedSchedule[] = [];
  for (const schedule of config.schedules) {
    const { name, cron, timezone } = schedule;
    const next = nextSlots(schedule, nowMs, SHOWN_SLOTS).map((slotMs) => ({
      utc: formatInstant(slotMs),
      local: Temporal.Instant.fromEpochMilliseconds(slotMs).toZonedDateTimeISO(timezone).toString(),
    }));
    listed.push({ name, cron, timezone, last: await judgeKept(schedule, store, nowMs), next });
  }
  const view = viewOf();
  await emit(
    args.format === "json"
      ? writeJson(listed.map((one) => ({ ...one, last: writeJudgement(one.last) })))
      : renderScheduleList(listed, view),
  );
  return EXIT.ok;
});
