import { defineCommand } from "citty";
import { EXIT } from "../errors.ts";
import { emit } from "../output/stdout.ts";
import { writeJson } from "../text/json.ts";
import { renderScheduleList, type ListedSchedule } from "../render/schedules.ts";
import { formatInstant } from "../text/figures.ts";
import { nextSlots } from "../schedule/slots.ts";
import { openConfigured } from "./configured.ts";
import { viewOf, withLog } from "./flags.ts";
import type { CommandResult, Runtime } from "./runtime.ts";
import { judgeKept, SCHEDULE_FLAGS, writeJudgement } from "./scheduled.ts";

const SHOWN_SLOTS = 5;

export default defineCommand({
  meta: { name: "list", description: "Show each schedule's last outcome and its next slots" },
  args: SCHEDULE_FLAGS,
  async run({ args, data }): CommandResult {
    const runtime = data as Runtime;
    return await withLog(args, runtime, async (log) => {
      const startedAt = performance.now();
      const nowMs = Date.now();
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
      const view = viewOf(args, runtime, { detailed: false, single: false, startedAt });
      await emit(
        args.format === "json"
          ? writeJson(listed.map((one) => ({ ...one, last: writeJudgement(one.last) })))
          : renderScheduleList(listed, view),
      );
      return EXIT.ok;
    });
  },
});
