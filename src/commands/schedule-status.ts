import { defineCommand } from "citty";
import { EXIT } from "../errors.ts";
import { emit } from "../output/stdout.ts";
import { writeJson } from "../text/json.ts";
import { renderScheduleStatus } from "../render/schedules.ts";
import { isWell, sortJudgements, type ScheduleJudgement } from "../schedule/judge.ts";
import { openConfigured } from "./configured.ts";
import { viewOf, withLog } from "./flags.ts";
import type { CommandResult, Runtime } from "./runtime.ts";
import { judgeKept, SCHEDULE_FLAGS, writeJudgement } from "./scheduled.ts";

export default defineCommand({
  meta: { name: "status", description: "Tell whether the schedules do their work, for monitoring" },
  args: SCHEDULE_FLAGS,
  async run({ args, data }): CommandResult {
    const runtime = data as Runtime;
    return await withLog(args, runtime, async (log) => {
      const startedAt = performance.now();
      const nowMs = Date.now();
      const { config, store } = await openConfigured(args, runtime, log);
      await using _ = store;
      const judgements: ScheduleJudgement[] = [];
      for (const schedule of config.schedules) judgements.push(await judgeKept(schedule, store, nowMs));
      const sorted = sortJudgements(judgements);
      const view = viewOf(args, runtime, { detailed: false, single: false, startedAt });
      await emit(args.format === "json" ? writeJson(sorted.map(writeJudgement)) : renderScheduleStatus(sorted, view));
      return sorted.every(isWell) ? EXIT.ok : EXIT.finding;
    });
  },
});
