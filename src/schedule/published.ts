/** What the commands about schedules publish as JSON: each shape with its JSON Schema and what makes it. */
import * as v from "valibot";
import type { ScheduleConfig } from "../config/schema.ts";
import { SLOT_STATES, type SlotRow } from "../store/slot.ts";
import { formatInstant } from "../text/figures.ts";
import { SCHEDULE_STATUSES, type ScheduleJudgement } from "./judge.ts";
import { nextSlots } from "./slots.ts";

const SHOWN_SLOTS = 5;

const describe = <T extends v.GenericSchema>(schema: T, text: string) => v.pipe(schema, v.description(text));

const instant = v.pipe(v.string(), v.isoTimestamp());
const scheduleName = describe(v.string(), "The schedule's name in the configuration");

const judgementSchema = v.strictObject({
  schedule: scheduleName,
  status: describe(
    v.picklist(SCHEDULE_STATUSES),
    "How the schedule does its work; all but ok, running and not-due need a look",
  ),
  slot: describe(v.nullable(instant), "The slot that was judged, UTC; null where none was due yet"),
  message: describe(v.string(), "Why, in words"),
});

/** What `schedule status` publishes, worst first. */
export const ScheduleStatusSchema = v.array(judgementSchema);

/** What `schedule list` publishes, in the configuration's order. */
export const SchedulesSchema = v.array(
  v.strictObject({
    name: scheduleName,
    cron: describe(v.array(v.string()), "The patterns, as the configuration has them"),
    timezone: describe(v.string(), "IANA name of the zone in which the patterns are meant"),
    last: describe(judgementSchema, "What became of the newest slot"),
    next: describe(
      v.array(
        v.strictObject({
          utc: describe(instant, "The slot, UTC"),
          local: describe(v.string(), "The slot on the schedule's own clock, RFC 9557, with offset and zone"),
        }),
      ),
      `The next ${SHOWN_SLOTS} slots, soonest first`,
    ),
  }),
);

/** What `schedule history` publishes, newest slot first. */
export const SlotsSchema = v.array(
  v.strictObject({
    schedule: scheduleName,
    slot: describe(instant, "The time at which the schedule should report, UTC"),
    state: describe(
      v.picklist(SLOT_STATES),
      "made: at least one report; failed: none; skipped: left out on purpose; interrupted: stopped, and free to be run again",
    ),
    holder: describe(
      v.nullable(v.string()),
      "The process that runs or ran the slot: host/boot/namespace/pid/start; null where none did",
    ),
    attempts: describe(
      v.pipe(v.number(), v.integer(), v.minValue(0)),
      "How often a process began the slot; the tries of `retries` are not counted",
    ),
    claimed_at: describe(v.nullable(instant), "When the newest attempt began, UTC"),
    ended_at: describe(v.nullable(instant), "When the slot ended or was skipped, UTC; null while it runs"),
    lease_until: describe(v.nullable(instant), "Until when a running slot is its holder's alone, UTC"),
    exit_code: describe(v.nullable(v.pipe(v.number(), v.integer())), "As `schedule run` ends; null where nothing ran"),
    note: describe(v.nullable(v.string()), "What else there is to say, such as CRMs that could not be read"),
    pass_id: describe(v.nullable(v.string()), "The pass that made the reports; null where none did"),
  }),
);

export type PublishedSchedule = v.InferOutput<typeof SchedulesSchema>[number];

export function publishSchedule(
  schedule: ScheduleConfig,
  judgement: ScheduleJudgement,
  nowMs: number,
): PublishedSchedule {
  const { name, cron, timezone } = schedule;
  return {
    name,
    cron,
    timezone,
    last: publishJudgement(judgement),
    next: nextSlots(schedule, nowMs, SHOWN_SLOTS).map((slotMs) => ({
      utc: formatInstant(slotMs),
      local: Temporal.Instant.fromEpochMilliseconds(slotMs).toZonedDateTimeISO(timezone).toString(),
    })),
  };
}

export function publishJudgement({
  schedule,
  status,
  slotMs,
  message,
}: ScheduleJudgement): v.InferOutput<typeof judgementSchema> {
  return { schedule, status, slot: formatOptional(slotMs), message };
}

export function publishSlot(row: SlotRow): v.InferOutput<typeof SlotsSchema>[number] {
  return {
    schedule: row.schedule,
    slot: formatInstant(row.slotMs),
    state: row.state,
    holder: row.holder,
    attempts: row.attempts,
    claimed_at: formatOptional(row.claimedMs),
    ended_at: formatOptional(row.endedMs),
    lease_until: formatOptional(row.leaseUntilMs),
    exit_code: row.exitCode,
    note: row.note,
    pass_id: row.passId,
  };
}

function formatOptional(ms: number | null): string | null {
  return ms === null ? null : formatInstant(ms);
}
