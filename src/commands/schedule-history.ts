import { defineCommand } from "citty";
import { AppError, EXIT } from "../errors.ts";
import { emit } from "../output/stdout.ts";
import { writeJson } from "../render/json.ts";
import { renderSlots } from "../render/schedules.ts";
import { quoteText } from "../render/visible.ts";
import { viewOf, withLog } from "./flags.ts";
import type { CommandResult, Runtime } from "./runtime.ts";
import { findSchedule, openScheduled, SCHEDULE_FLAGS } from "./scheduled.ts";

const MOST = 10_000;

export default defineCommand({
  meta: { name: "history", description: "Show the slots there were and what became of them" },
  args: {
    schedule: { type: "string", valueHint: "NAME", description: "of which schedule; all by default" },
    limit: { type: "string", valueHint: "N", default: "20", description: "how many, newest first" },
    ...SCHEDULE_FLAGS,
  },
  async run({ args, data }): CommandResult {
    const runtime = data as Runtime;
    return await withLog(args, runtime, async (log) => {
      const startedAt = performance.now();
      const limit = readLimit(args.limit);
      const { config, store } = await openScheduled(args, runtime, log);
      await using _ = store;
      const schedules = args.schedule === undefined ? {} : { schedules: [findSchedule(config, args.schedule).name] };
      const slots = await store.listSlots({ ...schedules, limit });
      const view = viewOf(args, runtime, { detailed: false, single: false, startedAt });
      await emit(args.format === "json" ? writeJson(slots) : renderSlots(slots, view));
      return EXIT.ok;
    });
  },
});

function readLimit(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MOST) return limit;
  throw new AppError("usage", `--limit ${quoteText(text)}: write a whole number from 1 to ${MOST}`);
}
