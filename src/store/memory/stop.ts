/** Why the past of a CRM is not read back any further, as the store keeps it. */
import * as v from "valibot";
import { writeAscii } from "../../text/json.ts";
import { StopSchema } from "./row.ts";

/**
 * `begin`: there is nothing before `fromMs`. `costly`: to read a day takes too long, or no index leads there. Either is looked at again
 * after some days. `failed`: it may go better next time.
 */
export type Stop = { atMs: number; reason: string } & (
  | { kind: "begin"; fromMs: number }
  | { kind: "costly" | "failed" }
);

/** `spoiled`: what is kept is not as this program writes it. Null: it goes on. */
export function parseStop(row: Record<string, unknown>): Stop | "spoiled" | null {
  const read = v.safeParse(StopSchema, row);
  if (!read.success) return "spoiled";
  return read.output.stopped === null ? null : { atMs: read.output.stopped_ms, ...read.output.stopped };
}

export function writeStop(stop: Stop): string {
  const { kind, reason } = stop;
  return writeAscii(kind === "begin" ? { kind, reason, fromMs: stop.fromMs } : { kind, reason });
}
