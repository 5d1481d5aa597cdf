import { defineCommand } from "citty";
import { EXIT } from "../errors.ts";
import { emit } from "../output/stdout.ts";
import { writeJson } from "../render/json.ts";
import { renderScheduleStatus } from "../render/schedules.ts";
import { isWell, judgeSchedule, sortJudgements, type ScheduleJudgement } from "../schedule/judge.ts";
import { viewOf, withLog } from "./flags.ts";
import type { CommandResult, Runtime } from "./runtime.ts";
import { openScheduled, SCHEDULE_FLAGS } from "./scheduled.ts";

const JUDGED_SLOTS = 10;

export default defineCommand({
  meta: { name: "status", description: "Tell whether the schedules do their work, for monitoring" },
  args: SCHEDULE_FLAGS,
  async run({ args, data }): CommandResult {
    const runtime = data as Runtime;
    return await withLog(args, runtime, async (log) => {
      const startedAt = performance.now();
      const nowMs = Date.now();
      const { config, store } = await openScheduled(args, runtime, log);
      await using _ = store;
      const judgements: ScheduleJudgement[] = [];
      for (const schedule of config.schedules) {
        const slots = await store.listSlots({ schedules: [schedule.name], limit: JUDGED_SLOTS });
        judgements.push(judgeSchedule(schedule, slots, nowMs));
      }
      const sorted = sortJudgements(judgements);
      const view = viewOf(args, runtime, { detailed: false, single: false, startedAt });
      await emit(args.format === "json" ? writeJson(sorted) : renderScheduleStatus(sorted, view));
      return sorted.every(isWell) ? EXIT.ok : EXIT.finding;
    });
  },
});
