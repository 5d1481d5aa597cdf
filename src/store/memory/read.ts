/** What is known of CRMs, read of one state of the store. */
import * as v from "valibot";
import type { Past } from "../../report/memory/cells.ts";
import { DAY_MS, HOURS_A_DAY } from "../../time/units.ts";
import type { Ask } from "../engine.ts";
import { instant, whole } from "../rows.ts";
import { withoutHours, type Span } from "../../report/memory/without.ts";
import { joinDays, readDay, readRules } from "./stored.ts";

export type Remembered = Unpacked & Pick<Kept, "retired">;

/** What is known of one CRM as it is kept: still packed, for all CRMs at once would take 30 MB each. */
export type Kept = {
  /** By day since the epoch, a mask of its known hours. */
  hours: ReadonlyMap<number, number>;
  /** Since when the operator calls a rule over, epoch milliseconds. */
  retired: { rule: string; sinceMs: number }[];
  unpack: () => Unpacked;
};

type Unpacked = {
  past: Past;
  /** How many rows can no longer be read: what they held is not known. */
  unreadable: number;
};

type Row = Record<string, unknown>;

/** A name as it is kept: a JSON string. */
export const text = v.pipe(v.string(), v.parseJson(), v.string());
export const DaySchema = v.object({ source: v.string(), day: whole, hours: whole });
const RetiredSchema = v.object({ source: v.string(), rule: text, since_ms: instant });
const IgnoredSchema = v.object({ source: v.string(), from_hour: whole, to_hour: whole });

/** By CRM, from that moment on, without the hours that are to be ignored. */
export async function readKept(ask: Ask, sources: string[], sinceMs: number): Promise<Map<string, Kept>> {
  if (sources.length === 0) return new Map();
  const list = (first: number) => sources.map((_, index) => `$${index + first}`).join(", ");
  const days = await ask(
    `SELECT source, day, hours, cells FROM automation_reports_memory_days WHERE day >= $1 AND source IN (${list(2)})
      ORDER BY day`,
    [Math.floor(sinceMs / DAY_MS), ...sources],
  );
  const readAll = async (columns: string, table: string) =>
    await ask(`SELECT ${columns} FROM automation_reports_memory_${table} WHERE source IN (${list(1)})`, sources);
  const rules = await readAll("source, rules", "rules");
  const retired = (await readAll("source, rule, since_ms", "retired")).map((row) => v.parse(RetiredSchema, row));
  const ignored = (await readAll("source, from_hour, to_hour", "ignored")).map(nameIgnored);
  const isOf = (source: string) => (row: Record<string, unknown>) => row["source"] === source;
  return new Map(
    sources.map((source): [string, Kept] => {
      const ofDays = days.filter(isOf(source)).map((row) => ({ row, ...v.parse(DaySchema, row) }));
      const ofRules = rules.filter(isOf(source));
      const spans = ignored.filter(isOf(source)).map(({ span }) => span);
      return [
        source,
        {
          hours: new Map(ofDays.map(({ day, hours }) => [day, hours])),
          retired: retired.filter(isOf(source)).map(({ rule, since_ms: atMs }) => ({ rule, sinceMs: atMs })),
          unpack: () => unpack(ofDays, ofRules, spans),
        },
      ];
    }),
  );
}

function unpack(ofDays: { row: Row; day: number }[], ofRules: Row[], ignored: Span[]): Unpacked {
  const days = ofDays.map(({ row, day }) => readDay(row, day * HOURS_A_DAY));
  const rules = ofRules.map(readRules);
  const past = joinDays(
    days.filter((day) => day !== null),
    rules[0]?.past.rules,
  );
  return { past: withoutHours(past, ignored), unreadable: [...days, ...rules].filter((row) => row === null).length };
}

export async function listIgnored(ask: Ask): Promise<{ source: string; span: Span }[]> {
  const rows = await ask(
    "SELECT source, from_hour, to_hour FROM automation_reports_memory_ignored ORDER BY source, from_hour, to_hour",
    [],
  );
  return rows.map(nameIgnored);
}

function nameIgnored(row: Row): { source: string; span: Span } {
  const { source, from_hour: from, to_hour: to } = v.parse(IgnoredSchema, row);
  return { source, span: [from, to] };
}
