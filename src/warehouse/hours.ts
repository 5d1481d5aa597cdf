/** Reads some past hours of one CRM, besides those that its reports are about. */
import type { Past } from "../report/memory/cells.ts";
import type { Redact } from "../text/redact.ts";
import type { HoursRequest, HoursResult } from "./request.ts";

/**
 * From midnight to midnight it is one bounded query. It ends with `crm.timeoutMs` on a server, and with the signal everywhere; then it
 * throws, as where the warehouse cannot be read.
 */
export async function readHours(request: HoursRequest, redact: Redact, signal: AbortSignal): Promise<HoursResult> {
  const result = await askHours(request, signal);
  return result.kind === "read" ? { ...result, past: hideInPast(result.past, redact) } : result;
}

/** A sync may have written the very password into its error that it shares with us. */
export function hideInPast(past: Past, redact: Redact): Past {
  const hideInRow = <R extends { error: string | null }>(row: R): R =>
    row.error === null ? row : { ...row, error: redact(row.error) };
  return { ...past, rules: past.rules.map((rule) => ({ ...rule, runs: rule.runs.map(hideInRow) })) };
}

async function askHours(request: HoursRequest, signal: AbortSignal): Promise<HoursResult> {
  const { target } = request.crm;
  if (target.kind === "sqlite") {
    const { askSqlite } = await import("./sqlite/ask.ts");
    return await askSqlite("hours", { request, path: target.path }, signal);
  }
  const { readPostgresHours } = await import("./postgres/hours.ts");
  return await readPostgresHours(request, target, signal);
}
