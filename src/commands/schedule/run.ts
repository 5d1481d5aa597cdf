import { AppError, EXIT } from "../../errors.ts";
import { formatInstant } from "../../text/figures.ts";
import { logCritical, runPass } from "../../pass.ts";
import { END_RETRIES_MS, runSlot, type SlotResult } from "../../schedule/run-slot.ts";
import { latestSlot } from "../../schedule/slots.ts";
import { describeHolder } from "../../store/holder.ts";
import { openConfigured } from "../flags/configuration.ts";
import { CONFIG_FLAG } from "../flags/flags.ts";
import { findSchedule } from "../flags/schedules.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand(
  {
    name: { type: "positional", required: true, description: "the schedule" },
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs }) => {
    const { config, store } = await openConfigured(args, runtime, log);
    await using _ = store;
    const schedule = findSchedule(config, args.name);
    const slotMs = latestSlot(schedule, nowMs);
    if (slotMs === null) throw new AppError("usage", `${schedule.name} has had no slot yet`);
    const result = await runSlot(schedule, slotMs, {
      config,
      store,
      log,
      holder: describeHolder(),
      clock: Date.now,
      signal: runtime.signal,
      makePass: runPass,
      onPass: [({ reports }) => logCritical(reports, log)],
      endRetriesMs: END_RETRIES_MS,
    });
    if (result.kind === "ran") {
      if (result.state === "interrupted") throw new AppError("interrupted", "interrupted: the slot is free again");
      return result.exitCode;
    }
    log.info(`${schedule.name}: the slot of ${formatInstant(slotMs)} ${describe(result)}`);
    return EXIT.ok;
  },
);

function describe(result: Exclude<SlotResult, { kind: "ran" }>): string {
  if (result.kind === "ended") return `is over already: ${result.state}`;
  if (result.kind === "held") return "is being made by somebody else";
  return `${result.skipped ? "is skipped" : "waits"}: the one before it is still being made`;
}
