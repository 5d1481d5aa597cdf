import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { writeJson } from "../../text/json.ts";
import { renderScheduleStatus } from "../../render/terminal/schedules.ts";
import { sayUncovered } from "../../schedule/coverage.ts";
import { isWell, sortJudgements, type ScheduleJudgement } from "../../schedule/judge.ts";
import { judgeKeptSlots } from "../../schedule/judge-kept.ts";
import { publishJudgement } from "../../schedule/published.ts";
import { openConfigured } from "../flags/configuration.ts";
import { readZone, ZONE_FLAG } from "../flags/flags.ts";
import { SCHEDULE_FLAGS } from "../flags/schedules.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand({ ...ZONE_FLAG, ...SCHEDULE_FLAGS }, async ({ args, runtime, log, nowMs, viewOf }) => {
  const zone = readZone(args.timezone);
  const { config, store } = await openConfigured(args, runtime, log, "look");
  await using _ = store;
  const judgements: ScheduleJudgement[] = [];
  for (const schedule of config.schedules) judgements.push(await judgeKeptSlots(schedule, store, nowMs, "other"));
  const uncovered = sayUncovered(config.crms, config.schedules);
  if (uncovered !== null) log.warn(uncovered);
  const sorted = sortJudgements(judgements);
  const view = viewOf({ timezone: zone ?? config.displayTimezone });
  await emit(args.format === "json" ? writeJson(sorted.map(publishJudgement)) : renderScheduleStatus(sorted, view));
  return sorted.every(isWell) ? EXIT.ok : EXIT.finding;
});
