/** What was kept, page by page. */
import * as v from "valibot";
import { PassSummarySchema } from "../../../report/document/pass-schema.ts";
import { count, describe, instant, seconds } from "../../../report/document/schema-figures.ts";
import { publishSlot, SchedulesSchema, SlotsSchema } from "../../../schedule/published.ts";
import { nameHolder } from "../../../processes.ts";
import type { PassRow } from "../../../store/passes.ts";
import { HistorySchema } from "../../../store/published.ts";
import type { SlotRow } from "../../../store/slot.ts";
import { formatInstant } from "../../../text/figures.ts";
import type { Ticket } from "../../passes.ts";

const next = describe(v.nullable(v.string()), "The path of the next page; null: this is the last");

export const ReportsSchema = v.strictObject({ reports: describe(HistorySchema, "Newest first"), next });

const passEntries = {
  ...PassSummarySchema.entries,
  origin: describe(v.string(), "The schedule that asked for it, or adhoc"),
  slot: describe(v.nullable(instant), "The slot that it was made for; null: for none"),
};

export const PassesSchema = v.strictObject({
  passes: describe(v.array(v.strictObject(passEntries)), "Newest first, without those that can no longer be read"),
  next,
});

export const PassSchema = v.strictObject({ ...passEntries, reports: describe(HistorySchema, "Its kept reports") });

/** As `schedule history` publishes them, but for the holder: of that, machine and process are named. */
export const SlotPageSchema = v.strictObject({
  slots: describe(
    v.array(
      v.strictObject({
        ...SlotsSchema.item.entries,
        holder: describe(v.nullable(v.string()), "The machine and process that runs or ran it; null: none did"),
      }),
    ),
    "Newest slot first",
  ),
  next,
});

export const ScheduleListSchema = v.strictObject({ schedules: SchedulesSchema });

/** What became of a request for fresh reports. */
export const RequestSchema = v.strictObject({
  id: v.string(),
  href: describe(v.string(), "Where its state is"),
  state: describe(v.picklist(["pending", "done", "failed"]), "failed: no pass was made"),
  crms: describe(v.array(v.string()), "Which CRMs are asked for"),
  time_window_seconds: seconds,
  requested_at: instant,
  passes: describe(
    v.array(v.strictObject({ id: v.string(), href: v.string() })),
    "The kept passes that tell what became of the CRMs",
  ),
  reason: describe(v.nullable(v.string()), "Why it failed"),
});

export const VersionSchema = v.strictObject({
  name: v.literal("automation-reports"),
  version: v.string(),
  api: describe(v.literal("v1"), "Of the paths"),
  schema_version: describe(count, "Of reports and passes"),
});

/** Null: the pass can no longer be read. */
export function publishPass({
  origin,
  slotMs,
  read,
}: PassRow): v.InferOutput<typeof PassesSchema>["passes"][number] | null {
  if (read.status !== "read") return null;
  return { ...read.pass, origin, slot: slotMs === null ? null : formatInstant(slotMs) };
}

export function publishApiSlot(row: SlotRow): v.InferOutput<typeof SlotPageSchema>["slots"][number] {
  return { ...publishSlot(row), holder: row.holder === null ? null : nameHolder(row.holder) };
}

export function publishRequest(
  ticket: Ticket,
  hrefs: { request: (id: string) => string; pass: (id: string) => string },
): v.InferOutput<typeof RequestSchema> {
  return {
    id: ticket.id,
    href: hrefs.request(ticket.id),
    state: ticket.state,
    crms: ticket.crms,
    time_window_seconds: ticket.windowMs / 1000,
    requested_at: formatInstant(ticket.requestedMs),
    passes: ticket.state === "done" ? ticket.passIds.map((id) => ({ id, href: hrefs.pass(id) })) : [],
    reason: ticket.state === "failed" ? ticket.reason : null,
  };
}
