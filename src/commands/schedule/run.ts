import type { Config, ScheduleConfig } from "../../config/schema.ts";
import { keepPass } from "../../deliver.ts";
import { AppError, EXIT } from "../../errors.ts";
import { fillBeside } from "../../fill.ts";
import type { Log } from "../../log.ts";
import { formatHours, formatInstant, formatMinute } from "../../text/figures.ts";
import { createRedactor } from "../../text/redact.ts";
import { exitCodeOf, logCritical, runPass } from "../../pass.ts";
import { END_RETRIES_MS } from "../../schedule/record-end.ts";
import { runSlot, type SlotResult } from "../../schedule/run-slot.ts";
import { recordMissedBefore } from "../../schedule/missed.ts";
import { giveUpOlder } from "../../schedule/skip.ts";
import { nameSlot } from "../../schedule/judge.ts";
import { describeScheduledPass } from "../../schedule/scheduled-pass.ts";
import { latestSlot, nextSlots } from "../../schedule/slots.ts";
import { describeHolder, nameHolder } from "../../processes.ts";
import type { FinalState } from "../../store/slot.ts";
import type { Store } from "../../store/store.ts";
import { HOUR_MS } from "../../time/units.ts";
import { openConfigured } from "../flags/configuration.ts";
import { CONFIG_FLAG, repeatFlags } from "../flags/flags.ts";
import { findSchedule } from "../flags/schedules.ts";
import { defineCommand } from "../flags/command.ts";
import type { Runtime } from "../flags/runtime.ts";

const ENDED = {
  made: (slot, same) => `exists (automation-reports history show ${slot}${same})`,
  failed: (_, same) => `failed, and is not tried again (automation-reports schedule history${same})`,
  skipped: (_, same) => `was skipped (automation-reports schedule history${same})`,
} satisfies Record<FinalState, (slot: string, same: string) => string>;

export default defineCommand(
  {
    name: { type: "positional", required: true, valueHint: "SCHEDULE", description: "the schedule" },
    now: {
      type: "boolean",
      description: "make a report of the window that ends now, beside the slots: no slot is taken and nobody is pinged",
    },
    ...CONFIG_FLAG,
  },
  async ({ args, runtime, log, nowMs }) => {
    const { config, store } = await openConfigured(args, runtime, log);
    await using _ = store;
    const schedule = findSchedule(config, args.name);
    const { config: same } = repeatFlags({ config: args.config });
    if (args.now === true) return await makeNow(schedule, { config, store, runtime, log, nowMs, same });
    const slotMs = latestSlot(schedule, nowMs);
    if (slotMs === null) throw new AppError("usage", `${schedule.name}: no report was due yet`);
    // A daemon sees to them as well. Where timers make the reports, nobody else would.
    const told = { store, log, onSlot: null };
    await giveUpOlder({ schedule: schedule.name, slotMs }, told);
    await recordMissedBefore(schedule, nowMs, told);
    const result = await runSlot(schedule, slotMs, {
      config,
      store,
      log,
      holder: describeHolder(),
      clock: Date.now,
      signal: runtime.signal,
      makePass: runPass,
      onPass: [({ reports }) => logCritical(reports, log)],
      onSlot: null,
      endRetriesMs: END_RETRIES_MS,
    });
    if (result.kind === "ran") {
      await result.told;
      if (result.state === "made") {
        await fillBeside({
          crms: config.crms,
          memory: store.memory,
          nowMs,
          isBusy: async () => await store.slots.areRunning(),
          redact: createRedactor(config.secrets),
          log,
          signal: runtime.signal,
        });
      }
      if (result.state === "interrupted") throw new AppError("interrupted", "interrupted: the slot is free again");
      return result.exitCode;
    }
    if (result.kind === "taken") {
      if (runtime.signal.aborted) throw new AppError("interrupted", "interrupted");
      return EXIT.ok;
    }
    const [nextMs] = nextSlots(schedule, nowMs, 1);
    const next = nextMs === undefined ? "" : `; next at ${formatMinute(formatInstant(nextMs))} UTC`;
    log.info(`${schedule.name}: ${describe(result, slotMs, same)}${next}; --now makes one of the window that ends now`);
    return EXIT.ok;
  },
);

/** `same`: the flag of the configuration, for a further command. */
type Making = { config: Config; store: Store; runtime: Runtime; log: Log; nowMs: number; same: string };

/** As a slot makes it, at a moment that is none. Returns the exit code. */
async function makeNow(
  schedule: ScheduleConfig,
  { config, store, runtime, log, nowMs, same }: Making,
): Promise<number> {
  const pass = await runPass({
    ...describeScheduledPass(schedule, nowMs, config),
    nowMs,
    readMemory: store.memory.recall,
    isKept: true,
    log,
    signal: runtime.signal,
  });
  logCritical(pass.reports, log);
  const notKept = await keepPass(pass, { store, origin: schedule.name, ages: config.store, nowMs, log });
  if (notKept === 0) {
    const window = formatHours(schedule.timeWindowMs / HOUR_MS);
    log.info(
      `${schedule.name}: made the report of the ${window} to now (automation-reports history show ${formatInstant(nowMs)}${same})`,
    );
  }
  return exitCodeOf({ ...pass, failedDeliveries: pass.notExported.length + notKept }, schedule.failOn);
}

/** Why there was nothing to run. */
function describe(result: Exclude<SlotResult, { kind: "ran" | "taken" }>, slotMs: number, same: string): string {
  const report = nameSlot(slotMs);
  if (result.kind === "ended") return `nothing to do: ${report} ${ENDED[result.state](formatInstant(slotMs), same)}`;
  if (result.kind === "held") return `${report} is being made on ${nameHolder(result.holder)}`;
  const why = `the one before it is still being made on ${nameHolder(result.holder)}`;
  return `${report} ${result.skipped ? "is skipped" : "waits"}: ${why}`;
}
