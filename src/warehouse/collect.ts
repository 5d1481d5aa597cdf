/** Reads every chosen CRM's activity. */
import type { CrmConfig } from "../config/schema.ts";
import type { Activity } from "../report/activity.ts";
import type { Redact } from "../text/redact.ts";
import { zoneOfTimesUntil } from "../time/clock-changes.ts";
import { hideInPast } from "./hours.ts";
import type { ReadRequest, ReadResult } from "./request.ts";
import { visitWarehouses, type VisitOptions } from "./visit.ts";

export type Outcome =
  | { source: string; status: "read"; activity: Activity }
  | { source: string; status: "failed"; reason: string };

export type CollectOptions = VisitOptions &
  Pick<ReadRequest, "window" | "recent" | "baselineSeconds" | "hours" | "nowMs"> & {
    /** Since when the memory knows the CRM's past. */
    pastKnownFromMs?: (crm: CrmConfig) => Promise<number | null>;
    /** Called as soon as a CRM is read, while others still are. */
    onActivity?: (crm: CrmConfig, activity: Activity) => Promise<void>;
  };

/** Outcomes are in the order of `crms`. */
export async function collectActivities(options: CollectOptions): Promise<Outcome[]> {
  const { window, recent, baselineSeconds, hours = true, nowMs, pastKnownFromMs, redact, onActivity } = options;
  return await visitWarehouses(
    options,
    async (crm, signal) => {
      const timezone = crm.timezone === null ? null : zoneOfTimesUntil(crm.timezone, window.endMs);
      const request = { crm: { ...crm, timezone }, window, recent, baselineSeconds, hours, nowMs };
      return await readActivity({ ...request, pastKnownFromMs: pastKnownFromMs?.(crm) ?? null }, signal);
    },
    async (visit, crm): Promise<Outcome> => {
      const { source } = visit;
      if (visit.status === "failed") return { source, status: visit.status, reason: visit.reason };
      const activity = { ...hideInErrors(visit.result, redact), source, window, querySeconds: visit.seconds };
      await onActivity?.(crm, activity);
      return { source, status: visit.status, activity };
    },
  );
}

async function readActivity(request: ReadRequest, signal: AbortSignal): Promise<ReadResult> {
  const { target } = request.crm;
  if (target.kind === "sqlite") {
    const { askSqlite } = await import("./sqlite/ask.ts");
    // Its thread has the question only once.
    const known = { ...request, pastKnownFromMs: (await request.pastKnownFromMs) ?? null };
    return await askSqlite("read", { request: known, path: target.path }, signal);
  }
  const { readPostgres } = await import("./postgres/read.ts");
  return await readPostgres(request, target, signal);
}

/** A sync may have written the very password into its error that it shares with us. */
function hideInErrors(result: ReadResult, redact: Redact): ReadResult {
  if (result.kind !== "read") return result;
  const hide = (error: string | null) => (error === null ? null : redact(error));
  const hideInRow = <R extends { error: string | null }>(row: R): R =>
    row.error === null ? row : { ...row, error: redact(row.error) };
  return {
    ...result,
    rules: result.rules.map((rule) => ({
      ...rule,
      newestError: hide(rule.newestError),
      runs: rule.runs.map(hideInRow),
    })),
    hourly: result.hourly && hideInPast(result.hourly, redact),
    past: result.past && hideInPast(result.past, redact),
    failures: result.failures.map((failure) => ({ ...failure, message: hide(failure.message) })),
    recent: result.recent.map(hideInRow),
  };
}
