/** Slots: each is one row, and a claim is one statement that writes the row only where it is unchanged. */
import * as v from "valibot";
import { writeAscii } from "../text/json.ts";
import { claimSlot, countCrashes, isHeld, saySpoiled, type Claim } from "./claim.ts";
import type { Engine } from "./engine.ts";
import type { Family } from "./family.ts";
import { insertPass, type MadePass } from "./keep.ts";
import { askGood, BATCH, buildFilter, deleteAll, keyOf, readAll, siftRows, whole, type Row } from "./rows.ts";
import {
  isLeaseSound,
  nameSpoiledSlot,
  SLOT_COLUMNS,
  SlotSchema,
  type ClaimedSlot,
  type SlotKey,
  type SlotRow,
  type SlotState,
} from "./slot.ts";

export type Slots = Family<"slots"> & {
  /**
   * Of several processes that ask at once, exactly one gets `claimed`. A schedule has one running slot at a time.
   *
   * A dead holder's slot may be claimed again. PostgreSQL: once the lease has passed by the database's clock. SQLite: at once,
   * and never while the holder's process lives; where its life is unknown, once the lease has passed. A slot in which two
   * processes have ended is ended as failed.
   *
   * `holder`: `describeHolder()`.
   */
  claim: (key: SlotKey, holder: string, leaseMs: number) => Promise<Claim>;
  /** False where the slot is no longer the holder's. */
  renew: (claimed: ClaimedSlot, leaseMs: number) => Promise<boolean>;
  /**
   * Ends the slot and keeps the pass that it made, both or neither. False where the slot is no longer the holder's: then
   * nothing is kept. To end it again in the same way changes nothing.
   */
  end: (claimed: ClaimedSlot, end: SlotEnd, made: MadePass | null) => Promise<boolean>;
  /** How often processes ended in the midst of the schedule's slots since it last made one. */
  countCrashes: (schedule: string) => Promise<number>;
  /** Skips a slot that its holder left unfinished. False while the holder still has it. */
  giveUp: (key: SlotKey, note: string) => Promise<boolean>;
  /** Records a slot that no process ran. False where the slot is recorded already. */
  skip: (key: SlotKey, note: string) => Promise<boolean>;
  /** Whether a process makes a report now. */
  areRunning: () => Promise<boolean>;
  /** Newest slot first, without rows that another program spoiled. */
  list: (filter: SlotFilter) => Promise<SlotRow[]>;
  /** What is wrong with each of the schedule's newest rows that `list` leaves out. */
  listSpoiled: (schedule: string) => Promise<string[]>;
};

export type SlotEnd = { state: Exclude<SlotState, "running"> } & Pick<SlotRow, "exitCode" | "note">;

type SlotFilter = {
  schedules?: string[];
  states?: SlotState[];
  sinceMs?: number;
  untilMs?: number;
  /** Only what comes after that row. */
  after?: SlotKey;
  limit: number;
};

/** Of one attempt. */
const OURS = "schedule = $1 AND slot_ms = $2 AND holder = $3 AND attempts = $4";
/** Older slots than these say nothing about a schedule's next one. */
const NEWEST = 20;

/** The newest slot of a schedule stays: it tells how far the schedule has come. */
const DELETE_OLD = `DELETE FROM automation_reports_slots WHERE (schedule, slot_ms) IN (
  SELECT schedule, slot_ms FROM automation_reports_slots AS slot WHERE slot_ms < $1 AND slot_ms <
    (SELECT max(slot_ms) FROM automation_reports_slots AS other WHERE other.schedule = slot.schedule)
  LIMIT ${BATCH}) RETURNING 1 AS deleted`;

