import { AppError, EXIT } from "../../errors.ts";
import { formatInstant, formatMinute } from "../../text/figures.ts";
import { logCritical, runPass } from "../../pass.ts";
import { END_RETRIES_MS } from "../../schedule/record-end.ts";
import { runSlot, type SlotResult } from "../../schedule/run-slot.ts";
import { nameSlot } from "../../schedule/judge.ts";
import { latestSlot, nextSlots } from "../../schedule/slots.ts";
import { describeHolder, nameHolder } from "../../store/holder.ts";
import type { FinalState } from "../../store/slot.ts";
import { openConfigured } from "../flags/configuration.ts";
import { CONFIG_FLAG } from "../flags/flags.ts";
import { findSchedule } from "../flags/schedules.ts";
import { defineCommand } from "../flags/command.ts";

const ENDED = {
  made: "exists (automation-reports history list)",
  failed: "failed, and is not tried again",
  skipped: "was skipped",
} satisfies Record<FinalState, string>;

export default defineCommand(
  {
    name: { type: "positional", required: true, valueHint: "SCHEDULE", description: "as the configuration names it" },
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs }) => {
    const { config, store } = await openConfigured(args, runtime, log);
    await using _ = store;
    const schedule = findSchedule(config, args.name);
    const slotMs = latestSlot(schedule, nowMs);
    if (slotMs === null) throw new AppError("usage", `${schedule.name}: no report was due yet`);
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
    const [nextMs] = nextSlots(schedule, nowMs, 1);
    const next = nextMs === undefined ? "" : `; next at ${formatMinute(formatInstant(nextMs))} UTC`;
    log.info(`${schedule.name}: ${describe(result, nameSlot(slotMs))}${next}`);
    return EXIT.ok;
  },
);

/** Why there was nothing to run. */
function describe(result: Exclude<SlotResult, { kind: "ran" }>, report: string): string {
  if (result.kind === "ended") return `nothing to do: ${report} ${ENDED[result.state]}`;
  if (result.kind === "held") return `${report} is being made on ${nameHolder(result.holder)}`;
  const why = `the one before it is still being made on ${nameHolder(result.holder)}`;
  return `${report} ${result.skipped ? "is skipped" : "waits"}: ${why}`;
}
