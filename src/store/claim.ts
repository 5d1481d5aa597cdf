/** Who may run a slot: one process at a time, and none any more once two processes have ended in the midst of it. */
import * as v from "valibot";
import { EXIT } from "../errors.ts";
import { writeAscii } from "../text/json.ts";
import type { Ask, Engine } from "./engine.ts";
import { judgeHolder } from "../processes.ts";
import { siftRows, whole, type Row } from "./rows.ts";
import {
  isLeaseSound,
  nameSpoiledSlot,
  SLOT_COLUMNS,
  SlotSchema,
  type FinalState,
  type SlotKey,
  type SlotRow,
} from "./slot.ts";

export type Claim =
  | { kind: "claimed"; attempt: number }
  | { kind: "held"; holder: string }
  /** Another slot of the schedule is running. */
  | { kind: "overlapping"; holder: string }
  | { kind: "ended"; state: FinalState }
  /** Its processes ended too often: it was ended as failed. */
  | { kind: "crashed"; exitCode: number; note: string };

/** A third process would most likely end as well, and with it what else it does. */
const MOST_CRASHES = 2;
const CRASHED = { exitCode: EXIT.noneReadable, note: "its process ended twice before the report was made" };

export async function claimSlot(engine: Engine, key: SlotKey, holder: string, leaseMs: number): Promise<Claim> {
  for (;;) {
    const claim = await engine.transact(async (ask) => await tryClaim(engine, ask, key, holder, leaseMs));
    // A row changes only where another process has made progress, so the next look ends the loop or finds more progress.
    if (claim !== null) return claim;
  }
}

export function isHeld(engine: Engine, { state, holder, leaseUntilMs }: SlotRow, nowMs: number): boolean {
  const soundMs = isLeaseSound(leaseUntilMs, nowMs) ? (leaseUntilMs ?? 0) : 0;
  return state === "running" && engine.isHeld({ holder: holder ?? "", leaseUntilMs: soundMs, nowMs });
}

/** Tells of a row that is left out. */
export function saySpoiled(engine: Engine, row: Row): void {
  engine.say(`${nameSpoiledSlot(row) ?? ""}: it is left out: see automation-reports store check`);
}

/** How often a process ended in the midst of the slot: also the one that would have it now, were it still alive. */
export function countCrashes(engine: Engine, slot: SlotRow, nowMs: number): number {
  const isLeft = slot.state === "running" && !isHeld(engine, slot, nowMs);
  // One that lives has only lost its lease: its store was away, or its machine slept.
  return slot.crashes + (isLeft && judgeHolder(slot.holder ?? "") !== "alive" ? 1 : 0);
}

/** Null where another process has changed the row since it was read. */
async function tryClaim(
  engine: Engine,
  ask: Ask,
  key: SlotKey,
  holder: string,
  leaseMs: number,
): Promise<Claim | null> {
  if (engine.lockName !== null) await ask(engine.lockName, [key.schedule]);
  const rows = await ask(
    `SELECT ${SLOT_COLUMNS}, ${engine.nowMs} AS now_ms FROM automation_reports_slots
      WHERE schedule = $1 AND (slot_ms = $2 OR state = 'running')`,
    [key.schedule, key.slotMs],
  );
  const { good, spoiled } = siftRows(SlotSchema, rows);
  for (const row of spoiled) saySpoiled(engine, row);
  // Whether its report was made is not known. It is not made twice, and the slots after it are made.
  if (spoiled.some((row) => Number(row["slot_ms"]) === key.slotMs)) return { kind: "ended", state: "failed" };
  const slots = good.map(({ read }) => read);
  const slot = slots.find(({ slotMs }) => slotMs === key.slotMs) ?? null;
  if (slot !== null && slot.state !== "running" && slot.state !== "interrupted")
    return { kind: "ended", state: slot.state };
  const nowMs = v.parse(whole, rows[0]?.["now_ms"] ?? 0);
  if (slot !== null && isHeld(engine, slot, nowMs)) return { kind: "held", holder: slot.holder ?? "" };
  const overlapping = slots.find((row) => row !== slot && isHeld(engine, row, nowMs));
  if (overlapping !== undefined) return { kind: "overlapping", holder: overlapping.holder ?? "" };
  const crashes = slot === null ? 0 : countCrashes(engine, slot, nowMs);
  if (slot !== null && crashes >= MOST_CRASHES) return await endCrashed(engine, ask, slot, crashes);
  const attempt = await writeClaim(engine, ask, { key, holder, leaseMs, crashes }, slot);
  return attempt === null ? null : { kind: "claimed", attempt };
}

/** `$1` to `$5` name the slot as it was read: a row that was changed since is left alone. */
const UNCHANGED = "slot.state = $3 AND slot.attempts = $4 AND slot.lease_until_ms IS NOT DISTINCT FROM $5";
const seenValues = ({ schedule, slotMs }: SlotKey, seen: SlotRow | null) => [
  schedule,
  slotMs,
  seen?.state ?? "",
  seen?.attempts ?? 0,
  seen?.leaseUntilMs ?? null,
];

/** Null where another process has changed the row since it was read. */
async function endCrashed({ nowMs }: Engine, ask: Ask, seen: SlotRow, crashes: number): Promise<Claim | null> {
  const [row] = await ask(
    `UPDATE automation_reports_slots AS slot SET state = 'failed', crashes = $6, exit_code = $7, note = $8,
      ended_ms = ${nowMs}, lease_until_ms = NULL WHERE schedule = $1 AND slot_ms = $2 AND ${UNCHANGED} RETURNING slot_ms`,
    [...seenValues(seen, seen), crashes, CRASHED.exitCode, writeAscii(CRASHED.note)],
  );
  return row === undefined ? null : { kind: "crashed", ...CRASHED };
}

/** The number of the attempt; null where another process has changed the row since it was read. */
async function writeClaim(
  { nowMs }: Engine,
  ask: Ask,
  { key, holder, leaseMs, crashes }: { key: SlotKey; holder: string; leaseMs: number; crashes: number },
  seen: SlotRow | null,
): Promise<number | null> {
  const [row] = await ask(
    `INSERT INTO automation_reports_slots AS slot
        (schedule, slot_ms, state, holder, attempts, claimed_ms, lease_until_ms, crashes)
      VALUES ($1, $2, 'running', $6, 1, ${nowMs}, ${nowMs} + CAST($7 AS BIGINT), $8)
      ON CONFLICT (schedule, slot_ms) DO UPDATE SET state = 'running', holder = excluded.holder,
        attempts = slot.attempts + 1, claimed_ms = excluded.claimed_ms, lease_until_ms = excluded.lease_until_ms,
        crashes = excluded.crashes, ended_ms = NULL, exit_code = NULL, note = NULL, pass_id = NULL
      WHERE ${UNCHANGED}
      RETURNING attempts`,
    [...seenValues(key, seen), holder, Math.round(leaseMs), crashes],
  );
  return row === undefined ? null : v.parse(whole, row["attempts"]);
}
