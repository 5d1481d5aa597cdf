/** Writes what was seen of CRMs into their memories, within the transaction of whoever saw it. */
import type { Past } from "../../report/memory/cells.ts";
import { mergePasts } from "../../report/memory/merge.ts";
import { withHours } from "../../report/memory/without.ts";
import type { Ask, Engine } from "../engine.ts";
import { writeAscii } from "../../text/json.ts";
import { HOURS_A_DAY } from "../../time/units.ts";
import { maskOf, packDay, spansOf, WHOLE_DAY, type PackedDay } from "./day.ts";
import { packRules } from "./rules.ts";
import { compress, joinDays, readDay, readPacked, readRules } from "./stored.ts";
import { keepWeeks } from "./weeks.ts";

/** What was seen of one CRM: every hour that is covered, the newest runs of every rule, and which rules were disabled when. */
export type Seen = { source: string; past: Past; disabled?: { rules: string[]; seenMs: number } };

/**
 * `replace`: what is seen now holds for every hour that it covers. `add`: it holds only for hours that are not known yet. Either way
 * the order in which processes write makes no difference but for hours that changed in the warehouse meanwhile.
 */
export type WriteMode = "replace" | "add";

/** Two processes that see the same CRM write one after the other. Nothing is counted twice: an hour is replaced as a whole. */
export async function writeMemory(engine: Engine, ask: Ask, seen: Seen[], mode: WriteMode): Promise<void> {
  // In one order, so that no two processes wait for each other.
  for (const { source, past, disabled } of seen.toSorted((a, b) => (a.source < b.source ? -1 : 1))) {
    if (engine.lockName !== null) await ask(engine.lockName, [nameLock(source)]);
    const known = await readDays(ask, source, past.covered);
    const changed = listDays(past.covered).flatMap((day) => seeDay(known.get(day), day, past, mode) ?? []);
    await writeDays(ask, source, changed);
    await keepWeeks(
      ask,
      source,
      changed.map(({ day }) => day),
    );
    await writeRules(ask, source, past);
    if (disabled !== undefined) await writeDisabled(ask, source, disabled);
  }
}

/** No schedule has such a name. */
export function nameLock(source: string): string {
  return `the memory of ${source}`;
}

function listDays(covered: Past["covered"]): number[] {
  const days = new Set<number>();
  for (const [from, to] of covered)
    for (let day = Math.floor(from / HOURS_A_DAY); day * HOURS_A_DAY < to; day++) days.add(day);
  return [...days].toSorted((a, b) => a - b);
}

type Row = Record<string, unknown>;

/** What is known of all days that are seen, at once: many are written for each one that is asked for. */
async function readDays(ask: Ask, source: string, covered: Past["covered"]): Promise<Map<number, Row>> {
  const days = listDays(covered);
  const rows = await ask(
    "SELECT day, hours, cells FROM automation_reports_memory_days WHERE source = $1 AND day >= $2 AND day <= $3",
    [source, days[0] ?? 0, days.at(-1) ?? -1],
  );
  return new Map(rows.map((row) => [Number(row["day"]), row]));
}

type ChangedDay = PackedDay & { day: number };

/** The day with what is seen; null where nothing has changed. */
function seeDay(row: Row | undefined, day: number, past: Past, mode: WriteMode): ChangedDay | null {
  const fromHour = day * HOURS_A_DAY;
  const covered = maskOf(past.covered, fromHour);
  const known = row === undefined ? null : readKnown(row, fromHour, mode === "replace" && covered === WHOLE_DAY);
  const wanted = covered & (mode === "add" && known !== null ? ~known.hours : ~0);
  if (wanted === 0) return null;
  const seen: Past = { covered: spansOf(wanted, fromHour), rules: onlyHours(past, fromHour, wanted) };
  const merged = packDay(mergePasts(known?.past ?? null, seen) ?? seen, fromHour);
  if (known !== null && merged.hours === known.hours && Buffer.compare(merged.cells, known.cells) === 0) return null;
  return { day, ...merged };
}

const DAYS_A_STATEMENT = 16;
const NAMES_A_STATEMENT = 500;

async function writeDays(ask: Ask, source: string, changed: ChangedDay[]): Promise<void> {
  for (let at = 0; at < changed.length; at += DAYS_A_STATEMENT)
    await insertDays(ask, source, changed.slice(at, at + DAYS_A_STATEMENT));
}

async function insertDays(ask: Ask, source: string, changed: ChangedDay[]): Promise<void> {
  const rows = changed.map((_, index) => `($1, $${index * 3 + 2}, $${index * 3 + 3}, $${index * 3 + 4})`);
  await ask(
    `INSERT INTO automation_reports_memory_days (source, day, hours, cells) VALUES ${rows.join(", ")}
      ON CONFLICT (source, day) DO UPDATE SET hours = excluded.hours, cells = excluded.cells`,
    [source, ...changed.flatMap(({ day, hours, cells }) => [day, hours, compress(cells)])],
  );
}

/** `past`: null where all of it is replaced. What cannot be read is not known: what is seen now takes its place. */
function readKnown(
  row: Row,
  fromHour: number,
  isReplaced: boolean,
): { hours: number; cells: Uint8Array; past: Past | null } | null {
  const known = isReplaced ? readPacked(row) : readDay(row, fromHour);
  if (known === null) return null;
  return "packed" in known ? { ...known.packed, past: joinDays([known]) } : { ...known, past: null };
}

/** A window ends within hours that are not whole: what is known of those is not kept. */
function onlyHours({ rules }: Past, fromHour: number, hours: number): Past["rules"] {
  const isWanted = (hour: number) =>
    hour >= fromHour && hour < fromHour + HOURS_A_DAY && (hours & (1 << (hour - fromHour))) !== 0;
  return rules.map((rule) => withHours(rule, isWanted, []));
}

async function writeRules(ask: Ask, source: string, { rules }: Past): Promise<void> {
  if (rules.length === 0) return;
  const [row] = await ask("SELECT rules FROM automation_reports_memory_rules WHERE source = $1", [source]);
  const known = row === undefined ? null : readRules(row);
  const bare: Past = { covered: [], rules: rules.map((rule) => ({ ...rule, cells: [], starts: [] })) };
  const merged = packRules(mergePasts(known?.past ?? null, bare)?.rules ?? []);
  if (known !== null && Buffer.compare(merged, known.packed) === 0) return;
  await ask(
    `INSERT INTO automation_reports_memory_rules (source, rules) VALUES ($1, $2)
      ON CONFLICT (source) DO UPDATE SET rules = excluded.rules`,
    [source, compress(merged)],
  );
}

/** A report of an older window says nothing new. */
async function writeDisabled(
  ask: Ask,
  source: string,
  { rules, seenMs }: NonNullable<Seen["disabled"]>,
): Promise<void> {
  const names = [...new Set(rules)].map(writeAscii).toSorted();
  for (let at = 0; at < names.length; at += NAMES_A_STATEMENT) {
    const some = names.slice(at, at + NAMES_A_STATEMENT);
    await ask(
      `INSERT INTO automation_reports_memory_disabled (source, rule, seen_ms)
        VALUES ${some.map((_, index) => `($1, $${index + 3}, $2)`).join(", ")}
        ON CONFLICT (source, rule) DO UPDATE SET seen_ms = excluded.seen_ms
        WHERE automation_reports_memory_disabled.seen_ms < excluded.seen_ms`,
      [source, seenMs, ...some],
    );
  }
}