export function slotsOf(engine: Engine): Slots {
  return {
    claim: async (key, holder, leaseMs) => await claimSlot(engine, key, holder, leaseMs),
    renew: async (claimed, leaseMs) => await renewSlot(engine, claimed, leaseMs),
    end: async (claimed, end, made) => await endSlot(engine, claimed, end, made),
    countCrashes: async (schedule) => await countNewCrashes(engine, schedule),
    giveUp: async (key, note) => await giveUpSlot(engine, key, note),
    skip: async (key, note) => await skipSlot(engine, key, note),
    areRunning: async () => await findRunning(engine),
    list: async (filter) => await listSlots(engine, filter),
    listSpoiled: async (schedule) => await listSpoiled(engine, schedule),
    check: async () => await checkSlots(engine),
    prune: async (beforeMs) => ({ slots: await deleteAll(engine, DELETE_OLD, beforeMs) }),
  };
}

/** The lease ends by the clock of the database. */
async function renewSlot(
  engine: Engine,
  { schedule, slotMs, holder, attempt }: ClaimedSlot,
  leaseMs: number,
): Promise<boolean> {
  return await changesRow(
    engine,
    `UPDATE automation_reports_slots SET lease_until_ms = ${engine.nowMs} + CAST($5 AS BIGINT)
      WHERE ${OURS} AND state = 'running' RETURNING slot_ms`,
    [schedule, slotMs, holder, attempt, Math.round(leaseMs)],
  );
}

async function endSlot(
  engine: Engine,
  { schedule, slotMs, holder, attempt }: ClaimedSlot,
  { state, exitCode, note }: SlotEnd,
  made: MadePass | null,
): Promise<boolean> {
  const ours = [schedule, slotMs, holder, attempt];
  return await engine.transact(async (ask) => {
    const [changed] = await ask(
      `UPDATE automation_reports_slots SET state = $5, exit_code = $6, note = $7, pass_id = $8,
        ended_ms = ${engine.nowMs}, lease_until_ms = NULL WHERE ${OURS} AND state = 'running' RETURNING slot_ms`,
      [...ours, state, exitCode, note === null ? null : writeAscii(note), made?.pass.pass_id ?? null],
    );
    if (changed !== undefined) {
      if (made !== null) await insertPass(engine, ask, made, { origin: schedule, slotMs, attempt });
      return true;
    }
    // The answer to an earlier try may have been lost after its commit.
    const [ended] = await ask(`SELECT 1 AS ended FROM automation_reports_slots WHERE ${OURS} AND state = $5`, [
      ...ours,
      state,
    ]);
    return ended !== undefined;
  });
}

async function countNewCrashes(engine: Engine, schedule: string): Promise<number> {
  const rows = await engine.look(
    async (ask) =>
      await ask(
        `SELECT ${SLOT_COLUMNS}, ${engine.nowMs} AS now_ms FROM automation_reports_slots
          WHERE schedule = $1 AND state <> 'skipped' ORDER BY slot_ms DESC LIMIT ${NEWEST}`,
        [schedule],
      ),
  );
  const nowMs = v.parse(whole, rows[0]?.["now_ms"] ?? 0);
  const slots = siftRows(SlotSchema, rows).good.map(({ read }) => read);
  const made = slots.findIndex(({ state }) => state === "made");
  const since = made === -1 ? slots : slots.slice(0, made);
  return since.reduce((sum, slot) => sum + countCrashes(engine, slot, nowMs), 0);
}

async function findRunning(engine: Engine): Promise<boolean> {
  const rows = await engine.look(
    async (ask) =>
      await ask(
        `SELECT ${SLOT_COLUMNS}, ${engine.nowMs} AS now_ms FROM automation_reports_slots WHERE state = 'running'`,
        [],
      ),
  );
  const { good } = siftRows(SlotSchema, rows);
  return good.some(({ row, read }) => isHeld(engine, read, v.parse(whole, row["now_ms"])));
}

