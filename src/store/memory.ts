/** The memory: what is known of each CRM's past. Hours are replaced as a whole, so whoever writes them counts nothing twice. */
import * as v from "valibot";
import type { Past } from "../report/memory/cells.ts";
import { writeAscii } from "../text/json.ts";
import { DAY_MS, HOURS_A_DAY } from "../time/units.ts";
import type { Engine } from "./engine.ts";
import type { Family } from "./family.ts";
import type { Span } from "../report/memory/without.ts";
import { checkMemory } from "./memory/check.ts";
import { listIgnored, readKept, type Kept, type Reach, type Remembered } from "./memory/read.ts";
import { DaySchema, FARTHEST_DAY } from "./memory/row.ts";
import { packRules } from "./memory/rules.ts";
import { parseStop, writeStop, type Stop } from "./memory/stop.ts";
import { compress, joinDays, readDay } from "./memory/stored.ts";
import { DAYS_A_WEEK } from "./memory/week.ts";
import { nameLock, writeMemory, type Seen, type WriteMode } from "./memory/write.ts";
import { BATCH, deleteAll, siftRows, whole } from "./rows.ts";

export type Memory = Family<"days"> & {
  /** All of it or nothing. */
  write: (seen: Seen[], mode: WriteMode) => Promise<void>;
  /** By CRM, from that moment on, without the hours that are to be ignored. Rules that ran longest ago are there too. */
  read: (sources: string[], sinceMs: number) => Promise<Map<string, Remembered>>;
  /** As `read`, still packed, and weeks may be added up: each CRM's is unpacked where it is needed. */
  recall: (sources: string[], reach: Reach) => Promise<Map<string, Kept>>;
  /** One day of one CRM, counted since the epoch, also its hours that are to be ignored; null: nothing is known of it. */
  readDay: (source: string, day: number) => Promise<Past | null>;
  /** From that day on: the known hours of each, where bit h stands for hour h. Days are counted since the epoch. */
  listDays: (source: string, sinceDay: number) => Promise<Map<number, number>>;
  /** As `listDays`, without a look into the days: one that can no longer be read counts as known. */
  listHours: (source: string, sinceDay: number) => Promise<Map<number, number>>;
  /** Every CRM of which something is known. */
  list: () => Promise<MemorySize[]>;
  /** False where nothing was known. What the operator said of its hours and rules is kept. */
  forget: (source: string) => Promise<boolean>;
  /** Leaves hours since the epoch out of the past. */
  ignore: (source: string, span: Span) => Promise<void>;
  /** Takes back what was ignored within those hours. Returns how many spans there were. */
  heed: (source: string, span: Span) => Promise<number>;
  listIgnored: () => Promise<{ source: string; span: Span }[]>;
  /** Calls a rule over from that moment on; null: it is not. False where it was not called over. */
  retire: (source: string, rule: string, sinceMs: number | null) => Promise<boolean>;
  /** Records why the past is not read back any further; null: it is. */
  stopFill: (source: string, stop: Stop | null) => Promise<void>;
  readStop: (source: string) => Promise<Stop | null>;
};

/** `firstDay`: of the days since the epoch, the first of which something is known. */
export type MemorySize = { source: string; days: number; firstDay: number; bytes: number };

const DELETE_OLD = `DELETE FROM automation_reports_memory_days WHERE (source, day) IN (
  SELECT source, day FROM automation_reports_memory_days WHERE day < CAST($1 AS BIGINT) / ${DAY_MS} LIMIT ${BATCH}) RETURNING 1 AS deleted`;

/** With the first of its days. */
const DELETE_OLD_WEEKS = `DELETE FROM automation_reports_memory_weeks WHERE (source, week) IN (
  SELECT source, week FROM automation_reports_memory_weeks
  WHERE week * ${DAYS_A_WEEK} < CAST($1 AS BIGINT) / ${DAY_MS} LIMIT ${BATCH}) RETURNING 1 AS deleted`;

const SizeSchema = v.object({ source: v.string(), days: whole, first_day: whole, bytes: whole });

