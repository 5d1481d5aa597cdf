/** Slots: each is claimed by one row, which a single statement writes only where it still is as it was read. */
import * as v from "valibot";
import { writeAscii } from "../text/json.ts";
import type { Ask, Engine } from "./engine.ts";
import { buildFilter, whole } from "./rows.ts";
import { SLOT_STATES, type Claim, type SlotKey, type SlotRow, type Store } from "./store.ts";

const COLUMNS =
  "schedule, slot_ms, state, holder, attempts, claimed_ms, ended_ms, lease_until_ms, exit_code, note, pass_id";
const RUNNING = "schedule = $1 AND slot_ms = $2 AND holder = $3 AND state = 'running'";

const RowSchema = v.pipe(
  v.object({
    schedule: v.string(),
    slot_ms: whole,
    state: v.picklist(SLOT_STATES),
    holder: v.nullable(v.string()),
    attempts: whole,
    claimed_ms: v.nullable(whole),
    ended_ms: v.nullable(whole),
    lease_until_ms: v.nullable(whole),
    exit_code: v.nullable(whole),
    // As JSON: what went wrong may be said in any characters, and must not keep the slot from ending.
    note: v.nullable(v.pipe(v.string(), v.parseJson(), v.string())),
    pass_id: v.nullable(v.string()),
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
  })),
);

/** Of many who ask at once exactly one is told `claimed`; a running slot only after its holder has lost it. */
export async function claimSlot(engine: Engine, key: SlotKey, holder: string, leaseMs: number): Promise<Claim> {
  for (;;) {
    const claim = await engine.transact(async (ask) => await tryClaim(engine, ask, key, holder, leaseMs));
    // Nobody's row changes without somebody else having got on: the next look says who.
    if (claim !== null) return claim;
  }
}

/** Null where the row is no longer as it was seen. */
async function tryClaim(
  engine: Engine,
  ask: Ask,
  key: SlotKey,
  holder: string,
  leaseMs: number,
): Promise<Claim | null> {
  if (engine.lockSchedule !== null) await ask(engine.lockSchedule, [key.schedule]);
  const rows = await ask(
    `SELECT ${COLUMNS}, ${engine.nowMs} AS now_ms FROM automation_reports_slots
      WHERE schedule = $1 AND (slot_ms = $2 OR state = 'running')`,
    [key.schedule, key.slotMs],
  );
  const slots = rows.map((row) => v.parse(RowSchema, row));
  const slot = slots.find(({ slotMs }) => slotMs === key.slotMs) ?? null;
  if (slot !== null && slot.state !== "running" && slot.state !== "interrupted")
    return { kind: "ended", state: slot.state };
  const nowMs = v.parse(whole, rows[0]?.["now_ms"] ?? 0);
  if (slot !== null && isHeld(engine, slot, nowMs)) return { kind: "held", holder: slot.holder ?? "" };
  const overlapping = slots.find((row) => row !== slot && isHeld(engine, row, nowMs));
  if (overlapping !== undefined) return { kind: "overlapping", holder: overlapping.holder ?? "" };
  const attempt = await writeClaim(engine, ask, key, holder, leaseMs, slot);
  return attempt === null ? null : { kind: "claimed", attempt };
}

/** The clock of the database decides until when. */
export async function renewSlot(engine: Engine, key: SlotKey, holder: string, leaseMs: number): Promise<boolean> {
  return await changesRow(
    engine,
    `UPDATE automation_reports_slots SET lease_until_ms = ${engine.nowMs} + CAST($4 AS BIGINT) WHERE ${RUNNING} RETURNING slot_ms`,
    [key.schedule, key.slotMs, holder, Math.round(leaseMs)],
  );
}

export async function endSlot(
  engine: Engine,
  key: SlotKey,
  holder: string,
  { state, exitCode, note, passId }: Parameters<Store["endSlot"]>[2],
): Promise<boolean> {
  return await changesRow(
    engine,
    `UPDATE automation_reports_slots SET state = $4, exit_code = $5, note = $6, pass_id = $7,
      ended_ms = ${engine.nowMs}, lease_until_ms = NULL WHERE ${RUNNING} RETURNING slot_ms`,
    [key.schedule, key.slotMs, holder, state, exitCode, note === null ? null : writeAscii(note), passId],
  );
}

