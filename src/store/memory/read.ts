/** What is known of CRMs, read of one state of the store. */
import type { Past } from "../../report/memory/cells.ts";
import { DAY_MS, HOURS_A_DAY } from "../../time/units.ts";
import type { Ask } from "../engine.ts";
import { siftRows } from "../rows.ts";
import { uniteSpans } from "../../report/memory/merge.ts";
import { withoutHours, type Span } from "../../report/memory/without.ts";
import { spansOf } from "./day.ts";
import { DaySchema, DisabledSchema, IgnoredSchema, RetiredSchema, WeekSchema } from "./row.ts";
import { parseStop } from "./stop.ts";
import { joinDays, readDay, readRules, readWeek } from "./stored.ts";
import { DAYS_A_WEEK, hoursOfWeek, stampWeek } from "./week.ts";

export type Remembered = Unpacked & Pick<Kept, "retired" | "disabled">;

/** What is known of one CRM as it is kept: still packed, for all CRMs at once would take 30 MB each. */
export type Kept = {
  /** Hours that are known, if they can be read, also those that are to be ignored. */
  covered: Past["covered"];
  /** Since when the operator calls a rule over, epoch milliseconds. */
  retired: { rule: string; sinceMs: number }[];
  /** When a report last found a rule disabled, epoch milliseconds. */
  disabled: { rule: string; seenMs: number }[];
  /** What the operator leaves out of the past. */
  ignored: Span[];
  unpack: () => Unpacked;
};

type Unpacked = {
  past: Past;
  /** How many rows can no longer be read: what they held is not known. */
  unreadable: number;
};

type Row = Record<string, unknown>;

/** `weeksUntilMs`: weeks that end by then may be handed over added up; null: all is told hour by hour. */
export type Reach = { sinceMs: number; weeksUntilMs: number | null };

/** By CRM, from that moment on, or the begin of its week, without the hours that are to be ignored. */
export async function readKept(
  ask: Ask,
  sources: string[],
  { sinceMs, weeksUntilMs }: Reach,
): Promise<Map<string, Kept>> {
  if (sources.length === 0) return new Map();
  const list = (first: number) => sources.map((_, index) => `$${index + first}`).join(", ");
  const readAll = async (columns: string, table: string) =>
    await ask(`SELECT ${columns} FROM automation_reports_memory_${table} WHERE source IN (${list(1)})`, sources);
  const ignoredRows = siftRows(IgnoredSchema, await readAll("source, from_hour, to_hour", "ignored"));
  const ignored = ignoredRows.good.map(({ read }) => nameIgnored(read));
  const firstWeek = Math.floor(sinceMs / DAY_MS / DAYS_A_WEEK);
  const weeks =
    weeksUntilMs === null
      ? []
      : // A row that is spoiled is as good as none: its days are read.
        siftRows(
          WeekSchema,
          await ask(
            `SELECT source, week, stamp, sums FROM automation_reports_memory_weeks
              WHERE week >= $1 AND week < $2 AND source IN (${list(3)}) ORDER BY week`,
            [firstWeek, Math.floor(weeksUntilMs / DAY_MS / DAYS_A_WEEK), ...sources],
          ),
        )
          .good.map(({ row, read }) => ({ ...read, row }))
          .filter((week) => isWeekUsable(week, ignored));
  const isInWeeks = `AND (source, day / ${DAYS_A_WEEK}) NOT IN (VALUES ${weeks
    .map(
      (_, index) =>
        `(CAST($${sources.length + 2 + 2 * index} AS TEXT), CAST($${sources.length + 3 + 2 * index} AS BIGINT))`,
    )
    .join(", ")})`;
  const dayRows = await ask(
    `SELECT source, day, hours, cells FROM automation_reports_memory_days WHERE day >= $1 AND source IN (${list(2)})
      ${weeks.length === 0 ? "" : isInWeeks} ORDER BY day`,
    [firstWeek * DAYS_A_WEEK, ...sources, ...weeks.flatMap(({ source, week }) => [source, week])],
  );
  const days = siftRows(DaySchema, dayRows);
  const rules = await readAll("source, rules, stopped_ms, stopped", "rules");
  const retired = siftRows(RetiredSchema, await readAll("source, rule, since_ms", "retired"));
  const disabled = siftRows(DisabledSchema, await readAll("source, rule, seen_ms", "disabled"));
  const spoiled = [...days.spoiled, ...ignoredRows.spoiled, ...retired.spoiled, ...disabled.spoiled];
  const isOf = (source: string) => (row: Record<string, unknown>) => row["source"] === source;
  return new Map(
    sources.map((source): [string, Kept] => {
      const packed: Packed = {
        days: days.good.filter(({ read }) => read.source === source).map(({ row, read }) => ({ row, ...read })),
        weeks: weeks.filter(isOf(source)),
        rules: rules.filter(isOf(source)),
        ignored: ignored.filter(isOf(source)).map(({ span }) => span),
        spoiled: spoiled.filter(isOf(source)).length,
      };
      if (packed.rules[0] !== undefined && parseStop(packed.rules[0]) === "spoiled") packed.spoiled += 1;
      return [
        source,
        {
          covered: coverOf(packed),
          retired: retired.good
            .filter(({ read }) => read.source === source)
            .map(({ read: { rule, since_ms: atMs } }) => ({ rule, sinceMs: atMs })),
          disabled: disabled.good
            .filter(({ read }) => read.source === source)
            .map(({ read: { rule, seen_ms: atMs } }) => ({ rule, seenMs: atMs })),
          ignored: packed.ignored,
          unpack: () => unpack(packed),
        },
      ];
    }),
  );
}