export function memoryOf(engine: Engine): Memory {
  return {
    write: async (seen, mode) => await engine.transact(async (ask) => await writeMemory(engine, ask, seen, mode)),
    read: async (sources, sinceMs) => {
      const kept = await engine.look(async (ask) => await readKept(ask, sources, { sinceMs, weeksUntilMs: null }));
      return new Map(
        [...kept].map(([source, { retired, disabled, unpack }]) => [source, { ...unpack(), retired, disabled }]),
      );
    },
    recall: async (sources, reach) => await engine.look(async (ask) => await readKept(ask, sources, reach)),
    readDay: async (source, day) => await readOneDay(engine, source, day),
    listDays: async (source, sinceDay) => await listDays(engine, source, sinceDay),
    listHours: async (source, sinceDay) => await listHours(engine, source, sinceDay),
    list: async () => await listSizes(engine),
    forget: async (source) => await forget(engine, source),
    ignore: async (source, [from, to]) => {
      await engine.transact(
        async (ask) =>
          await ask(
            `INSERT INTO automation_reports_memory_ignored (source, from_hour, to_hour) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
            [source, from, to],
          ),
      );
    },
    heed: async (source, [from, to]) =>
      (
        await engine.transact(
          async (ask) =>
            await ask(
              `DELETE FROM automation_reports_memory_ignored
                WHERE source = $1 AND from_hour >= $2 AND to_hour <= $3 RETURNING 1 AS deleted`,
              [source, from, to],
            ),
        )
      ).length,
    listIgnored: async () => await engine.look(async (ask) => await listIgnored(ask)),
    retire: async (source, rule, sinceMs) => await retire(engine, source, rule, sinceMs),
    stopFill: async (source, stop) => {
      // To write nothing anew would still be news to whoever watches the store.
      if (stop === null && (await readKeptStop(engine, source)) === null) return;
      // A CRM of which nothing is remembered yet has no row.
      await engine.transact(
        async (ask) =>
          await ask(
            `INSERT INTO automation_reports_memory_rules (source, rules, stopped_ms, stopped) VALUES ($1, $2, $3, $4)
              ON CONFLICT (source) DO UPDATE SET stopped_ms = excluded.stopped_ms, stopped = excluded.stopped`,
            [source, compress(packRules([])), stop?.atMs ?? null, stop === null ? null : writeStop(stop)],
          ),
      );
    },
    readStop: async (source) => {
      const stop = await readKeptStop(engine, source);
      return stop === "spoiled" ? null : stop;
    },
    check: async () => await checkMemory(engine),
    prune: async (beforeMs) => {
      await deleteAll(engine, DELETE_OLD_WEEKS, beforeMs);
      return { days: await deleteAll(engine, DELETE_OLD, beforeMs) };
    },
  };
}

async function readOneDay(engine: Engine, source: string, day: number): Promise<Past | null> {
  const [row] = await engine.look(
    async (ask) =>
      await ask("SELECT hours, cells FROM automation_reports_memory_days WHERE source = $1 AND day = $2", [
        source,
        day,
      ]),
  );
  const stored = row === undefined ? null : readDay(row, day * HOURS_A_DAY);
  return stored === null ? null : joinDays([stored]);
}

async function listDays(engine: Engine, source: string, sinceDay: number): Promise<Map<number, number>> {
  const rows = await engine.look(
    async (ask) =>
      await ask(
        "SELECT source, day, hours, cells FROM automation_reports_memory_days WHERE source = $1 AND day >= $2",
        [source, sinceDay],
      ),
  );
  // A day that can no longer be read is not known: a fill reads it again.
  const known = siftRows(DaySchema, rows).good.filter(({ row, read }) => readDay(row, read.day * HOURS_A_DAY) !== null);
  return new Map(known.map(({ read: { day, hours } }) => [day, hours]));
}

async function listHours(engine: Engine, source: string, sinceDay: number): Promise<Map<number, number>> {
  const rows = await engine.look(
    async (ask) =>
      await ask("SELECT source, day, hours FROM automation_reports_memory_days WHERE source = $1 AND day >= $2", [
        source,
        sinceDay,
      ]),
  );
  return new Map(siftRows(DaySchema, rows).good.map(({ read: { day, hours } }) => [day, hours]));
}

async function listSizes(engine: Engine): Promise<MemorySize[]> {
  const rows = await engine.look(
    async (ask) =>
      await ask(
        `SELECT source, count(*) AS days, min(day) AS first_day, sum(length(cells)) AS bytes
          FROM automation_reports_memory_days WHERE day BETWEEN -${FARTHEST_DAY} AND ${FARTHEST_DAY} GROUP BY source ORDER BY source`,
        [],
      ),
  );
  return rows
    .map((row) => v.parse(SizeSchema, row))
    .map(({ source, days, first_day: firstDay, bytes }) => ({ source, days, firstDay, bytes }));
}

async function forget(engine: Engine, source: string): Promise<boolean> {
  return await engine.transact(async (ask) => {
    if (engine.lockName !== null) await ask(engine.lockName, [nameLock(source)]);
    let deleted = 0;
    for (const table of ["weeks", "days", "rules", "disabled"])
      deleted += (
        await ask(`DELETE FROM automation_reports_memory_${table} WHERE source = $1 RETURNING 1 AS deleted`, [source])
      ).length;
    return deleted > 0;
  });
}

async function retire(engine: Engine, source: string, rule: string, sinceMs: number | null): Promise<boolean> {
  return await engine.transact(async (ask) => {
    const name = writeAscii(rule);
    if (sinceMs === null) {
      const deleted = await ask(
        "DELETE FROM automation_reports_memory_retired WHERE source = $1 AND rule = $2 RETURNING 1 AS deleted",
        [source, name],
      );
      return deleted.length > 0;
    }
    await ask(
      `INSERT INTO automation_reports_memory_retired (source, rule, since_ms) VALUES ($1, $2, $3)
        ON CONFLICT (source, rule) DO UPDATE SET since_ms = excluded.since_ms`,
      [source, name, Math.round(sinceMs)],
    );
    return true;
  });
}

async function readKeptStop(engine: Engine, source: string): Promise<ReturnType<typeof parseStop>> {
  const [row] = await engine.look(
    async (ask) =>
      await ask("SELECT stopped_ms, stopped FROM automation_reports_memory_rules WHERE source = $1", [source]),
  );
  return row === undefined ? null : parseStop(row);
}
