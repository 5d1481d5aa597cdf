import { EXIT } from "../../errors.ts";
import { emit } from "../../output/stdout.ts";
import { writeJson } from "../../text/json.ts";
import { renderSlots } from "../../render/terminal/schedules.ts";
import { formatInstant } from "../../text/figures.ts";
import type { SlotRow } from "../../store/slots.ts";
import { openConfigured } from "../flags/configuration.ts";
import { readLimit } from "../flags/flags.ts";
import { findSchedule, SCHEDULE_FLAGS } from "../flags/schedules.ts";
import { defineCommand } from "../flags/command.ts";

export default defineCommand(
  {
    schedule: { type: "string", valueHint: "NAME", description: "of which schedule; all by default" },
    limit: { type: "string", valueHint: "N", default: "20", description: "how many, newest first" },
    ...SCHEDULE_FLAGS,
  },
  async ({ args, runtime, log, viewOf }) => {
    const limit = readLimit(args.limit);
    const { config, store } = await openConfigured(args, runtime, log);
    await using _ = store;
    const schedules = args.schedule === undefined ? {} : { schedules: [findSchedule(config, args.schedule).name] };
    const slots = await store.slots.list({ ...schedules, limit });
    const view = viewOf();
    await emit(args.format === "json" ? writeJson(slots.map(writeSlot)) : renderSlots(slots, view));
    return EXIT.ok;
  },
);

/** As `--format json` shows it. */
function writeSlot(row: SlotRow) {
  const instant = (ms: number | null) => (ms === null ? null : formatInstant(ms));
  return {
    schedule: row.schedule,
    slot: formatInstant(row.slotMs),
    state: row.state,
    holder: row.holder,
    attempts: row.attempts,
    claimed_at: instant(row.claimedMs),
    ended_at: instant(row.endedMs),
    lease_until: instant(row.leaseUntilMs),
    exit_code: row.exitCode,
    note: row.note,
    pass_id: row.passId,
  };
}