/** One transaction and no claim: a claimed slot would look as if it were running. */
async function giveUpSlot(engine: Engine, key: SlotKey, note: string): Promise<boolean> {
  return await engine.transact(async (ask) => {
    if (engine.lockName !== null) await ask(engine.lockName, [key.schedule]);
    const [found] = await ask(
      `SELECT ${SLOT_COLUMNS}, ${engine.nowMs} AS now_ms FROM automation_reports_slots WHERE schedule = $1 AND slot_ms = $2`,
      [key.schedule, key.slotMs],
    );
    if (found === undefined) return true;
    const [slot] = siftRows(SlotSchema, [found]).good;
    // What is spoiled is left as it is, and is nobody's.
    if (slot === undefined) return true;
    if (isHeld(engine, slot.read, v.parse(whole, found["now_ms"]))) return false;
    await ask(
      `UPDATE automation_reports_slots SET state = 'skipped', exit_code = NULL, note = $3, ended_ms = ${engine.nowMs},
        lease_until_ms = NULL WHERE schedule = $1 AND slot_ms = $2 AND state IN ('running', 'interrupted')`,
      [key.schedule, key.slotMs, writeAscii(note)],
    );
    return true;
  });
}

async function skipSlot(engine: Engine, key: SlotKey, note: string): Promise<boolean> {
  return await changesRow(
    engine,
    `INSERT INTO automation_reports_slots (schedule, slot_ms, state, attempts, ended_ms, note)
      VALUES ($1, $2, 'skipped', 0, ${engine.nowMs}, $3)
      ON CONFLICT (schedule, slot_ms) DO NOTHING RETURNING slot_ms`,
    [key.schedule, key.slotMs, writeAscii(note)],
  );
}

async function listSlots(engine: Engine, filter: SlotFilter): Promise<SlotRow[]> {
  const { where, values } = buildFilter([
    ["schedule IN (?)", filter.schedules],
    ["state IN (?)", filter.states],
    ["slot_ms >= ?", filter.sinceMs],
    ["slot_ms < ?", filter.untilMs],
    ["slot_ms <= ?", filter.after?.slotMs],
    ["(-slot_ms, schedule) > (?)", filter.after && [-filter.after.slotMs, filter.after.schedule]],
  ]);
  const text = `SELECT ${SLOT_COLUMNS} FROM automation_reports_slots ${where}
    ORDER BY slot_ms DESC, schedule LIMIT $${values.length + 1}`;
  return await engine.look(
    async (ask) =>
      await askGood(ask, { text, values, limit: filter.limit }, SlotSchema, (row) => saySpoiled(engine, row)),
  );
}

async function listSpoiled(engine: Engine, schedule: string): Promise<string[]> {
  const rows = await engine.look(
    async (ask) =>
      await ask(
        `SELECT ${SLOT_COLUMNS} FROM automation_reports_slots WHERE schedule = $1
        ORDER BY slot_ms DESC LIMIT ${BATCH}`,
        [schedule],
      ),
  );
  const { spoiled } = siftRows(SlotSchema, rows);
  for (const row of spoiled) saySpoiled(engine, row);
  return spoiled.flatMap((row) => nameSpoiledSlot(row) ?? []);
}

async function checkSlots(engine: Engine): Promise<string[]> {
  const text = `SELECT ${SLOT_COLUMNS}, ${engine.nowMs} AS now_ms FROM automation_reports_slots WHERE schedule > $1 OR (schedule = $1 AND slot_ms > $2)
    ORDER BY schedule, slot_ms LIMIT ${BATCH}`;
  const problems: string[] = [];
  for await (const row of readAll(engine, text, ["", 0], keyOf("schedule", "slot_ms")))
    problems.push(...[nameSpoiledSlot(row) ?? nameUnsoundLease(row)].filter((problem) => problem !== null));
  return problems;
}

/** Null: nobody holds the slot, or for as long as one may. */
function nameUnsoundLease(row: Row): string | null {
  const { schedule, slotMs, state, leaseUntilMs } = v.parse(SlotSchema, row);
  if (state !== "running" || isLeaseSound(leaseUntilMs, v.parse(whole, row["now_ms"]))) return null;
  return `slot ${slotMs} of ${schedule}: its lease ends later than any does, and is void: the slot can be run again`;
}

async function changesRow(engine: Engine, text: string, values: (string | number | null)[]): Promise<boolean> {
  return (await engine.transact(async (ask) => await ask(text, values))).length > 0;
}
