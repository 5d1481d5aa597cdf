/** The published shape of the times at which a rule should have started, each with what became of it. */
import * as v from "valibot";
import { count, describe, instant, number, seconds } from "./schema-figures.ts";
import { ACTION_STATUSES } from "../words.ts";

/** `waited`: for the run before it, which was still going. `unknown`: nothing tells what became of it. */
const TICK_REASONS = ["ok", "late", "missed", "waited", "skipped", "pending", "unknown"] as const;
export type TickReason = (typeof TICK_REASONS)[number];

const tickSchema = v.strictObject({
  at: describe(instant, "When the run was due; of an interval when it started"),
  reason: describe(
    v.picklist(TICK_REASONS),
    "ok: started in time; waited: the run before it was still going; skipped: recorded as left out; pending: it may still start; unknown: what is kept does not tell",
  ),
  run: describe(
    v.nullable(
      v.strictObject({
        id: v.nullable(v.string()),
        status: v.picklist(ACTION_STATUSES),
        started_at: instant,
        delay_seconds: describe(number, "From the due time to the start; negative: it started early"),
      }),
    ),
    "The run that it became; null: none is known",
  ),
  message: describe(v.string(), "The reason in words"),
});

/** All of a window, oldest first. */
export const TicksSchema = v.strictObject({
  schedules: describe(v.array(v.string()), "As they are written"),
  words: describe(v.string(), "The same in words; empty: nothing is scheduled"),
  timezone: describe(v.nullable(v.string()), "IANA name: in which zone they were read; null: nothing is scheduled"),
  late_after_seconds: describe(seconds, "A start that much after its time is late, by the configuration in force"),
  ticks: describe(v.array(tickSchema), "Of the report's window, oldest first"),
  omitted: describe(count, "How many older ticks of the window are left out"),
  not_comparable: describe(
    v.nullable(v.string()),
    "Why there are no ticks, such as a schedule that is not understood; null: there may be some",
  ),
  next: describe(v.array(instant), "The next times, soonest first, at most three"),
});

export type Ticks = v.InferOutput<typeof TicksSchema>;
export type Tick = v.InferOutput<typeof tickSchema>;