/** In one step, so that meanwhile nobody takes it for a slot that is being made. */
export async function giveUpSlot(engine: Engine, key: SlotKey, note: string): Promise<boolean> {
  return await engine.transact(async (ask) => {
    if (engine.lockSchedule !== null) await ask(engine.lockSchedule, [key.schedule]);
    const [found] = await ask(
      `SELECT ${COLUMNS}, ${engine.nowMs} AS now_ms FROM automation_reports_slots WHERE schedule = $1 AND slot_ms = $2`,
      [key.schedule, key.slotMs],
    );
    if (found === undefined) return true;
    if (isHeld(engine, v.parse(RowSchema, found), v.parse(whole, found["now_ms"]))) return false;
    await ask(
      `UPDATE automation_reports_slots SET state = 'skipped', exit_code = NULL, note = $3, ended_ms = ${engine.nowMs},
        lease_until_ms = NULL WHERE schedule = $1 AND slot_ms = $2 AND state IN ('running', 'interrupted')`,
      [key.schedule, key.slotMs, writeAscii(note)],
    );
    return true;
  });
}

export async function skipSlot(engine: Engine, key: SlotKey, note: string): Promise<boolean> {
  return await changesRow(
    engine,
    `INSERT INTO automation_reports_slots (schedule, slot_ms, state, attempts, ended_ms, note)
      VALUES ($1, $2, 'skipped', 0, ${engine.nowMs}, $3)
      ON CONFLICT (schedule, slot_ms) DO NOTHING RETURNING slot_ms`,
    [key.schedule, key.slotMs, writeAscii(note)],
  );
}

export async function listSlots(engine: Engine, filter: Parameters<Store["listSlots"]>[0]): Promise<SlotRow[]> {
  const { where, values } = buildFilter([
    ["schedule IN (?)", filter.schedules],
    ["state IN (?)", filter.states],
    ["slot_ms >= ?", filter.sinceMs],
    ["slot_ms < ?", filter.untilMs],
  ]);
  return await engine.transact(async (ask) => {
    const rows = await ask(
      `SELECT ${COLUMNS} FROM automation_reports_slots ${where} ORDER BY slot_ms DESC, schedule LIMIT $${values.length + 1}`,
      [...values, filter.limit],
    );
    return rows.map((row) => v.parse(RowSchema, row));
  });
}

function isHeld(engine: Engine, { state, holder, leaseUntilMs }: SlotRow, nowMs: number): boolean {
  return state === "running" && engine.isHeld({ holder: holder ?? "", leaseUntilMs: leaseUntilMs ?? 0, nowMs });
}

/** Which attempt it is; null where the row is no longer as it was seen. */
async function writeClaim(
  { nowMs }: Engine,
  ask: Ask,
  key: SlotKey,
  holder: string,
  leaseMs: number,
  seen: SlotRow | null,
): Promise<number | null> {
  const [row] = await ask(
    `INSERT INTO automation_reports_slots AS slot (schedule, slot_ms, state, holder, attempts, claimed_ms, lease_until_ms)
      VALUES ($1, $2, 'running', $3, 1, ${nowMs}, ${nowMs} + CAST($4 AS BIGINT))
      ON CONFLICT (schedule, slot_ms) DO UPDATE SET state = 'running', holder = excluded.holder,
        attempts = slot.attempts + 1, claimed_ms = excluded.claimed_ms, lease_until_ms = excluded.lease_until_ms,
        ended_ms = NULL, exit_code = NULL, note = NULL, pass_id = NULL
      WHERE slot.state = $5 AND slot.attempts = $6 AND slot.lease_until_ms IS NOT DISTINCT FROM $7
      RETURNING attempts`,
    [
      key.schedule,
      key.slotMs,
      holder,
      Math.round(leaseMs),
      seen?.state ?? "",
      seen?.attempts ?? 0,
      seen?.leaseUntilMs ?? null,
    ],
  );
  return row === undefined ? null : v.parse(whole, row["attempts"]);
}

async function changesRow(engine: Engine, text: string, values: (string | number | null)[]): Promise<boolean> {
  return (await engine.transact(async (ask) => await ask(text, values))).length > 0;
}