type Packed = {
  days: { row: Row; day: number; hours: number }[];
  weeks: { row: Row; week: number }[];
  rules: Row[];
  ignored: Span[];
  /** How many rows are not as this program writes them: they are left out. */
  spoiled: number;
};

/** Not where an hour of it is left out of the past, nor where its bytes are not those that were written: then its days are read. */
function isWeekUsable(
  { source, week, stamp, row }: { source: string; week: number; stamp: number; row: Row },
  ignored: { source: string; span: Span }[],
): boolean {
  const [fromHour, toHour] = hoursOfWeek(week);
  const sums = row["sums"];
  return (
    sums instanceof Uint8Array &&
    stampWeek(sums) === stamp &&
    !ignored.some((one) => one.source === source && one.span[0] < toHour && one.span[1] > fromHour)
  );
}

function coverOf({ days, weeks }: Packed): Past["covered"] {
  return uniteSpans([
    ...weeks.map(({ week }) => hoursOfWeek(week)),
    ...days.flatMap(({ day, hours }) => spansOf(hours, day * HOURS_A_DAY)),
  ]);
}

function unpack({ days, weeks, rules, ignored, spoiled }: Packed): Unpacked {
  const ofDays = days.map(({ row, day }) => readDay(row, day * HOURS_A_DAY));
  const ofWeeks = weeks.map(({ row, week }) => readWeek(row, week));
  const ofRules = rules.map(readRules);
  const past = joinDays(
    ofDays.filter((day) => day !== null),
    ofRules[0]?.past.rules,
    ofWeeks.filter((week) => week !== null),
  );
  const unreadable = [...ofDays, ...ofWeeks, ...ofRules].filter((row) => row === null).length;
  return { past: withoutHours(past, ignored), unreadable: unreadable + spoiled };
}

/** Without those that another program spoiled. */
export async function listIgnored(ask: Ask): Promise<{ source: string; span: Span }[]> {
  const rows = await ask(
    "SELECT source, from_hour, to_hour FROM automation_reports_memory_ignored ORDER BY source, from_hour, to_hour",
    [],
  );
  return siftRows(IgnoredSchema, rows).good.map(({ read }) => nameIgnored(read));
}

type Ignored = { source: string; from_hour: number; to_hour: number };

function nameIgnored({ source, from_hour: from, to_hour: to }: Ignored): { source: string; span: Span } {
  return { source, span: [from, to] };
}
