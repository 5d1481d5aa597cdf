/** Why the past of a CRM is not read back any further, as the store keeps it. */
import * as v from "valibot";
import { writeAscii } from "../../text/json.ts";
import { instant } from "../rows.ts";

/**
 * `begin`: there is nothing before `fromMs`. `costly`: to read a day takes too long, or no index leads there. Either is looked at again
 * after some days. `failed`: it may go better next time.
 */
export type Stop = { atMs: number; reason: string } & (
  | { kind: "begin"; fromMs: number }
  | { kind: "costly" | "failed" }
);

const StopSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.variant("kind", [
    v.object({ kind: v.literal("begin"), reason: v.string(), fromMs: instant }),
    v.object({ kind: v.picklist(["costly", "failed"]), reason: v.string() }),
  ]),
);

/** Null: it goes on, or what is kept is not as this program writes it. */
export function parseStop(row: Record<string, unknown>): Stop | null {
  const atMs = v.safeParse(instant, row["stopped_ms"]);
  const said = v.safeParse(StopSchema, row["stopped"]);
  return atMs.success && said.success ? { atMs: atMs.output, ...said.output } : null;
}

export function writeStop(stop: Stop): string {
  const { kind, reason } = stop;
  return writeAscii(kind === "begin" ? { kind, reason, fromMs: stop.fromMs } : { kind, reason });
}
