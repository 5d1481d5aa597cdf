/** What is known of CRMs, read of one state of the store. */
import * as v from "valibot";
import type { Past } from "../../report/memory/cells.ts";
import { DAY_MS } from "../../time/units.ts";
import type { Ask } from "../engine.ts";
import { instant, whole } from "../rows.ts";
import { HOURS_OF_DAY } from "./day.ts";
import { withoutHours, type Span } from "../../report/memory/without.ts";
import { joinDays, readDay, readRules } from "./stored.ts";

export type Remembered = {
  past: Past;
  /** Since when the operator calls a rule over, epoch milliseconds. */
  retired: { rule: string; sinceMs: number }[];
  /** How many rows can no longer be read: what they held is not known. */
  unreadable: number;
};

/** A name as it is kept: a JSON string. */
export const text = v.pipe(v.string(), v.parseJson(), v.string());
export const DaySchema = v.object({ source: v.string(), day: whole, hours: whole });
const RetiredSchema = v.object({ source: v.string(), rule: text, since_ms: instant });
const IgnoredSchema = v.object({ source: v.string(), from_hour: whole, to_hour: whole });

/** By CRM, from that moment on, without the hours that are to be ignored. */
export async function readMemory(ask: Ask, sources: string[], sinceMs: number): Promise<Map<string, Remembered>> {
  const numbers = sources.map((_, index) => `$${index + 2}`).join(", ");
  if (sources.length === 0) return new Map();
  const days = await ask(
    `SELECT source, day, hours, cells FROM automation_reports_memory_days WHERE day >= $1 AND source IN (${numbers})
      ORDER BY day`,
    [Math.floor(sinceMs / DAY_MS), ...sources],
  );
  const rules = await ask("SELECT source, rules FROM automation_reports_memory_rules", []);
  const retired = (await ask("SELECT source, rule, since_ms FROM automation_reports_memory_retired", [])).map((row) =>
    v.parse(RetiredSchema, row),
  );
  const ignored = await listIgnored(ask);
  const isOf = (source: string) => (row: Record<string, unknown>) => row["source"] === source;
  return new Map(
    sources.map((source) => {
      const ofDays = days.filter(isOf(source)).map((row) => {
        const { day } = v.parse(DaySchema, row);
        return readDay(row, day * HOURS_OF_DAY);
      });
      const ofRules = rules.filter(isOf(source)).map(readRules);
      const known = ofDays.filter((day) => day !== null);
      const past = joinDays(known, ofRules[0]?.past.rules);
      return [
        source,
        {
          past: withoutHours(
            past,
            ignored.filter(isOf(source)).map(({ span }) => span),
          ),
          retired: retired.filter(isOf(source)).map(({ rule, since_ms: atMs }) => ({ rule, sinceMs: atMs })),
          unreadable: [...ofDays, ...ofRules].filter((row) => row === null).length,
        },
      ];
    }),
  );
}

export async function listIgnored(ask: Ask): Promise<{ source: string; span: Span }[]> {
  const rows = await ask(
    "SELECT source, from_hour, to_hour FROM automation_reports_memory_ignored ORDER BY source, from_hour, to_hour",
    [],
  );
  return rows
    .map((row) => v.parse(IgnoredSchema, row))
    .map(({ source, from_hour: from, to_hour: to }) => ({ source, span: [from, to] }));
}
