/** Writes what was seen of CRMs into their memories, within the transaction of whoever saw it. */
import type { Past } from "../../report/memory/cells.ts";
import { mergePasts } from "../../report/memory/merge.ts";
import { withHours } from "../../report/memory/without.ts";
import type { Ask, Engine } from "../engine.ts";
import { HOURS_A_DAY } from "../../time/units.ts";
import { maskOf, packDay, spansOf, WHOLE_DAY } from "./day.ts";
import { packRules } from "./rules.ts";
import { compress, joinDays, readDay, readPacked, readRules } from "./stored.ts";
import { keepWeeks } from "./weeks.ts";

/** What was seen of one CRM: every hour that is covered, and the newest runs of every rule. */
export type Seen = { source: string; past: Past };

/**
 * `replace`: what is seen now holds for every hour that it covers. `add`: it holds only for hours that are not known yet. Either way
 * the order in which processes write makes no difference but for hours that changed in the warehouse meanwhile.
 */
export type WriteMode = "replace" | "add";

/** Two processes that see the same CRM write one after the other. Nothing is counted twice: an hour is replaced as a whole. */
export async function writeMemory(engine: Engine, ask: Ask, seen: Seen[], mode: WriteMode): Promise<void> {
  // In one order, so that no two processes wait for each other.
  for (const { source, past } of seen.toSorted((a, b) => (a.source < b.source ? -1 : 1))) {
    if (engine.lockName !== null) await ask(engine.lockName, [nameLock(source)]);
    const changed: number[] = [];
    for (const day of listDays(past.covered)) if (await writeDay(ask, source, day, past, mode)) changed.push(day);
    await keepWeeks(ask, source, changed);
    await writeRules(ask, source, past);
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

/** Whether something has changed. */
async function writeDay(ask: Ask, source: string, day: number, past: Past, mode: WriteMode): Promise<boolean> {
  const fromHour = day * HOURS_A_DAY;
  const [row] = await ask("SELECT hours, cells FROM automation_reports_memory_days WHERE source = $1 AND day = $2", [
    source,
    day,
  ]);
  const covered = maskOf(past.covered, fromHour);
  const known = row === undefined ? null : readKnown(row, fromHour, mode === "replace" && covered === WHOLE_DAY);
  const wanted = covered & (mode === "add" && known !== null ? ~known.hours : ~0);
  if (wanted === 0) return false;
  const seen: Past = { covered: spansOf(wanted, fromHour), rules: onlyHours(past, fromHour, wanted) };
  const merged = packDay(mergePasts(known?.past ?? null, seen) ?? seen, fromHour);
  if (known !== null && merged.hours === known.hours && Buffer.compare(merged.cells, known.cells) === 0) return false;
  await ask(
    `INSERT INTO automation_reports_memory_days (source, day, hours, cells) VALUES ($1, $2, $3, $4)
      ON CONFLICT (source, day) DO UPDATE SET hours = excluded.hours, cells = excluded.cells`,
    [source, day, merged.hours, compress(merged.cells)],
  );
  return true;
}

/** `past`: null where all of it is replaced. What cannot be read is not known: what is seen now takes its place. */
function readKnown(
  row: Record<string, unknown>,
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
