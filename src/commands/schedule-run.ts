import { defineCommand } from "citty";
import { AppError, EXIT } from "../errors.ts";
import { formatInstant } from "../text/figures.ts";
import { runSlot, type SlotResult } from "../schedule/run-slot.ts";
import { latestSlot } from "../schedule/slots.ts";
import { describeHolder } from "../store/holder.ts";
import { openConfigured } from "./configured.ts";
import { CONFIG_FLAG, OUTPUT_FLAGS, withLog } from "./flags.ts";
import type { CommandResult, Runtime } from "./runtime.ts";
import { findSchedule } from "./scheduled.ts";

export default defineCommand({
  meta: { name: "run", description: "Make the reports of a schedule's slot that is due now" },
  args: {
    name: { type: "positional", required: true, description: "the schedule" },
    ...CONFIG_FLAG,
    ...OUTPUT_FLAGS,
  },
  async run({ args, data }): CommandResult {
    const runtime = data as Runtime;
    return await withLog(args, runtime, async (log) => {
      const { config, store } = await openConfigured(args, runtime, log);
      await using _ = store;
      const schedule = findSchedule(config, args.name);
      const slotMs = latestSlot(schedule, Date.now());
      if (slotMs === null) throw new AppError("usage", `${schedule.name} has had no slot yet`);
      const context = { config, store, log, holder: describeHolder(), clock: Date.now, signal: runtime.signal };
      const result = await runSlot(schedule, slotMs, context);
      if (result.kind === "ran") {
        if (result.state === "interrupted") throw new AppError("interrupted", "interrupted: the slot is free again");
        return result.exitCode;
      }
      log.info(`${schedule.name}: the slot of ${formatInstant(slotMs)} ${describe(result)}`);
      return EXIT.ok;
    });
  },
});

function describe(result: Exclude<SlotResult, { kind: "ran" }>): string {
  if (result.kind === "ended") return `is over already: ${result.state}`;
  if (result.kind === "held") return "is being made by somebody else";
  return `${result.skipped ? "is skipped" : "waits"}: the one before it is still being made`;
}
