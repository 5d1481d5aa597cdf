/** Kept passes as lists show them. */
import * as v from "valibot";
import { parsePass, type ParsedPass } from "../report/document/parse.ts";
import { PassSummarySchema } from "../report/document/pass-schema.ts";
import { DAY_MS, HOUR_MS, WEEK_MS } from "../time/units.ts";
import type { Engine } from "./engine.ts";
import { askGood, buildFilter, instant, nameColumn, whole } from "./rows.ts";

export type PassRow = {
  id: string;
  /** A schedule's name, or `adhoc`. */
  origin: string;
  /** The slot that asked for it; null: none did. */
  slotMs: number | null;
  startedMs: number;
  /** What the pass says about itself, where it can still be read. */
  read: ParsedPass;
};

export type PassFilter = {
  ids?: string[];
  sinceMs?: number;
  untilMs?: number;
  origins?: string[];
  /** Only what comes after that row. */
  after?: Pick<PassRow, "startedMs" | "id">;
  limit: number;
};

/** A row as this program writes it. */
export const PassRowSchema = v.object({
  id: v.string(),
  origin: v.string(),
  slot_ms: v.nullable(instant),
  attempt: v.nullable(whole),
  started_ms: instant,
  document: v.pipe(v.string(), v.parseJson(), PassSummarySchema),
});

const ListedSchema = v.object({
  id: v.string(),
  origin: v.string(),
  slot_ms: v.nullable(instant),
  started_ms: instant,
  document: v.string(),
});

const StampSchema = v.object({ n: whole, oldest: v.nullable(v.string()), newest: v.nullable(v.string()) });

/** The clocks of two machines differ by less. */
const CLOCK_AHEAD_MS = HOUR_MS;
/** Behind each moment of a row, also of one that another program spoiled, and still a number to both databases. */
const AFTER_ALL_MS = 9e18;

/** Newest first, without rows that another program spoiled. A document that can no longer be read is a value, not an error. */
export async function listPasses(engine: Engine, filter: PassFilter): Promise<PassRow[]> {
  const { where, values } = buildFilter([
    ["id IN (?)", filter.ids],
    ["started_ms >= ?", filter.sinceMs],
    ["started_ms < ?", filter.untilMs],
    ["origin IN (?)", filter.origins],
    ["started_ms <= ?", filter.after?.startedMs],
    ["(-started_ms, id) > (?)", filter.after && [-filter.after.startedMs, filter.after.id]],
  ]);
  const text = `SELECT id, origin, slot_ms, started_ms, document FROM automation_reports_passes ${where}
    ORDER BY started_ms DESC, id LIMIT $${values.length + 1}`;
  const rows = await engine.look(
    async (ask) =>
      await askGood(ask, { text, values, limit: filter.limit }, ListedSchema, (row) => {
        const problem = nameColumn(ListedSchema, row) ?? "";
        engine.say(`pass ${String(row["id"])}: ${problem}: it is left out: see automation-reports store check`);
      }),
  );
  return rows.map(({ id, origin, slot_ms: slotMs, started_ms: startedMs, document }) => ({
    id,
    origin,
    slotMs,
    startedMs,
    read: parsePass(document),
  }));
}

/** As `Reports["findPresent"]`. */
export async function findPresent(engine: Engine, nowMs: number): Promise<number> {
  const untilMs = nowMs + CLOCK_AHEAD_MS;
  const present = await engine.look(
    async (ask) => await ask("SELECT id FROM automation_reports_passes WHERE started_ms < $1 LIMIT 1", [untilMs]),
  );
  return present.length > 0 ? untilMs : AFTER_ALL_MS;
}

/** As `Reports["findSettled"]`. */
export async function findSettled(engine: Engine, nowMs: number): Promise<number> {
  const [row] = await engine.look(
    async (ask) =>
      await ask("SELECT max(started_ms) AS newest FROM automation_reports_passes WHERE started_ms < $1", [
        Math.round(nowMs - WEEK_MS),
      ]),
  );
  const newest = row?.["newest"] ?? null;
  return newest === null ? nowMs : Math.min(nowMs, Number(newest) + WEEK_MS + DAY_MS);
}

/**
 * Of the oldest pass, the newest, and how many of the last two days: a long pass is kept after shorter ones that began later.
 * All of them need not be counted, which takes long where there are many.
 */
export async function stampPasses(engine: Engine, untilMs: number): Promise<string> {
  const before = "FROM automation_reports_passes WHERE started_ms < $1";
  const [row] = await engine.look(
    async (ask) =>
      await ask(
        `SELECT
          (SELECT count(*) ${before} AND started_ms > (SELECT max(started_ms) - ${2 * DAY_MS} ${before})) AS n,
          (SELECT id FROM automation_reports_passes ORDER BY started_ms LIMIT 1) AS oldest,
          (SELECT id ${before} ORDER BY started_ms DESC, id LIMIT 1) AS newest`,
        [untilMs],
      ),
  );
  const { n, oldest, newest } = v.parse(StampSchema, row);
  return `${oldest ?? ""} ${n} ${newest ?? ""}`;
}
