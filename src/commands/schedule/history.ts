import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { writeJson } from "../../text/json.ts";
import { formatInstant, formatMinute } from "../../text/figures.ts";
import { renderSlots } from "../../render/terminal/schedules.ts";
import { publishSlot } from "../../schedule/published.ts";
import { openConfigured } from "../flags/configuration.ts";
import { readLimit, readZone } from "../flags/flags.ts";
import { findSchedule, SCHEDULE_FLAGS } from "../flags/schedules.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand(
  {
    schedule: { type: "string", valueHint: "NAME", description: "of which schedule; all by default" },
    limit: { type: "string", valueHint: "N", default: "20", description: "how many, newest first" },
    timezone: { type: "string", valueHint: "ZONE", description: "show times of this zone instead of UTC" },
    ...SCHEDULE_FLAGS,
  },
  async ({ args, runtime, log, nowMs, viewOf }) => {
    const limit = readLimit(args.limit);
    const zone = readZone(args.timezone);
    const { config, store } = await openConfigured(args, runtime, log, "look");
    await using _ = store;
    const { schedule } = args;
    const of = schedule === undefined ? {} : { schedules: [schedule] };
    const past = await store.slots.list({ ...of, untilMs: nowMs + 1, limit });
    const [ahead] = await store.slots.list({ ...of, sinceMs: nowMs + 1, limit: 1 });
    // Where this clock is behind, all are ahead of it.
    const slots = past.length > 0 || ahead === undefined ? past : await store.slots.list({ ...of, limit });
    if (past.length > 0 && ahead !== undefined)
      log.info(
        `slots after now, up to ${formatMinute(formatInstant(ahead.slotMs))} UTC, are left out: a clock was ahead, or this one is behind`,
      );
    // One that the configuration no longer has keeps its slots.
    if (schedule !== undefined && slots.length === 0) findSchedule(config, schedule);
    const view = viewOf({ timezone: zone ?? config.displayTimezone });
    await emit(args.format === "json" ? writeJson(slots.map(publishSlot)) : renderSlots(slots, view));
    return EXIT.ok;
  },
);
