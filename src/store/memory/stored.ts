/** Packed rows as the database holds them: compressed. */
import type { Past, RuleWeek } from "../../report/memory/cells.ts";
import { uniteSpans } from "../../report/memory/merge.ts";
import { joinSlices, sliceDay, spansOf, type PackedDay, type Slice } from "./day.ts";
import { unpackRules } from "./rules.ts";
import { hoursOfWeek, unpackWeek } from "./week.ts";

/** Higher ones take several times as long for a tenth less. */
const LEVEL = 6;

type Row = Record<string, unknown>;

export function compress(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Bun.zstdCompressSync(bytes, { level: LEVEL }));
}

export type StoredDay = { packed: PackedDay; covered: Past["covered"]; slices: Slice[] };

/** As it was packed, whatever is in it. Null where it can no longer be read. */
export function readPacked({ hours, cells }: Row): PackedDay | null {
  try {
    const packed = { hours: Number(hours), cells: decompress(cells) };
    return Number.isInteger(packed.hours) ? packed : null;
  } catch {
    return null;
  }
}

/** Null where it can no longer be read. */
export function readDay(row: Row, fromHour: number): StoredDay | null {
  const packed = readPacked(row);
  if (packed === null) return null;
  try {
    return { packed, covered: spansOf(packed.hours, fromHour), slices: sliceDay(packed, fromHour) };
  } catch {
    return null;
  }
}

export type StoredWeek = { span: [fromHour: number, toHour: number]; rules: Map<string, RuleWeek> };

/** Null where it can no longer be read. */
export function readWeek({ sums }: Row, week: number): StoredWeek | null {
  try {
    return { span: hoursOfWeek(week), rules: unpackWeek(decompress(sums), week) };
  } catch {
    return null;
  }
}

/** Days and weeks in their order, and every rule that is known, as one past. */
export function joinDays(days: StoredDay[], rules: Past["rules"] = [], weeks: StoredWeek[] = []): Past {
  const slices = Map.groupBy(
    days.flatMap((day) => day.slices),
    ({ rule }) => rule,
  );
  const known = new Map(rules.map((rule) => [rule.rule, rule]));
  return {
    covered: uniteSpans([...weeks.map(({ span }) => span), ...days.flatMap(({ covered }) => covered)]),
    rules: [...new Set([...known.keys(), ...weeks.flatMap((week) => [...week.rules.keys()]), ...slices.keys()])].map(
      (rule) =>
        joinSlices(
          rule,
          slices.get(rule) ?? [],
          known.get(rule),
          weeks.flatMap((week) => week.rules.get(rule) ?? []),
        ),
    ),
  };
}

/** Null where they can no longer be read. */
export function readRules({ rules }: Row): { packed: Uint8Array; past: Past } | null {
  try {
    const packed = decompress(rules);
    return { packed, past: unpackRules(packed) };
  } catch {
    return null;
  }
}

function decompress(value: unknown): Uint8Array<ArrayBuffer> {
  if (!(value instanceof Uint8Array)) throw new TypeError("no bytes");
  const { buffer, byteOffset, byteLength } = Bun.zstdDecompressSync(value);
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
