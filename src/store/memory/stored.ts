/** Packed rows as the database holds them: compressed. */
import type { Past } from "../../report/memory/cells.ts";
import { unpackDay, type PackedDay } from "./day.ts";
import { unpackRules } from "./rules.ts";

/** Higher ones take several times as long for a tenth less. */
const LEVEL = 6;

type Row = Record<string, unknown>;

export function compress(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Bun.zstdCompressSync(bytes, { level: LEVEL }));
}

/** Null where it can no longer be read. */
export function readDay({ hours, cells }: Row, fromHour: number): { packed: PackedDay; past: Past } | null {
  try {
    const packed = { hours: Number(hours), cells: decompress(cells) };
    if (!Number.isInteger(packed.hours)) return null;
    return { packed, past: unpackDay(packed, fromHour) };
  } catch {
    return null;
  }
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
  return new Uint8Array(Bun.zstdDecompressSync(value));
}
