/** Slots: each is one row, and a claim is one statement that writes the row only where it is unchanged. */
import * as v from "valibot";
import { writeAscii } from "../text/json.ts";
import type { Ask, Engine } from "./engine.ts";
import type { Family } from "./family.ts";
import { BATCH, buildFilter, deleteAll, instantMs, readAll, whole } from "./rows.ts";

export type Slots = Family<"slots"> & {
  /**
   * Of several processes that ask at once, exactly one gets `claimed`. A schedule has one running slot at a time.
   *
   * A dead holder's slot may be claimed again. PostgreSQL: once the lease has passed by the database's clock. SQLite: at once,
   * and never while the holder's process lives; where its life is unknown, once the lease has passed.
   *
   * `holder`: `describeHolder()`.
   */
  claim: (key: SlotKey, holder: string, leaseMs: number) => Promise<Claim>;
  /** False where the slot is no longer the holder's. */
  renew: (key: SlotKey, holder: string, leaseMs: number) => Promise<boolean>;
  /** False where the slot is no longer the holder's. */
  end: (key: SlotKey, holder: string, end: SlotEnd) => Promise<boolean>;
  /** Skips a slot that its holder left unfinished. False while the holder still has it. */
  giveUp: (key: SlotKey, note: string) => Promise<boolean>;
  /** Records a slot that no process ran. False where the slot is recorded already. */
  skip: (key: SlotKey, note: string) => Promise<boolean>;
  /** Newest slot first. */
  list: (filter: SlotFilter) => Promise<SlotRow[]>;
};

/** One time at which a schedule should report. */
export type SlotKey = { schedule: string; slotMs: number };

/** `skipped`: left out on purpose. `interrupted`: stopped by a signal, and free to be claimed again. */
export const SLOT_STATES = ["running", "made", "failed", "skipped", "interrupted"] as const;
export type SlotState = (typeof SLOT_STATES)[number];

/** A slot in such a state is never run again. */
export type FinalState = Exclude<SlotState, "running" | "interrupted">;

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
};

export type SlotEnd = { state: Exclude<SlotState, "running"> } & Pick<SlotRow, "exitCode" | "note" | "passId">;

type Claim =
  | { kind: "claimed"; attempt: number }
  | { kind: "held"; holder: string }
  /** Another slot of the schedule is running. */
  | { kind: "overlapping"; holder: string }
  | { kind: "ended"; state: FinalState };

type SlotFilter = {
  schedules?: string[];
  states?: SlotState[];
  sinceMs?: number;
  untilMs?: number;
  limit: number;
};

const COLUMNS =
  "schedule, slot_ms, state, holder, attempts, claimed_ms, ended_ms, lease_until_ms, exit_code, note, pass_id";
const RUNNING = "schedule = $1 AND slot_ms = $2 AND holder = $3 AND state = 'running'";

/** The newest slot of a schedule stays: it tells how far the schedule has come. */
const DELETE_OLD = `DELETE FROM automation_reports_slots WHERE (schedule, slot_ms) IN (
  SELECT schedule, slot_ms FROM automation_reports_slots AS slot WHERE slot_ms < $1 AND slot_ms <
    (SELECT max(slot_ms) FROM automation_reports_slots AS other WHERE other.schedule = slot.schedule)
  LIMIT ${BATCH}) RETURNING 1 AS deleted`;

const RowSchema = v.pipe(
  v.object({
    schedule: v.string(),
    slot_ms: instantMs,
    state: v.picklist(SLOT_STATES),
    holder: v.nullable(v.string()),
    attempts: whole,
    claimed_ms: v.nullable(instantMs),
    ended_ms: v.nullable(instantMs),
    lease_until_ms: v.nullable(instantMs),
    exit_code: v.nullable(whole),
    // A note is JSON: it may hold any character, and the slot must still end.
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

export function slotsOf(engine: Engine): Slots {
  return {
    claim: async (key, holder, leaseMs) => await claimSlot(engine, key, holder, leaseMs),
    renew: async (key, holder, leaseMs) => await renewSlot(engine, key, holder, leaseMs),
    end: async (key, holder, end) => await endSlot(engine, key, holder, end),
    giveUp: async (key, note) => await giveUpSlot(engine, key, note),
    skip: async (key, note) => await skipSlot(engine, key, note),
    list: async (filter) => await listSlots(engine, filter),
    check: async () => await checkSlots(engine),
    prune: async (beforeMs) => ({ slots: await deleteAll(engine, DELETE_OLD, beforeMs) }),
  };
}

async function claimSlot(engine: Engine, key: SlotKey, holder: string, leaseMs: number): Promise<Claim> {
  for (;;) {
    const claim = await engine.transact(async (ask) => await tryClaim(engine, ask, key, holder, leaseMs));
    // A row changes only where another process has made progress, so the next look ends the loop or finds more progress.
    if (claim !== null) return claim;
  }
}

/** Null where another process has changed the row since it was read. */
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

/** The lease ends by the clock of the database. */
async function renewSlot(engine: Engine, key: SlotKey, holder: string, leaseMs: number): Promise<boolean> {
  return await changesRow(
    engine,
    `UPDATE automation_reports_slots SET lease_until_ms = ${engine.nowMs} + CAST($4 AS BIGINT) WHERE ${RUNNING} RETURNING slot_ms`,
    [key.schedule, key.slotMs, holder, Math.round(leaseMs)],
  );
}

async function endSlot(
  engine: Engine,
  key: SlotKey,
  holder: string,
  { state, exitCode, note, passId }: SlotEnd,
): Promise<boolean> {
  return await changesRow(
    engine,
    `UPDATE automation_reports_slots SET state = $4, exit_code = $5, note = $6, pass_id = $7,
      ended_ms = ${engine.nowMs}, lease_until_ms = NULL WHERE ${RUNNING} RETURNING slot_ms`,
    [key.schedule, key.slotMs, holder, state, exitCode, note === null ? null : writeAscii(note), passId],
  );
}

/** One transaction and no claim: a claimed slot would look as if it were running. */
async function giveUpSlot(engine: Engine, key: SlotKey, note: string): Promise<boolean> {
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
  ]);
  return await engine.transact(async (ask) => {
    const rows = await ask(
      `SELECT ${COLUMNS} FROM automation_reports_slots ${where} ORDER BY slot_ms DESC, schedule LIMIT $${values.length + 1}`,
      [...values, filter.limit],
    );
    return rows.map((row) => v.parse(RowSchema, row));
  });
}

async function checkSlots(engine: Engine): Promise<string[]> {
  const text = `SELECT ${COLUMNS} FROM automation_reports_slots WHERE schedule > $1 OR (schedule = $1 AND slot_ms > $2)
    ORDER BY schedule, slot_ms LIMIT ${BATCH}`;
  const keyOf = (row: Record<string, unknown>): [string, number] => [String(row["schedule"]), Number(row["slot_ms"])];
  const problems: string[] = [];
  for await (const row of readAll(engine, text, ["", 0], keyOf)) {
    const { issues } = v.safeParse(RowSchema, row);
    if (issues === undefined) continue;
    const [schedule, slotMs] = keyOf(row);
    const column = v.getDotPath(issues[0]) ?? "the row";
    problems.push(`slot ${slotMs} of ${schedule}: ${column} is not as this program writes it`);
  }
  return problems;
}

function isHeld(engine: Engine, { state, holder, leaseUntilMs }: SlotRow, nowMs: number): boolean {
  return state === "running" && engine.isHeld({ holder: holder ?? "", leaseUntilMs: leaseUntilMs ?? 0, nowMs });
}

/** The number of the attempt; null where another process has changed the row since it was read. */
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
