/** A slot as it is kept: one row. */
import * as v from "valibot";
import { HOUR_MS } from "../time/units.ts";
import { instant, nameColumn, whole, type Row } from "./rows.ts";

/** One time at which a schedule should report. */
export type SlotKey = { schedule: string; slotMs: number };

/** `skipped`: left out on purpose. `interrupted`: stopped by a signal, and free to be claimed again. */
export const SLOT_STATES = ["running", "made", "failed", "skipped", "interrupted"] as const;
export type SlotState = (typeof SLOT_STATES)[number];

/** A slot in such a state is never run again. */
export type FinalState = Exclude<SlotState, "running" | "interrupted">;

/** One process's attempt at a slot. Of a holder that claims a slot twice, the number tells the attempts apart. */
export type ClaimedSlot = SlotKey & { holder: string; attempt: number };

export type SlotRow = SlotKey & {
  state: SlotState;
  /** The process that runs or ran the slot. */
  holder: string | null;
  /** How often the slot was claimed. */
  attempts: number;
  claimedMs: number | null;
  endedMs: number | null;
  /** Until when a running slot belongs to its holder alone. */
  leaseUntilMs: number | null;
  exitCode: number | null;
  note: string | null;
  passId: string | null;
  /** How often a process ended without ending the slot. */
  crashes: number;
};

/** Leases last a minute. One that ends later than so long from now was written by a clock that was ahead, or by another program. */
const LONGEST_LEASE_MS = 2 * HOUR_MS;

/** Whether the lease is of a length that there is. Of another one nothing is held. */
export function isLeaseSound(leaseUntilMs: number | null, nowMs: number): boolean {
  return (leaseUntilMs ?? 0) - nowMs <= LONGEST_LEASE_MS;
}

/** What `SlotSchema` reads. */
export const SLOT_COLUMNS =
  "schedule, slot_ms, state, holder, attempts, claimed_ms, ended_ms, lease_until_ms, exit_code, note, pass_id, crashes";
export const SlotSchema = v.pipe(
  v.object({
    schedule: v.string(),
    slot_ms: instant,
    state: v.picklist(SLOT_STATES),
    holder: v.nullable(v.string()),
    attempts: whole,
    claimed_ms: v.nullable(instant),
    ended_ms: v.nullable(instant),
    lease_until_ms: v.nullable(instant),
    exit_code: v.nullable(whole),
    // A note is JSON: it may hold any character, and the slot must still end.
    note: v.nullable(v.pipe(v.string(), v.parseJson(), v.string())),
    pass_id: v.nullable(v.string()),
    crashes: whole,
  }),
  v.transform((row): SlotRow => ({
    schedule: row.schedule,
    slotMs: row.slot_ms,
    state: row.state,
    holder: row.holder,
    attempts: row.attempts,
    claimedMs: row.claimed_ms,
    endedMs: row.ended_ms,
    leaseUntilMs: row.lease_until_ms,
    exitCode: row.exit_code,
    note: row.note,
    passId: row.pass_id,
    crashes: row.crashes,
  })),
);

/** `passId`: of the pass that was made, kept or not; null: none was, or it has not ended. */
export type SlotNews = { schedule: string; slotMs: number; state: SlotState; passId: string | null };

/** What is wrong with a row of a slot; null: nothing. */
export function nameSpoiledSlot(row: Row): string | null {
  const problem = nameColumn(SlotSchema, row);
  return problem === null ? null : `slot ${String(row["slot_ms"])} of ${String(row["schedule"])}: ${problem}`;
}
