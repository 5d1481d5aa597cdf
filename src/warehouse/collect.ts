/** Reads every chosen CRM, several at once, each under its own deadline. A failure is a value: it harms nobody else. */
import type { CrmConfig } from "../config/schema.ts";
import type { Activity, Window } from "../report/activity.ts";
import type { Redact } from "../redact.ts";
import { describeFailure, WarehouseError } from "./failure.ts";
import type { ReadRequest, ReadResult } from "./request.ts";

export type Outcome =
  | { source: string; status: "read"; activity: Activity }
  | { source: string; status: "failed"; reason: string };

export type CollectOptions = {
  crms: CrmConfig[];
  window: Window;
  recent: number;
  concurrency: number;
  redact: Redact;
  /** Aborted when the whole pass is interrupted. */
  signal: AbortSignal;
  /** Called with the names of the CRMs that are being read. */
  onProgress: (reading: string[], done: number) => void;
};

/** Outcomes are in the order of `crms`. */
export async function collectActivities(options: CollectOptions): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = [...options.crms.entries()];
  const reading = new Set<string>();
  let done = 0;
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined && !options.signal.aborted; next = waiting.shift()) {
      const [index, crm] = next;
      reading.add(crm.name);
      options.onProgress([...reading], done);
      outcomes[index] = await collectOne(crm, options);
      reading.delete(crm.name);
      done += 1;
      options.onProgress([...reading], done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.concurrency, options.crms.length) }, work));
  return outcomes;
}

async function collectOne(crm: CrmConfig, { window, recent, redact, signal }: CollectOptions): Promise<Outcome> {
  const started = performance.now();
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), crm.timeout);
  try {
    const result = await read({ crm, window, recent }, AbortSignal.any([signal, deadline.signal]));
    const querySeconds = Math.round(performance.now() - started) / 1000;
    return { source: crm.name, status: "read", activity: { ...result, source: crm.name, window, querySeconds } };
  } catch (error) {
    const failure = deadline.signal.aborted ? new WarehouseError(adviseOnTimeout(crm.timeout)) : error;
    return { source: crm.name, status: "failed", reason: redact(describeFailure(failure, crm.target)) };
  } finally {
    clearTimeout(timer);
  }
}

async function read(request: ReadRequest, signal: AbortSignal): Promise<ReadResult> {
  const { target } = request.crm;
  if (target.kind === "sqlite") {
    const { readSqlite } = await import("./sqlite/read.ts");
    return await readSqlite(request, target.path, signal);
  }
  const { readPostgres } = await import("./postgres/read.ts");
  return await readPostgres(request, target, signal);
}

function adviseOnTimeout(timeoutMs: number): string {
  return `no complete answer within ${timeoutMs / 1000} s: look at the server's load, ask for a shorter window, or raise timeout`;
}
