/** Reads every chosen CRM's activity. */
import type { Activity, Window } from "../report/activity.ts";
import type { ReadRequest, ReadResult } from "./request.ts";
import { visitWarehouses, type VisitOptions } from "./visit.ts";

export type Outcome =
  | { source: string; status: "read"; activity: Activity }
  | { source: string; status: "failed"; reason: string };

export type CollectOptions = VisitOptions & { window: Window; recent: number };

/** Outcomes are in the order of `crms`. */
export async function collectActivities(options: CollectOptions): Promise<Outcome[]> {
  const { window, recent } = options;
  const visits = await visitWarehouses(
    options,
    async (crm, signal) => await readActivity({ crm, window, recent }, signal),
  );
  return visits.map((visit): Outcome => {
    if (visit.status === "failed") return visit;
    const { source, status, result, seconds } = visit;
    return { source, status, activity: { ...result, source, window, querySeconds: seconds } };
  });
}

async function readActivity(request: ReadRequest, signal: AbortSignal): Promise<ReadResult> {
  const { target } = request.crm;
  if (target.kind === "sqlite") {
    const { askSqlite } = await import("./sqlite/ask.ts");
    return await askSqlite("read", { request, path: target.path }, signal);
  }
  const { readPostgres } = await import("./postgres/read.ts");
  return await readPostgres(request, target, signal);
}
